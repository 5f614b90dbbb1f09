//! A day's rows in inventory_data: the difference to what is there, and writing it.
//! Works on listing ids only; knows neither names nor barcodes.

mod diff;
mod write;

use chrono::NaiveDate;
use mysql::Conn;
use serde::{Deserialize, Serialize};

pub use diff::{Plan, plan};
pub use write::{Stamp, apply};

use super::database::bulk_load::{Cell, ToCells};
use super::database::error::StoreError;
use super::database::rows;
use super::newest::stored_last;
use crate::inventory::{Quantities, Source, StockType};
use crate::staging::StagedRow;

/// Answered from the ends of the index idx_source_snapshot, however long the history is, as long as `MAX` stands alone. A date of zeros,
/// which some server let somebody write, is none.
const NEWEST_DAY: &str = "SELECT NULLIF(day, 0) FROM (SELECT MAX(snapshot_date) AS day FROM inventory_data WHERE source = ?) AS newest";

const ROWS: &str = "SELECT COUNT(*) FROM inventory_data WHERE source = ? AND snapshot_date = ?";

/// The day of a marketplace's newest snapshot, if it has any; also of one that holds nothing, as long as no other was stored since.
///
/// # Errors
/// [`StoreError::Database`].
pub fn newest_day(conn: &mut Conn, source: Source) -> Result<Option<NaiveDate>, StoreError> {
    let with_rows: Option<Option<NaiveDate>> = rows::first(conn, NEWEST_DAY, (source.as_str(),))?;
    // A snapshot without rows, the one of a shop that has sold everything, is known from its run alone.
    let empty = stored_last(conn, source)?.filter(|stored| stored.rows == Some(0));
    Ok(with_rows.flatten().max(empty.and_then(|stored| stored.day)))
}

/// How many rows a day's snapshot has.
///
/// # Errors
/// [`StoreError::Database`].
pub fn rows_of(conn: &mut Conn, source: Source, day: NaiveDate) -> Result<u64, StoreError> {
    Ok(rows::first(conn, ROWS, (source.as_str(), day))?.unwrap_or(0))
}

/// A row as `inventory_data` shall hold it, but for what all rows of a snapshot share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetRow {
    /// The product, unless its listing is yet to be created.
    pub product_id: Option<i64>,
    /// The column of the same name.
    pub sku: String,
    /// The column of the same name.
    pub size_id: String,
    /// The column of the same name.
    pub warehouse_name: String,
    /// The column of the same name.
    pub stock_type: StockType,
    /// The columns with quantities.
    pub quantities: Quantities,
}

impl TargetRow {
    /// Keeps of a staged row what goes into `inventory_data`.
    pub fn new(row: StagedRow, product_id: Option<i64>) -> Self {
        let StagedRow { sku, size_id, warehouse_name, stock_type, quantities, .. } = row;
        Self { product_id, sku, size_id, warehouse_name, stock_type, quantities }
    }

    /// Which listing it is of: `sku` and `size_id`.
    pub fn key(&self) -> (&str, &str) {
        (&self.sku, &self.size_id)
    }
}

/// What of a row can change from one sync to the next: `product_id`, `available_stock`, `reserved_stock`, `quantity_reserved`,
/// `current_stock`, `quantity_present`, `in_way_to_client`, `in_way_from_client`.
fn number_cells<'a>(row: &TargetRow, out: &mut Vec<Cell<'a>>) {
    let Quantities { available, reserved, in_way_to_client, in_way_from_client } = row.quantities;
    let current = row.quantities.current();
    out.extend([
        row.product_id.map_or(Cell::Null, Cell::Int),
        Cell::Int(available.into()),
        Cell::Int(reserved.into()),
        Cell::Int(reserved.into()),
        Cell::Int(current),
        Cell::Int(current),
        Cell::Int(in_way_to_client.into()),
        Cell::Int(in_way_from_client.into()),
    ]);
}

/// A row of the snapshot that exists and shall hold other numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRow {
    /// Its id.
    pub id: i64,
    /// What it shall hold.
    pub row: TargetRow,
}

impl ToCells for ChangedRow {
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.push(Cell::Int(self.id));
        number_cells(&self.row, out);
    }
}

/// The id of a row that the marketplace no longer lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedRow(pub i64);

impl ToCells for RemovedRow {
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.push(Cell::Int(self.0));
    }
}
