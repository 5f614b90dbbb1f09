//! A sync's hold on the database: a connection that owns the source's lock, made anew when it
//! breaks.

use std::time::Duration;

use mysql::prelude::Queryable;

use super::log_row;
use super::signals::Interruption;
use crate::config::DatabaseSettings;
use crate::console::progress;
use crate::failure::{Exit, Failure};
use crate::inventory::Source;
use crate::store::database::advisory_lock::{self, Purpose};
use crate::store::database::connection::{ConnectionMark, Database};
use crate::store::database::error::{
    StoreError, ends_connection, is_read_only, is_transient, passes_soon,
};
use crate::store::schema::migrations;

/// How long the server may take to notice that this run's broken connection is gone.
const HANDOVER: Duration = Duration::from_secs(10);

/// How long it may take to roll back what a connection of this run had begun, which keeps its lock
/// until then. Below the 15 minutes that a statement may keep silent.
const ROLLBACK: Duration = Duration::from_secs(10 * 60);

/// A connection that holds the lock of a source. A signal stops whoever asks for it.
pub(crate) struct Session {
    settings: DatabaseSettings,
    source: Source,
    purpose: Purpose,
    interruption: Interruption,
    database: Option<Database>,
    /// It writes nothing, not even a lease.
    dry: bool,
    /// The how manieth run of its source this is: what is later, whatever the clocks say.
    turn: Option<u64>,
    /// Connections before this one, which the server may believe to be alive, or still be rolling
    /// back.
    lost: Vec<ConnectionMark>,
    /// How long a rollback may still take: the long wait happens once, not again for each thing
    /// that is left to be told.
    rollback: Duration,
}

impl Session {
    /// Connects, looks whether the schema is the one this program knows, and takes the lock of
    /// `source`. Errors: [`Exit::NotNow`] when another run of the source holds the lock,
    /// [`Exit::Database`].
    pub(crate) fn open(
        settings: &DatabaseSettings,
        source: Source,
        interruption: Interruption,
        dry: bool,
    ) -> Result<Self, Failure> {
        let mut session = Self {
            settings: settings.clone(),
            source,
            purpose: Purpose::Sync(source),
            interruption,
            database: None,
            dry,
            turn: None,
            lost: Vec::new(),
            rollback: ROLLBACK,
        };
        with_retries(settings, || session.connect(Duration::ZERO))?;
        Ok(session)
    }

    pub(crate) fn source(&self) -> Source {
        self.source
    }

    /// The connection; a broken one is replaced, which takes the lock again.
    /// Errors: As [`Session::open`], without retries; [`Exit::Database`] also when the server is
    /// still rolling back what a broken connection of this run had begun, after 10 minutes.
    pub(crate) fn database(&mut self) -> Result<&mut Database, Failure> {
        self.interruption.checkpoint();
        if self.database.is_none() {
            self.connect(HANDOVER)?;
        }
        self.database.as_mut().ok_or_else(|| Failure::new(Exit::Database, "no connection"))
    }

    pub(crate) fn turn(&self) -> u64 {
        self.turn.unwrap_or_default()
    }

