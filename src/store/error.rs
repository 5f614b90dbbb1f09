//! What can go wrong while a snapshot is compared and written, kept apart by what can be done about it.

use std::{fmt, io};

use super::explained::Explained;
use crate::failure::{Exit, Failure};

/// A fault of the store. Nothing is committed when one is returned, unless the commit itself is in doubt.
#[derive(Debug)]
pub enum StoreError {
    /// The database refused, or the connection to it broke.
    Database(Explained),
    /// The temporary files failed (a full disk).
    Disk(io::Error),
    /// The database did not do what it said it did: the rows in it are not those that were sent.
    Unfaithful(String),
}

impl StoreError {
    /// Whether a later try can go better. What a table lacks or a right forbids stays as it is until a person changes it.
    pub fn may_pass(&self) -> bool {
        /// Server errors that no waiting mends: access denied (to a database, a table, a column, a procedure, for want of a
        /// privilege), unknown database, column or table, syntax.
        const LASTING: [u16; 10] = [1044, 1045, 1049, 1054, 1064, 1142, 1143, 1146, 1227, 1370];
        match self {
            StoreError::Database(Explained(mysql::Error::MySqlError(error))) => {
                !LASTING.contains(&error.code)
            }
            StoreError::Database(_) | StoreError::Unfaithful(_) => true,
            StoreError::Disk(_) => false,
        }
    }

    /// Whether the connection is of no more use: everything but an answer of the server.
    pub fn broke_connection(&self) -> bool {
        !matches!(
            self,
            StoreError::Database(Explained(mysql::Error::MySqlError(_)))
                | StoreError::Unfaithful(_)
        )
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Database(error) => error.fmt(f),
            StoreError::Disk(error) => write!(f, "temporary files: {error}"),
            StoreError::Unfaithful(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<mysql::Error> for StoreError {
    fn from(error: mysql::Error) -> Self {
        StoreError::Database(Explained(error))
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        StoreError::Disk(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match error {
            StoreError::Database(_) | StoreError::Unfaithful(_) => Exit::Database,
            StoreError::Disk(_) => Exit::Program,
        };
        Failure::caused(exit, error)
    }
}
