//! The report as one JSON object. Its field names are an interface: a change raises `schema_version`.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;

use super::{Report, SourceReport};
use crate::store::product_overview::ProductOverview;

#[derive(Serialize)]
struct Root<'a> {
    schema_version: u32,
    /// RFC 3339, UTC.
    generated_at: String,
    period_seconds: u64,
    sources: Vec<SourceObject<'a>>,
    /// Of both marketplaces together.
    products: &'a ProductOverview,
    anomalies: Vec<()>,
}

#[derive(Serialize)]
struct SourceObject<'a> {
    source: &'a str,
    /// RFC 3339, UTC.
    last_success_at: Option<String>,
    snapshot_date: Option<NaiveDate>,
    products: u64,
    products_with_stock: u64,
    /// From 0 to 1, of the period's runs.
    success_rate: Option<f64>,
    /// Of the period's runs that stored something.
    average_duration_seconds: Option<f64>,
    runs: RunsObject,
    failures: Vec<FailureObject<'a>>,
    warehouses: Vec<WarehouseObject<'a>>,
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

/// Renders the report.
///
/// # Errors
/// Never in practice; the serializer's own.
pub fn json(report: &Report) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Root {
        schema_version: 1,
        generated_at: moment(report.generated_at),
        period_seconds: report.period_seconds,
        sources: report.sources.iter().map(source).collect(),
        products: &report.products,
        anomalies: Vec::new(),
    })
}

fn source(source: &SourceReport) -> SourceObject<'_> {
    let runs = &source.runs;
    SourceObject {
        source: source.source.as_str(),
        last_success_at: source.last_success.map(moment),
        snapshot_date: source.snapshot.day,
        products: source.snapshot.products,
        products_with_stock: source.snapshot.products_with_stock,
        success_rate: source.success_rate(),
        average_duration_seconds: runs.average_duration_seconds,
        runs: RunsObject {
            total: runs.total,
            success: runs.succeeded,
            partial: runs.partial,
            failed: runs.failed,
            records_rejected: runs.records_rejected,
            requests: runs.requests,
            bytes: runs.bytes,
        },
        failures: source
            .failures
            .iter()
            .map(|failure| FailureObject {
                started_at: moment(failure.started_at),
                finished: failure.finished,
                exit_code: failure.exit_code,
                reason: &failure.reason,
            })
            .collect(),
        warehouses: source
            .snapshot
            .warehouses
            .iter()
            .map(|warehouse| WarehouseObject {
                stock_type: &warehouse.stock_type,
                warehouse_name: &warehouse.warehouse_name,
                rows: warehouse.rows,
                available: warehouse.available,
                reserved: warehouse.reserved,
                in_way_to_client: warehouse.in_way_to_client,
                in_way_from_client: warehouse.in_way_from_client,
            })
            .collect(),
    }
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
