//! A row on its way to the database, and which one counts of several that claim the same place.

use std::cmp::Reverse;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::order::DatabaseText;
use super::sorter::Sortable;
use crate::inventory::{Identity, Listing, Quantities, Record, StockLine, StockType};

/// One row of the day's snapshot in the making, with what its record said of the listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StagedRow {
    pub sku: String,
    pub size_id: String,
    pub warehouse_name: String,
    pub stock_type: StockType,
    pub quantities: Quantities,
    pub barcodes: Option<Vec<String>>,
    pub seller_article: Option<String>,
    pub name: Option<String>,
    pub size_name: Option<String>,
    /// The number of the record in the pull, from 1 on.
    pub number: u64,
    /// The record's number where one record holds all of a listing's stock: rows of one listing
    /// with different owners cannot both be right.
    pub owner: Option<NonZeroU64>,
    /// `warehouseId` where the answer tells it: rows of one place with different ids are added up.
    pub warehouse_id: Option<i64>,
    /// `regionName`, empty where the answer tells none: the same holds for it.
    pub region: String,
    /// The SKU where a listing can have several: what they have in one place is added up.
    pub part: Option<i64>,
    /// Whether it counts only where the listing has no other row.
    pub gives_way: bool,
    /// `lastChangeDate` in milliseconds where repetition is by design.
    pub recency: Option<i64>,
}

impl StagedRow {
    pub(crate) fn of_record(number: u64, record: Record) -> impl Iterator<Item = StagedRow> {
        let Record { listing, lines, identity, .. } = record;
        let owner = NonZeroU64::new(number).filter(|_| identity == Identity::Listing);
        let gives_way = identity == Identity::Article;
        let (warehouse_id, region, part, recency) = match identity {
            Identity::Listing | Identity::Article => (None, String::new(), None, None),
            Identity::Warehouse { id, region } => (id, region, None, None),
            Identity::SkuOfWarehouse { warehouse, sku } => {
                (warehouse, String::new(), Some(sku), None)
            }
            Identity::NewestOfWarehouse(moment) => (None, String::new(), None, Some(moment)),
        };
        let listings = std::iter::repeat_n(listing, lines.len());
        listings.zip(lines).map(move |(listing, line)| {
            let Listing { sku, size_id, barcodes, seller_article, name, size_name } = listing;
            let StockLine { warehouse_name, stock_type, quantities } = line;
            StagedRow {
                sku,
                size_id,
                warehouse_name,
                stock_type,
                quantities,
                barcodes,
                seller_article,
                name,
                size_name,
                number,
                owner,
                warehouse_id,
                region: region.clone(),
                part,
                gives_way,
                recency,
            }
        })
    }

    pub(crate) fn key(&self) -> (&str, &str) {
        (&self.sku, &self.size_id)
    }

    /// In what the rows of one listing differ: the warehouse, and the kind of stock.
    pub(crate) fn place(&self) -> (DatabaseText<'_>, StockType) {
        (DatabaseText(&self.warehouse_name), self.stock_type)
    }

    /// Takes over what a row that gives way to it says of the listing.
    pub(crate) fn supersede(&mut self, article: &mut Self) {
        self.barcodes = self.barcodes.take().or_else(|| article.barcodes.take());
        self.name = self.name.take().or_else(|| article.name.take());
    }

    /// Whether a row of the same place is about another warehouse, which only shares the name.
    pub(crate) fn shares_name_with(&self, other: &Self) -> bool {
        self.region != other.region
            || self.warehouse_id.zip(other.warehouse_id).is_some_and(|(one, other)| one != other)
    }
}

/// The order of rows: by listing as the database has it; those that claim the same place stand
/// together, the one that counts first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct SortKey<'a> {
    #[serde(borrow)]
    listing: (DatabaseText<'a>, DatabaseText<'a>),
    solid: bool,
    owner: Option<NonZeroU64>,
    place: (DatabaseText<'a>, StockType),
    region: &'a str,
    rank: Rank,
}

impl Sortable for StagedRow {
    type SortKey<'a> = SortKey<'a>;

    fn sort_key(&self) -> SortKey<'_> {
        let rank = match (self.recency, self.warehouse_id) {
            // Of two readings of the same moment the later one is the fresher answer.
            (Some(moment), _) => Rank::Reading(Reverse((moment, self.number))),
            (None, Some(id)) => Rank::OfWarehouse(id, self.part, self.number),
            (None, None) => Rank::Record(self.part, self.number),
        };
        SortKey {
            listing: (DatabaseText(&self.sku), DatabaseText(&self.size_id)),
            solid: !self.gives_way,
            owner: self.owner,
            place: self.place(),
            region: &self.region,
            rank,
        }
    }
}

/// Which of several rows counts that claim the same place: the least.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Rank {
    Reading(Reverse<(i64, u64)>),
    /// The id of a warehouse, the SKU, and the number of a record that may not be repeated for
    /// them.
    OfWarehouse(i64, Option<i64>, u64),
    /// The SKU, and the number of a record that may not be repeated for it.
    Record(Option<i64>, u64),
}
