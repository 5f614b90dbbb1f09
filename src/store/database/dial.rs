//! How a connection comes about (addresses, TLS), and why none did. Knows nothing of what the
//! session is for.

use std::io;
use std::time::Duration;

use mysql::{Conn, DriverError, LocalInfileHandler, Opts, OptsBuilder, SslOpts};

use super::driver_error::{DatabaseError, tls_error};
use crate::config::{DatabaseSettings, TlsMode};
use crate::failure::{Exit, Failure};

/// How long the server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the server may take to accept a packet.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// Connects to the first server of the settings; its statements may keep silent for so long.
/// Errors: [`Exit::Database`] in words that name the server, the user or the certificate, never the
/// password.
pub(super) fn dial(settings: &DatabaseSettings, silence: Duration) -> Result<Conn, Failure> {
    dial_either_family(settings, &options(settings, silence))
        .map_err(|error| refusal(settings, error))
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
        // By default the driver moves over to the socket whose path the server names: behind a
        // tunnel that is another server's.
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

/// The driver tries only the first address of a name, and `localhost` is `::1` first where the
/// server often listens on 127.0.0.1 only.
fn dial_either_family(
    settings: &DatabaseSettings,
    options: &OptsBuilder,
) -> Result<Conn, mysql::Error> {
    let first = match dial_address(settings, options) {
        Err(mysql::Error::DriverError(
            error @ (DriverError::CouldNotConnect(_) | DriverError::ConnectTimeout),
        )) if settings.socket.is_none() && !is_address(&settings.host) => error,
        outcome => return outcome,
    };
    log::debug!("{first}; trying the IPv4 addresses of {}", settings.host);
    // Bound to any IPv4 address of ours, the driver tries all IPv4 addresses of the server.
    let any = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    match dial_address(settings, &options.clone().bind_address(Some(any))) {
        Err(mysql::Error::DriverError(
            DriverError::CouldNotConnect(_) | DriverError::ConnectTimeout,
        )) => Err(first.into()),
        outcome => outcome,
    }
}

fn is_address(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}

fn dial_address(settings: &DatabaseSettings, options: &OptsBuilder) -> Result<Conn, mysql::Error> {
    let plain = || Conn::new(Opts::from(options.clone()));
    // Nobody can listen in on a socket, and servers do not offer TLS there.
    let Some(tls) = tls_options(settings).filter(|_| settings.socket.is_none()) else {
        return plain();
    };
    match Conn::new(Opts::from(options.clone().ssl_opts(tls))) {
        Err(error) if settings.tls == TlsMode::Preferred && cannot_tls(&error) => {
            log::debug!("{}; connecting unencrypted (ssl-mode=preferred)", DatabaseError(error));
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
pub(super) fn refusal(settings: &DatabaseSettings, error: mysql::Error) -> Failure {
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
            1047 => format!("the database at {place} takes no part in its cluster at the moment"),
            1040 | 1203 | 1226 => {
                format!("the database at {place} takes no more connections at the moment")
            }
            _ => format!("the database at {place} refuses the connection"),
        },
        _ => format!("cannot speak with the database at {place}"),
    };
    Failure::caused(Exit::Database, DatabaseError(error)).context(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;
    use crate::store::database::connection::Database;

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
