//! The transaction: guards, plan, rows, log row, commit. Tried again as a whole when the database
//! fails, from the rows that are already on disk.

use std::time::{Duration, Instant};

use mysql::Conn;
use mysql::prelude::Queryable;

use super::guards;
use super::order::{AttemptError, Order, Outcome};
use super::plan::{Plan, Prepared, prepare};
use super::write_set;
use crate::config::DatabaseSettings;
use crate::console::progress::{self, Phase};
use crate::failure::{Exit, Failure};
use crate::inventory::Source;
use crate::run::{self, Changes, Phases, RunRowState, RunStats, Written};
use crate::store::database::advisory_lock::{self, Purpose};
use crate::store::database::bulk_load::BulkWay;
use crate::store::database::connection::Database;
use crate::store::database::driver_error::DatabaseError;
use crate::store::database::error::StoreError;
use crate::store::database::lease;
use crate::store::listings::{self, updates, wb_cards};
use crate::store::matching::product_moves;
use crate::store::newest::Baseline;
use crate::store::snapshot::{self, Stamp};
use crate::store::sync_run::session::{Retries, Session};
use crate::store::sync_run::{commit_check, log_row};
use crate::store::warehouses;

/// How long a write waits for the other marketplace's.
const TURN: Duration = Duration::from_secs(10 * 60);

/// Writes the snapshot and completes the run's log row in one transaction.
/// Errors: [`Exit::Unsound`] when the pull has shrunk too much or cannot hold what the day has;
/// [`Exit::Database`] after all attempts; [`Exit::NotNow`] when the lock was lost with the
/// connection and another run took it. In each case the tables are as they were, or the message
/// says that nobody knows.
pub(crate) fn write(
    session: &mut Session,
    settings: &DatabaseSettings,
    order: &Order<'_>,
) -> Result<Outcome, Failure> {
    let mut in_doubt = false;
    let mut retries = Retries::default();
    loop {
        let error = match attempt(session, order, &mut in_doubt) {
            Ok(outcome) => return Ok(outcome),
            Err(error) => error,
        };
        in_doubt |= matches!(error, AttemptError::InDoubt(_));
        let refused = matches!(error, AttemptError::Refused(_));
        let failure = clean_up(session, error);
        if refused {
            return Err(failure);
        }
        let what = if in_doubt {
            "writing the stock failed during the commit, which may have happened and is looked up first"
        } else {
            "writing the stock failed and was rolled back"
        };
        if let Err(failure) = retries.wait_after(failure, what, settings) {
            return resolve_outcome(session, settings, order, failure, in_doubt);
        }
    }
}

fn written(order: &Order<'_>, changes: Changes) -> Outcome {
    Outcome::Written(Written { changes, totals: order.snapshot.totals })
}

fn clean_up(session: &mut Session, error: AttemptError) -> Failure {
    let failure = match error {
        AttemptError::Refused(failure) | AttemptError::Unreachable(failure) => failure,
        AttemptError::Fault(fault) | AttemptError::InDoubt(fault) => fault.into(),
    };
    session.clean_up(&failure);
    failure
}

/// What is said after the last attempt: the tables are as they were, unless a commit has gone
/// through whose answer got lost.
fn resolve_outcome(
    session: &mut Session,
    settings: &DatabaseSettings,
    order: &Order<'_>,
    failure: Failure,
    in_doubt: bool,
) -> Result<Outcome, Failure> {
    let committed =
        if in_doubt { commit_check::was_committed(session, settings, order.run) } else { Ok(None) };
    match committed {
        Ok(Some(changes)) => {
            log::info!("{failure}, but the commit had gone through");
            Ok(written(order, changes))
        }
        Ok(None) => Err(failure.context("writing the stock failed; nothing was changed")),
        Err(unknown) => {
            log::warn!("{unknown}");
            Err(failure.context(
                "the connection died during the commit: whether the stock was written says the run's row in sync_logs",
            ))
        }
    }
}

/// What a write would change, found out by reading only.
pub(crate) fn rehearse(session: &mut Session, order: &Order<'_>) -> Result<Changes, Failure> {
    let conn = session.database()?.conn();
    let outcome = conn.query_drop("START TRANSACTION READ ONLY").map_err(AttemptError::from);
    match outcome.and_then(|()| begin(conn, order)) {
        Ok(Prepared::Ready(plan)) => {
            session.roll_back();
            Ok(plan.changes())
        }
        Ok(Prepared::CardsNeeded(_)) => {
            session.roll_back();
            Err(Failure::new(Exit::Program, "a dry run asks for no cards"))
        }
        Err(error) => Err(clean_up(session, error)),
    }
}

