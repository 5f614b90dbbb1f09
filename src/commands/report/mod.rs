//! `report`: what the syncs did, and what is in stock.

mod gather;
mod page;

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::cli::{ReportArgs, ReportFormat};
use crate::config::{self, DatabaseSettings, Environment};
use crate::console::output;
use crate::disk;
use crate::failure::{Exit, Failure, OrFail};
use crate::report;
use crate::store::schema::migrations;
use crate::store::{Database, queries};

pub(super) fn run(args: &ReportArgs, environment: &Environment) -> Result<Exit, Failure> {
    let gathering = gather::Gathering::prepare(args, environment)?;
    let language = match args.lang {
        Some(language) => language.into(),
        None => config::language(environment)?,
    };
    let mut database = Database::connect(&DatabaseSettings::read(environment)?)?;
    migrations::require_current(&mut database)?;
    let conn = database.conn();
    queries::begin_consistent_read(conn)?;
    let report = gathering.ask(conn)?;
    let page = match args.format {
        ReportFormat::Html => Some(page::gather(&report, conn)?),
        _ => None,
    };
    queries::end_consistent_read(conn)?;
    let rendered = match args.format {
        ReportFormat::Text => report::text(&report, language),
        ReportFormat::Json => {
            report::json(&report).or_fail(Exit::Program, || "writing JSON".into())?
        }
        ReportFormat::Html => {
            page.map(|page| report::page::html(&page, language)).unwrap_or_default()
        }
        ReportFormat::Prometheus => report::prometheus(&report),
    };
    let rendered = rendered.trim_end();
    match &args.output {
        None => output::document(rendered)?,
        Some(path) => replace(path, rendered)?,
    }
    Ok(Exit::Done)
}

/// Writes beside the file and renames: whoever reads it sees the old report or the new one, never
/// half of one. A device or a pipe is written as it stands: nobody wants a file in its place.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    write_to(path, text).map_err(|error| disk::cannot_write("--output", path, error))
}

fn write_to(path: &Path, text: &str) -> io::Result<()> {
    let Ok(there) = fs::metadata(path) else {
        return replace_file(path, Permissions::from_mode(FOR_ALL_TO_READ), text);
    };
    if there.is_file() {
        // A link stays, and so do the rights that somebody has given.
        return replace_file(&path.canonicalize()?, there.permissions(), text);
    }
    writeln!(OpenOptions::new().write(true).open(path)?, "{text}")
}

/// A report is for the web server and the metrics collector too; a temporary file is its owner's
/// alone.
const FOR_ALL_TO_READ: u32 = 0o644;

/// The name beside the file begins with a dot and does not end as the file does, so that no
/// collector of `*.prom` picks it up.
fn replace_file(path: &Path, permissions: Permissions, text: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(disk::parent(path))?;
    writeln!(file, "{text}")?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
