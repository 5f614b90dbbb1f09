//! The database of one benchmark, what is put into it between the runs, and the two that run against each other: stocksync, and
//! the limit, which is `curl` and the `mariadb` client's `LOAD DATA LOCAL INFILE` of the same rows into the same table.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use mysql::Conn;
use mysql::prelude::Queryable;

use super::data::{Data, Form, STEP};
use super::measure::{self, Cost};
use super::serve::Files;
use super::server::MariaDb;

/// What stocksync writes of a row.
const COLUMNS: &str = "source, snapshot_date, last_sync_at, sku, size_id, warehouse_name, stock_type, product_id, \
    available_stock, reserved_stock, quantity_reserved, current_stock, quantity_present, in_way_to_client, in_way_from_client";

/// The table's own word on what the day's rows are, whatever their ids and times.
const CONTENT: &str = "SELECT COUNT(*), BIT_XOR(CAST(CONV(LEFT(MD5(CONCAT_WS('|', source, snapshot_date, sku, size_id, \
    warehouse_name, stock_type, product_id, available_stock, reserved_stock, quantity_reserved, current_stock, \
    quantity_present, in_way_to_client, in_way_from_client)), 15), 16, 10) AS UNSIGNED)) FROM inventory_data";

/// Milliseconds that stocksync itself says it took.
#[derive(Clone, Copy, Debug)]
pub struct Phases {
    pub fetch: u64,
    pub read: u64,
    /// The transaction, without its commit.
    pub write: u64,
}

pub struct World<'a> {
    server: &'a MariaDb,
    files: &'a Files,
    binary: &'a Path,
    data: Data,
    form: Form,
    name: String,
    directory: PathBuf,
}

