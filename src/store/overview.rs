//! What `check-freshness` and `report` ask of the tables. Reads only.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use mysql::Conn;
use mysql::prelude::Queryable;

use super::error::StoreError;
use crate::inventory::Source;

/// `marketplace` and not `source`, so that an import from a file counts for the marketplace whose stock it brought.
const LAST_SUCCESS: &str = "
    SELECT MAX(completed_at) FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND status IN ('success', 'partial')";

const RUNS: &str = "
    SELECT COUNT(*),
           CAST(COALESCE(SUM(status = 'success'), 0) AS SIGNED),
           CAST(COALESCE(SUM(status = 'partial'), 0) AS SIGNED),
           CAST(COALESCE(SUM(status = 'failed'), 0) AS SIGNED),
           CAST(AVG(IF(status <> 'failed', TIMESTAMPDIFF(SECOND, started_at, completed_at), NULL)) AS DOUBLE),
           CAST(COALESCE(SUM(records_rejected), 0) AS SIGNED),
           CAST(COALESCE(SUM(requests), 0) AS SIGNED),
           CAST(COALESCE(SUM(bytes), 0) AS SIGNED)
    FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND started_at >= ?";

const FAILURES: &str = "
    SELECT started_at, completed_at IS NOT NULL, exit_code, error_message FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND status = 'failed' AND started_at >= ?
    ORDER BY started_at DESC, id DESC
    LIMIT 20";

const NEWEST_DAY: &str = "SELECT MAX(snapshot_date) FROM inventory_data WHERE source = ?";

const STOCK: &str = "
    SELECT stock_type, warehouse_name,
           COUNT(*),
           CAST(COALESCE(SUM(available_stock), 0) AS SIGNED),
           CAST(COALESCE(SUM(reserved_stock), 0) AS SIGNED),
           CAST(COALESCE(SUM(in_way_to_client), 0) AS SIGNED),
           CAST(COALESCE(SUM(in_way_from_client), 0) AS SIGNED)
    FROM inventory_data
    WHERE source = ? AND snapshot_date = ?
    GROUP BY stock_type, warehouse_name
    ORDER BY stock_type, SUM(current_stock) DESC, warehouse_name";

const PRODUCTS: &str = "
    SELECT COUNT(*), CAST(COALESCE(SUM(stock > 0), 0) AS SIGNED) FROM (
        SELECT SUM(current_stock) AS stock FROM inventory_data
        WHERE source = ? AND snapshot_date = ?
        GROUP BY sku, size_id
    ) AS product";

const CONTRADICTIONS: &str = "
    SELECT COUNT(*) FROM inventory_data
    WHERE source = ? AND snapshot_date = ?
      AND (NOT (current_stock <=> available_stock + reserved_stock)
           OR NOT (quantity_present <=> current_stock)
           OR NOT (quantity_reserved <=> reserved_stock)
           OR available_stock < 0 OR reserved_stock < 0 OR in_way_to_client < 0 OR in_way_from_client < 0)";

const NEWEST_WRITE: &str = "
    SELECT snapshot_date, rows_total, stock_total FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND status IN ('success', 'partial')
    ORDER BY completed_at DESC, id DESC
    LIMIT 1";

const ROWS_AND_STOCK: &str = "
    SELECT COUNT(*), CAST(COALESCE(SUM(current_stock), 0) AS SIGNED) FROM inventory_data
    WHERE source = ? AND snapshot_date = ?";

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

/// The stock of one type on one warehouse.
#[derive(Clone, Debug, PartialEq)]
pub struct WarehouseStock {
    /// `FBO`, `FBS` or `realFBS`.
    pub stock_type: String,
    /// The warehouse.
    pub warehouse_name: String,
    /// Rows of the snapshot.
    pub rows: u64,
    /// Pieces.
    pub available: i64,
    /// Pieces.
    pub reserved: i64,
    /// Pieces.
    pub in_way_to_client: i64,
    /// Pieces.
    pub in_way_from_client: i64,
}

