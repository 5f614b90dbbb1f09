//! Where a fault is tried: a world whose stock is known, and a change of it under way.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mysql::Conn;

use crate::support::binary::{Binary, Running};
use crate::support::database::LogRow;
use crate::support::marketplace::Settings;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::row::{self, StockRow};
use crate::support::marketplace::endpoint::Endpoint::{self, OzonInfo};
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::server::MariaDb;
use crate::support::world::{OZON, WB, World, today};

/// Long enough to do something to a run that waits for the marketplace.
pub const A_MOMENT: Duration = Duration::from_millis(600);

/// What a failed sync may not touch.
const TABLES: [&str; 3] = ["inventory_data", "product_listings", "dim_products"];

pub struct Stage {
    pub world: World,
    pub source: &'static str,
    pub variables: Vec<(&'static str, String)>,
    catalogues: [Catalogue; 2],
    /// Which of the two the table holds.
    held: Mutex<usize>,
    /// Rows of the log that belong to the preparation of a fault.
    forgotten: AtomicUsize,
}

/// The tables at one moment.
#[derive(PartialEq, Eq)]
pub struct Held {
    tables: Vec<Vec<Vec<String>>>,
    pub stock: Vec<StockRow>,
    pub logs: usize,
}

impl Stage {
    pub fn new(source: &'static str, seed: u64, world: impl FnOnce(Catalogue) -> World) -> Self {
        Self::of(source, Catalogue::small(seed), seed, world)
    }

    pub fn of(
        source: &'static str,
        old: Catalogue,
        seed: u64,
        world: impl FnOnce(Catalogue) -> World,
    ) -> Self {
        let catalogues = [old.clone(), old.later(seed + 1)];
        let world = world(old);
        let stage = Self {
            world,
            source,
            variables: Vec::new(),
            catalogues,
            held: Mutex::new(0),
            forgotten: AtomicUsize::new(0),
        };
        stage.settle();
        stage
    }

    pub fn ozon() -> Self {
        Self::new(OZON, 41, World::new)
    }

    pub fn wb() -> Self {
        Self::new(WB, 42, World::new)
    }

    /// Enough that a run does not spend all of its time on beginning and ending.
    pub fn large() -> Self {
        Self::of(WB, Catalogue::sized(46, 0, 2_000), 46, World::new)
    }

    pub fn on(server: &'static MariaDb) -> Self {
        Self::new(OZON, 43, |catalogue| World::on(server, catalogue))
    }

    /// `sync` of the stage's source.
    pub fn sync(&self) -> Binary {
        let marketplace = if self.source == OZON { "ozon" } else { "wb" };
        let variables = self.variables.iter().cloned();
        self.world.binary().envs(variables).args("sync").arg(marketplace)
    }

    /// The marketplace answers the stock that the table does not hold.
    pub fn prepare(&self) {
        self.world.marketplaces.mend();
        self.world.marketplaces.forget_calls();
        self.world.marketplaces.configure(|settings| *settings = Settings::default());
        self.world.marketplaces.set_catalogue(self.next().clone());
    }

    /// Whatever has happened: the table holds one of the two states again.
    pub fn settle(&self) {
        self.prepare();
        let catalogue = self.world.marketplaces.catalogue();
        self.sync().args("--full").run().expect(0);
        self.world.assert_stock(self.source, &self.expected(&catalogue));
        self.arrived();
    }

    pub fn arrived(&self) {
        *self.held.lock().unwrap() ^= 1;
    }

    pub fn next(&self) -> &Catalogue {
        &self.catalogues[*self.held.lock().unwrap() ^ 1]
    }

    pub fn expected(&self, catalogue: &Catalogue) -> Vec<StockRow> {
        if self.source == OZON { catalogue.expected_ozon() } else { catalogue.expected_wb(true) }
    }

    /// The rows after the change.
    pub fn new_rows(&self) -> Vec<StockRow> {
        self.expected(self.next())
    }

    pub fn held(&self) -> Held {
        let database = &self.world.database;
        Held {
            tables: TABLES.iter().map(|table| database.dump(table)).collect(),
            stock: database.stock(self.source, today()),
            logs: database.logs().len(),
        }
    }

    pub fn new_logs(&self, before: &Held) -> Vec<LogRow> {
        let known = before.logs.max(self.forgotten.load(Ordering::SeqCst));
        self.world.database.logs().split_off(known)
    }

    /// The runs so far were preparation.
    pub fn forget_logs(&self) {
        self.forgotten.store(self.world.database.logs().len(), Ordering::SeqCst);
        self.world.marketplaces.forget_calls();
    }

    /// A connection of somebody else, who holds the rows of the stock.
    pub fn hold_stock(&self) -> Conn {
        self.hold("SELECT * FROM inventory_data FOR UPDATE")
    }

    pub fn hold(&self, sql: &str) -> Conn {
        use mysql::prelude::Queryable;
        let mut conn = self.world.database.conn();
        conn.query_drop("START TRANSACTION").unwrap();
        conn.query_drop(sql).unwrap();
        conn
    }

    /// Until the run's transaction waits for a lock. The server's table of transactions would not do: it is a picture that is
    /// not renewed while somebody keeps looking at it.
    pub fn until_blocked(&self) {
        let database = &self.world.database;
        let waits = "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'";
        until("the run waits for a lock", || database.table(waits)[0][1] != "0");
        database.until_steady("Query", Duration::from_millis(40));
    }

    /// Until the marketplace has been asked.
    pub fn until_asked(&self, endpoint: Endpoint) {
        until("the marketplace is asked", || {
            !self.world.marketplaces.calls_of(endpoint).is_empty()
        });
    }

    /// The program's connections, as the server knows them.
    pub fn connections(&self) -> Vec<String> {
        let sql = format!(
            "SELECT id FROM information_schema.processlist WHERE user = 'stocksync_test' AND db = '{}'",
            self.world.database.name
        );
        self.world.database.table(&sql).concat()
    }

    /// Until the server has noticed that the program is gone.
    pub fn until_alone(&self) {
        until("the server ends the program's connections", || self.connections().is_empty());
    }

    /// A run that waits for a marketplace that takes its time.
    pub fn asking(&self, binary: &Binary, takes: Duration) -> Running {
        let slow = Spoiled::change(move |reply| reply.after(takes));
        self.world.marketplaces.fault(OzonInfo, slow);
        let running = binary.spawn();
        self.until_asked(OzonInfo);
        running
    }

    /// A run that waits for locks in its transaction.
    pub fn blocked(&self, binary: &Binary) -> (Conn, Running) {
        let holder = self.hold_stock();
        let running = binary.spawn();
        self.until_blocked();
        (holder, running)
    }
}

impl Held {
    pub fn is_untouched(&self, now: &Self) -> bool {
        self.tables == now.tables
    }

    /// Rows of the stock that differ.
    pub fn changed(&self, now: &Self) -> usize {
        let rows = |held: &Self| -> BTreeSet<String> {
            held.stock.iter().map(|row| format!("{row:?}")).collect()
        };
        rows(self).symmetric_difference(&rows(now)).count()
    }
}

pub fn difference(found: &[StockRow], expected: &[StockRow]) -> Option<String> {
    row::difference(found, expected)
}

pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        thread::sleep(Duration::from_millis(3));
    }
}
