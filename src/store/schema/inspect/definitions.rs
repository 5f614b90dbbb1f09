//! Takes tables apart into columns and indexes, in the server's own words. Reads only.

use mysql::Row;
use mysql::prelude::Queryable;

use super::exists::has_table;
use crate::failure::Failure;
use crate::store::database::{Database, DatabaseContext};

/// The tables that a migration may find or make.
pub(crate) const TABLES: [&str; 11] = [
    "dim_products",
    "inventory_data",
    "product_listings",
    "listing_barcodes",
    "product_joins",
    "dim_warehouses",
    "wb_card_sizes",
    "stocksync_state",
    "sync_logs",
    "stocksync_alerts",
    "stocksync_locks",
];

/// What the migrations note about themselves.
pub(crate) const RECORDS: [&str; 3] =
    ["stocksync_migrations", "stocksync_schema", "stocksync_former"];

/// A column or an index, as `SHOW CREATE TABLE` words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// `column` or `index`.
    pub kind: &'static str,
    pub name: String,
    /// A column's without its name, an index's whole line.
    pub definition: String,
}

impl Part {
    /// Whether two parts are the same but for the way in which a version of the server words it.
    pub(crate) fn is_like(&self, definition: &str) -> bool {
        without_widths(&self.definition) == without_widths(definition)
    }
}

pub(crate) fn differences(
    table: &str,
    noted: &[(String, String, String)],
    mut now: Vec<Part>,
) -> Vec<String> {
    let mut differences = Vec::new();
    for (kind, name, definition) in noted {
        let same = |part: &Part| part.kind == kind && part.name == *name;
        match now.iter().position(same).map(|place| now.swap_remove(place)) {
            None => differences.push(format!("{table}: the {kind} {name} is gone")),
            Some(part) if !part.is_like(definition) => differences.push(format!(
                "{table}: the {kind} {name} is {:?} and was {definition:?}",
                part.definition
            )),
            Some(_) => {}
        }
    }
    differences
        .extend(now.iter().map(|part| format!("{table}: the {} {} is new", part.kind, part.name)));
    differences
}

/// MySQL 8 says `int` where its forerunners and MariaDB say `int(11)`.
fn without_widths(definition: &str) -> String {
    let Some((word, rest)) = definition.split_once('(') else { return definition.to_owned() };
    match rest.split_once(')') {
        Some((_, rest)) if word.ends_with("int") && !word.contains(' ') => format!("{word}{rest}"),
        _ => definition.to_owned(),
    }
}

/// A table's parts; none if there is no such table.
pub(crate) fn of(database: &mut Database, table: &str) -> Result<Vec<Part>, Failure> {
    if !has_table(database, table)? {
        return Ok(Vec::new());
    }
    let row: Option<Row> = database
        .conn()
        .query_first(format!("SHOW CREATE TABLE {table}"))
        .db_context(|| format!("looking at the table {table}"))?;
    let text: Option<String> = row.and_then(|row| row.get(1));
    Ok(parts(&text.unwrap_or_default()))
}

/// Takes the answer of `SHOW CREATE TABLE` apart: a line is a column, an index, or something that
/// no migration touches.
fn parts(create: &str) -> Vec<Part> {
    let lines = create.lines().skip(1).take_while(|line| !line.starts_with(')'));
    lines.filter_map(|line| part(line.trim().trim_end_matches(','))).collect()
}

fn part(line: &str) -> Option<Part> {
    if let Some((name, definition)) = quoted_name(line) {
        let definition = definition.trim_start().to_owned();
        return Some(Part { kind: "column", name, definition });
    }
    if line.starts_with("PRIMARY KEY") {
        return Some(Part { kind: "index", name: "PRIMARY".into(), definition: line.into() });
    }
    let (before, name) = line.split_once("KEY ")?;
    if !matches!(before, "" | "UNIQUE " | "FULLTEXT " | "SPATIAL ") {
        return None;
    }
    let (name, _) = quoted_name(name)?;
    Some(Part { kind: "index", name, definition: line.into() })
}

fn quoted_name(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('`')?;
    let mut characters = inside.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character == '`' && characters.next_if(|(_, next)| *next == '`').is_none() {
            return Some((inside[..at].replace("``", "`"), &inside[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema::migrations::shipped::SHIPPED;

    #[test]
    fn every_table_that_a_migration_makes_is_looked_at() {
        let mut made: Vec<&str> = SHIPPED
            .iter()
            .flat_map(|migration| migration.text.split("CREATE TABLE ").skip(1))
            .filter_map(|rest| rest.split_whitespace().next())
            .collect();
        let mut known = TABLES.to_vec();
        made.sort_unstable();
        known.sort_unstable();
        assert_eq!(made, known);
    }

    #[test]
    fn a_table_falls_apart_into_its_columns_and_indexes() {
        let create = "CREATE TABLE `inventory_data` (\n  \
            `id` bigint(20) NOT NULL AUTO_INCREMENT,\n  \
            `sku` varchar(255) NOT NULL COMMENT 'a, KEY `b`',\n  \
            PRIMARY KEY (`id`),\n  \
            UNIQUE KEY `uk_product_snapshot` (`product_id`,`snapshot_date`),\n  \
            KEY `idx_sku` (`sku`),\n  \
            CONSTRAINT `inventory_data_ibfk_1` FOREIGN KEY (`product_id`) REFERENCES `dim_products` (`product_id`)\n\
            ) ENGINE=InnoDB AUTO_INCREMENT=5";
        let found: Vec<(&str, String, String)> =
            parts(create).into_iter().map(|part| (part.kind, part.name, part.definition)).collect();
        let expected = [
            ("column", "id", "bigint(20) NOT NULL AUTO_INCREMENT"),
            ("column", "sku", "varchar(255) NOT NULL COMMENT 'a, KEY `b`'"),
            ("index", "PRIMARY", "PRIMARY KEY (`id`)"),
            (
                "index",
                "uk_product_snapshot",
                "UNIQUE KEY `uk_product_snapshot` (`product_id`,`snapshot_date`)",
            ),
            ("index", "idx_sku", "KEY `idx_sku` (`sku`)"),
        ];
        let expected: Vec<_> = expected.map(|(k, n, d)| (k, n.to_owned(), d.to_owned())).into();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_backtick_inside_a_name_is_part_of_it() {
        assert_eq!(quoted_name("`a``b` int"), Some(("a`b".to_owned(), " int")));
        assert_eq!(quoted_name("`a"), None);
    }

    #[test]
    fn a_number_s_width_is_a_matter_of_wording_and_a_text_s_is_not() {
        assert_eq!(without_widths("bigint(20) unsigned NOT NULL"), "bigint unsigned NOT NULL");
        assert_eq!(without_widths("varchar(255) NOT NULL"), "varchar(255) NOT NULL");
        assert_eq!(without_widths("UNIQUE KEY `point` (`a`)"), "UNIQUE KEY `point` (`a`)");
    }

    #[test]
    fn what_is_gone_new_or_different_is_told() {
        let now = parts("CREATE TABLE `t` (\n  `a` int NOT NULL,\n  `b` text,\n  `d` int\n) X");
        let noted = [("a", "int(11) NOT NULL"), ("b", "varchar(9)"), ("c", "int")].map(
            |(name, definition)| ("column".to_owned(), name.to_owned(), definition.to_owned()),
        );
        assert_eq!(
            differences("t", &noted, now),
            [
                "t: the column b is \"text\" and was \"varchar(9)\"",
                "t: the column c is gone",
                "t: the column d is new"
            ]
        );
    }
}
