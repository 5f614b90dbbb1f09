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
    wrapper: Option<Mutex<Wrapper>>,
}

struct Wrapper {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl MariaDb {
    /// The one server that all tests share, each in a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<MariaDb> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var_os("STOCKSYNC_TEST_SOCKET") {
            Some(socket) => Self { socket: socket.into(), wrapper: None }.with_account(),
            None => Self::start(&[]),
        })
    }

    /// One more server, for a test that breaks it. `flags` are mariadbd's.
    pub fn start(flags: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/server.sh");
        let mut child = Command::new("bash")
            .arg(script)
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash runs server.sh");
        let orders = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().expect("its stdout is a pipe"));
        let mut line = String::new();
        answers.read_line(&mut line).expect("server.sh tells its socket");
        let Some(socket) = line.trim_end().strip_prefix("SOCKET=") else {
            panic!("the private MariaDB did not start; server.sh has said why on stderr");
        };
        let socket = PathBuf::from(socket);
        Self { socket, wrapper: Some(Mutex::new(Wrapper { child, orders, answers })) }
            .with_account()
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
        let wrapper = self.wrapper.as_ref().expect("a server of this test alone");
        let mut wrapper = wrapper.lock().expect("no order has failed");
        let Wrapper { orders, answers, .. } = &mut *wrapper;
        let orders = orders.as_mut().expect("open until it is dropped");
        writeln!(orders, "{order}").expect("server.sh listens");
        let mut line = String::new();
        answers.read_line(&mut line).expect("server.sh answers");
        assert_eq!(line, "ok\n", "server.sh has said why on stderr");
    }

    /// As root, UTC, strict.
    pub fn connect(&self, database: Option<&str>) -> Conn {
        let options = OptsBuilder::new()
            .user(Some("root"))
            .db_name(database)
            .socket(Some(self.socket.to_string_lossy()))
            .prefer_socket(true)
            .init(vec!["SET time_zone = '+00:00', sql_mode = 'TRADITIONAL', NAMES utf8mb4"]);
        Conn::new(options).expect("the private MariaDB takes a connection")
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

impl Drop for MariaDb {
    fn drop(&mut self) {
        if let Some(Ok(wrapper)) = self.wrapper.as_mut().map(Mutex::get_mut) {
            wrapper.orders = None; // the end of its stdin ends the server
            let _ = wrapper.child.wait();
        }
    }
}
