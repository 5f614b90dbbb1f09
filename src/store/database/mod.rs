//! The connection, its errors, its rows, bulk loading and the advisory lock: what every statement needs.
//! Knows no table of ours; everything above imports it, it imports nothing of store.

pub mod advisory_lock;
pub mod bulk_load;
pub mod connection;
pub mod driver_error;
pub mod error;
pub(crate) mod rows;

pub use connection::Database;
pub use driver_error::{Explained, OrDatabase};
pub use error::StoreError;
