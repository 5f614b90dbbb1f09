//! The table `stocksync_locks`: leases that hold over all nodes of a cluster, and the order in
//! which runs began.
//! A lease that runs out costs work twice and no row: that two writes do not mix is seen to by
//! `fence`, within the transaction.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use mysql::prelude::Queryable;
use mysql::{Conn, params};

use super::advisory_lock::Purpose;
use super::connection::Database;
use super::driver_error::{DatabaseContext, DatabaseError};
use super::error::StoreError;
use super::rows;
use crate::config::DatabaseSettings;
use crate::failure::Failure;
use crate::inventory::Source;
use crate::run::run_id;

/// How long a lease holds without being renewed.
const LEASE: Duration = Duration::from_secs(12);

const BEAT: Duration = Duration::from_secs(4);

/// How long one that has run out must be seen not to be renewed before it is taken over: the
/// servers' clocks may differ.
const WATCH: Duration = Duration::from_secs(8);

const LOOK: Duration = Duration::from_millis(300);

/// For the very first `migrate` of a cluster, before the migration that makes it everywhere.
const CREATE: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS stocksync_locks (
        name       VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        holder     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
        server     VARCHAR(500) NULL DEFAULT NULL,
        expires_at DATETIME(3) NULL DEFAULT NULL,
        term       BIGINT UNSIGNED NOT NULL DEFAULT 0
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci",
    "INSERT IGNORE INTO stocksync_locks (name) VALUES ('migrate'), ('write')",
];

const HELD: &str = "
    SELECT holder, server, CAST(expires_at AS CHAR), COALESCE(expires_at < UTC_TIMESTAMP(3), 1)
    FROM stocksync_locks
    WHERE name = ?";

/// Only what was seen is taken over; whoever already holds it keeps its term.
const TAKE: &str = "
    UPDATE stocksync_locks
    SET term = term + IF(holder <=> :me, 0, 1),
        holder = :me,
        server = :server,
        expires_at = UTC_TIMESTAMP(3) + INTERVAL :lease SECOND
    WHERE name = :name AND holder <=> :holder AND CAST(expires_at AS CHAR) <=> :expires_at";

const TERM: &str = "SELECT term FROM stocksync_locks WHERE name = ? AND holder = ?";

/// By name: a look through the table would wait for the rows that a write holds.
const RENEW: &str = "
    UPDATE stocksync_locks SET expires_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND
    WHERE name = ? AND holder = ?";

const GIVE_BACK: &str = "
    UPDATE stocksync_locks SET holder = NULL, server = NULL, expires_at = NULL
    WHERE name = ? AND holder = ?";

const COUNT_WRITE: &str = "UPDATE stocksync_locks SET term = term + 1 WHERE name = 'any write'";

const WRITTEN: &str = "SELECT term, COALESCE(holder, '') FROM stocksync_locks WHERE name = ?";

const WRITE: &str = "UPDATE stocksync_locks SET term = ?, holder = ? WHERE name = ?";

static OWN: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

/// A lease as somebody else holds it: who, on which server, until when.
#[derive(PartialEq, Eq)]
struct Held {
    holder: Option<String>,
    server: Option<String>,
    expires_at: Option<String>,
}

/// Makes the table where a cluster has none yet: its nodes put that into one order by themselves.
pub(crate) fn prepare(conn: &mut Conn) -> Result<(), StoreError> {
    for statement in CREATE {
        conn.query_drop(statement)?;
    }
    Ok(())
}

/// Takes a lease whose advisory lock this connection holds already; its term, or `None` if a run
/// that lives has it. `wait` is for how long such a run is waited for; to see that one is dead
/// takes its time in any case.
pub(crate) fn take(
    database: &mut Database,
    purpose: Purpose,
    wait: Duration,
) -> Result<Option<u64>, StoreError> {
    let began = Instant::now();
    let (mut seen, mut since, mut looked) = (None, began, began);
    loop {
        let (held, expired) = look(database.conn(), purpose)?;
        // A look that took long has waited for the cluster, and so has whoever wanted to renew the
        // lease.
        if seen.as_ref() != Some(&held) || looked.elapsed() > LOOK * 4 {
            let renewed = seen.is_some_and(|before: Held| before.holder == held.holder);
            if renewed && looked.elapsed() <= LOOK * 4 && began.elapsed() >= wait {
                return Ok(None);
            }
            since = Instant::now();
        }
        looked = Instant::now();
        let free = is_free(database, &held) || (expired && since.elapsed() >= WATCH);
        if free && let Some(term) = try_take(database, purpose, &held)? {
            if database.is_in_cluster() {
                own().insert(purpose.as_str());
                keep_renewing(database.settings());
            }
            return Ok(Some(term));
        }
        seen = Some(held);
        std::thread::sleep(LOOK);
    }
}

