//! `report` and `check-freshness` over a long history: the server looks at the days that are asked for and at no others.
//! `tests/bench-report.sh` is the same with thirty million rows and a clock.

use std::fs;
use std::path::Path;

use crate::support::binary::Binary;
use crate::support::database::Database;
use crate::support::server::MariaDb;

const DAYS: u32 = 200;
const PRODUCTS: u32 = 500;

/// Each question may look at some days' rows, several times, but not at the history; and at the whole log, whose old rows go.
const MOST_ROWS: u64 = 5 * PRODUCTS as u64;

fn fill(database: &Database) {
    database.run(&format!(
        "INSERT INTO dim_products (product_name) SELECT seq FROM seq_1_to_{PRODUCTS}"
    ));
    for source in ["Ozon", "Wildberries"] {
        database.run(&format!(
            "INSERT INTO product_listings (source, sku, size_id, product_id, first_seen_on, last_seen_on) \
             SELECT '{source}', product_id, '', product_id, CURDATE() - INTERVAL {DAYS} DAY, CURDATE() FROM dim_products"
        ));
        database.run(&format!(
            "INSERT INTO inventory_data (product_id, sku, size_id, source, snapshot_date, warehouse_name, stock_type, \
             current_stock, available_stock, quantity_present) \
             SELECT product_id, product_id, '', '{source}', CURDATE() - INTERVAL seq DAY, 'Тула', 'FBO', 5, 5, 5 \
             FROM seq_0_to_{} JOIN dim_products ORDER BY seq DESC, product_id",
            DAYS - 1
        ));
        database.run(&format!(
            "INSERT INTO sync_logs (sync_type, source, marketplace, status, snapshot_date, rows_total, stock_total, \
             started_at, completed_at) SELECT 'inventory', '{source}', '{source}', 'success', CURDATE(), {PRODUCTS}, \
             {PRODUCTS} * 5, UTC_TIMESTAMP() - INTERVAL seq * 6 HOUR - INTERVAL 5 MINUTE, UTC_TIMESTAMP() - INTERVAL seq * 6 HOUR \
             FROM seq_0_to_{} ORDER BY seq DESC",
            DAYS * 4 - 1
        ));
    }
    database.run("ANALYZE TABLE inventory_data, sync_logs, product_listings");
}

/// Rows that the server looked at, by statement, from its slow-query log.
fn examined(log: &Path) -> Vec<(u64, String)> {
    let text = fs::read_to_string(log).expect("the server writes its log");
    let mut statements = Vec::new();
    let mut rows = 0;
    for line in text.lines() {
        if let Some((_, rest)) = line.split_once("Rows_examined: ") {
            rows = rest.split_whitespace().next().and_then(|count| count.parse().ok()).unwrap_or(0);
        } else if !line.starts_with('#') {
            statements.push((rows, line.to_owned()));
        }
    }
    statements
}

#[test]
fn a_long_history_is_not_looked_through() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("slow.log");
    let file = format!("--slow-query-log-file={}", log.display());
    let server = MariaDb::start(&["--log-slow-verbosity=query_plan", &file]);
    let database = Database::on(&server);
    let binary =
        |line: &str| Binary::new().env("DATABASE_URL", database.url()).args(line).run().expect(0);
    binary("migrate --no-backup");
    fill(&database);
    database.run("SET GLOBAL long_query_time = 0");
    database.run("SET GLOBAL slow_query_log = 1");
    binary("check-freshness --max-age 30h");
    binary("report");
    binary("report --format json");
    database.run("SET GLOBAL slow_query_log = 0");
    let statements = examined(&log);
    let asked = statements.iter().filter(|(_, text)| text.contains("inventory_data")).count();
    assert!(asked > 10, "the log holds the questions: {statements:#?}");
    let too_many: Vec<_> = statements.iter().filter(|(rows, _)| *rows > MOST_ROWS).collect();
    assert!(too_many.is_empty(), "more than {MOST_ROWS} rows: {too_many:#?}");
}
