//! What can go wrong between us and the database, in words. Nothing here decides what to do about
//! it.

use std::error::Error;
use std::{fmt, io};

use mysql::DriverError;

use crate::failure::{Exit, Failure};

/// Access denied: to a database, a table, a column, a procedure, for want of a privilege.
const RIGHTS: [u16; 5] = [1044, 1142, 1143, 1227, 1370];

/// A table, a server, a transaction, a storage engine that takes no write.
const READ_ONLY: [u16; 4] = [1036, 1290, 1792, 1836];

/// What to do about an error that only a person mends.
fn remedy(code: u16) -> &'static str {
    if RIGHTS.contains(&code) {
        "; the user in DATABASE_URL lacks a right: `stocksync migrate` wants the file of settings of the user who may change the \
         schema (--env-file), every other command that sql/grants.sql is run again, as after each upgrade"
    } else if READ_ONLY.contains(&code) {
        "; this server takes no writes now, as a replica or for maintenance: nothing was changed. Name the one that does in \
         DATABASE_URL, or end its read-only mode"
    } else {
        ""
    }
}

const LOCK_WAIT_TIMEOUT: u16 = 1205;
const DEADLOCK: u16 = 1213;
const NOT_IN_MAJORITY: u16 = 1047;
const FAILED_COMMIT: u16 = 1180;

/// The driver's error as a sentence; the error itself stays inside for whoever must tell a deadlock
/// from a syntax error.
#[derive(Debug)]
pub struct DatabaseError(pub mysql::Error);

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = tls_error(&self.0) {
            return f.write_str(&error);
        }
        if let Some(error) = io_error(&self.0) {
            return match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                    f.write_str("the database did not answer in time")
                }
                _ => write!(f, "the connection to the database broke: {error}"),
            };
        }
        match &self.0 {
            mysql::Error::MySqlError(error) => {
                write!(f, "{} (error {}", error.message, error.code)?;
                let meaning = match error.code {
                    NOT_IN_MAJORITY => "the node is not part of its cluster's majority",
                    1105 | FAILED_COMMIT if is_too_large(error) => {
                        "the write is larger than wsrep_max_ws_size or wsrep_max_ws_rows allows"
                    }
                    FAILED_COMMIT => "the cluster lost a node during the commit, or is losing one",
                    code => return write!(f, "){}", remedy(code)),
                };
                write!(f, ": {meaning})")
            }
            mysql::Error::DriverError(DriverError::CouldNotConnect(Some((_, reason, _)))) => {
                f.write_str(reason)
            }
            mysql::Error::DriverError(error) => write!(f, "{error}"),
            mysql::Error::UrlError(error) => write!(f, "{error}"),
            mysql::Error::CodecError(error) => {
                write!(f, "the database answered out of protocol: {error}")
            }
            // The two that are told above.
            mysql::Error::IoError(error) => write!(f, "{error}"),
            mysql::Error::TlsError(error) => write!(f, "{error}"),
            mysql::Error::FromValueError(_) | mysql::Error::FromRowError(_) => {
                f.write_str("a column holds another type than expected; was it changed by hand?")
            }
        }
    }
}

impl Error for DatabaseError {}

impl DatabaseError {
    /// Whether a later try can go better. A password, a right, a table or a certificate stays as it
    /// is until a person changes it.
    pub fn is_transient(&self) -> bool {
        /// Server errors that no waiting mends: unknown database, column or table, syntax, a host
        /// or a user who may not connect.
        const LASTING: [u16; 9] = [1045, 1049, 1054, 1064, 1130, 1146, 1251, 1524, 1698];
        match &self.0 {
            mysql::Error::MySqlError(error) => {
                ![&LASTING[..], &RIGHTS].concat().contains(&error.code) && !is_too_large(error)
            }
            mysql::Error::DriverError(DriverError::TlsNotSupported) => false,
            error => tls_error(error).is_none(),
        }
    }
}

impl DatabaseError {
    /// Whether the server takes no writes, which may be over in a moment where a replica takes its
    /// place.
    pub fn is_read_only(&self) -> bool {
        matches!(&self.0, mysql::Error::MySqlError(error) if READ_ONLY.contains(&error.code))
    }

    /// Whether it passes within seconds: a deadlock, which on a cluster means that another node has
    /// changed the same rows, or a node that comes or goes.
    pub fn passes_soon(&self) -> bool {
        let mysql::Error::MySqlError(error) = &self.0 else { return false };
        [DEADLOCK, NOT_IN_MAJORITY, FAILED_COMMIT].contains(&error.code) && !is_too_large(error)
    }

    /// Whether the server has waited in vain: for a lock, or on a node of a cluster for the others.
    pub fn timed_out(&self) -> bool {
        matches!(&self.0, mysql::Error::MySqlError(error) if error.code == LOCK_WAIT_TIMEOUT)
    }

    /// Whether the connection is of no more use: everything but an answer of the server, and the
    /// answers of a node that is losing its cluster.
    pub fn ends_connection(&self) -> bool {
        match &self.0 {
            mysql::Error::MySqlError(error) => {
                error.code == NOT_IN_MAJORITY
                    || (error.code == FAILED_COMMIT && !is_too_large(error))
            }
            _ => true,
        }
    }

