//! What cards and pulls say of listings, known ones and new ones, beyond stock: barcodes, size,
//! name.

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Value};

use super::legacy_cards::{self, CardListing};
use super::{barcodes, wb_cards};
use crate::inventory::Source;
use crate::inventory::card::{CardSize, size_named};
use crate::staging::{Spool, SpoolWriter};
use crate::store::database::bulk_load::placeholders;
use crate::store::database::error::StoreError;
use crate::store::plan_rows::{KnownUpdate, PlannedListing, Rebarcoded, StoredBarcode};

/// Completed with the rows to update; all of them exist, so nothing is ever inserted by it.
const UPDATE: &str = "
    INSERT INTO product_listings
        (source, sku, size_id, product_id, barcode, seller_article, name, size_name, chrt_id, barcodes_hash, first_seen_on)
    VALUES {rows}
    ON DUPLICATE KEY UPDATE
        barcode = VALUES(barcode),
        barcodes_hash = VALUES(barcodes_hash),
        chrt_id = COALESCE(VALUES(chrt_id), chrt_id),
        seller_article = COALESCE(VALUES(seller_article), seller_article),
        name = COALESCE(VALUES(name), name),
        size_name = COALESCE(VALUES(size_name), size_name)";

const ASKED: &str = "
    UPDATE product_listings
    SET cards_asked_on = ?
    WHERE source = 'Wildberries' AND (name IS NULL OR barcode IS NULL)
      AND (cards_asked_on IS NULL OR cards_asked_on < ?)";

/// Listings of one question.
const BATCH: usize = 500;

pub(crate) fn barcode_changes(
    conn: &mut Conn,
    source: Source,
    listings: &Spool<Rebarcoded>,
) -> Result<Spool<KnownUpdate>, StoreError> {
    let mut updates = SpoolWriter::new()?;
    for batch in listings.batches(BATCH) {
        let batch = batch?;
        let keys: Vec<_> = batch.iter().map(|it| it.listing.key()).collect();
        let mut stored = barcodes::of_listings(conn, source, &keys)?;
        for Rebarcoded { listing, set_by_hand } in batch {
            let stored = stored.remove(&listing.owned_key()).unwrap_or_default();
            updates.push(&KnownUpdate { listing, stored, set_by_hand, counts: true })?;
        }
    }
    Ok(updates.finish()?)
}

/// Known listings of cards that were read since the listings last took over what the cards say, and
/// legacy cards whose size is new.
pub(crate) fn updates_from_cards(
    conn: &mut Conn,
    since: NaiveDate,
    new: &Spool<PlannedListing>,
) -> Result<Spool<KnownUpdate>, StoreError> {
    let mut updates = SpoolWriter::new()?;
    legacy_cards::taken_over(conn, new, &mut updates)?;
    let mut after = String::new();
    loop {
        let nm_ids = wb_cards::pending(conn, &after)?;
        let Some(last) = nm_ids.last() else { return Ok(updates.finish()?) };
        after.clone_from(last);
        let nm_ids: Vec<&str> = nm_ids.iter().map(String::as_str).collect();
        let listings = legacy_cards::of_cards(conn, &nm_ids, since)?;
        if listings.is_empty() {
            continue;
        }
        let keys: Vec<_> =
            listings.iter().map(|it| (it.sku.as_str(), it.size_id.as_str())).collect();
        let mut stored = barcodes::of_listings(conn, Source::Wildberries, &keys)?;
        let cards = wb_cards::sizes_of(conn, &nm_ids)?;
        for of_card in listings.chunk_by(|one, other| one.sku == other.sku) {
            let sizes = of_card.first().and_then(|it| cards.get(&it.sku)).map_or(&[][..], |it| it);
            for known in of_card {
                let stored = stored.remove(&(known.sku.clone(), known.size_id.clone()));
                if let Some(update) = update(known, of_card, sizes, stored.unwrap_or_default()) {
                    updates.push(&update)?;
                }
            }
        }
    }
}

