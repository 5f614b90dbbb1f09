//! The products over both marketplaces: how many of each there are, where they are listed, what
//! they are called. Reads only.

use std::collections::HashMap;

use chrono::NaiveDate;
use mysql::{Conn, Value};

use crate::inventory::Source;
use crate::store::database::bulk_load::placeholders;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::newest::newest_day;

const LISTED: usize = 100;

/// Listings without a name that a report shows.
const NAMELESS_SHOWN: usize = 10;

/// A parameter for the day of either marketplace; a day that never was stands for a marketplace
/// without a snapshot.
const NEWEST_ROWS: &str =
    "((source = 'Ozon' AND snapshot_date = ?) OR (source = 'Wildberries' AND snapshot_date = ?))";

/// Which marketplaces list a product: the only place that says what it means to be on one of them.
const BY_PRODUCT: &str = "
    SELECT product_id, MAX(source = 'Ozon') AS ozon, MAX(source = 'Wildberries') AS wildberries
    FROM inventory_data WHERE {rows}
    GROUP BY product_id";

const COUNTS: &str = "
    SELECT COUNT(*),
           CAST(COALESCE(SUM(ozon AND wildberries), 0) AS SIGNED),
           CAST(COALESCE(SUM(ozon AND NOT wildberries), 0) AS SIGNED),
           CAST(COALESCE(SUM(wildberries AND NOT ozon), 0) AS SIGNED)
    FROM ({by_product}) AS product";

/// A barcode that the marketplace no longer names (`lost_on`) leads to no other listing.
const ONE_SIDED: &str = "
    SELECT product_id, ozon, EXISTS (
        SELECT 1 FROM product_listings AS listed
        JOIN listing_barcodes AS barcode
            ON barcode.source = listed.source AND barcode.sku = listed.sku AND barcode.size_id = listed.size_id
        WHERE listed.product_id = product.product_id AND barcode.lost_on IS NULL)
    FROM ({by_product}) AS product
    WHERE ozon <> wildberries";

const MOST: &str = "
    SELECT product_id,
           CAST(COALESCE(SUM(current_stock), 0) AS SIGNED),
           CAST(SUM(IF(source = 'Ozon', COALESCE(current_stock, 0), NULL)) AS SIGNED),
           CAST(SUM(IF(source = 'Wildberries', COALESCE(current_stock, 0), NULL)) AS SIGNED)
    FROM inventory_data WHERE {rows}
    GROUP BY product_id
    ORDER BY 2 DESC, product_id
    LIMIT {limit}";

const WAREHOUSES: &str = "
    SELECT product_id, source, stock_type, warehouse_name,
           CAST(COALESCE(SUM(current_stock), 0) AS SIGNED)
    FROM inventory_data WHERE {rows} AND product_id IN {products}
    GROUP BY product_id, source, stock_type, warehouse_name
    ORDER BY product_id, source, SUM(current_stock) DESC, warehouse_name";

const HAS_NAMES: &str = "
    SELECT COUNT(*) FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'dim_products' AND COLUMN_NAME = 'product_name'";

const NAMELESS: &str = "
    SELECT COUNT(*) FROM product_listings
    WHERE source = ? AND name IS NULL AND last_seen_on IS NULL";

const NAMELESS_LISTINGS: &str = "
    SELECT sku, size_id FROM product_listings
    WHERE source = ? AND name IS NULL AND last_seen_on IS NULL
    ORDER BY sku, size_id
    LIMIT ?";

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ProductOverview {
    pub total: u64,
    /// Those that both marketplaces list.
    pub on_both: u64,
    /// Those that only Ozon lists.
    pub only_ozon: u64,
    /// Those that only Wildberries lists.
    pub only_wildberries: u64,
    pub listings_without_name: u64,
    /// The first of them, at most 10 of each marketplace.
    pub nameless: Vec<NamelessListing>,
    /// Those with the most stock, at most 100.
    pub most_stock: Vec<ProductStock>,
}

