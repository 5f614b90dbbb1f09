//! Is the stored stock recent? Together with the neighbours' judgements this is the answer of
//! `check-freshness`.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::finding::{Fact, Finding, Severity};
use super::soundness;
use crate::inventory::Source;
use crate::inventory::day::CLOCK_TOLERANCE;
use crate::store::queries::{RunRow, SnapshotCheck};

/// Data older than this are no longer a nuisance but a danger.
const CRITICAL_AGE: TimeDelta = TimeDelta::hours(24);
/// What is allowed beyond the time that a sync takes, unless `--max-age` says otherwise.
const USUAL_AGE: Duration = Duration::from_secs(6 * 3600);
const MEASURED_RUNS: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Fresh,
    /// Stored longer ago, or at a moment that is yet to come: then nobody knows.
    Stale,
    /// Never stored.
    Never,
}

/// The answer of `check-freshness` as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Fresh,
    /// Something is too old or was never there.
    Stale,
    Unsound,
}

#[derive(Clone, Debug)]
pub(crate) struct SourceFreshness {
    pub source: Source,
    /// Fresh, stale or never.
    pub verdict: Verdict,
    /// When stock was last stored, UTC.
    pub last_success_at: Option<DateTime<Utc>>,
    /// How long ago that was, in seconds; below zero for a moment that is yet to come.
    pub age_seconds: Option<i64>,
    /// How long ago it may be, in seconds.
    pub max_age_seconds: u64,
    /// The day of the newest snapshot.
    pub snapshot_date: Option<NaiveDate>,
}

impl SourceFreshness {
    /// How bad it is that the stock is not fresh; `None` while it is.
    pub(crate) fn severity(&self) -> Option<Severity> {
        let critical = |age| TimeDelta::seconds(age) > CRITICAL_AGE;
        match (self.verdict, self.age_seconds) {
            (Verdict::Fresh, _) => None,
            (_, Some(age)) if !critical(age) && !self.is_ahead() => Some(Severity::Warning),
            _ => Some(Severity::Critical),
        }
    }

