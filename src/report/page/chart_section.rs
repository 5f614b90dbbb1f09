//! The charts with their headings, legends and the tables that hold the same numbers.

use chrono::{Days, TimeDelta};
use maud::{Markup, html};

use super::charts::bars::{self, Bar};
use super::charts::lines::{self, Series};
use super::charts::runs::{self, Lane, Mark};
use super::charts::{Role, Width};
use super::history::DAYS;
use super::{Page, RUN_DAYS, Warehouse};
use crate::inventory::Source;
use crate::language::Language;
use crate::run::Status;
use crate::store::queries::RunRow;
use crate::words::failures;
use crate::words::page::Phrases;

/// Warehouses with a bar of their own; the others share one.
const WAREHOUSES: usize = 8;

pub(super) fn section(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    html! {
        section aria-labelledby="charts-title" {
            h2 #charts-title { (phrases.charts) }
            div.charts {
                (stock(page, language))
                (warehouses(page, language))
                (products(page, language))
                (syncs(page, language))
            }
        }
    }
}

/// A chart's parts, each already for people.
struct Figure<'a> {
    id: &'a str,
    title: &'a str,
    about: &'a str,
    legend: Markup,
    /// At either width; none without data.
    drawings: Vec<Markup>,
    table: Markup,
}

fn drawn(any: bool, draw: impl Fn(Width) -> Markup) -> Vec<Markup> {
    if any { Width::ALL.map(draw).into() } else { Vec::new() }
}

fn figure(figure: &Figure<'_>, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let title_id = format!("{}-title", figure.id);
    html! {
        article.card #(figure.id) aria-labelledby=(title_id) {
            h3 #(title_id) { (figure.title) }
            p.quiet { (figure.about) }
            @if figure.drawings.is_empty() {
                p.none { (phrases.no_data) }
            } @else {
                (figure.legend)
                div.chart { @for drawing in &figure.drawings { (drawing) } }
                details {
                    summary { (phrases.as_table) }
                    div.scroll tabindex="0" role="region" aria-label=(figure.title) {
                        table { caption.hidden { (figure.about) } (figure.table) }
                    }
                }
            }
        }
    }
}

fn stock(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let series: Vec<Series> = Source::ALL
        .into_iter()
        .flat_map(|source| {
            let types = page.history.by_type(source);
            types.into_iter().map(move |(stock_type, daily)| Series {
                name: format!("{source} {stock_type}"),
                role: Role::of(source, stock_type),
                daily,
            })
        })
        .collect();
    let texts = ("stock-chart", phrases.stock_chart, phrases.stock_chart_about, phrases.pieces);
    over_days(page, language, texts, &series)
}

fn products(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let series: Vec<Series> = Source::ALL
        .into_iter()
        .map(|source| Series {
            name: source.to_string(),
            role: Role::of(source, "FBO"),
            daily: page.history.products_with_stock(source),
        })
        .filter(|series| series.newest().is_some())
        .collect();
    let unit = phrases.products_unit;
    let texts = ("products-chart", phrases.products_chart, phrases.products_chart_about, unit);
    over_days(page, language, texts, &series)
}

fn over_days(
    page: &Page,
    language: Language,
    (id, title, about, unit): (&str, &str, &str, &str),
    series: &[Series],
) -> Markup {
    let frame = lines::Frame {
        name: about,
        unit,
        day: &|index| language.short_day(page.history.day(index)),
        axis: &|value| language.axis(value),
        number: &|value| language.number(value),
    };
    let drawings = drawn(!series.is_empty(), |width| lines::draw(width, &frame, series));
    let legend = html! {
        ul.legend {
            @for series in series {
                li {
                    (line_sample(series)) (series.name)
                    @if let Some(newest) = series.newest() { " " strong { (language.number(newest)) } }
                }
            }
        }
    };
    let phrases = Phrases::of(language);
    let cell = |value: Option<i64>| value.map_or("–".to_owned(), |value| language.number(value));
    let table = html! {
        thead { tr { th scope="col" { (phrases.day) } @for series in series { th.n scope="col" { (series.name) ", " (unit) } } } }
        tbody {
            @for day in (0..DAYS).rev() {
                tr {
                    th scope="row" { (language.day(page.history.day(day))) }
                    @for series in series { td.n { (cell(series.daily.get(day).copied().flatten())) } }
                }
            }
        }
    };
    figure(&Figure { id, title, about, legend, drawings, table }, language)
}

fn line_sample(series: &Series) -> Markup {
    let class = series.role.class();
    html! {
        svg.sample viewBox="0 0 34 12" aria-hidden="true" {
            path.line.(class) d="M0 6H34" {}
            @if series.role.is_square() {
                rect.(class) x="13.5" y="2.5" width="7" height="7" {}
            } @else {
                circle.(class) cx="17" cy="6" r="4" {}
            }
        }
    }
}

