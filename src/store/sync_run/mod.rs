//! A run in the database: its session and lock, its row in sync_logs, what a signal does to both.
//! Touches no stock.

pub(crate) mod commit_check;
pub mod log_row;
pub mod session;
pub mod signals;

pub use session::Session;
