//! `report`: what the syncs did, and what is in stock.

use std::io::Write;
use std::path::Path;

use chrono::{TimeDelta, Utc};

use super::report_page;
use crate::cli::{ReportArgs, ReportFormat};
use crate::config::{DatabaseSettings, Environment};
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::Source;
use crate::output;
use crate::report::{self, Report, SourceReport};
use crate::store::{Database, migrations, overview};

/// Asks the database, renders, and prints or replaces the output file.
pub fn run(args: &ReportArgs, environment: &Environment) -> Result<Exit, Failure> {
    let mut database = Database::connect(&DatabaseSettings::read(environment)?)?;
    migrations::require_current(&mut database)?;
    let rendered = match args.format {
        ReportFormat::Text => report::text(&gather(args, &mut database)?),
        ReportFormat::Json => report::json(&gather(args, &mut database)?)
            .or_fail(Exit::Program, || "writing JSON".into())?,
        ReportFormat::Html => {
            report_page::render(args.lang.map(Into::into), &mut database, environment)?
        }
    };
    match &args.output {
        None => output::line(&rendered)?,
        Some(path) => replace(path, &rendered)?,
    }
    Ok(Exit::Done)
}

fn gather(args: &ReportArgs, database: &mut Database) -> Result<Report, Failure> {
    let generated_at = Utc::now();
    let since = TimeDelta::from_std(args.period)
        .ok()
        .and_then(|period| generated_at.checked_sub_signed(period))
        .unwrap_or(chrono::DateTime::UNIX_EPOCH);
    let sources = Source::ALL
        .into_iter()
        .map(|source| {
            let conn = database.conn();
            Ok(SourceReport {
                source,
                last_success: overview::last_success(conn, source)?,
                runs: overview::runs(conn, source, since)?,
                failures: overview::failures(conn, source, since)?,
                snapshot: overview::newest_snapshot(conn, source)?,
            })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(Report { generated_at, period_seconds: args.period.as_secs(), sources })
}

/// Writes beside the file and renames: whoever reads it sees the old report or the new one, never half of one.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let directory =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = (|| {
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        writeln!(file, "{text}")?;
        make_readable(file.as_file())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        anyhow::Ok(())
    })();
    written.or_fail(Exit::Program, || format!("writing {}", path.display()))
}

/// A temporary file is its owner's alone; a report is for the web server and the metrics collector too.
fn make_readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}
