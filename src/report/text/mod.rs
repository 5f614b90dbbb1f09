//! The report as tables for a terminal of 80 columns or a mail. Times are the seller's; the words
//! are in `words`.

mod products;
mod tables;

use chrono::{DateTime, Utc};

use super::failure_groups::{FailureGroup, grouped};
use super::{Report, SourceReport};
use crate::language::Language;
use crate::monitor::anomalies::Anomaly;
use crate::store::queries::WarehouseStock;
use crate::text::{clean, printable};
use crate::words::report::{self as words, Words};
use crate::words::{anomalies as odd, failures, plain};
use tables::{paragraph, table};

/// Columns of a terminal, and of most mails.
const WIDTH: usize = 80;
/// Kinds of failures of a marketplace that are told.
const GROUPS: usize = 4;
/// Characters of a failure's reason.
const LONGEST_REASON: usize = 300;

pub(crate) fn text(report: &Report, language: Language) -> String {
    let text = Text { report, language, words: Words::of(language) };
    let made_at = report.generated_at.with_timezone(&report.utc_offset);
    let mut parts = vec![words::heading(made_at, language), text.overview()];
    parts.extend(text.keys());
    parts.extend(text.anomalies());
    for source in &report.sources {
        parts.extend(text.stock(source));
        parts.extend(text.ran_out(source));
    }
    parts.extend(products::text(&report.products, language));
    for source in &report.sources {
        parts.extend(text.failures(source));
    }
    parts.extend(text.alerts());
    parts.join("\n\n")
}

struct Text<'a> {
    report: &'a Report,
    language: Language,
    words: &'static Words,
}

