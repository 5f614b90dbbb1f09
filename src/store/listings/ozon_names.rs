//! Which of Ozon's articles are to be asked what they are called, where the stock comes without
//! names and barcodes: all of them once a day, and at any time those that lack one.

use std::collections::HashSet;

use chrono::NaiveDate;
use mysql::{Conn, Value};

use crate::store::database::bulk_load::placeholders;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::state;

/// The last day on which all articles were asked about.
const READ_ON_NAME: &str = "ozon_names_read_on";

const COMPLETE: &str = "
    SELECT sku FROM product_listings
    WHERE source = 'Ozon' AND size_id = '' AND name IS NOT NULL AND barcode IS NOT NULL AND sku IN ";

pub(crate) fn were_read_on(conn: &mut Conn, day: NaiveDate) -> Result<bool, StoreError> {
    let value = state::get(conn, READ_ON_NAME)?;
    Ok(value.is_some_and(|value| value.trim() == day.to_string()))
}

pub(crate) fn set_read_on(conn: &mut Conn, day: NaiveDate) -> Result<(), StoreError> {
    state::set(conn, READ_ON_NAME, &day.to_string())
}

/// Of each article whether its name or barcode is unknown.
pub(crate) fn lacking(conn: &mut Conn, articles: &[&str]) -> Result<Vec<bool>, StoreError> {
    if articles.is_empty() {
        return Ok(Vec::new());
    }
    let statement = format!("{COMPLETE}{}", placeholders(1, articles.len()));
    let values: Vec<Value> = articles.iter().map(|article| Value::from(*article)).collect();
    let complete: HashSet<String> = rows::all(conn, statement, values)?.into_iter().collect();
    Ok(articles.iter().map(|article| !complete.contains(*article)).collect())
}
