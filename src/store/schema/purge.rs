//! What is past its retention: months of the log, messages about what is over, old snapshots.
//! Planned as a whole before any of it goes, so that a dry run tells what the real one does. Which
//! rows go is decided by dates alone.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use mysql::prelude::Queryable;

use super::log_partitions::OldPartition;
use crate::config::{RetentionRule, RetentionSettings};
use crate::failure::{Exit, Failure};
use crate::store::alert_log;
use crate::store::database::connection::Database;
use crate::store::database::driver_error::DatabaseContext;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::text::counted;

/// Rows deleted at once: a fraction of a second, and little for a replica to catch up with.
const BATCH: u32 = 5_000;

/// A date of zeros is older than any other.
const DAYS: &str = "
    SELECT source, NULLIF(snapshot_date, 0)
    FROM (SELECT DISTINCT source, snapshot_date FROM inventory_data) AS days";

const COUNT_STOCK: &str =
    "SELECT COUNT(*) FROM inventory_data WHERE source = ? AND snapshot_date < ?";

const DELETE_STOCK: &str = "
    DELETE FROM inventory_data WHERE source = ? AND snapshot_date < ?
    ORDER BY snapshot_date LIMIT ?";

const NOTED: &str = "SELECT name, value FROM stocksync_state WHERE name IN ('LOG_RETENTION', 'INVENTORY_RETENTION')";

const NOTE: &str = "
    INSERT INTO stocksync_state (name, value) VALUES (?, ?)
    ON DUPLICATE KEY UPDATE value = VALUES(value)";

#[derive(Clone, Debug, PartialEq, Eq)]
struct OldStock {
    source: String,
    /// The first day that stays.
    before: NaiveDate,
    days: usize,
    stored: usize,
    rows: u64,
}

impl OldStock {
    fn is_most(&self) -> bool {
        self.days * 2 > self.stored
    }
}

impl std::fmt::Display for OldStock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { source, before, days, stored, rows } = self;
        write!(f, "{} of {source} before {before} ({days} of {stored} days)", counted(*rows, "row"))
    }
}

pub(crate) struct Purge {
    settings: RetentionSettings,
    /// What began before is past `LOG_RETENTION`.
    logs_before: DateTime<Utc>,
    partitions: Vec<OldPartition>,
    alerts: u64,
    stock: Vec<OldStock>,
}

impl Purge {
    /// Looks what is past; changes nothing.
    pub(crate) fn plan(
        database: &mut Database,
        mut settings: RetentionSettings,
    ) -> Result<Self, Failure> {
        let looking = |error| Failure::from(error).context("looking what is past its retention");
        let noted: Vec<(String, String)> =
            rows::all(database.conn(), NOTED, ()).map_err(looking)?;
        for (name, value) in noted.iter().filter(|(_, value)| !value.is_empty()) {
            for rule in settings.rules().into_iter().filter(|rule| rule.variable == name) {
                rule.note(value)?;
            }
        }
        let now = Utc::now();
        let logs_before =
            settings.logs.first_kept(now.date_naive()).and_time(NaiveTime::MIN).and_utc();
        let today = now.with_timezone(&settings.utc_offset).date_naive();
        let partitions = OldPartition::all_before(database, logs_before)?;
        let conn = database.conn();
        let alerts = alert_log::count_forgettable(conn, logs_before).map_err(looking)?;
        let days = rows::all(conn, DAYS, ()).map_err(looking)?;
        let mut stock = past_days(&days, settings.inventory.first_kept(today));
        for old in &mut stock {
            let rows =
                rows::first(conn, COUNT_STOCK, (&old.source, old.before)).map_err(looking)?;
            old.rows = rows.unwrap_or(0);
        }
        Ok(Self { settings, logs_before, partitions, alerts, stock })
    }

    /// What would go, in sentences, each followed by the statement that does it where there is one.
    pub(crate) fn preview(&self) -> Vec<(String, Option<String>)> {
        let mut lines = Vec::new();
        for rule in self.rules_at_work() {
            lines.push((format!("{rule}; what is older goes with `stocksync migrate`:"), None));
        }
        for old in &self.partitions {
            let rows = counted(old.rows, "row");
            let told = format!("sync_logs: partition {} with {rows} would be dropped", old.name);
            lines.push((told, Some(old.sql())));
        }
        if self.alerts > 0 {
            let rows = counted(self.alerts, "row");
            lines.push((format!("stocksync_alerts: {rows} would be deleted"), None));
        }
        for old in &self.stock {
            let sql = format!(
                "DELETE FROM inventory_data WHERE source = '{}' AND snapshot_date < '{}'",
                old.source.replace('\'', "''"),
                old.before
            );
            lines.push((format!("inventory_data: {old} would be deleted"), Some(sql)));
        }
        lines
    }

    /// Refuses to take most of a history: a slip in the settings, or a clock that is wrong, must
    /// not cost it. Errors: [`Exit::Configuration`] if more than half of a marketplace's days would
    /// go.
    pub(crate) fn require_meant(&self) -> Result<(), Failure> {
        let most: Vec<String> =
            self.stock.iter().filter(|old| old.is_most()).map(OldStock::to_string).collect();
        if most.is_empty() {
            return Ok(());
        }
        let message = format!(
            "{}; by that {} would be deleted, more than half of what is stored. Nothing was deleted. \
             Set INVENTORY_RETENTION to how long snapshots are to be kept, or, if it is meant, run \
             `stocksync migrate --accept-purge` once",
            self.settings.inventory,
            most.join(" and ")
        );
        Err(Failure::new(Exit::Configuration, message))
    }

