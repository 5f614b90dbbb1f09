//! `check-freshness`: is the stored stock recent and sane?

use chrono::{DateTime, Utc};

use crate::cli::{FreshnessArgs, FreshnessFormat};
use crate::config::{AlertSettings, DatabaseSettings, Environment};
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::Source;
use crate::monitor::finding::Finding;
use crate::monitor::freshness::{FreshnessReport, Known, Status, judge, readable, usual_max_age};
use crate::monitor::{keys, watch};
use crate::output;
use crate::store::{Database, StoreError, migrations, overview};

/// Looks, says what it found, alerts, and ends in 4 unless all is well.
pub fn run(args: &FreshnessArgs, environment: &Environment) -> Result<Exit, Failure> {
    let alerts = AlertSettings::read(environment)?;
    let now = Utc::now();
    let mut keys = Vec::new();
    let sources = args.source.map_or(Source::ALL.to_vec(), |source| vec![source.into()]);
    for source in &sources {
        keys.push(key_finding(*source, environment, &alerts, now)?);
    }
    let mut database = Database::connect(&DatabaseSettings::read(environment)?)?;
    migrations::require_current(&mut database)?;
    let known = ask(args, &mut database, &sources, keys)?;
    let report = judge(&known, now);
    match args.format {
        FreshnessFormat::Text => output::line(&text(&report, &alerts))?,
        FreshnessFormat::Json => {
            let json =
                serde_json::to_string(&report).or_fail(Exit::Program, || "writing JSON".into())?;
            output::line(&json)?;
        }
    }
    if let Err(error) = watch::checked(&alerts, database.conn(), &sources, &report.findings) {
        log::warn!("nobody was alerted: {error}");
    }
    Ok(if report.status == Status::Fresh { Exit::Done } else { Exit::Unsound })
}

/// Both marketplaces as they were at one moment.
fn ask(
    args: &FreshnessArgs,
    database: &mut Database,
    sources: &[Source],
    keys: Vec<Option<Finding>>,
) -> Result<Vec<Known>, Failure> {
    let conn = database.conn();
    overview::freeze(conn)?;
    let known = sources
        .iter()
        .zip(keys)
        .map(|(source, key)| {
            let max_age = match args.max_age {
                Some(max_age) => max_age,
                None => usual_max_age(&overview::recent_runs(conn, *source)?),
            };
            Ok(Known {
                source: *source,
                last_success: overview::last_success(conn, *source)?,
                doubts: overview::doubts(conn, *source)?,
                max_age,
                key,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    overview::thaw(conn)?;
    Ok(known)
}

/// A key that is not configured here is judged where it is.
fn key_finding(
    source: Source,
    environment: &Environment,
    alerts: &AlertSettings,
    now: DateTime<Utc>,
) -> Result<Option<Finding>, Failure> {
    match source {
        Source::Ozon => {
            let issued = environment.date("OZON_API_KEY_ISSUED")?;
            let today = now.with_timezone(&alerts.utc_offset).date_naive();
            Ok(issued.and_then(|issued| keys::judge_ozon(issued, today)))
        }
        Source::Wildberries if environment.text("WB_API_TOKEN").is_some() => {
            let token = environment.secret("WB_API_TOKEN")?;
            Ok(keys::judge_wildberries(&token, now, alerts.utc_offset))
        }
        Source::Wildberries => Ok(None),
    }
}

/// A line per finding, the most serious first, then a line per marketplace.
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
        let verdict = format!("{:?}", source.verdict).to_lowercase();
        let when = match (source.last_success_at, source.age_seconds) {
            (Some(moment), Some(age)) => {
                let moment = moment.with_timezone(&alerts.utc_offset);
                let age = readable(age.unsigned_abs());
                format!("last success {} ({age} ago)", moment.format("%Y-%m-%d %H:%M %:z"))
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
