//! A row on its way to the database, and the order in which rows travel: the database's own.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::sorter::Sortable;
use crate::inventory::{Identity, Listing, Quantities, Record, StockLine, StockType};

/// One row of the day's snapshot in the making, with what its record said of the listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedRow {
    /// As in [`Listing`].
    pub sku: String,
    /// As in [`Listing`].
    pub size_id: String,
    /// As in [`StockLine`].
    pub warehouse_name: String,
    /// As in [`StockLine`].
    pub stock_type: StockType,
    /// As in [`StockLine`].
    pub quantities: Quantities,
    /// As in [`Listing`].
    pub barcodes: Option<Vec<String>>,
    /// As in [`Listing`].
    pub seller_article: Option<String>,
    /// As in [`Listing`].
    pub name: Option<String>,
    /// The number of the record in the pull, from 1 on.
    pub number: u64,
    /// The record's number where one record holds all of a listing's stock, else 0: rows of one listing
    /// with different owners cannot both be right.
    pub owner: u64,
    /// `lastChangeDate` in milliseconds where repetition is by design.
    pub recency: Option<i64>,
}

impl StagedRow {
    /// Takes a record apart into its rows.
    pub fn of_record(number: u64, record: Record) -> impl Iterator<Item = StagedRow> {
        let Record { listing, lines, identity, .. } = record;
        let owner = if identity == Identity::Listing { number } else { 0 };
        let recency =
            if let Identity::NewestOfWarehouse(moment) = identity { Some(moment) } else { None };
        let listings = std::iter::repeat_n(listing, lines.len());
        listings.zip(lines).map(move |(listing, line)| {
            let Listing { sku, size_id, barcodes, seller_article, name } = listing;
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
                number,
                owner,
                recency,
            }
        })
    }

    /// Which listing it is of: `sku` and `size_id`.
    pub fn key(&self) -> (&str, &str) {
        (&self.sku, &self.size_id)
    }

    /// The order of rows among those of one listing.
    pub fn place_order(&self, other: &Self) -> Ordering {
        database_order(&self.warehouse_name, &other.warehouse_name)
            .then_with(|| self.stock_type.cmp(&other.stock_type))
    }
}

/// Rows that claim the same place stand together, the one that counts first.
impl Sortable for StagedRow {
    fn order(&self, other: &Self) -> Ordering {
        listing_order(self.key(), other.key())
            .then_with(|| self.owner.cmp(&other.owner))
            .then_with(|| self.place_order(other))
            .then_with(|| other.recency.cmp(&self.recency))
            .then_with(|| match self.recency {
                // Of two readings of the same moment the later one is the fresher answer.
                Some(_) => other.number.cmp(&self.number),
                None => self.number.cmp(&other.number),
            })
    }

    fn weight(&self) -> usize {
        let texts = [Some(&self.sku), Some(&self.size_id), Some(&self.warehouse_name)];
        let texts =
            texts.into_iter().chain([self.seller_article.as_ref(), self.name.as_ref()]).flatten();
        size_of::<Self>()
            + texts
                .chain(self.barcodes.iter().flatten())
                .map(|text| text.capacity() + size_of::<String>())
                .sum::<usize>()
    }
}

/// The order of listings as the database sees it: by `sku`, then `size_id`.
pub fn listing_order(one: (&str, &str), other: (&str, &str)) -> Ordering {
    database_order(one.0, other.0).then_with(|| database_order(one.1, other.1))
}

/// The order of `utf8mb4_bin` in MySQL and MariaDB: by code point (which is the order of UTF-8's bytes), the shorter text
/// as if it went on with blanks ("PAD SPACE"). Rows sorted like this can be merged with an index of the database.
pub fn database_order(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let common = one.len().min(other.len());
    let tail = |text: &[u8]| {
        text[common..]
            .iter()
            .map(|byte| byte.cmp(&b' '))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    // To compare no bytes may take the processor longer than to compare a hundred, and each second key has an empty part.
    let beginning = if common == 0 { Ordering::Equal } else { one[..common].cmp(&other[..common]) };
    beginning.then_with(|| if one.len() > common { tail(one) } else { tail(other).reverse() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_compares_a_shorter_text_as_if_blanks_followed() {
        assert_eq!(database_order("a", "a  "), Ordering::Equal);
        assert_eq!(database_order("a\t", "a"), Ordering::Less);
        assert_eq!(database_order("a", "a\t"), Ordering::Greater);
        assert_eq!(database_order("a", "ab"), Ordering::Less);
        assert_eq!(database_order("", ""), Ordering::Equal);
    }

    #[test]
    fn listings_are_ordered_by_sku_first() {
        assert_eq!(listing_order(("a", "2"), ("b", "1")), Ordering::Less);
        assert_eq!(listing_order(("a", "2"), ("a ", "1")), Ordering::Greater);
        assert_eq!(listing_order(("a", "1 "), ("a", "1")), Ordering::Equal);
    }

    #[test]
    fn the_database_orders_by_code_point() {
        let mut texts = ["ё", "е", "Z", "a", "🧦", "Ё", "ﬁ"];
        texts.sort_by(|one, other| database_order(one, other));
        let mut points = texts;
        points.sort_by_key(|text| text.chars().next());
        assert_eq!(texts, points);
    }
}
