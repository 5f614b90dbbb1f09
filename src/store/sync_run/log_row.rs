//! The table `sync_logs`: one row per run, begun as `failed` without an end, so that a run which
//! dies is seen to have died, and completed in the transaction that writes the stock.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use mysql::Conn;
use mysql::prelude::Queryable;
use mysql::{Params, Value};

use crate::cost::Cost;
use crate::failure::FailureKind;
use crate::inventory::Source;
use crate::run::{Changes, Ending, Run, RunRowState, RunStats, Status, Written, run_id};
use crate::secret::mask;
use crate::store::database::advisory_lock::{self, Purpose};
use crate::store::database::connection::Database;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::zone;

const BEGIN: &str = "
    INSERT INTO sync_logs
        (run_id, sync_type, source, marketplace, status, error_message, started_at, completed_at)
    VALUES
        (?, 'inventory', ?, ?, 'failed', 'the run has not finished', ?, NULL)";

const BEGUN: &str = "
    SELECT id, started_at
    FROM sync_logs
    WHERE run_id = ? AND marketplace = ? AND completed_at IS NULL
    ORDER BY id DESC
    LIMIT 1";

const COMPLETE: &str = "
    UPDATE sync_logs
    SET status = :status,
        error_message = :message,
        exit_code = :exit_code,
        failure_kind = :failure_kind,
        completed_at = :completed_at,
        duration_seconds = :duration,
        snapshot_date = :snapshot_date,
        records_processed = :processed,
        records_rejected = :rejected,
        unsettled = :unsettled,
        records_updated = :inserted + :changed + :removed,
        rows_inserted = :inserted,
        rows_changed = :changed,
        rows_removed = :removed,
        rows_total = :rows_total,
        stock_total = :stock_total,
        products_with_stock = :products_with_stock,
        products_created = :products_created,
        listings_created = :listings_created,
        listings_linked = :listings_linked,
        products_joined = :products_joined,
        cards_fetched = :cards,
        requests = :requests,
        bytes = :bytes,
        foreign_hosts = :foreign_hosts,
        fetch_ms = :fetch_ms,
        read_ms = :read_ms,
        write_ms = :write_ms
    WHERE id = :id AND started_at = :started_at AND completed_at IS NULL";

const COMMITTED: &str = "
    SELECT rows_inserted, rows_changed, rows_removed, rows_total - rows_inserted - rows_changed,
           products_created, listings_created, listings_linked, products_joined
    FROM sync_logs
    WHERE id = ? AND started_at = ? AND status <> 'failed' AND completed_at IS NOT NULL";

const COMPLETED: &str =
    "SELECT completed_at IS NOT NULL FROM sync_logs WHERE id = ? AND started_at = ?";

/// Which run holds a lease, and when it began; a dry run has neither lease nor row.
const WHO: &str = "
    SELECT run_id, started_at
    FROM sync_logs
    WHERE run_id = (SELECT holder FROM stocksync_locks WHERE name = ?) AND completed_at IS NULL
    ORDER BY id DESC
    LIMIT 1";

/// From which machine a connection came, as the server sees it; of another user's it may tell
/// nothing.
const FROM: &str = "SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = ?";

/// MySQL's TEXT holds 65,535 bytes; a message that long helps nobody.
const LONGEST_MESSAGE: usize = 2_000;

/// Begins a run with a row of its own. Where an earlier try of this run has made one and its answer
/// got lost, that is the row.
pub(crate) fn begin(
    database: &mut Database,
    source: Source,
    manual: bool,
) -> Result<Run, StoreError> {
    let (began, run_id) = (Instant::now(), run_id().to_owned());
    let begun: Option<(u64, NaiveDateTime)> =
        rows::first(database.conn(), BEGUN, (&run_id, source.as_str()))?;
    if let Some((id, started_at)) = begun {
        return Ok(Run { id, run_id, source, started_at: started_at.and_utc(), began });
    }
    let started_at = database.server_time()?;
    let conn = database.conn();
    conn.exec_drop(
        BEGIN,
        (
            &run_id,
            if manual { "Manual" } else { source.as_str() },
            source.as_str(),
            started_at.naive_utc(),
        ),
    )?;
    Ok(Run { id: conn.last_insert_id(), run_id, source, started_at, began })
}

