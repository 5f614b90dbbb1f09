//! Brings the judgements to the channels: after each sync and each check of freshness. Whatever fails here is a warning in the
//! log and changes neither the result nor the exit code of what is watched.

use chrono::{DateTime, Utc};
use mysql::Conn;

use super::alerts::{self, Message, Sent, State, Topic};
use super::anomalies::failures_in_a_row;
use super::finding::Finding;
use crate::config::{AlertSettings, Environment};
use crate::failure::{Exit, Failure};
use crate::inventory::Source;
use crate::log_tail;
use crate::notify::{self, healthcheck};
use crate::store::alerts::{record, told};
use crate::store::overview::recent_runs;
use crate::store::{Session, StoreError};

/// A sync that is watched.
pub struct Watch {
    source: Source,
    settings: Option<AlertSettings>,
    wrong: Option<Failure>,
}

impl Watch {
    /// Prepares to watch a sync; one that an operator does by hand (`by_hand`: a dry run, an import) is nobody's alarm.
    pub fn of_sync(environment: &Environment, source: Source, by_hand: bool) -> Self {
        match AlertSettings::read(environment) {
            Ok(settings) => Self { source, settings: (!by_hand).then_some(settings), wrong: None },
            Err(failure) => Self { source, settings: None, wrong: Some(failure) },
        }
    }

    /// Fails the sync whose channels are set up wrongly; not before it has a row in `sync_logs` that can say so.
    ///
    /// # Errors
    /// [`Exit::Configuration`], naming the variable.
    pub fn require_settings(&mut self) -> Result<(), Failure> {
        self.wrong.take().map_or(Ok(()), Err)
    }

    /// The sync begins.
    pub fn begins(&self) {
        if let Some(settings) = &self.settings {
            healthcheck::starts(settings);
        }
    }

    /// The sync could not even begin. Another run that goes on is nobody's alarm; a database that is down is one,
    /// and only the healthcheck can tell it: what was told before stands in the database.
    pub fn could_not_begin(&self, failure: &Failure) {
        if let Some(settings) = &self.settings
            && failure.exit() != Exit::NotNow
        {
            let log = format!("{}{failure}\n", log_tail::last_lines());
            healthcheck::ended(settings, failure.exit().code(), &log);
        }
    }

    /// The sync ended, and its row in `sync_logs` is complete.
    pub fn ended(&self, session: &mut Session, outcome: &Result<Exit, Failure>) {
        let Some(settings) = &self.settings else { return };
        let exit = outcome.as_ref().map_or_else(Failure::exit, |exit| *exit);
        if settings.has_channel() {
            let alerted = session
                .database()
                .and_then(|database| Ok(alert(settings, database.conn(), self.source, outcome)?));
            if let Err(failure) = alerted {
                log::warn!("nobody was alerted: {failure}");
            }
        }
        let reason = outcome.as_ref().err().map(|failure| format!("{failure}\n"));
        let log = format!("{}{}", log_tail::last_lines(), reason.unwrap_or_default());
        healthcheck::ended(settings, exit.code(), &log);
    }
}

fn alert(
    settings: &AlertSettings,
    conn: &mut Conn,
    source: Source,
    outcome: &Result<Exit, Failure>,
) -> Result<(), StoreError> {
    let now = Utc::now();
    let time = now.with_timezone(&settings.utc_offset);
    let told = told(conn, source.as_str())?;
    let message = match outcome {
        Ok(exit) => alerts::on_success(&told).then(|| alerts::recovered(source, *exit, time)),
        Err(failure) => {
            let runs = recent_runs(conn, source)?;
            let failures = failures_in_a_row(&runs).max(1);
            let first = runs.get(failures as usize - 1).map_or(now, |run| run.started_at);
            let due =
                alerts::on_failure(&told, failures, first, failure.exit(), settings.after_failures);
            due.map(|topic| {
                let cause = (failure.exit(), failure.to_string());
                alerts::failed(source, topic, (cause.0, &cause.1), failures, time)
            })
        }
    };
    message.map_or(Ok(()), |message| deliver(settings, conn, &message, now))
}

/// A check of freshness ended with these findings about `sources`.
pub fn checked(
    settings: &AlertSettings,
    conn: &mut Conn,
    sources: &[Source],
    findings: &[Finding],
) -> Result<(), StoreError> {
    if !settings.has_channel() {
        return Ok(());
    }
    let now = Utc::now();
    let time = now.with_timezone(&settings.utc_offset);
    for source in sources {
        let told = told(conn, source.as_str())?;
        for topic in [Topic::Unsound, Topic::Stale, Topic::KeyAge] {
            let concerned: Vec<&Finding> = findings
                .iter()
                .filter(|finding| {
                    finding.source == source.as_str() && alerts::topic(finding.kind) == topic
                })
                .collect();
            let message = match alerts::on_check(&told, topic, &concerned, now) {
                Some(State::Raised) => alerts::found(*source, topic, &concerned, time),
                Some(State::Recovered) => alerts::mended(*source, topic, time),
                None => continue,
            };
            deliver(settings, conn, &message, now)?;
        }
    }
    Ok(())
}

/// Sends, and remembers what at least one channel took; what none took is due again the next time.
fn deliver(
    settings: &AlertSettings,
    conn: &mut Conn,
    message: &Message,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let channels = notify::tell(settings, message);
    if channels.is_empty() {
        return Ok(());
    }
    log::info!("told by {}: {}", channels.join(", "), message.title);
    let sent = Sent {
        topic: message.topic,
        state: message.state,
        severity: message.severity,
        failures: message.failures,
        title: message.title.clone(),
        at: now,
    };
    record(conn, message.source, &sent, &channels.join(","))
}
