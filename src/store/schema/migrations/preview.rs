//! What `migrate --dry-run` prints: the SQL that would run, as far as that can be known without
//! running it. Changes nothing.

use std::collections::HashSet;

use super::apply::Way;
use super::plan::Step;
use super::script::{Demand, Guard, Object, Statement};
use crate::failure::Failure;

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Runs,
    Skipped,
    /// These guards speak of a table that an earlier statement would make or change first.
    Undecided(Vec<Guard>),
    Stops(Guard),
}

/// The SQL of `steps`, with comments. `has` says whether the database has an object now.
pub(crate) fn preview(
    steps: &[Step<'_>],
    way: Way,
    mut has: impl FnMut(&Object) -> Result<bool, Failure>,
) -> Result<String, Failure> {
    let mut text = String::new();
    let mut changed = HashSet::new();
    for step in steps {
        let file = step.migration.file();
        text += &format!("-- {} {file}\n\n", way.as_str());
        let statements = way.statements(step.migration)?;
        for statement in &statements {
            let comment = match judge(statement, &changed, &mut has)? {
                Verdict::Skipped => continue,
                Verdict::Runs => String::new(),
                Verdict::Undecided(guards) => {
                    let guards: Vec<String> = guards.iter().map(Guard::to_string).collect();
                    format!("-- decided when its turn comes: {}\n", guards.join(", "))
                }
                Verdict::Stops(guard) => format!("-- migrate would stop here: it {guard}\n"),
            };
            text += &format!("{comment}{};\n\n", statement.sql);
            let tables = statement.guards.iter().map(|guard| guard.object.table.as_str());
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
    let mut undecided = Vec::new();
    for guard in &statement.guards {
        let met = guard.demand.met_by(has(&guard.object)?);
        let changed = !guard.object.is_past() && changed.contains(&guard.object.table);
        let table = Object::table(&guard.object.table);
        let may_turn = match guard.demand {
            // A migration adds to an existing table one thing at a time, but a new one comes with
            // columns and indexes.
            Demand::Unless => met && changed && guard.object != table && !has(&table)?,
            Demand::If | Demand::Needs => !met && changed,
        };
        match guard.demand {
            // The migrations themselves see to what they need of a table of theirs.
            Demand::Needs if may_turn => {}
            _ if may_turn => undecided.push(guard.clone()),
            _ if met => {}
            Demand::Needs => return Ok(Verdict::Stops(guard.clone())),
            Demand::If | Demand::Unless => return Ok(Verdict::Skipped),
        }
    }
    Ok(if undecided.is_empty() { Verdict::Runs } else { Verdict::Undecided(undecided) })
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
        let migration = Migration { version: 7, name: "seven", text, rollback: "" };
        let steps = [Step { migration: &migration, again: false }];
        preview(&steps, Way::Forward, |object| Ok(there.contains(&object.to_string().as_str())))
            .unwrap()
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
    fn what_a_new_table_may_bring_with_it_is_undecided() {
        let text = "-- unless table t\nCREATE TABLE t (a INT);\n-- unless index t.i\nALTER TABLE t ADD INDEX i (a);";
        assert!(previewed(text, &[]).ends_with(
            "-- decided when its turn comes: unless index t.i\nALTER TABLE t ADD INDEX i (a);\n\n"
        ));
        assert!(!previewed(text, &["table t"]).contains("decided"));
    }

    #[test]
    fn a_need_that_is_not_met_is_announced() {
        let text = "-- needs column t.id\nALTER TABLE t ADD COLUMN a INT;";
        assert!(
            previewed(text, &["table t"])
                .contains("-- migrate would stop here: it needs column t.id\n")
        );
        assert!(!previewed(text, &["column t.id"]).contains("stop"));
    }
}
