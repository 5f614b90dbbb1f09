//! Everything that speaks SQL: a room per subject, and the values that they hand to each other.
//! Nothing beyond this room holds a statement; nothing in it speaks HTTP or judges stock.

pub(crate) mod alert_log;
pub(crate) mod database;
pub(crate) mod listings;
mod matching;
pub(crate) mod newest;
pub(crate) mod ozon_key;
mod plan_rows;
pub(crate) mod queries;
pub(crate) mod schema;
mod snapshot;
mod state;
pub(crate) mod sync_run;
pub(crate) mod sync_write;
mod warehouses;

pub(crate) use database::{Database, StoreError};
pub(crate) use newest::newest_day;
pub(crate) use sync_run::Session;
