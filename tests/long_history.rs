//! `report` and `check-freshness` over a long history: the server looks at the days that are asked for and at no others.
//! `tests/bench-report.sh` is the same with thirty million rows and a clock.

use std::fs;
use std::path::Path;
use std::time::Duration;

use mysql::Row;
use mysql::prelude::Queryable;

use crate::support::binary::Binary;
use crate::support::database::{Database, numbers};
use crate::support::server::{MariaDb, is_mysql};

const DAYS: u32 = 200;
const PRODUCTS: u32 = 500;

/// Each question may look at some days' rows, several times, but not at the history.
const MOST_ROWS: u64 = 5 * PRODUCTS as u64;

/// The rows of now of two marketplaces, each with its listing, its warehouse and its product: MySQL
/// counts those even where nothing of them is asked.
const MOST_ROWS_OF_NOW: u64 = 2 * PRODUCTS as u64 * 4;

/// What `report` and `check-freshness` ask, and how the server answers it.
const COMMANDS: [&str; 5] = [
    "check-freshness --max-age 30h",
    "report",
    "report --format json",
    "report --format prometheus",
    "report --format html",
];

/// What a buyer asks.
const STOCK_NOW: [&str; 4] = [
    "SELECT COUNT(*), SUM(current_stock) FROM stock_now",
    "SELECT warehouse_name, SUM(current_stock) FROM stock_now WHERE source = 'Ozon' GROUP BY warehouse_name",
    "SELECT product_name, SUM(current_stock) FROM stock_now WHERE product_id = 7 GROUP BY product_name",
    "SELECT * FROM stock_now WHERE sku = '7'",
];

fn fill(database: &Database) {
    database.run(&format!(
        "INSERT INTO dim_products (product_name) {} SELECT 1 + seq FROM numbers",
        numbers(PRODUCTS)
    ));
    for source in ["Ozon", "Wildberries"] {
        database.run(&format!(
            "INSERT INTO product_listings (source, sku, size_id, product_id, first_seen_on) \
             SELECT '{source}', product_id, '', product_id, CURDATE() - INTERVAL {DAYS} DAY FROM dim_products"
        ));
        database.run(&format!(
            "INSERT INTO inventory_data (product_id, sku, size_id, source, snapshot_date, warehouse_name, stock_type, \
             current_stock, available_stock, quantity_present) {} \
             SELECT product_id, product_id, '', '{source}', CURDATE() - INTERVAL seq DAY, 'Тула', 'FBO', 5, 5, 5 \
             FROM numbers JOIN dim_products ORDER BY seq DESC, product_id",
            numbers(DAYS)
        ));
        database.run(&format!(
            "INSERT INTO sync_logs (sync_type, source, marketplace, status, snapshot_date, rows_total, stock_total, \
             started_at, completed_at) {} SELECT 'inventory', '{source}', '{source}', 'success', CURDATE(), {PRODUCTS}, \
             {PRODUCTS} * 5, UTC_TIMESTAMP() - INTERVAL seq * 6 HOUR - INTERVAL 5 MINUTE, UTC_TIMESTAMP() - INTERVAL seq * 6 HOUR \
             FROM numbers ORDER BY seq DESC",
            numbers(DAYS * 4)
        ));
    }
    database.run("ANALYZE TABLE inventory_data, sync_logs, product_listings");
}

/// A statement as the program sent it, and how many rows the server looked at for it.
#[derive(Debug)]
struct Asked {
    rows: u64,
    statement: String,
}

impl Asked {
    /// All of them, from the server's slow-query log.
    fn of(log: &Path) -> Vec<Self> {
        let text = fs::read_to_string(log).expect("the server writes its log");
        let (mut asked, mut rows, mut statement) = (Vec::new(), 0, String::new());
        for line in text.lines() {
            if let Some((_, rest)) = line.split_once("Rows_examined: ") {
                rows = rest
                    .split_whitespace()
                    .next()
                    .and_then(|count| count.parse().ok())
                    .unwrap_or(0);
            } else if !line.starts_with('#') {
                statement.push_str(line);
                statement.push(' ');
                if line.ends_with(';') {
                    asked.push(Self { rows, statement: std::mem::take(&mut statement) });
                }
            }
        }
        asked.retain(|asked| asked.statement.trim_start().starts_with("SELECT"));
        asked
    }