    /// Ends a connection that cannot be trusted any more; the server rolls back what it had begun.
    fn drop_connection(&mut self) {
        if let Some(database) = self.database.take() {
            self.lost.push(database.mark());
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.database.is_some()
    }

    /// What a statement's fault means: a connection that it broke is not used again.
    pub(crate) fn failed(&mut self, fault: StoreError) -> Failure {
        // After a signal it is that thread's own doing, which has its words.
        self.interruption.checkpoint();
        if fault.ends_connection() {
            self.drop_connection();
        }
        fault.into()
    }

    /// Leaves the connection fit for another try, after whatever this failure was: one that has
    /// just been silent is not asked again.
    pub(crate) fn clean_up(&mut self, failure: &Failure) {
        self.interruption.checkpoint();
        if ends_connection(failure) {
            self.drop_connection();
        }
        self.roll_back();
    }

    /// Undoes what the connection has begun; if even that fails, ends the connection, which does
    /// the same.
    pub(crate) fn roll_back(&mut self) {
        let undone = self
            .database
            .as_mut()
            .is_none_or(|database| database.conn().query_drop("ROLLBACK").is_ok());
        if !undone {
            self.drop_connection();
        }
    }

    /// Opens a connection, frees the lock from a broken one of this run, and takes it.
    fn connect(&mut self, wait: Duration) -> Result<(), Failure> {
        let mut database = Database::connect(&self.settings)?;
        migrations::require_current(&mut database)?;
        let holder = self.end_lost_connections(&mut database)?;
        self.take_lock(&mut database, holder, wait)?;
        self.lost.clear();
        self.interruption.works_on(database.mark());
        self.database = Some(database);
        Ok(())
    }

    /// The server may not have noticed that a connection is broken, or still be rolling back what
    /// it had begun.
    fn end_lost_connections(&self, database: &mut Database) -> Result<Holder, Failure> {
        let mut holder = Holder::Stranger;
        for lost in &self.lost {
            if database.knows(lost)?
                && advisory_lock::end_holder(database, self.purpose, lost.number)?
            {
                holder = Holder::Own(lost.number);
            }
        }
        Ok(holder)
    }

    /// Waits for the lock as long as its holder is worth it; for this run's own rollback once only.
    fn take_lock(
        &mut self,
        database: &mut Database,
        holder: Holder,
        wait: Duration,
    ) -> Result<(), Failure> {
        if let Holder::Own(lost) = holder {
            log::info!("waiting until the server has rolled back the broken connection {lost}");
        }
        // Should the answer get lost, this connection has the lock and nobody knows.
        self.lost.push(database.mark());
        let wait = holder.patience(wait, self.rollback);
        let turn = if self.dry {
            advisory_lock::get_lock(database, self.purpose, wait)?.then_some(0)
        } else {
            advisory_lock::acquire_in_turn(database, self.purpose, wait)?
        };
        if let Some(turn) = turn {
            self.turn.get_or_insert(turn);
            return Ok(());
        }
        if holder != Holder::Stranger {
            self.rollback = HANDOVER;
        }
        Err(match holder {
            Holder::Own(lost) => rolled_back(lost),
            Holder::Stranger => Failure::new(Exit::NotNow, self.another(database)),
        })
    }

    /// Says which run has the lock, as far as it can be seen.
    fn another(&self, database: &mut Database) -> String {
        let seen = log_row::who_runs(database, self.purpose).unwrap_or_else(|fault| {
            log::debug!("looking which run it is: {fault}");
            String::new()
        });
        format!(
            "{}: another run is going on{seen}; this one leaves it alone and nothing was changed",
            self.source
        )
    }
}

fn rolled_back(lost: u32) -> Failure {
    let message =
        format!("the earlier connection of this run, number {lost}, is still being rolled back");
    Failure::new(Exit::Database, message)
}

/// Whose the lock is, should it not be free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// A connection that this run had before.
    Own(u32),
    /// Another run's, if anybody's.
    Stranger,
}

impl Holder {
    /// How long to wait for the lock: our own comes free for certain, when all is rolled back.
    fn patience(self, wait: Duration, rollback: Duration) -> Duration {
        match self {
            Holder::Own(_) => rollback,
            Holder::Stranger => wait,
        }
    }
}

/// Gives the lock back and waits for the server's word. A server notices the end of a connection
/// only a moment later, in which the next command of a script would find the marketplace busy.
impl Drop for Session {
    fn drop(&mut self) {
        let Some(database) = &mut self.database else { return };
        let release = if self.dry { advisory_lock::release_lock } else { advisory_lock::release };
        if let Err(failure) = release(database, self.purpose) {
            log::debug!("{failure}; it ends with the connection");
        }
    }
}

