//! A run in the database: its session and lock, its row in sync_logs, what a signal does to both.
//! Touches no stock.

pub(crate) mod commit_check;
pub(crate) mod log_row;
pub(crate) mod session;
pub(crate) mod signals;

pub(crate) use session::Session;
