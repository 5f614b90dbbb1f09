//! A day's rows in inventory_data: the difference to what is there, and writing it.
//! Works on listing ids only; knows neither names nor barcodes.

mod diff;
mod write;

use serde::{Deserialize, Serialize};

pub(super) use diff::{SnapshotPlan, diff};
pub(super) use write::{Stamp, apply};

use super::database::bulk_load::{Cell, ToCells};
use crate::inventory::{Quantities, StockType};
use crate::staging::StagedRow;

/// A row as `inventory_data` shall hold it, but for what all rows of a snapshot share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TargetRow {
    /// The product, unless its listing is yet to be created.
    pub product_id: Option<i64>,
    pub sku: String,
    pub size_id: String,
    pub warehouse_name: String,
    pub stock_type: StockType,
    pub quantities: Quantities,
}

impl TargetRow {
    pub(crate) fn new(row: StagedRow, product_id: Option<i64>) -> Self {
        let StagedRow { sku, size_id, warehouse_name, stock_type, quantities, .. } = row;
        Self { product_id, sku, size_id, warehouse_name, stock_type, quantities }
    }

    pub(crate) fn key(&self) -> (&str, &str) {
        (&self.sku, &self.size_id)
    }
}

/// What of a row can change from one sync to the next: `product_id`, `available_stock`,
/// `reserved_stock`, `quantity_reserved`, `current_stock`, `quantity_present`, `in_way_to_client`,
/// `in_way_from_client`.
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ChangedRow {
    pub id: i64,
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
pub(super) struct RemovedRow(pub i64);

impl ToCells for RemovedRow {
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.push(Cell::Int(self.0));
    }
}
