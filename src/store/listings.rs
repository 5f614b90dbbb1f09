//! The table `product_listings`: what each marketplace sells under which number, and which product that is.
//! The plan is made by reading only; the write creates what is new and fills up what lacked.

use std::cmp::Ordering;

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Row, Value};
use serde::{Deserialize, Serialize};

use super::bulk::{BulkWay, Cell, Target, ToCells, fresh_temporary, placeholders};
use super::error::StoreError;
use super::identity;
use super::merge::Merge;
use super::products::Products;
use super::row::read_row;
use super::snapshot::TargetRow;
use crate::inventory::Source;
use crate::staging::{Snapshot, Spool, SpoolWriter, StagedRow, database_order};

const KNOWN: &str = "
    SELECT sku, size_id, product_id, barcode IS NULL, seller_article IS NULL, name IS NULL, last_seen_on < ?
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

/// Rows of one `FILL_UP`.
const BATCH: usize = 500;

/// A listing of the pull, with the product it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The product it belongs to, unless a new one is to be created for it.
    pub product_id: Option<i64>,
}

impl PlannedListing {
    fn new(row: &StagedRow, product_id: Option<i64>) -> Self {
        Self {
            sku: row.sku.clone(),
            size_id: row.size_id.clone(),
            barcodes: row.barcodes.clone(),
            seller_article: row.seller_article.clone(),
            name: row.name.clone(),
            product_id,
        }
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
    /// Listings that are not known yet, in the database's order.
    pub new: Spool<PlannedListing>,
    /// How many of them belong to no known product.
    pub products_to_create: u64,
    /// Known listings that lack something which the pull knows.
    lacking: Spool<PlannedListing>,
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
    let (mut targets, mut new, mut lacking, mut gone) =
        (SpoolWriter::new()?, SpoolWriter::new()?, SpoolWriter::new()?, SpoolWriter::new()?);
    let mut is_gone = |known: KnownListing| Ok(gone.push(&known.gone())?);
    let mut unseen_today = 0;
    let known = conn.exec_iter(KNOWN, (day, source.as_str()))?;
    let mut known = Merge::new(known.map(|row| KnownListing::read(row?)));
    let mut last: Option<(StagedRow, Option<i64>)> = None;
    for row in snapshot.rows.read() {
        let row = row?;
        let product_id = match &last {
            Some((last, product_id)) if last.listing_order(&row).is_eq() => *product_id,
            _ => {
                known.pass_until(|known| known.order(&row), &mut is_gone)?;
                let found = known.take_if(|known| known.order(&row).is_eq())?;
                let product_id = found.as_ref().map(|found| found.product_id);
                match found {
                    None => new.push(&PlannedListing::new(&row, None))?,
                    Some(found) => {
                        unseen_today += u64::from(found.unseen_today);
                        if found.lacks_something_of(&row) {
                            lacking.push(&PlannedListing::new(&row, product_id))?;
                        }
                    }
                }
                last = Some((row.clone(), product_id));
                product_id
            }
        };
        targets.push(&TargetRow::new(row, product_id))?;
    }
    known.pass_until(|_| Ordering::Less, &mut is_gone)?;
    drop(known);
    let (new, products_to_create) = identity::link_by_barcode(conn, new.finish()?)?;
    Ok((
        ListingPlan {
            new,
            products_to_create,
            lacking: lacking.finish()?,
            unseen_today,
            gone: gone.finish()?,
        },
        targets.finish()?,
    ))
}

/// Creates what is new (its products too) and fills up what lacked. Returns the new listings in the database's order.
pub fn apply(
    conn: &mut Conn,
    way: BulkWay,
    source: Source,
    day: NaiveDate,
    plan: &ListingPlan,
) -> Result<Spool<CreatedListing>, StoreError> {
    let mut created = SpoolWriter::new()?;
    let mut complete = SpoolWriter::new()?;
    if plan.new.count() + plan.lacking.count() > 0 {
        let products = Products::ask(conn)?;
        let mut new = plan.new.read();
        loop {
            let mut batch = new.by_ref().take(BATCH).collect::<Result<Vec<PlannedListing>, _>>()?;
            if batch.is_empty() {
                break;
            }
            products.create_missing(conn, source, &mut batch)?;
            for listing in batch {
                let product_id = listing.product_id.ok_or_else(|| {
                    StoreError::Unfaithful(format!(
                        "no product was created for sku {:?}",
                        listing.sku
                    ))
                })?;
                created.push(&CreatedListing {
                    sku: listing.sku.clone(),
                    size_id: listing.size_id.clone(),
                    product_id,
                })?;
                complete.push(&listing)?;
            }
        }
        let day_text = day.to_string();
        let rows = complete.finish()?.read().map(move |listing| {
            Ok(NewListing { listing: listing?, source: source.as_str(), day: day_text.clone() })
        });
        way.load(conn, NEW, rows)?;
        fill_up(conn, source, day, &plan.lacking)?;
        products.fill_up_names(conn, source)?;
    }
    Ok(created.finish()?)
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
        let statement = FILL_UP.replace("{rows}", &placeholders(batch.len(), NEW.columns.len()));
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

struct KnownListing {
    sku: String,
    size_id: String,
    product_id: i64,
    lacks_barcode: bool,
    lacks_article: bool,
    lacks_name: bool,
    unseen_today: bool,
}

impl KnownListing {
    fn read(row: Row) -> Result<Self, StoreError> {
        let (sku, size_id, product_id, lacks_barcode, lacks_article, lacks_name, unseen_today) =
            read_row(row)?;
        Ok(Self {
            sku,
            size_id,
            product_id,
            lacks_barcode,
            lacks_article,
            lacks_name,
            unseen_today,
        })
    }

    fn gone(self) -> GoneListing {
        GoneListing { sku: self.sku, size_id: self.size_id }
    }

    fn order(&self, row: &StagedRow) -> Ordering {
        database_order(&self.sku, &row.sku)
            .then_with(|| database_order(&self.size_id, &row.size_id))
    }

    fn lacks_something_of(&self, row: &StagedRow) -> bool {
        (self.lacks_barcode && !row.barcodes.is_empty())
            || (self.lacks_article && row.seller_article.is_some())
            || (self.lacks_name && row.name.is_some())
    }
}

/// A known listing that the marketplace no longer lists.
#[derive(Serialize, Deserialize)]
struct GoneListing {
    sku: String,
    size_id: String,
}

impl ToCells for GoneListing {
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.extend([Cell::Text(&self.sku), Cell::Text(&self.size_id)]);
    }
}

struct NewListing {
    listing: PlannedListing,
    source: &'static str,
    day: String,
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
            Cell::Text(&self.day),
            Cell::Text(&self.day),
        ]);
    }
}
