//! The report as tables for a terminal of 80 columns or a mail. Times are the seller's.

mod products;
mod tables;

use chrono::{DateTime, Utc};

use super::{Report, SourceReport};
use crate::monitor::anomalies::{Anomaly, Product};
use crate::monitor::freshness::readable;
use crate::store::queries::WarehouseStock;
use crate::text::{clean, printable};
use tables::{paragraph, table};

/// Columns of a terminal, and of most mails.
const WIDTH: usize = 80;
/// Characters of a failure's reason.
const LONGEST_REASON: usize = 300;

/// Renders the report.
pub fn text(report: &Report) -> String {
    let mut parts = vec![format!(
        "Stock and syncs on {} (UTC{})",
        time(report, report.generated_at),
        report.utc_offset
    )];
    parts.push(overview(report));
    parts.extend(keys(report));
    parts.extend(anomalies(report));
    for source in &report.sources {
        parts.extend(stock(source));
        parts.extend(ran_out(source));
    }
    parts.extend(products::text(&report.products));
    for source in &report.sources {
        parts.extend(failures(report, source));
    }
    parts.extend(alerts(report));
    parts.join("\n\n")
}

fn time(report: &Report, moment: DateTime<Utc>) -> String {
    moment.with_timezone(&report.utc_offset).format("%Y-%m-%d %H:%M").to_string()
}

/// A row per figure and a column per marketplace: so many figures side by side would not fit.
fn overview(report: &Report) -> String {
    let period = readable(report.period_seconds);
    let row = |name: &str, value: &dyn Fn(&SourceReport) -> String| {
        let mut row = vec![name.to_owned()];
        row.extend(report.sources.iter().map(value));
        row
    };
    let count = |value: Option<u64>| value.map_or("–".into(), |count| count.to_string());
    let rows = vec![
        row("Stock is", &|source| source.freshness.verdict.as_str().to_owned()),
        row("Last success", &|source| {
            source.last_success().map_or("never".into(), |moment| time(report, moment))
        }),
        row("Products", &|source| source.snapshot.products.to_string()),
        row("  with stock", &|source| source.snapshot.products_with_stock.to_string()),
        row("  not on the other marketplace", &|source| count(source.unmatched_products)),
        row("  ran out since the snapshot before", &|source| source.ran_out.total.to_string()),
        row(&format!("Syncs of the last {period}"), &|source| source.runs.total.to_string()),
        row("  successful", &|source| rate(source)),
        row("  partial", &|source| source.runs.partial.to_string()),
        row("  failed", &|source| source.runs.failed.to_string()),
        row("  average duration", &|source| {
            let average = source.runs.average_duration_seconds;
            average.map_or("–".into(), |seconds| format!("{seconds:.1} s"))
        }),
        row("  records rejected", &|source| source.runs.records_rejected.to_string()),
        row("  requests", &|source| source.runs.requests.to_string()),
        row("  received", &|source| bytesize::ByteSize(source.runs.bytes).to_string()),
        row("Key ends", &|source| source.key_end.map_or("–".into(), |end| time(report, end.at))),
        row("Anomalies", &|source| source.oddities_in_all().to_string()),
    ];
    let mut header = vec![""];
    header.extend(report.sources.iter().map(|source| source.source.as_str()));
    table(&header, 1..=report.sources.len(), rows)
}

fn rate(source: &SourceReport) -> String {
    source.success_rate().map_or("–".into(), |rate| format!("{:.0} %", rate * 100.0))
}

/// The keys that end soon, in the words of `check-freshness`.
fn keys(report: &Report) -> Option<String> {
    let near = report.sources.iter().filter_map(|source| {
        let finding = source.key_end?.finding(report.generated_at, report.utc_offset)?;
        let (severity, message) = (finding.severity.as_str(), finding.message);
        Some(paragraph(&format!("{severity}: {}: {message}", source.source), "", WIDTH))
    });
    let lines: Vec<String> = near.collect();
    (!lines.is_empty()).then(|| format!("Keys\n{}", lines.join("\n")))
}

fn anomalies(report: &Report) -> Option<String> {
    let mut all: Vec<&Anomaly> = report
        .sources
        .iter()
        .flat_map(|source| source.anomalies.iter().chain(&source.suspicious))
        .collect();
    all.sort_by_key(|anomaly| std::cmp::Reverse(anomaly.severity));
    let mut lines = Vec::new();
    for anomaly in all {
        let line = format!(
            "{}: {}: {}",
            anomaly.severity.as_str(),
            anomaly.source,
            long(&anomaly.message)
        );
        lines.push(paragraph(&line, "", WIDTH));
        for product in anomaly.products.iter().take(3) {
            lines.push(paragraph(&product_line(product), "    ", WIDTH));
        }
        let more = anomaly.products_total.saturating_sub(anomaly.products.len().min(3) as u64);
        if more > 0 {
            lines.push(format!("    and {more} more"));
        }
    }
    (!lines.is_empty()).then(|| format!("Anomalies\n{}", lines.join("\n")))
}

