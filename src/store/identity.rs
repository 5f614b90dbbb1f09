//! Which product a new listing is: the same thing carries the same barcode on either marketplace.

use std::cmp::Ordering;

use mysql::prelude::Queryable;
use mysql::{Conn, Row};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::listings::PlannedListing;
use super::merge::Merge;
use super::row::read_row;
use crate::staging::{Sortable, Sorter, Spool, SpoolWriter, database_order};

const KNOWN_BARCODES: &str =
    "SELECT barcode, product_id FROM product_listings WHERE barcode IS NOT NULL ORDER BY barcode";

/// Finds the products of new listings whose barcodes are known already. Also says how many of them belong to none.
pub fn link_by_barcode(
    conn: &mut Conn,
    listings: Spool<PlannedListing>,
) -> Result<(Spool<PlannedListing>, u64), StoreError> {
    let mut claims = Sorter::new()?;
    for (number, listing) in (0..).zip(listings.read()) {
        for barcode in listing?.barcodes {
            claims.push(Claim { barcode, number })?;
        }
    }
    let mut matches = match_claims(conn, claims)?.peekable();
    let mut linked = SpoolWriter::new()?;
    let mut without_product = 0;
    for (number, listing) in (0..).zip(listings.read()) {
        let mut listing = listing?;
        let mut products = Vec::new();
        while let Some(found) =
            matches.next_if(|found| found.as_ref().map_or(true, |found| found.number == number))
        {
            products.push(found?.product_id);
        }
        listing.product_id = only_product(&products);
        without_product += u64::from(listing.product_id.is_none());
        linked.push(&listing)?;
    }
    Ok((linked.finish()?, without_product))
}

/// A new listing becomes a known product only if its barcode leads to exactly one listing, and no other new listing
/// claims the same barcode: two cards with one barcode must not melt two products into one.
fn product_of_barcode(known: &[i64], claimants: u64) -> Option<i64> {
    match (known, claimants) {
        ([product], 1) => Some(*product),
        _ => None,
    }
}

/// Several barcodes may say the same; when they contradict each other none of them is believed.
fn only_product(products: &[i64]) -> Option<i64> {
    let first = products.first()?;
    products.iter().all(|product| product == first).then_some(*first)
}

fn match_claims(
    conn: &mut Conn,
    claims: Sorter<Claim>,
) -> Result<impl Iterator<Item = std::io::Result<Match>>, StoreError> {
    let mut matches = Sorter::new()?;
    let mut claims = claims.finish()?.peekable();
    if claims.peek().is_some() {
        let known = conn.query_iter(KNOWN_BARCODES)?;
        let mut known = Merge::new(known.map(|row| KnownBarcode::read(row?)));
        while let Some(claim) = claims.next() {
            let claim = claim?;
            let mut claimants = 1;
            while claims
                .next_if(|next| next.as_ref().is_ok_and(|next| next.barcode == claim.barcode))
                .is_some()
            {
                claimants += 1;
            }
            known.pass_until(|known| database_order(&known.barcode, &claim.barcode), |_| Ok(()))?;
            let mut products = Vec::new();
            while let Some(found) = known.take_if(|known| known.barcode == claim.barcode)? {
                products.push(found.product_id);
            }
            if let Some(product_id) = product_of_barcode(&products, claimants) {
                matches.push(Match { number: claim.number, product_id })?;
            }
        }
    }
    Ok(matches.finish()?)
}

struct KnownBarcode {
    barcode: String,
    product_id: i64,
}

impl KnownBarcode {
    fn read(row: Row) -> Result<Self, StoreError> {
        let (barcode, product_id) = read_row(row)?;
        Ok(Self { barcode, product_id })
    }
}

/// A new listing, by its place among the new ones, carries a barcode.
#[derive(Serialize, Deserialize)]
struct Claim {
    barcode: String,
    number: u64,
}

impl Sortable for Claim {
    fn order(&self, other: &Self) -> Ordering {
        database_order(&self.barcode, &other.barcode).then_with(|| self.number.cmp(&other.number))
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.barcode.capacity()
    }
}

/// A barcode of a new listing leads to a product.
#[derive(Serialize, Deserialize)]
struct Match {
    number: u64,
    product_id: i64,
}

impl Sortable for Match {
    fn order(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barcode_of_exactly_one_listing_leads_to_its_product() {
        assert_eq!(product_of_barcode(&[7], 1), Some(7));
        assert_eq!(product_of_barcode(&[], 1), None);
        assert_eq!(product_of_barcode(&[7, 8], 1), None);
    }

    #[test]
    fn two_new_listings_with_one_barcode_do_not_become_one_product() {
        assert_eq!(product_of_barcode(&[7], 2), None);
    }

    #[test]
    fn barcodes_that_contradict_each_other_are_not_believed() {
        assert_eq!(only_product(&[7, 7]), Some(7));
        assert_eq!(only_product(&[7, 8]), None);
        assert_eq!(only_product(&[]), None);
    }
}
