//! Takes a migration's file apart: statements, and the guards that say when one has nothing left to
//! do.
//! Pure text work; whether a guard holds is asked of the database elsewhere.
//!
//! The files are this program's own, so a rule takes the place of a parser of SQL: a statement ends
//! with a `;` at a line's end, and nowhere else is there any. A test holds each of them to it.
//!
//! A guard is a comment line of its own above a statement: `-- if table T`, `-- unless column T.C`;
//! the kinds of objects stand in `guard_object.rs`. All of these must hold, or the statement is
//! skipped; `-- needs column T.C` stops the migration in place of skipping. So no prose comment may
//! begin with "if", "unless" or "needs".

use std::fmt;

use anyhow::{Context, Result, ensure};

pub(crate) use super::guard_object::{Kind, Object};

/// What follows from an object's being there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// `if`: without it the statement is skipped.
    If,
    /// `unless`: with it the statement is skipped.
    Unless,
    /// `needs`: without it the migration stops.
    Needs,
}

impl Demand {
    const ALL: [Demand; 3] = [Demand::If, Demand::Unless, Demand::Needs];

    const fn as_str(self) -> &'static str {
        match self {
            Demand::If => "if",
            Demand::Unless => "unless",
            Demand::Needs => "needs",
        }
    }

    /// Whether the demand is met by an object that is there, or is not.
    pub(crate) const fn met_by(self, there: bool) -> bool {
        match self {
            Demand::If | Demand::Needs => there,
            Demand::Unless => !there,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guard {
    pub demand: Demand,
    pub object: Object,
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.demand.as_str(), self.object)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// All must hold, or there is nothing to do.
    pub guards: Vec<Guard>,
    /// Without its semicolon.
    pub sql: String,
    /// Of the file, from 1.
    pub line: usize,
}

pub(crate) fn split(text: &str) -> Result<Vec<Statement>> {
    let (mut statements, mut guards) = (Vec::new(), Vec::new());
    let (mut sql, mut begun) = (String::new(), 0);
    for (number, line) in (1..).zip(text.lines()) {
        if sql.is_empty() {
            if let Some(comment) = line.strip_prefix("--") {
                guards.extend(guard(comment.trim()).with_context(|| format!("line {number}"))?);
                continue;
            }
            if line.trim().is_empty() {
                continue;
            }
            begun = number;
        }
        sql += line;
        if let Some(whole) = sql.trim_end().strip_suffix(';') {
            let (guards, whole) = (std::mem::take(&mut guards), whole.trim_end().to_owned());
            statements.push(Statement { guards, sql: whole, line: begun });
            sql.clear();
        } else {
            sql.push('\n');
        }
    }
    ensure!(sql.is_empty(), "line {begun}: the statement has no semicolon at its end");
    ensure!(guards.is_empty(), "a guard has no statement below it");
    Ok(statements)
}

/// The guard that a comment is, if it is one.
fn guard(comment: &str) -> Result<Option<Guard>> {
    let Some((word, object)) = comment.split_once(' ') else { return Ok(None) };
    let Some(demand) = Demand::ALL.into_iter().find(|demand| demand.as_str() == word) else {
        return Ok(None);
    };
    let object = Object::parse(object).with_context(|| format!("{comment:?} is not a guard"))?;
    Ok(Some(Guard { demand, object }))
}

#[cfg(test)]
mod tests {
    use super::super::shipped::SHIPPED;
    use super::*;

    fn refusal(text: &str) -> String {
        format!("{:#}", split(text).unwrap_err())
    }

    #[test]
    fn a_statement_ends_with_a_semicolon_at_a_lines_end() {
        let statements = split("-- Why.\nSELECT 1;\n\nSELECT ';',\n 2 ;\r\n").unwrap();
        let sql: Vec<&str> = statements.iter().map(|statement| statement.sql.as_str()).collect();
        assert_eq!(sql, ["SELECT 1", "SELECT ';',\n 2"]);
        assert_eq!(statements[1].line, 4);
        assert_eq!(split("-- one;\n").unwrap(), []);
    }

    /// What the rule would cut in two or run together: a semicolon that ends nothing, a comment
    /// inside a statement, a quote or a bracket that is left open.
    #[test]
    fn every_shipped_file_obeys_the_rule() {
        const VERBS: [&str; 10] = [
            "ALTER",
            "CREATE",
            "DEALLOCATE",
            "DELETE",
            "DROP",
            "EXECUTE",
            "INSERT",
            "PREPARE",
            "SET",
            "UPDATE",
        ];
        for migration in SHIPPED {
            for text in [migration.text, migration.rollback] {
                for Statement { sql, line, .. } in split(text).unwrap() {
                    let place = format!("{} line {line}", migration.file());
                    let verb = sql.split_whitespace().next().unwrap();
                    assert!(VERBS.contains(&verb), "{place}: {verb}");
                    for mark in [";", "--", "/*", "#"] {
                        assert!(!sql.contains(mark), "{place}: {mark}");
                    }
                    for quote in ['\'', '"', '`'] {
                        assert!(sql.matches(quote).count() % 2 == 0, "{place}: {quote}");
                    }
                    assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{place}");
                }
            }
        }
    }

    #[test]
    fn guards_belong_to_the_statement_below_them() {
        let text = "-- Why it is done.\n-- unless column stock.size_id\n-- if table stock\nALTER TABLE stock;\nSELECT 1;";
        let statements = split(text).unwrap();
        assert_eq!(
            statements[0].guards,
            [
                Guard {
                    demand: Demand::Unless,
                    object: Object::parse("column stock.size_id").unwrap()
                },
                Guard { demand: Demand::If, object: Object::table("stock") },
            ]
        );
        assert_eq!(statements[0].line, 4);
        assert_eq!(statements[1].guards, []);
        assert_eq!(statements[1].line, 5);
    }

    #[test]
    fn every_kind_of_guard_reads_back_as_it_is_written() {
        for text in [
            "if table t",
            "unless column t.c",
            "if index t.i",
            "unless index t.PRIMARY(started_at)",
            "unless engine t.InnoDB",
            "needs column t.c",
            "unless partition t.p",
            "unless found table t",
            "if former column t.c",
            "if former index t.i",
        ] {
            assert_eq!(
                split(&format!("-- {text}\nSELECT 1;")).unwrap()[0].guards[0].to_string(),
                text
            );
        }
    }

    #[test]
    fn a_guard_that_cannot_be_read_is_refused_with_its_line() {
        for bad in [
            "unless column t",
            "if t.c",
            "unless table a.b",
            "if index t.i(",
            "if view v",
            "if column t.c d",
            "if found column t.c",
            "if former table t",
        ] {
            assert_eq!(
                refusal(&format!("SELECT 1;\n-- {bad}\nSELECT 2;")),
                format!("line 2: {bad:?} is not a guard")
            );
        }
        assert_eq!(refusal("SELECT 1;\n-- if table t\n"), "a guard has no statement below it");
        assert_eq!(refusal("\nSELECT 1"), "line 2: the statement has no semicolon at its end");
    }
}
