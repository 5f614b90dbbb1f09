//! The items of Wildberries' stock answers, out of JSON. An item says what it says, whatever its
//! types; whether it counts is up to `inventory::wildberries`.

use std::io::Read;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::json::{OnItem, Scanner, broken_item};
use crate::failure::Failure;
use crate::inventory::quantity::whole_number;
use crate::inventory::wildberries::{
    HiddenTotal, RemainsItem, RemainsWarehouse, StatisticsItem, WarehouseItem,
};
use crate::inventory::{Field, Record, Rejection, StockType};
use crate::marketplace::answers::sniff::not_stock_data;
use crate::marketplace::{Format, OnRecord};
use crate::text::printable;

/// More warehouses in one item than Wildberries has by far; what is beyond would only fill the
/// memory.
const MOST_WAREHOUSES: usize = 10_000;

/// What a page holds, found out without reading its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// How many items there are, countable or not.
    pub items: u64,
    /// `supplier/stocks`: the last item's `lastChangeDate`, with which the next page begins.
    pub last_change_date: Option<String>,
    /// Of the methods whose pages overlap by one item: what the first item and the last one are
    /// about.
    pub ends: Option<(Place, Place)>,
}

/// What an item is about, as it stands in the answer: `nmId`, `chrtId`, `warehouseName`, and
/// `warehouseId` and `regionName` if it has them; all of the item where the others are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place([String; 5]);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place([nm_id, chrt_id, id, warehouse, region]) = self;
        let warehouse = format!("{id} {warehouse} {region}");
        let words = format!("nmId {nm_id}, chrtId {chrt_id}, warehouse {}", warehouse.trim());
        f.write_str(&printable(&words))
    }
}

impl Place {
    fn of(item: &[u8]) -> Self {
        let text = String::from_utf8_lossy(item);
        let raw = |value: Option<&RawValue>| value.map(|value| value.get().to_owned());
        let said = serde_json::from_str(&text).ok().and_then(|said: Said| {
            let [id, region] =
                [said.warehouse_id, said.region_name].map(|value| raw(value).unwrap_or_default());
            Some([raw(said.nm_id)?, raw(said.chrt_id)?, id, raw(said.warehouse_name)?, region])
        });
        Self(
            said.unwrap_or_else(|| [text.into_owned(), "".into(), "".into(), "".into(), "".into()]),
        )
    }
}

/// Checks that a page has the shape of its format and is whole, valid JSON, and counts its items.
pub(crate) fn survey(page: impl Read, format: Format) -> Result<Survey, Failure> {
    let mut survey = Survey::default();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    each_item(&mut Scanner::new(page)?, format, &mut |item, start| {
        let IgnoredAny = serde_json::from_slice(item).map_err(|error| broken_item(start, error))?;
        survey.items += 1;
        if survey.items == 1 {
            first.clone_from(item);
        }
        std::mem::swap(item, &mut last);
        Ok(())
    })?;
    if format == Format::SupplierStocks && survey.items > 0 {
        survey.last_change_date = last_change_date(&last);
    }
    if is_enveloped(format) && survey.items > 0 {
        survey.ends = Some((Place::of(&first), Place::of(&last)));
    }
    Ok(survey)
}

/// Reads one answer; `number` counts the pull's items. A page that follows another one of a method
/// whose pages overlap by one item `repeats` that item: it was read there.
pub(in crate::marketplace) fn read(
    page: impl Read,
    format: Format,
    repeats: bool,
    number: &mut u64,
    on_record: &mut OnRecord<'_>,
) -> Result<(), Failure> {
    let mut repeated = repeats && is_enveloped(format);
    let mut hidden_total = HiddenTotal::default();
    each_item(&mut Scanner::new(page)?, format, &mut |item, start| {
        if std::mem::take(&mut repeated) {
            return Ok(());
        }
        *number += 1;
        let record = record(item, format, *number, &mut hidden_total)
            .map_err(|error| broken_item(start, error))?;
        on_record(record.map_err(|rejection| {
            let original = Some(String::from_utf8_lossy(item).into_owned());
            Rejection { original, ..rejection }
        }))
    })?;
    hidden_total.reason().map_or(Ok(()), |reason| Err(not_stock_data(reason)))
}