    /// For each table that it reads: the table (or its alias), the way of access, the index.
    fn plan(&self, database: &Database) -> Vec<(String, String, String)> {
        // MySQL draws a tree unless told otherwise.
        let explain = format!("EXPLAIN FORMAT=TRADITIONAL {}", self.statement);
        let rows: Vec<Row> = database.conn().query(explain).expect("a plan");
        let text =
            |row: &Row, column| row.get::<Option<String>, _>(column).flatten().unwrap_or_default();
        rows.iter().map(|row| (text(row, "table"), text(row, "type"), text(row, "key"))).collect()
    }

    /// Steps of the plan that read a table which grows with time from one end to the other.
    fn scans(&self, database: &Database) -> Vec<(String, String, String)> {
        let mut plan = self.plan(database);
        plan.retain(|(table, access, _)| {
            ["inventory_data", "sync_logs"].contains(&table.as_str())
                && ["ALL", "index"].contains(&access.as_str())
        });
        plan
    }
}

/// What the page shows of the stock of its days.
fn stock_of(page: &str) -> &str {
    let (_, from) = page.split_once("id=\"stock-chart\"").expect("the chart");
    from.split_once("</article>").expect("its end").0
}

#[test]
fn a_long_history_is_not_looked_through() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("slow.log");
    let file = format!("--slow-query-log-file={}", log.display());
    let server = MariaDb::start(&[&file]);
    let database = Database::on(&server);
    let binary =
        |line: &str| Binary::new().env("DATABASE_URL", database.url()).args(line).run().expect(0);
    binary("migrate --no-backup");
    fill(&database);
    database.run("SET GLOBAL long_query_time = 0");
    let mut page = String::new();
    for command in COMMANDS {
        fs::write(&log, "").expect("the log begins anew");
        database.run("SET GLOBAL slow_query_log = 1");
        page = binary(command).stdout;
        database.run("SET GLOBAL slow_query_log = 0");
        let asked = Asked::of(&log);
        let stock = asked.iter().filter(|asked| asked.statement.contains("inventory_data")).count();
        assert!(stock > 5, "{command}: the log holds the questions: {asked:#?}");
        for one in &asked {
            // Which way MySQL takes to half of a log of 1,600 rows is its own affair.
            let scans = if is_mysql() { Vec::new() } else { one.scans(&database) };
            assert!(scans.is_empty(), "{command}: {scans:?} for {}", one.statement);
            assert!(one.rows <= MOST_ROWS, "{command}: more than {MOST_ROWS} rows: {one:?}");
        }
        // The page's runs of a week come in their order from the index that has them so.
        let of_week: Vec<_> = {
            let of_all = |it: &&Asked| {
                it.statement.contains("LIMIT 1000") && !it.statement.contains("'failed'")
            };
            asked.iter().filter(of_all).collect()
        };
        assert_eq!(of_week.len(), if command.ends_with("html") { 2 } else { 0 }, "{command}");
        for one in of_week.into_iter().filter(|_| !is_mysql()) {
            let range = ["sync_logs", "range", "idx_marketplace_run"].map(str::to_owned);
            assert_eq!(one.plan(&database), [range.into()], "{}", one.statement);
        }
    }

    for question in STOCK_NOW {
        fs::write(&log, "").expect("the log begins anew");
        database.run("SET GLOBAL slow_query_log = 1");
        database.run(question);
        // The server notes a statement after its answer.
        let noted = || fs::read_to_string(&log).expect("the log").contains("stock_now");
        (0..500).find(|_| {
            noted() || {
                std::thread::sleep(Duration::from_millis(10));
                false
            }
        });
        database.run("SET GLOBAL slow_query_log = 0");
        let asked = Asked::of(&log);
        let of_view: Vec<_> =
            asked.iter().filter(|asked| asked.statement.contains("stock_now")).collect();
        assert_eq!(of_view.len(), 1, "{question}: {asked:#?}");
        assert!(of_view[0].rows <= MOST_ROWS_OF_NOW, "{question}: {of_view:?}");
        let plan = of_view[0].plan(&database);
        let (_, access, _) = plan.iter().find(|(table, ..)| table == "stock").expect("the rows");
        assert!(!["ALL", "index"].contains(&access.as_str()), "{question}: {plan:?}");
    }

    // Rows that somebody has moved about are found all the same.
    database.run(
        "UPDATE inventory_data SET id = id + 10000000 \
         WHERE id % 3 = 0 AND snapshot_date > CURDATE() - INTERVAL 30 DAY",
    );
    let scattered = binary("report --format html").stdout;
    assert_eq!(stock_of(&scattered), stock_of(&page));
}
