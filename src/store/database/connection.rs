//! The connection to the database: how it is made, what the session is set to, and why none came about.
//! No statement about a table lives here.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDateTime, Utc};
use mysql::prelude::Queryable;
use mysql::{Conn, DriverError, LocalInfileHandler, Opts, OptsBuilder, Row, SslOpts};

use super::driver_error::{Explained, OrDatabase, tls_error};
use super::error::StoreError;
use super::rows;
use crate::config::{DatabaseSettings, TlsMode};
use crate::failure::{Exit, Failure, OrFail};

/// How long the server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a statement of a sync or a report may keep silent. Keepalive notices a machine that is gone within two minutes;
/// this is for a server that lives and never answers: without it a run from cron would hang, and hold its lock, for ever.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// The same for `migrate`, whose statements may rebuild a table of years: to give up on one does not stop it.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(12 * 3600);

/// How long the server may take to accept a packet.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// One `SET` for the whole session. The connection idles while a marketplace is asked, for half an hour and more.
/// Zero dates stay allowed: an old table may hold them, and rebuilding it must not fail for that. What a server may have set for all its
/// sessions must neither leave a failed run's row uncommitted nor forbid or shorten a statement.
const SESSION: &str = "SET NAMES utf8mb4, time_zone = '+00:00', autocommit = 1, \
     sql_safe_updates = 0, sql_select_limit = 18446744073709551615, sql_big_selects = 1, \
     sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
     wait_timeout = 28800, net_read_timeout = 600, net_write_timeout = 600";

/// For `migrate`: do not wait a day behind a forgotten transaction while every reader queues up behind the waiting `ALTER TABLE`.
const MIGRATION_SESSION: &str = "SET lock_wait_timeout = 300";

/// An open session in the configured database: UTC, `utf8mb4`, strict.
pub struct Database {
    conn: Conn,
    name: String,
    opened: Instant,
}

/// What is left of a connection when it is gone: its number on the server, which means it until that restarts.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionMark {
    /// As `SHOW PROCESSLIST` and `KILL` know it.
    pub number: u32,
    opened: Instant,
}

impl Database {
    /// Connects for everyday work: a statement may keep silent for 15 minutes.
    ///
    /// # Errors
    /// [`Exit::Database`] in words that name the server, the user or the certificate, never the password;
    /// [`Exit::Configuration`] if the file `ssl-ca` cannot be read.
    pub fn connect(settings: &DatabaseSettings) -> Result<Self, Failure> {
        Self::open(settings, STATEMENT_TIMEOUT)
    }

    /// Connects for a migration: a statement may keep silent for 12 hours, but waits at most 5 minutes for others who use its table.
    ///
    /// # Errors
    /// As [`Database::connect`].
    pub fn connect_to_migrate(settings: &DatabaseSettings) -> Result<Self, Failure> {
        let mut database = Self::open(settings, MIGRATION_TIMEOUT)?;
        database.conn.query_drop(MIGRATION_SESSION).or_database(|| "setting up the session")?;
        Ok(database)
    }

    fn open(settings: &DatabaseSettings, silence: Duration) -> Result<Self, Failure> {
        if let (Some(path), TlsMode::VerifyCa | TlsMode::VerifyIdentity) =
            (&settings.tls_ca, settings.tls)
        {
            File::open(path).or_fail(Exit::Configuration, || {
                format!("DATABASE_URL: cannot read ssl-ca={}", path.display())
            })?;
        }
        let mut conn = dial_either_family(settings, &options(settings, silence))
            .map_err(|error| refusal(settings, error))?;
        conn.query_drop(SESSION).or_database(|| "setting up the session")?;
        // As the server spells it: with lower_case_table_names two spellings mean one database, and must mean one lock.
        let name = conn
            .query_first("SELECT DATABASE()")
            .or_database(|| "setting up the session")?
            .unwrap_or_else(|| settings.database.clone());
        Ok(Self { conn, name, opened: Instant::now() })
    }

    /// The driver's connection, for the statements of this module's neighbours.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// By what this connection can be found when it is gone.
    pub fn mark(&self) -> ConnectionMark {
        ConnectionMark { number: self.conn.connection_id(), opened: self.opened }
    }