/// Goes through the envelope of a format: `{"data":{"items":[…]}}` or `[…]`.
pub(in crate::marketplace) fn each_item<R: Read>(
    scanner: &mut Scanner<R>,
    format: Format,
    on_item: &mut OnItem<'_>,
) -> Result<(), Failure> {
    if is_enveloped(format) {
        must_begin(scanner, b'{', "the answer")?;
        let mut items = false;
        let data = scanner.member("data", &mut |scanner| {
            must_begin(scanner, b'{', "its \"data\"")?;
            items = scanner.member("items", &mut |scanner| {
                // What Go makes of an empty list.
                if scanner.peek()? == Some(b'n') {
                    return scanner.null();
                }
                must_begin(scanner, b'[', "its \"data.items\"")?;
                scanner.elements(on_item)
            })?;
            Ok(())
        })?;
        if scanner.says_error() {
            return Err(not_stock_data("the answer calls itself an error"));
        }
        if !data || !items {
            let missing = if data { "data.items" } else { "data" };
            let found = scanner.looks_like();
            return Err(not_stock_data(format!("the answer has no \"{missing}\"; it is {found}")));
        }
    } else {
        must_begin(scanner, b'[', "the answer")?;
        scanner.elements(on_item)?;
    }
    scanner.finish()
}

fn is_enveloped(format: Format) -> bool {
    matches!(format, Format::WbWarehouses | Format::SellerWarehouses)
}

fn must_begin<R: Read>(scanner: &mut Scanner<R>, byte: u8, what: &str) -> Result<(), Failure> {
    match scanner.peek()? {
        Some(found) if found == byte => return Ok(()),
        None if !scanner.is_at_start() => return Err(scanner.cut_off()),
        _ => {}
    }
    let wanted = if byte == b'{' { "object" } else { "list" };
    let found = scanner.looks_like();
    Err(not_stock_data(format!("{what} is no JSON {wanted}; the answer is {found}")))
}

/// An item's record or why there is none; an error if the item is not even JSON.
fn record(
    item: &[u8],
    format: Format,
    number: u64,
    hidden_total: &mut HiddenTotal,
) -> Result<Result<Record, Rejection>, serde_json::Error> {
    let reject = |reason: String| {
        Ok(Err(Rejection { record: format!("item {number}"), reason, original: None }))
    };
    if item.first() != Some(&b'{') {
        let IgnoredAny = serde_json::from_slice(item)?;
        return reject("it is not an object".into());
    }
    let text = String::from_utf8_lossy(item);
    let damaged = matches!(text, std::borrow::Cow::Owned(_));
    let said: Said = match serde_json::from_str(&text) {
        Ok(said) => said,
        Err(error) if error.classify() == Category::Data => {
            // The rest of the item has not been looked at: it must at least be JSON.
            let IgnoredAny = serde_json::from_str(&text)?;
            return reject(error.to_string());
        }
        Err(error) => return Err(error),
    };
    Ok(match format {
        Format::WbWarehouses => said.warehouse_item(StockType::Fbo, damaged).validate(number),
        Format::SellerWarehouses => said.warehouse_item(StockType::Fbs, damaged).validate(number),
        Format::WarehouseRemains => {
            let item = said.remains_item(damaged);
            hidden_total.look_at(&item);
            item.validate(number)
        }
        Format::SupplierStocks => said.statistics_item(damaged).validate(number),
        Format::OzonReport | Format::OzonWarehouses | Format::WbCabinet => {
            return reject("it is a row of a table".into());
        }
    })
}

/// Every field that any of the formats has, unread: nothing is allocated for what is not needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said<'a> {
    #[serde(borrow)]
    nm_id: Option<&'a RawValue>,
    #[serde(borrow)]
    chrt_id: Option<&'a RawValue>,
    #[serde(borrow)]
    barcode: Option<&'a RawValue>,
    #[serde(borrow)]
    vendor_code: Option<&'a RawValue>,
    #[serde(borrow)]
    supplier_article: Option<&'a RawValue>,
    #[serde(borrow)]
    tech_size: Option<&'a RawValue>,
    #[serde(borrow)]
    warehouse_id: Option<&'a RawValue>,
    #[serde(borrow)]
    warehouse_name: Option<&'a RawValue>,
    #[serde(borrow)]
    region_name: Option<&'a RawValue>,
    #[serde(borrow)]
    quantity: Option<&'a RawValue>,
    #[serde(borrow)]
    in_way_to_client: Option<&'a RawValue>,
    #[serde(borrow)]
    in_way_from_client: Option<&'a RawValue>,
    #[serde(borrow)]
    last_change_date: Option<&'a RawValue>,
    #[serde(borrow)]
    warehouses: Option<&'a RawValue>,
}

