//! What everybody agrees on once a marketplace's record has been validated: sources, stock types,
//! listings and their stock.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::quantity::{checked_current, checked_sum};

/// A marketplace. The names are those of the column `source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Source {
    Ozon,
    Wildberries,
}

impl Source {
    /// Both, in the order in which reports list them.
    pub const ALL: [Source; 2] = [Source::Ozon, Source::Wildberries];

    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Ozon => "Ozon",
            Source::Wildberries => "Wildberries",
        }
    }

    /// Where in the seller's cabinet a new key is made, in the cabinet's own words.
    pub const fn key_menu(self) -> &'static str {
        match self {
            Source::Ozon => "Настройки → Seller API",
            Source::Wildberries => "Настройки → Доступ к API",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whose warehouse the goods lie on. The order is that of the column's enum, by which the database
/// sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum StockType {
    /// The marketplace's warehouses.
    Fbo,
    /// The seller's own warehouses, delivered by the marketplace.
    Fbs,
    /// The seller's own warehouses, delivered by the seller.
    RealFbs,
    /// A partner's warehouses (Ozon).
    Fbp,
}

impl StockType {
    pub(crate) const ALL: [StockType; 4] =
        [StockType::Fbo, StockType::Fbs, StockType::RealFbs, StockType::Fbp];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            StockType::Fbo => "FBO",
            StockType::Fbs => "FBS",
            StockType::RealFbs => "realFBS",
            StockType::Fbp => "FBP",
        }
    }
}

/// How many pieces of one size lie on one warehouse. Each is 0…2³¹−1, and so is `available +
/// reserved`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quantities {
    /// Can be sold now.
    pub available: i32,
    /// Set aside for orders.
    pub reserved: i32,
    /// On the way to buyers (Wildberries only).
    pub in_way_to_client: i32,
    /// Coming back from buyers (Wildberries only).
    pub in_way_from_client: i32,
}

impl Quantities {
    /// `available + reserved`: what is there.
    pub(crate) fn current(self) -> i64 {
        i64::from(self.available) + i64::from(self.reserved)
    }

    pub(crate) fn checked_sum(self, other: Self) -> Result<Self, String> {
        let sum = |field: &str, of: fn(&Self) -> i32| checked_sum(field, of(&self), of(&other));
        let sum = Self {
            available: sum("available", |it| it.available)?,
            reserved: sum("reserved", |it| it.reserved)?,
            in_way_to_client: sum("inWayToClient", |it| it.in_way_to_client)?,
            in_way_from_client: sum("inWayFromClient", |it| it.in_way_from_client)?,
        };
        checked_current(sum.available, sum.reserved)?;
        Ok(sum)
    }
}

/// The stock of a listing on one warehouse: one row of `inventory_data` in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockLine {
    /// The warehouse's name, at most 255 characters, no blanks at its ends.
    pub warehouse_name: String,
    pub stock_type: StockType,
    pub quantities: Quantities,
}

/// What a marketplace sells under one number: for Wildberries one size of one card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Ozon: the seller's article (`offer_id`); Wildberries: `nmId`. 1–255 characters, no blanks at
    /// its ends.
    pub sku: String,
    /// Empty for Ozon; Wildberries: `chrtId`, or the barcode with the two report methods. At most
    /// 64 characters.
    pub size_id: String,
    /// The barcodes the answer carried, in its order; `None` if it does not tell barcodes at all.
    pub barcodes: Option<Vec<String>>,
    /// The seller's own article, where it is not the `sku` itself.
    pub seller_article: Option<String>,
    /// The product's name, at most 500 characters.
    pub name: Option<String>,
    /// What people call the size (`S`, `42`), at most 64 characters; `None` where there is only one
    /// or the answer does not tell.
    pub size_name: Option<String>,
}

/// What makes two records of one pull the same, so that only one of them may count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The record holds all of a listing's stock: a second one for the same `sku` and `size_id` is
    /// a duplicate.
    Listing,
    /// The record holds the stock of one warehouse: a second one for the same listing, warehouse
    /// and type is a duplicate, unless the regions differ, or both have an id and these differ.
    /// Then two warehouses share a name.
    Warehouse {
        /// `warehouseId`.
        id: Option<i64>,
        /// `regionName`; empty where there is none.
        region: String,
    },
    /// The record says that the listing is there: its row of zeros counts only where no other
    /// record has stock of the listing.
    Article,
    /// The record holds what lies of one SKU on one warehouse: a second one of both is a duplicate,
    /// other SKUs of the listing and other warehouses of the name add up.
    SkuOfWarehouse {
        /// The warehouse's id; `None` for a place that is told without one.
        warehouse: Option<i64>,
        /// The SKU.
        sku: i64,
    },
    /// As [`Identity::Warehouse`], but repetition is by design (pages overlap): the record with the
    /// greatest number, `lastChangeDate` in milliseconds since 1970, counts, and none is a
    /// duplicate.
    NewestOfWarehouse(i64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub listing: Listing,
    /// Its stock; never empty, no warehouse and type twice.
    pub lines: Vec<StockLine>,
    pub identity: Identity,
    /// What was mended or looks odd, without being a reason to reject; each names the record.
    pub warnings: Vec<String>,
}
