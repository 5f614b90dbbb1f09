//! The report as metrics for the textfile collector of node_exporter. Names and labels are an
//! interface; no label has values without a bound (no article, no warehouse, no message).

use std::fmt::Write;

use chrono::{DateTime, Utc};

use super::{Report, SourceReport};
use crate::inventory::StockType;
use crate::monitor::finding::Severity;
use crate::monitor::freshness::Verdict;
use crate::store::queries::WarehouseStock;

/// A metric's samples of one marketplace: further labels, and the value.
type Samples = Vec<(String, f64)>;

/// Where a metric's samples come from.
enum Of {
    /// One sample of the whole report.
    Report(fn(&Report) -> f64),
    /// At most one sample of each marketplace.
    Source(fn(&SourceReport) -> Option<f64>),
    /// Samples of each marketplace, told apart by further labels.
    Labels(fn(&SourceReport) -> Samples),
}

/// Name without `stocksync_`, help, source, in the order of the output. Everything is a gauge: what
/// a period's runs add up to falls again when they leave it.
const METRICS: &[(&str, &str, Of)] = &[
    (
        "report_timestamp_seconds",
        "When these metrics were made, as Unix time.",
        Of::Report(|report| seconds(report.generated_at)),
    ),
    (
        "last_success_timestamp_seconds",
        "When stock was last stored, as Unix time; absent if never.",
        Of::Source(|source| source.last_success().map(seconds)),
    ),
    (
        "fresh",
        "1 if the stored stock is recent, 0 if it is stale or was never stored.",
        Of::Source(|source| Some(f64::from(u8::from(source.freshness.verdict == Verdict::Fresh)))),
    ),
    (
        "max_age_seconds",
        "How old the stock may be before it counts as stale.",
        Of::Source(|source| Some(source.freshness.max_age_seconds as f64)),
    ),
    (
        "failures_in_a_row",
        "Failed syncs since the last one that stored stock.",
        Of::Source(|source| Some(f64::from(source.failures_in_a_row))),
    ),
    (
        "key_expiry_timestamp_seconds",
        "When the API key ends, as Unix time; absent where that is not known.",
        Of::Source(|source| source.key_end.map(|end| seconds(end.at))),
    ),
    (
        "products",
        "Listings in the newest snapshot.",
        Of::Source(|source| Some(source.snapshot.products as f64)),
    ),
    (
        "products_with_stock",
        "Listings in the newest snapshot with something available or reserved.",
        Of::Source(|source| Some(source.snapshot.products_with_stock as f64)),
    ),
    (
        "products_ran_out",
        "Listings that had stock in the snapshot before and have none in the newest.",
        Of::Source(|source| Some(source.ran_out.total as f64)),
    ),
    ("stock_pieces", "Pieces in the newest snapshot.", Of::Labels(pieces)),
    (
        "period_seconds",
        "The time whose runs the next metrics count.",
        Of::Report(|report| report.period_seconds as f64),
    ),
    ("period_runs", "Syncs of the period by how they ended.", Of::Labels(runs)),
    (
        "period_success_ratio",
        "Share of the period's syncs that stored stock, from 0 to 1; absent without syncs.",
        Of::Source(SourceReport::success_rate),
    ),
    (
        "period_average_duration_seconds",
        "Average duration of the period's syncs that stored stock; absent without any.",
        Of::Source(|source| source.runs.average_duration_seconds),
    ),
    (
        "period_rejected_records",
        "Records of the marketplace that the period's syncs rejected.",
        Of::Source(|source| Some(source.runs.records_rejected as f64)),
    ),
    (
        "period_http_requests",
        "HTTP requests that the period's syncs sent.",
        Of::Source(|source| Some(source.runs.requests as f64)),
    ),
    (
        "period_received_bytes",
        "Bytes that the period's syncs received.",
        Of::Source(|source| Some(source.runs.bytes as f64)),
    ),
    ("anomalies", "Anomalies and suspicious API activity.", Of::Labels(oddities)),
];

pub(crate) fn prometheus(report: &Report) -> String {
    let mut text = String::new();
    for (name, help, of) in METRICS {
        let samples = samples(report, of);
        if samples.is_empty() {
            continue;
        }
        // Writing into a String cannot fail.
        let _ = writeln!(text, "# HELP stocksync_{name} {help}");
        let _ = writeln!(text, "# TYPE stocksync_{name} gauge");
        for (labels, value) in samples {
            let _ = writeln!(text, "stocksync_{name}{labels} {value}");
        }
    }
    text
}

