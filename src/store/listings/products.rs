//! The table `dim_products`: the seller's own, found in whatever shape it is. Rows are only ever
//! added to it, and a missing name filled in.

use std::collections::HashMap;

use mysql::prelude::Queryable;
use mysql::{Conn, Value};

use super::product_names::ProductNames;
use crate::inventory::Source;
use crate::store::database::bulk_load::placeholders;
use crate::store::database::driver_error::DatabaseError;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::plan_rows::PlannedListing;

/// The columns, and of each whether it may be NULL, its character set and how many characters it
/// holds for certain. Of a TEXT the server tells its bytes only, and of bytes no character set.
const COLUMNS: &str = "
    SELECT c.COLUMN_NAME, c.IS_NULLABLE = 'YES', c.CHARACTER_SET_NAME,
           c.CHARACTER_OCTET_LENGTH DIV COALESCE(s.MAXLEN, 4)
    FROM information_schema.COLUMNS AS c
    LEFT JOIN information_schema.CHARACTER_SETS AS s ON s.CHARACTER_SET_NAME = c.CHARACTER_SET_NAME
    WHERE c.TABLE_SCHEMA = DATABASE() AND c.TABLE_NAME = ?";

/// The server's code for a value that a unique key has already.
const DUPLICATE: u16 = 1062;

/// The longest `dim_products.sku` of the old shape, in characters.
const SKU_LENGTH: usize = 255;

pub(crate) struct Products {
    /// Those of `product_name`, `sku`, `source` that are there.
    columns: Vec<&'static str>,
    /// What `product_name` can hold, if it is there.
    names: Option<ProductNames>,
    /// The distance between two generated ids (more than 1 in a cluster).
    id_step: i64,
}

impl Products {
    pub(crate) fn ask(conn: &mut Conn) -> Result<Self, StoreError> {
        type Column = (String, bool, Option<String>, Option<u64>);
        let named = |(name, nullable, charset, longest): Column| {
            (name.to_lowercase(), ProductNames::new(nullable, charset.as_deref(), longest))
        };
        let mut present: HashMap<_, _> =
            rows::map(conn, COLUMNS, ("dim_products",), named)?.into_iter().collect();
        let columns = ["product_name", "sku", "source"]
            .into_iter()
            .filter(|name| present.contains_key(*name))
            .collect();
        let id_step = conn.query_first("SELECT @@auto_increment_increment")?.unwrap_or(1);
        Ok(Self { columns, names: present.remove("product_name"), id_step })
    }

    /// Creates a product for each listing that has none and shares none.
    pub(crate) fn create_missing(
        &self,
        conn: &mut Conn,
        source: Source,
        listings: &mut [PlannedListing],
    ) -> Result<(), StoreError> {
        let mut missing: Vec<_> = listings
            .iter_mut()
            .filter(|it| it.product_id.is_none() && it.same_as.is_none())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let values = missing
            .iter()
            .flat_map(|listing| self.values(source, listing, &own_sku(listing)))
            .collect();
        match self.insert(conn, missing.len(), values) {
            // One statement whose number of rows is known takes consecutive ids in every
            // innodb_autoinc_lock_mode (MySQL manual, "AUTO_INCREMENT Handling in InnoDB", simple
            // inserts).
            Ok(first) => {
                for (listing, place) in missing.iter_mut().zip(0..) {
                    listing.product_id = Some(first + place * self.id_step);
                }
            }
            // The old shape has a unique `sku` across both marketplaces and blind to case: the
            // articles go in one by one.
            Err(error) if is_duplicate(&error) => {
                for listing in &mut missing {
                    listing.product_id = Some(self.insert_one(conn, source, listing)?);
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Gives products without a name the name of one of their listings.
    pub(crate) fn fill_up_names(&self, conn: &mut Conn, source: Source) -> Result<(), StoreError> {
        self.names.as_ref().map_or(Ok(()), |names| names.fill_up(conn, source))
    }

    fn insert_one(
        &self,
        conn: &mut Conn,
        source: Source,
        listing: &PlannedListing,
    ) -> Result<i64, StoreError> {
        let sku = own_sku(listing);
        for attempt in 0.. {
            let sku = if attempt == 0 { sku.clone() } else { told_apart(&sku, source, attempt) };
            match self.insert(conn, 1, self.values(source, listing, &sku)) {
                Err(error) if is_duplicate(&error) && attempt < 1_000 => {}
                outcome => return outcome,
            }
        }
        Err(StoreError::Mismatch(format!("dim_products takes no sku like {sku:?}")))
    }

    fn values(&self, source: Source, listing: &PlannedListing, sku: &str) -> Vec<Value> {
        let value = |column: &&str| match *column {
            "product_name" => {
                let names = self.names.as_ref();
                names.and_then(|names| names.at_first(listing.name.as_deref())).into()
            }
            "sku" => sku.into(),
            _ => source.as_str().into(),
        };
        self.columns.iter().map(value).collect()
    }

    fn insert(&self, conn: &mut Conn, rows: usize, values: Vec<Value>) -> Result<i64, StoreError> {
        let statement = format!(
            "INSERT INTO dim_products ({}) VALUES {}",
            self.columns.join(", "),
            placeholders(rows, self.columns.len())
        );
        conn.exec_drop(statement, values)?;
        i64::try_from(conn.last_insert_id())
            .map_err(|_| StoreError::Mismatch("dim_products gave an id beyond 63 bits".into()))
    }
}

/// What the old shape's `sku` says of a listing: the article, or for one size of a card
/// `nmId/chrtId`.
fn own_sku(listing: &PlannedListing) -> String {
    if listing.size_id.is_empty() {
        listing.sku.clone()
    } else {
        format!("{}/{}", listing.sku, listing.size_id)
    }
}

/// Another `sku` for a product whose own is taken: `ART-1 (Ozon)`, `ART-1 (Ozon 2)`, …
fn told_apart(sku: &str, source: Source, attempt: u32) -> String {
    let suffix =
        if attempt == 1 { format!(" ({source})") } else { format!(" ({source} {attempt})") };
    let room = SKU_LENGTH - suffix.chars().count();
    sku.chars().take(room).collect::<String>() + &suffix
}

fn is_duplicate(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(DatabaseError(mysql::Error::MySqlError(error))) if error.code == DUPLICATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_sku_is_told_apart_within_the_columns_length() {
        assert_eq!(told_apart("ART-1", Source::Ozon, 1), "ART-1 (Ozon)");
        assert_eq!(told_apart("ART-1", Source::Wildberries, 2), "ART-1 (Wildberries 2)");
        let long = told_apart(&"ё".repeat(255), Source::Ozon, 12);
        assert_eq!(long.chars().count(), 255);
        assert!(long.ends_with("ё (Ozon 12)"));
    }
}
