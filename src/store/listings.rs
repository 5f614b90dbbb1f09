//! The table `product_listings`: what each marketplace sells under which number, and which product that is.
//! The plan is made by reading only; the write creates what is new and fills up what lacked.

use std::cmp::Ordering;

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Value};
use serde::{Deserialize, Serialize};

use super::barcodes;
use super::bulk::{BulkWay, Cell, Target, ToCells, fresh_temporary, placeholders};
use super::error::StoreError;
use super::identity::{self, Learned, Links, counts_since};
use super::known::{self, KnownUpdate};
use super::merge::Merge;
use super::products::Products;
use super::snapshot::TargetRow;
use super::walk::{GoneListing, KnownListing, Walk, Walked};
use crate::inventory::Source;
use crate::inventory::card::CardSize;
use crate::staging::{Snapshot, Spool, SpoolWriter, StagedRow};

const KNOWN: &str = "
    SELECT sku, size_id, product_id, barcode IS NULL, seller_article IS NULL, name IS NULL, last_seen_on < ?,
           barcodes_hash, set_by_hand, cards_asked_on IS NULL OR cards_asked_on < ?
    FROM product_listings
    WHERE source = ?
    ORDER BY sku, size_id";

const NEW: Target = Target {
    table: "product_listings",
    columns: &[
        "source",
        "sku",
        "size_id",
        "product_id",
        "barcode",
        "seller_article",
        "name",
        "chrt_id",
        "barcodes_hash",
        "first_seen_on",
        "last_seen_on",
    ],
};

/// Completed with the rows to fill up; all of them exist, so nothing is ever inserted by it.
const FILL_UP: &str = "
    INSERT INTO product_listings
        (source, sku, size_id, product_id, barcode, seller_article, name, first_seen_on, last_seen_on)
    VALUES {rows}
    ON DUPLICATE KEY UPDATE
        barcode = COALESCE(barcode, VALUES(barcode)),
        seller_article = COALESCE(seller_article, VALUES(seller_article)),
        name = COALESCE(name, VALUES(name))";

const SEEN: &str = "
    UPDATE product_listings
    SET last_seen_on = ?
    WHERE source = ? AND last_seen_on < ?";

/// To look for each listing among those that are gone takes half the time of looking for it in the day's snapshot.
const SEEN_BUT_GONE: &str = "
    UPDATE product_listings AS l
    LEFT JOIN stocksync_gone AS gone ON gone.sku = l.sku AND gone.size_id = l.size_id
    SET l.last_seen_on = ?
    WHERE l.source = ? AND l.last_seen_on < ? AND gone.sku IS NULL";

const CREATE_GONE: &str = "
    CREATE TEMPORARY TABLE stocksync_gone (
        sku VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        size_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        PRIMARY KEY (sku, size_id)
    )";

const GONE: Target = Target { table: "stocksync_gone", columns: &["sku", "size_id"] };

/// Rows of one `FILL_UP` or of one insert of products: with the longest names and articles they fit into a packet of 1 MiB,
/// the least `max_allowed_packet` that servers are set up with.
const BATCH: usize = 200;

/// A listing of the pull, with the product it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedListing {
    /// The column of the same name.
    pub sku: String,
    /// The column of the same name.
    pub size_id: String,
    /// The barcodes that the pull names; the first goes into the column `barcode`.
    pub barcodes: Vec<String>,
    /// The column of the same name.
    pub seller_article: Option<String>,
    /// The column of the same name.
    pub name: Option<String>,
    /// The column of the same name.
    pub chrt_id: Option<String>,
    /// The product it belongs to, unless a new one is to be created for it.
    pub product_id: Option<i64>,
    /// The place among the new listings of one of the same `sku` before it, whose new product it shares.
    pub same_as: Option<u64>,
}

impl PlannedListing {
    /// What a row of the pull says of its listing.
    pub fn new(row: &StagedRow, product_id: Option<i64>) -> Self {
        Self {
            sku: row.sku.clone(),
            size_id: row.size_id.clone(),
            barcodes: row.barcodes.clone(),
            seller_article: row.seller_article.clone(),
            name: row.name.clone(),
            chrt_id: None,
            product_id,
            same_as: None,
        }
    }

