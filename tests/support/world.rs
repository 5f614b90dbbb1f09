//! A seller's world for one test: a database, both marketplaces, and the program set up for them with short waits.

use std::sync::OnceLock;

use chrono::{FixedOffset, NaiveDate, Timelike, Utc};

use super::binary::{Binary, Outcome};
use super::database::{Database, LogRow};
use super::marketplace::StandIn;
use super::marketplace::catalogue::Catalogue;
use super::marketplace::catalogue::row::{self, StockRow};
use super::server::MariaDb;

pub const OZON: &str = "Ozon";
pub const WB: &str = "Wildberries";

pub struct World {
    pub database: Database<'static>,
    pub marketplaces: StandIn,
}

/// Waits that are minutes in production.
const SHORT_WAITS: [(&str, &str); 9] = [
    ("RETRY_BASE_DELAY", "10ms"),
    ("RETRY_MAX_WAIT", "5s"),
    ("WB_REQUEST_INTERVAL", "0s"),
    ("WB_CARDS_INTERVAL", "0s"),
    ("OZON_POLL_INTERVAL", "10ms"),
    ("OZON_REPORT_TIMEOUT", "20s"),
    ("HTTP_TIMEOUT", "20s"),
    ("DB_RETRY_DELAY", "50ms"),
    ("DB_RETRY_ATTEMPTS", "2"),
];

impl World {
    /// An empty database.
    pub fn bare(catalogue: Catalogue) -> Self {
        Self { database: Database::fresh(), marketplaces: StandIn::start(catalogue) }
    }

    /// A migrated database on a server of the test's own, which lives as long as the tests.
    pub fn on(server: &'static MariaDb, catalogue: Catalogue) -> Self {
        let database = Database::on(server);
        let world = Self { database, marketplaces: StandIn::start(catalogue) };
        world.run("migrate").expect(0);
        world
    }

    /// A migrated database.
    pub fn new(catalogue: Catalogue) -> Self {
        let world = Self::bare(catalogue);
        world.run("migrate").expect(0);
        world
    }

    /// A database of the old shape with its rows, migrated.
    pub fn legacy(catalogue: Catalogue) -> Self {
        let world = Self::bare(catalogue);
        world.database.load_legacy();
        world.run("migrate --no-backup").expect(0);
        world
    }

    /// The program with everything it needs; a test takes away or adds what it is about.
    pub fn binary(&self) -> Binary {
        Binary::new()
            .env("DATABASE_URL", self.database.url())
            .env("SNAPSHOT_UTC_OFFSET", noon_offset().to_string())
            .envs(SHORT_WAITS)
            .envs(self.marketplaces.variables())
    }

    /// Without any key and without a marketplace: for imports of files.
    pub fn offline(&self) -> Binary {
        Binary::new()
            .env("DATABASE_URL", self.database.url())
            .env("SNAPSHOT_UTC_OFFSET", noon_offset().to_string())
            .envs(SHORT_WAITS)
    }

    pub fn run(&self, line: &str) -> Outcome {
        self.binary().args(line).run()
    }

    /// The newest row of the log.
    #[track_caller]
    pub fn last_log(&self) -> LogRow {
        self.database.logs().pop().expect("a row in sync_logs")
    }

    /// That the run ends with this code, leaves every table of stock as it was and one `failed` row in the log.
    #[track_caller]
    pub fn fails(&self, binary: &Binary, code: i32) -> Outcome {
        let (stock, runs) = (self.stock_tables(), self.database.logs().len());
        let outcome = binary.run().expect(code);
        assert!(
            stock == self.stock_tables(),
            "a failed run changed the stock; it said\n{}",
            outcome.stderr
        );
        let logs = self.database.logs();
        assert_eq!(logs.len(), runs + 1, "one run is one row of sync_logs");
        let log = &logs[runs];
        assert_eq!(log.status, "failed", "{log:?}");
        assert!(log.completed_at.is_some() && log.duration.is_some(), "{log:?}");
        assert!(log.error.as_deref().is_some_and(|text| !text.is_empty()), "{log:?}");
        assert_eq!(log.updated, 0, "{log:?}");
        outcome
    }

