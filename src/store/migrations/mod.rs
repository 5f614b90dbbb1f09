//! Brings the schema up to date: reads what was applied, plans, runs one statement at a time and records it.
//! What a migration does stands in `sql/`; how a run of `migrate` is told stands in `commands/migrate.rs`.
//!
//! DDL commits by itself on MySQL and MariaDB, so a migration is no transaction. Each of its statements is atomic and
//! carries guards instead (see [`script`]): one that died halfway runs again from its first statement and skips what is done.

pub mod plan;
pub mod preview;
mod schema;
pub mod script;
pub mod shipped;

use std::time::{Duration, Instant};

use mysql::prelude::Queryable;

pub use plan::{Applied, PlanError, Step, plan};
use script::{Demand, Statement};
pub use shipped::{Migration, SHIPPED};

use super::connection::Database;
use super::explained::{Explained, OrDatabase};
use super::lock::{self, Purpose};
use crate::failure::{Exit, Failure, OrFail};

/// How long `migrate` waits for another one.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// MySQL's and MariaDB's number for a table that does not exist.
const NO_SUCH_TABLE: u16 = 1146;

const CREATE_RECORD: &str = "CREATE TABLE IF NOT EXISTS stocksync_migrations (
    version     INT UNSIGNED NOT NULL PRIMARY KEY,
    name        VARCHAR(100) NOT NULL,
    checksum    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    applied_by  VARCHAR(50) NOT NULL,
    started_at  TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    finished_at TIMESTAMP NULL DEFAULT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci";

/// What one migration came to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Statements that ran.
    pub ran: usize,
    /// Statements whose guards said that there was nothing to do.
    pub skipped: usize,
    /// How long it took.
    pub took: Duration,
}

/// Takes the lock that makes this the only `migrate` of the database, waiting up to 10 minutes for another one.
///
/// # Errors
/// [`Exit::NotNow`] if the other one takes longer; [`Exit::Database`].
pub fn lock(database: &mut Database) -> Result<(), Failure> {
    if lock::try_acquire(database, Purpose::Migrate)? {
        return Ok(());
    }
    let minutes = PATIENCE.as_secs() / 60;
    log::info!(
        "another `stocksync migrate` is changing this database; waiting for it, up to {minutes} minutes"
    );
    if lock::acquire(database, Purpose::Migrate, PATIENCE)? {
        return Ok(());
    }
    let message = format!(
        "another `stocksync migrate` has been changing this database for more than {minutes} minutes; nothing was done, try again later"
    );
    Err(Failure::new(Exit::NotNow, message))
}

/// What the database says was applied, by ascending version; nothing if it was never migrated. Changes nothing.
///
/// # Errors
/// [`Exit::Database`].
pub fn applied(database: &mut Database) -> Result<Vec<Applied>, Failure> {
    const SELECT: &str = "SELECT version, name, checksum, CAST(started_at AS CHAR), CAST(finished_at AS CHAR) \
         FROM stocksync_migrations ORDER BY version";
    let rows =
        database.conn().query_map(SELECT, |(version, name, checksum, started_at, finished_at)| {
            Applied { version, name, checksum, started_at, finished_at }
        });
    match rows {
        Err(mysql::Error::MySqlError(error)) if error.code == NO_SUCH_TABLE => Ok(Vec::new()),
        rows => rows.or_database(|| "reading stocksync_migrations"),
    }
}

/// What is left to do in this database.
///
/// # Errors
/// [`Exit::Database`], also for a database that another stocksync has changed (see [`PlanError`]).
pub fn pending(database: &mut Database) -> Result<Vec<Step<'static>>, Failure> {
    let applied = applied(database)?;
    plan(SHIPPED, &applied).map_err(|error| Failure::caused(Exit::Database, error))
}

