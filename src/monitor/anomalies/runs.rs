//! Rules about the runs themselves: failing, rejecting, slow, never finished.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Anomaly, Kind, Picture, median};
use crate::config::Thresholds;
use crate::monitor::finding::Severity;
use crate::store::queries::RunRow;

/// Runs before the one in question that say what is usual.
pub(super) const COMPARED: usize = 20;
/// Fewer runs than this do not say what is usual.
pub(super) const LEAST: usize = 5;
/// A run may take this much longer than usual without being slow, whatever the factor.
const SLOW_SECONDS: f64 = 60.0;
/// Rejected records below this are no rise, whatever their share.
const FEW_REJECTS: u64 = 5;
/// No sync takes longer than this: one without an end that began earlier is dead.
const LONGEST_RUN: TimeDelta = TimeDelta::hours(3);

pub(super) fn detect(picture: &Picture, thresholds: &Thresholds) -> Vec<Anomaly> {
    let stored: Vec<&RunRow> = picture.runs.iter().filter(|run| run.stored()).collect();
    let mut found = Vec::new();
    found.extend(failures(picture, thresholds.failures));
    if let Some((newest, older)) = stored.split_first()
        && newest.started_at >= picture.since
    {
        let usual: Vec<&RunRow> = older.iter().take(COMPARED).copied().collect();
        found.extend(rejects(picture, newest, &usual, thresholds.rejects));
        found.extend(slow(picture, newest, &usual, f64::from(thresholds.slow)));
    }
    found.extend(unfinished(picture));
    found
}

/// Whether the newest run of a marketplace is perhaps still going on at `now`: then it has neither
/// failed nor died. An older one is not, whenever it began: its successor proves it dead, as two
/// runs of one marketplace never overlap.
pub(crate) fn may_go_on(
    began: DateTime<Utc>,
    ended: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    ended.is_none() && began + LONGEST_RUN > now
}

