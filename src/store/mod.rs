//! Everything that speaks SQL. Nothing beyond this module holds a statement, and nothing in it speaks HTTP or decides what stock is sound.

pub mod alert_log;
pub mod database;
pub(crate) mod listings;
mod matching;
pub mod newest;
mod plan_rows;
pub mod queries;
pub mod schema;
mod snapshot;
pub mod sync_run;
pub mod sync_write;

pub use database::{Database, Explained, OrDatabase, StoreError};
pub use snapshot::newest_day;
pub use sync_run::Session;
