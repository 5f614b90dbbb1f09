//! Takes a migration's file apart: statements, and the guards that say when one has nothing left to do.
//! Pure text work; whether a guard holds is asked of the database elsewhere.
//!
//! A guard is a comment line of its own above a statement: `-- if table T`, `-- unless column T.C`,
//! `-- unless index T.I`, `-- unless index T.I(C)` (the index holds that column), `-- unless engine T.InnoDB`; the kinds of
//! objects stand in `object.rs`.
//! All of these must hold, or the statement is skipped; `-- needs column T.C` stops the migration in place of skipping.
//! So no prose comment may begin with "if", "unless" or "needs".

use std::fmt;

pub use super::guard_object::Object;

/// What follows from an object's being there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
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
    pub const fn met_by(self, there: bool) -> bool {
        match self {
            Demand::If | Demand::Needs => there,
            Demand::Unless => !there,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    pub demand: Demand,
    pub object: Object,
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.demand.as_str(), self.object)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// All must hold, or there is nothing to do.
    pub guards: Vec<Guard>,
    /// The statement without its semicolon.
    pub sql: String,
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for ScriptError {}

/// Splits a file at its semicolons: those outside of quotes, backticks and comments.
pub fn split(text: &str) -> Result<Vec<Statement>, ScriptError> {
    let mut splitter = Splitter { text, at: 0, line: 1, guards: Vec::new(), begun: None };
    let mut statements = Vec::new();
    while splitter.at < text.len() {
        if let Some(statement) = splitter.step()? {
            statements.push(statement);
        }
    }
    match (splitter.begun, splitter.guards.is_empty()) {
        (Some((_, line)), _) => Err(fault(line, "the statement has no semicolon at its end")),
        (None, false) => Err(fault(splitter.line, "a guard has no statement below it")),
        (None, true) => Ok(statements),
    }
}

fn fault(line: usize, reason: impl Into<String>) -> ScriptError {
    ScriptError { line, reason: reason.into() }
}

struct Splitter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    guards: Vec<Guard>,
    begun: Option<(usize, usize)>,
}

impl Splitter<'_> {
    /// Reads the next piece that belongs together: a quoted text, a comment, a character.
    fn step(&mut self) -> Result<Option<Statement>, ScriptError> {
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else { return Ok(None) };
        if line_comment(rest) {
            let length = rest.find('\n').unwrap_or(rest.len());
            self.comment(&rest[..length])?;
            self.advance(length);
        } else if rest.starts_with("/*") {
            let length =
                rest.find("*/").ok_or_else(|| fault(self.line, "the comment has no end"))? + 2;
            // What begins with `/*!` is run by the server.
            if rest.starts_with("/*!") {
                self.begin();
            }
            self.advance(length);
        } else if matches!(first, '\'' | '"' | '`') {
            self.begin();
            let length = quoted(rest, first)
                .ok_or_else(|| fault(self.line, format!("the {first} is never closed")))?;
            self.advance(length);
        } else if first == ';' {
            let statement = self.finish()?;
            self.advance(1);
            return Ok(Some(statement));
        } else {
            if !first.is_whitespace() {
                self.begin();
            }
            self.advance(first.len_utf8());
        }
        Ok(None)
    }

    fn begin(&mut self) {
        self.begun.get_or_insert((self.at, self.line));
    }

    fn advance(&mut self, length: usize) {
        self.line += self.text[self.at..self.at + length].matches('\n').count();
        self.at += length;
    }

    fn comment(&mut self, comment: &str) -> Result<(), ScriptError> {
        let text = comment.trim_start_matches(['-', '#']).trim();
        let Some((word, object)) = text.split_once(' ') else { return Ok(()) };
        let Some(demand) = Demand::ALL.into_iter().find(|demand| demand.as_str() == word) else {
            return Ok(());
        };
        if self.begun.is_some() {
            return Err(fault(self.line, format!("the guard {text:?} stands inside a statement")));
        }
        let object = Object::parse(object.trim())
            .ok_or_else(|| fault(self.line, format!("{text:?} is not a guard")))?;
        self.guards.push(Guard { demand, object });
        Ok(())
    }

    fn finish(&mut self) -> Result<Statement, ScriptError> {
        let (start, line) =
            self.begun.take().ok_or_else(|| fault(self.line, "a semicolon without a statement"))?;
        Ok(Statement {
            guards: std::mem::take(&mut self.guards),
            sql: self.text[start..self.at].trim_end().to_owned(),
            line,
        })
    }
}

/// `--` opens a comment only before a blank or the line's end: `5--3` is arithmetic.
fn line_comment(rest: &str) -> bool {
    rest.starts_with('#')
        || rest
            .strip_prefix("--")
            .is_some_and(|after| after.chars().next().is_none_or(char::is_whitespace))
}

/// The length of the quoted text at the beginning of `rest`, quotes included.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && quote != '`' {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + quote.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> Vec<String> {
        split(text).unwrap().into_iter().map(|statement| statement.sql).collect()
    }

    fn refusal(text: &str) -> String {
        split(text).unwrap_err().to_string()
    }

    #[test]
    fn a_statement_ends_at_its_semicolon() {
        assert_eq!(sql("SELECT 1;\n  SELECT\n 2 ;\n\n"), ["SELECT 1", "SELECT\n 2"]);
    }

    #[test]
    fn semicolons_in_quotes_backticks_and_comments_end_nothing() {
        let text = "SELECT 'a;''b;\\';', \"c;\"\"d;\", `e;``f;\\` -- g;\n + 1 /* h; */ # i;\n;SELECT 2--3;";
        assert_eq!(
            sql(text),
            [
                "SELECT 'a;''b;\\';', \"c;\"\"d;\", `e;``f;\\` -- g;\n + 1 /* h; */ # i;",
                "SELECT 2--3"
            ]
        );
    }

    #[test]
    fn comments_between_statements_are_no_statements() {
        assert_eq!(sql("-- one;\n# two;\n/* three; */\nSELECT 1;\n-- four;\n"), ["SELECT 1"]);
        assert_eq!(sql(""), [""; 0]);
    }

    #[test]
    fn letters_of_several_bytes_do_not_disturb_the_offsets() {
        assert_eq!(
            sql("SELECT 'Склад; WB 📦';SELECT '«»';"),
            ["SELECT 'Склад; WB 📦'", "SELECT '«»'"]
        );
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
                    object: Object::Column("stock".into(), "size_id".into())
                },
                Guard { demand: Demand::If, object: Object::Table("stock".into()) },
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
        assert_eq!(
            refusal("SELECT 1;\n-- if table t\n"),
            "line 3: a guard has no statement below it"
        );
        assert_eq!(
            refusal("SELECT 1\n-- if table t\n+ 1;"),
            "line 2: the guard \"if table t\" stands inside a statement"
        );
    }

    #[test]
    fn what_has_no_end_is_refused() {
        assert_eq!(refusal("SELECT 1"), "line 1: the statement has no semicolon at its end");
        assert_eq!(refusal("\nSELECT 'a;"), "line 2: the ' is never closed");
        assert_eq!(refusal("/* a"), "line 1: the comment has no end");
        assert_eq!(refusal(";"), "line 1: a semicolon without a statement");
    }
}
