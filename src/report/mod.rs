//! What the syncs did and what is in stock, as a value, and the formats that turn it into text. No
//! format does any I/O.

mod failure_groups;
mod json;
pub(crate) mod page;
mod prometheus;
mod text;

use chrono::{DateTime, FixedOffset, Utc};

pub(crate) use json::json;
pub(crate) use prometheus::prometheus;
pub(crate) use text::text;

use crate::alert::Sent;
use crate::inventory::Source;
use crate::monitor::anomalies::{Anomaly, Product};
use crate::monitor::finding::Severity;
use crate::monitor::freshness::SourceFreshness;
use crate::monitor::keys::KeyEnd;
use crate::store::queries::products::ProductOverview;
use crate::store::queries::{NewestSnapshot, RunRow, Runs};

pub(crate) struct Report {
    pub generated_at: DateTime<Utc>,
    /// The seller's time zone, in which people read times.
    pub utc_offset: FixedOffset,
    /// The time whose runs are counted, in seconds before that.
    pub period_seconds: u64,
    pub sources: Vec<SourceReport>,
    /// The products of both, whatever the period.
    pub products: ProductOverview,
}

pub(crate) struct SourceReport {
    pub source: Source,
    /// Fresh, stale or never, with the time of the last success.
    pub freshness: SourceFreshness,
    pub runs: Runs,
    /// The failed ones of them, the newest first, 1000 at most.
    pub failures: Vec<RunRow>,
    /// The last 500 runs whatever the period, the newest first, without imports of files.
    pub recent_runs: Vec<RunRow>,
    /// How many of the newest runs failed in a row.
    pub failures_in_a_row: u32,
    /// The newest snapshot, whatever the period.
    pub snapshot: NewestSnapshot,
    /// Products that had stock in the snapshot before and have none in the newest, the biggest loss
    /// first.
    pub ran_out: Products,
    /// Products that the other marketplace does not list; `None` unless both have a snapshot.
    pub unmatched_products: Option<u64>,
    pub anomalies: Vec<Anomaly>,
    pub suspicious: Vec<Anomaly>,
    /// The alerts of the period, the newest first.
    pub alerts: Vec<Sent>,
    /// When the key ends, where that is known.
    pub key_end: Option<KeyEnd>,
}

#[derive(Default)]
pub(crate) struct Products {
    pub total: u64,
    /// The first of them, 20 at most.
    pub listed: Vec<Product>,
}

impl SourceReport {
    /// The share of runs that stored what the marketplace answered, of those that ended, from 0 to
    /// 1; `None` without any.
    pub(crate) fn success_rate(&self) -> Option<f64> {
        let Runs { total, succeeded, partial, running, .. } = self.runs;
        let ended = total - running;
        (ended > 0).then(|| (succeeded + partial) as f64 / ended as f64)
    }

    pub(crate) fn last_success(&self) -> Option<DateTime<Utc>> {
        self.freshness.last_success_at
    }

    pub(crate) fn oddities_in_all(&self) -> usize {
        self.anomalies.len() + self.suspicious.len()
    }

    pub(crate) fn oddities(&self, severity: Severity) -> usize {
        let all = self.anomalies.iter().chain(&self.suspicious);
        all.filter(|anomaly| anomaly.severity == severity).count()
    }
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::monitor::freshness::freshness;
    use crate::store::queries::WarehouseStock;

    pub(super) fn report() -> Report {
        let generated_at = "2026-11-23T12:00:00Z".parse().unwrap();
        let ozon = generated_at - chrono::TimeDelta::hours(1);
        let mut sources = vec![
            source(Source::Ozon, Some(ozon), generated_at),
            source(Source::Wildberries, None, generated_at),
        ];
        let warehouse = |stock_type: &str, available, reserved| WarehouseStock {
            stock_type: stock_type.into(),
            available,
            reserved,
            ..WarehouseStock::default()
        };
        sources[0].snapshot = NewestSnapshot {
            day: "2026-11-23".parse().ok(),
            products: 9,
            products_with_stock: 7,
            warehouses: vec![
                warehouse("FBO", 10, 1),
                warehouse("FBO", 20, 2),
                warehouse("FBS", 5, 0),
            ],
        };
        Report {
            generated_at,
            utc_offset: FixedOffset::east_opt(3 * 3600).unwrap(),
            period_seconds: 86_400,
            sources,
            products: ProductOverview::default(),
        }
    }

    fn source(
        source: Source,
        last_success: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> SourceReport {
        let max_age = std::time::Duration::from_secs(6 * 3600);
        SourceReport {
            source,
            freshness: freshness(source, last_success, None, max_age, now),
            runs: Runs::default(),
            failures: Vec::new(),
            recent_runs: Vec::new(),
            failures_in_a_row: 0,
            snapshot: NewestSnapshot::default(),
            ran_out: Products::default(),
            unmatched_products: None,
            anomalies: Vec::new(),
            suspicious: Vec::new(),
            alerts: Vec::new(),
            key_end: None,
        }
    }
}