/// One attempt, from the look whether an earlier one has gone through after all.
fn attempt(
    session: &mut Session,
    order: &Order<'_>,
    in_doubt: &mut bool,
) -> Result<Outcome, AttemptError> {
    session.database().map_err(AttemptError::Unreachable)?;
    let term = session.turn();
    let database = session.database().map_err(AttemptError::Unreachable)?;
    if *in_doubt {
        match commit_check::settle(database.conn(), order.run)? {
            RunRowState::Succeeded(changes) => {
                log::info!("the commit had gone through before the connection died");
                return Ok(written(order, changes));
            }
            RunRowState::Open | RunRowState::Failed => *in_doubt = false,
            RunRowState::Missing => {}
        }
    }
    take_turn(database).map_err(AttemptError::Unreachable)?;
    let outcome = transact(database, order, term);
    // A broken connection has given its turn back, and one that was silent once would be silent
    // again for as long.
    if let Err(AttemptError::Fault(fault) | AttemptError::InDoubt(fault)) = &outcome
        && fault.ends_connection()
    {
        return outcome;
    }
    // Whoever waits for the turn is let in, also where this connection lives on.
    if let Err(failure) = advisory_lock::release(database, Purpose::Write) {
        log::debug!("{failure}");
    }
    outcome
}

/// The writes of the two marketplaces go one after the other: either may move the other's listings
/// to another product.
fn take_turn(database: &mut Database) -> Result<(), Failure> {
    if advisory_lock::try_acquire(database, Purpose::Write)? {
        return Ok(());
    }
    log::info!("the other marketplace's sync is writing; waiting for it");
    let _waiting = progress::wait_for("the other marketplace's write", TURN);
    if advisory_lock::acquire(database, Purpose::Write, TURN)? {
        return Ok(());
    }
    let message = "the other marketplace's sync has been writing for more than 10 minutes";
    Err(Failure::new(Exit::Database, message))
}

fn begin(conn: &mut Conn, order: &Order<'_>) -> Result<Prepared, AttemptError> {
    let baseline = Baseline::ask(conn, order.run.source, order.day)?;
    if let Some(failure) = guards::refusal(conn, order, &baseline)? {
        return Err(AttemptError::Refused(failure));
    }
    Ok(prepare(conn, order, &baseline)?)
}

fn transact(
    database: &mut Database,
    order: &Order<'_>,
    term: u64,
) -> Result<Outcome, AttemptError> {
    let began = Instant::now();
    let largest = write_set::largest(database)?;
    let conn = database.conn();
    let way = BulkWay::ask(conn)?;
    conn.query_drop("START TRANSACTION")?;
    if let Some(run_id) = lease::fence(conn, order.run.source, term)? {
        return Err(AttemptError::Refused(commit_check::overtaken_by(&run_id)));
    }
    let plan = match begin(conn, order)? {
        Prepared::Ready(plan) => plan,
        Prepared::CardsNeeded(listings) => {
            conn.query_drop("ROLLBACK")?;
            return Ok(Outcome::CardsNeeded(listings));
        }
    };
    if let Some(failure) = largest.refusal(plan.rows_to_touch()) {
        return Err(AttemptError::Refused(failure));
    }
    progress::expect(Phase::Write, plan.rows_to_load());
    let changes = carry_out(conn, way, order, &plan)?;
    let totals = order.snapshot.totals;
    let phases = Phases { write: Some(began.elapsed()), ..order.stats.phases };
    let stats = RunStats { phases, ..order.stats.clone() };
    let written = Written { changes, totals };
    if !log_row::complete(conn, order.run, order.ending, &stats, Some(written))? {
        let number = order.run.id;
        let message = format!("the run's row in sync_logs, number {number}, is gone or completed");
        return Err(StoreError::Mismatch(message).into());
    }
    conn.query_drop("COMMIT").map_err(in_doubt)?;
    Ok(Outcome::Written(written))
}

/// A commit that the server refused for a reason of which that is certain did not happen; any other
/// may have.
fn in_doubt(error: mysql::Error) -> AttemptError {
    let error = DatabaseError(error);
    let refused = error.refuses_commit();
    let error = StoreError::Database(error);
    if refused { AttemptError::Fault(error) } else { AttemptError::InDoubt(error) }
}

/// Products are joined last: until then every row is written under the product that its listing
/// had.
fn carry_out(
    conn: &mut Conn,
    way: BulkWay,
    order: &Order<'_>,
    plan: &Plan,
) -> Result<Changes, StoreError> {
    let (source, day) = (order.run.source, order.day);
    let created = listings::apply(conn, way, source, day, &plan.listings, &plan.links.new)?;
    let stamp = Stamp { source, day, moment: run::now() };
    snapshot::apply(conn, way, stamp, &plan.snapshot, &created, &order.snapshot.totals)?;
    warehouses::keep(conn, source, day, order.warehouses)?;
    listings::mark_seen(conn, source, &plan.listings)?;
    if source == Source::Wildberries {
        wb_cards::taken_over(conn)?;
    }
    if order.cards.is_some_and(|cards| cards.complete) {
        updates::mark_asked(conn, day)?;
    }
    let moved = product_moves::apply(conn, way, &plan.links)?;
    let mut changes = plan.changes();
    changes.products_created += moved.products_created;
    changes.products_joined = moved.products_joined;
    Ok(changes)
}
