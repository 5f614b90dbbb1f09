//! `check-freshness`: is the stored stock recent and sane?

use chrono::Utc;

use crate::cli::{FreshnessArgs, FreshnessFormat};
use crate::config::{DatabaseSettings, Environment};
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::Source;
use crate::monitor::freshness::{FreshnessReport, Known, Status, judge, readable};
use crate::output;
use crate::store::{Database, migrations, overview};

/// Looks, says what it found, and ends in 4 unless all is well.
pub fn run(args: &FreshnessArgs, environment: &Environment) -> Result<Exit, Failure> {
    let mut database = Database::connect(&DatabaseSettings::read(environment)?)?;
    migrations::require_current(&mut database)?;
    let sources = args.source.map_or(Source::ALL.to_vec(), |source| vec![source.into()]);
    let known = sources
        .into_iter()
        .map(|source| {
            let conn = database.conn();
            Ok(Known {
                source,
                last_success: overview::last_success(conn, source)?,
                doubts: overview::doubts(conn, source)?,
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let report = judge(&known, args.max_age, Utc::now());
    match args.format {
        FreshnessFormat::Text => output::line(&text(&report))?,
        FreshnessFormat::Json => {
            let json =
                serde_json::to_string(&report).or_fail(Exit::Program, || "writing JSON".into())?;
            output::line(&json)?;
        }
    }
    Ok(if report.status == Status::Fresh { Exit::Done } else { Exit::Unsound })
}

fn text(report: &FreshnessReport) -> String {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let severity = format!("{:?}", finding.severity).to_lowercase();
        lines.push(format!("{severity}: {}", finding.message));
    }
    for source in &report.sources {
        let verdict = format!("{:?}", source.verdict).to_lowercase();
        let when = match (source.last_success_at, source.age_seconds) {
            (Some(moment), Some(age)) => {
                let age = readable(age.unsigned_abs());
                format!("last success {} ({age} ago)", moment.format("%Y-%m-%dT%H:%M:%SZ"))
            }
            _ => "no successful sync yet".to_owned(),
        };
        lines.push(format!("{}: {verdict}, {when}", source.source));
    }
    lines.join("\n")
}
