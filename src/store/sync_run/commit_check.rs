//! What a run must know of the log before it writes or gives up: whether its unclear commit happened, and whether another
//! run has been faster. Looked up in `sync_logs`, never guessed; nothing here writes.

use mysql::Conn;

use super::log_row::{self};
use super::session::{Session, with_retries};
use crate::config::DatabaseSettings;
use crate::failure::{Exit, Failure};
use crate::run::{Changes, Run, RunRowState};
use crate::store::database::error::StoreError;
use crate::store::database::rows;

/// Runs of the same marketplace that began later and have written; their numbers say what is later, as a clock may not.
/// The day before only spares the months past. While the lock was held there can be none.
const OVERTAKEN_BY: &str = "
    SELECT run_id
    FROM sync_logs
    WHERE marketplace = ? AND started_at >= ? - INTERVAL 1 DAY AND id > ? AND status <> 'failed' AND completed_at IS NOT NULL
    ORDER BY id DESC
    LIMIT 1";

/// Whether a write was committed whose last attempt died during the commit. Asked at least twice: the answer decides
/// what the run says of the table.
///
/// # Errors
/// [`Exit::Database`] or [`Exit::NotNow`] when the database cannot be asked, or has no row of the run any more: then
/// nobody knows.
pub(crate) fn was_committed(
    session: &mut Session,
    settings: &DatabaseSettings,
    run: &Run,
) -> Result<Option<Changes>, Failure> {
    let settings = DatabaseSettings { attempts: settings.attempts.max(2), ..settings.clone() };
    with_retries(&settings, || {
        let conn = session.database()?.conn();
        let state = log_row::state(conn, run).map_err(|fault| {
            session.failed(fault).context("looking whether the stock was written")
        })?;
        match state {
            RunRowState::Succeeded(changes) => Ok(Some(changes)),
            RunRowState::Open | RunRowState::Failed => Ok(None),
            RunRowState::Missing => Err(Failure::new(
                Exit::Database,
                format!("the run's row in sync_logs, number {}, is gone", run.id),
            )),
        }
    })
}

/// A run that lost its connection lost its lock with it. If another run has written since, its stock is newer than what
/// this one fetched: the failure to end with.
pub(crate) fn overtaken(conn: &mut Conn, run: &Run) -> Result<Option<Failure>, StoreError> {
    let (source, began) = (run.source.as_str(), run.started_at.naive_utc());
    let other: Option<Option<String>> = rows::first(conn, OVERTAKEN_BY, (source, began, run.id))?;
    Ok(other.map(|run_id| {
        let run_id = run_id.unwrap_or_default();
        Failure::new(
            Exit::NotNow,
            format!("run {run_id} has written newer stock while this one had lost its connection; nothing was changed"),
        )
    }))
}
