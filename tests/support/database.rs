//! A fresh database per test, and what tests ask it: rows of stock, rows of the log, everything at once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Row, Value, from_row};

use super::marketplace::catalogue::row::{self, StockRow};
use super::server::{MariaDb, PASSWORD_IN_URL, USER};

pub struct Database<'s> {
    pub name: String,
    server: &'s MariaDb,
    /// Whether it goes with this value.
    owned: bool,
}

/// A row of `sync_logs`; what a run has not filled in is `None`.
#[derive(Clone, Debug)]
pub struct LogRow {
    pub id: i64,
    pub sync_type: String,
    pub source: String,
    pub status: String,
    pub processed: i64,
    pub rejected: i64,
    pub updated: i64,
    pub error: Option<String>,
    pub started_at: String,
    pub completed_at: Option<String>,
    pub duration: Option<i64>,
}

impl Database<'static> {
    pub fn fresh() -> Self {
        Self::on(MariaDb::shared())
    }
}

impl<'s> Database<'s> {
    pub fn on(server: &'s MariaDb) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("t_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let database = Self { name, server, owned: true };
        let create = format!("CREATE DATABASE `{}` CHARACTER SET utf8mb4", database.name);
        server.connect(None).query_drop(create).expect("a database of one's own");
        database
    }

