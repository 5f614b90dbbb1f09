//! Remembers in `stocksync_former` which tables were there before the first migration and what they
//! looked like, in the server's own words, so that `migrate --rollback-to` can give them back.
//! Nothing here changes a table of the seller.

use mysql::prelude::Queryable;

use super::definitions::{self, Part, TABLES};
use crate::failure::Failure;
use crate::store::database::{Database, DatabaseContext};

const CREATE: &str = "CREATE TABLE IF NOT EXISTS stocksync_former (
    table_name VARCHAR(64) NOT NULL,
    kind       ENUM('column', 'index') NOT NULL,
    name       VARCHAR(64) NOT NULL,
    definition TEXT NOT NULL,
    found      BOOLEAN NOT NULL,
    PRIMARY KEY (table_name, kind, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci";

const INSERT: &str = "INSERT INTO stocksync_former (table_name, kind, name, definition, found) VALUES (?, ?, ?, ?, ?)";

/// Notes the tables before a migration that has not begun: the first one makes those that are
/// missing, the second one changes what the first has found or made. Later ones have it here.
pub(crate) fn remember_before(database: &mut Database, version: u32) -> Result<(), Failure> {
    let found = match version {
        1 => true,
        2 => false,
        _ => return Ok(()),
    };
    database.conn().query_drop(CREATE).db_context(doing)?;
    database.conn().query_drop("START TRANSACTION").db_context(doing)?;
    database
        .conn()
        .exec_drop("DELETE FROM stocksync_former WHERE ? OR NOT found", (found,))
        .db_context(doing)?;
    let known: Vec<String> = database
        .conn()
        .query("SELECT DISTINCT table_name FROM stocksync_former")
        .db_context(doing)?;
    for table in TABLES.into_iter().filter(|table| !known.iter().any(|known| known == table)) {
        for Part { kind, name, definition } in definitions::of(database, table)? {
            database
                .conn()
                .exec_drop(INSERT, (table, kind, name, definition, found))
                .db_context(doing)?;
        }
    }
    database.conn().query_drop("COMMIT").db_context(doing)
}

/// In what the found tables differ from what they were, in sentences; nothing if they are as they
/// were.
pub(crate) fn differences(database: &mut Database) -> Result<Vec<String>, Failure> {
    const SELECT: &str = "SELECT CAST(kind AS CHAR), name, definition FROM stocksync_former \
         WHERE found AND table_name = ? ORDER BY kind, name";
    let mut differences = Vec::new();
    for table in TABLES {
        let noted: Vec<_> = database.conn().exec(SELECT, (table,)).db_context(doing)?;
        if !noted.is_empty() {
            differences.extend(definitions::differences(
                table,
                &noted,
                definitions::of(database, table)?,
            ));
        }
    }
    Ok(differences)
}

fn doing() -> &'static str {
    "remembering the tables as they were, in stocksync_former"
}
