//! A sync's hold on the database: a connection that owns the source's lock, made anew when it breaks.

use std::time::Duration;

use mysql::prelude::Queryable;

use super::connection::Database;
use super::error::may_pass;
use super::interruption::Interruption;
use super::lock::{self, Purpose};
use super::migrations;
use crate::config::DatabaseSettings;
use crate::failure::{Exit, Failure};
use crate::inventory::Source;

/// How long the server may take to notice that this run's broken connection is gone.
const HANDOVER: Duration = Duration::from_secs(10);

/// A connection that holds the lock of a source. A signal stops whoever asks for it.
pub struct Session {
    settings: DatabaseSettings,
    purpose: Purpose,
    interruption: Interruption,
    database: Option<Database>,
    /// The connection before this one, which the server may believe to be alive.
    lost: Option<u32>,
}

impl Session {
    /// Connects, looks whether the schema is the one this program knows, and takes the lock of `source`.
    ///
    /// # Errors
    /// [`Exit::NotNow`] when another run of the source holds the lock, [`Exit::Database`].
    pub fn open(
        settings: &DatabaseSettings,
        source: Source,
        interruption: Interruption,
    ) -> Result<Self, Failure> {
        let mut session = Self {
            settings: settings.clone(),
            purpose: Purpose::Sync(source),
            interruption,
            database: None,
            lost: None,
        };
        with_retries(settings, || session.connect(Duration::ZERO))?;
        Ok(session)
    }

    /// The connection; a broken one is replaced, which takes the lock again.
    ///
    /// # Errors
    /// As [`Session::open`], without retries.
    pub fn database(&mut self) -> Result<&mut Database, Failure> {
        self.interruption.checkpoint();
        if self.database.is_none() {
            self.connect(HANDOVER)?;
        }
        self.database.as_mut().ok_or_else(|| Failure::new(Exit::Database, "no connection"))
    }

    /// Ends a connection that cannot be trusted any more; the server rolls back what it had begun.
    pub fn drop_connection(&mut self) {
        if let Some(database) = self.database.take() {
            self.lost = Some(database.connection_id());
        }
    }

    /// Undoes what the connection has begun; if even that fails, ends the connection, which does the same.
    pub fn roll_back(&mut self) {
        let undone = self
            .database
            .as_mut()
            .is_none_or(|database| database.conn().query_drop("ROLLBACK").is_ok());
        if !undone {
            self.drop_connection();
        }
    }

    fn connect(&mut self, wait: Duration) -> Result<(), Failure> {
        let mut database = Database::connect(&self.settings)?;
        migrations::require_current(&mut database)?;
        if let Some(lost) = self.lost {
            lock::end_holder(&mut database, self.purpose, lost)?;
        }
        if !lock::acquire(&mut database, self.purpose, wait)? {
            let message = "another run of this marketplace is going on; this one leaves it alone";
            return Err(Failure::new(Exit::NotNow, message));
        }
        self.interruption.works_on(database.connection_id());
        self.database = Some(database);
        Ok(())
    }
}

/// Gives the lock back and waits for the server's word. A server notices the end of a connection only a moment later, in which
/// the next command of a script would find the marketplace busy.
impl Drop for Session {
    fn drop(&mut self) {
        if let Some(database) = &mut self.database
            && let Err(failure) = lock::release(database, self.purpose)
        {
            log::debug!("{failure}; it ends with the connection");
        }
    }
}

/// Tries as often as `DB_RETRY_ATTEMPTS` says, with `DB_RETRY_DELAY` in between, as long as the database is what fails, in a
/// way that may pass.
///
/// # Errors
/// The last try's.
pub fn with_retries<T>(
    settings: &DatabaseSettings,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut number = 1;
    loop {
        match attempt() {
            Err(failure) if may_pass(&failure) && number < settings.attempts => {
                announce_retry(&failure, number, settings);
                std::thread::sleep(settings.delay);
                number += 1;
            }
            outcome => return outcome,
        }
    }
}

/// Says in the log that the database failed, and when it is tried again.
pub fn announce_retry(fault: &dyn std::fmt::Display, number: u32, settings: &DatabaseSettings) {
    log::warn!(
        "{fault}; attempt {} of {} in {}",
        number + 1,
        settings.attempts,
        humantime::format_duration(settings.delay)
    );
}
