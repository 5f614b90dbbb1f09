//! Listings on their way through a sync: what the steps of the write hand to each other. Data only;
//! what is decided and written is the steps' own matter.

use serde::{Deserialize, Serialize};

use crate::inventory::card::CardSize;
use crate::staging::StagedRow;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlannedListing {
    pub sku: String,
    pub size_id: String,
    /// The barcodes that the pull names, none if it does not tell barcodes; the first goes into the
    /// column `barcode`.
    pub barcodes: Vec<String>,
    pub seller_article: Option<String>,
    pub name: Option<String>,
    pub size_name: Option<String>,
    pub chrt_id: Option<String>,
    /// The product it belongs to, unless a new one is to be created for it.
    pub product_id: Option<i64>,
    /// The place among the new listings of one of the same `sku` before it, whose new product it
    /// shares.
    pub same_as: Option<u64>,
}

impl PlannedListing {
    pub(crate) fn new(row: &StagedRow, product_id: Option<i64>) -> Self {
        Self {
            sku: row.sku.clone(),
            size_id: row.size_id.clone(),
            barcodes: row.barcodes.clone().unwrap_or_default(),
            seller_article: row.seller_article.clone(),
            name: row.name.clone(),
            size_name: row.size_name.clone(),
            chrt_id: None,
            product_id,
            same_as: None,
        }
    }

    pub(crate) fn fill_from_card(&mut self, size: &CardSize) {
        self.chrt_id = Some(size.chrt_id.clone());
        if !size.barcodes.is_empty() {
            self.barcodes.clone_from(&size.barcodes);
        }
        self.name = size.name.clone().or_else(|| self.name.take());
        self.size_name = size.size_name.clone().or_else(|| self.size_name.take());
        self.seller_article = size.seller_article.clone().or_else(|| self.seller_article.take());
    }

    pub(crate) fn key(&self) -> (&str, &str) {
        (&self.sku, &self.size_id)
    }

    pub(crate) fn owned_key(&self) -> (String, String) {
        (self.sku.clone(), self.size_id.clone())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CreatedListing {
    pub sku: String,
    pub size_id: String,
    pub product_id: i64,
}

/// A barcode that a listing has or had, and whether the marketplace has stopped naming it.
pub(super) type StoredBarcode = (String, bool);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownUpdate {
    /// What has become known; `product_id` is the product it has.
    pub listing: PlannedListing,
    pub stored: Vec<StoredBarcode>,
    pub set_by_hand: bool,
    /// Whether its barcodes count: it is seen at the marketplace these days.
    pub counts: bool,
}

/// A known listing of this pull, whose barcodes are not those in the table.
#[derive(Serialize, Deserialize)]
pub(crate) struct Rebarcoded {
    /// What the pull says; `product_id` is the product it has.
    pub listing: PlannedListing,
    pub set_by_hand: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListingKey {
    pub sku: String,
    pub size_id: String,
}

impl ListingKey {
    pub(crate) fn of(row: &StagedRow) -> Self {
        Self { sku: row.sku.clone(), size_id: row.size_id.clone() }
    }
}
