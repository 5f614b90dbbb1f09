//! `migrate --status`: what was applied and when, whether its text is still the same, what somebody
//! changed by hand, and which rows are past their retention.

use chrono::NaiveDateTime;
use comfy_table::{Table, presets};

use super::newest_version;
use crate::config::RetentionSettings;
use crate::console::output::line;
use crate::failure::{Exit, Failure};
use crate::store::Database;
use crate::store::schema::inspect::drift;
use crate::store::schema::migrations::{self, Applied, Migration, SHIPPED};
use crate::store::schema::purge::Purge;
use crate::zone;

/// So much of a checksum tells two texts apart.
const SHOWN: usize = 12;

/// Prints it; changes nothing. Ends in [`Exit::Unsound`] while there is something to apply, so that
/// nobody has to read it.
pub(super) fn print(
    database: &mut Database,
    retention: RetentionSettings,
) -> Result<Exit, Failure> {
    let applied = migrations::applied(database)?;
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["version", "name", "state", "when", "checksum"]);
    for migration in SHIPPED {
        let row = applied.iter().find(|row| row.version == migration.version);
        table.add_row(shipped_row(migration, row));
    }
    for row in applied.iter().filter(|row| row.version > newest_version()) {
        table.add_row(unknown_row(row));
    }
    line(&table.trim_fmt())?;
    match migrations::pending(database) {
        Ok(pending) if pending.is_empty() => {
            line(&format!("schema is up to date (version {})", newest_version()))?;
            print_drift(&drift::find(database)?)?;
            for (told, _) in Purge::plan(database, retention)?.preview() {
                line(&told)?;
            }
            Ok(Exit::Done)
        }
        Ok(pending) => {
            line(&format!("{} to apply; run `stocksync migrate`", pending.len()))?;
            Ok(Exit::Unsound)
        }
        Err(problem) => {
            line(&format!("migrate would stop: {problem}"))?;
            Ok(problem.exit())
        }
    }
}

fn print_drift(drift: &[String]) -> Result<(), Failure> {
    if drift.is_empty() {
        return line("drift: none, the tables are as the migrations left them");
    }
    for difference in drift {
        line(&format!("drift: {difference}"))?;
    }
    Ok(())
}

fn shipped_row(migration: &Migration, row: Option<&Applied>) -> [String; 5] {
    let (state, when, checksum) = match row {
        None => ("pending", String::new(), migration.checksum()[..SHOWN].to_owned()),
        Some(Applied { finished_at: None, started_at, .. }) => {
            ("unfinished", local(started_at), migration.checksum()[..SHOWN].to_owned())
        }
        Some(Applied { finished_at: Some(when), checksum, .. }) => {
            let own = migration.checksum();
            let found = checksum.get(..SHOWN).unwrap_or(checksum);
            let verdict = if *checksum == own {
                format!("{found} OK")
            } else {
                format!("{found} differs from {}", &own[..SHOWN])
            };
            ("applied", local(when), verdict)
        }
    };
    [migration.version.to_string(), migration.name.into(), state.into(), when, checksum]
}

fn unknown_row(row: &Applied) -> [String; 5] {
    let when = local(row.finished_at.as_ref().unwrap_or(&row.started_at));
    [
        row.version.to_string(),
        row.name.clone(),
        "of a newer stocksync".into(),
        when,
        "unknown".into(),
    ]
}

/// A moment of the table, which is UTC.
fn local(when: &str) -> String {
    let moment = NaiveDateTime::parse_from_str(when, "%Y-%m-%d %H:%M:%S");
    moment.map_or_else(
        |_| when.to_owned(),
        |moment| zone::local(moment.and_utc()).format("%Y-%m-%d %H:%M:%S %:z").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: Migration =
        Migration { version: 3, name: "three", text: "SELECT 3;", rollback: "" };

    fn row(checksum: &str, finished_at: Option<&str>) -> Applied {
        Applied {
            version: 3,
            name: "three".into(),
            checksum: checksum.into(),
            started_at: "2026-11-23 06:00:00".into(),
            finished_at: finished_at.map(str::to_owned),
        }
    }

    #[test]
    fn the_status_tells_pending_unfinished_applied_and_changed_apart() {
        let finished = Some("2026-11-23 06:00:09");
        // From `printf 'SELECT 3;' | sha256sum`.
        let own = "6d51e258cb32";
        assert_eq!(shipped_row(&MIGRATION, None), ["3", "three", "pending", "", own]);
        assert_eq!(
            shipped_row(&MIGRATION, Some(&row("any", None))),
            ["3", "three", "unfinished", "2026-11-23 09:00:00 +03:00", own]
        );
        assert_eq!(
            shipped_row(&MIGRATION, Some(&row(&MIGRATION.checksum(), finished))),
            ["3", "three", "applied", "2026-11-23 09:00:09 +03:00", &format!("{own} OK")]
        );
        assert_eq!(
            shipped_row(&MIGRATION, Some(&row("another", finished)))[4],
            format!("another differs from {own}")
        );
    }
}
