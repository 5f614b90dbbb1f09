//! What Ozon's methods for stock by warehouse answer, as far as it is needed, and the lines that
//! are kept of it. An answer says what it says: whether it counts is up to `inventory`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::control::{Pieces, fingerprint};
use crate::inventory::{Field, StockType};
use crate::marketplace::wildberries::items::field;

pub(super) type Raw = Option<Box<RawValue>>;

/// `/v4/product/info/stocks`.
#[derive(Deserialize)]
pub(super) struct StocksPage {
    pub items: Option<Vec<StocksItem>>,
    pub cursor: Option<String>,
    pub total_items: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct StocksItem {
    pub offer_id: Raw,
    pub stocks: Option<Vec<StocksOfType>>,
}

/// What lies of a SKU altogether, of one stock type.
#[derive(Deserialize)]
pub(super) struct StocksOfType {
    #[serde(rename = "type")]
    pub stock_type: Option<String>,
    pub sku: Raw,
    pub present: Raw,
    pub reserved: Raw,
}

#[derive(Deserialize)]
pub(super) struct PlacesPage {
    pub products: Option<Vec<Place>>,
    pub cursor: Option<String>,
    pub has_next: Option<bool>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Place {
    #[serde(default)]
    pub offer_id: Raw,
    #[serde(default)]
    pub sku: Raw,
    #[serde(default)]
    pub warehouse_id: Raw,
    /// Told of the seller's own only; filled in for the others.
    #[serde(default)]
    pub warehouse_name: Raw,
    #[serde(default)]
    pub present: Raw,
    #[serde(default)]
    pub reserved: Raw,
}

impl Place {
    /// Whether something lies there, or it cannot be said that nothing does.
    pub(super) fn holds_anything(&self) -> bool {
        let nothing = |value: &Raw| matches!(field(value.as_deref(), false), Field::Integer(0));
        !(nothing(&self.present) && nothing(&self.reserved))
    }

    pub(super) fn pieces(&self) -> Pieces {
        pieces(&self.present, &self.reserved)
    }
}

/// What cannot be read counts as nothing, so that the sums do not come right.
pub(super) fn pieces(present: &Raw, reserved: &Raw) -> Pieces {
    let count = |value: &Raw| match field(value.as_deref(), false) {
        Field::Integer(number) => u32::try_from(number).unwrap_or_default(),
        _ => 0,
    };
    Pieces { present: count(present), reserved: count(reserved) }
}

/// An id, which answers have as a number and requests as text.
pub(super) fn id(value: &Raw) -> Option<i64> {
    match field(value.as_deref(), false) {
        Field::Integer(number) => i64::try_from(number).ok().filter(|number| *number > 0),
        Field::Text(text) => text.trim().parse().ok().filter(|number| *number > 0),
        _ => None,
    }
}

pub(super) fn text(value: &Raw) -> String {
    match field(value.as_deref(), false) {
        Field::Text(text) => text.trim().to_owned(),
        Field::Integer(number) => number.to_string(),
        _ => String::new(),
    }
}

/// `/v1/warehouse/ozon/list`, and a page of `/v2/warehouse/list`.
#[derive(Deserialize)]
pub(super) struct Warehouses {
    pub warehouses: Option<Vec<Value>>,
    pub cursor: Option<String>,
    pub has_next: Option<bool>,
}

/// `/v2/cluster/list`.
#[derive(Deserialize)]
pub(super) struct Clusters {
    pub result: Option<Vec<Value>>,
}

/// `/v3/product/info/list`.
#[derive(Deserialize)]
pub(super) struct ProductInfos {
    pub items: Option<Vec<ProductInfo>>,
}

#[derive(Deserialize)]
pub(super) struct ProductInfo {
    pub offer_id: Raw,
    pub name: Raw,
    pub barcodes: Option<Vec<Box<RawValue>>>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Line {
    Article {
        offer_id: Raw,
        name: Raw,
        barcodes: Option<Vec<Box<RawValue>>>,
    },
    Place(StockType, Place),
    /// The same of a kind that is not known.
    Unknown(String, Place),
}

impl Line {
    pub(super) fn article(&self) -> u64 {
        let (Self::Article { offer_id, .. }
        | Self::Place(_, Place { offer_id, .. })
        | Self::Unknown(_, Place { offer_id, .. })) = self;
        fingerprint(&text(offer_id))
    }
}
