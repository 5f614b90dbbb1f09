//! Is the stored stock recent, and do its numbers agree with each other?

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::inventory::Source;
use crate::store::overview::Doubts;

/// Data older than this are no longer a nuisance but a danger.
const CRITICAL_AGE: TimeDelta = TimeDelta::hours(24);

/// How recent the stock of one marketplace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Stored within the allowed age.
    Fresh,
    /// Stored longer ago.
    Stale,
    /// Never stored.
    Never,
}

/// The answer of `check-freshness` as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything recent, nothing wrong with it.
    Fresh,
    /// Something is too old or was never there.
    Stale,
    /// The numbers contradict each other.
    Unsound,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody should look.
    Warning,
    /// Somebody must look now: decisions are being made on wrong numbers.
    Critical,
}

/// The freshness of one marketplace's stock.
#[derive(Clone, Debug, Serialize)]
pub struct SourceFreshness {
    /// `Ozon` or `Wildberries`.
    pub source: &'static str,
    /// Fresh, stale or never.
    pub verdict: Verdict,
    /// When stock was last stored, UTC.
    pub last_success_at: Option<DateTime<Utc>>,
    /// How long ago that was, in seconds.
    pub age_seconds: Option<i64>,
    /// How long ago it may be, in seconds.
    pub max_age_seconds: u64,
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Whose stock it is about.
    pub source: &'static str,
    /// What it is, and what to do.
    pub message: String,
}

/// All that `check-freshness` found. Serialized, it is the command's JSON.
#[derive(Clone, Debug, Serialize)]
pub struct FreshnessReport {
    /// The answer.
    pub status: Status,
    /// One entry per marketplace looked at.
    pub sources: Vec<SourceFreshness>,
    /// What is wrong, the most serious first.
    pub findings: Vec<Finding>,
}

/// What is known of one marketplace.
pub struct Known {
    /// The marketplace.
    pub source: Source,
    /// When its stock was last stored.
    pub last_success: Option<DateTime<Utc>>,
    /// What speaks against its newest snapshot.
    pub doubts: Doubts,
}

/// Judges.
pub fn judge(known: &[Known], max_age: Duration, now: DateTime<Utc>) -> FreshnessReport {
    let mut sources = Vec::new();
    let mut findings = Vec::new();
    let mut unsound = false;
    for known in known {
        let freshness = freshness(known, max_age, now);
        findings.extend(age_finding(&freshness));
        let contradictions = contradictions(known);
        unsound |= !contradictions.is_empty();
        findings.extend(contradictions);
        sources.push(freshness);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let fresh = sources.iter().all(|source| source.verdict == Verdict::Fresh);
    let status = match (unsound, fresh) {
        (true, _) => Status::Unsound,
        (false, false) => Status::Stale,
        (false, true) => Status::Fresh,
    };
    FreshnessReport { status, sources, findings }
}

fn freshness(known: &Known, max_age: Duration, now: DateTime<Utc>) -> SourceFreshness {
    let age = known.last_success.map(|moment| now - moment);
    let max = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
    let verdict = match age {
        None => Verdict::Never,
        Some(age) if age <= max => Verdict::Fresh,
        Some(_) => Verdict::Stale,
    };
    SourceFreshness {
        source: known.source.as_str(),
        verdict,
        last_success_at: known.last_success,
        age_seconds: age.map(|age| age.num_seconds()),
        max_age_seconds: max_age.as_secs(),
    }
}

fn age_finding(freshness: &SourceFreshness) -> Option<Finding> {
    let source = freshness.source;
    let (severity, message) = match (freshness.verdict, freshness.age_seconds) {
        (Verdict::Fresh, _) => return None,
        (_, None) => (
            Severity::Critical,
            format!("{source} has never been synced; run `stocksync sync` for it"),
        ),
        (_, Some(age)) => {
            let critical = TimeDelta::seconds(age) > CRITICAL_AGE;
            let severity = if critical { Severity::Critical } else { Severity::Warning };
            let message = format!(
                "the last successful sync of {source} was {} ago, {} is allowed; `stocksync report` shows why the runs fail, \
                 or whether there are none",
                readable(age.unsigned_abs()),
                readable(freshness.max_age_seconds),
            );
            (severity, message)
        }
    };
    Some(Finding { severity, source, message })
}

fn contradictions(known: &Known) -> Vec<Finding> {
    let source = known.source.as_str();
    let mut messages = Vec::new();
    let doubts = &known.doubts;
    if doubts.contradictory_rows > 0 {
        messages.push(format!(
            "{} rows of {source}'s newest snapshot contradict themselves (current is not available + reserved, or a number is \
             negative); run its sync with --full",
            doubts.contradictory_rows
        ));
    }
    if let (Some((day, rows, stock)), Some(found)) = (doubts.stated, doubts.found)
        && (rows, stock) != found
    {
        messages.push(format!(
            "the last successful sync of {source} left {rows} rows with {stock} pieces for {day}, but there are {} with {}; \
             something else changes inventory_data; run its sync again",
            found.0, found.1
        ));
    }
    messages
        .into_iter()
        .map(|message| Finding { severity: Severity::Critical, source, message })
        .collect()
}

/// Hours and minutes for people: `7h 12m`; seconds only below a minute.
pub fn readable(seconds: u64) -> String {
    let rounded = if seconds < 60 { seconds } else { seconds - seconds % 60 };
    humantime::format_duration(Duration::from_secs(rounded)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn known(age: Option<TimeDelta>) -> (Vec<Known>, DateTime<Utc>) {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let last_success = age.map(|age| now - age);
        (vec![Known { source: Source::Ozon, last_success, doubts: Doubts::default() }], now)
    }

    fn verdict(age: Option<TimeDelta>) -> (Status, Verdict, Option<Severity>) {
        let (known, now) = known(age);
        let report = judge(&known, HOUR * 6, now);
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
    fn a_marketplace_that_was_never_synced_is_critical() {
        assert_eq!(verdict(None), (Status::Stale, Verdict::Never, Some(Severity::Critical)));
    }

    #[test]
    fn a_snapshot_that_disagrees_with_its_log_row_is_unsound() {
        let (mut known, now) = known(Some(TimeDelta::hours(1)));
        known[0].doubts.stated = Some(("2026-11-23".parse().unwrap(), 10, 55));
        known[0].doubts.found = Some((9, 50));
        let report = judge(&known, HOUR * 6, now);
        assert_eq!(report.status, Status::Unsound);
        assert!(
            report.findings[0]
                .message
                .contains("left 10 rows with 55 pieces for 2026-11-23, but there are 9 with 50")
        );
    }
}
