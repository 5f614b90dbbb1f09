//! The domain: what a stock record is, and when one may be believed. Pure: no file, no network, no
//! database, no clock.

pub(crate) mod barcodes;
pub(crate) mod card;
pub(crate) mod day;
pub(crate) mod field;
pub(crate) mod ozon;
pub(crate) mod ozon_stock;
pub(crate) mod quantity;
pub(crate) mod record;
pub(crate) mod shrink;
pub(crate) mod validation;
pub(crate) mod warehouse;
pub(crate) mod wildberries;

pub(crate) use crate::text::{counted, printable};
pub(crate) use field::{Field, Rejection};
pub(crate) use record::{Identity, Listing, Quantities, Record, Source, StockLine, StockType};
pub(crate) use validation::ValidationResult;
