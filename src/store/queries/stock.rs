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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Days {
    /// The newest; `None` if there has never been one.
    pub newest: Option<NaiveDate>,
    /// The one before.
    pub before: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct WarehouseStock {
    pub stock_type: String,
    pub warehouse_name: String,
    /// Ozon's cluster, where it is known.
    pub cluster: Option<String>,
    /// Rows of the snapshot.
    pub rows: u64,
    pub available: i64,
    pub reserved: i64,
    pub in_way_to_client: i64,
    pub in_way_from_client: i64,
}

impl WarehouseStock {
    pub(crate) fn sum<'a>(warehouses: impl IntoIterator<Item = &'a Self>) -> Self {
        warehouses.into_iter().fold(Self::default(), |mut sum, one| {
            sum.rows += one.rows;
            sum.available += one.available;
            sum.reserved += one.reserved;
            sum.in_way_to_client += one.in_way_to_client;
            sum.in_way_from_client += one.in_way_from_client;
            sum
        })
    }

    pub(crate) fn present(&self) -> i64 {
        self.available.saturating_add(self.reserved)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListingStock {
    /// Ozon: the seller's article; Wildberries: `nmId`.
    pub sku: String,
    /// Wildberries: `chrtId` or barcode; Ozon: empty.
    pub size_id: String,
    /// Pieces, reserved ones included.
    pub pieces: i64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NewestSnapshot {
    /// Its day; `None` if there has never been one.
    pub day: Option<NaiveDate>,
    pub products: u64,
    pub products_with_stock: u64,
    pub warehouses: Vec<WarehouseStock>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SnapshotCheck {
    /// The newest snapshot's day.
    pub day: Option<NaiveDate>,
    /// Its rows whose numbers contradict each other.
    pub contradictory_rows: u64,
    pub negative_rows: u64,
    /// Its rows that repeat another one's identity.
    pub duplicate_rows: u64,
    pub written: bool,
    /// What the newest of these says it left: day, rows, pieces in stock.
    pub stated: Option<(NaiveDate, u64, i64)>,
    /// What is there of that day: rows, pieces in stock.
    pub found: Option<(u64, i64)>,
}

impl SnapshotCheck {
    /// Whether the newest run stored that there is no stock at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.stated.is_some_and(|(day, rows, _)| Some(day) == self.day && rows == 0)
    }
}

/// The days of the two newest snapshots; only the newest may hold nothing.
pub(crate) fn days(conn: &mut Conn, source: Source) -> Result<Days, StoreError> {
    let Some(newest) = newest_day(conn, source)? else { return Ok(Days::default()) };
    let before: Option<Option<NaiveDate>> =
        rows::first(conn, DAY_BEFORE, (source.as_str(), newest))?;
    Ok(Days { newest: Some(newest), before: before.flatten() })
}

pub(crate) fn warehouses(
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

pub(crate) fn listings(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
) -> Result<Vec<ListingStock>, StoreError> {
    let read = |(sku, size_id, pieces)| ListingStock { sku, size_id, pieces };
    rows::map(conn, LISTINGS, (source.as_str(), day), read)
}

pub(crate) fn doubts(conn: &mut Conn, source: Source) -> Result<SnapshotCheck, StoreError> {
    let mut doubts = SnapshotCheck { day: days(conn, source)?.newest, ..SnapshotCheck::default() };
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
pub(crate) fn listing_names(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warehouses_add_up_in_each_number() {
        let one = WarehouseStock {
            rows: 1,
            available: 10,
            reserved: 2,
            in_way_to_client: 3,
            in_way_from_client: 4,
            ..WarehouseStock::default()
        };
        let sum = WarehouseStock::sum([&one, &one]);
        assert_eq!((sum.rows, sum.available, sum.reserved), (2, 20, 4));
        assert_eq!((sum.in_way_to_client, sum.in_way_from_client), (6, 8));
        assert_eq!(sum.present(), 24, "what is on its way is not there");
        assert_eq!(WarehouseStock::sum([]), WarehouseStock::default());
    }

    #[test]
    fn a_snapshot_is_empty_only_if_the_newest_run_stored_no_row_of_its_day() {
        let day = |day: &str| day.parse::<NaiveDate>().unwrap();
        let doubts = |newest, stated, rows| SnapshotCheck {
            day: Some(day(newest)),
            stated: Some((day(stated), rows, 0)),
            ..SnapshotCheck::default()
        };
        assert!(doubts("2026-11-23", "2026-11-23", 0).is_empty());
        assert!(!doubts("2026-11-23", "2026-11-23", 1).is_empty());
        assert!(!doubts("2026-11-23", "2026-11-22", 0).is_empty(), "another day has rows");
        assert!(!SnapshotCheck::default().is_empty());
    }
}
