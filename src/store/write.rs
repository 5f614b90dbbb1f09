//! The one transaction of a sync: listings and products, the snapshot's rows, the log row, commit; or nothing of it.
//! Tried again as a whole when the database fails, from the rows that are already on disk.

use std::time::Instant;

use chrono::NaiveDate;
use mysql::Conn;
use mysql::prelude::Queryable;

use super::bulk::BulkWay;
use super::error::{StoreError, may_pass};
use super::session::{Session, announce_retry};
use super::snapshot::Stamp;
use super::sync_log::{self, Account, Changes, Run, Status};
use super::{fate, listings, snapshot};
use crate::config::DatabaseSettings;
use crate::failure::{Exit, Failure};
use crate::inventory::Source;
use crate::inventory::shrink::shrinks_too_much;
use crate::progress::{self, Phase};
use crate::staging::Snapshot;

const NEWEST_DAY: &str = "SELECT MAX(snapshot_date) FROM inventory_data WHERE source = ?";

const LISTINGS_WITH_STOCK: &str = "
    SELECT COUNT(*) FROM (
        SELECT 1 FROM inventory_data
        WHERE source = ? AND snapshot_date = ? AND current_stock > 0
        GROUP BY sku, size_id
    ) AS with_stock";

/// What shall be written, and under which conditions.
pub struct Order<'a> {
    /// The run that writes.
    pub run: &'a Run,
    /// The snapshot's day.
    pub day: NaiveDate,
    /// The rows.
    pub snapshot: &'a Snapshot,
    /// Throw away the day's rows first.
    pub full: bool,
    /// By how many percent the number of products with stock may fall; `None` if any fall is meant.
    pub max_shrink: Option<f64>,
    /// Success or partial, for the log row.
    pub status: Status,
    /// The exit code that goes with it.
    pub exit: Exit,
    /// What the log row says of rejected records.
    pub message: Option<&'a str>,
}

/// Why an attempt did not come to its end.
enum Setback {
    /// The database cannot be reached.
    Unreachable(Failure),
    /// The database or the disk failed before the commit was sent.
    Fault(StoreError),
    /// The connection died while the commit was under way: it may have happened or not.
    InDoubt(StoreError),
    /// The pull is not to be written at all.
    Refused(Failure),
}

impl<E: Into<StoreError>> From<E> for Setback {
    fn from(error: E) -> Self {
        Setback::Fault(error.into())
    }
}

/// Writes the snapshot and completes the run's log row in one transaction.
///
/// # Errors
/// [`Exit::Unsound`] when the pull has shrunk too much; [`Exit::Database`] after all attempts; [`Exit::NotNow`] when the lock was
/// lost with the connection and another run took it. In each case the tables are as they were, or the message says that
/// nobody knows.
pub fn write(
    session: &mut Session,
    settings: &DatabaseSettings,
    order: &Order,
    account: &mut Account,
) -> Result<Changes, Failure> {
    let mut in_doubt = false;
    for number in 1.. {
        let setback = match try_once(session, order, account, in_doubt) {
            Ok(changes) => return Ok(changes),
            Err(setback) => setback,
        };
        account.written = None;
        in_doubt |= matches!(setback, Setback::InDoubt(_));
        let refused = matches!(setback, Setback::Refused(_));
        let (failure, may_pass) = recover(session, setback);
        if refused {
            return Err(failure);
        }
        if number >= settings.attempts || !may_pass {
            return last_word(session, settings, order, account, failure, in_doubt);
        }
        announce_retry(
            &failure.context("writing the stock failed and was rolled back"),
            number,
            settings,
        );
        std::thread::sleep(settings.delay);
    }
    Err(Failure::new(Exit::Database, "no attempt was made to write"))
}

