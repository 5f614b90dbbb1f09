//! The one transaction of a sync: guards, plan, rows, log row, commit; and its retries.
//! The only room that knows listings, matching and snapshot together.

mod guards;
mod order;
mod plan;
mod transaction;
mod write_set;

pub use guards::stock_beyond;
pub use order::{Order, Outcome};
pub use transaction::{rehearse, write};
