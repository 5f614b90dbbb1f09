//! The charts with their headings, legends and the tables that hold the same numbers.

use chrono::{Days, TimeDelta};
use maud::{Markup, PreEscaped, html};

use super::charts::bars::{self, Bar};
use super::charts::lines::{self, Series};
use super::charts::runs::{self, Lane, Mark};
use super::charts::{Role, Width};
use super::history::DAYS;
use super::language::Language;
use super::{Page, RUN_DAYS};
use crate::inventory::Source;
use crate::run::Status;
use crate::store::queries::history::Run;

/// Warehouses with a bar of their own; the others share one.
const WAREHOUSES: usize = 8;

/// The section of the charts.
pub fn section(page: &Page, language: Language) -> anyhow::Result<Markup> {
    let phrases = language.phrases();
    Ok(html! {
        section aria-labelledby="charts-title" {
            h2 #charts-title { (phrases.charts) }
            div.charts {
                (stock(page, language)?)
                (warehouses(page, language)?)
                (products(page, language)?)
                (syncs(page, language)?)
            }
        }
    })
}

/// A chart's parts, each already for people.
struct Figure<'a> {
    id: &'a str,
    title: &'a str,
    about: &'a str,
    legend: Markup,
    drawings: String,
    table: Markup,
}

fn figure(figure: &Figure<'_>, language: Language) -> Markup {
    let phrases = language.phrases();
    let title_id = format!("{}-title", figure.id);
    html! {
        article.card #(figure.id) aria-labelledby=(title_id) {
            h3 #(title_id) { (figure.title) }
            p.quiet { (figure.about) }
            @if figure.drawings.is_empty() {
                p.none { (phrases.no_data) }
            } @else {
                (figure.legend)
                div.chart { (PreEscaped(&figure.drawings)) }
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

fn stock(page: &Page, language: Language) -> anyhow::Result<Markup> {
    let phrases = language.phrases();
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

fn products(page: &Page, language: Language) -> anyhow::Result<Markup> {
    let phrases = language.phrases();
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
) -> anyhow::Result<Markup> {
    let frame = lines::Frame {
        name: about,
        unit,
        day: &|index| language.short_day(page.history.day(index)),
        axis: &|value| language.axis(value),
        number: &|value| language.number(value),
    };
    let mut drawings = String::new();
    if !series.is_empty() {
        for width in Width::ALL {
            drawings += &lines::draw(width, &frame, series)?;
        }
    }
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
    let phrases = language.phrases();
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
    Ok(figure(&Figure { id, title, about, legend, drawings, table }, language))
}

fn line_sample(series: &Series) -> Markup {
    let code = series.role.code();
    html! {
        svg.sample viewBox="0 0 34 12" aria-hidden="true" {
            path d="M0 6H34" stroke=(code) stroke-width="2" fill="none" {}
            @if series.is_square() {
                rect x="13.5" y="2.5" width="7" height="7" fill=(code) {}
            } @else {
                circle cx="17" cy="6" r="4" fill=(code) {}
            }
        }
    }
}

fn warehouses(page: &Page, language: Language) -> anyhow::Result<Markup> {
    let phrases = language.phrases();
    let mut stocked: Vec<_> = page.warehouses.iter().collect();
    stocked.sort_by_key(|warehouse| std::cmp::Reverse(warehouse.available));
    let label = |value: i64| format!("{} {}", language.number(value), phrases.pieces);
    let mut bars: Vec<Bar> = stocked
        .iter()
        .take(WAREHOUSES)
        .map(|warehouse| Bar {
            name: if warehouse.name.starts_with(warehouse.source.as_str()) {
                warehouse.name.clone()
            } else {
                format!("{} · {} ({})", warehouse.source, warehouse.name, warehouse.stock_type)
            },
            value: warehouse.available,
            label: label(warehouse.available),
            role: Role::of(warehouse.source, "FBO"),
        })
        .collect();
    let rest = stocked.get(WAREHOUSES..).unwrap_or_default();
    if !rest.is_empty() {
        let value = rest.iter().map(|warehouse| warehouse.available).sum();
        bars.push(Bar {
            name: language.count(rest.len(), &phrases.other_warehouses),
            value,
            label: label(value),
            role: Role::Label,
        });
    }
    let mut drawings = String::new();
    if !bars.is_empty() {
        for width in Width::ALL {
            let axis = |value| language.axis(value);
            let about = phrases.warehouses_chart_about;
            drawings += &bars::draw(width, about, phrases.pieces, &axis, &bars)?;
        }
    }
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
                    th scope="row" { (warehouse.name) } td { (warehouse.source) } td { (warehouse.stock_type) }
                    td.n { (language.number(warehouse.available)) }
                }
            }
        }
    };
    let (id, title) = ("warehouses-chart", phrases.warehouses_chart);
    let about = phrases.warehouses_chart_about;
    Ok(figure(&Figure { id, title, about, legend: html! {}, drawings, table }, language))
}

