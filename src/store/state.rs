//! The table `stocksync_state`: what a run leaves for the next one, a text by name.

use mysql::Conn;
use mysql::prelude::Queryable;

use super::database::error::StoreError;
use super::database::rows;

const GET: &str = "SELECT value FROM stocksync_state WHERE name = ?";

const SET: &str = "
    INSERT INTO stocksync_state (name, value) VALUES (?, ?)
    ON DUPLICATE KEY UPDATE value = VALUES(value)";

pub(super) fn get(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    rows::first(conn, GET, (name,))
}

pub(super) fn set(conn: &mut Conn, name: &str, value: &str) -> Result<(), StoreError> {
    Ok(conn.exec_drop(SET, (name, value))?)
}
