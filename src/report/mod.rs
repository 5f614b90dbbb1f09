//! What the syncs did and what is in stock, as a value, and the formats that turn it into text. No format does any I/O.

mod json;
pub mod page;
mod text;

use chrono::{DateTime, Utc};

pub use json::json;
pub use text::text;

use crate::inventory::Source;
use crate::store::overview::{FailedRun, NewestSnapshot, Runs};

/// Everything a report shows.
pub struct Report {
    /// When it was made.
    pub generated_at: DateTime<Utc>,
    /// The time whose runs are counted, in seconds before that.
    pub period_seconds: u64,
    /// One entry per marketplace.
    pub sources: Vec<SourceReport>,
}

/// What a report shows of one marketplace.
pub struct SourceReport {
    /// The marketplace.
    pub source: Source,
    /// When stock was last stored.
    pub last_success: Option<DateTime<Utc>>,
    /// The runs of the period.
    pub runs: Runs,
    /// The failed ones of them.
    pub failures: Vec<FailedRun>,
    /// The newest snapshot, whatever the period.
    pub snapshot: NewestSnapshot,
}

impl SourceReport {
    /// The share of runs that stored what the marketplace answered, from 0 to 1; `None` without runs.
    pub fn success_rate(&self) -> Option<f64> {
        let Runs { total, succeeded, partial, .. } = self.runs;
        (total > 0).then(|| (succeeded + partial) as f64 / total as f64)
    }
}