    /// Whether a mark's number still means its connection. A server that has restarted has ended it, has forgotten its locks, and
    /// counts from the beginning: the number is a stranger's by now.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn knows(&mut self, mark: ConnectionMark) -> Result<bool, StoreError> {
        let uptime: Option<Row> = self.conn.query_first("SHOW GLOBAL STATUS LIKE 'Uptime'")?;
        let uptime: Option<(String, u64)> = uptime.map(rows::read_row).transpose()?;
        Ok(uptime.is_none_or(|(_, seconds)| seconds >= mark.opened.elapsed().as_secs()))
    }

    /// Ends another connection of this user. Not as a prepared statement: MySQL takes no parameter there.
    ///
    /// # Errors
    /// The server's, 1094 for a connection that is not there any more.
    pub fn end_connection(&mut self, number: u32) -> Result<(), mysql::Error> {
        self.conn.query_drop(format!("KILL CONNECTION {number}"))
    }

    /// What the server's clock says.
    ///
    /// # Errors
    /// [`StoreError::Database`]; [`StoreError::Mismatch`] if it says nothing.
    pub fn server_time(&mut self) -> Result<DateTime<Utc>, StoreError> {
        let moment: Option<NaiveDateTime> =
            rows::first(&mut self.conn, "SELECT UTC_TIMESTAMP()", ())?;
        let none = || StoreError::Mismatch("the server does not tell the time".to_owned());
        Ok(moment.ok_or_else(none)?.and_utc())
    }

    /// The name of the database, as the server spells it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn options(settings: &DatabaseSettings, silence: Duration) -> OptsBuilder {
    // An IPv6 address goes without brackets in the settings and with them in the driver.
    let host = if settings.host.contains(':') {
        format!("[{}]", settings.host)
    } else {
        settings.host.clone()
    };
    OptsBuilder::new()
        .ip_or_hostname(Some(host))
        .tcp_port(settings.port)
        .socket(settings.socket.clone())
        // By default the driver moves over to the socket whose path the server names: behind a tunnel that is another server's.
        .prefer_socket(false)
        // By default the driver sends any file of this machine that the server asks for.
        .local_infile_handler(Some(LocalInfileHandler::new(|_, _| {
            Err(io::Error::other("the server asked for a local file; stocksync never sends one"))
        })))
        .user(settings.user.clone())
        .pass(settings.password.as_ref().map(|password| password.expose().to_owned()))
        .db_name(Some(settings.database.clone()))
        .tcp_connect_timeout(Some(CONNECT_TIMEOUT))
        .tcp_keepalive_time_ms(Some(60_000))
        .tcp_keepalive_probe_interval_secs(Some(10))
        .tcp_keepalive_probe_count(Some(6))
        .read_timeout(Some(silence))
        .write_timeout(Some(WRITE_TIMEOUT))
}

/// The driver tries only the first address of a name, and `localhost` is `::1` first where the server often listens on 127.0.0.1 only.
fn dial_either_family(
    settings: &DatabaseSettings,
    options: &OptsBuilder,
) -> Result<Conn, mysql::Error> {
    let first = match dial(settings, options) {
        Err(mysql::Error::DriverError(
            error @ (DriverError::CouldNotConnect(_) | DriverError::ConnectTimeout),
        )) if settings.socket.is_none() && !is_address(&settings.host) => error,
        outcome => return outcome,
    };
    log::debug!("{first}; trying the IPv4 addresses of {}", settings.host);
    // Bound to any IPv4 address of ours, the driver tries all IPv4 addresses of the server.
    let any = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    match dial(settings, &options.clone().bind_address(Some(any))) {
        Err(mysql::Error::DriverError(
            DriverError::CouldNotConnect(_) | DriverError::ConnectTimeout,
        )) => Err(first.into()),
        outcome => outcome,
    }
}

fn is_address(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}

fn dial(settings: &DatabaseSettings, options: &OptsBuilder) -> Result<Conn, mysql::Error> {
    let plain = || Conn::new(Opts::from(options.clone()));
    // Nobody can listen in on a socket, and servers do not offer TLS there.
    let Some(tls) = tls_options(settings).filter(|_| settings.socket.is_none()) else {
        return plain();
    };
    match Conn::new(Opts::from(options.clone().ssl_opts(tls))) {
        Err(error) if settings.tls == TlsMode::Preferred && cannot_tls(&error) => {
            log::debug!("{}; connecting unencrypted (ssl-mode=preferred)", Explained(error));
            plain()
        }
        outcome => outcome,
    }
}

fn tls_options(settings: &DatabaseSettings) -> Option<SslOpts> {
    let verified = SslOpts::default().with_root_cert_path(settings.tls_ca.clone());
    match settings.tls {
        TlsMode::Disabled => None,
        TlsMode::Preferred | TlsMode::Required => {
            Some(SslOpts::default().with_danger_accept_invalid_certs(true))
        }
        TlsMode::VerifyCa => Some(verified.with_danger_skip_domain_validation(true)),
        TlsMode::VerifyIdentity => Some(verified),
    }
}

/// Whether a connection failed because the two ends have no TLS in common, or the server has none.
fn cannot_tls(error: &mysql::Error) -> bool {
    matches!(error, mysql::Error::DriverError(DriverError::TlsNotSupported))
        || tls_error(error).is_some()
}