impl ProductOverview {
    /// Products that only this marketplace lists.
    pub(crate) fn only_on(&self, source: Source) -> u64 {
        match source {
            Source::Ozon => self.only_ozon,
            Source::Wildberries => self.only_wildberries,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OneSided {
    pub product: i64,
    /// The only marketplace that lists it.
    pub only_on: Source,
    pub has_barcode: bool,
}

/// A listing without a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamelessListing {
    pub source: Source,
    pub sku: String,
    pub size_id: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProductStock {
    pub product_id: i64,
    /// Its name; null if no marketplace told it.
    pub name: Option<String>,
    /// What its size is called; null where there is only one.
    pub size_name: Option<String>,
    /// Pieces on both marketplaces, available or reserved.
    pub stock: i64,
    /// Pieces on Ozon; null if Ozon does not list it.
    pub ozon: Option<i64>,
    /// Pieces on Wildberries; null if Wildberries does not list it.
    pub wildberries: Option<i64>,
    /// Where they lie.
    pub warehouses: Vec<ProductWarehouse>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProductWarehouse {
    pub source: String,
    pub stock_type: String,
    pub warehouse_name: String,
    pub stock: i64,
}

pub(crate) fn products(conn: &mut Conn) -> Result<ProductOverview, StoreError> {
    let mut overview = ProductOverview::default();
    let newest = newest_days(conn)?;
    for (source, day) in Source::ALL.into_iter().zip(newest) {
        if day.is_some() {
            nameless(conn, source, &mut overview)?;
        }
    }
    let days =
        newest.map(|day| day.map_or_else(|| Value::from("1000-01-01"), Value::from)).to_vec();
    let counts = rows::first(conn, by_product(COUNTS), days.clone())?;
    (overview.total, overview.on_both, overview.only_ozon, overview.only_wildberries) =
        counts.unwrap_or_default();
    overview.most_stock = most_stock(conn, &days)?;
    Ok(overview)
}

/// The products that one marketplace lists and the other does not; none as long as one of them has
/// no snapshot, as there is nothing to compare with. Their numbers are `only_ozon` and
/// `only_wildberries` of the overview.
pub(crate) fn one_sided(conn: &mut Conn) -> Result<Vec<OneSided>, StoreError> {
    let [Some(ozon), Some(wildberries)] = newest_days(conn)? else { return Ok(Vec::new()) };
    let read = |(product, ozon, has_barcode)| OneSided {
        product,
        only_on: if ozon { Source::Ozon } else { Source::Wildberries },
        has_barcode,
    };
    rows::map(conn, by_product(ONE_SIDED), (ozon, wildberries), read)
}

fn newest_days(conn: &mut Conn) -> Result<[Option<NaiveDate>; 2], StoreError> {
    let mut days = [None; 2];
    for (day, source) in days.iter_mut().zip(Source::ALL) {
        *day = newest_day(conn, source)?;
    }
    Ok(days)
}

fn by_product(statement: &str) -> String {
    statement.replace("{by_product}", BY_PRODUCT).replace("{rows}", NEWEST_ROWS)
}

fn nameless(
    conn: &mut Conn,
    source: Source,
    overview: &mut ProductOverview,
) -> Result<(), StoreError> {
    let of_source = source.as_str();
    let count: Option<u64> = rows::first(conn, NAMELESS, (of_source,))?;
    overview.listings_without_name += count.unwrap_or(0);
    if count > Some(0) {
        let read = |(sku, size_id)| NamelessListing { source, sku, size_id };
        let shown = rows::map(conn, NAMELESS_LISTINGS, (of_source, NAMELESS_SHOWN), read)?;
        overview.nameless.extend(shown);
    }
    Ok(())
}

fn most_stock(conn: &mut Conn, days: &[Value]) -> Result<Vec<ProductStock>, StoreError> {
    let statement = MOST.replace("{rows}", NEWEST_ROWS).replace("{limit}", &LISTED.to_string());
    let read = |(product_id, stock, ozon, wildberries)| ProductStock {
        product_id,
        name: None,
        size_name: None,
        stock,
        ozon,
        wildberries,
        warehouses: Vec::new(),
    };
    let mut products: Vec<ProductStock> = rows::map(conn, statement, days.to_vec(), read)?;
    if products.is_empty() {
        return Ok(products);
    }
    let ids: Vec<Value> = products.iter().map(|product| product.product_id.into()).collect();
    let statement = WAREHOUSES
        .replace("{rows}", NEWEST_ROWS)
        .replace("{products}", &placeholders(1, ids.len()));
    let values: Vec<Value> = days.iter().chain(&ids).cloned().collect();
    let read = |(product_id, source, stock_type, warehouse_name, stock): (i64, _, _, _, _)| {
        (product_id, ProductWarehouse { source, stock_type, warehouse_name, stock })
    };
    let mut warehouses: HashMap<i64, Vec<ProductWarehouse>> = HashMap::new();
    for (product_id, warehouse) in rows::map(conn, statement, values, read)? {
        warehouses.entry(product_id).or_default().push(warehouse);
    }
    let ids: Vec<i64> = products.iter().map(|product| product.product_id).collect();
    let mut names = product_names(conn, &ids)?;
    for product in &mut products {
        let known = names.remove(&product.product_id).unwrap_or_default();
        (product.name, product.size_name) = (known.name, known.size_name);
        product.warehouses = warehouses.remove(&product.product_id).unwrap_or_default();
    }
    Ok(products)
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProductName {
    /// Its own name, which a person may have given it, or else that of a listing; `None` if no
    /// marketplace told one.
    pub name: Option<String>,
    /// What its size is called, `None` where there is only one.
    pub size_name: Option<String>,
    /// The seller's article, or else the marketplace's code.
    pub article: String,
}

/// Products per statement that asks for names.
const NAMES_AT_ONCE: usize = 500;

const LISTED_NAMES: &str = "
    SELECT product_id, MIN(NULLIF(name, '')), MIN(size_name), MIN(COALESCE(seller_article, sku))
    FROM product_listings WHERE product_id IN {products}
    GROUP BY product_id";

const OWN_NAMES: &str = "
    SELECT product_id, product_name FROM dim_products
    WHERE product_id IN {products} AND product_name <> ''";

pub(crate) fn product_names(
    conn: &mut Conn,
    products: &[i64],
) -> Result<HashMap<i64, ProductName>, StoreError> {
    let mut names = HashMap::new();
    let has_own = rows::first::<u64>(conn, HAS_NAMES, ())? > Some(0);
    for some in products.chunks(NAMES_AT_ONCE) {
        let ids: Vec<Value> = some.iter().map(|product| Value::from(*product)).collect();
        let of_these =
            |statement: &str| statement.replace("{products}", &placeholders(1, ids.len()));
        for (product, name, size_name, article) in
            rows::all(conn, of_these(LISTED_NAMES), ids.clone())?
        {
            names.insert(product, ProductName { name, size_name, article });
        }
        if has_own {
            for (product, name) in rows::all(conn, of_these(OWN_NAMES), ids.clone())? {
                names.entry(product).or_insert_with(ProductName::default).name = Some(name);
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_statement_keeps_a_mark_that_nothing_was_put_into() {
        for statement in [COUNTS, ONE_SIDED] {
            let filled = by_product(statement);
            assert!(filled.contains("GROUP BY product_id") && !filled.contains('{'), "{filled}");
            assert_eq!(filled.matches('?').count(), 2, "a day for each marketplace");
        }
    }

    #[test]
    fn what_only_one_marketplace_lists_is_told_by_its_name() {
        let overview =
            ProductOverview { only_ozon: 3, only_wildberries: 5, ..ProductOverview::default() };
        assert_eq!(Source::ALL.map(|source| overview.only_on(source)), [3, 5]);
    }
}
