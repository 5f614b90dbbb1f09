//! The one transaction of a sync: guards, plan, rows, log row, commit; and its retries.
//! The only room that knows listings, matching and snapshot together.

mod guards;
mod order;
mod plan;
mod transaction;
mod write_set;

pub(crate) use guards::stock_beyond;
pub(crate) use order::{Order, Outcome};
pub(crate) use transaction::{rehearse, write};
