//! The domain: what a stock record is, and when one may be believed. Pure: no file, no network, no database, no clock.

pub mod barcodes;
pub mod card;
pub mod day;
pub mod field;
pub mod ozon;
pub mod ozon_stock;
pub mod quantity;
pub mod record;
pub mod shrink;
pub mod validation;
pub mod warehouse;
pub mod wildberries;

pub use crate::text::{counted, grouped, printable};
pub use field::{Field, Rejection};
pub use record::{Identity, Listing, Quantities, Record, Source, StockLine, StockType};
pub use validation::ValidationResult;
