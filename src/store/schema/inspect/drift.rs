//! Notes in `stocksync_schema` what the tables look like when the migrations are through, and finds
//! what somebody changed by hand since. Changes no table but that one.

use mysql::prelude::Queryable;

use super::definitions::{self, Part, TABLES};
use super::exists::has_table;
use crate::failure::Failure;
use crate::store::database::{Database, DatabaseContext};

const CREATE: &str = "CREATE TABLE IF NOT EXISTS stocksync_schema (
    table_name VARCHAR(64) NOT NULL,
    kind       ENUM('column', 'index') NOT NULL,
    name       VARCHAR(64) NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (table_name, kind, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci";

fn doing() -> &'static str {
    "noting the tables as the migrations left them, in stocksync_schema"
}

/// Notes the tables as they are now; with `anew` in place of what was noted before, else only if
/// nothing was.
pub(crate) fn note(database: &mut Database, anew: bool) -> Result<(), Failure> {
    if !anew && is_noted(database)? {
        return Ok(());
    }
    database.conn().query_drop(CREATE).db_context(doing)?;
    database.conn().query_drop("START TRANSACTION").db_context(doing)?;
    database.conn().query_drop("DELETE FROM stocksync_schema").db_context(doing)?;
    for table in TABLES {
        for Part { kind, name, definition } in definitions::of(database, table)? {
            database
                .conn()
                .exec_drop(
                    "INSERT INTO stocksync_schema (table_name, kind, name, definition) VALUES (?, ?, ?, ?)",
                    (table, kind, name, definition),
                )
                .db_context(doing)?;
        }
    }
    database.conn().query_drop("COMMIT").db_context(doing)
}

pub(crate) fn find(database: &mut Database) -> Result<Vec<String>, Failure> {
    const SELECT: &str = "SELECT CAST(kind AS CHAR), name, definition FROM stocksync_schema \
         WHERE table_name = ? ORDER BY kind, name";
    if !is_noted(database)? {
        return Ok(Vec::new());
    }
    let mut differences = Vec::new();
    for table in TABLES {
        let doing = || "reading stocksync_schema";
        let noted: Vec<_> = database.conn().exec(SELECT, (table,)).db_context(doing)?;
        differences.extend(definitions::differences(
            table,
            &noted,
            definitions::of(database, table)?,
        ));
    }
    Ok(differences)
}

fn is_noted(database: &mut Database) -> Result<bool, Failure> {
    if !has_table(database, "stocksync_schema")? {
        return Ok(false);
    }
    let rows: Option<u64> =
        database.conn().query_first("SELECT COUNT(*) FROM stocksync_schema").db_context(doing)?;
    Ok(rows.unwrap_or(0) > 0)
}
