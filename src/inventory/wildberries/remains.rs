//! An item of the report of remains: its list mixes warehouses with totals, and taking a total for
//! a warehouse would count goods twice.

use super::barcode_listing;
use crate::inventory::card::size_name;
use crate::inventory::field::{Field, LONGEST_KEY, Rejection, key, record_label};
use crate::inventory::quantity::quantity;
use crate::inventory::{Identity, Listing, Quantities, Record, StockLine, StockType};
use crate::text::printable;

pub(super) const IN_WAY_TO_CLIENT: &str = "В пути до получателей";
pub(super) const IN_WAY_FROM_CLIENT: &str = "В пути возвраты на склад WB";
pub(super) const TOTAL: &str = "Всего находится на складах";
/// How the names of totals begin; a total that is not known yet must not pass for a warehouse.
const TOTALS_BEGIN: [&str; 3] = ["В пути", "Всего", "Итого"];

/// The warehouse of the row that holds a barcode's goods in transit.
const IN_TRANSIT: &str = "В пути";
/// The warehouse of the row that says that a barcode lies nowhere.
const NOWHERE: &str = "Склад WB";

/// One item of `warehouse_remains`: one barcode with all the warehouses where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemainsItem {
    pub nm_id: Field,
    /// `barcode`: of the size.
    pub barcode: Field,
    pub vendor_code: Field,
    /// `techSize`.
    pub tech_size: Field,
    /// `warehouses`: the entries, none where there is no list, or in words what was there in place
    /// of a list of objects.
    pub warehouses: Result<Vec<RemainsWarehouse>, String>,
}

/// One entry of `warehouses`: a warehouse or a total.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemainsWarehouse {
    pub name: Field,
    pub quantity: Field,
}

impl RemainsItem {
    /// The record that the item stands for, or why it stands for none. `number` counts the pull's
    /// items from 1.
    pub(crate) fn validate(self, number: u64) -> Result<Record, Rejection> {
        self.record().map_err(|reason| {
            let fields = [("nmId", &self.nm_id), ("barcode", &self.barcode)];
            Rejection { record: record_label("item", number, &fields), reason, original: None }
        })
    }

    fn record(&self) -> Result<Record, String> {
        let listing = barcode_listing(&self.nm_id, &self.barcode, &self.vendor_code)?;
        let listing = Listing { size_name: size_name(&self.tech_size), ..listing };
        let entries =
            self.warehouses.as_ref().map_err(|words| format!("warehouses {}", printable(words)))?;
        let lines = stock_lines(&named_quantities(entries)?)?;
        Ok(Record { listing, lines, identity: Identity::Listing, warnings: Vec::new() })
    }
}

/// Each entry's name and quantity; a name may stand there once.
fn named_quantities(entries: &[RemainsWarehouse]) -> Result<Vec<(String, i32)>, String> {
    let mut named = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = key("warehouseName", &entry.name, LONGEST_KEY)?;
        let pieces =
            quantity(&format!("the quantity of \"{}\"", printable(&name)), &entry.quantity)?;
        named.push((name, pieces));
    }
    let mut names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("the warehouse \"{}\" is named twice", printable(pair[0]))),
        None => Ok(named),
    }
}

/// A row per warehouse, one for the goods in transit if there are any, and one of zeros where there
/// is no warehouse.
fn stock_lines(entries: &[(String, i32)]) -> Result<Vec<StockLine>, String> {
    let mut lines = Vec::with_capacity(entries.len());
    let mut transit = Quantities::default();
    let mut total = None;
    let mut on_warehouses = 0_i64;
    for (name, pieces) in entries {
        match name.as_str() {
            IN_WAY_TO_CLIENT => transit.in_way_to_client = *pieces,
            IN_WAY_FROM_CLIENT => transit.in_way_from_client = *pieces,
            TOTAL => total = Some(i64::from(*pieces)),
            other if TOTALS_BEGIN.iter().any(|beginning| other.starts_with(beginning)) => {
                return Err(format!("\"{}\" is an unknown kind of total", printable(other)));
            }
            warehouse => {
                on_warehouses += i64::from(*pieces);
                let quantities = Quantities { available: *pieces, ..Quantities::default() };
                lines.push(fbo(warehouse, quantities));
            }
        }
    }
    if let Some(total) = total.filter(|total| *total != on_warehouses) {
        return Err(format!("\"{TOTAL}\" is {total}, but its warehouses hold {on_warehouses}"));
    }
    if lines.is_empty() {
        lines.push(fbo(NOWHERE, Quantities::default()));
    }
    if transit != Quantities::default() {
        lines.push(fbo(IN_TRANSIT, transit));
    }
    Ok(lines)
}

