//! `check-freshness`: is the stored stock recent and sane?

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use mysql::Conn;
use serde::Serialize;

use super::alerting;
use super::key_end::key_end;
use crate::cli::{FreshnessArgs, FreshnessFormat};
use crate::config::{AlertSettings, DatabaseSettings, Environment, KeySettings};
use crate::console::output;
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::Source;
use crate::language::Language;
use crate::monitor::finding::{Finding, Kind, Severity};
use crate::monitor::freshness::{FreshnessReport, Known, Status, Verdict, judge, usual_max_age};
use crate::monitor::keys;
use crate::store::schema::migrations;
use crate::store::{Database, StoreError, queries};
use crate::words::{findings, report as words};

/// Looks, says what it found (`quiet`: unless all is well), alerts, and ends in 4 unless all is
/// well.
pub(super) fn run(
    args: &FreshnessArgs,
    quiet: bool,
    environment: &Environment,
) -> Result<Exit, Failure> {
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
            let json = serde_json::to_string(&Object::of(&report))
                .or_fail(Exit::Program, || "writing JSON".into())?;
            output::document(&json)
        }
    };
    if let Err(error) = alerting::checked(&alerts, database.conn(), &sources, &report.findings) {
        log::warn!("alert not sent: {error}");
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
    let AlertSettings { utc_offset, language, .. } = *alerts;
    let findings = report.findings.iter().map(|finding| words::finding(finding, language));
    let sources =
        report.sources.iter().map(|source| words::freshness(source, utc_offset, language));
    findings.chain(sources).collect::<Vec<_>>().join("\n")
}

/// The answer as JSON. Its field names are an interface.
#[derive(Serialize)]
struct Object {
    status: Status,
    sources: Vec<SourceObject>,
    findings: Vec<FindingObject>,
}

#[derive(Serialize)]
struct SourceObject {
    source: &'static str,
    verdict: Verdict,
    /// UTC.
    last_success_at: Option<DateTime<Utc>>,
    /// Below zero for a moment that is yet to come.
    age_seconds: Option<i64>,
    max_age_seconds: u64,
    snapshot_date: Option<NaiveDate>,
}

#[derive(Serialize)]
struct FindingObject {
    severity: Severity,
    kind: Kind,
    source: &'static str,
    /// English.
    message: String,
}

impl Object {
    fn of(report: &FreshnessReport) -> Self {
        let sources = report.sources.iter().map(|source| SourceObject {
            source: source.source.as_str(),
            verdict: source.verdict,
            last_success_at: source.last_success_at,
            age_seconds: source.age_seconds,
            max_age_seconds: source.max_age_seconds,
            snapshot_date: source.snapshot_date,
        });
        let findings = report.findings.iter().map(|finding| FindingObject {
            severity: finding.severity,
            kind: finding.kind(),
            source: finding.source.as_str(),
            message: findings::sentence(finding, Language::English).to_string(),
        });
        Self { status: report.status, sources: sources.collect(), findings: findings.collect() }
    }
}
