//! The partitions of `sync_logs`: a month each, some ahead, and which of them are past. A sync that
//! is just writing has the right of way. Whether old ones go is decided in `purge.rs`.

use std::time::Duration;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use mysql::prelude::Queryable;

use crate::failure::{Exit, Failure};
use crate::store::database::advisory_lock::{self, Purpose};
use crate::store::database::connection::Database;
use crate::store::database::driver_error::{DatabaseContext, DatabaseError};
use crate::store::database::rows;

/// Whole months that are kept ready ahead of the current one.
const AHEAD: u32 = 3;

/// Months before the current one that get a partition of their own; what is older shares the first
/// one.
const BACK: u32 = 36;

/// Seconds that a change of partitions waits for a sync that is just writing. Longer would make
/// others wait behind it.
const PATIENCE: u32 = 5;

const TRIES: u32 = 3;

const LOCK_WAIT_TIMEOUT: u16 = 1205;

/// A date of zeros, which some server let somebody write, is none.
const OLDEST: &str = "SELECT MIN(NULLIF(started_at, 0)) FROM sync_logs PARTITION (p_rest)";

const PARTITIONS: &str = "
    SELECT PARTITION_NAME, PARTITION_DESCRIPTION FROM information_schema.PARTITIONS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'sync_logs' AND PARTITION_NAME IS NOT NULL
    ORDER BY PARTITION_ORDINAL_POSITION";

/// A partition of `sync_logs`; the one without a bound takes what no other does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Partition {
    name: String,
    /// Seconds since 1970 before which its rows began.
    below: Option<i64>,
}

/// The months that are to get a partition of their own, the oldest row's to some ahead.
pub(crate) struct NewPartitions {
    months: Vec<NaiveDate>,
}

impl NewPartitions {
    pub(crate) fn plan(database: &mut Database) -> Result<Option<Self>, Failure> {
        let doing = || "looking at the partitions of sync_logs";
        let partitions = partitions(database)?;
        let oldest: Option<Option<NaiveDateTime>> = rows::first(database.conn(), OLDEST, ())
            .map_err(|error| Failure::from(error).context(doing()))?;
        let oldest = oldest.flatten().map(|moment| moment.date());
        let months = missing_months(&partitions, oldest, Utc::now().date_naive());
        Ok((!months.is_empty()).then_some(Self { months }))
    }

    pub(crate) fn sql(&self) -> String {
        reorganize(&self.months)
    }

