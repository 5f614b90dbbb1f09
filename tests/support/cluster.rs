//! A private Galera cluster of three nodes, started by `galera.sh`: what a test does to its nodes, and its data as each of them shows it.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable;

use super::database::Database;
use super::server::{MariaDb, PASSWORD_IN_URL, Script, USER};

pub struct Cluster {
    pub nodes: [MariaDb; 3],
    pub ports: [u16; 3],
    script: Script,
}

impl Cluster {
    /// The one cluster of the tests, which go one after the other.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| {
            let provider = std::env::var("STOCKSYNC_GALERA").expect("tests/galera.sh sets it");
            let (script, nodes) = Script::start("galera.sh", &[&provider], "NODES=");
            let nodes: Vec<(&str, u16)> = nodes
                .split(' ')
                .map(|node| node.rsplit_once(':').expect("a socket and a port"))
                .map(|(socket, port)| (socket, port.parse().expect("a port")))
                .collect();
            Self {
                nodes: [0, 1, 2].map(|node| MariaDb::at(nodes[node].0)),
                ports: [0, 1, 2].map(|node| nodes[node].1),
                script,
            }
        })
    }

    /// `kill`, `start`, `freeze` or `thaw`.
    pub fn order(&self, order: &str, node: usize) {
        self.script.order(&format!("{order} {node}"));
    }

    /// Whatever a test that failed has left.
    pub fn mend(&self) {
        for (number, node) in self.nodes.iter().enumerate() {
            self.order("thaw", number);
            let mut root = node.connect_plainly(None);
            for setting in [
                "wsrep_provider_options = 'gmcast.isolate=0'",
                "wsrep_max_ws_rows = DEFAULT",
                "wsrep_max_ws_size = DEFAULT",
            ] {
                // A node that has lost its cluster takes none of them, and is started anew later.
                let _ = root.query_drop(format!("SET GLOBAL {setting}"));
            }
        }
    }

    /// Cuts a node off from the others, or lets it come back.
    pub fn isolate(&self, node: usize, isolated: bool) {
        let sql =
            format!("SET GLOBAL wsrep_provider_options = 'gmcast.isolate={}'", u8::from(isolated));
        self.nodes[node].connect_plainly(None).query_drop(sql).expect("an option of Galera");
    }

    /// Until a node knows that it is alone.
    pub fn until_alone(&self, node: usize) {
        let began = Instant::now();
        while self.status(node, "wsrep_ready") != "OFF" {
            assert!(began.elapsed() < Duration::from_secs(30), "node {node} is not alone");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// By TCP, with these ports in their order.
    pub fn url(&self, database: &Database<'_>, ports: &[u16]) -> String {
        let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        format!("mysql://{USER}:{PASSWORD_IN_URL}@{}/{}", hosts.join(","), database.name)
    }

    /// Until so many nodes belong together, by the word of each of them. One that was frozen for too long may not find back by itself
    /// and is started anew, as an operator would.
    pub fn until_together(&self, nodes: &[usize]) {
        let (began, mut restarted) = (Instant::now(), false);
        let size = nodes.len().to_string();
        let lost = || -> Vec<usize> {
            nodes.iter().copied().filter(|node| !self.is_together(*node, &size)).collect()
        };
        while !lost().is_empty() {
            assert!(began.elapsed() < Duration::from_secs(90), "{nodes:?} are not together");
            if began.elapsed() > Duration::from_secs(20) && !restarted {
                restarted = true;
                for node in nodes.iter().copied().filter(|node| !self.is_synced(*node)) {
                    self.order("kill", node);
                    self.order("start", node);
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_together(&self, node: usize, size: &str) -> bool {
        self.status(node, "wsrep_cluster_size") == size && self.is_synced(node)
    }

    fn is_synced(&self, node: usize) -> bool {
        self.status(node, "wsrep_local_state_comment") == "Synced"
            && self.status(node, "wsrep_ready") == "ON"
    }

    fn status(&self, node: usize, name: &str) -> String {
        let mut root = self.nodes[node].connect_plainly(None);
        let row: Option<(String, String)> = root
            .query_first(format!("SHOW GLOBAL STATUS LIKE '{name}'"))
            .expect("a node that answers");
        row.expect("a status of Galera").1
    }
}
