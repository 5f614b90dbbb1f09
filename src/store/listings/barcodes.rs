//! The table `listing_barcodes`: every barcode of every listing, and those it had before. Which
//! product follows from them is decided in `identity`.

use std::collections::HashMap;
use std::io;

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Value};
use sha2::{Digest, Sha256};

use crate::inventory::Source;
use crate::staging::Spool;
use crate::store::database::bulk_load::placeholders;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::plan_rows::{KnownUpdate, ListingKey, StoredBarcode};

const LOSE: &str = "
    UPDATE listing_barcodes SET lost_on = ?
    WHERE source = ? AND sku = ? AND size_id = ? AND barcode = ? AND lost_on IS NULL";

/// Completed with the `sku`s, for which both servers have a range; a card's few other sizes do no
/// harm. A legacy card, which has no size, is none of its size's rivals.
const RIVALS: &str = "
    SELECT EXISTS (
        SELECT 1
        FROM listing_barcodes AS own
        JOIN listing_barcodes AS rival ON rival.barcode = own.barcode AND rival.source = own.source
        WHERE own.source = ? AND own.sku IN {skus}
          AND (rival.sku <> own.sku
               OR rival.size_id <> own.size_id AND rival.size_id <> '' AND own.size_id <> ''))";

/// Rows of one statement.
const BATCH: usize = 500;

/// Tells two sets of barcodes apart, whatever their order. An empty set is no hash.
pub(crate) fn hash(barcodes: &[String]) -> Option<i64> {
    if barcodes.is_empty() {
        return None;
    }
    let mut sorted: Vec<&str> = barcodes.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let digest = Sha256::digest(sorted.join("\n"));
    let bytes: [u8; 8] = digest[..8].try_into().ok()?;
    Some(i64::from_be_bytes(bytes))
}

pub(crate) fn of_listings(
    conn: &mut Conn,
    source: Source,
    listings: &[(&str, &str)],
) -> Result<HashMap<(String, String), Vec<StoredBarcode>>, StoreError> {
    let mut found: HashMap<_, Vec<StoredBarcode>> = HashMap::new();
    // By `sku` alone, for which both servers have a range; a card's few other sizes do no harm.
    for listings in listings.chunks(BATCH) {
        let statement = format!(
            "SELECT sku, size_id, barcode, lost_on IS NOT NULL FROM listing_barcodes \
             WHERE source = ? AND sku IN {}",
            placeholders(1, listings.len())
        );
        let mut values: Vec<Value> = vec![source.as_str().into()];
        values.extend(listings.iter().map(|(sku, _)| Value::from(*sku)));
        let read = |(sku, size_id, barcode, lost)| ((sku, size_id), (barcode, lost));
        for (listing, barcode) in rows::map(conn, statement, values, read)? {
            let barcodes: &mut Vec<StoredBarcode> = found.entry(listing).or_default();
            if !barcodes.contains(&barcode) {
                barcodes.push(barcode);
            }
        }
    }
    Ok(found)
}

/// Whether another listing of the same marketplace has, or had, a barcode of one of these.
pub(crate) fn have_rivals(
    conn: &mut Conn,
    source: Source,
    listings: &Spool<ListingKey>,
) -> Result<bool, StoreError> {
    for batch in listings.batches(BATCH) {
        let batch = batch?;
        let statement = RIVALS.replace("{skus}", &placeholders(1, batch.len()));
        let mut values: Vec<Value> = vec![source.as_str().into()];
        values.extend(batch.into_iter().map(|listing| Value::from(listing.sku)));
        if rows::first(conn, statement, values)? == Some((true,)) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn add(
    conn: &mut Conn,
    source: Source,
    listings: impl Iterator<Item = io::Result<(String, String, Vec<String>)>>,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for listing in listings {
        let (sku, size_id, barcodes) = listing?;
        for barcode in barcodes {
            rows.push((sku.clone(), size_id.clone(), barcode));
            if rows.len() == BATCH {
                insert(conn, source, &rows)?;
                rows.clear();
            }
        }
    }
    insert(conn, source, &rows)
}

/// Brings the barcodes of known listings to what the marketplace names now; what it no longer names
/// is kept as lost.
pub(crate) fn replace(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    updates: &Spool<KnownUpdate>,
) -> Result<(), StoreError> {
    let (mut gained, mut lost) = (Vec::new(), Vec::new());
    for update in updates.read() {
        let KnownUpdate { listing, stored, .. } = update?;
        let row =
            |barcode: &String| (listing.sku.clone(), listing.size_id.clone(), barcode.clone());
        let has = |barcode: &&String| stored.iter().any(|(known, lost)| known == *barcode && !lost);
        gained.extend(listing.barcodes.iter().filter(|barcode| !has(barcode)).map(row));
        let gone = stored.iter().filter(|(known, lost)| !lost && !listing.barcodes.contains(known));
        lost.extend(gone.map(|(known, _)| row(known)));
        if gained.len() >= BATCH || lost.len() >= BATCH {
            insert(conn, source, &std::mem::take(&mut gained))?;
            lose(conn, source, day, &std::mem::take(&mut lost))?;
        }
    }
    insert(conn, source, &gained)?;
    lose(conn, source, day, &lost)
}

type Row = (String, String, String);

fn insert(conn: &mut Conn, source: Source, rows: &[Row]) -> Result<(), StoreError> {
    for rows in rows.chunks(BATCH) {
        let statement = format!(
            "INSERT INTO listing_barcodes (source, sku, size_id, barcode) VALUES {} \
             ON DUPLICATE KEY UPDATE lost_on = NULL",
            placeholders(rows.len(), 4)
        );
        let values: Vec<Value> = rows
            .iter()
            .flat_map(|(sku, size_id, barcode)| {
                [source.as_str().into(), sku.into(), size_id.into(), barcode.into()]
            })
            .collect();
        conn.exec_drop(statement, values)?;
    }
    Ok(())
}

fn lose(conn: &mut Conn, source: Source, day: NaiveDate, rows: &[Row]) -> Result<(), StoreError> {
    let rows =
        rows.iter().map(|(sku, size_id, barcode)| (day, source.as_str(), sku, size_id, barcode));
    Ok(conn.exec_batch(LOSE, rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_barcodes_does_not_depend_on_their_order() {
        let barcodes =
            |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        assert_eq!(hash(&barcodes(&["1", "2"])), hash(&barcodes(&["2", "1"])));
        assert_ne!(hash(&barcodes(&["1", "2"])), hash(&barcodes(&["12"])));
        assert_eq!(hash(&[]), None);
    }
}
