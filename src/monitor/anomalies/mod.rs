//! What is odd about a marketplace's stock and runs, with its numbers and the products concerned.
//! Each rule is a pure function with thresholds; nothing here decides whether data are sound
//! (`soundness.rs`) or whom to tell (`alerts.rs`).

mod activity;
mod regions;
mod runs;
mod stock;

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::Serialize;

use super::finding::Severity;
use crate::config::Thresholds;
use crate::inventory::Source;
use crate::store::queries::{ListingStock, RunRow, WarehouseStock};

pub(crate) use activity::new_hosts;
pub(crate) use runs::{failures_in_a_row, may_go_on};
pub(crate) use stock::Comparison;

/// Products that an anomaly names; the rest is counted.
pub(crate) const NAMED: usize = 10;

/// What an anomaly is about. The names are an interface: JSON shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    ZeroStockSpike,
    StockChange,
    ProductsVanished,
    ProductsNew,
    /// Single products rose or fell by orders of magnitude.
    StockJump,
    /// All warehouses of a region are empty or gone.
    RegionEmpty,
    /// Runs fail one after another.
    RepeatedFailures,
    /// The newest run rejected many more records than usual.
    RisingRejects,
    /// The newest run took much longer than usual.
    SlowSync,
    /// A run began and never finished.
    UnfinishedRun,
    KeyRejected,
    /// Suspicious: the API sent the client elsewhere.
    UnexpectedRedirect,
    /// Suspicious: a report's link led to a host that is not believed.
    UnknownHost,
    /// Suspicious: a report came from a public host that no sync before was sent to and that is not
    /// the marketplace's own.
    NewHost,
    ManyRequests,
}

/// A product that an anomaly concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// Ozon: the seller's article; Wildberries: `nmId`.
    pub sku: String,
    /// Wildberries: `chrtId` or barcode; Ozon: empty.
    pub size_id: String,
    /// Its name, if it is known.
    pub name: Option<String>,
    /// Pieces in the snapshot before; `None` if it was not listed.
    pub before: Option<i64>,
    /// Pieces in the newest snapshot; `None` if it is not listed.
    pub now: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Anomaly {
    pub severity: Severity,
    pub source: Source,
    pub kind: Kind,
    /// What it is about where that has a name of its own: a region, hosts.
    pub subject: Option<String>,
    /// The day of the snapshot that the newest one is compared with.
    pub day: Option<NaiveDate>,
    /// When it happened (last), in the seller's time zone.
    pub at: Option<DateTime<FixedOffset>>,
    /// The figures, by the names that JSON shows; shares are between 0 and 1.
    pub numbers: BTreeMap<&'static str, f64>,
    /// The products concerned, the biggest change first, 10 at most.
    pub products: Vec<Product>,
    pub products_total: u64,
}

impl Anomaly {
    pub(crate) fn new(severity: Severity, source: Source, kind: Kind) -> Self {
        Self {
            severity,
            source,
            kind,
            subject: None,
            day: None,
            at: None,
            numbers: BTreeMap::new(),
            products: Vec::new(),
            products_total: 0,
        }
    }

    pub(crate) fn about(self, subject: &str) -> Self {
        Self { subject: Some(subject.to_owned()), ..self }
    }

    fn since(self, day: NaiveDate) -> Self {
        Self { day: Some(day), ..self }
    }

    fn at(self, moment: DateTime<FixedOffset>) -> Self {
        Self { at: Some(moment), ..self }
    }

    pub(crate) fn number(mut self, name: &'static str, value: f64) -> Self {
        self.numbers.insert(name, value);
        self
    }

    fn products(mut self, mut products: Vec<Product>) -> Self {
        self.products_total = products.len() as u64;
        products.sort_by_key(|product| {
            std::cmp::Reverse((product.now.unwrap_or(0) - product.before.unwrap_or(0)).abs())
        });
        products.truncate(NAMED);
        self.products = products;
        self
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DayStock {
    pub day: NaiveDate,
    pub products: Vec<ListingStock>,
    pub warehouses: Vec<WarehouseStock>,
}

impl DayStock {
    fn total(&self) -> i64 {
        self.products.iter().map(|product| product.pieces).sum()
    }
}

pub(crate) struct Picture<'a> {
    pub source: Source,
    /// Its newest snapshot beside the one before, if there are two.
    pub stock: Option<&'a Comparison<'a>>,
    /// Its last runs, the newest first.
    pub runs: &'a [RunRow],
    /// From when on runs are looked at; older ones serve for comparison.
    pub since: DateTime<Utc>,
    pub now: DateTime<Utc>,
    /// The seller's time zone, in which people read times.
    pub utc_offset: FixedOffset,
}

impl Picture<'_> {
    fn local(&self, moment: DateTime<Utc>) -> DateTime<FixedOffset> {
        moment.with_timezone(&self.utc_offset)
    }
}

