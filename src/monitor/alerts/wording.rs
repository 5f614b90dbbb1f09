//! The words of the messages: what happened, why, and what a person does now. Whether one is due is decided next door.

use chrono::{DateTime, FixedOffset};

use super::{Message, State, Topic};
use crate::failure::Exit;
use crate::inventory::Source;
use crate::monitor::finding::{Finding, Severity};
use crate::monitor::soundness::sync_command;

/// A sync that failed, one of `failures` in a row.
pub fn failed(
    source: Source,
    topic: Topic,
    (exit, cause): (Exit, &str),
    failures: u32,
    time: DateTime<FixedOffset>,
) -> Message {
    let title = match (topic, failures) {
        (Topic::KeyRejected, 1) => format!("{source}: the key was rejected"),
        (Topic::KeyRejected, _) => {
            format!("{source}: the key was rejected ({failures} syncs failed in a row)")
        }
        (Topic::PullRefused, 1) => format!("{source}: a pull was refused"),
        (Topic::PullRefused, _) => {
            format!("{source}: a pull was refused ({failures} syncs failed in a row)")
        }
        (_, 1) => format!("{source}: a sync failed"),
        _ => format!("{source}: {failures} syncs failed in a row"),
    };
    Message {
        source: source.as_str(),
        topic,
        state: State::Raised,
        severity: if topic == Topic::Failures { Severity::Warning } else { Severity::Critical },
        time,
        title,
        cause: format!("{cause} (exit {})", exit.code()),
        next_step: next_step(source, exit),
        failures,
        exit_code: Some(exit.code()),
    }
}

/// The first sync that succeeded after a trouble of which something was told.
pub fn recovered(source: Source, exit: Exit, time: DateTime<FixedOffset>) -> Message {
    let next_step = match exit {
        Exit::Partial => "some records were rejected; `stocksync report` tells how many".to_owned(),
        _ => "nothing to do".to_owned(),
    };
    Message {
        source: source.as_str(),
        topic: Topic::Sync,
        state: State::Recovered,
        severity: Severity::Warning,
        time,
        title: format!("{source}: syncs work again, the stock is fresh"),
        cause: String::new(),
        next_step,
        failures: 0,
        exit_code: Some(exit.code()),
    }
}

/// A report that came from a host not seen before.
pub fn new_host(source: Source, host: &str, time: DateTime<FixedOffset>) -> Message {
    Message {
        source: source.as_str(),
        topic: Topic::NewHost,
        state: State::Raised,
        severity: Severity::Warning,
        time,
        title: format!("{source}: a report's link led to a host not seen before: {host}"),
        cause: format!(
            "{host} is neither {source}'s own nor one that an earlier sync was sent to; no key was sent there"
        ),
        next_step: format!(
            "compare with the link that the seller's cabinet gives for a report: if it is the same host, nothing, it is known from now \
             on; if not, {} and ask the marketplace's support",
            new_key(source)
        ),
        failures: 0,
        exit_code: None,
    }
}

/// What a check of the stored data found. `findings` are of one topic, the most serious first.
pub fn found(
    source: Source,
    topic: Topic,
    findings: &[&Finding],
    time: DateTime<FixedOffset>,
) -> Message {
    let severity =
        findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Warning);
    let parts: Vec<(&str, &str)> =
        findings.iter().map(|finding| split_advice(&finding.message)).collect();
    let joined = |texts: Vec<&str>| texts.join("; ");
    Message {
        source: source.as_str(),
        topic,
        state: State::Raised,
        severity,
        time,
        title: format!("{source}: {}", trouble(topic)),
        cause: joined(parts.iter().map(|(cause, _)| *cause).collect()),
        next_step: joined(parts.iter().map(|(_, advice)| *advice).collect()),
        failures: 0,
        exit_code: None,
    }
}

