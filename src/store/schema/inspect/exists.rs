//! Asks the database what it has. Names go to `information_schema` as bound values; nothing here changes anything.

use mysql::Value;
use mysql::prelude::Queryable;

use crate::failure::Failure;
use crate::store::database::{Database, OrDatabase};
use crate::store::schema::migrations::script::Object;

pub fn has(database: &mut Database, object: &Object) -> Result<bool, Failure> {
    let (question, names) = question(object);
    let parameters: Vec<Value> = names.into_iter().map(Value::from).collect();
    let count: Option<u64> = database
        .conn()
        .exec_first(question, parameters)
        .or_database(|| format!("looking for {object}"))?;
    Ok(count.unwrap_or(0) > 0)
}

pub fn has_table(database: &mut Database, table: &str) -> Result<bool, Failure> {
    has(database, &Object::Table(table.to_owned()))
}

fn question(object: &Object) -> (&'static str, Vec<&str>) {
    match object {
        Object::Table(table) => (
            "SELECT COUNT(*) FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME = ?",
            vec![table],
        ),
        Object::Engine(table, engine) => (
            "SELECT COUNT(*) FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND ENGINE = ?",
            vec![table, engine],
        ),
        Object::Column(table, column) => (
            "SELECT COUNT(*) FROM information_schema.COLUMNS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND COLUMN_NAME = ?",
            vec![table, column],
        ),
        Object::Index(table, index, None) => (
            "SELECT COUNT(*) FROM information_schema.STATISTICS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ?",
            vec![table, index],
        ),
        Object::Index(table, index, Some(column)) => (
            "SELECT COUNT(*) FROM information_schema.STATISTICS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ? AND COLUMN_NAME = ?",
            vec![table, index, column],
        ),
        Object::Partition(table, partition) => (
            "SELECT COUNT(*) FROM information_schema.PARTITIONS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND PARTITION_NAME = ?",
            vec![table, partition],
        ),
        Object::Found(table) => {
            ("SELECT COUNT(*) FROM stocksync_former WHERE table_name = ? AND found", vec![table])
        }
        Object::FormerColumn(table, column) => (
            "SELECT COUNT(*) FROM stocksync_former WHERE table_name = ? AND kind = 'column' AND name = ?",
            vec![table, column],
        ),
        Object::FormerIndex(table, index) => (
            "SELECT COUNT(*) FROM stocksync_former WHERE table_name = ? AND kind = 'index' AND name = ?",
            vec![table, index],
        ),
    }
}
