//! Rows of the database as typed values: what does not fit is an error, never a panic.

use mysql::prelude::FromRow;
use mysql::{FromRowError, Row, from_row_opt};

use super::error::StoreError;

/// Reads a row as a tuple.
pub fn read_row<T: FromRow>(row: Row) -> Result<T, StoreError> {
    from_row_opt(row).map_err(|FromRowError(row)| mysql::Error::FromRowError(row).into())
}
