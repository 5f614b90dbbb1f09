//! The connection to the database: how it is made, what the session is set to, and why none came
//! about.
//! No statement about a table lives here.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDateTime, Utc};
use mysql::prelude::Queryable;
use mysql::{Conn, Row};

use super::dial;
use super::driver_error::{DatabaseContext, DatabaseError};
use super::error::{StoreError, is_transient};
use super::rows;
use crate::config::{DatabaseSettings, TlsMode};
use crate::failure::{Exit, Failure, OrFail};

/// How long a statement of a sync or a report may keep silent. Keepalive notices a machine that is
/// gone within two minutes; this is for a server that lives and never answers: without it a run
/// from cron would hang, and hold its lock, for ever.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// The same for `migrate`, whose statements may rebuild a table of years: to give up on one does
/// not stop it.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(12 * 3600);

/// One `SET` for the whole session. The connection idles while a marketplace is asked, for half an
/// hour and more. Zero dates stay allowed: an old table may hold them, and rebuilding it must not
/// fail for that. What a server may have set for all its sessions must neither leave a failed run's
/// row uncommitted nor forbid or shorten a statement.
const SESSION: &str = "SET NAMES utf8mb4, time_zone = '+00:00', autocommit = 1, \
     sql_safe_updates = 0, sql_select_limit = 18446744073709551615, sql_big_selects = 1, \
     sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
     wait_timeout = 28800, net_read_timeout = 600, net_write_timeout = 600";

/// For `migrate`: do not wait a day behind a forgotten transaction while every reader queues up
/// behind the waiting `ALTER TABLE`.
const MIGRATION_SESSION: &str = "SET lock_wait_timeout = 300";

/// On a node of a Galera cluster: what any node has committed is seen, and waited for.
const CLUSTER_SESSION: &str = "SET wsrep_sync_wait = 7";

/// What tells one server from another: its machine, its port, its data.
const SERVER: &str =
    "SELECT CONCAT_WS(' ', @@hostname, @@port, @@datadir, @@server_id), DATABASE()";

/// An open session in the configured database: UTC, `utf8mb4`, strict.
pub(crate) struct Database {
    conn: Conn,
    name: String,
    settings: DatabaseSettings,
    server: Arc<str>,
    cluster: bool,
    /// Which of the settings' servers it is.
    node: usize,
    opened: Instant,
}

/// What is left of a connection when it is gone: its number on the server, which means it there
/// until that restarts, and means a stranger's connection on any other server.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionMark {
    /// As `SHOW PROCESSLIST` and `KILL` know it.
    pub number: u32,
    /// Which of the settings' servers it was made on.
    pub node: usize,
    server: Arc<str>,
    opened: Instant,
}

impl Database {
    /// Connects for everyday work: a statement may keep silent for 15 minutes.
    /// Errors: [`Exit::Database`] in words that name the server, the user or the certificate, never
    /// the password; [`Exit::Configuration`] if the file `ssl-ca` cannot be read.
    pub(crate) fn connect(settings: &DatabaseSettings) -> Result<Self, Failure> {
        Self::connect_from(settings, 0)
    }

    pub(crate) fn connect_from(settings: &DatabaseSettings, node: usize) -> Result<Self, Failure> {
        Self::open_any(settings, STATEMENT_TIMEOUT, node)
    }

    /// Connects for a migration: a statement may keep silent for 12 hours, but waits at most 5
    /// minutes for others who use its table.
    pub(crate) fn connect_to_migrate(settings: &DatabaseSettings) -> Result<Self, Failure> {
        let mut database = Self::open_any(settings, MIGRATION_TIMEOUT, 0)?;
        database.conn.query_drop(MIGRATION_SESSION).db_context(|| "setting up the session")?;
        Ok(database)
    }

