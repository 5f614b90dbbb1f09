//! Rows of the database as typed values: what does not fit is an error, never a panic. The driver's
//! own `exec_first`, `exec_map` and `exec` panic: whatever may hold what somebody else has written
//! is read by these.

use mysql::prelude::{FromRow, Queryable};
use mysql::{Conn, FromRowError, Params, Row, from_row_opt};

use super::error::StoreError;

pub(crate) fn read_row<T: FromRow>(row: Row) -> Result<T, StoreError> {
    from_row_opt(row).map_err(|FromRowError(row)| mysql::Error::FromRowError(row).into())
}

pub(crate) fn first<T: FromRow>(
    conn: &mut Conn,
    statement: impl AsRef<str>,
    values: impl Into<Params>,
) -> Result<Option<T>, StoreError> {
    let row: Option<Row> = conn.exec_first(statement.as_ref(), values)?;
    row.map(read_row).transpose()
}

pub(crate) fn map<T: FromRow, U>(
    conn: &mut Conn,
    statement: impl AsRef<str>,
    values: impl Into<Params>,
    mut read: impl FnMut(T) -> U,
) -> Result<Vec<U>, StoreError> {
    let rows = conn.exec_iter(statement.as_ref(), values)?;
    rows.map(|row| Ok(read(read_row(row?)?))).collect()
}

pub(crate) fn all<T: FromRow>(
    conn: &mut Conn,
    statement: impl AsRef<str>,
    values: impl Into<Params>,
) -> Result<Vec<T>, StoreError> {
    map(conn, statement, values, |row| row)
}