    /// Whether stock was last stored at a moment that is yet to come: a clock was wrong then, or is
    /// now.
    pub(crate) fn is_ahead(&self) -> bool {
        self.age_seconds.is_some_and(|age| TimeDelta::seconds(age) < -CLOCK_TOLERANCE)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct FreshnessReport {
    pub status: Status,
    pub sources: Vec<SourceFreshness>,
    pub findings: Vec<Finding>,
}

pub(crate) struct Known {
    pub source: Source,
    pub last_success: Option<DateTime<Utc>>,
    /// What speaks against its newest snapshot.
    pub doubts: SnapshotCheck,
    pub max_age: Duration,
    pub key: Option<Finding>,
}

/// How old stock may be without `--max-age`: 6 hours and what the slowest of the last 20 runs took.
pub(crate) fn usual_max_age(runs: &[RunRow]) -> Duration {
    let slowest = runs
        .iter()
        .filter(|run| run.stored())
        .take(MEASURED_RUNS)
        .filter_map(RunRow::seconds)
        .max();
    USUAL_AGE + Duration::from_secs(slowest.unwrap_or(0).unsigned_abs())
}

/// Whether each source's stock is recent, stale or unsound at `now`.
pub(crate) fn judge(known: &[Known], now: DateTime<Utc>) -> FreshnessReport {
    let mut sources = Vec::new();
    let mut findings = Vec::new();
    for known in known {
        let freshness =
            freshness(known.source, known.last_success, known.doubts.day, known.max_age, now);
        findings.extend(soundness::judge(known.source, &known.doubts));
        findings.extend(age_finding(&freshness));
        findings.extend(known.key.clone());
        sources.push(freshness);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let unsound = findings.iter().any(|finding| finding.kind().is_unsound());
    let fresh = sources.iter().all(|source| source.verdict == Verdict::Fresh);
    let status = match (unsound, fresh) {
        (true, _) => Status::Unsound,
        (false, false) => Status::Stale,
        (false, true) => Status::Fresh,
    };
    FreshnessReport { status, sources, findings }
}

pub(crate) fn freshness(
    source: Source,
    last_success: Option<DateTime<Utc>>,
    day: Option<NaiveDate>,
    max_age: Duration,
    now: DateTime<Utc>,
) -> SourceFreshness {
    let age = last_success.map(|moment| now - moment);
    let max = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
    let verdict = match age {
        None => Verdict::Never,
        Some(age) if age >= -CLOCK_TOLERANCE && age <= max => Verdict::Fresh,
        Some(_) => Verdict::Stale,
    };
    SourceFreshness {
        source,
        verdict,
        last_success_at: last_success,
        age_seconds: age.map(|age| age.num_seconds()),
        max_age_seconds: max_age.as_secs(),
        snapshot_date: day,
    }
}

fn age_finding(freshness: &SourceFreshness) -> Option<Finding> {
    let severity = freshness.severity()?;
    let fact = match freshness.age_seconds.map(i64::unsigned_abs) {
        None => Fact::NeverSynced,
        Some(by) if freshness.is_ahead() => Fact::Ahead(by),
        Some(age) => Fact::Stale { age, allowed: freshness.max_age_seconds },
    };
    Some(Finding { severity, source: freshness.source, fact })
}

#[cfg(test)]
mod tests {
    use super::super::finding::Kind;
    use super::*;
    use crate::run::Status as SyncStatus;

    const HOUR: Duration = Duration::from_secs(3600);

    fn known(age: Option<TimeDelta>) -> (Vec<Known>, DateTime<Utc>) {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let last_success = age.map(|age| now - age);
        let doubts = SnapshotCheck::default();
        (
            vec![Known {
                source: Source::Ozon,
                last_success,
                doubts,
                max_age: HOUR * 6,
                key: None,
            }],
            now,
        )
    }

    fn verdict(age: Option<TimeDelta>) -> (Status, Verdict, Option<Severity>) {
        let (known, now) = known(age);
        let report = judge(&known, now);
        (
            report.status,
            report.sources[0].verdict,
            report.findings.first().map(|finding| finding.severity),
        )
    }

    #[test]
    fn stock_of_exactly_the_allowed_age_is_fresh() {
        assert_eq!(verdict(Some(TimeDelta::hours(6))), (Status::Fresh, Verdict::Fresh, None));
    }

    #[test]
    fn older_stock_is_stale_and_after_a_day_critical() {
        let stale = (Status::Stale, Verdict::Stale);
        assert_eq!(verdict(Some(TimeDelta::hours(7))), (stale.0, stale.1, Some(Severity::Warning)));
        assert_eq!(
            verdict(Some(TimeDelta::hours(25))),
            (stale.0, stale.1, Some(Severity::Critical))
        );
    }

    #[test]
    fn stock_of_a_moment_to_come_is_unsound_beyond_what_clocks_differ_by() {
        assert_eq!(verdict(Some(-TimeDelta::minutes(5))), (Status::Fresh, Verdict::Fresh, None));
        let ahead = (Status::Unsound, Verdict::Stale, Some(Severity::Critical));
        assert_eq!(verdict(Some(-TimeDelta::minutes(6))), ahead);
        assert_eq!(verdict(Some(-TimeDelta::days(7))), ahead);
    }

    #[test]
    fn a_marketplace_that_was_never_synced_is_critical() {
        assert_eq!(verdict(None), (Status::Stale, Verdict::Never, Some(Severity::Critical)));
    }

    #[test]
    fn the_allowed_age_grows_with_the_time_that_a_sync_takes() {
        let run = |seconds, status| RunRow {
            source: Source::Ozon,
            failure_kind: None,
            started_at: "2026-11-23T06:00:00Z".parse().unwrap(),
            completed_at: Some(
                "2026-11-23T06:00:00Z".parse::<DateTime<Utc>>().unwrap()
                    + TimeDelta::seconds(seconds),
            ),
            status,
            exit_code: None,
            reason: String::new(),
            processed: 0,
            rejected: 0,
            requests: 0,
            foreign_hosts: Vec::new(),
        };
        let runs = [
            run(60, SyncStatus::Success),
            run(900, SyncStatus::Partial),
            run(9000, SyncStatus::Failed),
        ];
        assert_eq!(usual_max_age(&runs), HOUR * 6 + Duration::from_secs(900));
        assert_eq!(usual_max_age(&[]), HOUR * 6);
    }

    #[test]
    fn the_most_serious_finding_comes_first_and_unsound_outweighs_stale() {
        let (mut known, now) = known(Some(TimeDelta::hours(7)));
        known[0].doubts.negative_rows = 1;
        let report = judge(&known, now);
        assert_eq!(report.status, Status::Unsound);
        let kinds: Vec<Kind> = report.findings.iter().map(|finding| finding.kind()).collect();
        assert_eq!(kinds, [Kind::NegativeStock, Kind::Stale]);
    }

    #[test]
    fn an_old_key_is_a_finding_but_leaves_fresh_data_fresh() {
        let (mut known, now) = known(Some(TimeDelta::hours(1)));
        known[0].key = Some(Finding {
            severity: Severity::Warning,
            source: Source::Ozon,
            fact: Fact::EndlessToken,
        });
        let report = judge(&known, now);
        assert_eq!((report.status, report.findings.len()), (Status::Fresh, 1));
    }
}
