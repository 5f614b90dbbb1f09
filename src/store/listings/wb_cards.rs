//! The table `wb_card_sizes`: what Wildberries' cards say, kept page by page in transactions of its
//! own (names are not stock), and how far the reading has come. What the listings take over from it
//! is read by `known::learned`.

use std::collections::HashMap;

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Value};

use crate::inventory::card::{CardCursor, CardSize};
use crate::store::database::bulk_load::placeholders;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::state;

const CURSOR_NAME: &str = "wb_cards_cursor";

/// The last day on which the cards were read to their end.
const READ_ON_NAME: &str = "wb_cards_read_on";

const PENDING: &str = "
    SELECT DISTINCT sku FROM wb_card_sizes
    WHERE pending = 1 AND sku > ?
    ORDER BY sku
    LIMIT ?";

const TAKEN_OVER: &str = "UPDATE wb_card_sizes SET pending = 0 WHERE pending = 1";

/// Rows of one statement.
const BATCH: usize = 500;

/// Behind which card the next page begins.
pub(crate) fn cursor(conn: &mut Conn) -> Result<Option<CardCursor>, StoreError> {
    let value = state::get(conn, CURSOR_NAME)?;
    Ok(value.as_deref().and_then(parse_cursor))
}

pub(crate) fn were_read_on(conn: &mut Conn, day: NaiveDate) -> Result<bool, StoreError> {
    let value = state::get(conn, READ_ON_NAME)?;
    Ok(value.is_some_and(|value| value.trim() == day.to_string()))
}

pub(crate) fn set_read_on(conn: &mut Conn, day: NaiveDate) -> Result<(), StoreError> {
    state::set(conn, READ_ON_NAME, &day.to_string())
}

/// A value that somebody mistyped is as good as none: then all cards are read again.
fn parse_cursor(value: &str) -> Option<CardCursor> {
    let (updated_at, nm_id) = value.trim().rsplit_once(' ')?;
    Some(CardCursor { updated_at: updated_at.to_owned(), nm_id: nm_id.parse().ok()? })
}

/// Keeps what a page of cards says in place of what the same cards said before, and where the next
/// one begins. A transaction of its own.
pub(crate) fn keep(
    conn: &mut Conn,
    nm_ids: &[String],
    sizes: &[CardSize],
    cursor: Option<&CardCursor>,
) -> Result<(), StoreError> {
    conn.query_drop("START TRANSACTION")?;
    for nm_ids in nm_ids.chunks(BATCH) {
        let statement =
            format!("DELETE FROM wb_card_sizes WHERE sku IN {}", placeholders(1, nm_ids.len()));
        conn.exec_drop(statement, nm_ids.iter().map(Value::from).collect::<Vec<_>>())?;
    }
    for sizes in sizes.chunks(BATCH) {
        // A card that moves up while the pages are read is on two of them, even on one: the later
        // word counts.
        let statement = format!(
            "REPLACE INTO wb_card_sizes (sku, size_id, barcodes, seller_article, name, size_name) VALUES {}",
            placeholders(sizes.len(), 6)
        );
        let values: Vec<Value> = sizes
            .iter()
            .flat_map(|size| {
                [
                    Value::from(&size.nm_id),
                    Value::from(&size.chrt_id),
                    Value::from(size.barcodes.join("\n")),
                    Value::from(&size.seller_article),
                    Value::from(&size.name),
                    Value::from(&size.size_name),
                ]
            })
            .collect();
        conn.exec_drop(statement, values)?;
    }
    if let Some(CardCursor { updated_at, nm_id }) = cursor {
        state::set(conn, CURSOR_NAME, &format!("{updated_at} {nm_id}"))?;
    }
    Ok(conn.query_drop("COMMIT")?)
}

pub(crate) fn sizes_of(
    conn: &mut Conn,
    nm_ids: &[&str],
) -> Result<HashMap<String, Vec<CardSize>>, StoreError> {
    let mut cards: HashMap<String, Vec<CardSize>> = HashMap::new();
    for nm_ids in nm_ids.chunks(BATCH) {
        let statement = format!(
            "SELECT sku, size_id, barcodes, seller_article, name, size_name FROM wb_card_sizes WHERE sku IN {}",
            placeholders(1, nm_ids.len())
        );
        let values: Vec<Value> = nm_ids.iter().map(|nm_id| (*nm_id).into()).collect();
        let read = |(nm_id, chrt_id, barcodes, seller_article, name, size_name)| {
            let barcodes: String = barcodes;
            let barcodes = barcodes.lines().map(str::to_owned).collect();
            CardSize { nm_id, chrt_id, barcodes, seller_article, name, size_name }
        };
        for size in rows::map(conn, statement, values, read)? {
            cards.entry(size.nm_id.clone()).or_default().push(size);
        }
    }
    Ok(cards)
}

/// The next cards behind `after` that the listings have not taken over yet, at most 500.
pub(crate) fn pending(conn: &mut Conn, after: &str) -> Result<Vec<String>, StoreError> {
    rows::all(conn, PENDING, (after, BATCH))
}

pub(crate) fn taken_over(conn: &mut Conn) -> Result<(), StoreError> {
    Ok(conn.query_drop(TAKEN_OVER)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_time_and_a_card() {
        let cursor = CardCursor { updated_at: "2023-12-06T11:17:00.96577Z".into(), nm_id: 12 };
        assert_eq!(parse_cursor("2023-12-06T11:17:00.96577Z 12"), Some(cursor));
        assert_eq!(parse_cursor("2023-12-06T11:17:00.96577Z"), None);
    }
}
