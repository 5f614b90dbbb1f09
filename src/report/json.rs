//! The report as one JSON object. Its field names are an interface: a change that is no addition
//! raises `schema_version`.
//! `tests/schema/report.schema.json` states it once more, independently.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;

use super::{Report, SourceReport};
use crate::alert::{Severity, State, Topic};
use crate::language::Language;
use crate::monitor::anomalies::{Anomaly, Kind, Product};
use crate::monitor::freshness::Verdict;
use crate::store::queries::products::{ProductOverview, ProductStock};
use crate::words;

#[derive(Serialize)]
struct Root<'a> {
    schema_version: u32,
    /// RFC 3339, UTC.
    generated_at: String,
    period_seconds: u64,
    sources: Vec<SourceObject<'a>>,
    /// Of both marketplaces together.
    products: OverviewObject<'a>,
    anomalies: Vec<AnomalyObject<'a>>,
    suspicious: Vec<AnomalyObject<'a>>,
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
    /// Of the total, like the three above.
    running: u64,
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
    cluster: Option<&'a str>,
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
    listed: Vec<ProductObject<'a>>,
}

#[derive(Serialize)]
struct ProductObject<'a> {
    sku: &'a str,
    size_id: &'a str,
    name: Option<&'a str>,
    /// Pieces in the snapshot before; null if it was not listed.
    before: Option<i64>,
    /// Pieces in the newest snapshot; null if it is not listed.
    now: Option<i64>,
}

#[derive(Serialize)]
struct AnomalyObject<'a> {
    severity: Severity,
    source: &'a str,
    kind: Kind,
    /// English.
    message: String,
    /// By name; shares are between 0 and 1.
    numbers: &'a BTreeMap<&'static str, f64>,
    /// The biggest change first, 10 at most.
    products: Vec<ProductObject<'a>>,
    products_total: u64,
}

#[derive(Serialize)]
struct OverviewObject<'a> {
    total: u64,
    on_both: u64,
    only_ozon: u64,
    only_wildberries: u64,
    listings_without_name: u64,
    /// At most 10 of each marketplace.
    nameless: Vec<NamelessObject<'a>>,
    /// At most 100.
    most_stock: Vec<StockObject<'a>>,
}

#[derive(Serialize)]
struct NamelessObject<'a> {
    source: &'a str,
    sku: &'a str,
    size_id: &'a str,
}

/// Pieces, available or reserved; null where the marketplace does not list the product.
#[derive(Serialize)]
struct StockObject<'a> {
    product_id: i64,
    name: Option<&'a str>,
    size_name: Option<&'a str>,
    stock: i64,
    ozon: Option<i64>,
    wildberries: Option<i64>,
    warehouses: Vec<StockWarehouseObject<'a>>,
}

#[derive(Serialize)]
struct StockWarehouseObject<'a> {
    source: &'a str,
    stock_type: &'a str,
    warehouse_name: &'a str,
    stock: i64,
}

#[derive(Serialize)]
struct AlertObject<'a> {
    time: String,
    topic: Topic,
    state: State,
    severity: Severity,
    title: &'a str,
}

pub(crate) fn json(report: &Report) -> serde_json::Result<String> {
    let mut anomalies: Vec<&Anomaly> =
        report.sources.iter().flat_map(|source| &source.anomalies).collect();
    anomalies.sort_by_key(|anomaly| std::cmp::Reverse(anomaly.severity));
    serde_json::to_string_pretty(&Root {
        schema_version: 1,
        generated_at: moment(report.generated_at),
        period_seconds: report.period_seconds,
        sources: report.sources.iter().map(source).collect(),
        products: overview(&report.products),
        anomalies: anomalies.into_iter().map(anomaly).collect(),
        suspicious: report
            .sources
            .iter()
            .flat_map(|source| &source.suspicious)
            .map(anomaly)
            .collect(),
    })
}

fn anomaly(anomaly: &Anomaly) -> AnomalyObject<'_> {
    AnomalyObject {
        severity: anomaly.severity,
        source: anomaly.source.as_str(),
        kind: anomaly.kind,
        message: words::anomalies::sentence(anomaly, Language::English),
        numbers: &anomaly.numbers,
        products: products(&anomaly.products),
        products_total: anomaly.products_total,
    }
}

fn products(products: &[Product]) -> Vec<ProductObject<'_>> {
    let objects = products.iter().map(|product| ProductObject {
        sku: &product.sku,
        size_id: &product.size_id,
        name: product.name.as_deref(),
        before: product.before,
        now: product.now,
    });
    objects.collect()
}

fn overview(overview: &ProductOverview) -> OverviewObject<'_> {
    let nameless = overview.nameless.iter().map(|listing| NamelessObject {
        source: listing.source.as_str(),
        sku: &listing.sku,
        size_id: &listing.size_id,
    });
    OverviewObject {
        total: overview.total,
        on_both: overview.on_both,
        only_ozon: overview.only_ozon,
        only_wildberries: overview.only_wildberries,
        listings_without_name: overview.listings_without_name,
        nameless: nameless.collect(),
        most_stock: overview.most_stock.iter().map(product_stock).collect(),
    }
}

fn product_stock(product: &ProductStock) -> StockObject<'_> {
    let warehouses = product.warehouses.iter().map(|warehouse| StockWarehouseObject {
        source: &warehouse.source,
        stock_type: &warehouse.stock_type,
        warehouse_name: &warehouse.warehouse_name,
        stock: warehouse.stock,
    });
    StockObject {
        product_id: product.product_id,
        name: product.name.as_deref(),
        size_name: product.size_name.as_deref(),
        stock: product.stock,
        ozon: product.ozon,
        wildberries: product.wildberries,
        warehouses: warehouses.collect(),
    }
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
        ran_out: ProductsObject {
            total: source.ran_out.total,
            listed: products(&source.ran_out.listed),
        },
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
        running: runs.running,
        records_rejected: runs.records_rejected,
        requests: runs.requests,
        bytes: runs.bytes,
    }
}

/// The newest ones; the rest is counted.
const LISTED_FAILURES: usize = 20;

fn failures(source: &SourceReport) -> Vec<FailureObject<'_>> {
    let failures = source.failures.iter().take(LISTED_FAILURES).map(|failure| FailureObject {
        started_at: moment(failure.started_at),
        finished: failure.completed_at.is_some(),
        exit_code: failure.exit_code,
        reason: &failure.reason,
    });
    failures.collect()
}

fn warehouses(source: &SourceReport) -> Vec<WarehouseObject<'_>> {
    let warehouses = source.snapshot.warehouses.iter().map(|warehouse| WarehouseObject {
        stock_type: &warehouse.stock_type,
        warehouse_name: &warehouse.warehouse_name,
        cluster: warehouse.cluster.as_deref(),
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
