//! Wildberries' stock answers: what an item of each says, and which stock follows from that. JSON
//! is somebody else's business; what the report of remains makes of its totals is in `remains`.

mod cabinet;
mod hidden_total;
mod remains;

use chrono::{DateTime, NaiveDateTime};

pub(crate) use cabinet::CabinetRow;
pub(crate) use hidden_total::HiddenTotal;
pub(crate) use remains::{RemainsItem, RemainsWarehouse};

use super::field::{
    Field, LONGEST_BARCODE, LONGEST_KEY, Rejection, bounded_text, described, id, key, record_label,
};
use super::quantity::quantity;
use super::{Identity, Listing, Quantities, Record, StockLine, StockType};

/// One item of `stocks-report/wb-warehouses` or `stocks-report/seller-warehouses`: one size of one
/// card on one warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WarehouseItem {
    /// Whose warehouses the answer is about: `Fbo` for Wildberries', `Fbs` for the seller's.
    pub stock_type: StockType,
    pub nm_id: Field,
    pub chrt_id: Field,
    /// `warehouseId`; of Wildberries' own warehouses it may be one constant for all.
    pub warehouse_id: Field,
    pub warehouse_name: Field,
    /// `regionName`: one id and name may stand once a region.
    pub region_name: Field,
    pub quantity: Field,
    /// `inWayToClient`; the seller's warehouses have none.
    pub in_way_to_client: Field,
    /// `inWayFromClient`; the seller's warehouses have none.
    pub in_way_from_client: Field,
}

impl WarehouseItem {
    /// The record that the item stands for, or why it stands for none. `number` counts the pull's
    /// items from 1.
    pub(crate) fn validate(self, number: u64) -> Result<Record, Rejection> {
        self.record().map_err(|reason| Rejection {
            record: self.label(number),
            reason,
            original: None,
        })
    }

    fn record(&self) -> Result<Record, String> {
        let listing = Listing {
            sku: id("nmId", &self.nm_id)?.to_string(),
            size_id: id("chrtId", &self.chrt_id)?.to_string(),
            ..Listing::default()
        };
        let (to_client, from_client) = if self.stock_type == StockType::Fbo {
            (&self.in_way_to_client, &self.in_way_from_client)
        } else {
            (&Field::Integer(0), &Field::Integer(0))
        };
        let quantities = Quantities {
            available: quantity("quantity", &self.quantity)?,
            reserved: 0,
            in_way_to_client: quantity("inWayToClient", to_client)?,
            in_way_from_client: quantity("inWayFromClient", from_client)?,
        };
        let warehouse_name = key("warehouseName", &self.warehouse_name, LONGEST_KEY)?;
        let line = StockLine { warehouse_name, stock_type: self.stock_type, quantities };
        Ok(Record {
            listing,
            lines: vec![line],
            identity: Identity::Warehouse { id: self.warehouse_id(), region: self.region() },
            warnings: Vec::new(),
        })
    }

    /// It only tells warehouses of one name apart, so what is no id costs no stock.
    fn warehouse_id(&self) -> Option<i64> {
        match &self.warehouse_id {
            Field::Integer(number) => i64::try_from(*number).ok(),
            Field::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// As the id: what cannot be read is as good as none.
    fn region(&self) -> String {
        match &self.region_name {
            Field::Text(text) => text.trim().to_owned(),
            _ => String::new(),
        }
    }

    fn label(&self, number: u64) -> String {
        let fields =
            [("nmId", &self.nm_id), ("chrtId", &self.chrt_id), ("warehouse", &self.warehouse_name)];
        record_label("item", number, &fields)
    }
}

/// One row of `supplier/stocks` (statistics service): one barcode on one warehouse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StatisticsItem {
    pub nm_id: Field,
    /// `barcode`: of the size.
    pub barcode: Field,
    pub supplier_article: Field,
    pub warehouse_name: Field,
    pub quantity: Field,
    pub in_way_to_client: Field,
    pub in_way_from_client: Field,
    /// `lastChangeDate`: pages overlap, so the newest row of a warehouse counts.
    pub last_change_date: Field,
}

impl StatisticsItem {
    /// The record that the row stands for, or why it stands for none. `number` counts the pull's
    /// items from 1.
    pub(crate) fn validate(self, number: u64) -> Result<Record, Rejection> {
        self.record().map_err(|reason| Rejection {
            record: self.label(number),
            reason,
            original: None,
        })
    }

