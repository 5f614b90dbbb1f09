//! Asks the database what it has. Names go to `information_schema` as bound values; nothing here
//! changes anything.

use mysql::Value;
use mysql::prelude::Queryable;

use crate::failure::Failure;
use crate::store::database::{Database, DatabaseContext};
use crate::store::schema::migrations::script::{Kind, Object};

pub(crate) fn has(database: &mut Database, object: &Object) -> Result<bool, Failure> {
    let names: Vec<Value> = object.names().map(Value::from).collect();
    let count: Option<u64> = database
        .conn()
        .exec_first(question(object.kind, names.len()), names)
        .db_context(|| format!("looking for {object}"))?;
    Ok(count.unwrap_or(0) > 0)
}

pub(crate) fn has_table(database: &mut Database, table: &str) -> Result<bool, Failure> {
    has(database, &Object::table(table))
}

/// Of so many names: the table's, and what else [`Object::names`] tells.
const fn question(kind: Kind, names: usize) -> &'static str {
    match (kind, names) {
        (Kind::Table, _) => {
            "SELECT COUNT(*) FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME = ?"
        }
        (Kind::Engine, _) => {
            "SELECT COUNT(*) FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND ENGINE = ?"
        }
        (Kind::Column, _) => {
            "SELECT COUNT(*) FROM information_schema.COLUMNS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND COLUMN_NAME = ?"
        }
        (Kind::Index, 3) => {
            "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() \
             AND TABLE_NAME = ? AND INDEX_NAME = ? AND COLUMN_NAME = ?"
        }
        (Kind::Index, _) => {
            "SELECT COUNT(*) FROM information_schema.STATISTICS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ?"
        }
        (Kind::Partition, _) => {
            "SELECT COUNT(*) FROM information_schema.PARTITIONS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND PARTITION_NAME = ?"
        }
        (Kind::FoundTable, _) => {
            "SELECT COUNT(*) FROM stocksync_former WHERE table_name = ? AND found"
        }
        (Kind::FormerColumn, _) => {
            "SELECT COUNT(*) FROM stocksync_former WHERE table_name = ? AND kind = 'column' AND name = ?"
        }
        (Kind::FormerIndex, _) => {
            "SELECT COUNT(*) FROM stocksync_former WHERE table_name = ? AND kind = 'index' AND name = ?"
        }
    }
}
