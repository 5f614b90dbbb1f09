//! A month of stock, row by row: what the page's charts and forecasts are made of. Reads only.

use chrono::NaiveDate;
use mysql::Conn;
use mysql::prelude::Queryable;

use crate::inventory::Source;
use crate::store::database::error::StoreError;
use crate::store::database::rows::{self, read_row};
pub(crate) use crate::store::newest::newest_day;

/// As the rows are: to let the server group them, or to let it choose (it intersects two indexes),
/// takes several times as long.
const STOCK: &str = "
    SELECT product_id, stock_type, COALESCE(available_stock, 0)
    FROM inventory_data FORCE INDEX (idx_source_snapshot)
    WHERE source = ? AND snapshot_date = ?";

/// The same rows by where they lie: to read on is half the work of looking up each.
const STOCK_IN_PLACE: &str = "
    SELECT product_id, stock_type, COALESCE(available_stock, 0)
    FROM inventory_data FORCE INDEX (PRIMARY)
    WHERE id BETWEEN ? AND ? AND source = ? AND snapshot_date = ?";

/// Answered from the ends of an index.
const PLACE: &str =
    "SELECT MIN(id), MAX(id) FROM inventory_data WHERE source = ? AND snapshot_date = ?";

/// A day's rows lie together as its first sync wrote them, those of its later syncs behind the
/// other marketplace's. Where so many times as many numbers as rows lie between the first and the
/// last one, somebody has moved them about.
const SCATTERED: u64 = 4;

/// Hands over what could be sold on each day since `first`, row by row, the newest day first: day,
/// `product_id`, type, pieces.
pub(crate) fn stock_since(
    conn: &mut Conn,
    source: Source,
    first: NaiveDate,
    mut take: impl FnMut(NaiveDate, i64, &str, i64),
) -> Result<(), StoreError> {
    let Some(newest) = newest_day(conn, source)? else { return Ok(()) };
    let mut rows = 0;
    let days = std::iter::successors(Some(newest), NaiveDate::pred_opt);
    for day in days.take_while(|day| *day >= first) {
        let place: Option<(Option<i64>, Option<i64>)> =
            rows::first(conn, PLACE, (source.as_str(), day))?;
        let Some((Some(low), Some(high))) = place else { continue };
        let found = if high.abs_diff(low) < SCATTERED * rows {
            conn.exec_iter(STOCK_IN_PLACE, (low, high, source.as_str(), day))?
        } else {
            conn.exec_iter(STOCK, (source.as_str(), day))?
        };
        rows = 0;
        for row in found {
            let (product, stock_type, available): (_, String, _) = read_row(row?)?;
            take(day, product, &stock_type, available);
            rows += 1;
        }
    }
    Ok(())
}
