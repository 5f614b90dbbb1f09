//! The runs of a marketplace, as `sync_logs` tells them.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use mysql::Conn;

use crate::failure::FailureKind;
use crate::inventory::Source;
use crate::run::Status;
use crate::secret::mask;
use crate::store::database::error::StoreError;
use crate::store::database::rows;

/// A log that people write into may hold dates of zeros, which are no dates: `NULLIF(…, 0)` here
/// and below. `marketplace` and not `source`, so that an import from a file counts for the
/// marketplace whose stock it brought. Runs of one marketplace never overlap, so the one that began
/// last has also ended last.
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

/// `marketplace` is also the column by which the index idx_marketplace_run has the runs in the
/// order of [`newest`].
const EACH: &str = "
    SELECT started_at, NULLIF(completed_at, 0), status, exit_code, failure_kind, error_message,
           COALESCE(records_processed, 0), COALESCE(records_rejected, 0), COALESCE(requests, 0), foreign_hosts
    FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND started_at >= ?";

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Runs {
    pub total: u64,
    pub succeeded: u64,
    /// Those that stored everything but rejected records.
    pub partial: u64,
    /// Those that stored nothing, also if they never finished.
    pub failed: u64,
    /// Those that may still go on: neither failed nor anything else yet.
    pub running: u64,
    /// Of those that stored something, in seconds.
    pub average_duration_seconds: Option<f64>,
    pub records_rejected: u64,
    pub requests: u64,
    /// Bytes received.
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunRow {
    pub source: Source,
    pub started_at: DateTime<Utc>,
    /// When it ended; `None` for one that goes on or died.
    pub completed_at: Option<DateTime<Utc>>,
    /// How it ended; `Failed` as long as it has not.
    pub status: Status,
    pub exit_code: Option<u8>,
    /// What kind of failure it was; `None` for one that did not fail, goes on or died.
    pub(crate) failure_kind: Option<FailureKind>,
    /// Why it failed, or what it rejected.
    pub reason: String,
    pub processed: u64,
    pub rejected: u64,
    pub requests: u64,
    pub foreign_hosts: Vec<String>,
}

impl RunRow {
    pub(crate) fn stored(&self) -> bool {
        self.status != Status::Failed && self.completed_at.is_some()
    }

    /// How long it took, in seconds.
    pub(crate) fn seconds(&self) -> Option<i64> {
        self.completed_at.map(|end| (end - self.started_at).num_seconds().max(0))
    }
}

pub(crate) fn last_success(
    conn: &mut Conn,
    source: Source,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let moment: Option<NaiveDateTime> = rows::first(conn, LAST_SUCCESS, (source.as_str(),))?;
    Ok(moment.map(|moment| moment.and_utc()))
}

pub(crate) fn runs(
    conn: &mut Conn,
    source: Source,
    since: DateTime<Utc>,
) -> Result<Runs, StoreError> {
    let row = rows::first(conn, RUNS, (source.as_str(), since.naive_utc()))?;
    Ok(row.map_or_else(Runs::default, |row| {
        let (total, succeeded, partial, failed, average, records_rejected, requests, bytes) = row;
        Runs {
            total,
            succeeded,
            partial,
            failed,
            // Seen by whoever has the runs themselves.
            running: 0,
            average_duration_seconds: average,
            records_rejected,
            requests,
            bytes,
        }
    }))
}

/// How many runs [`recent_runs`] looks back at most.
pub(crate) const RECENT_RUNS: usize = 500;

/// The last [`RECENT_RUNS`] runs of a marketplace, the newest first, without imports of files: what
/// a person brings says nothing about how the marketplace answers.
pub(crate) fn recent_runs(conn: &mut Conn, source: Source) -> Result<Vec<RunRow>, StoreError> {
    newest(conn, source, DateTime::UNIX_EPOCH, "source <> 'Manual'", RECENT_RUNS)
}

/// The failed runs of a marketplace since a moment, the newest first, 1000 at most.
pub(crate) fn failures(
    conn: &mut Conn,
    source: Source,
    since: DateTime<Utc>,
) -> Result<Vec<RunRow>, StoreError> {
    newest(conn, source, since, "status = 'failed'", 1000)
}

/// All runs of a marketplace since a moment, the newest first, 1000 at most.
pub(crate) fn runs_since(
    conn: &mut Conn,
    source: Source,
    since: DateTime<Utc>,
) -> Result<Vec<RunRow>, StoreError> {
    newest(conn, source, since, "TRUE", 1000)
}

fn newest(
    conn: &mut Conn,
    source: Source,
    since: DateTime<Utc>,
    which: &str,
    most: usize,
) -> Result<Vec<RunRow>, StoreError> {
    let statement = format!("{EACH} AND {which} ORDER BY started_at DESC, id DESC LIMIT ?");
    // A date of zeros, which a log that people write into may hold, lies before it.
    let since = since.max(DateTime::UNIX_EPOCH + TimeDelta::seconds(1));
    rows::map(conn, statement, (source.as_str(), since.naive_utc(), most), |row| run(source, row))
}

type Columns = (
    NaiveDateTime,
    Option<NaiveDateTime>,
    String,
    Option<u8>,
    Option<String>,
    Option<String>,
    u64,
    u64,
    u64,
    Option<String>,
);

fn run(source: Source, columns: Columns) -> RunRow {
    let (started, ended, status, exit_code, kind, reason, processed, rejected, requests, hosts) =
        columns;
    let status = Status::parse(&status);
    RunRow {
        source,
        started_at: started.and_utc(),
        completed_at: ended.map(|moment| moment.and_utc()),
        status,
        exit_code,
        failure_kind: kind_of(status, kind.as_deref(), exit_code),
        // What was stored before a key was known here may hold it.
        reason: mask(&reason.unwrap_or_default()).into_owned(),
        processed,
        rejected,
        requests,
        foreign_hosts: hosts.unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
    }
}

/// A row from before the column, or of a newer stocksync's kind, has its exit code still.
fn kind_of(status: Status, kind: Option<&str>, exit_code: Option<u8>) -> Option<FailureKind> {
    let known = FailureKind::ALL.into_iter().find(|known| Some(known.as_str()) == kind);
    let kind = known.or(exit_code.map(FailureKind::of_code));
    kind.filter(|_| status == Status::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(status: &str, exit_code: Option<u8>, kind: Option<&str>) -> RunRow {
        let began = "2026-11-23T06:00:00Z".parse::<DateTime<Utc>>().unwrap().naive_utc();
        let ended = exit_code.map(|_| began + TimeDelta::seconds(90));
        let hosts = Some("a.example  b.example".to_owned());
        let kind = kind.map(str::to_owned);
        run(Source::Ozon, (began, ended, status.to_owned(), exit_code, kind, None, 10, 1, 5, hosts))
    }

    #[test]
    fn the_kind_of_a_failure_is_the_columns_or_else_told_from_the_exit_code() {
        let kind = |status, code, kind| row(status, code, kind).failure_kind;
        let link = Some(FailureKind::UntrustedLink);
        assert_eq!(kind("failed", Some(65), Some("untrusted_link")), link);
        assert_eq!(kind("failed", Some(65), None), Some(FailureKind::NotStockData));
        assert_eq!(
            kind("failed", Some(77), Some("of a newer one")),
            Some(FailureKind::KeyRejected)
        );
        assert_eq!(kind("failed", None, None), None, "it goes on or died");
        assert_eq!(kind("partial", Some(3), None), None);
    }

    #[test]
    fn a_run_without_an_end_has_stored_nothing_whatever_its_status() {
        assert!(row("success", Some(0), None).stored() && row("partial", Some(3), None).stored());
        assert!(!row("success", None, None).stored() && !row("failed", Some(69), None).stored());
        assert_eq!(row("success", Some(0), None).seconds(), Some(90));
        assert_eq!(row("success", None, None).seconds(), None);
        assert_eq!(row("success", Some(0), None).foreign_hosts, ["a.example", "b.example"]);
    }
}
