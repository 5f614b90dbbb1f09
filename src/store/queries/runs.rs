//! The runs of a marketplace, as `sync_logs` tells them.

use chrono::{DateTime, NaiveDateTime, Utc};
use mysql::Conn;

use crate::inventory::Source;
use crate::run::Status;
use crate::secret::mask;
use crate::store::database::error::StoreError;
use crate::store::database::rows;

/// A log that people write into may hold dates of zeros, which are no dates: `NULLIF(…, 0)` here and below.
/// `marketplace` and not `source`, so that an import from a file counts for the marketplace whose stock it brought.
/// Runs of one marketplace never overlap, so the one that began last has also ended last.
const LAST_SUCCESS: &str = "
    SELECT completed_at FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND status IN ('success', 'partial')
      AND NULLIF(completed_at, 0) IS NOT NULL
    ORDER BY started_at DESC, id DESC
    LIMIT 1";

const RUNS: &str = "
    SELECT COUNT(*),
           CAST(COALESCE(SUM(status = 'success'), 0) AS SIGNED),
           CAST(COALESCE(SUM(status = 'partial'), 0) AS SIGNED),
           CAST(COALESCE(SUM(status = 'failed'), 0) AS SIGNED),
           CAST(AVG(IF(status <> 'failed', TIMESTAMPDIFF(SECOND, started_at, NULLIF(completed_at, 0)), NULL)) AS DOUBLE),
           CAST(COALESCE(SUM(records_rejected), 0) AS SIGNED),
           CAST(COALESCE(SUM(requests), 0) AS SIGNED),
           CAST(COALESCE(SUM(bytes), 0) AS SIGNED)
    FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND started_at >= ?";

const FAILURES: &str = "
    SELECT started_at, NULLIF(completed_at, 0) IS NOT NULL, exit_code, error_message FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND status = 'failed' AND started_at >= ?
    ORDER BY started_at DESC, id DESC
    LIMIT 20";

/// Imports by hand are left out: what they bring says nothing about how the marketplace answers. `marketplace` is the column by
/// which the index idx_marketplace_run has the runs in this order.
const RECENT: &str = "
    SELECT started_at, NULLIF(completed_at, 0), status, exit_code, error_message,
           COALESCE(records_processed, 0), COALESCE(records_rejected, 0), COALESCE(requests, 0), foreign_hosts
    FROM sync_logs
    WHERE marketplace = ? AND source <> 'Manual' AND sync_type = 'inventory' AND started_at > 0
    ORDER BY started_at DESC, id DESC
    LIMIT ?";

/// The runs of one marketplace in a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runs {
    /// All of them.
    pub total: u64,
    /// Those that stored everything.
    pub succeeded: u64,
    /// Those that stored everything but rejected records.
    pub partial: u64,
    /// Those that stored nothing, also if they never finished.
    pub failed: u64,
    /// Of those that stored something, in seconds.
    pub average_duration_seconds: Option<f64>,
    /// Records rejected.
    pub records_rejected: u64,
    /// HTTP requests sent.
    pub requests: u64,
    /// Bytes received.
    pub bytes: u64,
}

/// A run that stored nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedRun {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Whether it came to an end of its own.
    pub finished: bool,
    /// The exit code, if it did.
    pub exit_code: Option<u8>,
    /// Why.
    pub reason: String,
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; `None` for one that goes on or died.
    pub completed_at: Option<DateTime<Utc>>,
    /// How it ended; `Failed` as long as it has not.
    pub status: Status,
    /// The exit code.
    pub exit_code: Option<u8>,
    /// Why it failed, or what it rejected.
    pub reason: String,
    /// Records that the marketplace answered.
    pub processed: u64,
    /// Those of them that were rejected.
    pub rejected: u64,
    /// HTTP requests sent.
    pub requests: u64,
    /// Hosts other than the marketplace's own to which a report's link led.
    pub foreign_hosts: Vec<String>,
}

impl RunRow {
    /// Whether it stored what the marketplace answered.
    pub fn stored(&self) -> bool {
        self.status != Status::Failed && self.completed_at.is_some()
    }

    /// How long it took, in seconds.
    pub fn seconds(&self) -> Option<i64> {
        self.completed_at.map(|end| (end - self.started_at).num_seconds().max(0))
    }
}

/// When stock of this marketplace was last stored.
///
/// # Errors
/// [`StoreError::Database`].
pub fn last_success(conn: &mut Conn, source: Source) -> Result<Option<DateTime<Utc>>, StoreError> {
    let moment: Option<NaiveDateTime> = rows::first(conn, LAST_SUCCESS, (source.as_str(),))?;
    Ok(moment.map(|moment| moment.and_utc()))
}

/// The runs of a marketplace since a moment, added up.
///
/// # Errors
/// [`StoreError::Database`].
pub fn runs(conn: &mut Conn, source: Source, since: DateTime<Utc>) -> Result<Runs, StoreError> {
    let row = rows::first(conn, RUNS, (source.as_str(), since.naive_utc()))?;
    Ok(row.map_or_else(Runs::default, |row| {
        let (total, succeeded, partial, failed, average, records_rejected, requests, bytes) = row;
        Runs {
            total,
            succeeded,
            partial,
            failed,
            average_duration_seconds: average,
            records_rejected,
            requests,
            bytes,
        }
    }))
}

/// The failed runs of a marketplace since a moment, the newest first, 20 at most.
///
/// # Errors
/// [`StoreError::Database`].
pub fn failures(
    conn: &mut Conn,
    source: Source,
    since: DateTime<Utc>,
) -> Result<Vec<FailedRun>, StoreError> {
    let read =
        |(started_at, finished, exit_code, reason): (NaiveDateTime, _, _, Option<String>)| {
            FailedRun {
                started_at: started_at.and_utc(),
                finished,
                exit_code,
                reason: masked(reason),
            }
        };
    rows::map(conn, FAILURES, (source.as_str(), since.naive_utc()), read)
}

/// How many runs [`recent_runs`] looks back at most.
pub const RECENT_RUNS: usize = 500;

/// The last [`RECENT_RUNS`] runs of a marketplace, the newest first, without imports of files.
///
/// # Errors
/// [`StoreError::Database`].
pub fn recent_runs(conn: &mut Conn, source: Source) -> Result<Vec<RunRow>, StoreError> {
    rows::map(conn, RECENT, (source.as_str(), RECENT_RUNS), run)
}

/// What was stored before a key was known here may hold it.
fn masked(reason: Option<String>) -> String {
    mask(&reason.unwrap_or_default()).into_owned()
}

/// The columns of [`RECENT`].
type Columns = (
    NaiveDateTime,
    Option<NaiveDateTime>,
    String,
    Option<u8>,
    Option<String>,
    u64,
    u64,
    u64,
    Option<String>,
);

fn run(columns: Columns) -> RunRow {
    let (started_at, completed_at, status, exit_code, reason, processed, rejected, requests, hosts) =
        columns;
    RunRow {
        started_at: started_at.and_utc(),
        completed_at: completed_at.map(|moment| moment.and_utc()),
        status: Status::parse(&status),
        exit_code,
        reason: masked(reason),
        processed,
        rejected,
        requests,
        foreign_hosts: hosts.unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
    }
}
