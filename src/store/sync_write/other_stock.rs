//! What a pull would take away without a word: the day's rows of a kind of stock that it
//! cannot tell of. The shrink guard does
//! not see them, as it counts listings. Only looks and says; what becomes of the pull is up to the write.

use chrono::NaiveDate;
use mysql::Conn;

use crate::failure::{Exit, Failure};
use crate::inventory::{Source, StockType};
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::text::counted;

const ROWS_BY_TYPE: &str = "
    SELECT CAST(stock_type AS CHAR), COUNT(*) FROM inventory_data
    WHERE source = ? AND snapshot_date = ?
    GROUP BY stock_type
    ORDER BY stock_type";

/// What the snapshot of `day` holds beyond the kinds `can_hold`: `3 rows of FBS`. `None` if nothing.
///
/// # Errors
/// [`StoreError::Database`].
pub fn beyond(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    can_hold: &[StockType],
) -> Result<Option<String>, StoreError> {
    let names: Vec<&str> = can_hold.iter().map(|stock_type| stock_type.as_str()).collect();
    let rows: Vec<(String, u64)> = rows::all(conn, ROWS_BY_TYPE, (source.as_str(), day))?;
    let beyond = rows.iter().filter(|(stock_type, _)| !names.contains(&stock_type.as_str()));
    let beyond: Vec<String> = beyond
        .map(|(stock_type, count)| format!("{} of {stock_type}", counted(*count, "row")))
        .collect();
    Ok((!beyond.is_empty()).then(|| beyond.join(" and ")))
}

/// Why a file that can hold only `can_hold` must not replace the snapshot of `day`. `None` if it may.
pub(crate) fn refusal(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    can_hold: &[StockType],
) -> Result<Option<Failure>, StoreError> {
    if can_hold == StockType::ALL {
        return Ok(None);
    }
    let Some(beyond) = beyond(conn, source, day, can_hold)? else { return Ok(None) };
    let names: Vec<&str> = can_hold.iter().map(|stock_type| stock_type.as_str()).collect();
    let message = format!(
        "{source}: the snapshot of {day} holds {beyond}, and this file can hold {} only: refused, nothing was changed; a sync \
         without --file brings all of it, and if the day's snapshot shall be this file alone run again with --full",
        names.join(" and ")
    );
    Ok(Some(Failure::new(Exit::Unsound, message)))
}
