//! An alert as a value: what it is about, how bad that is, whether it is over.
//! Ground floor: imports nothing of ours.

use chrono::{DateTime, Utc};
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    Warning,
    /// Somebody must look now: decisions are being made on wrong numbers.
    Critical,
}

impl Severity {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Topic {
    Failures,
    KeyRejected,
    PullRefused,
    Sync,
    Stale,
    Unsound,
    KeyAge,
    /// A report came from a host not seen before. Nothing ends it: the host is known from then on.
    NewHost,
}

impl Topic {
    pub(crate) const ALL: [Topic; 8] = [
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
    pub(crate) const fn as_str(self) -> &'static str {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Raised,
    Recovered,
}

impl State {
    /// The value of the column `state`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            State::Raised => "raised",
            State::Recovered => "recovered",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub topic: Topic,
    pub state: State,
    pub severity: Severity,
    pub failures: u32,
    pub subject: Option<String>,
    /// Its first line, in the language of that time.
    pub title: String,
    /// When; whole seconds.
    pub at: DateTime<Utc>,
}