    /// Makes them, and says so. A log that is just being written to is left for the next run, with
    /// a warning.
    pub(crate) fn make(&self, database: &mut Database) -> Result<Option<String>, Failure> {
        let month = |day: Option<&NaiveDate>| day.map(|day| day.format("%Y-%m").to_string());
        let (first, last) = (month(self.months.first()), month(self.months.last()));
        let made = change(database, &self.sql())?;
        Ok(made.then(|| {
            let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
            format!("sync_logs: partitions made for {first} to {last}")
        }))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OldPartition {
    pub name: String,
    pub rows: u64,
}

impl OldPartition {
    /// Those whose rows all began before a moment.
    pub(crate) fn all_before(
        database: &mut Database,
        moment: DateTime<Utc>,
    ) -> Result<Vec<Self>, Failure> {
        let partitions = partitions(database)?;
        let count = |name: &str| {
            let rows: Option<u64> = database
                .conn()
                .query_first(format!("SELECT COUNT(*) FROM sync_logs PARTITION ({name})"))
                .db_context(|| format!("counting the partition {name} of sync_logs"))?;
            Ok(Self { name: name.to_owned(), rows: rows.unwrap_or(0) })
        };
        expired(&partitions, moment.timestamp()).into_iter().map(count).collect()
    }

    pub(crate) fn sql(&self) -> String {
        format!("ALTER TABLE sync_logs DROP PARTITION {}", self.name)
    }

    pub(crate) fn drop(&self, database: &mut Database) -> Result<bool, Failure> {
        change(database, &self.sql())
    }
}

fn partitions(database: &mut Database) -> Result<Vec<Partition>, Failure> {
    database
        .conn()
        .query_map(PARTITIONS, |(name, description): (String, String)| Partition {
            name,
            below: description.parse().ok(),
        })
        .db_context(|| "looking at the partitions of sync_logs")
}

/// The first days of the months that have no partition yet, in order.
fn missing_months(
    partitions: &[Partition],
    oldest: Option<NaiveDate>,
    today: NaiveDate,
) -> Vec<NaiveDate> {
    let this = first_of_month(today);
    let covered = partitions.iter().filter_map(|partition| partition.below).max();
    let begin = match covered.and_then(|below| DateTime::from_timestamp(below, 0)) {
        Some(covered) => covered.date_naive(),
        None => first_of_month(oldest.unwrap_or(today)).max(this - Months::new(BACK)).min(this),
    };
    let end = this + Months::new(AHEAD);
    std::iter::successors(Some(begin), |month| Some(*month + Months::new(1)))
        .take_while(|month| *month <= end)
        .collect()
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The names and bounds come from dates, never from outside.
fn reorganize(months: &[NaiveDate]) -> String {
    let parts: Vec<String> = months
        .iter()
        .map(|month| {
            let below = (*month + Months::new(1)).and_time(NaiveTime::MIN).and_utc().timestamp();
            format!("PARTITION p{} VALUES LESS THAN ({below})", month.format("%Y%m"))
        })
        .collect();
    format!(
        "ALTER TABLE sync_logs REORGANIZE PARTITION p_rest INTO ({}, PARTITION p_rest VALUES LESS THAN MAXVALUE)",
        parts.join(", ")
    )
}

/// The months that ended before the cutoff and were named by [`reorganize`]; one that somebody made
/// by hand is theirs.
fn expired(partitions: &[Partition], cutoff: i64) -> Vec<&str> {
    let ours = |name: &str| {
        name.strip_prefix('p').is_some_and(|month| {
            month.len() == 6 && month.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let past = |partition: &&Partition| {
        ours(&partition.name) && partition.below.is_some_and(|below| below <= cutoff)
    };
    partitions.iter().filter(past).map(|partition| partition.name.as_str()).collect()
}

/// Changes partitions, and says whether it could: a sync that is just writing has the right of way.
fn change(database: &mut Database, sql: &str) -> Result<bool, Failure> {
    // On a node of a cluster a change of a table does not wait for other nodes' transactions: it
    // ends them.
    if !database.is_in_cluster() {
        return change_here(database, sql);
    }
    let wait = Duration::from_secs(u64::from(PATIENCE * TRIES));
    if !advisory_lock::acquire(database, Purpose::Write, wait)? {
        log::warn!("a sync is writing; the partitions of sync_logs are left for the next run");
        return Ok(false);
    }
    let outcome = change_here(database, sql);
    advisory_lock::release(database, Purpose::Write)?;
    outcome
}

fn change_here(database: &mut Database, sql: &str) -> Result<bool, Failure> {
    let doing = || "changing the partitions of sync_logs";
    let conn = database.conn();
    let usual: Option<u64> =
        conn.query_first("SELECT @@SESSION.lock_wait_timeout").db_context(doing)?;
    conn.query_drop(format!("SET SESSION lock_wait_timeout = {PATIENCE}")).db_context(doing)?;
    let mut outcome = Ok(false);
    for _ in 0..TRIES {
        match conn.query_drop(sql) {
            Err(mysql::Error::MySqlError(error)) if error.code == LOCK_WAIT_TIMEOUT => {}
            answer => {
                outcome = answer.map(|()| true);
                break;
            }
        }
    }
    if let Some(usual) = usual {
        conn.query_drop(format!("SET SESSION lock_wait_timeout = {usual}")).db_context(doing)?;
    }
    match outcome {
        Ok(true) => Ok(true),
        Ok(false) => {
            log::warn!(
                "sync_logs is being written to all the time, so its partitions stay as they are; the next `stocksync migrate` tries again"
            );
            Ok(false)
        }
        Err(error) => Err(Failure::caused(Exit::Database, DatabaseError(error)).context(doing())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rest() -> Partition {
        Partition { name: "p_rest".into(), below: None }
    }

    fn month(name: &str, below: &str) -> Partition {
        let below = day(below).and_time(NaiveTime::MIN).and_utc().timestamp();
        Partition { name: name.into(), below: Some(below) }
    }

    fn names(months: &[NaiveDate]) -> Vec<String> {
        months.iter().map(|month| month.format("%Y-%m").to_string()).collect()
    }

    #[test]
    fn a_log_without_rows_gets_this_month_and_those_ahead() {
        let months = missing_months(&[rest()], None, day("2026-11-23"));
        assert_eq!(names(&months), ["2026-11", "2026-12", "2027-01", "2027-02"]);
    }

    #[test]
    fn a_log_with_rows_gets_their_months_too_but_not_centuries() {
        let months = missing_months(&[rest()], Some(day("2026-09-30")), day("2026-11-23"));
        assert_eq!(names(&months)[..3], ["2026-09", "2026-10", "2026-11"]);
        let months = missing_months(&[rest()], Some(day("1970-01-02")), day("2026-11-23"));
        assert_eq!(names(&months)[0], "2023-11");
    }

    #[test]
    fn later_only_what_is_missing_at_the_end_is_made() {
        let there = [month("p202611", "2026-12-01"), month("p202612", "2027-01-01"), rest()];
        assert_eq!(names(&missing_months(&there, None, day("2026-11-23"))), ["2027-01", "2027-02"]);
        assert_eq!(names(&missing_months(&there, None, day("2026-09-23"))), [""; 0]);
    }

    #[test]
    fn a_month_s_partition_ends_where_the_next_month_begins() {
        // From `date -u -d 2026-12-01 +%s` and `date -u -d 2027-01-01 +%s`.
        assert_eq!(
            reorganize(&[day("2026-11-01"), day("2026-12-01")]),
            "ALTER TABLE sync_logs REORGANIZE PARTITION p_rest INTO (PARTITION p202611 VALUES LESS THAN (1796083200), \
             PARTITION p202612 VALUES LESS THAN (1798761600), PARTITION p_rest VALUES LESS THAN MAXVALUE)"
        );
    }

    #[test]
    fn a_month_goes_when_all_of_it_is_past_and_never_one_made_by_hand() {
        let there = [
            month("p202601", "2026-02-01"),
            month("archive", "2026-03-01"),
            month("p202603", "2026-04-01"),
            month("p202604", "2026-05-01"),
            rest(),
        ];
        let cutoff = |text| day(text).and_time(NaiveTime::MIN).and_utc().timestamp();
        assert_eq!(expired(&there, cutoff("2026-04-30")), ["p202601", "p202603"]);
        assert_eq!(expired(&there, cutoff("2026-05-01")), ["p202601", "p202603", "p202604"]);
    }
}
