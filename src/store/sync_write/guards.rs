//! What a pull must not do to the stock that is there: replace kinds of stock that it cannot tell
//! of, or shrink it beyond belief. Only looks and says.

use chrono::NaiveDate;
use mysql::Conn;

use super::order::Order;
use crate::failure::{Exit, Failure};
use crate::inventory::shrink::shrinks_too_much;
use crate::inventory::{Source, StockType};
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::newest::Baseline;
use crate::text::counted;

const ROWS_BY_TYPE: &str = "
    SELECT CAST(stock_type AS CHAR), COUNT(*) FROM inventory_data
    WHERE source = ? AND snapshot_date = ?
    GROUP BY stock_type
    ORDER BY stock_type";

/// Takes eight times as long as the number of rows, which an index alone answers.
const LISTINGS_WITH_STOCK: &str = "
    SELECT COUNT(*) FROM (
        SELECT 1 FROM inventory_data
        WHERE source = ? AND snapshot_date = ? AND current_stock > 0
        GROUP BY sku, size_id
    ) AS with_stock";

/// Why the pull must not be written, if there is a reason.
pub(super) fn refusal(
    conn: &mut Conn,
    order: &Order<'_>,
    baseline: &Baseline,
) -> Result<Option<Failure>, StoreError> {
    let Baseline { source, day, .. } = *baseline;
    if !order.full
        && order.can_hold != StockType::ALL
        && let Some(beyond) = stock_beyond(conn, source, day, order.can_hold)?
    {
        let message = format!(
            "{source}: the snapshot of {day} holds {beyond}, and this file can hold {} only: refused, nothing was \
                 changed; a sync without --file brings all of it, and if the day's snapshot shall be this file alone \
                 run again with --full",
            names(order.can_hold).join(" and ")
        );
        return Ok(Some(Failure::new(Exit::Unsound, message)));
    }
    let (Some(max_shrink), Some(newest)) = (order.max_shrink, baseline.newest_day) else {
        return Ok(None);
    };
    let before = match baseline.stated_listings {
        Some(stated) => stated,
        None => rows::first(conn, LISTINGS_WITH_STOCK, (source.as_str(), newest))?.unwrap_or(0),
    };
    let now = order.snapshot.totals.listings_with_stock;
    Ok(shrinks_too_much(before, now, max_shrink).then(|| {
        let message = format!(
            "{source} answered {} with stock where the snapshot of {newest} has {before}: refused, nothing was \
             changed; look at the marketplace, and if that is the truth run again with --accept-shrink",
            counted(now, "product")
        );
        Failure::new(Exit::Unsound, message)
    }))
}

/// What the snapshot of `day` holds beyond the kinds `can_hold`: `3 rows of FBS`. `None` if
/// nothing. The shrink guard does not see those rows, as it counts listings.
pub(crate) fn stock_beyond(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    can_hold: &[StockType],
) -> Result<Option<String>, StoreError> {
    Ok(beyond(&rows::all(conn, ROWS_BY_TYPE, (source.as_str(), day))?, can_hold))
}

fn beyond(stored: &[(String, u64)], can_hold: &[StockType]) -> Option<String> {
    let names = names(can_hold);
    let beyond: Vec<String> = stored
        .iter()
        .filter(|(stock_type, _)| !names.contains(&stock_type.as_str()))
        .map(|(stock_type, count)| format!("{} of {stock_type}", counted(*count, "row")))
        .collect();
    (!beyond.is_empty()).then(|| beyond.join(" and "))
}

fn names(stock_types: &[StockType]) -> Vec<&str> {
    stock_types.iter().map(|stock_type| stock_type.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(stored: &[(&str, u64)], can_hold: &[StockType]) -> Option<String> {
        let stored: Vec<_> =
            stored.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect();
        beyond(&stored, can_hold)
    }

    #[test]
    fn a_pull_of_one_kind_is_told_of_rows_of_another() {
        let beyond = |can_hold| foreign(&[("FBO", 3), ("FBS", 1)], can_hold);
        assert_eq!(beyond(&[StockType::Fbo]).as_deref(), Some("1 row of FBS"));
        assert_eq!(beyond(&[]).as_deref(), Some("3 rows of FBO and 1 row of FBS"));
    }

    #[test]
    fn rows_of_its_own_kind_or_none_are_replaced() {
        assert_eq!(foreign(&[("FBO", 3)], &[StockType::Fbo]), None);
        assert_eq!(foreign(&[], &[StockType::Fbs]), None);
        assert_eq!(foreign(&[("FBO", 3), ("FBS", 2)], &StockType::ALL), None);
    }
}
