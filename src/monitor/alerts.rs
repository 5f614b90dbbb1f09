//! When something is worth a message, as values. Pure: what was told before comes in, what to tell
//! goes out.
//! The words are in `words/alerts.rs`; sending is done in `notify/`, remembering in
//! `store/alert_log.rs`.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use super::finding::{Finding, Kind, Severity};
pub(crate) use crate::alert::{Sent, State, Topic};
use crate::failure::Exit;
use crate::inventory::Source;

/// After the first message about stale or unsound data the next come after this long, twice, four
/// times, … as long.
const DATA_DISTANCE: TimeDelta = TimeDelta::hours(6);
/// The same for a key that is about to end.
const KEY_DISTANCE: TimeDelta = TimeDelta::days(7);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    pub source: Source,
    pub topic: Topic,
    pub state: State,
    pub severity: Severity,
    pub time: DateTime<FixedOffset>,
    pub failures: u32,
    /// The exit code of the sync, if it was one.
    pub exit: Option<Exit>,
    pub(crate) cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Failed(Exit, String),
    Found(Vec<Finding>),
    NewHost(String),
    Over,
}

impl Alert {
    fn new(
        source: Source,
        (topic, severity): (Topic, Severity),
        cause: Cause,
        time: DateTime<FixedOffset>,
    ) -> Self {
        let state = if cause == Cause::Over { State::Recovered } else { State::Raised };
        Self { source, topic, state, severity, time, failures: 0, exit: None, cause }
    }

    pub(crate) fn failed(
        source: Source,
        topic: Topic,
        (exit, reason): (Exit, String),
        failures: u32,
        time: DateTime<FixedOffset>,
    ) -> Self {
        let severity =
            if topic == Topic::Failures { Severity::Warning } else { Severity::Critical };
        let alert = Self::new(source, (topic, severity), Cause::Failed(exit, reason), time);
        Self { failures, exit: Some(exit), ..alert }
    }

    /// The first sync that succeeded after a trouble of which something was told.
    pub(crate) fn recovered(source: Source, exit: Exit, time: DateTime<FixedOffset>) -> Self {
        Self { exit: Some(exit), ..Self::mended(source, Topic::Sync, time) }
    }

    /// A report that came from a host not seen before.
    pub(crate) fn new_host(source: Source, host: &str, time: DateTime<FixedOffset>) -> Self {
        let what = (Topic::NewHost, Severity::Warning);
        Self::new(source, what, Cause::NewHost(host.to_owned()), time)
    }

    pub(crate) fn found(
        source: Source,
        topic: Topic,
        findings: &[&Finding],
        time: DateTime<FixedOffset>,
    ) -> Self {
        let worst = findings.iter().map(|finding| finding.severity).max();
        let findings = findings.iter().copied().cloned().collect();
        let severity = worst.unwrap_or(Severity::Warning);
        Self::new(source, (topic, severity), Cause::Found(findings), time)
    }

    /// A check that no longer finds what was told.
    pub(crate) fn mended(source: Source, topic: Topic, time: DateTime<FixedOffset>) -> Self {
        Self::new(source, (topic, Severity::Warning), Cause::Over, time)
    }

    /// What it is about where the topic alone does not say it: the host.
    pub(crate) fn subject(&self) -> Option<&str> {
        match &self.cause {
            Cause::NewHost(host) => Some(host),
            _ => None,
        }
    }
}

/// What a failed sync is worth a message for, if anything.
///
/// `told` is what was told of this marketplace, the newest first; `failures` counts the failed runs
/// in a row, this one included, and the first of them began at `since`. At `after` failures there
/// is a message, and at twice, four times, … as many. A key that is rejected and a pull that is
/// refused are told at once, each once in a row of failures. What no channel took is told at the
/// next failure.
pub(crate) fn on_failure(
    told: &[Sent],
    failures: u32,
    since: DateTime<Utc>,
    exit: Exit,
    after: u32,
) -> Option<Topic> {
    let of_this_row: Vec<&Sent> = open(told, Topic::Sync)
        .filter(|sent| sent.state == State::Raised && sent.at >= since)
        .collect();
    let urgent = match exit {
        Exit::KeyRejected => Some(Topic::KeyRejected),
        Exit::Unsound => Some(Topic::PullRefused),
        _ => None,
    };
    if let Some(topic) = urgent
        && of_this_row.iter().all(|sent| sent.topic != topic)
    {
        return Some(topic);
    }
    let mut step = after.max(1);
    if failures < step {
        return None;
    }
    while step.checked_mul(2).is_some_and(|next| next <= failures) {
        step *= 2;
    }
    let told_of = of_this_row.iter().map(|sent| sent.failures).max().unwrap_or(0);
    (told_of < step).then_some(urgent.unwrap_or(Topic::Failures))
}

