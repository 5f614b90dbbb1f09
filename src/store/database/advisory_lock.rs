//! Locks: one run of a kind at a time, from however many machines. An advisory lock of the server
//! belongs to the connection, so it goes with the process, whatever killed it; but it is of one
//! server. In a cluster a lease is taken beside it, which is of all nodes.

use std::time::{Duration, Instant};

use mysql::prelude::Queryable;
use sha2::{Digest, Sha256};

use super::connection::Database;
use super::driver_error::DatabaseContext;
use super::error::StoreError;
use super::lease;
use super::rows;
use crate::failure::{Exit, Failure};
use crate::inventory::Source;

/// What may go on only once at a time in one database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Migrate,
    Sync(Source),
    /// The transaction of a pull, whichever marketplace's.
    Write,
}

impl Purpose {
    pub(in crate::store) const fn as_str(self) -> &'static str {
        match self {
            Purpose::Migrate => "migrate",
            Purpose::Write => "write",
            Purpose::Sync(Source::Ozon) => "sync Ozon",
            Purpose::Sync(Source::Wildberries) => "sync Wildberries",
        }
    }
}

/// Takes the lock if it is free, and says whether it was. A session that holds it already gets it
/// again.
pub(crate) fn try_acquire(database: &mut Database, purpose: Purpose) -> Result<bool, Failure> {
    acquire(database, purpose, Duration::ZERO)
}

/// Takes the lock, waiting for it up to `wait` (whole seconds, rounded up), and says whether it
/// came free in time. `wait` has to stay below the time that a statement may keep silent (15
/// minutes; 12 hours for a migration).
pub(crate) fn acquire(
    database: &mut Database,
    purpose: Purpose,
    wait: Duration,
) -> Result<bool, Failure> {
    Ok(acquire_in_turn(database, purpose, wait)?.is_some())
}

/// The same, and says the how manieth holder this is. Only a sync is counted everywhere; for the
/// rest it is 0 outside clusters.
pub(crate) fn acquire_in_turn(
    database: &mut Database,
    purpose: Purpose,
    wait: Duration,
) -> Result<Option<u64>, Failure> {
    let began = Instant::now();
    if !get_lock(database, purpose, wait)? {
        return Ok(None);
    }
    if !database.is_in_cluster() && !matches!(purpose, Purpose::Sync(_)) {
        return Ok(Some(0));
    }
    let doing = || format!("taking the lease {:?}", purpose.as_str());
    let term = lease::take(database, purpose, wait.saturating_sub(began.elapsed()))
        .map_err(|fault| Failure::from(fault).context(doing()))?;
    if term.is_none() {
        release_lock(database, purpose)?;
    }
    Ok(term)
}

/// The server's lock alone, without a lease: nothing is written. In a cluster another node may
/// grant it too.
pub(crate) fn get_lock(
    database: &mut Database,
    purpose: Purpose,
    wait: Duration,
) -> Result<bool, Failure> {
    let name = lock_name(database.name(), purpose);
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let granted: Option<Option<i64>> = database
        .conn()
        .exec_first("SELECT GET_LOCK(?, ?)", (&name, seconds))
        .db_context(|| format!("taking the lock {name:?}"))?;
    match granted.flatten() {
        Some(granted) => Ok(granted == 1),
        None => Err(Failure::new(
            Exit::Database,
            format!(
                "the server could not grant the lock {name:?}: out of memory, or the statement was killed"
            ),
        )),
    }
}

/// The connection that holds the lock, if one does on this node.
pub(crate) fn holder(database: &mut Database, purpose: Purpose) -> Result<Option<u32>, StoreError> {
    let name = lock_name(database.name(), purpose);
    let found = rows::first(database.conn(), "SELECT IS_USED_LOCK(?)", (&name,))?;
    Ok(found.and_then(|(number,): (Option<u32>,)| number))
}

/// Ends the connection `holder` if it is the one that holds the lock: a broken one that the server
/// has not noticed would keep the lock from its own run. Whether it was.
pub(crate) fn end_holder(
    database: &mut Database,
    purpose: Purpose,
    holder: u32,
) -> Result<bool, Failure> {
    if self::holder(database, purpose)? != Some(holder) {
        return Ok(false);
    }
    let name = purpose.as_str();
    log::debug!("ending the broken connection {holder}, which still holds the lock {name:?}");
    match database.end_connection(holder) {
        // It ended by itself meanwhile.
        Err(mysql::Error::MySqlError(error)) if error.code == 1094 => Ok(true),
        outcome => outcome.map(|()| true).db_context(|| "ending a broken connection"),
    }
}

pub(crate) fn release(database: &mut Database, purpose: Purpose) -> Result<(), Failure> {
    if database.is_in_cluster() || matches!(purpose, Purpose::Sync(_)) {
        lease::give_back(database.conn(), purpose)?;
    }
    release_lock(database, purpose)
}

pub(crate) fn release_lock(database: &mut Database, purpose: Purpose) -> Result<(), Failure> {
    let name = lock_name(database.name(), purpose);
    database
        .conn()
        .exec_drop("DO RELEASE_LOCK(?)", (&name,))
        .db_context(|| format!("giving back the lock {name:?}"))
}

/// The lock's name: of the whole server, so the database is in it; 64 characters at most on MySQL,
/// and in any case without regard to case, so a name that would be too long or is not plain small
/// letters is replaced by its hash.
fn lock_name(database: &str, purpose: Purpose) -> String {
    const LONGEST: usize = 64;
    let name = format!("stocksync:{}:{database}", purpose.as_str());
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-$".contains(&byte);
    if name.len() <= LONGEST && database.bytes().all(plain) {
        return name;
    }
    let hash: String =
        Sha256::digest(database).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("stocksync:{}:#{hash}", purpose.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_named_after_its_purpose_and_its_database() {
        assert_eq!(lock_name("planning", Purpose::Migrate), "stocksync:migrate:planning");
        assert_eq!(
            lock_name("planning", Purpose::Sync(Source::Ozon)),
            "stocksync:sync Ozon:planning"
        );
    }

    #[test]
    fn names_that_differ_only_in_case_or_in_their_ends_are_different_locks() {
        let long = "d".repeat(63);
        let names =
            ["planning", "Planning", "PLANNING", &long, &format!("{long}e"), "склад", "Склад"]
                .map(|database| lock_name(database, Purpose::Sync(Source::Wildberries)));
        for (index, name) in names.iter().enumerate() {
            assert!(name.len() <= 64, "{name}");
            assert!(names[..index].iter().all(|other| !other.eq_ignore_ascii_case(name)), "{name}");
        }
    }
}
