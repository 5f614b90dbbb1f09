//! Suspicious API activity: what may mean that a key leaked, or that somebody stands between the
//! program and the marketplace.
//! Told from the kinds of failure, hosts and request counts that `sync_logs` keeps.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::runs::{COMPARED, LEAST};
use super::{Anomaly, Kind, Picture, median};
use crate::config::Thresholds;
use crate::failure::FailureKind;
use crate::monitor::finding::Severity;
use crate::store::queries::{RECENT_RUNS, RunRow};

/// A run may send this many requests more than usual, whatever the factor.
const FEW_REQUESTS: f64 = 20.0;

pub(super) fn detect(picture: &Picture, thresholds: &Thresholds) -> Vec<Anomaly> {
    let mut found = Vec::new();
    for (kind, failure) in [
        (Kind::KeyRejected, FailureKind::KeyRejected),
        (Kind::UnexpectedRedirect, FailureKind::UnexpectedRedirect),
        (Kind::UnknownHost, FailureKind::UntrustedLink),
    ] {
        let runs: Vec<&RunRow> = picture
            .runs
            .iter()
            .filter(|run| run.started_at >= picture.since && run.failure_kind == Some(failure))
            .collect();
        let Some(last) = runs.first() else { continue };
        found.push(
            Anomaly::new(Severity::Warning, picture.source, kind)
                .at(picture.local(last.started_at))
                .number("runs", runs.len() as f64),
        );
    }
    found.extend(new_host(picture));
    found.extend(many_requests(picture, f64::from(thresholds.requests)));
    found
}

/// Hosts to which the link of a report led for the first time, each with the run, since a moment;
/// the oldest first. `runs` begins with the newest. The marketplace's own hosts are not among those
/// that runs remember.
///
/// Of a list that was cut, the oldest day only says which hosts are not new.
pub(crate) fn new_hosts(runs: &[RunRow], since: DateTime<Utc>) -> Vec<(&str, &RunRow)> {
    let cut = runs.last().filter(|_| runs.len() >= RECENT_RUNS);
    let since = cut.map_or(since, |oldest| since.max(oldest.started_at + TimeDelta::days(1)));
    let mut seen = HashSet::new();
    let mut new = Vec::new();
    for run in runs.iter().rev() {
        for host in &run.foreign_hosts {
            if seen.insert(host.as_str()) && run.started_at >= since {
                new.push((host.as_str(), run));
            }
        }
    }
    new
}

fn new_host(picture: &Picture) -> Option<Anomaly> {
    let new = new_hosts(picture.runs, picture.since);
    let (_, first) = new.first()?;
    let hosts: Vec<&str> = new.iter().map(|(host, _)| *host).collect();
    Some(
        Anomaly::new(Severity::Warning, picture.source, Kind::NewHost)
            .at(picture.local(first.started_at))
            .about(&hosts.join(", "))
            .number("hosts", hosts.len() as f64),
    )
}

fn many_requests(picture: &Picture, factor: f64) -> Option<Anomaly> {
    let mut counted = picture.runs.iter().filter(|run| run.completed_at.is_some());
    let newest = counted.next().filter(|run| run.started_at >= picture.since)?;
    let usual: Vec<f64> =
        counted.filter(|run| run.stored()).take(COMPARED).map(|run| run.requests as f64).collect();
    if usual.len() < LEAST {
        return None;
    }
    let (sent, before) = (newest.requests as f64, median(usual)?);
    if sent <= before * factor || sent - before <= FEW_REQUESTS {
        return None;
    }
    Some(
        Anomaly::new(Severity::Warning, picture.source, Kind::ManyRequests)
            .number("requests", sent)
            .number("median_requests", before),
    )
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;
    use crate::run::Status;

    fn kinds(runs: &[RunRow]) -> Vec<Kind> {
        detect(&picture(runs), &defaults()).into_iter().map(|anomaly| anomaly.kind).collect()
    }

    fn failed(kind: FailureKind) -> RunRow {
        RunRow { failure_kind: Some(kind), ..run(1, 5, Status::Failed) }
    }

    #[test]
    fn rejected_keys_redirects_and_unbelieved_links_are_told_apart() {
        assert_eq!(kinds(&[failed(FailureKind::KeyRejected)]), [Kind::KeyRejected]);
        let redirect = failed(FailureKind::UnexpectedRedirect);
        assert_eq!(kinds(&[redirect]), [Kind::UnexpectedRedirect]);
        assert_eq!(kinds(&[failed(FailureKind::UntrustedLink)]), [Kind::UnknownHost]);
        assert_eq!(kinds(&[failed(FailureKind::Unreachable)]), []);
        assert_eq!(kinds(&[failed(FailureKind::NotStockData)]), []);
    }

    #[test]
    fn whatever_a_reason_says_the_kind_alone_counts() {
        let reason = "the download link was not followed: the redirect is not followed".into();
        let told = RunRow { reason, ..failed(FailureKind::NotStockData) };
        assert_eq!(kinds(&[told]), []);
    }

    #[test]
    fn a_host_is_new_once_and_only_if_no_run_before_was_sent_to_it() {
        let led_to = |hours, hosts: &[&str]| RunRow {
            foreign_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..run(hours, 60, Status::Success)
        };
        let known = led_to(30, &["a.example"]);
        assert_eq!(kinds(&[led_to(1, &["a.example"]), known.clone()]), []);
        let runs = [led_to(1, &["b.example"]), led_to(2, &["a.example", "b.example"]), known];
        assert_eq!(kinds(&runs), [Kind::NewHost]);
        let since = now() - TimeDelta::hours(24);
        assert_eq!(new_hosts(&runs, since), [("b.example", &runs[1])]);
        assert_eq!(kinds(&[led_to(25, &["a.example"])]), [], "before the period");
    }

    #[test]
    fn what_the_oldest_day_of_a_cut_list_shows_is_not_new() {
        let mut runs: Vec<RunRow> =
            (1..=RECENT_RUNS as i64).map(|hours| run(hours, 60, Status::Success)).collect();
        for (index, host) in [(3, "b.example"), (RECENT_RUNS - 3, "a.example")] {
            runs[index].foreign_hosts = vec![host.to_owned()];
        }
        let since = now() - TimeDelta::days(30);
        assert_eq!(new_hosts(&runs, since), [("b.example", &runs[3])]);
        runs.pop();
        assert_eq!(new_hosts(&runs, since).len(), 2, "nothing was before this list");
    }

    #[test]
    fn many_more_requests_than_usual_are_suspicious() {
        let usual: Vec<RunRow> = (1..=10).map(|hours| run(hours, 60, Status::Success)).collect();
        let sending = |requests| {
            [vec![RunRow { requests, ..run(0, 60, Status::Success) }], usual.clone()].concat()
        };
        assert_eq!(kinds(&sending(30)), []);
        assert_eq!(kinds(&sending(31)), [Kind::ManyRequests]);
    }
}
