//! The shipped scripts, which of them are due, and running them so that a kill at any point is
//! harmless.
//! The scripts in sql/ are data; nothing here names a column.
//!
//! DDL commits by itself on MySQL and MariaDB, so a migration is no transaction. Each of its
//! statements is atomic and carries guards instead (see [`script`]): one that died halfway runs
//! again from its first statement and skips what is done.

mod apply;
mod guard_object;
pub(crate) mod plan;
pub(crate) mod preview;
pub(crate) mod script;
pub(crate) mod shipped;

use std::time::Duration;

use mysql::prelude::Queryable;

pub(crate) use apply::{Outcome, Way, apply, forget, take_back};
pub(crate) use plan::{Applied, Step, plan, plan_back};
pub(crate) use shipped::{Migration, SHIPPED};

use crate::failure::{Exit, Failure};
use crate::store::database::advisory_lock::{self, Purpose};
use crate::store::database::connection::Database;
use crate::store::database::driver_error::DatabaseContext;
use crate::store::database::lease;
use crate::store::schema::inspect::exists;

const PATIENCE: Duration = Duration::from_secs(10 * 60);

const NO_SUCH_TABLE: u16 = 1146;

/// Takes the lock that makes this the only `migrate` of the database, waiting up to 10 minutes for
/// another one. Errors: [`Exit::NotNow`] if the other one takes longer; [`Exit::Database`].
pub(crate) fn lock(database: &mut Database) -> Result<(), Failure> {
    if database.is_in_cluster() {
        lease::prepare(database.conn())?;
    }
    if advisory_lock::try_acquire(database, Purpose::Migrate)? {
        return Ok(());
    }
    let minutes = PATIENCE.as_secs() / 60;
    log::info!(
        "another `stocksync migrate` is changing this database; waiting for it, up to {minutes} minutes"
    );
    if advisory_lock::acquire(database, Purpose::Migrate, PATIENCE)? {
        return Ok(());
    }
    let message = format!(
        "another `stocksync migrate` has been changing this database for more than {minutes} minutes; nothing was done, try again later"
    );
    Err(Failure::new(Exit::NotNow, message))
}

/// Gives the lock back, should the connection still be good for that; the next `migrate`, on
/// another node, need not wait then.
pub(crate) fn unlock(database: &mut Database) {
    if let Err(failure) = advisory_lock::release(database, Purpose::Migrate) {
        log::debug!("{failure}");
    }
}

/// What the database says was applied, by ascending version; nothing if it was never migrated.
/// Changes nothing.
pub(crate) fn applied(database: &mut Database) -> Result<Vec<Applied>, Failure> {
    const SELECT: &str = "SELECT version, name, checksum, CAST(started_at AS CHAR), CAST(finished_at AS CHAR) \
         FROM stocksync_migrations ORDER BY version";
    let rows =
        database.conn().query_map(SELECT, |(version, name, checksum, started_at, finished_at)| {
            Applied { version, name, checksum, started_at, finished_at }
        });
    match rows {
        Err(mysql::Error::MySqlError(error)) if error.code == NO_SUCH_TABLE => Ok(Vec::new()),
        rows => rows.db_context(|| "reading stocksync_migrations"),
    }
}

pub(crate) fn pending(database: &mut Database) -> Result<Vec<Step<'static>>, Failure> {
    let applied = applied(database)?;
    plan(SHIPPED, &applied).map_err(|error| Failure::caused(Exit::Database, error))
}

/// What is to be taken back in this database to arrive at version `target`, the newest first.
pub(crate) fn to_take_back(
    database: &mut Database,
    target: u32,
) -> Result<Vec<Step<'static>>, Failure> {
    let applied = applied(database)?;
    plan_back(SHIPPED, &applied, target).map_err(|error| Failure::caused(Exit::Database, error))
}

/// Fails unless the schema is the one that this program works with. One query.
pub(crate) fn require_current(database: &mut Database) -> Result<(), Failure> {
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

/// The SQL that [`apply`] or [`take_back`] would run for `steps`, with comments, as far as it can
/// be known beforehand. Changes nothing.
pub(crate) fn preview(
    database: &mut Database,
    steps: &[Step<'_>],
    way: Way,
) -> Result<String, Failure> {
    preview::preview(steps, way, |object| exists::has(database, object))
}