/// Completes a run's row: inside the transaction for a run that writes, by itself for one that
/// failed. Says whether there was an open row; one that is completed never changes again, see
/// [`state`].
pub(crate) fn complete(
    conn: &mut Conn,
    run: &Run,
    ending: Ending<'_>,
    stats: &RunStats,
    written: Option<Written>,
) -> Result<bool, StoreError> {
    let changes = written.map(|written| written.changes).unwrap_or_default();
    let totals = written.map(|written| written.totals);
    let Cost { requests, bytes } = stats.cost;
    let seconds = i64::try_from(run.began.elapsed().as_secs()).unwrap_or(i64::MAX);
    let completed_at = run.started_at + TimeDelta::try_seconds(seconds).unwrap_or_default();
    let values: Vec<(&str, Value)> = vec![
        ("status", ending.status.as_str().into()),
        ("message", ending.message.map(shortened).into()),
        ("exit_code", ending.exit_code.into()),
        ("failure_kind", ending.failure_kind.map(FailureKind::as_str).into()),
        ("completed_at", completed_at.naive_utc().into()),
        ("duration", seconds.into()),
        ("snapshot_date", stats.snapshot_date.into()),
        ("processed", stats.processed.into()),
        ("rejected", stats.rejected.into()),
        ("unsettled", stats.unsettled.into()),
        ("inserted", changes.inserted.into()),
        ("changed", changes.changed.into()),
        ("removed", changes.removed.into()),
        ("rows_total", totals.map(|totals| totals.rows).into()),
        ("stock_total", totals.map(|totals| totals.stock()).into()),
        ("products_with_stock", totals.map(|totals| totals.listings_with_stock).into()),
        ("products_created", changes.products_created.into()),
        ("listings_created", changes.listings_created.into()),
        ("listings_linked", changes.listings_linked.into()),
        ("products_joined", changes.products_joined.into()),
        ("cards", stats.cards.into()),
        ("requests", requests.into()),
        ("bytes", bytes.into()),
        ("foreign_hosts", joined(&stats.foreign_hosts).into()),
        ("fetch_ms", stats.phases.fetch.map(milliseconds).into()),
        ("read_ms", stats.phases.read.map(milliseconds).into()),
        ("write_ms", stats.phases.write.map(milliseconds).into()),
        ("id", run.id.into()),
        ("started_at", run.started_at.naive_utc().into()),
    ];
    conn.exec_drop(COMPLETE, Params::from(values))?;
    Ok(conn.affected_rows() == 1)
}

/// Completes the row of a run that failed, if it is open, and says what the row told before.
pub(crate) fn complete_failed(
    conn: &mut Conn,
    run: &Run,
    (exit_code, kind): (u8, FailureKind),
    message: &str,
    stats: &RunStats,
) -> Result<RunRowState, StoreError> {
    let (status, failure_kind) = (Status::Failed, Some(kind));
    let ending = Ending { status, exit_code, message: Some(message), failure_kind };
    if complete(conn, run, ending, stats, None)? {
        return Ok(RunRowState::Open);
    }
    state(conn, run)
}

pub(crate) fn state(conn: &mut Conn, run: &Run) -> Result<RunRowState, StoreError> {
    if let Some(changes) = committed(conn, run)? {
        return Ok(RunRowState::Succeeded(changes));
    }
    let completed = rows::first(conn, COMPLETED, (run.id, run.started_at.naive_utc()))?;
    Ok(match completed.map(|(completed,): (bool,)| completed) {
        Some(false) => RunRowState::Open,
        Some(true) => RunRowState::Failed,
        None => RunRowState::Missing,
    })
}

/// What a run's row says of its write, if it was committed: the answer to a commit whose own answer
/// got lost.
fn committed(conn: &mut Conn, run: &Run) -> Result<Option<Changes>, StoreError> {
    let row = rows::first(conn, COMMITTED, (run.id, run.started_at.naive_utc()))?;
    let read = |row| {
        let (
            inserted,
            changed,
            removed,
            unchanged,
            products_created,
            listings_created,
            listings_linked,
            products_joined,
        ) = row;
        Changes {
            inserted,
            changed,
            removed,
            unchanged,
            products_created,
            listings_created,
            listings_linked,
            products_joined,
        }
    };
    Ok(row.map(read))
}

/// The run that holds a lock, in words that continue "another run is going on": `: run
/// 5f0c3a9e77d10b42, since 2026-11-23 09:07:02 +03:00, from localhost (connection 41)`.
pub(crate) fn who_runs(database: &mut Database, purpose: Purpose) -> Result<String, StoreError> {
    let mut parts = Vec::new();
    let run: Option<(String, NaiveDateTime)> =
        rows::first(database.conn(), WHO, (purpose.as_str(),))?;
    if let Some((run_id, started_at)) = run {
        let since = zone::local(started_at.and_utc()).format("%Y-%m-%d %H:%M:%S %:z");
        parts.push(format!("run {run_id}, since {since}"));
    }
    if let Some(number) = advisory_lock::holder(database, purpose)? {
        let host: Option<(String,)> = rows::first(database.conn(), FROM, (number,))?;
        // Without the port that the machine happened to use.
        let host = host.map(|(host,)| host.split(':').next().unwrap_or_default().to_owned());
        let from = host.map(|host| format!("from {host} ")).unwrap_or_default();
        parts.push(format!("{from}(connection {number})"));
    }
    Ok(if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) })
}

/// Hosts parted by blanks, as many as the column holds; `None` without any.
fn joined(hosts: &BTreeSet<String>) -> Option<String> {
    const LONGEST: usize = 500;
    let mut text = String::new();
    for host in hosts {
        if text.len() + 1 + host.len() <= LONGEST {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(host);
        }
    }
    (!text.is_empty()).then(|| mask(&text).into_owned())
}

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

fn shortened(message: &str) -> String {
    let message = mask(message);
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.into_owned(),
    }
}
