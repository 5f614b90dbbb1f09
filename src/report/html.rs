//! The report as one self-contained page: no script, nothing from elsewhere. A first plain version.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use super::{Report, SourceReport};
use crate::monitor::freshness::readable;

/// Forbids everything but the page's own style, should anything foreign ever slip through the escaping.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}\
     table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}th,td{text-align:left;padding:.25rem .75rem .25rem 0;\
     border-bottom:1px solid #8884;overflow-wrap:anywhere}.n{text-align:right}:root{color-scheme:light dark}";

/// Renders the report.
pub fn html(report: &Report) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Stock and syncs</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Stock and syncs</h1>\n<p>{} (UTC{}), runs of the last {}</p>\n",
        time(report, report.generated_at),
        report.utc_offset,
        readable(report.period_seconds)
    );
    overview(&mut page, report);
    anomalies(&mut page, report);
    for source in &report.sources {
        stock(&mut page, source);
        ran_out(&mut page, source);
        failures(&mut page, report, source);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn overview(page: &mut String, report: &Report) {
    let rows = report.sources.iter().map(|source| {
        vec![
            source.source.to_string(),
            format!("{:?}", source.freshness.verdict).to_lowercase(),
            source.last_success().map_or("never".into(), |moment| time(report, moment)),
            source.snapshot.products.to_string(),
            source.snapshot.products_with_stock.to_string(),
            source.runs.total.to_string(),
            source.runs.failed.to_string(),
        ]
    });
    let header =
        ["Marketplace", "Stock is", "Last success", "Products", "In stock", "Runs", "Failed"];
    table(page, "Overview", &header, 3, rows);
}

fn anomalies(page: &mut String, report: &Report) {
    let all =
        report.sources.iter().flat_map(|source| source.anomalies.iter().chain(&source.suspicious));
    let rows: Vec<Vec<String>> = all
        .map(|anomaly| {
            vec![
                anomaly.severity.as_str().to_owned(),
                anomaly.source.to_owned(),
                anomaly.message.clone(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        table(page, "Anomalies", &["Severity", "Marketplace", "What"], 9, rows);
    }
}

fn stock(page: &mut String, source: &SourceReport) {
    let Some(day) = source.snapshot.day else { return };
    let rows = source.snapshot.warehouses.iter().map(|stock| {
        vec![
            stock.stock_type.clone(),
            stock.warehouse_name.clone(),
            stock.available.to_string(),
            stock.reserved.to_string(),
            stock.in_way_to_client.to_string(),
            stock.in_way_from_client.to_string(),
        ]
    });
    let header = ["Type", "Warehouse", "Available", "Reserved", "To client", "Returning"];
    table(page, &format!("{}: stock on {day}, pieces", source.source), &header, 2, rows);
}

fn ran_out(page: &mut String, source: &SourceReport) {
    let rows: Vec<Vec<String>> = source
        .ran_out
        .listed
        .iter()
        .map(|product| {
            vec![
                product.name.clone().unwrap_or_default(),
                product.sku.clone(),
                product.before.unwrap_or(0).to_string(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let title = format!("{}: {} products ran out", source.source, source.ran_out.total);
        table(page, &title, &["Product", "Article", "Pieces before"], 2, rows);
    }
}

fn failures(page: &mut String, report: &Report, source: &SourceReport) {
    let rows: Vec<Vec<String>> = source
        .failures
        .iter()
        .map(|failure| {
            vec![
                time(report, failure.started_at),
                failure.exit_code.map_or("–".into(), |code| code.to_string()),
                failure.reason.clone(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let title = format!("{}: failed runs", source.source);
        table(page, &title, &["Began", "Exit", "Reason"], 9, rows);
    }
}

/// A table whose columns from `numbers` on are aligned to the right. Every cell is escaped here and nowhere else.
fn table(
    page: &mut String,
    title: &str,
    header: &[&str],
    numbers: usize,
    rows: impl IntoIterator<Item = Vec<String>>,
) {
    let class = |index: usize| if index >= numbers { " class=\"n\"" } else { "" };
    // Writing into a String cannot fail.
    let _ = write!(page, "<h2>{}</h2>\n<table>\n<thead><tr>", escaped(title));
    for (index, cell) in header.iter().enumerate() {
        let _ = write!(page, "<th scope=\"col\"{}>{}</th>", class(index), escaped(cell));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        page.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let _ = write!(page, "<td{}>{}</td>", class(index), escaped(cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n");
}

fn time(report: &Report, moment: DateTime<Utc>) -> String {
    moment.with_timezone(&report.utc_offset).format("%Y-%m-%d %H:%M").to_string()
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_text() {
        assert_eq!(escaped("\"><script>'&"), "&quot;&gt;&lt;script&gt;&#39;&amp;");
    }
}
