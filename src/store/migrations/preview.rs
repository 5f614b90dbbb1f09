//! What `migrate --dry-run` prints: the SQL that would run, as far as that can be known without running it. Changes nothing.

use std::collections::HashSet;

use super::plan::Step;
use super::script::{Demand, Object, Statement};
use crate::failure::{Exit, Failure, OrFail};

/// What is known now of a statement that would come later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Runs,
    Skipped,
    /// A guard speaks of a table that an earlier statement would change first.
    Undecided,
    /// Something is missing that it needs.
    Stops,
}

/// The SQL of `steps`, with comments. `has` says whether the database has an object now.
///
/// # Errors
/// Those of `has`.
pub fn preview(
    steps: &[Step<'_>],
    mut has: impl FnMut(&Object) -> Result<bool, Failure>,
) -> Result<String, Failure> {
    let mut text = String::new();
    let mut changed = HashSet::new();
    for step in steps {
        let file = step.migration.file();
        text += &format!("-- migration {file}\n\n");
        let statements =
            step.migration.statements().or_fail(Exit::Program, || format!("sql/{file}.sql"))?;
        for statement in &statements {
            let verdict = judge(statement, &changed, &mut has)?;
            if verdict == Verdict::Skipped {
                continue;
            }
            text += &print(statement, verdict);
            let tables = statement.guards.iter().map(|guard| guard.object.table());
            changed.extend(tables.chain(altered(&statement.sql)).map(str::to_owned));
        }
    }
    Ok(text)
}

fn judge(
    statement: &Statement,
    changed: &HashSet<String>,
    has: &mut impl FnMut(&Object) -> Result<bool, Failure>,
) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::Runs;
    for guard in &statement.guards {
        if guard.demand.met_by(has(&guard.object)?) {
            continue;
        }
        // `unless` fails on what is there, and no migration takes away what a later one wants to be missing.
        let may_come = guard.demand != Demand::Unless && changed.contains(guard.object.table());
        verdict = match guard.demand {
            _ if may_come => Verdict::Undecided,
            Demand::Needs => return Ok(Verdict::Stops),
            Demand::If | Demand::Unless => return Ok(Verdict::Skipped),
        };
    }
    Ok(verdict)
}

fn print(statement: &Statement, verdict: Verdict) -> String {
    let guards: Vec<String> = statement.guards.iter().map(ToString::to_string).collect();
    let comment = match verdict {
        Verdict::Undecided => {
            format!("-- decided when its turn comes: {}\n", guards.join(", "))
        }
        Verdict::Stops => format!("-- migrate would stop here: {}\n", guards.join(", ")),
        Verdict::Runs | Verdict::Skipped => String::new(),
    };
    format!("{comment}{};\n\n", statement.sql)
}

/// The table that an `ALTER TABLE` or `CREATE TABLE` is about, guarded or not.
fn altered(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    let is_change =
        matches!(words.next(), Some("ALTER" | "CREATE")) && words.next() == Some("TABLE");
    is_change.then(|| words.next()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::shipped::Migration;
    use super::*;

    fn previewed(text: &'static str, there: &[&str]) -> String {
        let migration = Migration { version: 7, name: "seven", text };
        let steps = [Step { migration: &migration, again: false }];
        preview(&steps, |object| Ok(there.contains(&object.to_string().as_str()))).unwrap()
    }

    #[test]
    fn what_is_done_already_is_not_printed() {
        let text = "-- unless column t.a\nALTER TABLE t ADD COLUMN a INT;\nUPDATE t SET a = 1;";
        assert_eq!(
            previewed(text, &["column t.a"]),
            "-- migration 0007_seven\n\nUPDATE t SET a = 1;\n\n"
        );
    }

    #[test]
    fn what_depends_on_an_earlier_statement_is_printed_as_undecided() {
        let text = "-- unless table t\nCREATE TABLE t (a INT);\n-- if column t.a\nUPDATE t SET a = 1;\n-- if column u.a\nUPDATE u SET a = 1;";
        assert_eq!(
            previewed(text, &[]),
            "-- migration 0007_seven\n\nCREATE TABLE t (a INT);\n\n\
             -- decided when its turn comes: if column t.a\nUPDATE t SET a = 1;\n\n"
        );
    }

    #[test]
    fn a_need_that_is_not_met_is_announced() {
        let text = "-- needs column t.id\nALTER TABLE t ADD COLUMN a INT;";
        assert!(
            previewed(text, &["table t"])
                .contains("-- migrate would stop here: needs column t.id\n")
        );
        assert!(!previewed(text, &["column t.id"]).contains("stop"));
    }
}