fn syncs(page: &Page, language: Language) -> anyhow::Result<Markup> {
    let phrases = language.phrases();
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
                seconds: seconds(run).unwrap_or(0),
                status: run.status,
                text: spoken(run, page, language),
            });
            Lane { name: source.to_string(), marks: marks.filter(|mark| mark.at >= 0.0).collect() }
        })
        .collect();
    let days: Vec<(f64, String)> = left
        .iter_days()
        .take(RUN_DAYS as usize)
        .enumerate()
        .map(|(index, day)| (index as f64, language.short_day(day)))
        .collect();
    let frame = runs::Frame {
        name: phrases.runs_chart_about,
        unit: phrases.seconds,
        days: &days,
        end: f64::from(RUN_DAYS),
        number: &|value| language.number(value),
    };
    let mut drawings = String::new();
    if !page.runs.is_empty() {
        for width in Width::ALL {
            drawings += &runs::draw(width, &frame, &lanes)?;
        }
    }
    let (id, title, about) = ("runs-chart", phrases.runs_chart, phrases.runs_chart_about);
    let (legend, table) = (runs_legend(page, language), runs_table(page, language));
    Ok(figure(&Figure { id, title, about, legend, drawings, table }, language))
}

fn seconds(run: &Run) -> Option<i64> {
    Some((run.completed_at? - run.started_at).num_seconds().max(0))
}

fn ended(status: Status, language: Language) -> &'static str {
    let phrases = language.phrases();
    match status {
        Status::Success => phrases.success,
        Status::Partial => phrases.partial,
        Status::Failed => phrases.failed,
    }
}

fn spoken(run: &Run, page: &Page, language: Language) -> String {
    let took = seconds(run).map(|seconds| language.duration(seconds.unsigned_abs()));
    format!(
        "{}, {}\n{} · {}",
        run.source,
        language.short_moment(run.started_at.with_timezone(page.made_at.offset())),
        ended(run.status, language),
        took.as_deref().unwrap_or(language.phrases().unfinished)
    )
}

fn runs_legend(page: &Page, language: Language) -> Markup {
    let count = |wanted| page.runs.iter().filter(|run| run.status == wanted).count();
    let sample = |wanted| match wanted {
        Status::Success => html! { circle cx="6" cy="6" r="4" fill=(Role::Success.code()) {} },
        Status::Partial => html! { path d="M6 1L11 10H1Z" fill=(Role::Partial.code()) {} },
        Status::Failed => {
            html! { path d="M2 2L10 10M10 2L2 10" stroke=(Role::Failed.code()) stroke-width="2" {} }
        }
    };
    html! {
        ul.legend {
            @for wanted in [Status::Success, Status::Partial, Status::Failed] {
                li {
                    svg.sample.mark viewBox="0 0 12 12" aria-hidden="true" { (sample(wanted)) }
                    (ended(wanted, language)) " " strong { (language.total(count(wanted))) }
                }
            }
        }
    }
}

/// The runs by day and marketplace: a thousand single ones help nobody who listens to them.
fn runs_table(page: &Page, language: Language) -> Markup {
    let phrases = language.phrases();
    let zone = page.made_at.offset();
    let day = |run: &Run| run.started_at.with_timezone(zone).date_naive();
    let days =
        (0..i64::from(RUN_DAYS)).map(|back| page.made_at.date_naive() - TimeDelta::days(back));
    html! {
        thead {
            tr {
                th scope="col" { (phrases.day) } th scope="col" { (phrases.marketplace) }
                th.n scope="col" { (phrases.success) } th.n scope="col" { (phrases.partial) }
                th.n scope="col" { (phrases.failed) } th.n scope="col" { (phrases.average_duration) }
            }
        }
        tbody {
            @for date in days {
                @for source in Source::ALL {
                    @let own: Vec<&Run> = page.runs.iter().filter(|run| run.source == source && day(run) == date).collect();
                    @let count = |wanted| own.iter().filter(|run| run.status == wanted).count();
                    @let took: Vec<i64> = own.iter().filter_map(|run| seconds(run)).collect();
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
