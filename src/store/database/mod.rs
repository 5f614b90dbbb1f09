//! The connection, its errors, its rows, bulk loading and the locks: what every statement needs.
//! Knows no table of ours but that of the leases; everything above imports it, it imports nothing of store.

pub mod advisory_lock;
pub mod bulk_load;
pub mod connection;
mod dial;
pub mod driver_error;
pub mod error;
pub mod lease;
pub(crate) mod rows;

pub use connection::Database;
pub use driver_error::{DatabaseContext, DatabaseError};
pub use error::StoreError;