/// How many of the newest runs failed in a row; one that may still go on counts neither way.
pub(crate) fn failures_in_a_row(runs: &[RunRow], now: DateTime<Utc>) -> u32 {
    let goes_on = |run: &RunRow| may_go_on(run.started_at, run.completed_at, now);
    let skipped = usize::from(runs.first().is_some_and(goes_on));
    let count = runs.iter().skip(skipped).take_while(|run| !run.stored()).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn failures(picture: &Picture, limit: u32) -> Option<Anomaly> {
    let count = failures_in_a_row(picture.runs, picture.now);
    let newest = picture.runs.iter().find(|run| run.completed_at.is_some())?;
    if count < limit || newest.started_at < picture.since {
        return None;
    }
    let severity =
        if count >= limit.saturating_mul(4) { Severity::Critical } else { Severity::Warning };
    let anomaly = Anomaly::new(severity, picture.source, Kind::RepeatedFailures)
        .number("failures", f64::from(count));
    Some(match newest.exit_code {
        Some(code) => anomaly.number("exit_code", f64::from(code)),
        None => anomaly,
    })
}

fn rejects(picture: &Picture, newest: &RunRow, usual: &[&RunRow], limit: f64) -> Option<Anomaly> {
    let share = reject_share(newest);
    let before = median(usual.iter().map(|run| reject_share(run)).collect()).unwrap_or(0.0);
    if newest.rejected < FEW_REJECTS || share * 100.0 <= limit || share <= 2.0 * before {
        return None;
    }
    Some(
        Anomaly::new(Severity::Warning, picture.source, Kind::RisingRejects)
            .number("rejected", newest.rejected as f64)
            .number("records", newest.processed as f64)
            .number("share", share)
            .number("usual_share", before),
    )
}

fn reject_share(run: &RunRow) -> f64 {
    if run.processed == 0 { 0.0 } else { run.rejected as f64 / run.processed as f64 }
}

fn slow(picture: &Picture, newest: &RunRow, usual: &[&RunRow], factor: f64) -> Option<Anomaly> {
    if usual.len() < LEAST {
        return None;
    }
    let took = newest.seconds()? as f64;
    let before = median(usual.iter().filter_map(|run| run.seconds()).map(|s| s as f64).collect())?;
    if took <= before * factor || took - before <= SLOW_SECONDS {
        return None;
    }
    Some(
        Anomaly::new(Severity::Warning, picture.source, Kind::SlowSync)
            .number("seconds", took)
            .number("median_seconds", before),
    )
}

fn unfinished(picture: &Picture) -> Option<Anomaly> {
    let dead = |(index, run): &(usize, &RunRow)| {
        let goes_on = *index == 0 && may_go_on(run.started_at, run.completed_at, picture.now);
        run.completed_at.is_none() && !goes_on
    };
    let recent = picture.runs.iter().enumerate().filter(|(_, run)| run.started_at >= picture.since);
    let dead: Vec<&RunRow> = recent.filter(dead).map(|(_, run)| run).collect();
    let last = dead.first()?;
    Some(
        Anomaly::new(Severity::Warning, picture.source, Kind::UnfinishedRun)
            .at(picture.local(last.started_at))
            .number("runs", dead.len() as f64),
    )
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;
    use crate::run::Status;

    fn kinds(runs: &[RunRow]) -> Vec<(Kind, Severity)> {
        detect(&picture(runs), &defaults())
            .into_iter()
            .map(|anomaly| (anomaly.kind, anomaly.severity))
            .collect()
    }

    fn usual() -> Vec<RunRow> {
        (1..=10).map(|hours| run(hours, 60, Status::Success)).collect()
    }

    fn after(newest: Vec<RunRow>) -> Vec<RunRow> {
        [newest, usual()].concat()
    }

    #[test]
    fn failures_in_a_row_are_told_from_the_second_on_and_are_critical_from_the_eighth() {
        let failing = |count| after(vec![run(0, 1, Status::Failed); count]);
        assert_eq!(kinds(&failing(1)), []);
        assert_eq!(kinds(&failing(2)), [(Kind::RepeatedFailures, Severity::Warning)]);
        assert_eq!(kinds(&failing(8)), [(Kind::RepeatedFailures, Severity::Critical)]);
    }

    #[test]
    fn a_run_that_goes_on_is_neither_failed_nor_dead() {
        let going_on = RunRow { completed_at: None, ..run(0, 0, Status::Failed) };
        let runs = after(vec![going_on, run(0, 1, Status::Failed)]);
        assert_eq!(failures_in_a_row(&runs, now()), 1);
        assert_eq!(kinds(&runs), []);
    }

    #[test]
    fn a_run_without_an_end_may_go_on_for_three_hours_and_has_failed_from_then_on() {
        let began = |minutes_ago| now() - TimeDelta::minutes(minutes_ago);
        assert!(may_go_on(began(179), None, now()));
        assert!(!may_go_on(began(180), None, now()));
        assert!(!may_go_on(began(1), Some(now()), now()), "it has ended");
        let open = |hours| RunRow { completed_at: None, ..run(hours, 0, Status::Failed) };
        assert_eq!(failures_in_a_row(&after(vec![open(2)]), now()), 0);
        assert_eq!(failures_in_a_row(&after(vec![open(3)]), now()), 1);
    }

    #[test]
    fn a_run_without_an_end_is_dead_once_another_began_or_hours_passed() {
        let open = |hours| RunRow { completed_at: None, ..run(hours, 0, Status::Failed) };
        let expected = [(Kind::UnfinishedRun, Severity::Warning)];
        assert_eq!(kinds(&[run(0, 60, Status::Success), open(1)]), expected);
        assert_eq!(kinds(&[open(4)]), expected);
        assert_eq!(kinds(&[run(0, 60, Status::Success), open(25)]), [], "before the period");
    }

    #[test]
    fn a_sync_is_slow_beyond_three_times_the_median() {
        assert_eq!(kinds(&after(vec![run(0, 180, Status::Success)])), []);
        let expected = [(Kind::SlowSync, Severity::Warning)];
        assert_eq!(kinds(&after(vec![run(0, 181, Status::Success)])), expected);
        assert_eq!(kinds(&[run(0, 9999, Status::Success)]), [], "nothing to compare with");
    }

    #[test]
    fn rejects_rise_beyond_a_twentieth_and_twice_the_usual() {
        let rejecting = |rejected| RunRow { rejected, ..run(0, 60, Status::Partial) };
        assert_eq!(kinds(&after(vec![rejecting(50)])), []);
        let expected = [(Kind::RisingRejects, Severity::Warning)];
        assert_eq!(kinds(&after(vec![rejecting(51)])), expected);
        let always = vec![rejecting(51); 10];
        assert_eq!(kinds(&always), [], "that is how it always is");
    }
}