/// A snapshot older than this says nothing about what a day should look like.
const COMPARABLE_DAYS: i64 = 7;

pub(crate) fn detect(picture: &Picture, thresholds: &Thresholds) -> Vec<Anomaly> {
    let mut found = Vec::new();
    if let Some(compared @ Comparison { before, newest, .. }) = picture.stock
        && (newest.day - before.day).num_days() <= COMPARABLE_DAYS
    {
        found.extend(stock::detect(picture.source, compared, thresholds));
        found.extend(regions::empty(picture.source, before, newest, thresholds));
    }
    found.extend(runs::detect(picture, thresholds));
    found.sort_by_key(|anomaly| std::cmp::Reverse(anomaly.severity));
    found
}

pub(crate) fn suspicious(picture: &Picture, thresholds: &Thresholds) -> Vec<Anomaly> {
    activity::detect(picture, thresholds)
}

/// The middle of some numbers; `None` without any.
fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        length if length % 2 == 1 => Some(numbers[middle]),
        _ => Some(f64::midpoint(numbers[middle - 1], numbers[middle])),
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;
    use crate::config::Environment;
    use crate::run::Status;

    pub(crate) fn defaults() -> Thresholds {
        Thresholds::read(&Environment::from_pairs([])).unwrap()
    }

    /// Products `p0`, `p1`, … with these pieces, on one warehouse.
    pub(crate) fn day(day: &str, pieces: &[i64]) -> DayStock {
        let products = pieces.iter().enumerate().map(|(index, pieces)| ListingStock {
            sku: format!("p{index}"),
            size_id: String::new(),
            pieces: *pieces,
        });
        DayStock { day: day.parse().unwrap(), products: products.collect(), warehouses: Vec::new() }
    }

    pub(crate) fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    /// A run that began so many hours ago and took so many seconds.
    pub(crate) fn run(hours_ago: i64, seconds: i64, status: Status) -> RunRow {
        let started_at = now() - chrono::TimeDelta::hours(hours_ago);
        RunRow {
            source: Source::Ozon,
            started_at,
            completed_at: Some(started_at + chrono::TimeDelta::seconds(seconds)),
            status,
            exit_code: Some(0),
            failure_kind: None,
            reason: String::new(),
            processed: 1000,
            rejected: 0,
            requests: 10,
            foreign_hosts: Vec::new(),
        }
    }

    pub(crate) fn picture(runs: &[RunRow]) -> Picture<'_> {
        Picture {
            source: Source::Ozon,
            stock: None,
            runs,
            since: now() - chrono::TimeDelta::hours(24),
            now: now(),
            utc_offset: FixedOffset::east_opt(3 * 3600).unwrap(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::samples::*;
    use super::*;
    use crate::run::Status;

    #[test]
    fn a_quiet_week_is_silent() {
        // A hundred products whose stock wanders by some percent; one in twenty runs out or comes
        // back each day.
        let days: Vec<DayStock> = (0..7)
            .map(|number| {
                let pieces: Vec<i64> = (0..100)
                    .map(|product| match (product + number * 7) % 20 {
                        0 => 0,
                        rest => 40 + product + rest,
                    })
                    .collect();
                day(&format!("2026-11-1{number}"), &pieces)
            })
            .collect();
        let runs: Vec<RunRow> =
            (0..168).map(|hour| run(hour, 60 + hour % 30, Status::Success)).collect();
        for pair in days.windows(2) {
            let compared = Comparison::of(&pair[0], &pair[1]);
            let picture = Picture { stock: Some(&compared), ..picture(&runs) };
            assert_eq!(detect(&picture, &defaults()), []);
            assert_eq!(suspicious(&picture, &defaults()), []);
        }
    }

    #[test]
    fn snapshots_more_than_a_week_apart_are_not_compared() {
        let (before, newest) = (day("2026-11-01", &[50; 50]), day("2026-11-20", &[0; 50]));
        let compared = Comparison::of(&before, &newest);
        let picture = Picture { stock: Some(&compared), ..picture(&[]) };
        assert_eq!(detect(&picture, &defaults()), []);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