fn fbo(warehouse: &str, quantities: Quantities) -> StockLine {
    StockLine { warehouse_name: warehouse.to_owned(), stock_type: StockType::Fbo, quantities }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(entries: &[(&str, i128)]) -> RemainsItem {
        let entry = |(name, pieces): &(&str, i128)| RemainsWarehouse {
            name: Field::Text((*name).into()),
            quantity: Field::Integer(*pieces),
        };
        RemainsItem {
            nm_id: Field::Integer(183_804_172),
            barcode: Field::Text("2037031652319".into()),
            vendor_code: Field::Text("41058/прозрачный".into()),
            tech_size: Field::Text("0".into()),
            warehouses: Ok(entries.iter().map(entry).collect()),
        }
    }

    /// Warehouse, available, on the way to and from buyers.
    fn rows(entries: &[(&str, i128)]) -> Vec<(String, i32, i32, i32)> {
        let row = |line: StockLine| {
            let quantities = line.quantities;
            assert_eq!((line.stock_type, quantities.reserved), (StockType::Fbo, 0));
            (
                line.warehouse_name,
                quantities.available,
                quantities.in_way_to_client,
                quantities.in_way_from_client,
            )
        };
        item(entries).validate(1).unwrap().lines.into_iter().map(row).collect()
    }

    fn reason(entries: &[(&str, i128)]) -> String {
        item(entries).validate(1).unwrap_err().reason
    }

    #[test]
    fn totals_are_no_warehouses_and_goods_in_transit_are_a_row_of_their_own() {
        let entries = [
            ("В пути до получателей", 14),
            ("В пути возвраты на склад WB", 4),
            ("Всего находится на складах", 134),
            ("Невинномысск", 130),
            ("Коледино", 4),
            ("Тула", 0),
        ];
        let expected = [
            ("Невинномысск".to_owned(), 130, 0, 0),
            ("Коледино".to_owned(), 4, 0, 0),
            ("Тула".to_owned(), 0, 0, 0),
            ("В пути".to_owned(), 0, 14, 4),
        ];
        assert_eq!(rows(&entries), expected);
    }

    #[test]
    fn a_barcode_without_any_warehouse_is_one_zero_row() {
        assert_eq!(rows(&[]), [("Склад WB".to_owned(), 0, 0, 0)]);
        let only_totals = [("В пути до получателей", 0), ("Всего находится на складах", 0)];
        assert_eq!(rows(&only_totals), [("Склад WB".to_owned(), 0, 0, 0)]);
    }

    #[test]
    fn goods_in_transit_only_leave_the_zero_row_in_place() {
        let expected = [("Склад WB".to_owned(), 0, 0, 0), ("В пути".to_owned(), 0, 0, 3)];
        assert_eq!(rows(&[("В пути возвраты на склад WB", 3)]), expected);
    }

    #[test]
    fn a_total_that_differs_from_its_warehouses_rejects_the_item() {
        assert_eq!(
            reason(&[("Всего находится на складах", 134), ("Невинномысск", 133)]),
            "\"Всего находится на складах\" is 134, but its warehouses hold 133"
        );
    }

    #[test]
    fn an_unknown_kind_of_total_rejects_the_item() {
        assert_eq!(
            reason(&[("В пути между складами", 5)]),
            "\"В пути между складами\" is an unknown kind of total"
        );
    }

    #[test]
    fn a_warehouse_named_twice_rejects_the_item() {
        assert_eq!(reason(&[("Тула", 5), ("Тула ", 5)]), "the warehouse \"Тула\" is named twice");
    }

    #[test]
    fn a_bad_quantity_names_its_warehouse() {
        assert_eq!(
            item(&[("Тула", -1)]).validate(5).unwrap_err().to_string(),
            "item 5 (nmId 183804172, barcode \"2037031652319\"): the quantity of \"Тула\" is -1, a negative number"
        );
    }

    #[test]
    fn an_item_without_a_list_of_warehouses_is_rejected() {
        let bad = RemainsItem { warehouses: Err("is missing".into()), ..item(&[]) };
        assert_eq!(bad.validate(1).unwrap_err().reason, "warehouses is missing");
    }

    #[test]
    fn an_item_holds_all_of_its_listings_stock() {
        let record = item(&[]).validate(1).unwrap();
        assert_eq!(record.identity, Identity::Listing);
        assert_eq!(record.listing.size_id, "2037031652319");
        assert_eq!(record.listing.seller_article.as_deref(), Some("41058/прозрачный"));
    }
}