/// What a card says of one of its listings; `None` if nothing.
fn update(
    known: &CardListing,
    of_card: &[CardListing],
    sizes: &[CardSize],
    stored: Vec<StoredBarcode>,
) -> Option<KnownUpdate> {
    let size = legacy_cards::size_of(known, of_card, sizes);
    if size.is_none() && known.chrt_id.is_none() {
        return None;
    }
    let mut listing = PlannedListing {
        sku: known.sku.clone(),
        size_id: known.size_id.clone(),
        product_id: Some(known.product_id),
        ..PlannedListing::default()
    };
    match size {
        Some(size) => listing.fill_from_card(size),
        // The card has dropped the size; a report that names it by its barcode still does.
        None => listing.barcodes.extend(
            stored.iter().map(|(barcode, _)| barcode).find(|it| **it == listing.size_id).cloned(),
        ),
    }
    let counts = known.counts(of_card);
    Some(KnownUpdate { listing, stored, set_by_hand: known.set_by_hand, counts })
}

/// Adds to new listings of Wildberries what the cards say. Also says of how many the cards do not
/// say everything.
pub(crate) fn fill_from_cards(
    conn: &mut Conn,
    listings: &Spool<PlannedListing>,
) -> Result<(Spool<PlannedListing>, u64), StoreError> {
    let mut filled = SpoolWriter::new()?;
    let incomplete = each_with_card(conn, listings, |mut listing, size| {
        if let Some(size) = size {
            listing.fill_from_card(size);
        }
        Ok(filled.push(&listing)?)
    })?;
    Ok((filled.finish()?, incomplete))
}

/// Of how many listings the cards do not say everything.
pub(crate) fn count_incomplete(
    conn: &mut Conn,
    listings: &Spool<PlannedListing>,
) -> Result<u64, StoreError> {
    each_with_card(conn, listings, |_, _| Ok(()))
}

fn each_with_card(
    conn: &mut Conn,
    listings: &Spool<PlannedListing>,
    mut each: impl FnMut(PlannedListing, Option<&CardSize>) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let mut incomplete = 0;
    for batch in listings.batches(BATCH) {
        let batch = batch?;
        let mut nm_ids: Vec<&str> = batch.iter().map(|listing| listing.sku.as_str()).collect();
        nm_ids.dedup();
        let sizes = wb_cards::sizes_of(conn, &nm_ids)?;
        for listing in batch {
            let size = sizes.get(&listing.sku).and_then(|it| size_named(&listing.size_id, it));
            incomplete += u64::from(!size.is_some_and(CardSize::is_complete));
            each(listing, size)?;
        }
    }
    Ok(incomplete)
}

pub(crate) fn write(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    updates: &Spool<KnownUpdate>,
) -> Result<(), StoreError> {
    const COLUMNS: usize = 11;
    for batch in updates.batches(BATCH) {
        let batch = batch?;
        let statement = UPDATE.replace("{rows}", &placeholders(batch.len(), COLUMNS));
        let values: Vec<Value> = batch
            .into_iter()
            .flat_map(|KnownUpdate { listing, .. }| {
                let hash = barcodes::hash(&listing.barcodes);
                [
                    source.as_str().into(),
                    listing.sku.into(),
                    listing.size_id.into(),
                    listing.product_id.into(),
                    listing.barcodes.into_iter().next().into(),
                    listing.seller_article.into(),
                    listing.name.into(),
                    listing.size_name.into(),
                    listing.chrt_id.into(),
                    hash.into(),
                    day.into(),
                ]
            })
            .collect();
        conn.exec_drop(statement, values)?;
    }
    barcodes::replace(conn, source, day, updates)
}

/// Notes that all cards have been read, and that some listings are still not fully known.
pub(crate) fn mark_asked(conn: &mut Conn, day: NaiveDate) -> Result<(), StoreError> {
    Ok(conn.exec_drop(ASKED, (day, day))?)
}