    /// Every row of what a sync writes, the log apart.
    pub fn stock_tables(&self) -> [Vec<Vec<String>>; 3] {
        ["inventory_data", "product_listings", "dim_products"]
            .map(|table| self.database.dump(table))
    }

    /// That today's rows of the source are exactly these, in every column, and belong together with the rest.
    #[track_caller]
    pub fn assert_stock(&self, source: &str, expected: &[StockRow]) {
        let found = self.database.stock(source, today());
        if let Some(text) = row::difference(&found, expected) {
            panic!("{source}: {text}");
        }
        self.assert_rows_belong_together(source);
        self.assert_stock_now(source, expected);
    }

    /// That the view shows the same, each row once, with what the other tables say of it.
    #[track_caller]
    fn assert_stock_now(&self, source: &str, expected: &[StockRow]) {
        let found = self.database.stock_now(source);
        if let Some(text) = row::difference(&found, expected) {
            panic!("stock_now, {source}: {text}");
        }
        let unknown = self.database.number(&format!(
            "SELECT COUNT(*) FROM stock_now n LEFT JOIN dim_warehouses w ON w.source = '{source}' AND w.warehouse_name = n.warehouse_name \
             LEFT JOIN product_listings l ON l.source = '{source}' AND l.sku = n.sku AND l.size_id = n.size_id \
             WHERE n.source = '{source}' AND (w.last_seen_on IS NULL OR w.last_seen_on <> n.snapshot_date OR NOT w.cluster <=> n.cluster \
             OR NOT l.barcode <=> n.barcode OR NOT l.size_name <=> n.size_name OR n.product_name IS NULL AND l.name IS NOT NULL)"
        ));
        assert_eq!(unknown, 0, "rows of stock_now of which the other tables say something else");
    }

    /// What no answer says but every row must keep: its product is the listing's, its times are one run's.
    #[track_caller]
    fn assert_rows_belong_together(&self, source: &str) {
        let day = today();
        let rows =
            format!("inventory_data i WHERE i.source = '{source}' AND i.snapshot_date = '{day}'");
        let astray = self.database.number(&format!(
            "SELECT COUNT(*) FROM {rows} AND NOT EXISTS (SELECT 1 FROM product_listings l \
             JOIN dim_products p ON p.product_id = l.product_id WHERE l.source = i.source AND l.sku = i.sku \
             AND l.size_id = i.size_id AND l.product_id = i.product_id)"
        ));
        assert_eq!(astray, 0, "rows whose product is not that of their listing");
        let runs =
            self.database.number(&format!("SELECT COUNT(DISTINCT last_sync_at) FROM {rows}"));
        assert!(runs <= 1, "{runs} different last_sync_at in one snapshot");
        let late = self.database.number(&format!(
            "SELECT COUNT(*) FROM {rows} AND (last_sync_at IS NULL OR created_at IS NULL \
             OR ABS(TIMESTAMPDIFF(SECOND, last_sync_at, UTC_TIMESTAMP())) > 300)"
        ));
        assert_eq!(late, 0, "rows whose times are not UTC and of this run");
    }
}

/// The offset at which the tests began between noon and one: no test runs over a midnight of the snapshots.
pub fn noon_offset() -> FixedOffset {
    static OFFSET: OnceLock<FixedOffset> = OnceLock::new();
    *OFFSET.get_or_init(|| {
        let hours = 12 - i32::try_from(Utc::now().hour()).expect("an hour");
        FixedOffset::east_opt(hours * 3600).expect("at most twelve hours")
    })
}

/// The day of the snapshots that the tests' runs write.
pub fn today() -> NaiveDate {
    Utc::now().with_timezone(&noon_offset()).date_naive()
}