    /// Tries the servers in turn. What waiting would not mend (a password, a missing database) is
    /// the same on all of them.
    fn open_any(
        settings: &DatabaseSettings,
        silence: Duration,
        first: usize,
    ) -> Result<Self, Failure> {
        let nodes = settings.nodes();
        let mut tried = 1;
        loop {
            let node = (first + tried - 1) % nodes;
            match Self::open(&settings.of_node(node), silence) {
                Ok(database) => return Ok(Self { settings: settings.clone(), node, ..database }),
                Err(failure) if tried < nodes && is_transient(&failure) => {
                    log::warn!("{failure}; trying the next host");
                    tried += 1;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    fn open(settings: &DatabaseSettings, silence: Duration) -> Result<Self, Failure> {
        if let (Some(path), TlsMode::VerifyCa | TlsMode::VerifyIdentity) =
            (&settings.tls_ca, settings.tls)
        {
            File::open(path).or_fail(Exit::Configuration, || {
                format!("DATABASE_URL: cannot read ssl-ca={}", path.display())
            })?;
        }
        let mut conn = dial::dial(settings, silence)?;
        conn.query_drop(SESSION).db_context(|| "setting up the session")?;
        // The name as the server spells it: with lower_case_table_names two spellings mean one
        // database, and must mean one lock.
        let known: Option<(String, Option<String>)> =
            conn.query_first(SERVER).db_context(|| "setting up the session")?;
        let (server, name) = known.unwrap_or_default();
        let name = name.unwrap_or_else(|| settings.database.clone());
        let cluster = join_cluster(&mut conn, settings)?;
        let (settings, server) = (settings.clone(), server.into());
        Ok(Self { conn, name, settings, server, cluster, node: 0, opened: Instant::now() })
    }

    pub(crate) fn settings(&self) -> &DatabaseSettings {
        &self.settings
    }

    pub(crate) fn settings_of_node(&self) -> DatabaseSettings {
        self.settings.of_node(self.node)
    }

    pub(crate) fn is_in_cluster(&self) -> bool {
        self.cluster
    }

    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// By what this connection can be found when it is gone.
    pub(crate) fn mark(&self) -> ConnectionMark {
        let number = self.conn.connection_id();
        let server = Arc::clone(&self.server);
        ConnectionMark { number, node: self.node, server, opened: self.opened }
    }

    /// Whether a mark's number still means its connection. On another server it is a stranger's. So
    /// it is on a server that has restarted: that has ended the connection, has forgotten its
    /// locks, and counts from the beginning.
    pub(crate) fn knows(&mut self, mark: &ConnectionMark) -> Result<bool, StoreError> {
        if mark.server != self.server {
            return Ok(false);
        }
        let uptime: Option<Row> = self.conn.query_first("SHOW GLOBAL STATUS LIKE 'Uptime'")?;
        let uptime: Option<(String, u64)> = uptime.map(rows::read_row).transpose()?;
        Ok(uptime.is_none_or(|(_, seconds)| seconds >= mark.opened.elapsed().as_secs()))
    }

    /// Ends another connection of this user. Not as a prepared statement: MySQL takes no parameter
    /// there. Errors: The server's, 1094 for a connection that is not there any more.
    pub(crate) fn end_connection(&mut self, number: u32) -> Result<(), mysql::Error> {
        self.conn.query_drop(format!("KILL CONNECTION {number}"))
    }

    pub(crate) fn server_time(&mut self) -> Result<DateTime<Utc>, StoreError> {
        let moment: Option<NaiveDateTime> =
            rows::first(&mut self.conn, "SELECT UTC_TIMESTAMP()", ())?;
        let none = || StoreError::Mismatch("the server does not tell the time".to_owned());
        Ok(moment.ok_or_else(none)?.and_utc())
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Whether the server is a node of a Galera cluster; one that is none of its majority is of no use.
fn join_cluster(conn: &mut Conn, settings: &DatabaseSettings) -> Result<bool, Failure> {
    let doing = || "setting up the session";
    let mut says_on = |question: &str| {
        let row: Result<Option<(String, String)>, _> = conn.query_first(question);
        row.db_context(doing).map(|row| row.is_some_and(|(_, value)| value == "ON"))
    };
    if !says_on("SHOW VARIABLES LIKE 'wsrep_on'")? {
        return Ok(false);
    }
    if !says_on("SHOW STATUS LIKE 'wsrep_ready'")? {
        return Err(dial::refusal(settings, DatabaseError::not_in_majority().0));
    }
    conn.query_drop(CLUSTER_SESSION).db_context(doing)?;
    Ok(true)
}
