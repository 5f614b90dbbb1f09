//! Read-only questions of report, check-freshness and the alerts, one file per subject.
//! Returns values, never sentences; no sync depends on it.

pub(crate) mod history;
pub(crate) mod products;
pub(crate) mod runs;
pub(crate) mod stock;

use mysql::Conn;
use mysql::prelude::Queryable;

pub(crate) use runs::{
    RECENT_RUNS, RunRow, Runs, failures, last_success, recent_runs, runs, runs_since,
};
pub(crate) use stock::{
    ListingStock, NewestSnapshot, SnapshotCheck, WarehouseStock, days, doubts, listing_names,
    listings, warehouses,
};

use super::database::error::StoreError;

/// Holds one state of the database for all questions that follow on this connection: a sync that
/// commits in between would otherwise make its own log row and its own rows disagree.
pub(crate) fn begin_consistent_read(conn: &mut Conn) -> Result<(), StoreError> {
    conn.query_drop("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")?;
    Ok(conn.query_drop("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")?)
}

pub(crate) fn end_consistent_read(conn: &mut Conn) -> Result<(), StoreError> {
    Ok(conn.query_drop("COMMIT")?)
}