    /// The same database as another node of the cluster shows it.
    pub fn on_node<'n>(&self, node: &'n MariaDb) -> Database<'n> {
        Database { name: self.name.clone(), server: node, owned: false }
    }

    pub fn url(&self) -> String {
        self.url_by(&self.server.socket)
    }

    /// By another socket, behind which the server is: a proxy's.
    pub fn url_by(&self, socket: &Path) -> String {
        let socket = socket.to_string_lossy();
        format!("mysql://{USER}:{PASSWORD_IN_URL}@localhost/{}?socket={socket}", self.name)
    }

    pub fn server(&self) -> &'s MariaDb {
        self.server
    }

    /// The server's socket, for its own client programs.
    pub fn socket(&self) -> &Path {
        &self.server.socket
    }

    pub fn conn(&self) -> Conn {
        self.server.connect(Some(&self.name))
    }

    pub fn run(&self, sql: &str) {
        self.conn().query_drop(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// One value, as text.
    pub fn value(&self, sql: &str) -> String {
        let row: Option<Row> =
            self.conn().query_first(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        row.map(|row| texts(row).join("|")).unwrap_or_default()
    }

    pub fn number(&self, sql: &str) -> i64 {
        let text = self.value(sql);
        text.parse().unwrap_or_else(|_| panic!("no number but {text:?}: {sql}"))
    }

    /// All rows, each as the texts of its columns.
    pub fn table(&self, sql: &str) -> Vec<Vec<String>> {
        let rows: Vec<Row> =
            self.conn().query(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        rows.into_iter().map(texts).collect()
    }

    /// The old shape with its rows, as sellers have it before the first `migrate`.
    pub fn load_legacy(&self) {
        let script: String = include_str!("legacy-schema.sql")
            .lines()
            .filter(|line| !line.starts_with("--"))
            .collect::<Vec<_>>()
            .join("\n");
        let mut conn = self.conn();
        for statement in script.split(";\n").filter(|statement| !statement.trim().is_empty()) {
            conn.query_drop(statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
        }
    }

    /// The program's connections that do this (`Query`, `Sleep`), each with its statement.
    pub fn connections(&self, command: &str) -> Vec<(String, String)> {
        // Not from information_schema: there MySQL fails on a statement with an emoji in it.
        let mine = |row: &Vec<String>| row[1] == USER && row[3] == self.name && row[4] == command;
        let rows = self.table("SHOW FULL PROCESSLIST");
        rows.into_iter().filter(mine).map(|row| (row[0].clone(), row[7].clone())).collect()
    }

    /// Until one of the program's connections has done the same for so long, as far as one can see.
    pub fn until_steady(&self, command: &str, long: Duration) {
        let began = Instant::now();
        let mut steady: HashMap<_, Instant> = HashMap::new();
        while steady.values().all(|since| since.elapsed() < long) {
            assert!(began.elapsed() < Duration::from_secs(60), "no lasting {command} in a minute");
            thread::sleep(Duration::from_millis(3));
            let now = self.connections(command);
            steady.retain(|connection, _| now.contains(connection));
            for connection in now {
                steady.entry(connection).or_insert_with(Instant::now);
            }
        }
    }

    pub fn tables(&self) -> Vec<String> {
        self.table("SHOW TABLES").concat()
    }

    /// A day's rows of one source, sorted.
    pub fn stock(&self, source: &str, day: NaiveDate) -> Vec<StockRow> {
        let rows: Vec<Row> = self
            .conn()
            .exec(
                "SELECT source, sku, size_id, warehouse_name, stock_type, available_stock, reserved_stock, \
                 current_stock, quantity_present, quantity_reserved, in_way_to_client, in_way_from_client \
                 FROM inventory_data WHERE source = ? AND snapshot_date = ?",
                (source, day.to_string()),
            )
            .expect("inventory_data has the columns of the design");
        row::sorted(rows.into_iter().map(stock_row).collect())
    }

    /// What the view shows of a marketplace.
    pub fn stock_now(&self, source: &str) -> Vec<StockRow> {
        let rows: Vec<Row> = self
            .conn()
            .exec(
                "SELECT source, sku, size_id, warehouse_name, stock_type, available_stock, reserved_stock, \
                 current_stock, current_stock AS quantity_present, reserved_stock AS quantity_reserved, \
                 in_way_to_client, in_way_from_client FROM stock_now WHERE source = ?",
                (source,),
            )
            .expect("the view");
        row::sorted(rows.into_iter().map(stock_row).collect())
    }

    /// Every row of the table with every column: to see that nothing changed.
    pub fn dump(&self, table: &str) -> Vec<Vec<String>> {
        let mut rows = self.table(&format!("SELECT * FROM `{table}`"));
        rows.sort();
        rows
    }

    /// The log, oldest run first.
    pub fn logs(&self) -> Vec<LogRow> {
        let rows: Vec<Row> = self
            .conn()
            .query(
                "SELECT id, sync_type, source, status, records_processed, records_rejected, records_updated, \
                 error_message, CAST(started_at AS CHAR), CAST(completed_at AS CHAR), duration_seconds \
                 FROM sync_logs ORDER BY id",
            )
            .expect("sync_logs has the columns of the design");
        rows.into_iter().map(log_row).collect()
    }

    /// All text of all tables, for what must not be anywhere in it.
    pub fn all_text(&self) -> String {
        let tables = self.tables();
        let rows = tables.iter().flat_map(|table| self.dump(table));
        rows.map(|row| row.join("\t")).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        if !self.owned {
            return;
        }
        // A test that broke the server has nothing left to tidy up.
        if let Ok(mut root) = std::panic::catch_unwind(|| self.server.connect(None)) {
            // What a test that failed has left open would keep the database for ever.
            for (connection, _) in self.connections("Sleep") {
                let _ = root.query_drop(format!("KILL CONNECTION {connection}"));
            }
            let _ = root.query_drop(format!("DROP DATABASE IF EXISTS `{}`", self.name));
        }
    }
}

/// So many of them, from 0, in a form that both servers know.
pub fn numbers(count: u32) -> String {
    format!(
        "WITH RECURSIVE numbers AS (SELECT 0 AS seq UNION ALL SELECT seq + 1 FROM numbers WHERE seq < {})",
        count - 1
    )
}

fn stock_row(mut row: Row) -> StockRow {
    let mut text = |column: &str| row.take::<String, _>(column).unwrap_or_default();
    let [source, sku, size_id, warehouse_name, stock_type] =
        ["source", "sku", "size_id", "warehouse_name", "stock_type"].map(&mut text);
    let mut number = |column: &str| row.take::<i64, _>(column).unwrap_or(i64::MIN);
    StockRow {
        source,
        sku,
        size_id,
        warehouse_name,
        stock_type,
        available: number("available_stock"),
        reserved: number("reserved_stock"),
        current: number("current_stock"),
        present: number("quantity_present"),
        quantity_reserved: number("quantity_reserved"),
        in_way_to_client: number("in_way_to_client"),
        in_way_from_client: number("in_way_from_client"),
    }
}

fn log_row(row: Row) -> LogRow {
    let (
        id,
        sync_type,
        source,
        status,
        processed,
        rejected,
        updated,
        error,
        started_at,
        completed_at,
        duration,
    ) = from_row(row);
    LogRow {
        id,
        sync_type,
        source,
        status,
        processed,
        rejected,
        updated,
        error,
        started_at,
        completed_at,
        duration,
    }
}

fn texts(row: Row) -> Vec<String> {
    row.unwrap().into_iter().map(text).collect()
}

fn text(value: Value) -> String {
    match value {
        Value::NULL => "NULL".to_owned(),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => other.as_sql(true).trim_matches('\'').to_owned(),
    }
}