fn warehouses(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let mut stocked: Vec<_> = page.warehouses.iter().collect();
    stocked.sort_by_key(|warehouse| std::cmp::Reverse(warehouse.stock.available));
    let label = |value: i64| format!("{} {}", language.number(value), phrases.pieces);
    let mut bars: Vec<Bar> = stocked
        .iter()
        .take(WAREHOUSES)
        .map(|warehouse| Bar {
            name: warehouse_name(warehouse),
            value: warehouse.stock.available,
            label: label(warehouse.stock.available),
            role: Role::of(warehouse.source, "FBO"),
        })
        .collect();
    let rest = stocked.get(WAREHOUSES..).unwrap_or_default();
    if !rest.is_empty() {
        let value = rest.iter().map(|warehouse| warehouse.stock.available).sum();
        bars.push(Bar {
            name: language.count(rest.len(), &phrases.other_warehouses),
            value,
            label: label(value),
            role: Role::Rest,
        });
    }
    let about = phrases.warehouses_chart_about;
    let axis = |value| language.axis(value);
    let drawings =
        drawn(!bars.is_empty(), |width| bars::draw(width, about, phrases.pieces, &axis, &bars));
    let table = html! {
        thead {
            tr {
                th scope="col" { (phrases.warehouse) } th scope="col" { (phrases.marketplace) }
                th scope="col" { (phrases.stock_type) } th.n scope="col" { (phrases.available) }
            }
        }
        tbody {
            @for warehouse in stocked.iter().take(super::selection::LONGEST) {
                tr {
                    th scope="row" { (warehouse.stock.warehouse_name) } td { (warehouse.source) } td { (warehouse.stock.stock_type) }
                    td.n { (language.number(warehouse.stock.available)) }
                }
            }
        }
    };
    let (id, title) = ("warehouses-chart", phrases.warehouses_chart);
    figure(&Figure { id, title, about, legend: html! {}, drawings, table }, language)
}

fn warehouse_name(Warehouse { source, stock }: &Warehouse) -> String {
    if stock.warehouse_name.starts_with(source.as_str()) {
        return stock.warehouse_name.clone();
    }
    format!("{source} · {} ({})", stock.warehouse_name, stock.stock_type)
}

fn syncs(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let first_day = page.made_at.date_naive().checked_sub_days(Days::new(u64::from(RUN_DAYS) - 1));
    let left = first_day.unwrap_or_default();
    let zone = page.made_at.offset();
    let since_left = |local: chrono::NaiveDateTime| {
        (local - left.and_time(chrono::NaiveTime::MIN)).num_seconds() as f64 / 86_400.0
    };
    let lanes: Vec<Lane> = Source::ALL
        .into_iter()
        .filter(|source| !page.unused.contains(source))
        .map(|source| {
            let own = page.runs.iter().filter(|run| run.source == source);
            let marks = own.map(|run| Mark {
                at: since_left(run.started_at.with_timezone(zone).naive_local()),
                seconds: run.seconds().unwrap_or(0),
                status: run.status,
                text: spoken(run, page, language),
            });
            Lane { name: source.to_string(), marks: marks.filter(|mark| mark.at >= 0.0).collect() }
        })
        .collect();
    let days = left.iter_days().take(RUN_DAYS as usize);
    let days: Vec<String> = days.map(|day| language.short_day(day)).collect();
    let frame = runs::Frame {
        name: phrases.runs_chart_about,
        unit: phrases.seconds,
        days: &days,
        number: &|value| language.number(value),
    };
    let drawings = drawn(!page.runs.is_empty(), |width| runs::draw(width, &frame, &lanes));
    let (id, title, about) = ("runs-chart", phrases.runs_chart, phrases.runs_chart_about);
    let (legend, table) = (runs_legend(page, language), runs_table(page, language));
    figure(&Figure { id, title, about, legend, drawings, table }, language)
}

fn spoken(run: &RunRow, page: &Page, language: Language) -> String {
    let took = run.seconds().map(|seconds| language.duration(seconds.unsigned_abs()));
    format!(
        "{}, {}\n{} · {}",
        run.source,
        language.short_moment(run.started_at.with_timezone(page.made_at.offset())),
        failures::ended(run.status, language),
        took.as_deref().unwrap_or(Phrases::of(language).unfinished)
    )
}

fn runs_legend(page: &Page, language: Language) -> Markup {
    let count = |wanted| page.runs.iter().filter(|run| run.status == wanted).count();
    html! {
        ul.legend {
            @for wanted in [Status::Success, Status::Partial, Status::Failed] {
                li {
                    svg.sample.mark viewBox="0 0 12 12" aria-hidden="true" { (runs::sign(wanted, 6, 6)) }
                    (failures::ended(wanted, language)) " " strong { (language.total(count(wanted))) }
                }
            }
        }
    }
}

/// The runs by day and marketplace: a thousand single ones help nobody who listens to them.
fn runs_table(page: &Page, language: Language) -> Markup {
    let phrases = Phrases::of(language);
    let zone = page.made_at.offset();
    let day = |run: &RunRow| run.started_at.with_timezone(zone).date_naive();
    let days =
        (0..i64::from(RUN_DAYS)).map(|back| page.made_at.date_naive() - TimeDelta::days(back));
    html! {
        thead {
            tr {
                th scope="col" { (phrases.day) } th scope="col" { (phrases.marketplace) }
                th.n scope="col" { (failures::ended(Status::Success, language)) } th.n scope="col" { (failures::ended(Status::Partial, language)) }
                th.n scope="col" { (failures::ended(Status::Failed, language)) } th.n scope="col" { (phrases.average_duration) }
            }
        }
        tbody {
            @for date in days {
                @for source in Source::ALL {
                    @let own: Vec<&RunRow> = page.runs.iter().filter(|run| run.source == source && day(run) == date).collect();
                    @let count = |wanted| own.iter().filter(|run| run.status == wanted).count();
                    @let took: Vec<i64> = own.iter().filter_map(|run| run.seconds()).collect();
                    tr {
                        th scope="row" { (language.day(date)) } td { (source) }
                        td.n { (language.total(count(Status::Success))) } td.n { (language.total(count(Status::Partial))) }
                        td.n { (language.total(count(Status::Failed))) }
                        td.n {
                            @if took.is_empty() { "–" }
                            @else { (language.decimal(took.iter().sum::<i64>() as f64 / took.len() as f64)) }
                        }
                    }
                }
            }
        }
    }
}