/// Tries as often as `DB_RETRY_ATTEMPTS` says, with `DB_RETRY_DELAY` in between, as long as the
/// database is what fails, in a way that may pass.
pub(crate) fn with_retries<T>(
    settings: &DatabaseSettings,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut retries = Retries::default();
    loop {
        match attempt() {
            Err(failure) => retries.wait_after(failure, "", settings)?,
            outcome => return outcome,
        }
    }
}

/// Counts the attempts. One that failed by what passes within seconds (a deadlock, a node that
/// comes or goes, a server that has others beside it) is followed by the next within seconds, a few
/// times, and does not count as one of `DB_RETRY_ATTEMPTS`.
#[derive(Default)]
pub(crate) struct Retries {
    counted: u32,
    soon: u32,
}

/// How often that may happen: 1, 2, 4, 8 and 16 seconds later.
const SOON: u32 = 5;

impl Retries {
    /// Says in the log that the database failed, at what, and waits until it is to be tried again.
    pub(crate) fn wait_after(
        &mut self,
        failure: Failure,
        what: &str,
        settings: &DatabaseSettings,
    ) -> Result<(), Failure> {
        let soon = self.soon < SOON && passes_soon(&failure, settings.nodes() > 1);
        // Before anything is pulled there is nothing to lose by ending at once.
        let may_pass = is_transient(&failure) && !(what.is_empty() && is_read_only(&failure));
        if !soon && (!may_pass || self.counted + 1 >= settings.attempts) {
            return Err(failure);
        }
        let delay = if soon {
            self.soon += 1;
            settings.delay.min(Duration::from_secs(1 << (self.soon - 1)))
        } else {
            self.counted += 1;
            settings.delay
        };
        let number = 1 + self.counted + self.soon;
        let of =
            if soon { String::new() } else { format!(" of {}", settings.attempts + self.soon) };
        let delay_shown = humantime::format_duration(delay);
        let what = if what.is_empty() { String::new() } else { format!("{what}: ") };
        log::warn!("{what}{failure}; attempt {number}{of} in {delay_shown}");
        let _waiting = progress::wait_for("the database", delay);
        std::thread::sleep(delay);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_run_is_left_alone_as_soon_as_a_broken_connection_would_have_given_the_lock_back() {
        let holder = Holder::Stranger;
        assert_eq!(holder.patience(Duration::from_secs(10), ROLLBACK), Duration::from_secs(10));
    }

    fn refused(code: u16) -> Failure {
        let error = mysql::MySqlError { state: "HY000".into(), message: "no".into(), code };
        Failure::from(StoreError::from(mysql::Error::MySqlError(error)))
    }

    #[test]
    fn what_passes_soon_is_tried_a_few_times_and_does_not_count_as_an_attempt() {
        let url = [("DATABASE_URL", "mysql://u:p@db/x")];
        let environment = crate::config::Environment::from_pairs(url);
        let settings = DatabaseSettings {
            attempts: 2,
            delay: Duration::from_millis(1),
            ..DatabaseSettings::read(&environment).unwrap()
        };
        let tries = |code| {
            let mut tries = 0;
            let outcome = with_retries::<()>(&settings, || {
                tries += 1;
                Err(refused(code))
            });
            assert!(outcome.is_err());
            tries
        };
        assert_eq!(tries(1045), 1, "a wrong password");
        assert_eq!(tries(1290), 1, "a server that takes no writes, before anything is pulled");
        assert_eq!(tries(1040), 2, "DB_RETRY_ATTEMPTS");
        assert_eq!(tries(1213), 2 + SOON, "a deadlock");
    }

    #[test]
    fn this_run_s_own_connection_is_waited_for_and_never_taken_for_another_run() {
        let holder = Holder::Own(7);
        let patience = holder.patience(Duration::ZERO, ROLLBACK);
        assert!(patience > Duration::from_secs(60), "{patience:?}");
        assert!(patience < Duration::from_secs(15 * 60), "the client would give up first");
        let refusal = rolled_back(7);
        assert_eq!(refusal.exit(), Exit::Database);
        assert!(refusal.to_string().contains("still being rolled back"), "{refusal}");
    }
}
