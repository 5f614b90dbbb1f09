//! Private database servers, started by `server.sh`: MariaDB, or MySQL where `STOCKSYNC_TEST_SERVER` says so. It watches the pipe that
//! this process holds, so a server ends with the process, even if that is killed.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder};

/// The account of the tests' programs: no more than its own databases, and a password that needs every escape.
pub const USER: &str = "stocksync_test";
pub const PASSWORD: &str = "p@ss:w/o rd?#%&=Ёж";
/// The same, as a URL holds it.
pub const PASSWORD_IN_URL: &str = "p%40ss%3Aw%2Fo%20rd%3F%23%25%26%3D%D0%81%D0%B6";

/// Whether the tests run on MySQL.
pub fn is_mysql() -> bool {
    std::env::var_os("STOCKSYNC_TEST_SERVER").is_some_and(|server| server == "mysql")
}

pub struct MariaDb {
    pub socket: PathBuf,
    wrapper: Option<Script>,
}

/// A script that keeps servers: it says one line when they run, obeys orders, and ends them when its stdin ends.
pub(super) struct Script {
    name: &'static str,
    pipes: Mutex<Pipes>,
}

struct Pipes {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Script {
    /// Starts it, and what it says after `key`.
    pub(super) fn start(name: &'static str, arguments: &[&str], key: &str) -> (Self, String) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/");
        let mut child = Command::new("bash")
            .arg(format!("{path}{name}"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash runs it");
        let orders = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().expect("its stdout is a pipe"));
        let mut line = String::new();
        answers.read_line(&mut line).expect("it tells where its servers are");
        let Some(said) = line.trim_end().strip_prefix(key) else {
            panic!("the private servers did not start; {name} has said why on stderr");
        };
        let said = said.to_owned();
        (Self { name, pipes: Mutex::new(Pipes { child, orders, answers }) }, said)
    }

    pub(super) fn order(&self, order: &str) {
        let mut pipes = self.pipes.lock().expect("no order has failed");
        let Pipes { orders, answers, .. } = &mut *pipes;
        let orders = orders.as_mut().expect("open until it is dropped");
        writeln!(orders, "{order}").expect("it listens");
        let mut line = String::new();
        answers.read_line(&mut line).expect("it answers");
        assert_eq!(line, "ok\n", "{} has said why on stderr", self.name);
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        if let Ok(pipes) = self.pipes.get_mut() {
            pipes.orders = None; // the end of its stdin ends the servers
            let _ = pipes.child.wait();
        }
    }
}

impl MariaDb {
    /// The one server that all tests share, each in a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<MariaDb> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var_os("STOCKSYNC_TEST_SOCKET") {
            Some(socket) => Self::at(socket),
            None => Self::start(&[]),
        })
    }

    /// One more server, for a test that breaks it. `flags` are mariadbd's.
    pub fn start(flags: &[&str]) -> Self {
        let (script, socket) = Script::start("server.sh", flags, "SOCKET=");
        Self { socket: socket.into(), wrapper: Some(script) }.with_account()
    }

    /// One that somebody else keeps.
    pub fn at(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into(), wrapper: None }.with_account()
    }

    /// A clean shutdown.
    pub fn stop(&self) {
        self.order("stop");
    }

    /// As a power cut.
    pub fn kill(&self) {
        self.order("kill");
    }

    /// Again, on the same data.
    pub fn restart(&self, flags: &[&str]) {
        self.order(&format!("start {}", flags.join(" ")));
    }

    fn order(&self, order: &str) {
        self.wrapper.as_ref().expect("a server of this test alone").order(order);
    }

    /// As root, UTC, strict; what other nodes of a cluster have committed is waited for.
    pub fn connect(&self, database: Option<&str>) -> Conn {
        let mut conn = self.connect_plainly(database);
        if self.wrapper.is_none() && !is_mysql() {
            conn.query_drop("SET wsrep_sync_wait = 7").expect("every MariaDB knows it");
        }
        conn
    }

    pub fn connect_plainly(&self, database: Option<&str>) -> Conn {
        let options = OptsBuilder::new()
            .user(Some("root"))
            .db_name(database)
            .socket(Some(self.socket.to_string_lossy()))
            .prefer_socket(true)
            .init(vec!["SET time_zone = '+00:00', sql_mode = 'TRADITIONAL', NAMES utf8mb4"]);
        Conn::new(options).expect("the private server takes a connection")
    }

    fn with_account(self) -> Self {
        let mut root = self.connect(None);
        root.query_drop(format!(
            "CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}'"
        ))
        .expect("an account for the tests");
        root.query_drop(format!("GRANT ALL PRIVILEGES ON `t\\_%`.* TO '{USER}'@'%'"))
            .expect("rights for the tests");
        self
    }
}
