//! A run as a value: what it did and how it ended.
//! Ground floor: imports inventory and failure at most.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Timelike, Utc};

use crate::cost::Cost;
use crate::failure::FailureKind;
use crate::inventory::{Quantities, Source};

/// The id of this run: in every line of its log, and for a sync in its row of `sync_logs`.
pub(crate) fn run_id() -> &'static str {
    static RUN_ID: OnceLock<String> = OnceLock::new();
    RUN_ID.get_or_init(|| format!("{:016x}", fastrand::u64(..)))
}

#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub id: u64,
    pub run_id: String,
    pub source: Source,
    /// When it began by the server's clock, so that the runs of all machines stand in one order;
    /// whole seconds, as the column holds them.
    pub started_at: DateTime<Utc>,
    /// The same moment, to measure from.
    pub(crate) began: Instant,
}

impl Run {
    /// A run without a row: one that writes nothing.
    pub(crate) fn unlogged(source: Source) -> Self {
        let run_id = run_id().to_owned();
        Self { id: 0, run_id, source, started_at: now(), began: Instant::now() }
    }
}

/// The present in whole seconds: of a fraction MariaDB cuts what MySQL rounds.
pub(crate) fn now() -> DateTime<Utc> {
    let now = Utc::now();
    now.with_nanosecond(0).unwrap_or(now)
}

/// How a run ended, for the column `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Everything the marketplace answered is in the table.
    Success,
    /// Everything but the rejected records is.
    Partial,
    /// The table is as it was.
    Failed,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Status::Success => "success",
            Status::Partial => "partial",
            Status::Failed => "failed",
        }
    }

    /// Reads the value of the column; what is no success is a failure.
    pub(crate) fn parse(text: &str) -> Self {
        [Status::Success, Status::Partial]
            .into_iter()
            .find(|status| status.as_str() == text)
            .unwrap_or(Status::Failed)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Rows of `inventory_data` that are new.
    pub inserted: u64,
    /// Rows whose numbers or product changed.
    pub changed: u64,
    /// Rows that the marketplace no longer lists.
    pub removed: u64,
    /// Rows that stayed as they were but for `last_sync_at`.
    pub unchanged: u64,
    pub products_created: u64,
    pub listings_created: u64,
    /// Listings that came to a product which another listing has already.
    pub listings_linked: u64,
    /// Products whose last listing went over to another product.
    pub products_joined: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Phases {
    pub fetch: Option<Duration>,
    pub read: Option<Duration>,
    /// The transaction, as far as it is known when its log row is written: everything but the
    /// commit.
    pub write: Option<Duration>,
}

/// How a run finds its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunRowState {
    /// It was open; the question that completes a row has completed it by now.
    Open,
    /// Completed as failed before.
    Failed,
    /// Completed with stock that was written, which stays.
    Succeeded(Changes),
    Missing,
}

/// Sums over the rows of a snapshot: what the database must hold after the write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub rows: u64,
    /// Different listings (`sku` and `size_id`).
    pub listings: u64,
    /// Listings with something available or reserved anywhere.
    pub listings_with_stock: u64,
    pub available: i64,
    pub reserved: i64,
    pub in_way_to_client: i64,
    pub in_way_from_client: i64,
}

impl Totals {
    pub(crate) fn add(&mut self, quantities: Quantities) {
        self.rows += 1;
        self.available += i64::from(quantities.available);
        self.reserved += i64::from(quantities.reserved);
        self.in_way_to_client += i64::from(quantities.in_way_to_client);
        self.in_way_from_client += i64::from(quantities.in_way_from_client);
    }

    /// Pieces that are there: available or reserved.
    pub(crate) fn stock(&self) -> i64 {
        self.available + self.reserved
    }
}

/// What a run wrote: the changes, and what the snapshot holds since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub changes: Changes,
    pub totals: Totals,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CardReading {
    pub cards: u64,
    /// Whether the last card was reached.
    pub complete: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct RunStats {
    pub processed: u64,
    pub rejected: u64,
    /// Ozon's SKUs that moved under the reading until the end.
    pub unsettled: u64,
    pub cards: u64,
    pub cost: Cost,
    /// Hosts other than the marketplace's own from which it came, or should have come.
    pub foreign_hosts: BTreeSet<String>,
    pub phases: Phases,
    pub snapshot_date: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending<'a> {
    pub status: Status,
    /// The exit code; 128 + the signal for an interruption.
    pub exit_code: u8,
    pub message: Option<&'a str>,
    pub(crate) failure_kind: Option<FailureKind>,
}
