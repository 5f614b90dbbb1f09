//! `stocksync migrate`: bring the database's schema up to date, or say what that would mean.

use std::io::{ErrorKind, Write};

use comfy_table::{Table, presets};

use crate::cli::MigrateArgs;
use crate::config::{DatabaseSettings, Environment};
use crate::failure::{Exit, Failure, OrFail};
use crate::store::Database;
use crate::store::migrations::{self, Applied, Migration, SHIPPED};

/// Runs the command.
///
/// # Errors
/// [`Exit::Configuration`], [`Exit::Database`], or [`Exit::NotNow`] if another `migrate` does not come to an end.
pub fn run(args: &MigrateArgs, environment: &Environment) -> Result<Exit, Failure> {
    let settings = DatabaseSettings::read(environment)?;
    let mut database = Database::connect_to_migrate(&settings)?;
    if args.status {
        print_status(&mut database)?;
    } else if args.dry_run {
        print_sql(&mut database)?;
    } else {
        migrate(&mut database)?;
    }
    Ok(Exit::Done)
}

fn migrate(database: &mut Database) -> Result<(), Failure> {
    migrations::lock(database)?;
    // Read under the lock: another `migrate` may have done all of it while this one waited.
    for step in migrations::pending(database)? {
        let outcome = migrations::apply(database, &step)?;
        say(&format!(
            "{}: {} statements run, {} had nothing left to do, {:.1} s",
            step.migration.file(),
            outcome.ran,
            outcome.skipped,
            outcome.took.as_secs_f64()
        ))?;
    }
    say(&format!("schema is up to date (version {})", newest_version()))
}

fn print_sql(database: &mut Database) -> Result<(), Failure> {
    let pending = migrations::pending(database)?;
    if pending.is_empty() {
        return say(&format!(
            "-- nothing to do: schema is up to date (version {})",
            newest_version()
        ));
    }
    let sql = migrations::preview(database, &pending)?;
    say(sql.trim_end())
}

fn print_status(database: &mut Database) -> Result<(), Failure> {
    let applied = migrations::applied(database)?;
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["version", "name", "state", "when (UTC)", "checksum"]);
    for migration in SHIPPED {
        let row = applied.iter().find(|row| row.version == migration.version);
        table.add_row(shipped_row(migration, row));
    }
    for row in applied.iter().filter(|row| row.version > newest_version()) {
        table.add_row(unknown_row(row));
    }
    say(&table.trim_fmt())?;
    match migrations::pending(database) {
        Ok(pending) if pending.is_empty() => {
            say(&format!("schema is up to date (version {})", newest_version()))
        }
        Ok(pending) => say(&format!("{} to apply; run `stocksync migrate`", pending.len())),
        Err(problem) => say(&format!("migrate would stop: {problem}")),
    }
}

fn shipped_row(migration: &Migration, row: Option<&Applied>) -> [String; 5] {
    let (state, when, checksum) = match row {
        None => ("pending", "", ""),
        Some(Applied { finished_at: None, started_at, .. }) => {
            ("unfinished", started_at.as_str(), "")
        }
        Some(Applied { finished_at: Some(when), checksum, .. }) => {
            let verdict = if *checksum == migration.checksum() { "OK" } else { "differs" };
            ("applied", when.as_str(), verdict)
        }
    };
    [
        migration.version.to_string(),
        migration.name.into(),
        state.into(),
        when.into(),
        checksum.into(),
    ]
}

fn unknown_row(row: &Applied) -> [String; 5] {
    let when = row.finished_at.as_ref().unwrap_or(&row.started_at).clone();
    [
        row.version.to_string(),
        row.name.clone(),
        "of a newer stocksync".into(),
        when,
        "unknown".into(),
    ]
}

fn newest_version() -> u32 {
    SHIPPED.last().map_or(0, |migration| migration.version)
}

/// A reader that has gone (`| head`) is no reason to stop in the middle of a migration.
fn say(line: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.or_fail(Exit::Program, || "writing to standard output".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: Migration = Migration { version: 3, name: "three", text: "SELECT 3;" };

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
        assert_eq!(shipped_row(&MIGRATION, None), ["3", "three", "pending", "", ""]);
        assert_eq!(
            shipped_row(&MIGRATION, Some(&row("any", None))),
            ["3", "three", "unfinished", "2026-11-23 06:00:00", ""]
        );
        assert_eq!(
            shipped_row(&MIGRATION, Some(&row(&MIGRATION.checksum(), finished))),
            ["3", "three", "applied", "2026-11-23 06:00:09", "OK"]
        );
        assert_eq!(shipped_row(&MIGRATION, Some(&row("another", finished)))[4], "differs");
    }
}
