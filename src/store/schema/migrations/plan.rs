//! Decides which migrations run, from what this program ships and what the database says was
//! applied. Pure.

use std::fmt;

use super::shipped::Migration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    pub version: u32,
    pub name: String,
    pub checksum: String,
    /// When it was last begun, in UTC, for people.
    pub started_at: String,
    /// When it was finished, in UTC, for people; `None` if it never was.
    pub finished_at: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step<'a> {
    pub migration: &'a Migration,
    /// Whether an earlier run began it and did not finish.
    pub again: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlanError {
    /// The file of a finished migration is not the one that was applied.
    Changed {
        /// The migration, as `0002_name`.
        file: String,
    },
    Newer {
        version: u32,
    },
    /// A migration is missing below one that was applied.
    Gap {
        missing: u32,
        above: u32,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::Changed { file } => write!(
                f,
                "the migration {file} was applied to this database with another text than this stocksync carries; \
                 install the stocksync that applied it, or a newer one (`stocksync migrate --status` shows them all)"
            ),
            PlanError::Newer { version } => write!(
                f,
                "the database's schema has version {version}, which this stocksync does not know; install the newer stocksync"
            ),
            PlanError::Gap { missing, above } => write!(
                f,
                "the table stocksync_migrations has version {above} but no finished {missing}; \
                 was a row deleted by hand? Restore the table from a backup"
            ),
        }
    }
}

impl std::error::Error for PlanError {}

/// What is left to do, in order; nothing if the schema is up to date. Both lists ascend by version.
///
/// A migration that was begun and not finished runs again from its first statement, with the text
/// of today: it was never applied, and a release may have to mend it for the database on which it
/// failed. A finished one has to be what was shipped. Errors: Any doubt about what the database is:
/// then nothing runs at all.
pub(crate) fn plan<'a>(
    shipped: &'a [Migration],
    applied: &[Applied],
) -> Result<Vec<Step<'a>>, PlanError> {
    let known = shipped.last().map_or(0, |migration| migration.version);
    if let Some(newest) =
        applied.iter().map(|row| row.version).max().filter(|newest| *newest > known)
    {
        return Err(PlanError::Newer { version: newest });
    }
    let mut steps: Vec<Step<'a>> = Vec::new();
    for migration in shipped {
        let row = applied.iter().find(|row| row.version == migration.version);
        match (row, steps.first()) {
            (None, _) => steps.push(Step { migration, again: false }),
            (Some(row), Some(first)) => {
                return Err(PlanError::Gap {
                    missing: first.migration.version,
                    above: row.version,
                });
            }
            (Some(row), None) if row.finished_at.is_none() => {
                steps.push(Step { migration, again: true });
            }
            (Some(row), None) if row.checksum != migration.checksum() => {
                return Err(PlanError::Changed { file: migration.file() });
            }
            (Some(_), None) => {}
        }
    }
    Ok(steps)
}

/// Which migrations are taken back to arrive at version `target`, the newest first; also those that
/// were begun only.
pub(crate) fn plan_back<'a>(
    shipped: &'a [Migration],
    applied: &[Applied],
    target: u32,
) -> Result<Vec<Step<'a>>, PlanError> {
    plan(shipped, applied)?;
    let begun = |migration: &Migration| {
        let row = applied.iter().find(|row| row.version == migration.version)?;
        Some(row.finished_at.is_none())
    };
    let above = shipped.iter().rev().filter(|migration| migration.version > target);
    Ok(above.filter_map(|migration| Some(Step { migration, again: begun(migration)? })).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: [Migration; 3] = [
        Migration { version: 1, name: "one", text: "SELECT 1;", rollback: "" },
        Migration { version: 2, name: "two", text: "SELECT 2;", rollback: "" },
        Migration { version: 3, name: "three", text: "SELECT 3;", rollback: "" },
    ];

    fn applied(version: u32) -> Applied {
        Applied {
            version,
            name: "name".into(),
            checksum: SHIPPED
                .get(version as usize - 1)
                .map(Migration::checksum)
                .unwrap_or_default(),
            started_at: "2026-11-23 06:00:00".into(),
            finished_at: Some("2026-11-23 06:00:01".into()),
        }
    }

    fn unfinished(version: u32) -> Applied {
        Applied { finished_at: None, ..applied(version) }
    }

    fn planned(applied: &[Applied]) -> Vec<(u32, bool)> {
        let steps = plan(&SHIPPED, applied).unwrap();
        steps.iter().map(|step| (step.migration.version, step.again)).collect()
    }

    #[test]
    fn on_a_new_database_everything_runs_in_order() {
        assert_eq!(planned(&[]), [(1, false), (2, false), (3, false)]);
    }

    #[test]
    fn only_what_is_missing_runs() {
        assert_eq!(planned(&[applied(1)]), [(2, false), (3, false)]);
    }

    #[test]
    fn when_all_is_applied_nothing_runs() {
        assert_eq!(planned(&[applied(1), applied(2), applied(3)]), []);
    }

    #[test]
    fn what_was_begun_and_not_finished_runs_again() {
        assert_eq!(planned(&[applied(1), unfinished(2)]), [(2, true), (3, false)]);
    }

    #[test]
    fn an_unfinished_migration_may_have_been_mended_since() {
        let broken = Applied { checksum: "of the text that failed".into(), ..unfinished(2) };
        assert_eq!(planned(&[applied(1), broken]), [(2, true), (3, false)]);
    }

    #[test]
    fn a_finished_migration_with_another_text_stops_everything() {
        let changed = Applied { checksum: "of another text".into(), ..applied(1) };
        let error = plan(&SHIPPED, &[changed]).unwrap_err();
        assert_eq!(error, PlanError::Changed { file: "0001_one".into() });
        assert!(error.to_string().contains("0001_one"));
    }

    #[test]
    fn a_database_of_a_newer_stocksync_is_left_alone() {
        let rows = [applied(1), applied(2), applied(3), applied(4)];
        assert_eq!(plan(&SHIPPED, &rows).unwrap_err(), PlanError::Newer { version: 4 });
        let rows = [applied(1), applied(2), applied(3), unfinished(4)];
        assert_eq!(plan(&SHIPPED, &rows).unwrap_err(), PlanError::Newer { version: 4 });
    }

    #[test]
    fn a_gap_in_what_was_applied_stops_everything() {
        let gap = PlanError::Gap { missing: 2, above: 3 };
        assert_eq!(plan(&SHIPPED, &[applied(1), applied(3)]).unwrap_err(), gap);
        assert_eq!(plan(&SHIPPED, &[applied(1), unfinished(2), applied(3)]).unwrap_err(), gap);
    }

    #[test]
    fn the_way_back_begins_with_the_newest_and_ends_above_the_target() {
        let back = |applied: &[Applied], target| {
            let steps = plan_back(&SHIPPED, applied, target).unwrap();
            steps.iter().map(|step| (step.migration.version, step.again)).collect::<Vec<_>>()
        };
        let all = [applied(1), applied(2), applied(3)];
        assert_eq!(back(&all, 0), [(3, false), (2, false), (1, false)]);
        assert_eq!(back(&all, 2), [(3, false)]);
        assert_eq!(back(&all, 3), []);
        assert_eq!(back(&[applied(1), unfinished(2)], 1), [(2, true)]);
        assert_eq!(back(&[], 0), []);
    }

    #[test]
    fn what_is_not_known_is_not_taken_back() {
        let rows = [applied(1), applied(2), applied(3), applied(4)];
        assert_eq!(plan_back(&SHIPPED, &rows, 0).unwrap_err(), PlanError::Newer { version: 4 });
    }
}
