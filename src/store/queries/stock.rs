//! The newest snapshots of a marketplace, as `inventory_data` and `product_listings` hold them.

use std::collections::HashMap;

use chrono::NaiveDate;
use mysql::Conn;

use crate::inventory::Source;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::newest::newest_day;
use crate::store::newest::{StoredLast, stored_last};

/// Answered from the ends of the index idx_source_snapshot, however long the history is.
const DAY_BEFORE: &str = "
    SELECT NULLIF(day, 0)
    FROM (SELECT MAX(snapshot_date) AS day FROM inventory_data WHERE source = ? AND snapshot_date < ?) AS before_newest";

const WAREHOUSES: &str = "
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

const CLUSTERS: &str =
    "SELECT warehouse_name, cluster FROM dim_warehouses WHERE source = ? AND cluster IS NOT NULL";

/// In the order of uk_inventory_identity, so that grouping needs no temporary table.
const LISTINGS: &str = "
    SELECT sku, size_id, CAST(COALESCE(SUM(current_stock), 0) AS SIGNED)
    FROM inventory_data
    WHERE source = ? AND snapshot_date = ?
    GROUP BY sku, size_id
    ORDER BY sku, size_id";

const DOUBTS: &str = "
    SELECT COUNT(*),
           CAST(COALESCE(SUM(current_stock), 0) AS SIGNED),
           CAST(COALESCE(SUM(
               NOT (current_stock <=> available_stock + reserved_stock)
               OR NOT (quantity_present <=> current_stock)
               OR NOT (quantity_reserved <=> reserved_stock)), 0) AS SIGNED),
           CAST(COALESCE(SUM(
               available_stock < 0 OR reserved_stock < 0
               OR in_way_to_client < 0 OR in_way_from_client < 0), 0) AS SIGNED)
    FROM inventory_data
    WHERE source = ? AND snapshot_date = ?";

/// Impossible as long as uk_inventory_identity is there; somebody may have dropped it.
const DUPLICATES: &str = "
    SELECT CAST(COALESCE(SUM(copies - 1), 0) AS SIGNED) FROM (
        SELECT COUNT(*) AS copies FROM inventory_data
        WHERE source = ? AND snapshot_date = ?
        GROUP BY sku, size_id, warehouse_name, stock_type
        HAVING COUNT(*) > 1
    ) AS twins";

const NAME: &str = "SELECT name FROM product_listings WHERE source = ? AND sku = ? AND size_id = ?";

/// The two newest snapshots of a marketplace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The newest; `None` if there has never been one.
    pub newest: Option<NaiveDate>,
    /// The one before.
    pub before: Option<NaiveDate>,
}

/// The stock of one type on one warehouse.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WarehouseStock {
    /// `FBO`, `FBS` or `realFBS`.
    pub stock_type: String,
    /// The warehouse.
    pub warehouse_name: String,
    /// Ozon's cluster, where it is known.
    pub cluster: Option<String>,
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

impl WarehouseStock {
    /// All of them together.
    pub fn sum<'a>(warehouses: impl IntoIterator<Item = &'a Self>) -> Self {
        warehouses.into_iter().fold(Self::default(), |mut sum, one| {
            sum.rows += one.rows;
            sum.available += one.available;
            sum.reserved += one.reserved;
            sum.in_way_to_client += one.in_way_to_client;
            sum.in_way_from_client += one.in_way_from_client;
            sum
        })
    }

    /// Pieces that are there, reserved ones included.
    pub fn present(&self) -> i64 {
        self.available.saturating_add(self.reserved)
    }
}

/// One listing's stock over all warehouses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingStock {
    /// Ozon: the seller's article; Wildberries: `nmId`.
    pub sku: String,
    /// Wildberries: `chrtId` or barcode; Ozon: empty.
    pub size_id: String,
    /// Pieces, reserved ones included.
    pub pieces: i64,
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
    /// The newest snapshot's day.
    pub day: Option<NaiveDate>,
    /// Its rows whose numbers contradict each other.
    pub contradictory_rows: u64,
    /// Its rows with a number below zero.
    pub negative_rows: u64,
    /// Its rows that repeat another one's identity.
    pub duplicate_rows: u64,
    /// Whether some run says it stored stock.
    pub written: bool,
    /// What the newest of these says it left: day, rows, pieces in stock.
    pub stated: Option<(NaiveDate, u64, i64)>,
    /// What is there of that day: rows, pieces in stock.
    pub found: Option<(u64, i64)>,
}