fn product_line(product: &Product) -> String {
    let count =
        |pieces: Option<i64>| pieces.map_or("not listed".into(), |pieces| pieces.to_string());
    format!("{}: {} → {}", product_name(product), count(product.before), count(product.now))
}

fn product_name(product: &Product) -> String {
    let size = if product.size_id.is_empty() { "" } else { "/" };
    let name = product.name.as_deref().map(|name| format!(" {}", shown(name)));
    format!("{}{size}{}{}", shown(&product.sku), shown(&product.size_id), name.unwrap_or_default())
}

fn stock(source: &SourceReport) -> Option<String> {
    let day = source.snapshot.day?;
    let warehouses = &source.snapshot.warehouses;
    if warehouses.is_empty() {
        return Some(format!(
            "{}, snapshot of {day}: empty, the newest sync stored nothing",
            source.source
        ));
    }
    let mut rows: Vec<Vec<String>> = warehouses
        .iter()
        .map(|stock| cells(&stock.stock_type, &shown(&stock.warehouse_name), stock))
        .collect();
    rows.push(cells("All", "", &total(warehouses)));
    let header = ["Type", "Warehouse", "Rows", "Available", "Reserved", "To client", "Returning"];
    Some(format!("{}, snapshot of {day}, pieces\n{}", source.source, table(&header, 2..=6, rows)))
}

fn cells(stock_type: &str, warehouse_name: &str, stock: &WarehouseStock) -> Vec<String> {
    vec![
        stock_type.to_owned(),
        warehouse_name.to_owned(),
        stock.rows.to_string(),
        stock.available.to_string(),
        stock.reserved.to_string(),
        stock.in_way_to_client.to_string(),
        stock.in_way_from_client.to_string(),
    ]
}

fn total(warehouses: &[WarehouseStock]) -> WarehouseStock {
    warehouses.iter().fold(WarehouseStock::default(), |mut total, warehouse| {
        total.rows += warehouse.rows;
        total.available += warehouse.available;
        total.reserved += warehouse.reserved;
        total.in_way_to_client += warehouse.in_way_to_client;
        total.in_way_from_client += warehouse.in_way_from_client;
        total
    })
}

fn ran_out(source: &SourceReport) -> Option<String> {
    let products = &source.ran_out;
    if products.total == 0 {
        return None;
    }
    let rows = products.listed.iter().map(|product| {
        vec![
            product_name(product),
            product.before.unwrap_or(0).to_string(),
            if product.now.is_some() { "0" } else { "not listed" }.to_owned(),
        ]
    });
    let table = table(&["Product", "Before", "Now"], 1..=2, rows);
    let more = products.total.saturating_sub(products.listed.len() as u64);
    let rest = if more > 0 { format!("\n and {more} more") } else { String::new() };
    Some(format!("{}: ran out since the snapshot before\n{table}{rest}", source.source))
}

fn failures(report: &Report, source: &SourceReport) -> Option<String> {
    if source.failures.is_empty() {
        return None;
    }
    let rows = source.failures.iter().map(|failure| {
        vec![
            time(report, failure.started_at),
            failure.exit_code.map_or("–".into(), |code| code.to_string()),
            long(&failure.reason),
        ]
    });
    Some(format!(
        "{}: failed runs\n{}",
        source.source,
        table(&["Began", "Exit", "Reason"], 1..=1, rows)
    ))
}

fn alerts(report: &Report) -> Option<String> {
    let mut sent: Vec<_> = report.sources.iter().flat_map(|source| &source.alerts).collect();
    if sent.is_empty() {
        return None;
    }
    sent.sort_by_key(|sent| std::cmp::Reverse(sent.at));
    let rows = sent.iter().take(20).map(|sent| vec![time(report, sent.at), shown(&sent.title)]);
    Some(format!("Messages sent\n{}", table(&["When", "Message"], 9..=9, rows)))
}

/// Names come from outside: what would steer a terminal is shown in its escaped form.
fn shown(text: &str) -> String {
    printable(text)
}

/// A reason may be longer than a name.
fn long(text: &str) -> String {
    clean(text, LONGEST_REASON)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_shows_size_and_name_and_no_terminal_escapes() {
        let product = Product {
            sku: "47254354".into(),
            size_id: "91663228".into(),
            name: Some("Ёлка\u{1b}[31m".into()),
            before: Some(5),
            now: None,
        };
        assert_eq!(product_line(&product), "47254354/91663228 Ёлка\\u{1b}[31m: 5 → not listed");
    }
}
