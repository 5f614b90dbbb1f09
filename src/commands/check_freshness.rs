//! `check-freshness`: is the stored stock recent and sane?

use chrono::{DateTime, FixedOffset, Utc};
use mysql::Conn;

use super::alerting;
use super::key_end::key_end;
use crate::cli::{FreshnessArgs, FreshnessFormat};
use crate::config::{AlertSettings, DatabaseSettings, Environment, KeySettings};
use crate::console::output;
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::Source;
use crate::monitor::finding::Finding;
use crate::monitor::freshness::{FreshnessReport, Known, Status, judge, readable, usual_max_age};
use crate::monitor::keys;
use crate::store::schema::migrations;
use crate::store::{Database, StoreError, queries};

/// Looks, says what it found (`quiet`: unless all is well), alerts, and ends in 4 unless all is well.
pub fn run(args: &FreshnessArgs, quiet: bool, environment: &Environment) -> Result<Exit, Failure> {
    let alerts = AlertSettings::read(environment)?;
    let now = Utc::now();
    let keys = KeySettings::read(environment)?;
    let sources = args.source.map_or(Source::ALL.to_vec(), |source| vec![source.into()]);
    let mut database = Database::connect(&DatabaseSettings::read(environment)?)?;
    migrations::require_current(&mut database)?;
    let known = ask(args, &mut database, &sources, |source, conn| {
        key_finding(source, &keys, alerts.utc_offset, now, conn)
    })?;
    let report = judge(&known, now);
    // Whoever is to be alerted is alerted also where nobody can be told here.
    let printed = match args.format {
        // All is well, and nobody wants to hear that (`-q`).
        FreshnessFormat::Text
            if quiet && report.status == Status::Fresh && report.findings.is_empty() =>
        {
            Ok(())
        }
        FreshnessFormat::Text => output::line(&text(&report, &alerts)),
        FreshnessFormat::Json => {
            let json =
                serde_json::to_string(&report).or_fail(Exit::Program, || "writing JSON".into())?;
            output::document(&json)
        }
    };
    if let Err(error) = alerting::checked(&alerts, database.conn(), &sources, &report.findings) {
        log::warn!("nobody was alerted: {error}");
    }
    printed?;
    Ok(if report.status == Status::Fresh { Exit::Done } else { Exit::Unsound })
}

fn ask(
    args: &FreshnessArgs,
    database: &mut Database,
    sources: &[Source],
    key: impl Fn(Source, &mut Conn) -> Result<Option<Finding>, StoreError>,
) -> Result<Vec<Known>, Failure> {
    let conn = database.conn();
    queries::begin_consistent_read(conn)?;
    let known = sources
        .iter()
        .map(|source| {
            let max_age = match args.max_age {
                Some(max_age) => max_age,
                None => usual_max_age(&queries::recent_runs(conn, *source)?),
            };
            Ok(Known {
                source: *source,
                last_success: queries::last_success(conn, *source)?,
                doubts: queries::doubts(conn, *source)?,
                max_age,
                key: key(*source, conn)?,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    queries::end_consistent_read(conn)?;
    Ok(known)
}

/// What there is to say of a marketplace's key; nothing of one that is not configured here.
fn key_finding(
    source: Source,
    keys: &KeySettings,
    offset: FixedOffset,
    now: DateTime<Utc>,
    conn: &mut Conn,
) -> Result<Option<Finding>, StoreError> {
    let finding = match key_end(source, keys, offset, conn)? {
        Some(end) => end.finding(now, offset),
        None if source == Source::Wildberries && keys.wildberries.is_some() => {
            Some(keys::endless_token())
        }
        None => None,
    };
    Ok(finding)
}

fn text(report: &FreshnessReport, alerts: &AlertSettings) -> String {
    let mut lines = Vec::new();
    for finding in &report.findings {
        lines.push(format!(
            "{}: {}: {}",
            finding.severity.as_str(),
            finding.source,
            finding.message
        ));
    }
    for source in &report.sources {
        let verdict = source.verdict.as_str();
        let when = match (source.last_success_at, source.age_seconds) {
            (Some(moment), Some(age)) => {
                let moment = moment.with_timezone(&alerts.utc_offset);
                let ago = if source.is_ahead() { "ahead of now" } else { "ago" };
                let age = readable(age.unsigned_abs());
                format!("last success {} ({age} {ago})", moment.format("%Y-%m-%d %H:%M %:z"))
            }
            _ => "no successful sync yet".to_owned(),
        };
        let snapshot = source
            .snapshot_date
            .map_or("no snapshot".to_owned(), |day| format!("newest snapshot {day}"));
        lines.push(format!("{}: {verdict}, {when}, {snapshot}", source.source));
    }
    lines.join("\n")
}