impl<'a> World<'a> {
    /// An empty database with stocksync's tables.
    pub fn new(
        server: &'a MariaDb,
        files: &'a Files,
        binary: &'a Path,
        form: Form,
        data: Data,
    ) -> Self {
        let name = "bench".to_owned();
        let mut conn = server.connect(None);
        conn.query_drop(format!("DROP DATABASE IF EXISTS {name}")).expect("a database");
        conn.query_drop(format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"))
            .expect("a database");
        let directory = data.path("run");
        fs::create_dir_all(&directory).expect("a directory");
        let world = Self { server, files, binary, data, form, name, directory };
        world.measure(&mut world.stocksync(&["migrate", "--quiet"]));
        world
    }

    /// One sync of a state.
    pub fn sync(&self, state: &str) -> (Cost, Phases) {
        self.files.show(self.data.path(state));
        self.settle();
        let cost = self.measure(&mut self.stocksync(&["--quiet", "sync", self.form.argument()]));
        let phases: Option<(u64, u64, u64)> = self
            .conn()
            .query_first(
                "SELECT fetch_ms, read_ms, write_ms FROM sync_logs ORDER BY id DESC LIMIT 1",
            )
            .expect("the log");
        let (fetch, read, write) = phases.expect("a run in the log");
        (cost, Phases { fetch, read, write })
    }

    /// Keeps the day's rows as a file for the limit, in the order in which stocksync wrote them.
    pub fn keep_rows(&self, state: &str) {
        let order = format!(
            "SELECT {COLUMNS} FROM inventory_data ORDER BY sku, size_id, warehouse_name, stock_type"
        );
        let file = File::create(self.rows(state)).expect("a file");
        let mut client = self.client(&["--batch", "--skip-column-names", "--quick", "-e", &order]);
        assert!(client.stdout(file).status().expect("the mariadb client").success());
    }

    /// Keeps the day's rows as those of the day before.
    pub fn keep_yesterday(&self) {
        let mut conn = self.conn();
        conn.query_drop("CREATE TABLE yesterday LIKE inventory_data").expect("a table");
        conn.query_drop("INSERT INTO yesterday SELECT * FROM inventory_data").expect("a copy");
        conn.query_drop("UPDATE yesterday SET snapshot_date = snapshot_date - INTERVAL 1 DAY")
            .expect("a day earlier");
    }

    /// The beginning of a day: all is as yesterday's last sync left it, which was one of the first state.
    pub fn begin_day(&self) {
        let mut conn = self.conn();
        conn.query_drop("TRUNCATE inventory_data").expect("an empty table");
        conn.query_drop(format!(
            "INSERT INTO inventory_data ({COLUMNS}) SELECT {COLUMNS} FROM yesterday ORDER BY id"
        ))
        .expect("yesterday's rows");
        conn.query_drop(
            "UPDATE sync_logs SET snapshot_date = snapshot_date - INTERVAL 1 DAY, \
             started_at = started_at - INTERVAL 1 DAY, completed_at = completed_at - INTERVAL 1 DAY \
             WHERE snapshot_date = UTC_DATE()",
        )
        .expect("yesterday's runs");
    }

    /// The limit for a day's first sync, or for a later one, which deletes the day's rows in the same transaction.
    pub fn limit(&self, state: &str, replaces: bool) -> Cost {
        self.files.show(self.data.path(state));
        self.settle();
        let load = format!(
            "LOAD DATA LOCAL INFILE '{}' INTO TABLE inventory_data CHARACTER SET utf8mb4 ({COLUMNS})",
            self.rows(state).display()
        );
        let sql = if replaces {
            let delete = format!(
                "DELETE FROM inventory_data WHERE source = '{}' AND snapshot_date = UTC_DATE()",
                self.form.source()
            );
            format!("START TRANSACTION; {delete}; {load}; COMMIT")
        } else {
            load
        };
        let mut script = self.downloads(state);
        script.push("exec mariadb --no-defaults --default-character-set=utf8mb4 --local-infile=1 --user=root --socket=\"$SOCKET\" \"$DATABASE\" -e \"$SQL\"".into());
        let mut shell = Command::new("sh");
        shell.args(["-ec", &script.join("\n")]);
        shell.env("SOCKET", &self.server.socket).env("DATABASE", &self.name).env("SQL", sql);
        self.measure(shell.current_dir(&self.directory))
    }

    /// What the table holds, to compare.
    pub fn content(&self) -> (u64, u64) {
        self.conn().query_first(CONTENT).expect("a checksum").expect("a row")
    }

    fn downloads(&self, state: &str) -> Vec<String> {
        let url = self.files.url();
        if self.form != Form::WbJson {
            return vec![format!("curl -sf -o report {url}/report")];
        }
        let mut calls = Vec::new();
        for method in ["wb-warehouses", "seller-warehouses"] {
            for page in 0.. {
                if !self.data.path(&format!("{state}-{method}-{page}")).exists() {
                    break;
                }
                let body = format!("{{\"limit\":250000,\"offset\":{}}}", page * STEP);
                calls.push(format!("curl -sf -o page -d '{body}' {url}/{method}"));
            }
        }
        calls
    }

    /// The server has nothing left to do of what was before.
    fn settle(&self) {
        let mut conn = self.server.connect(None);
        conn.query_drop("SET GLOBAL innodb_max_purge_lag_wait = 0").expect("a purge");
    }

    fn measure(&self, command: &mut Command) -> Cost {
        let file = self.server.socket.with_file_name("pid");
        let pid = fs::read_to_string(file).expect("the server's pid file");
        measure::run(command, pid.trim().parse().expect("a number"))
    }

    fn stocksync(&self, arguments: &[&str]) -> Command {
        let url = self.files.url();
        let socket = self.server.socket.display();
        let mut command = Command::new(self.binary);
        command
            .args(arguments)
            .env_clear()
            .current_dir(&self.directory)
            .env("DATABASE_URL", format!("mysql://root@localhost/{}?socket={socket}", self.name))
            .env("SNAPSHOT_UTC_OFFSET", "+00:00")
            .env("OZON_CLIENT_ID", "1")
            .env("OZON_API_KEY", "key-of-the-benchmark")
            .env("WB_API_TOKEN", "token-of-the-benchmark")
            .env("WB_REQUEST_INTERVAL", "0s")
            .env("OZON_POLL_INTERVAL", "10ms");
        for variable in
            ["OZON_API_URL", "WB_ANALYTICS_API_URL", "WB_STATISTICS_API_URL", "WB_CONTENT_API_URL"]
        {
            command.env(variable, &url);
        }
        command
    }

    fn client(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "--default-character-set=utf8mb4"])
            .arg("--user=root")
            .arg(format!("--socket={}", self.server.socket.display()));
        command.arg(&self.name).args(arguments);
        command
    }

    fn rows(&self, state: &str) -> PathBuf {
        self.directory.join(format!("{state}.tsv"))
    }

    fn conn(&self) -> Conn {
        self.server.connect(Some(&self.name))
    }
}
