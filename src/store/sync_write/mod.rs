//! The one transaction of a sync: guards, plan, rows, log row, commit; and its retries.
//! The only room that knows listings, matching and snapshot together.

pub(crate) mod other_stock;
pub mod stock_before;
pub mod transaction;