fn samples(report: &Report, of: &Of) -> Samples {
    let each = |values: &dyn Fn(&SourceReport) -> Samples| -> Samples {
        let labelled = |source: &SourceReport| {
            let name = source.source;
            let values = values(source).into_iter();
            let sample = move |(more, value)| (format!(r#"{{source="{name}"{more}}}"#), value);
            values.map(sample).collect::<Samples>()
        };
        report.sources.iter().flat_map(labelled).collect()
    };
    match of {
        Of::Report(value) => vec![(String::new(), value(report))],
        Of::Source(value) => {
            each(&|source| value(source).map(|value| (String::new(), value)).into_iter().collect())
        }
        Of::Labels(values) => each(values),
    }
}

fn pieces(source: &SourceReport) -> Samples {
    let mut samples = Vec::new();
    for kind in StockType::ALL.map(StockType::as_str) {
        let warehouses = &source.snapshot.warehouses;
        let sum = WarehouseStock::sum(warehouses.iter().filter(|one| one.stock_type == kind));
        for (state, pieces) in [
            ("available", sum.available),
            ("reserved", sum.reserved),
            ("in_way_to_client", sum.in_way_to_client),
            ("in_way_from_client", sum.in_way_from_client),
        ] {
            samples.push((format!(r#",stock_type="{kind}",state="{state}""#), pieces as f64));
        }
    }
    samples
}

fn runs(source: &SourceReport) -> Samples {
    let runs = &source.runs;
    let counts = [
        ("success", runs.succeeded),
        ("partial", runs.partial),
        ("failed", runs.failed),
        ("running", runs.running),
    ];
    counts.map(|(status, count)| (format!(r#",status="{status}""#), count as f64)).into()
}

fn oddities(source: &SourceReport) -> Samples {
    [Severity::Warning, Severity::Critical]
        .map(|severity| {
            let label = format!(r#",severity="{}""#, severity.as_str());
            (label, source.oddities(severity) as f64)
        })
        .into()
}

fn seconds(moment: DateTime<Utc>) -> f64 {
    moment.timestamp() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_metric_has_its_help_and_type_once_and_a_line_for_each_marketplace() {
        let text = prometheus(&samples::report());
        let lines: Vec<&str> =
            text.lines().filter(|line| line.contains("stocksync_products_with_stock")).collect();
        assert_eq!(
            lines,
            [
                "# HELP stocksync_products_with_stock Listings in the newest snapshot with something available or reserved.",
                "# TYPE stocksync_products_with_stock gauge",
                r#"stocksync_products_with_stock{source="Ozon"} 7"#,
                r#"stocksync_products_with_stock{source="Wildberries"} 0"#,
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_absent_and_no_zero() {
        let text = prometheus(&samples::report());
        let has = |sample: &str| text.lines().any(|line| line.starts_with(sample));
        assert!(has(r#"stocksync_last_success_timestamp_seconds{source="Ozon"} 17"#));
        assert!(!has(r#"stocksync_last_success_timestamp_seconds{source="Wildberries"}"#));
        assert!(!text.contains("stocksync_key_expiry"), "no help without a sample either");
        assert!(has(r#"stocksync_fresh{source="Wildberries"} 0"#));
    }

    #[test]
    fn pieces_are_added_up_by_type_and_state() {
        let text = prometheus(&samples::report());
        let sample = |labels: &str| {
            let line = format!(r#"stocksync_stock_pieces{{source="Ozon",{labels}}} "#);
            text.lines().find_map(|found| found.strip_prefix(&line)).map(str::to_owned)
        };
        assert_eq!(sample(r#"stock_type="FBO",state="available""#).as_deref(), Some("30"));
        assert_eq!(sample(r#"stock_type="FBO",state="reserved""#).as_deref(), Some("3"));
        assert_eq!(sample(r#"stock_type="FBS",state="available""#).as_deref(), Some("5"));
        assert_eq!(sample(r#"stock_type="realFBS",state="available""#).as_deref(), Some("0"));
    }
}
