//! What a run must know before it writes again or gives up: whether its unclear commit happened.
//! Never guessed: what is found out is seen to stay so.

use mysql::Conn;
use mysql::prelude::Queryable;

use super::log_row::{self};
use super::session::{Session, with_retries};
use crate::config::DatabaseSettings;
use crate::failure::{Exit, Failure};
use crate::run::{Changes, Run, RunRowState};
use crate::store::database::error::StoreError;

const MARK: &str = "
    UPDATE sync_logs SET error_message = ?
    WHERE id = ? AND started_at = ? AND completed_at IS NULL";

/// Settles whether a commit that got no clear answer happened, and says what the run's row tells. A
/// row that is found open is changed, and that is committed: a commit that is still on its way,
/// from another node or a connection that lives on, can then no more happen, as it changes the same
/// row. Errors: [`StoreError::Database`]; a deadlock if the other commit is just arriving.
pub(crate) fn settle(conn: &mut Conn, run: &Run) -> Result<RunRowState, StoreError> {
    let text =
        format!("the run has not finished; a commit of it got lost ({:08x})", fastrand::u32(..));
    conn.exec_drop(MARK, (text, run.id, run.started_at.naive_utc()))?;
    if conn.affected_rows() == 1 {
        return Ok(RunRowState::Open);
    }
    log_row::state(conn, run)
}

/// Whether a write was committed whose last attempt died during the commit. Asked at least twice:
/// the answer decides what the run says of the table. Errors: [`Exit::Database`] or
/// [`Exit::NotNow`] when the database cannot be asked, or has no row of the run any more: then
/// nobody knows.
pub(crate) fn was_committed(
    session: &mut Session,
    settings: &DatabaseSettings,
    run: &Run,
) -> Result<Option<Changes>, Failure> {
    let settings = DatabaseSettings { attempts: settings.attempts.max(2), ..settings.clone() };
    with_retries(&settings, || {
        let conn = session.database()?.conn();
        let state = settle(conn, run).map_err(|fault| {
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

/// What a run ends with that lost its lock and finds that a later one has written: newer stock than
/// it fetched.
pub(crate) fn overtaken_by(run_id: &str) -> Failure {
    let message = format!(
        "run {run_id} has written newer stock while this one was out of touch; nothing was changed"
    );
    Failure::new(Exit::NotNow, message)
}
