//! The one transaction of a sync: listings and products, the snapshot's rows, the log row, commit; or nothing of it.
//! Tried again as a whole when the database fails, from the rows that are already on disk.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use mysql::Conn;
use mysql::prelude::Queryable;

use super::other_stock;
use super::stock_before::StockBefore;
use crate::config::DatabaseSettings;
use crate::console::progress::{self, Phase};
use crate::failure::{Exit, Failure};
use crate::inventory::shrink::shrinks_too_much;
use crate::inventory::{Source, StockType};
use crate::run::{self, Changes, Run, RunRowState, RunStats, Status};
use crate::staging::Snapshot;
use crate::store::database::advisory_lock::{self, Purpose};
use crate::store::database::bulk_load::BulkWay;
use crate::store::database::connection::Database;
use crate::store::database::error::{StoreError, may_pass};
use crate::store::listings::{self, updates, wb_cards};
use crate::store::matching::product_moves;
use crate::store::snapshot::{self, Stamp};
use crate::store::sync_run::commit_check;
use crate::store::sync_run::log_row::{self};
use crate::store::sync_run::session::{Session, announce_retry};

/// How long a write waits for the other marketplace's.
const TURN: Duration = Duration::from_secs(10 * 60);

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
    /// The kinds of stock that the pull can tell of: rows of another kind are not replaced, unless `full` means it.
    pub can_hold: &'static [StockType],
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
    /// So many listings could be asked about first.
    Unknown(u64),
}

impl<E: Into<StoreError>> From<E> for Setback {
    fn from(error: E) -> Self {
        Setback::Fault(error.into())
    }
}

/// Asked at most once, before anything is written, when the pull holds so many listings whose name or barcode nobody
/// knows. Says whether everything that can be known of them is known now.
pub type Learn<'a> = dyn FnMut(&mut Session, u64, &mut RunStats) -> bool + 'a;

/// Writes the snapshot and completes the run's log row in one transaction.
///
/// # Errors
/// [`Exit::Unsound`] when the pull has shrunk too much or cannot hold what the day has; [`Exit::Database`] after all attempts; [`Exit::NotNow`] when the lock was
/// lost with the connection and another run took it. In each case the tables are as they were, or the message says that
/// nobody knows.
pub fn write(
    session: &mut Session,
    settings: &DatabaseSettings,
    order: &Order,
    account: &mut RunStats,
    mut learn: Option<&mut Learn<'_>>,
) -> Result<Changes, Failure> {
    let mut in_doubt = false;
    let mut lesson = if learn.is_some() { Lesson::Wanted } else { Lesson::Unwanted };
    let mut number = 1;
    loop {
        let setback = match try_once(session, order, account, &mut in_doubt, lesson) {
            Ok(changes) => return Ok(changes),
            Err(Setback::Unknown(count)) => {
                session.roll_back();
                let complete = learn.take().is_some_and(|learn| learn(session, count, account));
                lesson = if complete { Lesson::Complete } else { Lesson::Unwanted };
                continue;
            }
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
        let what = if in_doubt {
            "writing the stock failed during the commit, which may have happened and is looked up first"
        } else {
            "writing the stock failed and was rolled back"
        };
        announce_retry(&failure.context(what), number, settings);
        std::thread::sleep(settings.delay);
        number += 1;
    }
}

/// What a write does about listings that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lesson {
    /// It stops, so that they can be asked about.
    Wanted,
    /// It takes them as they are.
    Unwanted,
    /// It takes them as they are, and notes that there is nothing more to be known today.
    Complete,
}

/// What is said after the last attempt: the tables are as they were, unless a commit has gone through whose answer got lost.
fn last_word(
    session: &mut Session,
    settings: &DatabaseSettings,
    order: &Order,
    account: &mut RunStats,
    failure: Failure,
    in_doubt: bool,
) -> Result<Changes, Failure> {
    let fate =
        if in_doubt { commit_check::of_commit(session, settings, order.run) } else { Ok(None) };
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
        Setback::Unknown(_) => {
            let message = "listings were to be asked about, and nobody is there to ask";
            (Failure::new(Exit::Program, message), false)
        }
        Setback::Unreachable(failure) => {
            let may_pass = may_pass(&failure);
            session.roll_back();
            (failure, may_pass)
        }
        Setback::Fault(fault) | Setback::InDoubt(fault) => {
            let may_pass = fault.may_pass();
            let failure = session.failed(fault);
            session.roll_back();
            (failure, may_pass)
        }
    }
}

fn try_once(
    session: &mut Session,
    order: &Order,
    account: &mut RunStats,
    in_doubt: &mut bool,
    lesson: Lesson,
) -> Result<Changes, Setback> {
    let database = session.database().map_err(Setback::Unreachable)?;
    if *in_doubt {
        match log_row::found(database.conn(), order.run)? {
            RunRowState::Succeeded(changes) => {
                log::info!("the commit had gone through before the connection died");
                account.written = Some((changes, order.snapshot.totals));
                return Ok(changes);
            }
            RunRowState::Open | RunRowState::Failed => *in_doubt = false,
            RunRowState::Missing => {}
        }
    }
    if let Some(failure) = commit_check::overtaken(database.conn(), order.run)? {
        return Err(Setback::Refused(failure));
    }
    take_turn(database).map_err(Setback::Unreachable)?;
    let outcome = attempt(database.conn(), order, account, lesson);
    // Whoever waits for the turn is let in, also where this connection lives on; a broken one has given it back.
    if let Err(failure) = advisory_lock::release(database, Purpose::Write) {
        log::debug!("{failure}");
    }
    outcome
}