/// What is said after the last attempt: the tables are as they were, unless a commit has gone through whose answer got lost.
fn last_word(
    session: &mut Session,
    settings: &DatabaseSettings,
    order: &Order,
    account: &mut Account,
    failure: Failure,
    in_doubt: bool,
) -> Result<Changes, Failure> {
    let fate = if in_doubt { fate::of_commit(session, settings, order.run) } else { Ok(None) };
    match fate {
        Ok(Some(changes)) => {
            log::info!("{failure}, but the commit had gone through");
            account.written = Some((changes, order.snapshot.totals));
            Ok(changes)
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

/// Leaves the session fit for another attempt, and says whether one makes sense.
fn recover(session: &mut Session, setback: Setback) -> (Failure, bool) {
    match setback {
        Setback::Refused(failure) => {
            session.roll_back();
            (failure, false)
        }
        Setback::Unreachable(failure) => {
            let may_pass = may_pass(&failure);
            (failure, may_pass)
        }
        Setback::Fault(fault) | Setback::InDoubt(fault) => {
            if fault.broke_connection() {
                session.drop_connection();
            }
            session.roll_back();
            let may_pass = fault.may_pass();
            (fault.into(), may_pass)
        }
    }
}

fn try_once(
    session: &mut Session,
    order: &Order,
    account: &mut Account,
    in_doubt: bool,
) -> Result<Changes, Setback> {
    let conn = session.database().map_err(Setback::Unreachable)?.conn();
    if in_doubt && let Some(changes) = sync_log::committed(conn, order.run)? {
        log::info!("the commit had gone through before the connection died");
        account.written = Some((changes, order.snapshot.totals));
        return Ok(changes);
    }
    if let Some(failure) = fate::overtaken(conn, order.run)? {
        return Err(Setback::Refused(failure));
    }
    attempt(conn, order, account)
}

/// What a write would change, found out by reading only.
///
/// # Errors
/// As [`write`].
pub fn rehearse(session: &mut Session, order: &Order) -> Result<Changes, Failure> {
    let conn = session.database()?.conn();
    let planned = (|| {
        conn.query_drop("START TRANSACTION READ ONLY")?;
        guard_against_shrinking(conn, order)?;
        Plans::make(conn, order)
    })();
    match planned {
        Ok(plans) => {
            session.roll_back();
            Ok(plans.changes())
        }
        Err(setback) => Err(recover(session, setback).0),
    }
}

struct Plans {
    listings: listings::ListingPlan,
    snapshot: snapshot::Plan,
}

impl Plans {
    fn make(conn: &mut Conn, order: &Order) -> Result<Self, Setback> {
        let (source, day) = (order.run.source, order.day);
        let (listings, targets) = listings::plan(conn, source, day, order.snapshot)?;
        let snapshot = snapshot::plan(conn, source, day, order.full, targets)?;
        Ok(Self { listings, snapshot })
    }

    /// Rows that will travel to the server, in whichever table.
    fn rows_to_load(&self) -> u64 {
        let snapshot = &self.snapshot;
        self.listings.new.count()
            + snapshot.inserts.count()
            + snapshot.changes.count()
            + snapshot.removed.count()
    }

    fn changes(&self) -> Changes {
        Changes {
            inserted: self.snapshot.inserts.count(),
            changed: self.snapshot.changes.count(),
            removed: self.snapshot.removed.count() + self.snapshot.discarded,
            unchanged: self.snapshot.unchanged,
            products_created: self.listings.products_to_create,
            listings_created: self.listings.new.count(),
        }
    }
}

fn attempt(conn: &mut Conn, order: &Order, account: &mut Account) -> Result<Changes, Setback> {
    let began = Instant::now();
    let (source, day) = (order.run.source, order.day);
    let way = BulkWay::ask(conn)?;
    conn.query_drop("START TRANSACTION")?;
    guard_against_shrinking(conn, order)?;
    let plans = Plans::make(conn, order)?;
    progress::expect(Phase::Write, plans.rows_to_load());
    let created = listings::apply(conn, way, source, day, &plans.listings)?;
    let stamp = Stamp { source, day, moment: sync_log::now() };
    snapshot::apply(conn, way, stamp, &plans.snapshot, &created, &order.snapshot.totals)?;
    listings::mark_seen(conn, way, source, day, &plans.listings)?;
    let changes = plans.changes();
    account.phases.write = Some(began.elapsed());
    account.written = Some((changes, order.snapshot.totals));
    if !sync_log::complete(
        conn,
        order.run,
        order.status,
        order.exit.code(),
        order.message,
        account,
    )? {
        let message =
            format!("the run's row in sync_logs, number {}, is gone or completed", order.run.id);
        return Err(StoreError::Unfaithful(message).into());
    }
    conn.query_drop("COMMIT").map_err(|error| in_doubt(error.into()))?;
    Ok(changes)
}

fn guard_against_shrinking(conn: &mut Conn, order: &Order) -> Result<(), Setback> {
    let Some(max_shrink) = order.max_shrink else { return Ok(()) };
    let source = order.run.source;
    let newest: Option<NaiveDate> = conn.exec_first(NEWEST_DAY, (source.as_str(),))?.flatten();
    let Some(newest) = newest else { return Ok(()) };
    let before = conn.exec_first(LISTINGS_WITH_STOCK, (source.as_str(), newest))?.unwrap_or(0);
    let now = order.snapshot.totals.listings_with_stock;
    if shrinks_too_much(before, now, max_shrink) {
        return Err(Setback::Refused(refusal(source, before, now, newest)));
    }
    Ok(())
}

fn refusal(source: Source, before: u64, now: u64, newest: NaiveDate) -> Failure {
    Failure::new(
        Exit::Unsound,
        format!(
            "{source} answered {now} products with stock where the snapshot of {newest} has {before}: refused, nothing was \
             changed; look at the marketplace, and if that is the truth run again with --accept-shrink"
        ),
    )
}

/// A commit that the server refused did not happen; one whose answer never came may have.
fn in_doubt(error: StoreError) -> Setback {
    if error.broke_connection() { Setback::InDoubt(error) } else { Setback::Fault(error) }
}