/// Fails unless the schema is the one that this program works with. One query.
///
/// # Errors
/// [`Exit::Database`], saying whether to run `stocksync migrate` or to install a newer stocksync.
pub fn require_current(database: &mut Database) -> Result<(), Failure> {
    let Some(first) = pending(database)?.first().copied() else { return Ok(()) };
    let state = if first.again { "was begun and not finished" } else { "is missing" };
    Err(Failure::new(
        Exit::Database,
        format!(
            "the schema of the database {:?} is behind: migration {} {state}; run `stocksync migrate`",
            database.name(),
            first.migration.file()
        ),
    ))
}

/// The SQL that [`apply`] would run for `steps`, with comments, as far as it can be known beforehand. Changes nothing.
///
/// # Errors
/// [`Exit::Database`].
pub fn preview(database: &mut Database, steps: &[Step<'_>]) -> Result<String, Failure> {
    preview::preview(steps, |object| schema::has(database, object))
}

/// Runs one migration and records it. Whoever calls holds the [`lock`].
///
/// # Errors
/// [`Exit::Database`], naming migration and statement; what was done stays done, and the next run goes on from there.
pub fn apply(database: &mut Database, step: &Step<'_>) -> Result<Outcome, Failure> {
    let migration = step.migration;
    let file = migration.file();
    if step.again {
        log::info!("migration {file} was begun and not finished: going on with it");
    }
    let statements = migration.statements().or_fail(Exit::Program, || format!("sql/{file}.sql"))?;
    let begun = Instant::now();
    record_start(database, migration)?;
    let mut skipped = 0;
    for (index, statement) in statements.iter().enumerate() {
        let place = || place(&file, index + 1, statements.len(), statement);
        if !guards_hold(database, statement).map_err(|failure| failure.context(place()))? {
            log::debug!("{}: nothing left to do", place());
            skipped += 1;
            continue;
        }
        log::debug!("{}", place());
        run(database, &statement.sql).map_err(|failure| failure.context(place()))?;
    }
    record_finish(database, migration)?;
    Ok(Outcome { ran: statements.len() - skipped, skipped, took: begun.elapsed() })
}

/// Where something happens, in words that lead to the statement in the file.
fn place(file: &str, number: usize, count: usize, statement: &Statement) -> String {
    const SHOWN: usize = 80;
    let words: Vec<&str> = statement.sql.split_whitespace().collect();
    let mut sql: String = words.join(" ");
    if let Some((end, _)) = sql.char_indices().nth(SHOWN) {
        sql.truncate(end);
        sql.push('…');
    }
    format!("migration {file}, statement {number} of {count} (line {}, `{sql}`)", statement.line)
}

fn guards_hold(database: &mut Database, statement: &Statement) -> Result<bool, Failure> {
    for guard in &statement.guards {
        if guard.demand.met_by(schema::has(database, &guard.object)?) {
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

fn run(database: &mut Database, sql: &str) -> Result<(), Failure> {
    const LOCK_WAIT_TIMEOUT: u16 = 1205;
    let advice = |error: &mysql::Error| match error {
        mysql::Error::MySqlError(error) if error.code == LOCK_WAIT_TIMEOUT => {
            "another connection keeps the table busy (SHOW PROCESSLIST shows which); when it is done, run `stocksync migrate` again: it goes on here"
        }
        _ => {
            "what came before this statement stays done; when the cause is removed, run `stocksync migrate` again: it goes on here"
        }
    };
    database.conn().query_drop(sql).map_err(|error| {
        let advice = advice(&error);
        Failure::caused(Exit::Database, Explained(error)).context(advice)
    })
}

fn record_start(database: &mut Database, migration: &Migration) -> Result<(), Failure> {
    let doing = || format!("recording the start of migration {}", migration.file());
    database.conn().query_drop(CREATE_RECORD).or_database(doing)?;
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
        .or_database(doing)
}

fn record_finish(database: &mut Database, migration: &Migration) -> Result<(), Failure> {
    database
        .conn()
        .exec_drop(
            "UPDATE stocksync_migrations SET finished_at = CURRENT_TIMESTAMP, started_at = started_at WHERE version = ?",
            (migration.version,),
        )
        .or_database(|| format!("recording the end of migration {}", migration.file()))
}
