//! The report as one JSON object. Its field names are an interface: a change that is no addition raises `schema_version`.
//! `tests/schema/report.schema.json` states it once more, independently.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;

use super::{Report, SourceReport};
use crate::alert::{Severity, State, Topic};
use crate::monitor::anomalies::{Anomaly, Product};
use crate::monitor::freshness::Verdict;
use crate::store::queries::products::ProductOverview;

#[derive(Serialize)]
struct Root<'a> {
    schema_version: u32,
    /// RFC 3339, UTC.
    generated_at: String,
    period_seconds: u64,
    sources: Vec<SourceObject<'a>>,
    /// Of both marketplaces together.
    products: &'a ProductOverview,
    /// Of all sources, the most serious first.
    anomalies: Vec<&'a Anomaly>,
    /// Suspicious API activity of all sources.
    suspicious: Vec<&'a Anomaly>,
}

#[derive(Serialize)]
struct SourceObject<'a> {
    source: &'a str,
    verdict: Verdict,
    /// RFC 3339, UTC.
    last_success_at: Option<String>,
    /// Seconds since then.
    age_seconds: Option<i64>,
    snapshot_date: Option<NaiveDate>,
    products: u64,
    products_with_stock: u64,
    /// Products that the other marketplace does not list; null unless both have a snapshot.
    unmatched_products: Option<u64>,
    /// From 0 to 1, of the period's runs.
    success_rate: Option<f64>,
    /// Of the period's runs that stored something.
    average_duration_seconds: Option<f64>,
    /// Whatever the period.
    failures_in_a_row: u32,
    runs: RunsObject,
    failures: Vec<FailureObject<'a>>,
    warehouses: Vec<WarehouseObject<'a>>,
    ran_out: ProductsObject<'a>,
    alerts: Vec<AlertObject<'a>>,
    /// RFC 3339, UTC.
    key_expires_at: Option<String>,
}

#[derive(Serialize)]
struct RunsObject {
    total: u64,
    success: u64,
    partial: u64,
    failed: u64,
    records_rejected: u64,
    requests: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct FailureObject<'a> {
    started_at: String,
    finished: bool,
    exit_code: Option<u8>,
    reason: &'a str,
}

/// Pieces.
#[derive(Serialize)]
struct WarehouseObject<'a> {
    stock_type: &'a str,
    warehouse_name: &'a str,
    rows: u64,
    available: i64,
    reserved: i64,
    in_way_to_client: i64,
    in_way_from_client: i64,
}

#[derive(Serialize)]
struct ProductsObject<'a> {
    total: u64,
    /// 20 at most.
    listed: &'a [Product],
}

#[derive(Serialize)]
struct AlertObject<'a> {
    time: String,
    topic: Topic,
    state: State,
    severity: Severity,
    title: &'a str,
}

/// Renders the report.
///
/// # Errors
/// Never in practice; the serializer's own.
pub fn json(report: &Report) -> serde_json::Result<String> {
    let mut anomalies: Vec<&Anomaly> =
        report.sources.iter().flat_map(|source| &source.anomalies).collect();
    anomalies.sort_by_key(|anomaly| std::cmp::Reverse(anomaly.severity));
    serde_json::to_string_pretty(&Root {
        schema_version: 1,
        generated_at: moment(report.generated_at),
        period_seconds: report.period_seconds,
        sources: report.sources.iter().map(source).collect(),
        products: &report.products,
        anomalies,
        suspicious: report.sources.iter().flat_map(|source| &source.suspicious).collect(),
    })
}

fn source(source: &SourceReport) -> SourceObject<'_> {
    SourceObject {
        source: source.source.as_str(),
        verdict: source.freshness.verdict,
        last_success_at: source.last_success().map(moment),
        age_seconds: source.freshness.age_seconds,
        snapshot_date: source.snapshot.day,
        products: source.snapshot.products,
        products_with_stock: source.snapshot.products_with_stock,
        unmatched_products: source.unmatched_products,
        success_rate: source.success_rate(),
        average_duration_seconds: source.runs.average_duration_seconds,
        failures_in_a_row: source.failures_in_a_row,
        runs: runs(source),
        failures: failures(source),
        warehouses: warehouses(source),
        ran_out: ProductsObject { total: source.ran_out.total, listed: &source.ran_out.listed },
        alerts: alerts(source),
        key_expires_at: source.key_end.map(|end| moment(end.at)),
    }
}

fn runs(source: &SourceReport) -> RunsObject {
    let runs = &source.runs;
    RunsObject {
        total: runs.total,
        success: runs.succeeded,
        partial: runs.partial,
        failed: runs.failed,
        records_rejected: runs.records_rejected,
        requests: runs.requests,
        bytes: runs.bytes,
    }
}

fn failures(source: &SourceReport) -> Vec<FailureObject<'_>> {
    let failures = source.failures.iter().map(|failure| FailureObject {
        started_at: moment(failure.started_at),
        finished: failure.finished,
        exit_code: failure.exit_code,
        reason: &failure.reason,
    });
    failures.collect()
}

fn warehouses(source: &SourceReport) -> Vec<WarehouseObject<'_>> {
    let warehouses = source.snapshot.warehouses.iter().map(|warehouse| WarehouseObject {
        stock_type: &warehouse.stock_type,
        warehouse_name: &warehouse.warehouse_name,
        rows: warehouse.rows,
        available: warehouse.available,
        reserved: warehouse.reserved,
        in_way_to_client: warehouse.in_way_to_client,
        in_way_from_client: warehouse.in_way_from_client,
    });
    warehouses.collect()
}

fn alerts(source: &SourceReport) -> Vec<AlertObject<'_>> {
    let alerts = source.alerts.iter().map(|sent| AlertObject {
        time: moment(sent.at),
        topic: sent.topic,
        state: sent.state,
        severity: sent.severity,
        title: &sent.title,
    });
    alerts.collect()
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