pub(crate) fn on_success(told: &[Sent]) -> bool {
    let open = |topic| open(told, topic).any(|sent| sent.state == State::Raised);
    open(Topic::Sync) || open(Topic::Stale)
}

/// Whether a host that appeared at `since` is still to be told.
pub(crate) fn on_new_host(told: &[Sent], host: &str, since: DateTime<Utc>) -> bool {
    let about = |sent: &Sent| sent.topic == Topic::NewHost && sent.subject.as_deref() == Some(host);
    !told.iter().any(|sent| about(sent) && sent.at >= since)
}

/// What a check of the stored data is worth for one of `Stale`, `Unsound` and `KeyAge`: a message
/// about the findings, one that the trouble is over, or nothing.
pub(crate) fn on_check(
    told: &[Sent],
    topic: Topic,
    findings: &[&Finding],
    now: DateTime<Utc>,
) -> Option<State> {
    let raised: Vec<&Sent> = open(told, topic).filter(|sent| sent.state == State::Raised).collect();
    let (Some(newest), Some(first)) = (raised.first(), raised.last()) else {
        return (!findings.is_empty()).then_some(State::Raised);
    };
    let Some(worst) = findings.iter().map(|finding| finding.severity).max() else {
        return Some(State::Recovered);
    };
    let base = if topic == Topic::KeyAge { KEY_DISTANCE } else { DATA_DISTANCE };
    let doublings = i32::try_from(raised.len() - 1).unwrap_or(i32::MAX).min(16);
    let due = now - first.at >= base * (1 << doublings);
    (worst > newest.severity || due).then_some(State::Raised)
}

/// The topic under which a finding is told; `None` for one that is worth no alert: whoever empties
/// a shop has said so.
pub(crate) fn topic(kind: Kind) -> Option<Topic> {
    match kind {
        Kind::Stale => Some(Topic::Stale),
        Kind::KeyAge => Some(Topic::KeyAge),
        Kind::Empty => None,
        Kind::Ahead
        | Kind::RowsDisagree
        | Kind::ContradictoryRows
        | Kind::NegativeStock
        | Kind::DuplicateRows => Some(Topic::Unsound),
    }
}

