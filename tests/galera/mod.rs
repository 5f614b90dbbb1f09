//! Three nodes of a Galera cluster under one seller: whatever node a run works on, the rows are right on all of them and its word is
//! true. Started by `tests/galera.sh`, which has a cluster to offer; one test after the other.

mod lock;
mod nodes;
mod writes;

use std::time::{Duration, Instant};

use mysql::prelude::Queryable;

use crate::support::binary::{Binary, Outcome};
use crate::support::cluster::Cluster;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::row::StockRow;
use crate::support::world::{OZON, World, today};

/// How often everything is tried.
fn times() -> u64 {
    std::env::var("STOCKSYNC_GALERA_TIMES").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

/// A seller whose database is on three nodes.
struct Place {
    cluster: &'static Cluster,
    world: World,
}

impl Place {
    fn new(catalogue: Catalogue) -> Self {
        let cluster = Cluster::shared();
        cluster.mend();
        cluster.until_together(&[0, 1, 2]);
        Self { cluster, world: World::on(&cluster.nodes[0], catalogue) }
    }

    /// The program with one node as its server.
    fn on(&self, node: usize) -> Binary {
        self.world
            .binary()
            .env("DATABASE_URL", self.world.database.url_by(&self.cluster.nodes[node].socket))
    }

    /// The program with all nodes, tried in this order.
    fn on_all(&self, order: [usize; 3]) -> Binary {
        self.on_ports(&order.map(|node| self.cluster.ports[node]))
    }

    fn on_ports(&self, ports: &[u16]) -> Binary {
        let url = self.cluster.url(&self.world.database, ports);
        self.world.binary().env("DATABASE_URL", url)
    }

    fn shows(&self, catalogue: &Catalogue) {
        self.world.marketplaces.set_catalogue(catalogue.clone());
    }

    /// As if the lease of whoever holds it had run out: what a frozen machine does in longer than a test may take.
    fn leases_run_out(&self) {
        if self.world.database.tables().iter().any(|table| table == "stocksync_locks") {
            // One by one: whoever writes holds other rows of the table.
            for name in ["sync Ozon", "sync Wildberries", "write"] {
                let sql = format!("UPDATE stocksync_locks SET holder = NULL WHERE name = '{name}'");
                while self.world.database.conn().query_drop(&sql).is_err() {}
            }
        }
    }

    fn stock_on(&self, node: usize, source: &str) -> Vec<StockRow> {
        self.world.database.on_node(&self.cluster.nodes[node]).stock(source, today())
    }

    /// That every node holds exactly these rows.
    #[track_caller]
    fn assert_ozon(&self, catalogue: &Catalogue) {
        let expected = catalogue.expected_ozon();
        for node in 0..3 {
            let found = self.stock_on(node, OZON);
            if let Some(text) =
                crate::support::marketplace::catalogue::row::difference(&found, &expected)
            {
                panic!("node {node}: {text}");
            }
        }
        self.world.assert_stock(OZON, &expected);
        self.assert_alike();
    }

    /// That the nodes hold the same in every table that a sync writes.
    #[track_caller]
    fn assert_alike(&self) {
        for table in ["inventory_data", "product_listings", "dim_products", "sync_logs"] {
            let of =
                |node: usize| self.world.database.on_node(&self.cluster.nodes[node]).dump(table);
            let first = of(0);
            assert!(first == of(1) && first == of(2), "the nodes differ in {table}");
        }
    }

    /// That the run's exit code, its words and its row tell the same, and the rows of Ozon are what they tell.
    #[track_caller]
    fn assert_true(&self, outcome: &Outcome, old: &Catalogue, new: &Catalogue) {
        let found = self.stock_on(2, OZON);
        let written = found == new.expected_ozon();
        assert!(written || found == old.expected_ozon(), "neither the old rows nor the new ones");
        let log = self.world.last_log();
        let said = &outcome.stderr;
        match outcome.code {
            Some(0) => assert!(written && log.status == "success", "{log:?}\n{said}"),
            _ if said.contains("nothing was changed") => {
                assert!(!written && log.status == "failed", "a false word: {log:?}\n{said}");
            }
            Some(74) => {
                assert!(said.contains("whether the stock was written"), "{said}");
                assert_eq!(written, log.status == "success", "{log:?}");
            }
            other => panic!("exit {other:?}\n{said}"),
        }
        self.assert_alike();
    }
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