impl Text<'_> {
    fn time(&self, moment: DateTime<Utc>) -> String {
        self.language.time(moment.with_timezone(&self.report.utc_offset))
    }

    fn number(&self, number: impl TryInto<i64>) -> String {
        plain(number, self.language)
    }

    /// A row per figure and a column per marketplace: so many figures side by side would not fit.
    fn overview(&self) -> String {
        let Self { report, language, words, .. } = *self;
        let row = |name: &str, value: &dyn Fn(&SourceReport) -> String| {
            let values = report.sources.iter().map(value);
            std::iter::once(name.to_owned()).chain(values).collect::<Vec<_>>()
        };
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "–".into());
        let number = |value: u64| self.number(value);
        let rows = vec![
            row(words.stock_is, &|one| words::verdict(one.freshness.verdict, language).to_owned()),
            row(words.last_success, &|one| {
                one.last_success().map_or_else(|| words.never.into(), |moment| self.time(moment))
            }),
            row(words.products, &|one| number(one.snapshot.products)),
            row(words.with_stock, &|one| number(one.snapshot.products_with_stock)),
            row(words.unmatched, &|one| or_none(one.unmatched_products.map(number))),
            row(words.ran_out, &|one| number(one.ran_out.total)),
            row(&words::syncs_of(report.period_seconds, language), &|one| number(one.runs.total)),
            row(words.successful, &|one| {
                or_none(
                    one.success_rate().map(|rate| language.percent(rate).replace('\u{a0}', " ")),
                )
            }),
            row(words.partial, &|one| number(one.runs.partial)),
            row(words.failed, &|one| number(one.runs.failed)),
            row(words.running, &|one| number(one.runs.running)),
            row(words.average_duration, &|one| {
                let average = one.runs.average_duration_seconds;
                or_none(average.map(|took| format!("{} {}", language.decimal(took), words.seconds)))
            }),
            row(words.rejected, &|one| number(one.runs.records_rejected)),
            row(words.requests, &|one| number(one.runs.requests)),
            row(words.received, &|one| bytesize::ByteSize(one.runs.bytes).to_string()),
            row(words.key_ends, &|one| or_none(one.key_end.map(|end| self.time(end.at)))),
            row(words.anomalies_row, &|one| number(one.oddities_in_all() as u64)),
        ];
        let mut header = vec![""];
        header.extend(report.sources.iter().map(|source| source.source.as_str()));
        table(&header, 1..=report.sources.len(), rows)
    }

    fn keys(&self) -> Option<String> {
        let Self { report, language, words } = *self;
        let near = report.sources.iter().filter_map(|source| {
            let finding = source.key_end?.finding(report.generated_at, report.utc_offset)?;
            Some(paragraph(&words::finding(&finding, language), ""))
        });
        titled(words.keys, near.collect())
    }

    fn anomalies(&self) -> Option<String> {
        let language = self.language;
        let mut all: Vec<&Anomaly> = self
            .report
            .sources
            .iter()
            .flat_map(|source| source.anomalies.iter().chain(&source.suspicious))
            .collect();
        all.sort_by_key(|anomaly| std::cmp::Reverse(anomaly.severity));
        let mut lines = Vec::new();
        for anomaly in all {
            let about = odd::about(anomaly.severity, anomaly.source, language);
            let sentence = clean(&odd::sentence(anomaly, language), LONGEST_REASON);
            lines.push(paragraph(&format!("{about}: {sentence}"), ""));
            let shown = anomaly.products.iter().take(3);
            lines.extend(shown.map(|product| paragraph(&odd::product(product, language), "    ")));
            let more = anomaly.products_total.saturating_sub(3);
            if more > 0 {
                lines.push(format!("    {}", words::and_more(more, language)));
            }
        }
        titled(self.words.anomalies, lines)
    }

    fn stock(&self, source: &SourceReport) -> Option<String> {
        let words = self.words;
        let day = self.language.date(source.snapshot.day?);
        let warehouses = &source.snapshot.warehouses;
        let title = words::snapshot(source.source, &day, warehouses.is_empty(), self.language);
        if warehouses.is_empty() {
            return Some(title);
        }
        let mut rows: Vec<Vec<String>> = warehouses
            .iter()
            .map(|stock| self.cells(&stock.stock_type, &place(stock), stock))
            .collect();
        rows.push(self.cells(words.all, "", &WarehouseStock::sum(warehouses)));
        let header = [
            words.stock_type,
            words.warehouse,
            words.rows,
            words.available,
            words.reserved,
            words.to_client,
            words.returning,
        ];
        Some(format!("{title}\n{}", table(&header, 2..=6, rows)))
    }

    fn cells(&self, stock_type: &str, name: &str, stock: &WarehouseStock) -> Vec<String> {
        vec![
            stock_type.to_owned(),
            name.to_owned(),
            self.number(stock.rows),
            self.number(stock.available),
            self.number(stock.reserved),
            self.number(stock.in_way_to_client),
            self.number(stock.in_way_from_client),
        ]
    }

    fn ran_out(&self, source: &SourceReport) -> Option<String> {
        let products = &source.ran_out;
        if products.total == 0 {
            return None;
        }
        let rows = products.listed.iter().map(|product| {
            let gone = odd::not_listed(self.language);
            vec![
                odd::product_name(product),
                self.number(product.before.unwrap_or(0)),
                if product.now.is_some() { "0" } else { gone }.to_owned(),
            ]
        });
        let header = [self.words.product, self.words.before, self.words.now];
        let mut text = words::ran_out(source.source, self.language);
        text += &format!("\n{}", table(&header, 1..=2, rows));
        let more = products.total.saturating_sub(products.listed.len() as u64);
        if more > 0 {
            text += &format!("\n {}", words::and_more(more, self.language));
        }
        Some(text)
    }

    /// Each kind once: when, what and what to do, and only then the program's own words.
    fn failures(&self, source: &SourceReport) -> Option<String> {
        let language = self.language;
        let groups = grouped(&source.failures);
        let mut lines = Vec::new();
        for FailureGroup { newest, oldest, count } in groups.iter().take(GROUPS) {
            let span = match count {
                1 => self.time(newest.started_at),
                _ => format!("{} – {}", self.time(*oldest), self.time(newest.started_at)),
            };
            let exit = newest.exit_code.map_or("–".into(), |code| code.to_string());
            let kind = failures::kind(newest.failure_kind, language);
            lines.push(paragraph(&format!("{}× {span}, {exit}: {kind}", self.number(*count)), ""));
            let remedy = failures::remedy(newest, language);
            lines.extend(remedy.map(|remedy| paragraph(&format!("→ {remedy}"), "    ")));
            lines.push(paragraph(&clean(&newest.reason, LONGEST_REASON), "    "));
        }
        let rest = groups.iter().skip(GROUPS).map(|group| group.count).sum();
        if rest > 0 {
            lines.push(words::and_more(rest, language));
        }
        titled(&words::failed_runs(source.source, language), lines)
    }

    fn alerts(&self) -> Option<String> {
        let mut sent: Vec<_> =
            self.report.sources.iter().flat_map(|source| &source.alerts).collect();
        if sent.is_empty() {
            return None;
        }
        sent.sort_by_key(|sent| std::cmp::Reverse(sent.at));
        let rows =
            sent.iter().take(20).map(|sent| vec![self.time(sent.at), printable(&sent.title)]);
        let header = [self.words.when, self.words.message];
        Some(format!("{}\n{}", self.words.messages, table(&header, 9..=9, rows)))
    }
}

fn titled(title: &str, lines: Vec<String>) -> Option<String> {
    (!lines.is_empty()).then(|| format!("{title}\n{}", lines.join("\n")))
}
/// A warehouse, and the cluster that it supplies.
fn place(stock: &WarehouseStock) -> String {
    let name = printable(&stock.warehouse_name);
    match &stock.cluster {
        Some(cluster) => format!("{name} ({})", printable(cluster)),
        None => name,
    }
}
