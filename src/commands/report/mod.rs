//! `report`: what the syncs did, and what is in stock.

mod gather;
mod page;

use std::io::Write;
use std::path::Path;

use crate::cli::{ReportArgs, ReportFormat};
use crate::config::{DatabaseSettings, Environment};
use crate::failure::{Exit, Failure, OrFail};
use crate::output;
use crate::report;
use crate::store::{Database, migrations};

/// Asks the database, renders, and prints or replaces the output file.
pub fn run(args: &ReportArgs, environment: &Environment) -> Result<Exit, Failure> {
    let gathering = gather::Gathering::prepare(args, environment)?;
    let mut database = Database::connect(&DatabaseSettings::read(environment)?)?;
    migrations::require_current(&mut database)?;
    let report = gathering.ask(database.conn())?;
    let rendered = match args.format {
        ReportFormat::Text => report::text(&report),
        ReportFormat::Json => {
            report::json(&report).or_fail(Exit::Program, || "writing JSON".into())?
        }
        ReportFormat::Html => {
            let language = page::language(args, environment);
            page::render(&report, language, database.conn())?
        }
        ReportFormat::Prometheus => report::prometheus(&report),
    };
    let rendered = rendered.trim_end();
    match &args.output {
        None => output::line(rendered)?,
        Some(path) => replace(path, rendered)?,
    }
    Ok(Exit::Done)
}

/// Writes beside the file and renames: whoever reads it sees the old report or the new one, never half of one. The name beside it
/// begins with a dot and does not end as the file does, so that no collector of `*.prom` picks it up.
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