/// The newest snapshot of one marketplace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewestSnapshot {
    /// Its day; `None` if there has never been one.
    pub day: Option<NaiveDate>,
    /// Products in it (listings).
    pub products: u64,
    /// Those of them with something available or reserved.
    pub products_with_stock: u64,
    /// Its stock, by type and warehouse.
    pub warehouses: Vec<WarehouseStock>,
}

/// What speaks against a snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doubts {
    /// Rows whose numbers contradict each other or are negative.
    pub contradictory_rows: u64,
    /// What the newest successful run says it left: day, rows, pieces in stock.
    pub stated: Option<(NaiveDate, u64, i64)>,
    /// What is there of that day: rows, pieces in stock.
    pub found: Option<(u64, i64)>,
}

/// When stock of this marketplace was last stored.
pub fn last_success(conn: &mut Conn, source: Source) -> Result<Option<DateTime<Utc>>, StoreError> {
    let moment: Option<Option<NaiveDateTime>> =
        conn.exec_first(LAST_SUCCESS, (source.as_str(),))?;
    Ok(moment.flatten().map(|moment| moment.and_utc()))
}

/// The runs of a marketplace since a moment.
pub fn runs(conn: &mut Conn, source: Source, since: DateTime<Utc>) -> Result<Runs, StoreError> {
    let row = conn.exec_first(RUNS, (source.as_str(), since.naive_utc()))?;
    Ok(row.map_or_else(Runs::default, |row| {
        let (
            total,
            succeeded,
            partial,
            failed,
            average_duration_seconds,
            records_rejected,
            requests,
            bytes,
        ) = row;
        Runs {
            total,
            succeeded,
            partial,
            failed,
            average_duration_seconds,
            records_rejected,
            requests,
            bytes,
        }
    }))
}

/// The failed runs of a marketplace since a moment, the newest first, 20 at most.
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
                reason: reason.unwrap_or_default(),
            }
        };
    Ok(conn.exec_map(FAILURES, (source.as_str(), since.naive_utc()), read)?)
}

/// The newest snapshot of a marketplace.
pub fn newest_snapshot(conn: &mut Conn, source: Source) -> Result<NewestSnapshot, StoreError> {
    let day: Option<Option<NaiveDate>> = conn.exec_first(NEWEST_DAY, (source.as_str(),))?;
    let Some(day) = day.flatten() else { return Ok(NewestSnapshot::default()) };
    let read = |(
        stock_type,
        warehouse_name,
        rows,
        available,
        reserved,
        in_way_to_client,
        in_way_from_client,
    )| {
        WarehouseStock {
            stock_type,
            warehouse_name,
            rows,
            available,
            reserved,
            in_way_to_client,
            in_way_from_client,
        }
    };
    let warehouses = conn.exec_map(STOCK, (source.as_str(), day), read)?;
    let (products, products_with_stock) =
        conn.exec_first(PRODUCTS, (source.as_str(), day))?.unwrap_or((0, 0));
    Ok(NewestSnapshot { day: Some(day), products, products_with_stock, warehouses })
}

/// Looks for what speaks against a marketplace's newest snapshot.
pub fn doubts(conn: &mut Conn, source: Source) -> Result<Doubts, StoreError> {
    let mut doubts = Doubts::default();
    let day: Option<Option<NaiveDate>> = conn.exec_first(NEWEST_DAY, (source.as_str(),))?;
    if let Some(day) = day.flatten() {
        doubts.contradictory_rows =
            conn.exec_first(CONTRADICTIONS, (source.as_str(), day))?.unwrap_or(0);
    }
    let stated: Option<(Option<NaiveDate>, Option<u64>, Option<i64>)> =
        conn.exec_first(NEWEST_WRITE, (source.as_str(),))?;
    if let Some((Some(day), Some(rows), Some(stock))) = stated {
        doubts.stated = Some((day, rows, stock));
        doubts.found = conn.exec_first(ROWS_AND_STOCK, (source.as_str(), day))?;
    }
    Ok(doubts)
}
