//! What can go wrong while a snapshot is compared and written, kept apart by what can be done about
//! it.

use std::{fmt, io};

use super::driver_error::DatabaseError;
use crate::disk;
use crate::failure::{Exit, Failure};

/// Whether a failure came from a fault of the database that waiting may mend. What is no fault of
/// the database (a schema that is behind, another run) stays as it is.
pub(crate) fn is_transient(failure: &Failure) -> bool {
    let fault = |cause: &(dyn std::error::Error + 'static)| {
        let of_store = cause.downcast_ref().map(StoreError::is_transient);
        of_store.or_else(|| cause.downcast_ref().map(DatabaseError::is_transient))
    };
    failure.exit() == Exit::Database && failure.causes().find_map(fault).unwrap_or(false)
}

/// Whether a server that takes no writes at the moment is what failed. Nobody waits for that before
/// a pull; a pull that is done is worth the wait.
pub(crate) fn is_read_only(failure: &Failure) -> bool {
    failure.causes().any(|cause| match cause.downcast_ref() {
        Some(StoreError::Database(error)) => error.is_read_only(),
        _ => cause.downcast_ref().is_some_and(DatabaseError::is_read_only),
    })
}

/// Whether a failure is one that passes within seconds, whatever the delay between two attempts is
/// set to. A connection that broke is one where there are other servers to go to.
pub(crate) fn passes_soon(failure: &Failure, other_servers: bool) -> bool {
    let soon = |fault: &DatabaseError| {
        fault.passes_soon()
            || (other_servers
                && fault.is_transient()
                && (fault.ends_connection() || fault.timed_out()))
    };
    let fault = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref() {
        Some(StoreError::Database(fault)) => Some(soon(fault)),
        Some(_) => Some(false),
        None => cause.downcast_ref().map(soon),
    };
    failure.exit() == Exit::Database && failure.causes().find_map(fault).unwrap_or(false)
}

/// Whether a connection that such a failure came from is of no more use.
pub(crate) fn ends_connection(failure: &Failure) -> bool {
    let fault = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref() {
        Some(fault @ StoreError::Database(_)) => Some(fault.ends_connection()),
        Some(_) => None,
        None => cause.downcast_ref().map(DatabaseError::ends_connection),
    };
    failure.causes().find_map(fault).unwrap_or(false)
}

/// A fault of the store. Nothing is committed when one is returned, unless the commit itself is in
/// doubt.
#[derive(Debug)]
pub enum StoreError {
    Database(DatabaseError),
    Disk(io::Error),
    /// The database did not do what it said it did: the rows in it are not those that were sent.
    Mismatch(String),
}

impl StoreError {
    /// Whether a later try can go better. What a table lacks or a right forbids stays as it is
    /// until a person changes it.
    pub fn is_transient(&self) -> bool {
        match self {
            StoreError::Database(error) => error.is_transient(),
            StoreError::Mismatch(_) => true,
            StoreError::Disk(_) => false,
        }
    }

    /// Whether the connection is of no more use, or not to be trusted.
    pub fn ends_connection(&self) -> bool {
        match self {
            StoreError::Database(error) => error.ends_connection(),
            StoreError::Mismatch(_) => false,
            StoreError::Disk(_) => true,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Database(error) => error.fmt(f),
            StoreError::Disk(error) => error.fmt(f),
            StoreError::Mismatch(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<mysql::Error> for StoreError {
    fn from(error: mysql::Error) -> Self {
        StoreError::Database(DatabaseError(error))
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        StoreError::Disk(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(_) | StoreError::Mismatch(_) => {
                Failure::caused(Exit::Database, error)
            }
            StoreError::Disk(_) => disk::temporary(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16) -> Failure {
        let error = mysql::Error::MySqlError(mysql::MySqlError {
            state: "HY000".into(),
            message: "no".into(),
            code,
        });
        Failure::caused(Exit::Database, DatabaseError(error)).context("connecting")
    }

    #[test]
    fn a_wrong_password_or_a_missing_right_does_not_pass_by_waiting() {
        for code in [1044, 1045, 1049, 1142, 1146, 1698] {
            assert!(!is_transient(&refused(code)), "{code}");
        }
    }

    #[test]
    fn a_deadlock_a_full_disk_and_a_lost_server_is_transient() {
        for code in [1040, 1114, 1205, 1213, 1290] {
            assert!(is_transient(&refused(code)), "{code}");
        }
        let gone = io::Error::from(io::ErrorKind::ConnectionReset);
        let gone = Failure::from(StoreError::from(mysql::Error::IoError(gone)));
        assert!(is_transient(&gone.context("writing")));
    }

    fn silence() -> Failure {
        let late = io::Error::from(io::ErrorKind::WouldBlock);
        Failure::from(StoreError::from(mysql::Error::IoError(late))).context("writing")
    }

    #[test]
    fn nothing_more_is_asked_on_a_connection_that_was_silent_or_whose_node_is_lost() {
        for failure in [silence(), refused(1047), refused(1180)] {
            assert!(ends_connection(&failure), "{failure}");
        }
        for code in [1205, 1213, 1290] {
            assert!(!ends_connection(&refused(code)), "{code}");
        }
        assert!(!ends_connection(&Failure::new(Exit::NotNow, "another run")));
    }

    #[test]
    fn what_passes_within_seconds_is_a_conflict_or_a_node_or_a_server_that_has_others() {
        for code in [1047, 1180, 1213] {
            assert!(passes_soon(&refused(code), false), "{code}");
        }
        assert!(!passes_soon(&refused(1290), true));
        assert!(!passes_soon(&refused(1045), true), "the password is wrong everywhere");
        for failure in [silence(), refused(1205)] {
            assert!(passes_soon(&failure, true) && !passes_soon(&failure, false), "{failure}");
        }
    }

    #[test]
    fn what_is_no_fault_of_the_database_does_not_pass() {
        assert!(!is_transient(&Failure::new(Exit::Database, "the schema is behind")));
        assert!(!is_transient(&Failure::from(StoreError::Disk(io::Error::other("full")))));
    }
}
