//! An alert as a value: what it is about, how bad that is, whether it is over.
//! Ground floor: imports nothing of ours.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody should look.
    Warning,
    /// Somebody must look now: decisions are being made on wrong numbers.
    Critical,
}

impl Severity {
    /// The value in tables, JSON and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Syncs fail one after another.
    Failures,
    /// The marketplace rejected the key.
    KeyRejected,
    /// A pull was refused because stock collapsed or its day cannot be right.
    PullRefused,
    /// Syncs work again.
    Sync,
    /// The stored stock is too old.
    Stale,
    /// The stored stock contradicts itself or its log.
    Unsound,
    /// A key is about to end, or has.
    KeyAge,
    /// A report came from a host not seen before. Nothing ends it: the host is known from then on.
    NewHost,
}

impl Topic {
    /// All of them.
    pub const ALL: [Topic; 8] = [
        Topic::Failures,
        Topic::KeyRejected,
        Topic::PullRefused,
        Topic::Sync,
        Topic::Stale,
        Topic::Unsound,
        Topic::KeyAge,
        Topic::NewHost,
    ];

    /// The value of the column `topic`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Topic::Failures => "failures",
            Topic::KeyRejected => "key_rejected",
            Topic::PullRefused => "pull_refused",
            Topic::Sync => "sync",
            Topic::Stale => "stale",
            Topic::Unsound => "unsound",
            Topic::KeyAge => "key_age",
            Topic::NewHost => "new_host",
        }
    }
}

/// Whether a trouble begins (or goes on) or is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// There is a trouble.
    Raised,
    /// It is over.
    Recovered,
}

impl State {
    /// The value of the column `state`.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Raised => "raised",
            State::Recovered => "recovered",
        }
    }
}

/// A message that was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What it was about.
    pub topic: Topic,
    /// Trouble or recovery.
    pub state: State,
    /// How bad it was.
    pub severity: Severity,
    /// Failed runs in a row at that time.
    pub failures: u32,
    /// The host of the topic `NewHost`.
    pub subject: Option<String>,
    /// Its first line, in the language of that time.
    pub title: String,
    /// When; whole seconds.
    pub at: DateTime<Utc>,
}