    /// Takes over what a card says of it.
    pub fn learn(&mut self, size: &CardSize) {
        self.chrt_id = Some(size.chrt_id.clone());
        if !size.barcodes.is_empty() {
            self.barcodes.clone_from(&size.barcodes);
        }
        self.name = size.name.clone().or_else(|| self.name.take());
        self.seller_article = size.seller_article.clone().or_else(|| self.seller_article.take());
    }

    /// `sku` and `size_id`.
    pub fn key(&self) -> (&str, &str) {
        (&self.sku, &self.size_id)
    }

    /// As [`Self::key`].
    pub fn owned_key(&self) -> (String, String) {
        (self.sku.clone(), self.size_id.clone())
    }
}

/// A listing that this sync created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedListing {
    /// The column of the same name.
    pub sku: String,
    /// The column of the same name.
    pub size_id: String,
    /// Its product.
    pub product_id: i64,
}

/// What has to happen to the listings of a source.
pub struct ListingPlan {
    /// What the barcodes say, with the listings that are not known yet, in the database's order.
    pub links: Links,
    /// Listings of the pull whose name or barcode nobody knows and which Wildberries' cards may know.
    pub unknown: u64,
    /// Known listings that lack something which the pull knows.
    lacking: Spool<PlannedListing>,
    /// Known listings whose barcodes changed, or of which a card has said something.
    updates: Spool<KnownUpdate>,
    /// How many known listings of the pull were last seen on an earlier day.
    unseen_today: u64,
    /// Known listings that the pull does not hold.
    gone: Spool<GoneListing>,
}

/// Finds the product of every row of the pull, and what its listings need.
pub fn plan(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    snapshot: &Snapshot,
) -> Result<(ListingPlan, Spool<TargetRow>), StoreError> {
    let mut walk = Walk::new(source)?;
    let known = conn.exec_iter(KNOWN, (day, day, source.as_str()))?;
    let mut known = Merge::new(known.map(|row| KnownListing::read(row?)));
    let mut last: Option<TargetRow> = None;
    for row in snapshot.rows.read() {
        let row = row?;
        let product_id = match &last {
            Some(last) if last.is_of_listing(&row) => last.product_id,
            _ => {
                known.pass_until(|known| known.order(&row), |known| walk.pass(known))?;
                let found = known.take_if(|known| known.order(&row).is_eq())?;
                walk.meet(&row, found)?
            }
        };
        let target = TargetRow::new(row, product_id);
        walk.targets.push(&target)?;
        last = Some(target);
    }
    known.pass_until(|_| Ordering::Less, |known| walk.pass(known))?;
    drop(known);
    let walked = walk.finish()?;
    let (new, updates, unknown) = match source {
        Source::Ozon => (walked.new, known::rebarcoded(conn, source, &walked.rebarcoded)?, 0),
        Source::Wildberries => {
            let (new, of_new) = known::complete(conn, &walked.new)?;
            let (_, of_known) = known::complete(conn, &walked.nameless)?;
            let updates = known::learned(conn, counts_since(source, day))?;
            (new, updates, of_new + of_known)
        }
    };
    let learned = Learned { new, updates: &updates, gone: &walked.gone };
    let links = identity::link(conn, source, day, learned)?;
    let Walked { lacking, unseen_today, gone, targets, .. } = walked;
    Ok((ListingPlan { links, unknown, lacking, updates, unseen_today, gone }, targets))
}

/// Creates what is new (its products too) and brings what is known up to date. Returns the new listings in the
/// database's order.
pub fn apply(
    conn: &mut Conn,
    way: BulkWay,
    source: Source,
    day: NaiveDate,
    plan: &ListingPlan,
) -> Result<Spool<CreatedListing>, StoreError> {
    let new = &plan.links.new;
    if new.count() + plan.lacking.count() + plan.updates.count() == 0 {
        return Ok(SpoolWriter::new()?.finish()?);
    }
    let products = Products::ask(conn)?;
    let (created, complete) = create_products(conn, source, &products, new)?;
    let day_text = day.to_string();
    let rows = complete
        .read()
        .map(move |listing| Ok(NewListing::new(listing?, source.as_str(), day_text.clone())));
    way.load(conn, NEW, rows)?;
    let carried = complete.read().map(|listing| {
        listing.map(|PlannedListing { sku, size_id, barcodes, .. }| (sku, size_id, barcodes))
    });
    barcodes::add(conn, source, carried)?;
    fill_up(conn, source, day, &plan.lacking)?;
    known::write(conn, source, day, &plan.updates)?;
    products.fill_up_names(conn, source)?;
    Ok(created)
}

