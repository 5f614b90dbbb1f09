//! What a person should know of the stored data and the keys, as values. The judging is done by the
//! neighbours, the sentences are in `words`.

use chrono::{FixedOffset, NaiveDate, TimeDelta};
use serde::Serialize;

pub(crate) use crate::alert::Severity;
use crate::inventory::Source;
use crate::monitor::keys::KeyEnd;

/// What a finding is about. The names are an interface: JSON shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Stored stock is too old, or was never stored.
    Stale,
    /// Rows are missing or disagree with what the newest successful run says it stored.
    RowsDisagree,
    /// Rows whose current is not available + reserved.
    ContradictoryRows,
    NegativeStock,
    DuplicateRows,
    /// Stock was last stored at a moment that is yet to come.
    Ahead,
    /// The newest sync stored that there is no stock at all.
    Empty,
    KeyAge,
}

impl Kind {
    pub(crate) fn is_unsound(self) -> bool {
        !matches!(self, Kind::Stale | Kind::Empty | Kind::KeyAge)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    NeverSynced,
    /// In seconds.
    Stale {
        age: u64,
        allowed: u64,
    },
    /// By so many seconds.
    Ahead(u64),
    /// Rows and pieces of a day: as the log says, and as there are.
    RowsDisagree {
        day: NaiveDate,
        stated: (u64, i64),
        found: (u64, i64),
    },
    /// The log tells of a success, and there is no row at all.
    RowsGone,
    Contradictory {
        day: Option<NaiveDate>,
        rows: u64,
    },
    Negative {
        day: Option<NaiveDate>,
        rows: u64,
    },
    Duplicate {
        day: Option<NaiveDate>,
        rows: u64,
    },
    Empty(NaiveDate),
    KeyEnds {
        end: KeyEnd,
        /// Below zero for one that has ended.
        left: TimeDelta,
        zone: FixedOffset,
    },
    EndlessToken,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub severity: Severity,
    pub source: Source,
    pub(crate) fact: Fact,
}

impl Finding {
    pub(crate) fn kind(&self) -> Kind {
        match self.fact {
            Fact::NeverSynced | Fact::Stale { .. } => Kind::Stale,
            Fact::Ahead(_) => Kind::Ahead,
            Fact::RowsDisagree { .. } | Fact::RowsGone => Kind::RowsDisagree,
            Fact::Contradictory { .. } => Kind::ContradictoryRows,
            Fact::Negative { .. } => Kind::NegativeStock,
            Fact::Duplicate { .. } => Kind::DuplicateRows,
            Fact::Empty(_) => Kind::Empty,
            Fact::KeyEnds { .. } | Fact::EndlessToken => Kind::KeyAge,
        }
    }
}
