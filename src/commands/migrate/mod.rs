//! `stocksync migrate`: bring the database's schema up to date or back, keep the tables in shape,
//! or say what that would mean.

mod status;

use crate::cli::MigrateArgs;
use crate::config::{DatabaseSettings, Environment, RetentionSettings};
use crate::console::output::{line, note};
use crate::failure::{Exit, Failure};
use crate::store::Database;
use crate::store::schema::backup;
use crate::store::schema::inspect::drift;
use crate::store::schema::log_partitions::NewPartitions;
use crate::store::schema::migrations::{self, Outcome, SHIPPED, Step, Way};
use crate::store::schema::purge::Purge;
use crate::text::counted;

/// Runs the command.
/// Errors: [`Exit::Configuration`], also when there is no place or no tool for the backup;
/// [`Exit::Database`], or [`Exit::NotNow`] if another `migrate` does not come to an end.
pub(super) fn run(args: &MigrateArgs, environment: &Environment) -> Result<Exit, Failure> {
    let settings = DatabaseSettings::read(environment)?;
    let retention = RetentionSettings::read(environment)?;
    if let Some(target) = args.rollback_to.filter(|target| *target > newest_version()) {
        let message = format!(
            "--rollback-to {target}: this stocksync knows no version above {}",
            newest_version()
        );
        return Err(Failure::new(Exit::Usage, message));
    }
    let mut database = Database::connect_to_migrate(&settings)?;
    if args.status {
        return status::print(&mut database, retention);
    } else if args.dry_run {
        print_sql(args, &mut database, retention)?;
    } else {
        migrations::lock(&mut database)?;
        // Read under the lock: another `migrate` may have done all of it while this one waited.
        let outcome = match args.rollback_to {
            Some(target) => roll_back(args, &mut database, target),
            None => migrate(args, retention, &mut database),
        };
        migrations::unlock(&mut database);
        outcome?;
    }
    Ok(Exit::Done)
}

fn migrate(
    args: &MigrateArgs,
    retention: RetentionSettings,
    database: &mut Database,
) -> Result<(), Failure> {
    let pending = migrations::pending(database)?;
    if !pending.is_empty() {
        back_up(args, database)?;
    }
    for step in &pending {
        let outcome = migrations::apply(database, step)?;
        say_outcome(step, "", &outcome)?;
    }
    drift::note(database, !pending.is_empty())?;
    note(&format!("schema is up to date (version {})", newest_version()))?;
    if let Some(missing) = NewPartitions::plan(database)?
        && let Some(made) = missing.make(database)?
    {
        note(&made)?;
    }
    // A run that changes the schema deletes nothing: whoever looks at its result must find every
    // row.
    if !pending.is_empty() {
        if args.accept_purge {
            log::warn!(
                "--accept-purge: a run that changes the schema deletes nothing; run it again"
            );
        }
        return Ok(());
    }
    let purge = Purge::plan(database, retention)?;
    if !args.accept_purge {
        purge.require_meant()?;
    }
    purge.carry_out(database, &mut |done| note(&done))
}

fn roll_back(args: &MigrateArgs, database: &mut Database, target: u32) -> Result<(), Failure> {
    let steps = migrations::to_take_back(database, target)?;
    if !steps.is_empty() {
        back_up(args, database)?;
    }
    for step in &steps {
        let outcome = migrations::take_back(database, step)?;
        say_outcome(step, " taken back", &outcome)?;
    }
    if target == 0 {
        for difference in migrations::forget(database)? {
            log::warn!("not as it was before the first migration: {difference}");
        }
    }
    let (verb, reached) = match (steps.is_empty(), migrations::applied(database)?.last()) {
        (true, newest) => ("nothing to take back: schema is at", newest.map(|row| row.version)),
        (false, newest) => ("schema is back at", newest.map(|row| row.version)),
    };
    note(&format!("{verb} version {}", reached.unwrap_or(0)))
}

/// Before anything is changed. A database without tables of ours has nothing to lose.
fn back_up(args: &MigrateArgs, database: &mut Database) -> Result<(), Failure> {
    let tables = backup::tables(database)?;
    if args.no_backup || tables.is_empty() {
        return Ok(());
    }
    let Some(directory) = &args.backup_dir else {
        let message = format!(
            "the tables {} would be changed, and there is no place for their backup; nothing was done. Say --backup-dir DIR, \
             or --no-backup if you have a backup of your own",
            tables.join(", ")
        );
        return Err(Failure::new(Exit::Configuration, message));
    };
    let backup = backup::write(&database.settings_of_node(), &tables, directory)?;
    note(&format!(
        "backup: {} ({}); to restore it: gunzip -c FILE | mariadb {}",
        backup.path.display(),
        bytesize::ByteSize(backup.bytes),
        database.name()
    ))
}

fn say_outcome(step: &Step<'_>, done: &str, outcome: &Outcome) -> Result<(), Failure> {
    note(&format!(
        "{}{done}: {} run, {} skipped, {:.1} s",
        step.migration.file(),
        counted(outcome.ran as u64, "statement"),
        outcome.skipped,
        outcome.took.as_secs_f64()
    ))
}

fn print_sql(
    args: &MigrateArgs,
    database: &mut Database,
    retention: RetentionSettings,
) -> Result<(), Failure> {
    if let Some(target) = args.rollback_to {
        let steps = migrations::to_take_back(database, target)?;
        if steps.is_empty() {
            return line(&format!("-- nothing to do: schema is at version {target} or below"));
        }
        return line(migrations::preview(database, &steps, Way::Back)?.trim_end());
    }
    let pending = migrations::pending(database)?;
    if !pending.is_empty() {
        line(migrations::preview(database, &pending, Way::Forward)?.trim_end())?;
        return line(
            "-- no row past its retention goes with this run, but with the next `stocksync migrate`",
        );
    }
    let partitions = NewPartitions::plan(database)?;
    let purge = Purge::plan(database, retention)?;
    let preview = purge.preview();
    let idle = if partitions.is_none() && preview.is_empty() { "nothing to do: " } else { "" };
    line(&format!("-- {idle}schema is up to date (version {})", newest_version()))?;
    if let Some(missing) = partitions {
        line(&format!("{};", missing.sql()))?;
    }
    for (told, sql) in preview {
        line(&format!("-- {told}"))?;
        if let Some(sql) = sql {
            line(&format!("{sql};"))?;
        }
    }
    if args.accept_purge { Ok(()) } else { purge.require_meant() }
}

fn newest_version() -> u32 {
    SHIPPED.last().map_or(0, |migration| migration.version)
}
