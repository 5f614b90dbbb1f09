//! The connection, its errors, its rows, bulk loading and the locks: what every statement needs.
//! Knows no table of ours but that of the leases; everything above imports it, it imports nothing
//! of store.

pub(crate) mod advisory_lock;
pub(crate) mod bulk_load;
pub(crate) mod connection;
mod dial;
pub(crate) mod driver_error;
pub(crate) mod error;
pub(crate) mod lease;
pub(crate) mod rows;

pub(crate) use connection::Database;
pub(crate) use driver_error::DatabaseContext;
pub(crate) use error::StoreError;