impl Doubts {
    /// Whether the newest run stored that there is no stock at all.
    pub fn is_empty(&self) -> bool {
        self.stated.is_some_and(|(day, rows, _)| Some(day) == self.day && rows == 0)
    }
}

/// The days of the two newest snapshots; only the newest may hold nothing.
///
/// # Errors
/// [`StoreError::Database`].
pub fn days(conn: &mut Conn, source: Source) -> Result<Days, StoreError> {
    let Some(newest) = newest_day(conn, source)? else { return Ok(Days::default()) };
    let before: Option<Option<NaiveDate>> =
        rows::first(conn, DAY_BEFORE, (source.as_str(), newest))?;
    Ok(Days { newest: Some(newest), before: before.flatten() })
}

/// A day's stock by type and warehouse.
///
/// # Errors
/// [`StoreError::Database`].
pub fn warehouses(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
) -> Result<Vec<WarehouseStock>, StoreError> {
    let read = |(
        stock_type,
        warehouse_name,
        rows,
        available,
        reserved,
        in_way_to_client,
        in_way_from_client,
    )| WarehouseStock {
        stock_type,
        warehouse_name,
        cluster: None,
        rows,
        available,
        reserved,
        in_way_to_client,
        in_way_from_client,
    };
    let mut warehouses = rows::map(conn, WAREHOUSES, (source.as_str(), day), read)?;
    let clusters: HashMap<String, String> =
        rows::all(conn, CLUSTERS, (source.as_str(),))?.into_iter().collect();
    for warehouse in &mut warehouses {
        warehouse.cluster = clusters.get(&warehouse.warehouse_name).cloned();
    }
    Ok(warehouses)
}

/// A day's stock by listing, sorted by `sku` and `size_id`.
///
/// # Errors
/// [`StoreError::Database`].
pub fn listings(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
) -> Result<Vec<ListingStock>, StoreError> {
    let read = |(sku, size_id, pieces)| ListingStock { sku, size_id, pieces };
    rows::map(conn, LISTINGS, (source.as_str(), day), read)
}

/// Looks for what speaks against a marketplace's newest snapshot.
///
/// # Errors
/// [`StoreError::Database`].
pub fn doubts(conn: &mut Conn, source: Source) -> Result<Doubts, StoreError> {
    let mut doubts = Doubts { day: days(conn, source)?.newest, ..Doubts::default() };
    let mut found = None;
    if let Some(day) = doubts.day {
        let (rows, pieces, contradictory, negative) =
            rows::first(conn, DOUBTS, (source.as_str(), day))?.unwrap_or_default();
        found = Some((rows, pieces));
        doubts.contradictory_rows = contradictory;
        doubts.negative_rows = negative;
        doubts.duplicate_rows =
            rows::first(conn, DUPLICATES, (source.as_str(), day))?.unwrap_or_default();
    }
    let stored = stored_last(conn, source)?;
    doubts.written = stored.is_some();
    if let Some(StoredLast { day: Some(day), rows: Some(rows), stock: Some(stock), .. }) = stored {
        doubts.stated = Some((day, rows, stock));
        doubts.found = if doubts.day == Some(day) {
            found
        } else {
            let other: Option<(u64, i64, u64, u64)> =
                rows::first(conn, DOUBTS, (source.as_str(), day))?;
            other.map(|(rows, pieces, _, _)| (rows, pieces))
        };
    }
    Ok(doubts)
}

/// The names of listings, in their order; `None` for one without a name.
///
/// # Errors
/// [`StoreError::Database`].
pub fn listing_names(
    conn: &mut Conn,
    source: Source,
    listings: &[(&str, &str)],
) -> Result<Vec<Option<String>>, StoreError> {
    let mut names = Vec::new();
    for (sku, size_id) in listings {
        let name: Option<Option<String>> =
            rows::first(conn, NAME, (source.as_str(), sku, size_id))?;
        names.push(name.flatten());
    }
    Ok(names)
}