/// Says why no connection came about, and what to look at.
fn refusal(settings: &DatabaseSettings, error: mysql::Error) -> Failure {
    let place =
        settings.socket.clone().unwrap_or_else(|| format!("{}:{}", settings.host, settings.port));
    let user = settings.user.as_deref().unwrap_or("(none)");
    let name = &settings.database;
    let message = match &error {
        mysql::Error::DriverError(
            DriverError::CouldNotConnect(_) | DriverError::ConnectTimeout,
        ) => {
            format!(
                "cannot reach the database at {place} (does the server run, is its address in DATABASE_URL right?)"
            )
        }
        mysql::Error::DriverError(DriverError::TlsNotSupported) => {
            format!(
                "the database at {place} offers no TLS, but ssl-mode in DATABASE_URL demands it"
            )
        }
        error if tls_error(error).is_some() => format!(
            "no TLS with the database at {place}; is the server's certificate signed by ssl-ca, not expired and made for this host?"
        ),
        mysql::Error::MySqlError(error) => match error.code {
            1045 | 1698 => format!(
                "the database at {place} refuses the user {user}; check user and password in DATABASE_URL"
            ),
            1044 => format!(
                "the user {user} may not use the database {name:?} at {place}; it needs GRANTs"
            ),
            1049 => format!(
                "there is no database {name:?} at {place}; check DATABASE_URL, or CREATE DATABASE it with CHARACTER SET utf8mb4"
            ),
            1040 | 1203 | 1226 => {
                format!("the database at {place} takes no more connections at the moment")
            }
            _ => format!("the database at {place} refuses the connection"),
        },
        _ => format!("cannot speak with the database at {place}"),
    };
    Failure::caused(Exit::Database, Explained(error)).context(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn settings(url: &str) -> DatabaseSettings {
        DatabaseSettings::read(&Environment::from_pairs([("DATABASE_URL", url)])).unwrap()
    }

    fn server_error(code: u16, message: &str) -> mysql::Error {
        mysql::Error::MySqlError(mysql::MySqlError {
            state: "HY000".into(),
            message: message.into(),
            code,
        })
    }

    #[test]
    fn each_tls_mode_verifies_what_its_name_says() {
        let verified = |mode: &str| {
            let url = format!("mysql://u:p@db/x?ssl-mode={mode}");
            tls_options(&settings(&url))
                .map(|tls| (!tls.accept_invalid_certs(), !tls.skip_domain_validation()))
        };
        assert_eq!(verified("disabled"), None);
        assert!(!verified("preferred").unwrap().0);
        assert!(!verified("required").unwrap().0);
        assert_eq!(verified("verify-ca"), Some((true, false)));
        assert_eq!(verified("verify-identity"), Some((true, true)));
    }

    #[test]
    fn a_refusal_names_place_and_user_and_never_the_password() {
        let settings = settings("mysql://stock:hunter2@db.example:3307/planning");
        let failure = refusal(&settings, server_error(1045, "Access denied for user 'stock'@'h'"));
        assert_eq!(failure.exit(), Exit::Database);
        assert_eq!(
            failure.to_string(),
            "the database at db.example:3307 refuses the user stock; check user and password in DATABASE_URL: \
             Access denied for user 'stock'@'h' (error 1045)"
        );
        let failure = refusal(&settings, server_error(1049, "Unknown database 'planning'"));
        assert!(
            failure.to_string().starts_with("there is no database \"planning\" at db.example:3307")
        );
    }

    #[test]
    fn a_certificate_that_is_not_trusted_is_a_fault_of_tls() {
        let untrusted = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let error =
            mysql::Error::CodecError(io::Error::new(io::ErrorKind::InvalidData, untrusted).into());
        let failure = refusal(&settings("mysql://u:p@db.example/x"), error);
        assert!(failure.to_string().starts_with("no TLS with the database at db.example:3306"));
    }

    #[test]
    fn an_address_where_nobody_listens_is_a_failure_of_the_database() {
        // Port 1 of the loopback: refused at once.
        let failure =
            Database::connect(&settings("mysql://u:hunter2@127.0.0.1:1/x")).err().unwrap();
        assert_eq!(failure.exit(), Exit::Database);
        let text = failure.to_string();
        assert!(text.starts_with("cannot reach the database at 127.0.0.1:1"), "{text}");
        assert!(!text.contains("hunter2"));
    }

    #[test]
    fn an_authority_that_cannot_be_read_is_a_failure_of_the_configuration() {
        let url = "mysql://u:p@127.0.0.1:1/x?ssl-mode=verify-ca&ssl-ca=/does/not/exist.pem";
        let failure = Database::connect(&settings(url)).err().unwrap();
        assert_eq!(failure.exit(), Exit::Configuration);
        assert!(failure.to_string().contains("/does/not/exist.pem"));
    }
}