/// Gives every new listing a product. A product that several share is created with the first of them, which is of the
/// same `sku` and so at most a few places before the others.
fn create_products(
    conn: &mut Conn,
    source: Source,
    products: &Products,
    new: &Spool<PlannedListing>,
) -> Result<(Spool<CreatedListing>, Spool<PlannedListing>), StoreError> {
    let (mut created, mut complete) = (SpoolWriter::new()?, SpoolWriter::new()?);
    let mut numbered = (0_u64..).zip(new.read());
    let mut shared: Vec<(u64, String, Option<i64>)> = Vec::new();
    loop {
        let (mut numbers, mut batch) = (Vec::new(), Vec::new());
        for (number, listing) in numbered.by_ref().take(BATCH) {
            numbers.push(number);
            batch.push(listing?);
        }
        let Some(last) = batch.last() else { break };
        let last_sku = last.sku.clone();
        products.create_missing(conn, source, &mut batch)?;
        for (number, mut listing) in numbers.into_iter().zip(batch) {
            if let Some(leader) = listing.same_as {
                let found = shared.iter().find(|(number, ..)| *number == leader);
                listing.product_id = found.and_then(|(_, _, product_id)| *product_id);
            } else {
                shared.push((number, listing.sku.clone(), listing.product_id));
            }
            let product_id = listing.product_id.ok_or_else(|| {
                StoreError::Unfaithful(format!("no product was created for sku {:?}", listing.sku))
            })?;
            let (sku, size_id) = listing.owned_key();
            created.push(&CreatedListing { sku, size_id, product_id })?;
            complete.push(&listing)?;
        }
        shared.retain(|(_, sku, _)| *sku == last_sku);
    }
    Ok((created.finish()?, complete.finish()?))
}

/// Notes the day on the listings of the pull.
pub fn mark_seen(
    conn: &mut Conn,
    way: BulkWay,
    source: Source,
    day: NaiveDate,
    plan: &ListingPlan,
) -> Result<(), StoreError> {
    if plan.unseen_today == 0 {
        return Ok(());
    }
    let statement = if plan.gone.count() == 0 {
        SEEN
    } else {
        fresh_temporary(conn, CREATE_GONE, GONE.table)?;
        way.load(conn, GONE, plan.gone.read())?;
        SEEN_BUT_GONE
    };
    Ok(conn.exec_drop(statement, (day, source.as_str(), day))?)
}

fn fill_up(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    lacking: &Spool<PlannedListing>,
) -> Result<(), StoreError> {
    let mut lacking = lacking.read();
    loop {
        let batch = lacking.by_ref().take(BATCH).collect::<Result<Vec<PlannedListing>, _>>()?;
        if batch.is_empty() {
            return Ok(());
        }
        let statement = FILL_UP.replace("{rows}", &placeholders(batch.len(), 9));
        let values: Vec<Value> = batch
            .into_iter()
            .flat_map(|listing| {
                let barcode = listing.barcodes.into_iter().next();
                [
                    source.as_str().into(),
                    listing.sku.into(),
                    listing.size_id.into(),
                    listing.product_id.into(),
                    barcode.into(),
                    listing.seller_article.into(),
                    listing.name.into(),
                    day.into(),
                    day.into(),
                ]
            })
            .collect();
        conn.exec_drop(statement, values)?;
    }
}

struct NewListing {
    listing: PlannedListing,
    barcodes_hash: Option<i64>,
    source: &'static str,
    day: String,
}

impl NewListing {
    fn new(listing: PlannedListing, source: &'static str, day: String) -> Self {
        let barcodes_hash = barcodes::hash(&listing.barcodes);
        Self { listing, barcodes_hash, source, day }
    }
}

impl ToCells for NewListing {
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.extend([
            Cell::Text(self.source),
            Cell::Text(&self.listing.sku),
            Cell::Text(&self.listing.size_id),
            self.listing.product_id.map_or(Cell::Null, Cell::Int),
            self.listing.barcodes.first().map(String::as_str).into(),
            self.listing.seller_article.as_deref().into(),
            self.listing.name.as_deref().into(),
            self.listing.chrt_id.as_deref().into(),
            self.barcodes_hash.map_or(Cell::Null, Cell::Int),
            Cell::Text(&self.day),
            Cell::Text(&self.day),
        ]);
    }
}
