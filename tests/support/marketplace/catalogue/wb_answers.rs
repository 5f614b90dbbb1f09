//! Wildberries' answers about the catalogue, as the JSON of each method.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Catalogue;
use super::wb::{WbPlace, WbSize};

impl Catalogue {
    /// Items of `wb-warehouses`, from `offset`, at most `limit`.
    pub fn wb_warehouses_page(&self, offset: usize, limit: usize) -> String {
        let items =
            self.wb.iter().flat_map(|size| size.stock.iter().map(move |place| (size, place)));
        page(items, offset, limit, true)
    }

    /// Items of `seller-warehouses`.
    pub fn seller_warehouses_page(&self, offset: usize, limit: usize) -> String {
        let items = self.wb.iter().flat_map(|size| size.own.iter().map(move |place| (size, place)));
        page(items, offset, limit, false)
    }

    pub fn remains_report(&self) -> Value {
        self.wb.iter().enumerate().map(remains).collect()
    }

    /// The rows of `supplier-stocks` in the order of their last change.
    pub fn supplier_rows(&self) -> Vec<(String, Value)> {
        let mut rows = Vec::new();
        for size in &self.wb {
            for place in &size.stock {
                let number = rows.len();
                if let Some(before) = place.before {
                    let old = WbPlace { quantity: before, ..place.clone() };
                    rows.push(supplier(size, &old, moment(number * 41 % 100_000)));
                }
                // Some share a moment, so that a page can end between two rows of the same one.
                rows.push(supplier(size, place, moment(100_000 + number / 3 * 41)));
            }
        }
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows
    }

    /// Cards, newest change last, with their sizes.
    pub fn cards(&self) -> Vec<Value> {
        let mut cards: Vec<Value> = Vec::new();
        for size in &self.wb {
            let sized = json!({"chrtID": size.chrt_id, "techSize": size.tech_size, "wbSize": "",
                "skus": [size.barcode]});
            match cards.last_mut() {
                Some(card) if card["nmID"] == size.nm_id => {
                    card["sizes"].as_array_mut().expect("sizes").push(sized);
                }
                _ => cards.push(json!({"nmID": size.nm_id, "imtID": size.nm_id + 7,
                    "subjectName": size.subject, "vendorCode": size.vendor_code, "brand": "Тест",
                    "title": size.title, "sizes": [sized],
                    "updatedAt": format!("{}.{:05}Z", moment(cards.len() / 2 * 60), cards.len())})),
            }
        }
        cards
    }
}

/// Written by hand: a page of 250 000 items as a tree of values would take a gigabyte.
fn page<'a>(
    items: impl Iterator<Item = (&'a WbSize, &'a WbPlace)>,
    offset: usize,
    limit: usize,
    in_way: bool,
) -> String {
    let mut text = String::from(r#"{"data":{"items":["#);
    for (n, (size, place)) in items.skip(offset).take(limit).enumerate() {
        let comma = if n == 0 { "" } else { "," };
        let WbPlace { warehouse_id, warehouse, region, quantity, .. } = place;
        write!(
            text,
            r#"{comma}{{"nmId":{},"chrtId":{},"warehouseId":{warehouse_id},"warehouseName":{},"regionName":{},"quantity":{quantity}"#,
            size.nm_id,
            size.chrt_id,
            json!(warehouse),
            json!(region)
        )
        .expect("writing to a string");
        if in_way {
            let (to, from) = (place.to_client, place.from_client);
            write!(text, r#","inWayToClient":{to},"inWayFromClient":{from}"#)
                .expect("writing to a string");
        }
        text.push('}');
    }
    text + "]}}"
}

/// The totals stand among the warehouses; a size that lies nowhere has only the total, or nothing.
fn remains((index, size): (usize, &WbSize)) -> Value {
    let entry = |name: &str, quantity: u32| json!({"warehouseName": name, "quantity": quantity});
    let mut warehouses = Vec::new();
    if size.going_out() > 0 {
        warehouses.push(entry("В пути до получателей", size.going_out()));
    }
    if size.coming_back() > 0 {
        warehouses.push(entry("В пути возвраты на склад WB", size.coming_back()));
    }
    if !size.stock.is_empty() || index % 2 == 0 {
        let total = size.stock.iter().map(|place| place.quantity).sum();
        warehouses.push(entry("Всего находится на складах", total));
    }
    warehouses.extend(size.stock.iter().map(|place| entry(&place.warehouse, place.quantity)));
    json!({"brand": "Тест", "subjectName": size.subject, "vendorCode": size.vendor_code, "nmId": size.nm_id,
        "barcode": size.barcode, "techSize": size.tech_size, "volume": 1.33, "warehouses": warehouses})
}

fn supplier(size: &WbSize, place: &WbPlace, changed: String) -> (String, Value) {
    let row = json!({"lastChangeDate": changed, "warehouseName": place.warehouse,
        "supplierArticle": size.vendor_code, "nmId": size.nm_id, "barcode": size.barcode,
        "quantity": place.quantity, "inWayToClient": place.to_client, "inWayFromClient": place.from_client,
        "quantityFull": place.quantity + place.to_client + place.from_client, "category": "Одежда",
        "subject": size.subject, "brand": "Тест", "techSize": size.tech_size, "Price": 185, "Discount": 0,
        "isSupply": true, "isRealization": false, "SCCode": "Tech"});
    (changed, row)
}

/// Seconds after the first of January 2026, Moscow time, as the statistics service writes a time.
fn moment(seconds: usize) -> String {
    let start =
        chrono::NaiveDate::from_ymd_opt(2026, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    let seconds = chrono::TimeDelta::seconds(i64::try_from(seconds).expect("a time"));
    (start.expect("a day") + seconds).format("%Y-%m-%dT%H:%M:%S").to_string()
}
