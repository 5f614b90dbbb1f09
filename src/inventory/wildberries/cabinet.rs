//! A row of the report of remains as the seller's cabinet gives it: all warehouses are columns, the
//! totals beside them. It is worth what the item of `warehouse_remains` is worth that says the
//! same.

use super::remains::{IN_WAY_FROM_CLIENT, IN_WAY_TO_CLIENT, RemainsItem, RemainsWarehouse, TOTAL};
use crate::inventory::Record;
use crate::inventory::barcodes::{is_spoilt, mended};
use crate::inventory::field::{Field, Rejection, described, record_label, unmark};
use crate::inventory::quantity::cell_quantity;

/// One row: one barcode on all warehouses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CabinetRow {
    /// `Артикул WB`: `nmId`, the card.
    pub nm_id: Field,
    /// `Баркод`: of the size.
    pub barcode: Field,
    /// `Артикул продавца`.
    pub vendor_code: Field,
    /// `Размер вещи`.
    pub size: Field,
    /// `В пути до получателей`.
    pub in_way_to_client: Field,
    /// `В пути возвраты на склад WB`.
    pub in_way_from_client: Field,
    /// `Всего находится на складах`: the pieces of all warehouses.
    pub total: Field,
    /// A warehouse's name and its pieces.
    pub warehouses: Vec<(String, Field)>,
}

impl CabinetRow {
    /// The record that the row stands for, or why it stands for none. `number` counts the pull's
    /// records from 1.
    pub(crate) fn validate(mut self, number: u64) -> Result<Record, Rejection> {
        unmark(&mut self.size);
        for code in [&mut self.nm_id, &mut self.barcode] {
            unmark(code);
            if let Field::Text(text) = code {
                *text = mended(text).into_owned();
            }
        }
        // The barcode is what tells the sizes apart: without it the stock would be that of no size.
        if matches!(&self.barcode, Field::Text(text) if is_spoilt(text)) {
            let fields = [("nmId", &self.nm_id)];
            return Err(Rejection {
                record: record_label("item", number, &fields),
                reason: format!(
                    "the barcode {}, which is what a spreadsheet made of it",
                    described(&self.barcode)
                ),
                original: None,
            });
        }
        let totals = [
            (TOTAL, self.total),
            (IN_WAY_TO_CLIENT, self.in_way_to_client),
            (IN_WAY_FROM_CLIENT, self.in_way_from_client),
        ];
        let totals = totals.map(|(name, cell)| entry(name.to_owned(), cell));
        let warehouses = self.warehouses.into_iter().map(|(name, cell)| entry(name, cell));
        // Every row has a cell for every warehouse, a report only those on which something lies.
        let warehouses = warehouses.filter(|entry| entry.quantity != Field::Integer(0));
        RemainsItem {
            nm_id: self.nm_id,
            barcode: self.barcode,
            vendor_code: self.vendor_code,
            tech_size: self.size,
            warehouses: Ok(totals.into_iter().chain(warehouses).collect()),
        }
        .validate(number)
    }
}

/// An entry of the report; what is no number of pieces stays as it is, to be rejected by its name.
fn entry(name: String, mut cell: Field) -> RemainsWarehouse {
    unmark(&mut cell);
    let pieces = cell_quantity("", &cell).map(|pieces| Field::Integer(pieces.into()));
    RemainsWarehouse { name: Field::Text(name), quantity: pieces.unwrap_or(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(total: i128, warehouses: &[(&str, Field)]) -> CabinetRow {
        CabinetRow {
            nm_id: Field::Integer(183_804_172),
            barcode: Field::Text("'2037031652319.0".into()),
            total: Field::Integer(total),
            in_way_to_client: Field::Text("1\u{a0}014".into()),
            warehouses: warehouses
                .iter()
                .map(|(name, cell)| ((*name).into(), cell.clone()))
                .collect(),
            ..CabinetRow::default()
        }
    }

    fn told(row: CabinetRow) -> Vec<(String, i32, i32)> {
        let record = row.validate(1).unwrap();
        assert_eq!(record.listing.size_id, "2037031652319");
        let told = |line: &crate::inventory::StockLine| {
            let quantities = line.quantities;
            (line.warehouse_name.clone(), quantities.available, quantities.in_way_to_client)
        };
        record.lines.iter().map(told).collect()
    }

    #[test]
    fn warehouses_without_pieces_are_no_rows_and_goods_in_transit_are_one() {
        let warehouses = [
            ("Коледино", Field::Integer(4)),
            ("Тула", Field::Absent),
            ("Казань", Field::Integer(0)),
        ];
        let transit = ("В пути".to_owned(), 0, 1014);
        assert_eq!(told(row(4, &warehouses)), [("Коледино".to_owned(), 4, 0), transit.clone()]);
        assert_eq!(told(row(0, &warehouses[1..])), [("Склад WB".to_owned(), 0, 0), transit]);
    }

    #[test]
    fn a_row_that_contradicts_itself_or_holds_no_pieces_is_rejected() {
        for (row, said) in [
            (row(5, &[("Тула", Field::Integer(4))]), "is 5, but its warehouses hold 4"),
            (
                row(4, &[("Тула", Field::Text("много".into()))]),
                "the quantity of \"Тула\" is the text",
            ),
            (row(4, &[("В пути между складами", Field::Integer(4))]), "unknown kind of total"),
            (row(0, &[("", Field::Integer(4))]), "warehouseName is empty"),
            (
                CabinetRow { barcode: Field::Text("4,60123E+12".into()), ..row(0, &[]) },
                "which is what a spreadsheet made of it",
            ),
            (CabinetRow { barcode: Field::Absent, ..row(0, &[]) }, "barcode is empty"),
        ] {
            let rejection = row.validate(1).unwrap_err();
            assert!(rejection.reason.contains(said), "{rejection}");
        }
    }
}
