//! What the page asks of the tables: a month of stock, a week of runs, which products are listed where. Reads only.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use mysql::prelude::Queryable;
use mysql::{Conn, Value};

use super::products;
use crate::inventory::Source;
use crate::run::Status;
use crate::secret::mask;
use crate::store::database::bulk_load::placeholders;
use crate::store::database::error::StoreError;
use crate::store::database::rows::{self, read_row};
pub use crate::store::newest::newest_day;

/// As the rows are: to let the server group them, or to let it choose (it intersects two indexes), takes several times as long.
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

/// A day's rows lie together as its first sync wrote them, those of its later syncs behind the other marketplace's. Where so many times
/// as many numbers as rows lie between the first and the last one, somebody has moved them about.
const SCATTERED: u64 = 4;

const WAREHOUSES: &str = "
    SELECT stock_type, warehouse_name,
           CAST(COALESCE(SUM(available_stock), 0) AS SIGNED),
           CAST(COALESCE(SUM(reserved_stock), 0) AS SIGNED)
    FROM inventory_data FORCE INDEX (idx_source_snapshot)
    WHERE source = ? AND snapshot_date = ?
    GROUP BY stock_type, warehouse_name
    ORDER BY 3 DESC, warehouse_name";

/// An import by hand has the source `Manual`: whose stock it brought says `marketplace`, with which the index idx_marketplace_run begins.
const RUNS: &str = "
    SELECT started_at, NULLIF(completed_at, 0), status, exit_code, error_message
    FROM sync_logs
    WHERE marketplace = ? AND sync_type = 'inventory' AND started_at >= ?
    ORDER BY started_at DESC, id DESC
    LIMIT 1000";

/// Products per statement that asks for names.
const NAMES_AT_ONCE: usize = 500;

/// The stock of one type on one warehouse.
#[derive(Clone, Debug, PartialEq)]
pub struct Warehouse {
    /// The marketplace.
    pub source: Source,
    /// `FBO`, `FBS` or `realFBS`.
    pub stock_type: String,
    /// The warehouse, as the marketplace calls it.
    pub name: String,
    /// Pieces that can be sold.
    pub available: i64,
    /// Pieces set aside for orders.
    pub reserved: i64,
}

/// A run of a sync.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The marketplace.
    pub source: Source,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; `None` for one that never did.
    pub completed_at: Option<DateTime<Utc>>,
    /// How; `Failed` as long as it has not.
    pub status: Status,
    /// Its exit code; `None` for one that never ended.
    pub exit_code: Option<u8>,
    /// Why it stored nothing or rejected records.
    pub reason: Option<String>,
}

/// What people call a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductName {
    /// The name, if a marketplace has told one.
    pub name: Option<String>,
    /// The seller's article, or else the marketplace's code.
    pub article: String,
}

/// Hands over what could be sold on each day since `first`, row by row, the newest day first: day, `product_id`, type, pieces.
///
/// # Errors
/// [`StoreError::Database`].
pub fn stock_since(
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

/// The stock of a day by type and warehouse, the largest first.
///
/// # Errors
/// [`StoreError::Database`].
pub fn warehouses(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
) -> Result<Vec<Warehouse>, StoreError> {
    let read = |(stock_type, name, available, reserved)| Warehouse {
        source,
        stock_type,
        name,
        available,
        reserved,
    };
    rows::map(conn, WAREHOUSES, (source.as_str(), day), read)
}

/// The runs since a moment, the newest first, 1000 at most.
///
/// # Errors
/// [`StoreError::Database`].
pub fn runs(conn: &mut Conn, source: Source, since: DateTime<Utc>) -> Result<Vec<Run>, StoreError> {
    type Columns = (NaiveDateTime, Option<NaiveDateTime>, String, Option<u8>, Option<String>);
    let read = |(started_at, completed_at, status, exit_code, reason): Columns| Run {
        source,
        started_at: started_at.and_utc(),
        completed_at: completed_at.map(|moment| moment.and_utc()),
        status: Status::parse(&status),
        exit_code,
        reason: reason.map(|reason| mask(&reason).into_owned()),
    };
    rows::map(conn, RUNS, (source.as_str(), since.naive_utc()), read)
}

/// What the products are called.
///
/// # Errors
/// [`StoreError::Database`].
pub fn names(conn: &mut Conn, products: &[i64]) -> Result<HashMap<i64, ProductName>, StoreError> {
    let mut found = HashMap::new();
    for some in products.chunks(NAMES_AT_ONCE) {
        let ids: Vec<Value> = some.iter().map(|product| Value::from(*product)).collect();
        let mut names = products::names(conn, ids.clone())?;
        let articles = format!(
            "SELECT product_id, MIN(COALESCE(seller_article, sku)) FROM product_listings
             WHERE product_id IN {} GROUP BY product_id",
            placeholders(1, ids.len())
        );
        for (product, article) in rows::all(conn, articles, ids)? {
            found.insert(product, ProductName { name: names.remove(&product), article });
        }
    }
    Ok(found)
}
