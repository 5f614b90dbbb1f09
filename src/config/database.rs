//! `DATABASE_URL`, taken apart by hand: the driver's own parser shows the password in its errors
//! and knows other options.

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

/// How far the connection to the database is encrypted and the server verified; the names are those
/// of MySQL's own client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
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

#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Name or address; not used with a socket.
    pub host: String,
    pub port: u16,
    /// Further nodes of the same cluster, with their ports, in the order in which they are tried.
    pub others: Vec<(String, u16)>,
    pub socket: Option<String>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub database: String,
    pub tls: TlsMode,
    /// A file with the authorities to trust, in PEM, beside the ones built in.
    pub tls_ca: Option<PathBuf>,
    /// `DB_RETRY_ATTEMPTS`: how often a write is tried at most.
    pub attempts: u32,
    /// `DB_RETRY_DELAY`: the wait between two tries.
    pub delay: Duration,
}

impl DatabaseSettings {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        let url = environment.required("DATABASE_URL")?;
        let mut settings = parse(url).map_err(|reason| {
            Failure::new(Exit::Configuration, format!("DATABASE_URL: {reason}; the form is {FORM}"))
        })?;
        settings.attempts = environment.count("DB_RETRY_ATTEMPTS", 2)?;
        settings.delay = environment.duration("DB_RETRY_DELAY", Duration::from_secs(300))?;
        Ok(settings)
    }

    pub fn nodes(&self) -> usize {
        1 + self.others.len()
    }

    /// The same with one server alone: the first, number 0, or one of the others.
    pub fn of_node(&self, number: usize) -> Self {
        let mut node = Self { others: Vec::new(), ..self.clone() };
        if let Some(place) = number.checked_sub(1).and_then(|number| self.others.get(number)) {
            (node.host, node.port) = place.clone();
        }
        node
    }
}

/// The URL with its first host alone, and the others: `mysql://u:p@a,b:3307,c/db` names three.
fn split_hosts(text: &str) -> (String, Vec<&str>) {
    let begin = text.find("://").map_or(0, |place| place + 3);
    let rest = text.get(begin..).unwrap_or_default();
    let end = begin + rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let begin = text[..end].rfind('@').map_or(begin, |place| place + 1);
    let mut hosts = text[begin..end].split(',');
    let first = hosts.next().unwrap_or_default();
    (format!("{}{first}{}", &text[..begin], &text[end..]), hosts.collect())
}

fn place(url: &Url) -> (String, u16) {
    let host = url.host_str().unwrap_or("localhost").trim_matches(['[', ']']);
    (host.to_owned(), url.port().unwrap_or(3306))
}

/// Takes a URL apart. No reason for a refusal holds any part of it but option names: the rest may
/// be the password.
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
    let (text, others) = split_hosts(text);
    let others = others.into_iter().map(|host| {
        let url = Url::parse(&format!("mysql://{host}/"));
        let url = url.ok().filter(|url| url.host_str().is_some_and(|host| !host.is_empty()));
        Ok(place(&url.ok_or("one of several hosts cannot be read; they go as a,b:3307,c")?))
    });
    let others = others.collect::<Result<Vec<_>, &str>>()?;
    let url = Url::parse(&text).map_err(|error| format!("not a URL ({error}); {ENCODED}"))?;
    let database = decoded(url.path().trim_start_matches('/'))?;
    if database.is_empty() || database.contains('/') {
        return Err("the name of the database is missing after the host".into());
    }
    let (host, port) = place(&url);
    let mut settings = DatabaseSettings {
        host,
        port,
        others,
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
    if settings.socket.is_some() && !settings.others.is_empty() {
        return Err("socket leads to one server; name no other hosts beside it".into());
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
    fn several_hosts_are_the_nodes_of_one_cluster() {
        let settings = parse("mysql://u:p%2Cw@a,b.example:3307,[::1]/planning?ssl-mode=required");
        let settings = settings.unwrap();
        assert_eq!(settings.password.as_ref().unwrap().expose(), "p,w");
        let places: Vec<(String, u16)> = (0..settings.nodes())
            .map(|number| settings.of_node(number))
            .map(|node| (node.host, node.port))
            .collect();
        let expected = [("a", 3306), ("b.example", 3307), ("::1", 3306)];
        assert_eq!(places, expected.map(|(host, port)| (host.to_owned(), port)));
        assert_eq!(settings.of_node(2).database, "planning");
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
            "mysql://u:hunter2@a,b:99999/d",
            "mysql://u:hunter2@a,,b/d",
            "mysql://u:hunter2@a,b/d?socket=/run/s",
        ] {
            let reason = parse(bad).expect_err(bad);
            assert!(!reason.contains("hunter2"), "{reason}");
        }
    }
}