    fn record(&self) -> Result<Record, String> {
        let listing = barcode_listing(&self.nm_id, &self.barcode, &self.supplier_article)?;
        let quantities = Quantities {
            available: quantity("quantity", &self.quantity)?,
            reserved: 0,
            in_way_to_client: quantity("inWayToClient", &self.in_way_to_client)?,
            in_way_from_client: quantity("inWayFromClient", &self.in_way_from_client)?,
        };
        let warehouse_name = key("warehouseName", &self.warehouse_name, LONGEST_KEY)?;
        let line = StockLine { warehouse_name, stock_type: StockType::Fbo, quantities };
        let identity = Identity::NewestOfWarehouse(change_millis(&self.last_change_date)?);
        Ok(Record { listing, lines: vec![line], identity, warnings: Vec::new() })
    }

    fn label(&self, number: u64) -> String {
        let fields = [
            ("nmId", &self.nm_id),
            ("barcode", &self.barcode),
            ("warehouse", &self.warehouse_name),
        ];
        record_label("item", number, &fields)
    }
}

/// The listing of an answer that tells sizes apart by their barcode. Without one, two sizes could
/// not be told apart.
fn barcode_listing(nm_id: &Field, barcode: &Field, article: &Field) -> Result<Listing, String> {
    let barcode = key("barcode", barcode, LONGEST_BARCODE)?;
    Ok(Listing {
        sku: id("nmId", nm_id)?.to_string(),
        size_id: barcode.clone(),
        barcodes: Some(vec![barcode]),
        seller_article: bounded_text("the seller's article", article, LONGEST_KEY)?,
        ..Listing::default()
    })
}

/// `lastChangeDate` in milliseconds since 1970. The service sends Moscow time without saying so;
/// only the order matters.
fn change_millis(value: &Field) -> Result<i64, String> {
    let parsed = match value {
        Field::Text(text) => moment(text.trim()),
        _ => None,
    };
    parsed.ok_or_else(|| format!("lastChangeDate {}, not a date and time", described(value)))
}

fn moment(text: &str) -> Option<i64> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.timestamp_millis());
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|moment| moment.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Field {
        Field::Text(text.into())
    }

    fn on_warehouse() -> WarehouseItem {
        WarehouseItem {
            stock_type: StockType::Fbo,
            nm_id: Field::Integer(47_254_354),
            chrt_id: Field::Integer(91_663_228),
            warehouse_id: Field::Integer(-999_999),
            warehouse_name: written(" Склад WB "),
            region_name: written(" Центральный "),
            quantity: Field::Integer(43),
            in_way_to_client: Field::Integer(14),
            in_way_from_client: Field::Integer(11),
        }
    }

    fn row() -> StatisticsItem {
        StatisticsItem {
            nm_id: Field::Integer(1_439_871_458),
            barcode: written("2037401340280"),
            supplier_article: written("443284"),
            warehouse_name: written("Краснодар"),
            quantity: Field::Integer(33),
            in_way_to_client: Field::Integer(1),
            in_way_from_client: Field::Integer(0),
            last_change_date: written("2023-07-05T11:13:35"),
        }
    }

    #[test]
    fn an_item_of_a_wb_warehouse_is_one_fbo_row() {
        let record = on_warehouse().validate(1).unwrap();
        assert_eq!(record.listing.sku, "47254354");
        assert_eq!(record.listing.size_id, "91663228");
        let (id, region) = (Some(-999_999), "Центральный".into());
        assert_eq!(record.identity, Identity::Warehouse { id, region });
        let quantities =
            Quantities { available: 43, reserved: 0, in_way_to_client: 14, in_way_from_client: 11 };
        let expected =
            StockLine {
                warehouse_name: "Склад WB".into(), stock_type: StockType::Fbo, quantities
            };
        assert_eq!(record.lines, [expected]);
    }

    #[test]
    fn an_item_of_zeros_is_a_row_too() {
        let zeros = WarehouseItem {
            quantity: Field::Integer(0),
            in_way_to_client: Field::Integer(0),
            in_way_from_client: Field::Integer(0),
            ..on_warehouse()
        };
        assert_eq!(zeros.validate(1).unwrap().lines[0].quantities, Quantities::default());
    }

    #[test]
    fn an_item_of_a_sellers_warehouse_is_one_fbs_row_without_goods_in_transit() {
        let item = WarehouseItem {
            stock_type: StockType::Fbs,
            in_way_to_client: Field::Absent,
            in_way_from_client: Field::Absent,
            ..on_warehouse()
        };
        let record = item.validate(1).unwrap();
        assert_eq!(record.lines[0].stock_type, StockType::Fbs);
        let quantities = Quantities { available: 43, ..Quantities::default() };
        assert_eq!(record.lines[0].quantities, quantities);
    }

    #[test]
    fn what_is_no_id_of_a_warehouse_or_no_region_costs_no_stock() {
        for (warehouse_id, id) in [
            (Field::Integer(507), Some(507)),
            (written("507"), Some(507)),
            (Field::Absent, None),
            (written("главный"), None),
            (Field::Integer(i128::MAX), None),
        ] {
            let record = WarehouseItem { warehouse_id, ..on_warehouse() }.validate(1).unwrap();
            let region = "Центральный".into();
            assert_eq!(record.identity, Identity::Warehouse { id, region });
        }
        for region_name in [Field::Absent, Field::Integer(5), Field::Undecodable, written(" ")] {
            let record = WarehouseItem { region_name, ..on_warehouse() }.validate(1).unwrap();
            let (id, region) = (Some(-999_999), String::new());
            assert_eq!(record.identity, Identity::Warehouse { id, region });
        }
    }

    #[test]
    fn a_wb_item_without_goods_in_transit_is_rejected() {
        let item = WarehouseItem { in_way_to_client: Field::Absent, ..on_warehouse() };
        let reason = item.validate(1).unwrap_err().reason;
        assert_eq!(reason, "inWayToClient is missing, not a whole number");
    }

    #[test]
    fn a_rejection_names_card_size_and_warehouse() {
        let item = WarehouseItem { quantity: written("43"), ..on_warehouse() };
        assert_eq!(
            item.validate(5).unwrap_err().to_string(),
            "item 5 (nmId 47254354, chrtId 91663228, warehouse \"Склад WB\"): \
             quantity is the text \"43\", not a whole number"
        );
    }

    #[test]
    fn an_item_without_size_or_warehouse_is_rejected() {
        for bad in [
            WarehouseItem { chrt_id: Field::Absent, ..on_warehouse() },
            WarehouseItem { nm_id: Field::Integer(0), ..on_warehouse() },
            WarehouseItem { warehouse_name: written("  "), ..on_warehouse() },
            WarehouseItem { warehouse_name: written(&"ж".repeat(256)), ..on_warehouse() },
            WarehouseItem { warehouse_name: Field::Undecodable, ..on_warehouse() },
        ] {
            assert!(bad.clone().validate(1).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_row_of_the_statistics_service_is_one_fbo_row_of_its_barcode() {
        let record = row().validate(1).unwrap();
        assert_eq!(record.listing.size_id, "2037401340280");
        assert_eq!(record.listing.barcodes.unwrap(), ["2037401340280"]);
        assert_eq!(record.listing.seller_article.as_deref(), Some("443284"));
        // 5 July 2023, 11:13:35 as if in UTC.
        assert_eq!(record.identity, Identity::NewestOfWarehouse(1_688_555_615_000));
        let quantities = Quantities { available: 33, in_way_to_client: 1, ..Quantities::default() };
        assert_eq!(record.lines[0].quantities, quantities);
    }

    #[test]
    fn a_row_without_barcode_is_rejected_for_its_size_is_unknown() {
        let bad = StatisticsItem { barcode: written(""), ..row() };
        assert_eq!(bad.validate(1).unwrap_err().reason, "barcode is empty");
    }

    #[test]
    fn a_barcode_over_64_characters_is_rejected() {
        let bad = StatisticsItem { barcode: written(&"1".repeat(65)), ..row() };
        assert!(bad.validate(1).is_err());
    }

    #[test]
    fn the_last_change_may_have_a_fraction_or_a_zone() {
        for (text, millis) in [
            ("2023-07-05T11:13:35", 1_688_555_615_000),
            ("2023-07-05T11:13:35Z", 1_688_555_615_000),
            ("2023-07-05T11:13:35.5", 1_688_555_615_500),
            ("2023-07-05T11:13:35.123456Z", 1_688_555_615_123),
            ("2023-07-05T14:13:35+03:00", 1_688_555_615_000),
        ] {
            assert_eq!(change_millis(&written(text)), Ok(millis), "{text}");
        }
    }

    #[test]
    fn a_row_without_a_time_of_change_is_rejected() {
        for bad in [Field::Absent, Field::Integer(1_688_555_615), written("yesterday")] {
            assert!(StatisticsItem { last_change_date: bad, ..row() }.validate(1).is_err());
        }
    }
}