/// The writes of the two marketplaces go one after the other: either may move the other's listings to another product.
fn take_turn(database: &mut Database) -> Result<(), Failure> {
    if advisory_lock::try_acquire(database, Purpose::Write)? {
        return Ok(());
    }
    log::info!("the other marketplace's sync is writing; waiting for it");
    if advisory_lock::acquire(database, Purpose::Write, TURN)? {
        return Ok(());
    }
    let message = "the other marketplace's sync has been writing for more than 10 minutes";
    Err(Failure::new(Exit::Database, message))
}

/// What a write would change, found out by reading only.
///
/// # Errors
/// As [`write()`].
pub fn rehearse(session: &mut Session, order: &Order) -> Result<Changes, Failure> {
    let conn = session.database()?.conn();
    let planned = (|| {
        conn.query_drop("START TRANSACTION READ ONLY")?;
        guard(conn, order)?;
        Plans::make(conn, order, Lesson::Unwanted)
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
    fn make(conn: &mut Conn, order: &Order, lesson: Lesson) -> Result<Self, Setback> {
        let (source, day) = (order.run.source, order.day);
        let (listings, targets) = listings::plan(conn, source, day, order.snapshot)?;
        if lesson == Lesson::Wanted && listings.unknown > 0 {
            return Err(Setback::Unknown(listings.unknown));
        }
        let snapshot = snapshot::plan(conn, source, day, order.full, targets)?;
        Ok(Self { listings, snapshot })
    }

    /// Rows that will travel to the server, in whichever table.
    fn rows_to_load(&self) -> u64 {
        let snapshot = &self.snapshot;
        self.listings.links.new.count()
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
            products_created: self.listings.links.products_to_create,
            listings_created: self.listings.links.new.count(),
            listings_linked: self.listings.links.linked,
            products_joined: 0,
        }
    }
}

fn attempt(
    conn: &mut Conn,
    order: &Order,
    account: &mut RunStats,
    lesson: Lesson,
) -> Result<Changes, Setback> {
    let began = Instant::now();
    let way = BulkWay::ask(conn)?;
    conn.query_drop("START TRANSACTION")?;
    guard(conn, order)?;
    let plans = Plans::make(conn, order, lesson)?;
    progress::expect(Phase::Write, plans.rows_to_load());
    let changes = carry_out(conn, way, order, &plans, lesson)?;
    account.phases.write = Some(began.elapsed());
    account.written = Some((changes, order.snapshot.totals));
    if !log_row::complete(conn, order.run, order.status, order.exit.code(), order.message, account)?
    {
        let message =
            format!("the run's row in sync_logs, number {}, is gone or completed", order.run.id);
        return Err(StoreError::Unfaithful(message).into());
    }
    conn.query_drop("COMMIT").map_err(|error| in_doubt(error.into()))?;
    Ok(changes)
}

/// Products are joined last: until then every row is written under the product that its listing had.
fn carry_out(
    conn: &mut Conn,
    way: BulkWay,
    order: &Order,
    plans: &Plans,
    lesson: Lesson,
) -> Result<Changes, StoreError> {
    let (source, day) = (order.run.source, order.day);
    let created = listings::apply(conn, way, source, day, &plans.listings)?;
    let stamp = Stamp { source, day, moment: run::now() };
    snapshot::apply(conn, way, stamp, &plans.snapshot, &created, &order.snapshot.totals)?;
    listings::mark_seen(conn, source, &plans.listings)?;
    if source == Source::Wildberries {
        wb_cards::taken_over(conn)?;
    }
    if lesson == Lesson::Complete {
        updates::mark_asked(conn, day)?;
    }
    let joined = product_moves::apply(conn, way, &plans.listings.links)?;
    let mut changes = plans.changes();
    changes.products_created += joined.products_created;
    changes.products_joined = joined.products_joined;
    Ok(changes)
}

/// Refuses a pull that would take stock away which it says nothing of, or too much of it.
fn guard(conn: &mut Conn, order: &Order) -> Result<(), Setback> {
    let (source, day) = (order.run.source, order.day);
    if !order.full
        && let Some(refusal) = other_stock::refusal(conn, source, day, order.can_hold)?
    {
        return Err(Setback::Refused(refusal));
    }
    guard_against_shrinking(conn, order)
}

fn guard_against_shrinking(conn: &mut Conn, order: &Order) -> Result<(), Setback> {
    let Some(max_shrink) = order.max_shrink else { return Ok(()) };
    let source = order.run.source;
    let now = order.snapshot.totals.listings_with_stock;
    match StockBefore::ask(conn, source)? {
        Some(before) if shrinks_too_much(before.listings, now, max_shrink) => {
            Err(Setback::Refused(before.refusal(source, now)))
        }
        _ => Ok(()),
    }
}

/// A commit that the server refused did not happen; one whose answer never came may have.
fn in_doubt(error: StoreError) -> Setback {
    if error.broke_connection() { Setback::InDoubt(error) } else { Setback::Fault(error) }
}
