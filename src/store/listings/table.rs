//! The table `product_listings`: what each marketplace sells under which number, and which product
//! that is.
//! The write: creates what is new and fills up what lacked.

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Value};

use super::products::Products;
use super::{barcodes, updates};
use crate::inventory::Source;
use crate::staging::{Spool, SpoolWriter};
use crate::store::database::bulk_load::{BulkWay, Cell, Target, ToCells, placeholders};
use crate::store::database::error::StoreError;
use crate::store::plan_rows::{CreatedListing, KnownUpdate, ListingKey, PlannedListing};

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
        "size_name",
        "chrt_id",
        "barcodes_hash",
        "first_seen_on",
    ],
};

/// Completed with the rows to fill up; all of them exist, so nothing is ever inserted by it.
const FILL_UP: &str = "
    INSERT INTO product_listings
        (source, sku, size_id, product_id, barcode, seller_article, name, size_name, first_seen_on)
    VALUES {rows}
    ON DUPLICATE KEY UPDATE
        barcode = COALESCE(barcode, VALUES(barcode)),
        seller_article = COALESCE(seller_article, VALUES(seller_article)),
        name = COALESCE(name, VALUES(name)),
        size_name = COALESCE(size_name, VALUES(size_name))";

/// Completed with keys. Both servers have a range for each.
const MARK: &str = "
    UPDATE product_listings
    SET last_seen_on = ?
    WHERE source = ? AND (sku, size_id) IN ({keys})";

/// Listings of one `MARK`.
const MARKED: usize = 500;

/// Rows of one `FILL_UP` or of one insert of products: with the longest names and articles they fit
/// into a packet of 1 MiB, the least `max_allowed_packet` that servers are set up with.
const BATCH: usize = 200;

pub(crate) struct ListingPlan {
    /// Known listings that lack something which the pull knows.
    pub lacking: Spool<PlannedListing>,
    /// Known listings whose barcodes changed, or of which a card has said something.
    pub updates: Spool<KnownUpdate>,
    /// Known listings that the pull no longer holds, and the newest snapshot does.
    pub vanished: Spool<ListingKey>,
    /// Known listings of the pull that were gone.
    pub returned: Spool<ListingKey>,
    /// The day of the newest snapshot, this day's included: the last one that held the vanished.
    pub last_day: NaiveDate,
}

/// Creates what is new (its products too) and brings what is known up to date. Returns the new
/// listings in the database's order.
pub(crate) fn apply(
    conn: &mut Conn,
    way: BulkWay,
    source: Source,
    day: NaiveDate,
    plan: &ListingPlan,
    new: &Spool<PlannedListing>,
) -> Result<Spool<CreatedListing>, StoreError> {
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
    updates::write(conn, source, day, &plan.updates)?;
    products.fill_up_names(conn, source)?;
    Ok(created)
}

/// Gives every new listing a product. A product that several share is created with the first of
/// them, which is of the same `sku` and so at most a few places before the others.
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
                StoreError::Mismatch(format!("no product was created for sku {:?}", listing.sku))
            })?;
            let (sku, size_id) = listing.owned_key();
            created.push(&CreatedListing { sku, size_id, product_id })?;
            complete.push(&listing)?;
        }
        shared.retain(|(_, sku, _)| *sku == last_sku);
    }
    Ok((created.finish()?, complete.finish()?))
}

pub(crate) fn mark_seen(
    conn: &mut Conn,
    source: Source,
    plan: &ListingPlan,
) -> Result<(), StoreError> {
    mark(conn, source, Some(plan.last_day), &plan.vanished)?;
    mark(conn, source, None, &plan.returned)
}

fn mark(
    conn: &mut Conn,
    source: Source,
    last_seen_on: Option<NaiveDate>,
    listings: &Spool<ListingKey>,
) -> Result<(), StoreError> {
    for batch in listings.batches(MARKED) {
        let batch = batch?;
        let statement = MARK.replace("{keys}", &placeholders(batch.len(), 2));
        let mut values: Vec<Value> = vec![last_seen_on.into(), source.as_str().into()];
        values.extend(batch.into_iter().flat_map(|key| [key.sku.into(), key.size_id.into()]));
        conn.exec_drop(statement, values)?;
    }
    Ok(())
}

fn fill_up(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    lacking: &Spool<PlannedListing>,
) -> Result<(), StoreError> {
    for batch in lacking.batches(BATCH) {
        let batch = batch?;
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
                    listing.size_name.into(),
                    day.into(),
                ]
            })
            .collect();
        conn.exec_drop(statement, values)?;
    }
    Ok(())
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
            self.listing.size_name.as_deref().into(),
            self.listing.chrt_id.as_deref().into(),
            self.barcodes_hash.map_or(Cell::Null, Cell::Int),
            Cell::Text(&self.day),
        ]);
    }
}
