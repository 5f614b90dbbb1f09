//! What a person should know of the stored data, in one line each. The judging is done by its neighbours.

use serde::Serialize;

pub use crate::alert::Severity;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Stored stock is too old, or was never stored.
    Stale,
    /// Rows are missing or disagree with what the newest successful run says it stored.
    RowsDisagree,
    /// Rows whose current is not available + reserved.
    ContradictoryRows,
    /// Rows with a number below zero.
    NegativeStock,
    /// Rows that repeat another row's identity.
    DuplicateRows,
    /// Stock was last stored at a moment that is yet to come.
    Ahead,
    /// The newest sync stored that there is no stock at all.
    Empty,
    /// A key that is old, about to end, or has ended.
    KeyAge,
}

impl Kind {
    /// Whether it makes the data unsound.
    pub fn is_unsound(self) -> bool {
        !matches!(self, Kind::Stale | Kind::Empty | Kind::KeyAge)
    }
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub kind: Kind,
    /// Whose stock or key it is.
    pub source: &'static str,
    /// What it is, and what to do.
    pub message: String,
}
