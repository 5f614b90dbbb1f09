//! The report as metrics for the textfile collector of node_exporter. Names and labels are an interface; no label has values
//! without a bound (no article, no warehouse, no message).

use std::fmt::Write;

use chrono::{DateTime, Utc};

use super::{Report, SourceReport};
use crate::inventory::StockType;
use crate::monitor::finding::Severity;

/// Everything is a gauge: what a period's runs add up to falls again when they leave it.
struct Metric {
    name: &'static str,
    help: &'static str,
    samples: Vec<(String, f64)>,
}

/// Renders the report.
pub fn prometheus(report: &Report) -> String {
    let mut metrics = vec![Metric {
        name: "stocksync_report_timestamp_seconds",
        help: "When these metrics were made, as Unix time.",
        samples: vec![(String::new(), seconds(report.generated_at))],
    }];
    metrics.extend(freshness(report));
    metrics.extend(stock(report));
    metrics.extend(runs(report));
    metrics.extend(oddities(report));
    let mut text = String::new();
    for metric in metrics.iter().filter(|metric| !metric.samples.is_empty()) {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "# HELP {} {}", metric.name, metric.help);
        let _ = writeln!(text, "# TYPE {} gauge", metric.name);
        for (labels, value) in &metric.samples {
            let _ = writeln!(text, "{}{labels} {value}", metric.name);
        }
    }
    text
}

fn freshness(report: &Report) -> [Metric; 5] {
    [
        each(
            report,
            "stocksync_last_success_timestamp_seconds",
            "When stock was last stored, as Unix time; absent if never.",
            |source| source.last_success().map(seconds),
        ),
        each(
            report,
            "stocksync_fresh",
            "1 if the stored stock is recent, 0 if it is stale or was never stored.",
            |source| {
                let fresh = source.freshness.verdict == crate::monitor::freshness::Verdict::Fresh;
                Some(f64::from(u8::from(fresh)))
            },
        ),
        each(
            report,
            "stocksync_max_age_seconds",
            "How old the stock may be before it counts as stale.",
            |source| Some(source.freshness.max_age_seconds as f64),
        ),
        each(
            report,
            "stocksync_failures_in_a_row",
            "Failed syncs since the last one that stored stock.",
            |source| Some(f64::from(source.failures_in_a_row)),
        ),
        each(
            report,
            "stocksync_key_expiry_timestamp_seconds",
            "When the API key ends, as Unix time; absent where that is not known.",
            |source| source.key_end.map(|end| seconds(end.at)),
        ),
    ]
}

fn stock(report: &Report) -> [Metric; 4] {
    let mut pieces = Vec::new();
    for source in &report.sources {
        for kind in StockType::ALL.map(StockType::as_str) {
            let warehouses: Vec<_> = source
                .snapshot
                .warehouses
                .iter()
                .filter(|warehouse| warehouse.stock_type == kind)
                .collect();
            let sums: [(&str, i64); 4] = [
                ("available", warehouses.iter().map(|stock| stock.available).sum()),
                ("reserved", warehouses.iter().map(|stock| stock.reserved).sum()),
                ("in_way_to_client", warehouses.iter().map(|stock| stock.in_way_to_client).sum()),
                (
                    "in_way_from_client",
                    warehouses.iter().map(|stock| stock.in_way_from_client).sum(),
                ),
            ];
            for (state, sum) in sums {
                let labels = format!(
                    r#"{{source="{}",stock_type="{kind}",state="{state}"}}"#,
                    source.source
                );
                pieces.push((labels, sum as f64));
            }
        }
    }
    [
        each(report, "stocksync_products", "Listings in the newest snapshot.", |source| {
            Some(source.snapshot.products as f64)
        }),
        each(
            report,
            "stocksync_products_with_stock",
            "Listings in the newest snapshot with something available or reserved.",
            |source| Some(source.snapshot.products_with_stock as f64),
        ),
        each(
            report,
            "stocksync_products_ran_out",
            "Listings that had stock in the snapshot before and have none in the newest.",
            |source| Some(source.ran_out.total as f64),
        ),
        Metric {
            name: "stocksync_stock_pieces",
            help: "Pieces in the newest snapshot.",
            samples: pieces,
        },
    ]
}

fn runs(report: &Report) -> [Metric; 7] {
    let mut by_status = Vec::new();
    for source in &report.sources {
        let runs = &source.runs;
        for (status, count) in
            [("success", runs.succeeded), ("partial", runs.partial), ("failed", runs.failed)]
        {
            let labels = format!(r#"{{source="{}",status="{status}"}}"#, source.source);
            by_status.push((labels, count as f64));
        }
    }
    [
        Metric {
            name: "stocksync_period_seconds",
            help: "The time whose runs the next metrics count.",
            samples: vec![(String::new(), report.period_seconds as f64)],
        },
        Metric {
            name: "stocksync_period_runs",
            help: "Syncs of the period by how they ended.",
            samples: by_status,
        },
        each(
            report,
            "stocksync_period_success_ratio",
            "Share of the period's syncs that stored stock, from 0 to 1; absent without syncs.",
            SourceReport::success_rate,
        ),
        each(
            report,
            "stocksync_period_average_duration_seconds",
            "Average duration of the period's syncs that stored stock; absent without any.",
            |source| source.runs.average_duration_seconds,
        ),
        each(
            report,
            "stocksync_period_rejected_records",
            "Records of the marketplace that the period's syncs rejected.",
            |source| Some(source.runs.records_rejected as f64),
        ),
        each(
            report,
            "stocksync_period_http_requests",
            "HTTP requests that the period's syncs sent.",
            |source| Some(source.runs.requests as f64),
        ),
        each(
            report,
            "stocksync_period_received_bytes",
            "Bytes that the period's syncs received.",
            |source| Some(source.runs.bytes as f64),
        ),
    ]
}

fn oddities(report: &Report) -> [Metric; 1] {
    let mut samples = Vec::new();
    for source in &report.sources {
        for severity in [Severity::Warning, Severity::Critical] {
            let labels =
                format!(r#"{{source="{}",severity="{}"}}"#, source.source, severity.as_str());
            samples.push((labels, source.oddities(severity) as f64));
        }
    }
    [Metric {
        name: "stocksync_anomalies",
        help: "Anomalies and suspicious API activity.",
        samples,
    }]
}

/// One sample per marketplace that has one.
fn each(
    report: &Report,
    name: &'static str,
    help: &'static str,
    value: impl Fn(&SourceReport) -> Option<f64>,
) -> Metric {
    let sample = |source: &SourceReport| {
        Some((format!(r#"{{source="{}"}}"#, source.source), value(source)?))
    };
    Metric { name, help, samples: report.sources.iter().filter_map(sample).collect() }
}

fn seconds(moment: DateTime<Utc>) -> f64 {
    moment.timestamp() as f64
}