/// A check that no longer finds what was told.
pub fn mended(source: Source, topic: Topic, time: DateTime<FixedOffset>) -> Message {
    let title = match topic {
        Topic::Unsound => "the stored stock is sound again",
        Topic::KeyAge => "the key was renewed",
        _ => "the stored stock is fresh again",
    };
    Message {
        source: source.as_str(),
        topic,
        state: State::Recovered,
        severity: Severity::Warning,
        time,
        title: format!("{source}: {title}"),
        cause: String::new(),
        next_step: "nothing to do".to_owned(),
        failures: 0,
        exit_code: None,
    }
}

fn trouble(topic: Topic) -> &'static str {
    match topic {
        Topic::Stale => "the stored stock is stale",
        Topic::Unsound => "the stored stock is unsound",
        Topic::KeyAge => "the key needs to be renewed",
        _ => "trouble",
    }
}

/// A finding says what it is and, after its first semicolon, what to do.
fn split_advice(message: &str) -> (&str, &str) {
    message.split_once("; ").unwrap_or((message, "run `stocksync report`"))
}

fn next_step(source: Source, exit: Exit) -> String {
    let command = sync_command(source);
    match exit {
        Exit::KeyRejected => format!("{} and run `{command}`", new_key(source)),
        Exit::Unsound => format!(
            "a wrong clock: set it; a collapse: compare with the seller's cabinet, and if the stock really fell, run `{command} \
             --accept-shrink`"
        ),
        Exit::CannotCreate => {
            "make room in the directory that it names, or let the user of the syncs write there".into()
        }
        Exit::NotStockData => format!(
            "look at what the marketplace answers (`{command} -v`); it may have changed its API: is there a newer stocksync?"
        ),
        Exit::Unreachable => {
            "the next run tries again; if it goes on, look at the marketplace's status page and at the network".into()
        }
        Exit::Database => "look whether the database runs, has space, and DATABASE_URL is right".into(),
        Exit::NotNow => "the next run tries again; if it goes on, let cron run less often".into(),
        Exit::Configuration => "set the variable in .env".into(),
        Exit::Program | Exit::Usage | Exit::Partial | Exit::Done => {
            format!("read the log of `{command}`")
        }
    }
}

fn new_key(source: Source) -> String {
    let variable = match source {
        Source::Ozon => "OZON_API_KEY",
        Source::Wildberries => "WB_API_TOKEN",
    };
    let menu = source.key_menu();
    format!("make a new key in the seller's cabinet ({menu}), put it into {variable}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::finding::Kind;

    fn noon() -> DateTime<FixedOffset> {
        "2026-11-23T12:00:00+03:00".parse().unwrap()
    }

    #[test]
    fn a_failure_names_source_local_time_cause_and_next_step() {
        let message = failed(
            Source::Ozon,
            Topic::Failures,
            (Exit::Unreachable, "503 Service Unavailable"),
            2,
            noon(),
        );
        assert_eq!(
            message.text(),
            "Ozon: 2 syncs failed in a row\n\
             Source: Ozon\n\
             Time: 2026-11-23 12:00 (UTC+03:00)\n\
             Cause: 503 Service Unavailable (exit 69)\n\
             Next step: the next run tries again; if it goes on, look at the marketplace's status page and at the network"
        );
    }

    #[test]
    fn every_failure_has_a_next_step() {
        for exit in Exit::ALL {
            assert!(!next_step(Source::Wildberries, exit).is_empty());
        }
    }

    #[test]
    fn a_finding_is_taken_apart_into_cause_and_advice() {
        let finding = Finding {
            severity: Severity::Critical,
            kind: Kind::Stale,
            source: "Ozon",
            message: "has never been synced; run `stocksync sync ozon`".into(),
        };
        let message = found(Source::Ozon, Topic::Stale, &[&finding], noon());
        assert_eq!(message.cause, "has never been synced");
        assert_eq!(message.next_step, "run `stocksync sync ozon`");
        assert_eq!(message.severity, Severity::Critical);
    }
}
