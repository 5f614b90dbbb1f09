//! What a write is told, and what comes of it.
//! Values only.

use chrono::NaiveDate;

use crate::failure::Failure;
use crate::inventory::StockType;
use crate::inventory::warehouse::Warehouses;
use crate::run::{CardReading, Ending, Run, RunStats, Written};
use crate::staging::Snapshot;
use crate::store::database::error::StoreError;

pub(crate) struct Order<'a> {
    pub run: &'a Run,
    pub day: NaiveDate,
    pub snapshot: &'a Snapshot,
    /// Throw away the day's rows first.
    pub full: bool,
    /// By how many percent the number of products with stock may fall; `None` if any fall is meant.
    pub max_shrink: Option<f64>,
    /// The kinds of stock that the pull can tell of: rows of another kind are not replaced, unless
    /// `full` means it.
    pub can_hold: &'static [StockType],
    /// What the pull says of its warehouses.
    pub warehouses: &'a Warehouses,
    /// What was read of Wildberries' cards for this pull. `None`: nothing yet, so a pull with
    /// listings of which they may know more is not written before they are asked.
    pub cards: Option<CardReading>,
    pub ending: Ending<'a>,
    /// The run's figures, but for what the write takes.
    pub stats: RunStats,
}

pub(crate) enum Outcome {
    Written(Written),
    /// Nothing was written: the cards are to be asked first, for so many listings without a name or
    /// a barcode.
    CardsNeeded(u64),
}

/// Why an attempt did not come to its end. Nothing of it stays.
pub(super) enum AttemptError {
    /// The pull is not to be written at all.
    Refused(Failure),
    /// The database cannot be reached, or does not let this run write.
    Unreachable(Failure),
    /// The database or the disk failed before the commit was sent.
    Fault(StoreError),
    /// The connection died while the commit was under way: it may have happened or not.
    InDoubt(StoreError),
}

impl<E: Into<StoreError>> From<E> for AttemptError {
    fn from(error: E) -> Self {
        AttemptError::Fault(error.into())
    }
}
