//! Fills the report's value from the database. What the numbers mean is judged in `monitor/`.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use mysql::Conn;

use crate::cli::ReportArgs;
use crate::commands::key_end::key_end;
use crate::config::{Environment, KeySettings, Thresholds, snapshot_utc_offset};
use crate::failure::Failure;
use crate::inventory::Source;
use crate::monitor::anomalies::{
    self, Comparison, DayStock, Picture, Product, failures_in_a_row, may_go_on,
};
use crate::monitor::freshness::{freshness, usual_max_age};
use crate::report::{Products, Report, SourceReport};
use crate::store::StoreError;
use crate::store::alert_log::told;
use crate::store::queries::products::{self, ProductOverview};
use crate::store::queries::{self, RunRow};

/// Products of a list that are named; the rest is counted.
const LISTED: usize = 20;

/// What a report is to be about; everything that can be wrong with it is found before the database
/// is asked.
pub(super) struct Gathering {
    thresholds: Thresholds,
    report: Report,
    since: DateTime<Utc>,
    keys: KeySettings,
}

impl Gathering {
    pub(super) fn prepare(args: &ReportArgs, environment: &Environment) -> Result<Self, Failure> {
        let generated_at = Utc::now();
        let since = TimeDelta::from_std(args.period)
            .ok()
            .and_then(|period| generated_at.checked_sub_signed(period))
            .unwrap_or(DateTime::UNIX_EPOCH)
            .max(DateTime::UNIX_EPOCH);
        Ok(Self {
            thresholds: Thresholds::read(environment)?,
            report: Report {
                generated_at,
                utc_offset: snapshot_utc_offset(environment)?,
                period_seconds: args.period.as_secs(),
                sources: Vec::new(),
                products: ProductOverview::default(),
            },
            since,
            keys: KeySettings::read(environment)?,
        })
    }

    /// Asks everything; for one state of the database the caller has begun a consistent read.
    pub(super) fn ask(mut self, conn: &mut Conn) -> Result<Report, StoreError> {
        for source in Source::ALL {
            let part = self.source(conn, source)?;
            self.report.sources.push(part);
        }
        self.report.products = products::products(conn)?;
        let Report { sources, products, .. } = &mut self.report;
        // Whoever sells on one marketplace only has nothing to match.
        if sources.iter().all(|source| source.snapshot.day.is_some()) {
            for source in sources {
                source.unmatched_products = Some(products.only_on(source.source));
            }
        }
        Ok(self.report)
    }

    fn source(&self, conn: &mut Conn, source: Source) -> Result<SourceReport, StoreError> {
        let days = queries::days(conn, source)?;
        let newest = days.newest.map(|day| day_stock(conn, source, day)).transpose()?;
        let before = days.before.map(|day| day_stock(conn, source, day)).transpose()?;
        let compared = before.as_ref().zip(newest.as_ref()).map(|(b, n)| Comparison::of(b, n));
        let recent_runs = queries::recent_runs(conn, source)?;
        let picture = Picture {
            source,
            stock: compared.as_ref(),
            runs: &recent_runs,
            since: self.since,
            now: self.report.generated_at,
            utc_offset: self.report.utc_offset,
        };
        let mut anomalies = anomalies::detect(&picture, &self.thresholds);
        let suspicious = anomalies::suspicious(&picture, &self.thresholds);
        for anomaly in &mut anomalies {
            name(conn, source, &mut anomaly.products)?;
        }
        let mut gone = compared.map(|compared| cut(compared.ran_out())).unwrap_or_default();
        name(conn, source, &mut gone.listed)?;
        let last_success = queries::last_success(conn, source)?;
        let since = self.since;
        let mut runs = queries::runs(conn, source, since)?;
        let mut failures = queries::failures(conn, source, since)?;
        let now = self.report.generated_at;
        let goes_on = |run: &RunRow| {
            may_go_on(run.started_at, run.completed_at, now) && recent_runs.first() == Some(run)
        };
        if failures.first().is_some_and(goes_on) {
            failures.remove(0);
            runs.failed -= 1;
            runs.running += 1;
        }
        let told = told(conn, source.as_str())?;
        Ok(SourceReport {
            source,
            freshness: freshness(
                source,
                last_success,
                days.newest,
                usual_max_age(&recent_runs),
                self.report.generated_at,
            ),
            runs,
            failures,
            failures_in_a_row: failures_in_a_row(&recent_runs, self.report.generated_at),
            snapshot: snapshot(newest.unwrap_or_default(), days.newest),
            ran_out: gone,
            unmatched_products: None,
            anomalies,
            suspicious,
            alerts: told.into_iter().filter(|sent| sent.at >= since).collect(),
            key_end: key_end(source, &self.keys, self.report.utc_offset, conn)?,
            recent_runs,
        })
    }
}

fn day_stock(conn: &mut Conn, source: Source, day: NaiveDate) -> Result<DayStock, StoreError> {
    Ok(DayStock {
        day,
        products: queries::listings(conn, source, day)?,
        warehouses: queries::warehouses(conn, source, day)?,
    })
}

fn snapshot(stock: DayStock, day: Option<NaiveDate>) -> queries::NewestSnapshot {
    let with_stock = stock.products.iter().filter(|product| product.pieces > 0).count();
    queries::NewestSnapshot {
        day,
        products: stock.products.len() as u64,
        products_with_stock: with_stock as u64,
        warehouses: stock.warehouses,
    }
}

fn cut(mut products: Vec<Product>) -> Products {
    let total = products.len() as u64;
    products.truncate(LISTED);
    Products { total, listed: products }
}

fn name(conn: &mut Conn, source: Source, products: &mut [Product]) -> Result<(), StoreError> {
    let listings: Vec<(&str, &str)> =
        products.iter().map(|product| (product.sku.as_str(), product.size_id.as_str())).collect();
    let names = queries::listing_names(conn, source, &listings)?;
    for (product, name) in products.iter_mut().zip(names) {
        product.name = name;
    }
    Ok(())
}
