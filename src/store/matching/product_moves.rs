//! Listings that change their product, with the rows of their history: what the assignments say,
//! written as the last step of the sync's transaction, when the day's snapshot stands.

use mysql::Conn;
use mysql::prelude::Queryable;

use super::{DependentMove, Links, Move};
use crate::staging::{Spool, SpoolWriter};
use crate::store::database::bulk_load::{BulkWay, Cell, Target, ToCells, fresh_temporary};
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::listings::products::Products;
use crate::store::plan_rows::PlannedListing;
use crate::text::counted;

const CREATE_MOVED: &str = "
    CREATE TEMPORARY TABLE stocksync_moved (
        source       VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        sku          VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        size_id      VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        from_product BIGINT NOT NULL,
        to_product   BIGINT NOT NULL,
        part         BIGINT NOT NULL,
        PRIMARY KEY (source, sku, size_id),
        KEY (part)
    )";

const MOVED: Target = Target {
    table: "stocksync_moved",
    columns: &["source", "sku", "size_id", "from_product", "to_product", "part"],
};

/// Listings whose history goes over in one statement. Each may have a row per day and warehouse,
/// tens of thousands; a statement over all of them may outlast the 15 minutes that the client
/// waits, and would at every try.
const PART: u64 = 100;

const MOVE_LISTINGS: &str = "
    UPDATE stocksync_moved AS m
    STRAIGHT_JOIN product_listings AS l
        ON l.source = m.source AND l.sku = m.sku AND l.size_id = m.size_id
    SET l.product_id = m.to_product
    WHERE l.product_id = m.from_product AND l.set_by_hand = 0";

/// A row keeps its times: it is the same stock of the same day.
const MOVE_HISTORY: &str = "
    UPDATE stocksync_moved AS m
    STRAIGHT_JOIN inventory_data AS i
        ON i.sku = m.sku AND i.size_id = m.size_id AND i.source = m.source
    SET i.product_id = m.to_product, i.last_sync_at = i.last_sync_at, i.created_at = i.created_at
    WHERE m.part = ? AND i.product_id = m.from_product";

const PRODUCT: &str = "
    SELECT product_id FROM product_listings WHERE source = ? AND sku = ? AND size_id = ?";

const NOTE_JOINS: &str = "
    INSERT INTO product_joins (joined_product_id, product_id)
    SELECT DISTINCT m.from_product, m.to_product
    FROM stocksync_moved AS m
    WHERE NOT EXISTS (SELECT 1 FROM product_listings AS l WHERE l.product_id = m.from_product)";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MoveCounts {
    /// Products that have no listing any more.
    pub products_joined: u64,
    /// Products created for listings that lost their barcode to another one.
    pub products_created: u64,
}

/// Brings listings to their products, and the rows of `inventory_data` with them.
pub(crate) fn apply(
    conn: &mut Conn,
    way: BulkWay,
    links: &Links,
) -> Result<MoveCounts, StoreError> {
    let Links { moves, leaving, dependent, .. } = links;
    let mut counts = MoveCounts::default();
    if moves.count() > 0 {
        move_listings(conn, way, moves)?;
        conn.query_drop(NOTE_JOINS)?;
        counts.products_joined = conn.affected_rows();
        log::info!(
            "merged {} into existing ones, which take over {} with all history",
            counted(counts.products_joined, "product"),
            counted(moves.count(), "listing")
        );
    }
    if leaving.count() > 0 {
        let leaving = create_split_products(conn, leaving, &mut counts)?;
        move_listings(conn, way, &leaving)?;
        log::info!(
            "listings that lost a barcode to another become products of their own, with their history: {}",
            leaving.count()
        );
    }
    if dependent.count() > 0 {
        let followed = follow(conn, dependent)?;
        move_listings(conn, way, &followed)?;
        log::info!(
            "listings that have another barcode leave a product to who has the old one, with their history: {}",
            dependent.count()
        );
    }
    Ok(counts)
}

fn move_listings(conn: &mut Conn, way: BulkWay, moves: &Spool<Move>) -> Result<(), StoreError> {
    fresh_temporary(conn, CREATE_MOVED, MOVED.table)?;
    let numbered = moves.read().zip(0..).map(|(moved, number)| {
        moved.map(|moved| InPart { moved, part: number / PART.cast_signed() })
    });
    way.load(conn, MOVED, numbered)?;
    conn.query_drop(MOVE_LISTINGS)?;
    for part in 0..moves.count().div_ceil(PART) {
        conn.exec_drop(MOVE_HISTORY, (part,))?;
        let (done, all) = (moves.count().min((part + 1) * PART), moves.count());
        log::debug!("the history of {done} of {all} listings has gone over");
    }
    Ok(())
}

/// A move, and with which part of the listings its history goes over.
struct InPart {
    moved: Move,
    part: i64,
}

/// Only now have all leaders the product that they keep.
fn follow(conn: &mut Conn, dependent: &Spool<DependentMove>) -> Result<Spool<Move>, StoreError> {
    let mut followed = SpoolWriter::new()?;
    for one in dependent.read() {
        let DependentMove { moved, source, leader } = one?;
        let key = (source.as_str(), leader.sku, leader.size_id);
        let to = rows::first(conn, PRODUCT, key)?.map(|(product_id,): (i64,)| product_id);
        followed.push(&Move { to, ..moved })?;
    }
    Ok(followed.finish()?)
}

/// A new product for each item that leaves; its listings stand together.
fn create_split_products(
    conn: &mut Conn,
    leaving: &Spool<Move>,
    counts: &mut MoveCounts,
) -> Result<Spool<Move>, StoreError> {
    let products = Products::ask(conn)?;
    let mut split = SpoolWriter::new()?;
    let mut last: Option<Move> = None;
    for leaver in leaving.read() {
        let mut leaver = leaver?;
        match last.as_ref().filter(|last| last.item == leaver.item) {
            Some(last) => leaver.to = last.to,
            None => {
                let mut listing = PlannedListing {
                    sku: leaver.item.sku.clone(),
                    size_id: leaver.size_id.clone(),
                    ..PlannedListing::default()
                };
                products.create_missing(
                    conn,
                    leaver.item.source,
                    std::slice::from_mut(&mut listing),
                )?;
                leaver.to = listing.product_id;
                counts.products_created += 1;
            }
        }
        split.push(&leaver)?;
        last = Some(leaver);
    }
    Ok(split.finish()?)
}

impl ToCells for InPart {
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        let Self { moved, part } = self;
        out.extend([
            Cell::Text(moved.item.source.as_str()),
            Cell::Text(&moved.item.sku),
            Cell::Text(&moved.size_id),
            Cell::Int(moved.from),
            moved.to.map_or(Cell::Null, Cell::Int),
            Cell::Int(*part),
        ]);
    }
}
