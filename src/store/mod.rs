//! Everything that speaks SQL. Nothing beyond this module holds a statement, and nothing in it speaks HTTP or decides what stock is sound.

pub mod alerts;
pub mod backup;
mod barcodes;
pub mod bulk;
pub mod cards;
pub mod connection;
pub mod error;
pub mod explained;
mod fate;
mod identity;
pub mod interruption;
mod joins;
mod known;
mod listings;
pub mod lock;
mod merge;
pub mod migrations;
mod other_stock;
pub mod overview;
pub mod page;
mod planned;
pub mod product_overview;
mod products;
pub mod retention;
mod row;
pub mod session;
mod snapshot;
pub mod stock_before;
pub mod sync_log;
mod walk;
pub mod write;

pub use connection::Database;
pub use error::StoreError;
pub use explained::{Explained, OrDatabase};
pub use session::Session;
pub use snapshot::newest_day;
