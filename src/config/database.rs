//! `DATABASE_URL`, taken apart by hand: the driver's own parser shows the password in its errors and knows other options.

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::Environment;
use crate::failure::{Exit, Failure};
use crate::secret::Secret;

const FORM: &str = "mysql://user:password@host:3306/database";

const ENCODED: &str = "inside a password (and wherever else it is meant as it stands) write %40 for @, %2F for /, \
                       %3F for ?, %23 for # and %25 for %";

/// How far the connection to the database is encrypted and the server verified; the names are those of MySQL's own client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// Never encrypted.
    Disabled,
    /// Encrypted if the server can; the server is not verified.
    Preferred,
    /// Encrypted or not at all; the server is not verified.
    Required,
    /// Encrypted, with a certificate of a known authority.
    VerifyCa,
    /// Encrypted, with a certificate of a known authority for this very host.
    VerifyIdentity,
}

/// Where the database is, and how often a write is tried.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Name or address; not used with a socket.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The path of a Unix socket to use in place of TCP.
    pub socket: Option<String>,
    /// The user, if one is named.
    pub user: Option<String>,
    /// The password, if there is one.
    pub password: Option<Secret>,
    /// The database that holds the tables.
    pub database: String,
    /// Encryption.
    pub tls: TlsMode,
    /// A file with the authorities to trust, in PEM, beside the ones built in.
    pub tls_ca: Option<PathBuf>,
    /// `DB_RETRY_ATTEMPTS`: how often a write is tried at most.
    pub attempts: u32,
    /// `DB_RETRY_DELAY`: the wait between two tries.
    pub delay: Duration,
}

impl DatabaseSettings {
    /// Reads `DATABASE_URL`, `DB_RETRY_ATTEMPTS` and `DB_RETRY_DELAY`.
    ///
    /// # Errors
    /// [`Exit::Configuration`], naming the variable and no part of the URL.
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        let url = environment.required("DATABASE_URL")?;
        let mut settings = parse(url).map_err(|reason| {
            Failure::new(Exit::Configuration, format!("DATABASE_URL: {reason}; the form is {FORM}"))
        })?;
        settings.attempts = environment.count("DB_RETRY_ATTEMPTS", 2)?;
        settings.delay = environment.duration("DB_RETRY_DELAY", Duration::from_secs(300))?;
        Ok(settings)
    }
}

/// Takes a URL apart. No reason for a refusal holds any part of it but option names: the rest may be the password.
fn parse(text: &str) -> Result<DatabaseSettings, String> {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if !["mysql", "mariadb"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Err("it must begin with mysql://".into());
    }
    // A password with one of these ends too soon, and the rest of it would be taken for a host.
    let end_of_place = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if rest[end_of_place..].contains('@') {
        return Err(format!("there is an @ behind the first /, ? or #; {ENCODED}"));
    }
    let url = Url::parse(text).map_err(|error| format!("not a URL ({error}); {ENCODED}"))?;
    let database = decoded(url.path().trim_start_matches('/'))?;
    if database.is_empty() || database.contains('/') {
        return Err("the name of the database is missing after the host".into());
    }
    let mut settings = DatabaseSettings {
        host: url.host_str().unwrap_or("localhost").trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(3306),
        socket: None,
        user: Some(decoded(url.username())?).filter(|user| !user.is_empty()),
        password: url
            .password()
            .map(decoded)
            .transpose()?
            .map(|password| Secret::verbatim(&password)),
        database,
        tls: TlsMode::Preferred,
        tls_ca: None,
        attempts: 1,
        delay: Duration::ZERO,
    };
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "socket" => settings.socket = Some(value.into_owned()),
            "ssl-mode" => settings.tls = tls_mode(&value)?,
            "ssl-ca" => settings.tls_ca = Some(PathBuf::from(value.as_ref())),
            other => {
                return Err(format!("the option {other:?} is none of socket, ssl-mode, ssl-ca"));
            }
        }
    }
    Ok(settings)
}

fn tls_mode(text: &str) -> Result<TlsMode, String> {
    match text.to_ascii_lowercase().replace('_', "-").as_str() {
        "disabled" => Ok(TlsMode::Disabled),
        "preferred" => Ok(TlsMode::Preferred),
        "required" => Ok(TlsMode::Required),
        "verify-ca" => Ok(TlsMode::VerifyCa),
        "verify-identity" => Ok(TlsMode::VerifyIdentity),
        other => Err(format!(
            "ssl-mode {other:?} is none of disabled, preferred, required, verify-ca, verify-identity"
        )),
    }
}

fn decoded(text: &str) -> Result<String, String> {
    percent_decode_str(text)
        .decode_utf8()
        .map(|text| text.into_owned())
        .map_err(|_| "a percent-encoded part is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_url_is_taken_apart() {
        let settings =
            parse("mysql://stock%40sync:p%2Fw%23@db.example:3307/planning?ssl-mode=verify-ca&ssl-ca=/etc/ca.pem").unwrap();
        assert_eq!(settings.host, "db.example");
        assert_eq!(settings.port, 3307);
        assert_eq!(settings.user.as_deref(), Some("stock@sync"));
        assert_eq!(settings.password.unwrap().expose(), "p/w#");
        assert_eq!(settings.database, "planning");
        assert_eq!(settings.tls, TlsMode::VerifyCa);
        assert_eq!(settings.tls_ca, Some(PathBuf::from("/etc/ca.pem")));
    }

    #[test]
    fn a_socket_replaces_the_port() {
        let settings =
            parse("mysql://root@localhost/planning?socket=/run/mysqld/mysqld.sock").unwrap();
        assert_eq!(settings.socket.as_deref(), Some("/run/mysqld/mysqld.sock"));
        assert_eq!(settings.password, None);
    }

    #[test]
    fn a_refusal_names_the_fault_and_never_the_password() {
        for bad in [
            "planning",
            "postgres://u:hunter2@h/d",
            "mysql://u:hunter2@h",
            "mysql://u:hunter2@h/d?ssl-mode=maybe",
            "mysql://u:hunter2@h/d?pool=5",
            "mysql://u:hunter2@h:99999/d",
            "mysql://u:hunter2/x@h/d",
        ] {
            let reason = parse(bad).expect_err(bad);
            assert!(!reason.contains("hunter2"), "{reason}");
        }
    }
}
