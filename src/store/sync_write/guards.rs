//! What a pull must not do to the stock that is there: replace kinds of stock that it cannot tell of, or shrink it beyond
//! belief. Only looks and says.

use mysql::Conn;

use super::order::Order;
use crate::failure::{Exit, Failure};
use crate::inventory::StockType;
use crate::inventory::shrink::shrinks_too_much;
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
    if !order.full && order.can_hold != StockType::ALL {
        let stored: Vec<(String, u64)> = rows::all(conn, ROWS_BY_TYPE, (source.as_str(), day))?;
        if let Some(foreign) = foreign_stock(&stored, order.can_hold) {
            let message = format!("{source}: the snapshot of {day} {foreign}");
            return Ok(Some(Failure::new(Exit::Unsound, message)));
        }
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

/// What the day's rows (their number by kind of stock) hold beyond the kinds that a file can tell of. The shrink guard does not
/// see those, as it counts listings.
fn foreign_stock(stored: &[(String, u64)], can_hold: &[StockType]) -> Option<String> {
    let names: Vec<&str> = can_hold.iter().map(|stock_type| stock_type.as_str()).collect();
    let beyond: Vec<String> = stored
        .iter()
        .filter(|(stock_type, _)| !names.contains(&stock_type.as_str()))
        .map(|(stock_type, count)| format!("{} of {stock_type}", counted(*count, "row")))
        .collect();
    (!beyond.is_empty()).then(|| {
        format!(
            "holds {}, and this file can hold {} only: refused, nothing was changed; a sync without --file brings all of \
             it, and if the day's snapshot shall be this file alone run again with --full",
            beyond.join(" and "),
            names.join(" and ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(stored: &[(&str, u64)], can_hold: &[StockType]) -> Option<String> {
        let stored: Vec<_> =
            stored.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect();
        foreign_stock(&stored, can_hold)
    }

    #[test]
    fn a_file_of_one_kind_does_not_replace_rows_of_another() {
        let text = foreign(&[("FBO", 3), ("FBS", 1)], &[StockType::Fbo]).unwrap();
        assert!(text.starts_with("holds 1 row of FBS, and this file can hold FBO only"), "{text}");
        let text = foreign(&[("FBO", 3), ("FBS", 2)], &[]).unwrap();
        assert!(text.starts_with("holds 3 rows of FBO and 2 rows of FBS, "), "{text}");
    }

    #[test]
    fn rows_of_its_own_kind_or_none_are_replaced() {
        assert_eq!(foreign(&[("FBO", 3)], &[StockType::Fbo]), None);
        assert_eq!(foreign(&[], &[StockType::Fbs]), None);
        assert_eq!(foreign(&[("FBO", 3), ("FBS", 2)], &StockType::ALL), None);
    }
}
