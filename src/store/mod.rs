//! Everything that speaks SQL: a room per subject, and the values that they hand to each other.
//! Nothing beyond this room holds a statement; nothing in it speaks HTTP or judges stock.

pub mod alert_log;
pub mod database;
pub(crate) mod listings;
mod matching;
pub mod newest;
pub mod ozon_key;
mod plan_rows;
pub mod queries;
pub mod schema;
mod snapshot;
mod state;
pub mod sync_run;
pub mod sync_write;
mod warehouses;

pub use database::{Database, DatabaseContext, DatabaseError, StoreError};
pub use newest::newest_day;
pub use sync_run::Session;
