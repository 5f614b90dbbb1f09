//! Listings of Wildberries as a reading of the cards finds them, and which size each of them means.
//! A card that the old system knew by its `nmId` alone is a listing without a size: it means the
//! card's only one. Reads only.

use chrono::NaiveDate;
use mysql::{Conn, Value};

use super::{barcodes, wb_cards};
use crate::inventory::Source;
use crate::inventory::card::{CardSize, size_named};
use crate::staging::{Spool, SpoolWriter};
use crate::store::database::bulk_load::placeholders;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::plan_rows::{KnownUpdate, PlannedListing};

const LISTINGS_OF_CARDS: &str = "
    SELECT sku, size_id, product_id, set_by_hand, last_seen_on IS NULL OR last_seen_on >= ?, chrt_id
    FROM product_listings
    WHERE source = 'Wildberries' AND sku IN {skus}
    ORDER BY sku, size_id";

const LEGACY: &str = "
    SELECT sku FROM product_listings
    WHERE source = 'Wildberries' AND size_id = '' AND chrt_id IS NULL AND sku IN ";

/// Listings of one question.
const BATCH: usize = 500;

#[derive(Clone, Debug, Default)]
pub(super) struct CardListing {
    pub sku: String,
    /// The column of the same name; empty for a legacy card.
    pub size_id: String,
    pub product_id: i64,
    pub set_by_hand: bool,
    /// Whether it has been seen of late.
    is_fresh: bool,
    /// The size that it meant by the last word of the card.
    pub chrt_id: Option<String>,
}

impl CardListing {
    /// Whether its barcodes count: those of a legacy card do as long as those of its size do.
    pub(super) fn counts(&self, of_card: &[CardListing]) -> bool {
        if self.size_id.is_empty() {
            let is_its = |size: &Option<String>| self.chrt_id.is_none() || *size == self.chrt_id;
            let mut sizes = of_card.iter().filter(|other| !other.size_id.is_empty());
            sizes.any(|other| other.is_fresh && is_its(&other.chrt_id))
        } else {
            self.is_fresh
        }
    }
}

pub(super) fn of_cards(
    conn: &mut Conn,
    nm_ids: &[&str],
    since: NaiveDate,
) -> Result<Vec<CardListing>, StoreError> {
    let statement = LISTINGS_OF_CARDS.replace("{skus}", &placeholders(1, nm_ids.len()));
    let mut values: Vec<Value> = vec![since.into()];
    values.extend(nm_ids.iter().map(|nm_id| Value::from(*nm_id)));
    let read = |(sku, size_id, product_id, set_by_hand, is_fresh, chrt_id)| CardListing {
        sku,
        size_id,
        product_id,
        set_by_hand,
        is_fresh,
        chrt_id,
    };
    rows::map(conn, statement, values, read)
}

/// The size that one of a card's known listings means. A legacy card comes to mean the only size of
/// the card once that one is known by a listing of its own, unless another listing says that the
/// card had more; and it stays with the size.
pub(super) fn size_of<'a>(
    listing: &CardListing,
    of_card: &[CardListing],
    sizes: &'a [CardSize],
) -> Option<&'a CardSize> {
    if !listing.size_id.is_empty() {
        return size_named(&listing.size_id, sizes);
    }
    if let Some(chrt_id) = &listing.chrt_id {
        return sizes.iter().find(|size| size.chrt_id == *chrt_id);
    }
    let [only] = sizes else { return None };
    let means_it = |other: &CardListing| {
        other.chrt_id.as_ref() == Some(&only.chrt_id) || size_named(&other.size_id, sizes).is_some()
    };
    let mut others = of_card.iter().filter(|other| !other.size_id.is_empty()).peekable();
    (others.peek().is_some() && others.all(means_it)).then_some(only)
}

/// Legacy cards of which the pull holds the only size, as its first listing.
pub(super) fn taken_over(
    conn: &mut Conn,
    new: &Spool<PlannedListing>,
    updates: &mut SpoolWriter<KnownUpdate>,
) -> Result<(), StoreError> {
    let mut last = String::new();
    for batch in new.batches(BATCH) {
        let batch = batch?;
        let mut skus: Vec<&str> = batch.iter().map(|listing| listing.sku.as_str()).collect();
        skus.dedup();
        let statement = format!("{LEGACY}{}", placeholders(1, skus.len()));
        let values: Vec<Value> = skus.into_iter().map(Value::from).collect();
        let legacy: Vec<String> = rows::map(conn, statement, values, |(sku,)| sku)?;
        let legacy: Vec<&str> =
            legacy.iter().map(String::as_str).filter(|sku| **sku != *last).collect();
        let Some(sku) = batch.last().map(|listing| listing.sku.clone()) else { continue };
        last = sku;
        if legacy.is_empty() {
            continue;
        }
        let known = of_cards(conn, &legacy, NaiveDate::default())?;
        let sizes = wb_cards::sizes_of(conn, &legacy)?;
        let keys: Vec<_> = legacy.iter().map(|sku| (*sku, "")).collect();
        let mut stored = barcodes::of_listings(conn, Source::Wildberries, &keys)?;
        for of_card in known.chunk_by(|one, other| one.sku == other.sku) {
            // With another one beside it, it is looked at when its card is read.
            let [CardListing { sku, product_id, set_by_hand, .. }] = of_card else { continue };
            let Some([only]) = sizes.get(sku).map(Vec::as_slice) else { continue };
            let stored = stored.remove(&(sku.clone(), String::new())).unwrap_or_default();
            let (sku, product_id) = (sku.clone(), Some(*product_id));
            let mut listing = PlannedListing { sku, product_id, ..PlannedListing::default() };
            listing.fill_from_card(only);
            let set_by_hand = *set_by_hand;
            updates.push(&KnownUpdate { listing, stored, set_by_hand, counts: true })?;
        }
    }
    Ok(())
}
