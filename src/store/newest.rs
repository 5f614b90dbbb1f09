//! What the newest runs of a marketplace say of themselves in `sync_logs`. Reads only, and believes nothing that cannot be: an old
//! importer or a person may have written the rows.

use chrono::NaiveDate;
use mysql::Conn;

use super::database::error::StoreError;
use super::database::rows;
use crate::inventory::Source;
use crate::run::Status;

const STORED_LAST: &str = "
    SELECT NULLIF(snapshot_date, 0), rows_total, stock_total, products_with_stock FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND status IN ('success', 'partial')
      AND NULLIF(completed_at, 0) IS NOT NULL
    ORDER BY started_at DESC, id DESC
    LIMIT 1";

const NEWEST: &str = "
    SELECT status, NULLIF(completed_at, 0) IS NOT NULL
    FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory'
    ORDER BY started_at DESC, id DESC
    LIMIT 1";

/// What the run that stored last said that it left; `None` for what cannot be, in a row that somebody else has written.
pub struct StoredLast {
    /// The snapshot's day.
    pub day: Option<NaiveDate>,
    /// Its rows.
    pub rows: Option<u64>,
    /// Its pieces, reserved ones included.
    pub stock: Option<i64>,
    /// Its listings of which anything is in stock.
    pub products_with_stock: Option<u64>,
}

/// The newest run of a marketplace that stored; `None` if none ever has.
///
/// # Errors
/// [`StoreError::Database`].
pub fn stored_last(conn: &mut Conn, source: Source) -> Result<Option<StoredLast>, StoreError> {
    let stored = rows::first(conn, STORED_LAST, (source.as_str(),))?;
    let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    Ok(stored.map(|(day, rows, stock, products_with_stock)| StoredLast {
        day,
        rows: count(rows),
        stock,
        products_with_stock: count(products_with_stock),
    }))
}

/// Whether the newest run of a marketplace asks for another try: it failed, was partial or never finished.
///
/// # Errors
/// [`StoreError::Database`].
pub fn newest_needs_retry(conn: &mut Conn, source: Source) -> Result<bool, StoreError> {
    let newest: Option<(String, bool)> = rows::first(conn, NEWEST, (source.as_str(),))?;
    Ok(newest
        .is_some_and(|(status, finished)| !finished || Status::parse(&status) != Status::Success))
}