    /// Whether the server has said for certain that nothing was committed. What else a server says
    /// instead of "committed" may come from a node that has sent the changes to the others before
    /// it failed.
    pub fn refuses_commit(&self) -> bool {
        matches!(&self.0, mysql::Error::MySqlError(error)
            if [LOCK_WAIT_TIMEOUT, DEADLOCK].contains(&error.code) || is_too_large(error))
    }

    /// What a node says that cannot reach the majority of its cluster.
    pub fn not_in_majority() -> Self {
        Self(mysql::Error::MySqlError(mysql::MySqlError {
            state: "08S01".into(),
            message: "WSREP has not yet prepared node for application use".into(),
            code: NOT_IN_MAJORITY,
        }))
    }
}

/// Galera's two limits of what one transaction may change; the server gives either of two numbers,
/// and no word that is theirs alone.
fn is_too_large(error: &mysql::MySqlError) -> bool {
    [1105, FAILED_COMMIT].contains(&error.code)
        && ["max_ws_rows", "max_ws_size", "riteset size", "Message too long", "error 90"]
            .iter()
            .any(|words| error.message.contains(words))
}

/// Turns the driver's error into a [`Failure`] that ends in [`Exit::Database`].
pub(crate) trait DatabaseContext<T> {
    fn db_context<M: Into<String>>(self, doing: impl FnOnce() -> M) -> Result<T, Failure>;
}

impl<T> DatabaseContext<T> for Result<T, mysql::Error> {
    fn db_context<M: Into<String>>(self, doing: impl FnOnce() -> M) -> Result<T, Failure> {
        self.map_err(|error| Failure::caused(Exit::Database, DatabaseError(error)).context(doing()))
    }
}

/// The I/O error that the driver met, between packets or within one: the connection is lost.
pub(crate) fn io_error(error: &mysql::Error) -> Option<&io::Error> {
    match error {
        mysql::Error::IoError(error) => Some(error),
        mysql::Error::CodecError(error) => error.source()?.downcast_ref(),
        _ => None,
    }
}

/// What was wrong with encryption or a certificate, if that was it.
pub(crate) fn tls_error(error: &mysql::Error) -> Option<String> {
    if let mysql::Error::TlsError(error) = error {
        return Some(error.to_string());
    }
    // The handshake happens inside the first read or write and arrives as an I/O error.
    let inner = io_error(error)?.get_ref()?;
    inner.downcast_ref::<rustls::Error>().map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_server_and_a_broken_connection_are_told_apart_wherever_the_driver_met_them() {
        let within = |kind| {
            DatabaseError(mysql::Error::CodecError(io::Error::from(kind).into())).to_string()
        };
        let between =
            |kind| DatabaseError(mysql::Error::IoError(io::Error::from(kind))).to_string();
        for told in [within(io::ErrorKind::WouldBlock), between(io::ErrorKind::TimedOut)] {
            assert_eq!(told, "the database did not answer in time");
        }
        for told in [within(io::ErrorKind::ConnectionReset), between(io::ErrorKind::BrokenPipe)] {
            assert!(told.starts_with("the connection to the database broke: "), "{told}");
        }
    }

    #[test]
    fn what_a_cluster_says_is_told_for_what_it_is() {
        let error = |code, message: &str| {
            DatabaseError(mysql::Error::MySqlError(mysql::MySqlError {
                state: "HY000".into(),
                message: message.into(),
                code,
            }))
        };
        let lost = error(1180, "Got error 6 \"No such device or address\" during COMMIT");
        assert!(lost.passes_soon() && lost.is_transient() && !lost.refuses_commit());
        assert!(lost.to_string().contains("the cluster lost a node"), "{lost}");
        let alone = DatabaseError::not_in_majority();
        assert!(alone.passes_soon() && !alone.refuses_commit());
        assert!(alone.to_string().contains("not part of its cluster's majority"), "{alone}");
        for large in [
            error(1180, "wsrep_max_ws_rows exceeded"),
            error(1105, "Maximum writeset size exceeded"),
        ] {
            assert!(!large.passes_soon() && !large.is_transient() && large.refuses_commit());
            assert!(large.to_string().contains("wsrep_max_ws_size"), "{large}");
        }
        assert!(error(1213, "Deadlock found").passes_soon());
        assert!(!error(1290, "read-only").refuses_commit());
    }

    #[test]
    fn the_server_s_words_are_kept_above_its_number() {
        let refused = Err::<(), _>(mysql::Error::MySqlError(mysql::MySqlError {
            state: "40001".into(),
            message: "Deadlock found when trying to get lock".into(),
            code: 1213,
        }));
        let failure = refused.db_context(|| "writing the stock").unwrap_err();
        assert_eq!(failure.exit(), Exit::Database);
        assert_eq!(
            failure.to_string(),
            "writing the stock: Deadlock found when trying to get lock (error 1213)"
        );
    }
}
