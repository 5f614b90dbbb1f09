//! Failed runs, those together that failed alike: a night of one and the same failure is one entry
//! with its count and span.

use chrono::{DateTime, Utc};

use crate::store::queries::RunRow;

#[derive(Clone, Copy, Debug)]
pub(crate) struct FailureGroup<'a> {
    /// What is shown of all of them.
    pub newest: &'a RunRow,
    pub oldest: DateTime<Utc>,
    pub count: u64,
}

/// The groups of `runs`, the newest of which comes first, in the order of their newest ones.
pub(crate) fn grouped<'a>(runs: impl IntoIterator<Item = &'a RunRow>) -> Vec<FailureGroup<'a>> {
    let mut groups: Vec<FailureGroup> = Vec::new();
    for run in runs {
        match groups.iter_mut().find(|group| are_alike(group.newest, run)) {
            Some(group) => {
                group.count += 1;
                group.oldest = run.started_at;
            }
            None => groups.push(FailureGroup { newest: run, oldest: run.started_at, count: 1 }),
        }
    }
    groups
}

/// Failures differ in their times, counts and trace ids, which are words with a digit in them.
fn are_alike(one: &RunRow, other: &RunRow) -> bool {
    let lasting = |run: &RunRow| -> Vec<String> {
        let words = run.reason.split_whitespace();
        words
            .filter(|word| !word.contains(|c: char| c.is_ascii_digit()))
            .map(String::from)
            .collect()
    };
    one.source == other.source
        && one.exit_code == other.exit_code
        && one.completed_at.is_some() == other.completed_at.is_some()
        && lasting(one) == lasting(other)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::inventory::Source;
    use crate::run::Status;

    fn run(source: Source, hour: i64, exit_code: u8, reason: &str) -> RunRow {
        let began: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().unwrap();
        let started_at = began + TimeDelta::hours(hour);
        RunRow {
            source,
            started_at,
            completed_at: Some(started_at),
            status: Status::Failed,
            exit_code: Some(exit_code),
            failure_kind: None,
            reason: reason.to_owned(),
            processed: 0,
            rejected: 0,
            requests: 0,
            foreign_hosts: Vec::new(),
        }
    }

    #[test]
    fn failures_that_differ_only_in_numbers_and_trace_ids_are_one_entry() {
        let key = "403 Forbidden: Invalid Api-Key (trace id 0f5e1c)";
        let runs = [
            run(Source::Ozon, 9, 77, key),
            run(Source::Ozon, 8, 69, "no answer, 3 attempts"),
            run(Source::Ozon, 7, 77, "403 Forbidden: Invalid Api-Key (trace id 77aa2b)"),
            run(Source::Wildberries, 6, 77, key),
            run(Source::Ozon, 5, 69, "no answer, 5 attempts"),
            run(Source::Ozon, 4, 69, "no route, 5 attempts"),
        ];
        let told: Vec<_> = grouped(&runs)
            .iter()
            .map(|group| (group.count, group.newest.started_at, group.oldest))
            .collect();
        let at = |index: usize| runs[index].started_at;
        let expected = [(2, at(0), at(2)), (2, at(1), at(4)), (1, at(3), at(3)), (1, at(5), at(5))];
        assert_eq!(told, expected);
    }
}