impl Said<'_> {
    fn warehouse_item(&self, stock_type: StockType, damaged: bool) -> WarehouseItem {
        WarehouseItem {
            stock_type,
            nm_id: field(self.nm_id, damaged),
            chrt_id: field(self.chrt_id, damaged),
            warehouse_id: field(self.warehouse_id, damaged),
            warehouse_name: field(self.warehouse_name, damaged),
            region_name: field(self.region_name, damaged),
            quantity: field(self.quantity, damaged),
            in_way_to_client: field(self.in_way_to_client, damaged),
            in_way_from_client: field(self.in_way_from_client, damaged),
        }
    }

    fn statistics_item(&self, damaged: bool) -> StatisticsItem {
        StatisticsItem {
            nm_id: field(self.nm_id, damaged),
            barcode: field(self.barcode, damaged),
            supplier_article: field(self.supplier_article, damaged),
            warehouse_name: field(self.warehouse_name, damaged),
            quantity: field(self.quantity, damaged),
            in_way_to_client: field(self.in_way_to_client, damaged),
            in_way_from_client: field(self.in_way_from_client, damaged),
            last_change_date: field(self.last_change_date, damaged),
        }
    }

    fn remains_item(&self, damaged: bool) -> RemainsItem {
        RemainsItem {
            nm_id: field(self.nm_id, damaged),
            barcode: field(self.barcode, damaged),
            vendor_code: field(self.vendor_code, damaged),
            tech_size: field(self.tech_size, damaged),
            warehouses: self.remains_warehouses(damaged),
        }
    }

    /// What lies nowhere has `[]`, `null` or nothing. A row of another answer has no list either,
    /// but pieces of its own.
    fn remains_warehouses(&self, damaged: bool) -> Result<Vec<RemainsWarehouse>, String> {
        match self.warehouses {
            Some(list) => remains_warehouses(list, damaged),
            None if self.quantity.is_none() && self.warehouse_name.is_none() => Ok(Vec::new()),
            None => Err("is missing".into()),
        }
    }
}

fn remains_warehouses(list: &RawValue, damaged: bool) -> Result<Vec<RemainsWarehouse>, String> {
    // A list may hold anything, and what is no object must not pass for an empty one.
    let entries: Vec<&RawValue> =
        serde_json::from_str(list.get()).map_err(|_| "is not a list".to_owned())?;
    if entries.len() > MOST_WAREHOUSES {
        return Err(format!("has {} entries, more than {MOST_WAREHOUSES}", entries.len()));
    }
    let entry = |entry: &RawValue| {
        let said: Said = match serde_json::from_str(entry.get()) {
            Ok(said) if entry.get().starts_with('{') => said,
            Ok(_) | Err(_) => return Err("holds an entry that is not an object".to_owned()),
        };
        Ok(RemainsWarehouse {
            name: field(said.warehouse_name, damaged),
            quantity: field(said.quantity, damaged),
        })
    };
    entries.into_iter().map(entry).collect()
}

/// A value as it stands. In an item that was `damaged`, text with a replacement character is what
/// could not be decoded.
pub(in crate::marketplace) fn field(value: Option<&RawValue>, damaged: bool) -> Field {
    let Some(value) = value.map(RawValue::get) else { return Field::Absent };
    match value.as_bytes().first() {
        Some(b'"') => match string(value) {
            Some(text) if damaged && text.contains('\u{fffd}') => Field::Undecodable,
            Some(text) => Field::Text(text),
            None => Field::Undecodable,
        },
        Some(b'-' | b'0'..=b'9') => number(value),
        Some(b'{') => Field::Other("an object".into()),
        Some(b'[') => Field::Other("a list".into()),
        _ => Field::Other(value.to_owned()),
    }
}

/// The text of a JSON string; `None` if an escape stands for half a character.
fn string(value: &str) -> Option<String> {
    let inside = value.get(1..value.len().checked_sub(1)?)?;
    if inside.contains('\\') { serde_json::from_str(value).ok() } else { Some(inside.to_owned()) }
}

fn number(value: &str) -> Field {
    if let Ok(number) = value.parse::<i64>() {
        return Field::Integer(number.into());
    }
    match whole_number(value) {
        Some(number) => Field::Integer(number),
        None if value.contains(['.', 'e', 'E']) => Field::Other(format!("the number {value}")),
        None => Field::Other("a number beyond 128 bits".into()),
    }
}

fn last_change_date(item: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(item);
    let said: Said = serde_json::from_str(&text).ok()?;
    match field(said.last_change_date, false) {
        Field::Text(date) => Some(date),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