    /// Takes it away and says so: snapshots in small batches, each committed by itself. The newest
    /// snapshot of a source stays however old it is: reports and the shrink guard stand on it.
    pub(crate) fn carry_out(
        &self,
        database: &mut Database,
        say: &mut dyn FnMut(String) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for rule in self.rules_at_work().filter(|rule| !rule.is_plain()) {
            say(format!("{rule}; what is older goes now"))?;
        }
        for old in &self.partitions {
            if old.drop(database)? {
                let rows = counted(old.rows, "row");
                say(format!(
                    "sync_logs: partition {} dropped with {rows}, past LOG_RETENTION",
                    old.name
                ))?;
            }
        }
        if self.alerts > 0 {
            let deleted =
                alert_log::forget(database.conn(), self.logs_before).map_err(|error| {
                    Failure::from(error).context("deleting messages past LOG_RETENTION")
                })?;
            let rows = counted(deleted, "row");
            say(format!("stocksync_alerts: {rows} deleted, past LOG_RETENTION"))?;
        }
        for old in &self.stock {
            let rows = counted(delete_in_batches(database, old)?, "row");
            say(format!(
                "inventory_data: {rows} of {} before {} deleted, past INVENTORY_RETENTION",
                old.source, old.before
            ))?;
        }
        Ok(())
    }

    fn rules_at_work(&self) -> impl Iterator<Item = &RetentionRule> {
        let logs = !self.partitions.is_empty() || self.alerts > 0;
        let logs = logs.then_some(&self.settings.logs);
        let inventory = (!self.stock.is_empty()).then_some(&self.settings.inventory);
        logs.into_iter().chain(inventory)
    }
}

/// Of the days on which each source has rows those before `first_kept`, never its newest one.
fn past_days(days: &[(String, Option<NaiveDate>)], first_kept: NaiveDate) -> Vec<OldStock> {
    let mut sources: Vec<&str> = days.iter().map(|(source, _)| source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let past = |source: &str| {
        let days: Vec<Option<NaiveDate>> =
            days.iter().filter(|(of, _)| of == source).map(|(_, day)| *day).collect();
        let before = days.iter().copied().flatten().max()?.min(first_kept);
        let past = days.iter().filter(|day| day.is_none_or(|day| day < before)).count();
        let source = source.to_owned();
        (past > 0).then_some(OldStock { source, before, days: past, stored: days.len(), rows: 0 })
    };
    sources.into_iter().filter_map(past).collect()
}

fn delete_in_batches(database: &mut Database, old: &OldStock) -> Result<u64, Failure> {
    let doing = || "deleting snapshots past INVENTORY_RETENTION";
    let conn = database.conn();
    // Without gap locks, so that no sync waits for a batch.
    conn.query_drop("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").db_context(doing)?;
    let mut deleted = 0;
    loop {
        conn.exec_drop(DELETE_STOCK, (&old.source, old.before, BATCH)).db_context(doing)?;
        let rows = conn.affected_rows();
        deleted += rows;
        if rows < u64::from(BATCH) {
            return Ok(deleted);
        }
    }
}

/// Notes what a sync has the retentions set to: `migrate` may run as another user, with another
/// file of settings.
pub(crate) fn note(
    database: &mut Database,
    settings: &RetentionSettings,
) -> Result<(), StoreError> {
    let noted: Vec<(String, String)> = rows::all(database.conn(), NOTED, ())?;
    for rule in [&settings.logs, &settings.inventory] {
        let set = rule.set.map(|set| set.to_string()).unwrap_or_default();
        let known = noted.iter().find(|(name, _)| name == rule.variable);
        if known.map_or("", |(_, value)| value) != set {
            database.conn().exec_drop(NOTE, (rule.variable, set))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(days: &[(&str, &str)], first_kept: &str) -> Vec<(String, String, usize, usize)> {
        let days: Vec<(String, Option<NaiveDate>)> =
            days.iter().map(|(source, day)| ((*source).to_owned(), day.parse().ok())).collect();
        past_days(&days, first_kept.parse().unwrap())
            .into_iter()
            .map(|old| (old.source, old.before.to_string(), old.days, old.stored))
            .collect()
    }

    #[test]
    fn days_before_the_first_kept_one_go_by_source_and_the_newest_stays() {
        let days = [
            ("Ozon", "2026-01-01"),
            ("Wildberries", "2026-01-01"),
            ("Ozon", "2026-01-03"),
            ("Ozon", "2026-01-02"),
        ];
        assert_eq!(past(&days, "2026-01-02"), [("Ozon".into(), "2026-01-02".into(), 1, 3)]);
        // Long after the last sync the newest day is what stays.
        assert_eq!(past(&days, "2027-01-01"), [("Ozon".into(), "2026-01-03".into(), 2, 3)]);
        assert_eq!(past(&days, "2026-01-01"), []);
        assert_eq!(past(&[], "2026-01-01"), []);
    }

    #[test]
    fn a_date_of_zeros_is_a_day_that_goes_unless_there_is_no_other() {
        let zero = [("Ozon", "0000-00-00"), ("Ozon", "2026-01-02")];
        assert_eq!(past(&zero, "2020-01-01"), [("Ozon".into(), "2020-01-01".into(), 1, 2)]);
        assert_eq!(past(&zero[..1], "2020-01-01"), []);
    }

    #[test]
    fn more_than_half_of_the_days_is_most_of_them() {
        let of = |days, stored| OldStock {
            source: "Ozon".into(),
            before: NaiveDate::MIN,
            days,
            stored,
            rows: 1,
        };
        assert!(!of(1, 2).is_most());
        assert!(of(2, 3).is_most());
        assert!(!of(365, 1_000).is_most());
    }
}
