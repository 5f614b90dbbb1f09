//! The tables of what is sold: listings, their barcodes, WB cards, products and their names.
//! Compares a pull with them and writes the difference; which listings are one product is decided
//! in matching.

pub(crate) mod barcodes;
pub(crate) mod diff;
mod legacy_cards;
pub(crate) mod ozon_names;
pub(crate) mod product_names;
pub(crate) mod products;
mod table;
pub(crate) mod updates;
pub(crate) mod wb_cards;

pub(crate) use table::*;