/// The messages of the trouble `topic` that have no recovery after them, the newest first.
fn open(told: &[Sent], topic: Topic) -> impl Iterator<Item = &Sent> {
    let of_syncs = |topic: Topic| {
        matches!(topic, Topic::Failures | Topic::KeyRejected | Topic::PullRefused | Topic::Sync)
    };
    // Fresh stock ends its staleness too, so that two recoveries are not told of one thing.
    let ends = move |sent: &Sent| {
        sent.state == State::Recovered
            && (sent.topic == topic || (sent.topic == Topic::Sync && topic == Topic::Stale))
    };
    let concerns = move |sent: &Sent| match topic {
        Topic::Sync => of_syncs(sent.topic),
        _ => sent.topic == topic,
    };
    told.iter().take_while(move |sent| !ends(sent)).filter(move |sent| concerns(sent))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Fact;
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        "2026-11-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hours)
    }

    fn sent(topic: Topic, state: State, failures: u32, hours: i64) -> Sent {
        let severity = Severity::Warning;
        let title = String::new();
        Sent { topic, state, severity, failures, subject: None, title, at: at(hours) }
    }

    /// Runs failures hour by hour and says at which of them something was told.
    fn told_at(exits: &[Exit], after: u32) -> Vec<(u32, Topic)> {
        let (mut told, mut messages) = (Vec::new(), Vec::new());
        for (index, exit) in (0..).zip(exits) {
            if let Some(topic) = on_failure(&told, index + 1, at(0), *exit, after) {
                messages.push((index + 1, topic));
                told.insert(0, sent(topic, State::Raised, index + 1, i64::from(index)));
            }
        }
        messages
    }

    fn finding(severity: Severity) -> Finding {
        Finding { severity, source: Source::Ozon, fact: Fact::NeverSynced }
    }

    #[test]
    fn failures_are_told_at_the_limit_and_then_at_doubled_distance() {
        let told = told_at(&[Exit::Unreachable; 20], 2);
        assert_eq!(told, [2, 4, 8, 16].map(|count| (count, Topic::Failures)));
        let told = told_at(&[Exit::Unreachable; 20], 3);
        assert_eq!(told, [3, 6, 12].map(|count| (count, Topic::Failures)));
    }

    #[test]
    fn a_rejected_key_and_a_refused_pull_are_told_at_once() {
        assert_eq!(
            told_at(&[Exit::KeyRejected; 5], 2),
            [(1, Topic::KeyRejected), (2, Topic::KeyRejected), (4, Topic::KeyRejected)]
        );
        let exits = [Exit::Unreachable, Exit::Unsound, Exit::Unsound, Exit::Unreachable];
        assert_eq!(told_at(&exits, 3), [(2, Topic::PullRefused), (3, Topic::PullRefused)]);
    }

    #[test]
    fn what_no_channel_took_is_told_at_the_next_failure() {
        assert_eq!(on_failure(&[], 3, at(0), Exit::Unreachable, 2), Some(Topic::Failures));
        let told = [sent(Topic::Failures, State::Raised, 3, 3)];
        assert_eq!(on_failure(&told, 4, at(0), Exit::Unreachable, 2), Some(Topic::Failures));
    }

    #[test]
    fn messages_about_an_earlier_row_of_failures_do_not_silence_this_one() {
        let told = [sent(Topic::Failures, State::Raised, 8, 1)];
        assert_eq!(on_failure(&told, 2, at(5), Exit::Unreachable, 2), Some(Topic::Failures));
    }

    #[test]
    fn recovery_is_told_once_and_only_of_what_was_told() {
        assert!(!on_success(&[]));
        let raised = sent(Topic::Failures, State::Raised, 2, 1);
        assert!(on_success(std::slice::from_ref(&raised)));
        assert!(!on_success(&[sent(Topic::Sync, State::Recovered, 0, 2), raised]));
        assert!(!on_success(&[sent(Topic::KeyAge, State::Raised, 0, 2)]));
    }

    #[test]
    fn a_sync_that_succeeds_ends_the_staleness_too() {
        let told =
            [sent(Topic::Sync, State::Recovered, 0, 2), sent(Topic::Stale, State::Raised, 0, 1)];
        assert_eq!(on_check(&told, Topic::Stale, &[], at(3)), None);
        assert!(on_success(&told[1..]));
    }

    #[test]
    fn stale_data_are_told_at_growing_distance() {
        let stale = finding(Severity::Warning);
        let (mut told, mut hours) = (Vec::new(), Vec::new());
        for hour in 0..60 {
            if on_check(&told, Topic::Stale, &[&stale], at(hour)) == Some(State::Raised) {
                hours.push(hour);
                told.insert(0, sent(Topic::Stale, State::Raised, 0, hour));
            }
        }
        assert_eq!(hours, [0, 6, 12, 24, 48]);
        assert_eq!(on_check(&told, Topic::Stale, &[], at(60)), Some(State::Recovered));
    }

    #[test]
    fn staleness_that_a_check_saw_end_is_not_ended_once_more_by_a_sync() {
        let raised = sent(Topic::Stale, State::Raised, 0, 1);
        let told = [sent(Topic::Stale, State::Recovered, 0, 2), raised];
        assert!(!on_success(&told), "an import by hand made it fresh");
        let failing = sent(Topic::Failures, State::Raised, 2, 1);
        assert!(on_success(&[told.to_vec(), vec![failing]].concat()));
    }

    #[test]
    fn a_new_host_is_told_once_for_each_time_that_it_is_new() {
        let host = "a.example";
        let about = |host: &str| Sent {
            subject: Some(host.into()),
            ..sent(Topic::NewHost, State::Raised, 0, 5)
        };
        assert!(on_new_host(&[], host, at(5)));
        assert!(!on_new_host(&[about(host)], host, at(5)));
        assert!(on_new_host(&[about("b.example")], host, at(5)), "of another host");
        assert!(on_new_host(&[about(host)], host, at(900)), "forgotten in between, and new again");
    }

    #[test]
    fn what_becomes_critical_is_told_at_once() {
        let told = [sent(Topic::Stale, State::Raised, 0, 0)];
        let stale = finding(Severity::Critical);
        assert_eq!(on_check(&told, Topic::Stale, &[&stale], at(1)), Some(State::Raised));
    }
}