pub(crate) fn give_back(conn: &mut Conn, purpose: Purpose) -> Result<(), StoreError> {
    own().remove(purpose.as_str());
    let mut tries = 3;
    loop {
        match conn.exec_drop(GIVE_BACK, (purpose.as_str(), run_id())).map_err(DatabaseError) {
            Err(error) if tries > 1 && error.passes_soon() => tries -= 1,
            outcome => return outcome.map_err(StoreError::Database),
        }
    }
}

/// The first statements of every write: they change a row that all writes change, so that two
/// writes at once cannot both be committed, and look only then whether a later run has written. Its
/// name, if so. Errors: [`StoreError::Database`]; [`StoreError::Mismatch`] if the rows are gone.
pub(crate) fn fence(
    conn: &mut Conn,
    source: Source,
    term: u64,
) -> Result<Option<String>, StoreError> {
    let gone = || StoreError::Mismatch("stocksync_locks has lost its rows".to_owned());
    conn.query_drop(COUNT_WRITE)?;
    if conn.affected_rows() != 1 {
        return Err(gone());
    }
    let name = format!("written {}", source.as_str());
    let (written, by): (u64, String) = rows::first(conn, WRITTEN, (&name,))?.ok_or_else(gone)?;
    if written > term {
        return Ok(Some(by));
    }
    conn.exec_drop(WRITE, (term, run_id(), &name))?;
    Ok(None)
}

fn look(conn: &mut Conn, purpose: Purpose) -> Result<(Held, bool), StoreError> {
    let row = rows::first(conn, HELD, (purpose.as_str(),))?;
    let gone = || StoreError::Mismatch("stocksync_locks has lost its rows".to_owned());
    let (holder, server, expires_at, expired): (_, _, _, bool) = row.ok_or_else(gone)?;
    Ok((Held { holder, server, expires_at }, expired))
}

/// Whether whoever is written down there cannot hold it any more: the advisory lock, which is ours
/// by now, was theirs.
fn is_free(database: &Database, held: &Held) -> bool {
    let Some(holder) = &held.holder else { return true };
    holder == run_id()
        || !database.is_in_cluster()
        || held.server.as_deref() == Some(database.server())
}

fn try_take(
    database: &mut Database,
    purpose: Purpose,
    held: &Held,
) -> Result<Option<u64>, StoreError> {
    let name = purpose.as_str();
    let values = params! {
        "me" => run_id(),
        "server" => database.server(),
        "lease" => LEASE.as_secs(),
        "name" => name,
        "holder" => &held.holder,
        "expires_at" => &held.expires_at,
    };
    let conn = database.conn();
    match conn.exec_drop(TAKE, values) {
        // Another node was faster.
        Err(error @ mysql::Error::MySqlError(_)) => {
            let error = DatabaseError(error);
            if error.passes_soon() { Ok(None) } else { Err(StoreError::Database(error)) }
        }
        outcome => {
            outcome?;
            rows::first(conn, TERM, (name, run_id()))
        }
    }
}

fn own() -> MutexGuard<'static, BTreeSet<&'static str>> {
    OWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For the rest of the process, on a connection of its own: the run's may be in the middle of
/// something.
fn keep_renewing(settings: &DatabaseSettings) {
    static ONCE: Once = Once::new();
    let settings = settings.clone();
    ONCE.call_once(|| {
        let beat = move || {
            let mut database = None;
            loop {
                std::thread::sleep(BEAT);
                let names = own().clone();
                if let Err(failure) = renew(&mut database, &settings, &names) {
                    log::debug!("renewing the lease: {failure}");
                    database = None;
                }
            }
        };
        let thread = std::thread::Builder::new().name("lease".into()).spawn(beat);
        if let Err(error) = thread {
            log::debug!("the lease will not be renewed: {error}");
        }
    });
}

fn renew(
    database: &mut Option<Database>,
    settings: &DatabaseSettings,
    names: &BTreeSet<&str>,
) -> Result<(), Failure> {
    let database = match database {
        Some(database) => database,
        None => database.insert(Database::connect(settings)?),
    };
    for name in names {
        let values = (LEASE.as_secs(), name, run_id());
        database.conn().exec_drop(RENEW, values).db_context(|| "renewing")?;
    }
    Ok(())
}
