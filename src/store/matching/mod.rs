//! Which listings of the two marketplaces are one product: barcodes in, assignments out.
//! `rules` is pure and states the policy; nothing here knows stock.

mod assignments;
mod barcode_claims;
mod pairing;
pub(crate) mod product_moves;
mod rules;

use mysql::Conn;
use serde::{Deserialize, Serialize};

use self::assignments::Assignments;
use self::barcode_claims::{BarcodeChanges, BarcodeUse, StaleBarcode};
use self::pairing::{ClusterMember, Pairing};
use self::rules::TradeItem;
pub(super) use self::rules::counts_since;
use super::database::error::StoreError;
use super::listings::barcodes;
use super::newest::Baseline;
use super::plan_rows::{KnownUpdate, ListingKey, PlannedListing};
use crate::inventory::Source;
use crate::staging::{Sorter, Spool, SpoolWriter};

/// Listings of one question.
const BATCH: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Move {
    item: TradeItem,
    size_id: String,
    from: i64,
    /// The product it shall have; `None` for a new one, which the listings of one item share.
    to: Option<i64>,
}

/// A known listing that comes to the product which another listing has once this sync has created
/// and moved all else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DependentMove {
    moved: Move,
    source: Source,
    leader: ListingKey,
}

/// What the barcodes say after this sync's news.
pub(super) struct Links {
    /// The new listings, with their products as far as they exist.
    pub new: Spool<PlannedListing>,
    /// How many products have to be created for them.
    pub products_to_create: u64,
    /// Listings that come to a product which another listing has.
    pub linked: u64,
    /// Known listings that come to another product: two products turned out to be one.
    pub moves: Spool<Move>,
    /// Known listings whose barcode went over to another one: each item among them becomes a
    /// product of its own.
    pub leaving: Spool<Move>,
    /// Known listings whose new partner has no product yet but one of these.
    pub dependent: Spool<DependentMove>,
}

pub(super) struct News<'a> {
    /// New listings, in the database's order.
    pub new: Spool<PlannedListing>,
    /// Known listings, as they shall be.
    pub updates: &'a Spool<KnownUpdate>,
    /// Known listings that the pull does not hold.
    pub gone: &'a Spool<ListingKey>,
    /// Those of them that the newest snapshot holds: their barcodes may be free for others now.
    pub vanished: &'a Spool<ListingKey>,
    /// Known listings that are back: their barcodes may be free no longer.
    pub returned: &'a Spool<ListingKey>,
}

/// Finds out who belongs to whom. All barcodes are looked through only when there is news.
pub(super) fn link(
    conn: &mut Conn,
    baseline: &Baseline,
    news: News<'_>,
) -> Result<Links, StoreError> {
    let News { new, updates, gone, vanished, returned } = news;
    let source = baseline.source;
    if new.count() + updates.count() == 0
        && !barcodes::have_rivals(conn, source, vanished)?
        && !barcodes::have_rivals(conn, source, returned)?
    {
        return Ok(Links {
            new,
            products_to_create: 0,
            linked: 0,
            moves: SpoolWriter::new()?.finish()?,
            leaving: SpoolWriter::new()?.finish()?,
            dependent: SpoolWriter::new()?.finish()?,
        });
    }
    let changes = gather_changes(conn, source, &new, updates, gone)?;
    let mut pairing = Pairing::default();
    barcode_claims::each(conn, baseline, changes, &mut |listing| pairing.push(listing))?;
    let mut assignments = Assignments::default();
    let mut cluster: Vec<ClusterMember> = Vec::new();
    for member in pairing.finish()? {
        let member = member?;
        if cluster.first().is_some_and(|first| first.cluster != member.cluster) {
            assignments.take(&std::mem::take(&mut cluster))?;
        }
        cluster.push(member);
    }
    assignments.take(&cluster)?;
    assignments.finish(&new)
}

fn gather_changes(
    conn: &mut Conn,
    source: Source,
    new: &Spool<PlannedListing>,
    updates: &Spool<KnownUpdate>,
    gone: &Spool<ListingKey>,
) -> Result<BarcodeChanges, StoreError> {
    let mut changes = BarcodeChanges { uses: Sorter::default(), outdated: Sorter::default() };
    for (number, listing) in (0..).zip(new.read()) {
        let listing = listing?;
        for barcode in &listing.barcodes {
            changes.uses.push(&barcode_use(source, &listing, barcode, false, Some(number)))?;
        }
    }
    for update in updates.read() {
        let KnownUpdate { listing, stored, set_by_hand, counts } = update?;
        for (barcode, _) in &stored {
            changes.outdated.push(&outdated(source, &listing.sku, &listing.size_id, barcode))?;
        }
        let lost = stored.iter().map(|(barcode, _)| barcode);
        let lost = lost.filter(|barcode| !listing.barcodes.contains(barcode));
        let all = listing.barcodes.iter().map(|it| (it, false)).chain(lost.map(|it| (it, true)));
        for (barcode, lost) in all.filter(|_| counts) {
            let listing = barcode_use(source, &listing, barcode, lost, None);
            changes.uses.push(&BarcodeUse { set_by_hand, ..listing })?;
        }
    }
    if source == Source::Ozon {
        let_go(conn, gone, &mut changes)?;
    }
    Ok(changes)
}

/// An article that Ozon no longer lists carries no barcode.
fn let_go(
    conn: &mut Conn,
    gone: &Spool<ListingKey>,
    changes: &mut BarcodeChanges,
) -> Result<(), StoreError> {
    for batch in gone.batches(BATCH) {
        let batch = batch?;
        let keys: Vec<_> = batch.iter().map(|it| (it.sku.as_str(), it.size_id.as_str())).collect();
        let mut stored = barcodes::of_listings(conn, Source::Ozon, &keys)?;
        for ListingKey { sku, size_id } in batch {
            let listing = (sku, size_id);
            for (barcode, _) in stored.remove(&listing).unwrap_or_default() {
                changes.outdated.push(&outdated(Source::Ozon, &listing.0, &listing.1, &barcode))?;
            }
        }
    }
    Ok(())
}

fn barcode_use(
    source: Source,
    listing: &PlannedListing,
    barcode: &str,
    lost: bool,
    number: Option<u64>,
) -> BarcodeUse {
    BarcodeUse {
        barcode: barcode.to_owned(),
        item: TradeItem::new(source, &listing.sku, &listing.size_id, listing.chrt_id.as_deref()),
        size_id: listing.size_id.clone(),
        product_id: listing.product_id,
        set_by_hand: false,
        number,
        lost,
    }
}

fn outdated(source: Source, sku: &str, size_id: &str, barcode: &str) -> StaleBarcode {
    StaleBarcode {
        barcode: barcode.to_owned(),
        source,
        sku: sku.to_owned(),
        size_id: size_id.to_owned(),
    }
}

#[cfg(test)]
mod tests;
