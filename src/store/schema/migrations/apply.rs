//! Runs one migration, or takes it back, statement by statement, and records it. What is to run is
//! decided in `plan.rs`.

use std::time::{Duration, Instant};

use mysql::prelude::Queryable;

use super::plan::Step;
use super::script::{Demand, Statement, split};
use super::shipped::Migration;
use crate::failure::{Exit, Failure, OrFail};
use crate::store::database::connection::Database;
use crate::store::database::driver_error::{DatabaseContext, DatabaseError};
use crate::store::schema::inspect::definitions::RECORDS;
use crate::store::schema::inspect::{exists, original};

const CREATE_RECORD: &str = "CREATE TABLE IF NOT EXISTS stocksync_migrations (
    version     INT UNSIGNED NOT NULL PRIMARY KEY,
    name        VARCHAR(100) NOT NULL,
    checksum    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    applied_by  VARCHAR(50) NOT NULL,
    started_at  TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    finished_at TIMESTAMP NULL DEFAULT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci";

#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub ran: usize,
    pub skipped: usize,
    pub took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Its own file.
    Forward,
    /// The file that ends in `.rollback.sql`.
    Back,
}

impl Way {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Way::Forward => "migration",
            Way::Back => "rollback of",
        }
    }

    pub(crate) fn statements(self, migration: &Migration) -> Result<Vec<Statement>, Failure> {
        let (text, ending) = match self {
            Way::Forward => (migration.text, "sql"),
            Way::Back => (migration.rollback, "rollback.sql"),
        };
        split(text).or_fail(Exit::Program, || format!("sql/{}.{ending}", migration.file()))
    }

    /// What to call to go on after an interruption.
    const fn again(self) -> &'static str {
        match self {
            Way::Forward => "`stocksync migrate` again",
            Way::Back => "`stocksync migrate --rollback-to` again",
        }
    }
}

/// Runs one migration and records it. Whoever calls holds the lock.
/// Errors: [`Exit::Database`], naming migration and statement; what was done stays done, and the
/// next run goes on from there.
pub(crate) fn apply(database: &mut Database, step: &Step<'_>) -> Result<Outcome, Failure> {
    let migration = step.migration;
    if step.again {
        log::info!("migration {} was begun and not finished: going on with it", migration.file());
    }
    database
        .conn()
        .query_drop(CREATE_RECORD)
        .db_context(|| "creating the table stocksync_migrations")?;
    // A migration that has begun may have changed the tables already.
    if !step.again {
        original::remember_before(database, migration.version)?;
    }
    record_start(database, migration)?;
    let outcome = run_all(database, migration, Way::Forward)?;
    record_finish(database, migration)?;
    Ok(outcome)
}

/// Takes one migration back and forgets that it was applied. As long as it has not come to its end,
/// the migration counts as unfinished: `migrate` brings it in again, another rollback goes on.
pub(crate) fn take_back(database: &mut Database, step: &Step<'_>) -> Result<Outcome, Failure> {
    let migration = step.migration;
    let doing = || format!("recording the rollback of {}", migration.file());
    database
        .conn()
        .exec_drop(
            "UPDATE stocksync_migrations SET finished_at = NULL, started_at = CURRENT_TIMESTAMP WHERE version = ?",
            (migration.version,),
        )
        .db_context(doing)?;
    let outcome = run_all(database, migration, Way::Back)?;
    database
        .conn()
        .exec_drop("DELETE FROM stocksync_migrations WHERE version = ?", (migration.version,))
        .db_context(doing)?;
    Ok(outcome)
}

/// Removes the migrations' own records, when none is left, and says in what the tables found differ
/// from what they were.
pub(crate) fn forget(database: &mut Database) -> Result<Vec<String>, Failure> {
    let doing = || "removing the migrations' own tables";
    let remembered = exists::has_table(database, "stocksync_former")?;
    let differences = if remembered { original::differences(database)? } else { Vec::new() };
    // What was remembered goes last, should this end halfway.
    for table in RECORDS.into_iter().chain(["stocksync_locks"]) {
        database.conn().query_drop(format!("DROP TABLE IF EXISTS {table}")).db_context(doing)?;
    }
    Ok(differences)
}

fn run_all(database: &mut Database, migration: &Migration, way: Way) -> Result<Outcome, Failure> {
    let file = format!("{} {}", way.as_str(), migration.file());
    let statements = way.statements(migration)?;
    let begun = Instant::now();
    let mut skipped = 0;
    for (index, statement) in statements.iter().enumerate() {
        let place = || place(&file, index + 1, statements.len(), statement);
        if !guards_hold(database, statement).map_err(|failure| failure.context(place()))? {
            log::debug!("{}: nothing left to do", place());
            skipped += 1;
            continue;
        }
        log::debug!("{}", place());
        run(database, &statement.sql, way).map_err(|failure| failure.context(place()))?;
    }
    Ok(Outcome { ran: statements.len() - skipped, skipped, took: begun.elapsed() })
}

fn place(file: &str, number: usize, count: usize, statement: &Statement) -> String {
    const SHOWN: usize = 80;
    let words: Vec<&str> = statement.sql.split_whitespace().collect();
    let mut sql: String = words.join(" ");
    if let Some((end, _)) = sql.char_indices().nth(SHOWN) {
        sql.truncate(end);
        sql.push('…');
    }
    format!("{file}, statement {number} of {count} (line {}, `{sql}`)", statement.line)
}

fn guards_hold(database: &mut Database, statement: &Statement) -> Result<bool, Failure> {
    for guard in &statement.guards {
        if guard.demand.met_by(exists::has(database, &guard.object)?) {
            continue;
        }
        if guard.demand == Demand::Needs {
            let message = format!(
                "the database has no {}; without it the table cannot be brought over. Nothing of this statement was done",
                guard.object
            );
            return Err(Failure::new(Exit::Database, message));
        }
        return Ok(false);
    }
    Ok(true)
}

fn run(database: &mut Database, sql: &str, way: Way) -> Result<(), Failure> {
    const LOCK_WAIT_TIMEOUT: u16 = 1205;
    database.conn().query_drop(sql).map_err(|error| {
        let cause = match &error {
            mysql::Error::MySqlError(error) if error.code == LOCK_WAIT_TIMEOUT => {
                "another connection keeps the table busy (SHOW PROCESSLIST shows which); when it is done"
            }
            _ => "what came before this statement stays done; when the cause is removed",
        };
        let advice = format!("{cause}, run {}: it goes on here", way.again());
        Failure::caused(Exit::Database, DatabaseError(error)).context(advice)
    })
}

fn record_start(database: &mut Database, migration: &Migration) -> Result<(), Failure> {
    database
        .conn()
        .exec_drop(
            "REPLACE INTO stocksync_migrations (version, name, checksum, applied_by) VALUES (?, ?, ?, ?)",
            (
                migration.version,
                migration.name,
                migration.checksum(),
                concat!("stocksync ", env!("CARGO_PKG_VERSION")),
            ),
        )
        .db_context(|| format!("recording the start of migration {}", migration.file()))
}

fn record_finish(database: &mut Database, migration: &Migration) -> Result<(), Failure> {
    database
        .conn()
        .exec_drop(
            "UPDATE stocksync_migrations SET finished_at = CURRENT_TIMESTAMP, started_at = started_at WHERE version = ?",
            (migration.version,),
        )
        .db_context(|| format!("recording the end of migration {}", migration.file()))
}
