//! Brings the judgements to the channels: after each sync and each check of freshness. Whatever
//! fails here is a warning in the log and changes neither the result nor the exit code of what is
//! watched.

use chrono::{DateTime, TimeDelta, Utc};
use mysql::Conn;

use crate::config::{AlertSettings, Environment};
use crate::console::log_tail;
use crate::failure::{Exit, Failure};
use crate::inventory::Source;
use crate::monitor::alerts::{self, Alert, Sent, State, Topic};
use crate::monitor::anomalies::{failures_in_a_row, new_hosts};
use crate::monitor::finding::Finding;
use crate::notify;
use crate::notify::healthcheck::Switch;
use crate::store::alert_log::{record, told};
use crate::store::queries::recent_runs;
use crate::store::{Session, StoreError};
use crate::words::alerts::Message;

/// How long a new host is news: what no channel took is tried again by the syncs of this time.
const NEWS: TimeDelta = TimeDelta::hours(24);

pub(super) struct Watch {
    source: Source,
    settings: Option<AlertSettings>,
    switch: Option<Switch>,
    wrong: Option<Failure>,
}

impl Watch {
    /// Prepares to watch a sync; a dry run and an import (`unwatched`) have an operator before the
    /// screen, and alert nobody.
    pub(super) fn of_sync(environment: &Environment, source: Source, unwatched: bool) -> Self {
        let (settings, wrong) = match AlertSettings::read(environment) {
            Ok(settings) => (Some(settings), None),
            Err(failure) => (None, Some(failure)),
        };
        let settings = settings.filter(|_| !unwatched);
        let switch = match &settings {
            _ if unwatched => None,
            Some(settings) => Some(Switch::of(settings)),
            // A misspelt webhook must not silence the one that tells of it.
            None => AlertSettings::healthcheck_only(environment).as_ref().map(Switch::of),
        };
        Self { source, settings, switch, wrong }
    }

    /// Fails the sync whose channels are set up wrongly; not before it has a row in `sync_logs`
    /// that can say so.
    pub(super) fn require_settings(&mut self) -> Result<(), Failure> {
        self.wrong.take().map_or(Ok(()), Err)
    }

    pub(super) fn ping_start(&self) {
        if let Some(switch) = &self.switch {
            switch.starts();
        }
    }

    /// The sync could not even begin. Another run that goes on is worth no alert, and tells its own
    /// end; a database that is down is one, and only the healthcheck can tell it: what was told
    /// before stands in the database.
    pub(super) fn report_startup_failure(&self, failure: &Failure) {
        if failure.exit() != Exit::NotNow {
            self.tell_switch(failure.exit().code(), Some(failure));
        }
    }

    /// What remains to be told when a signal ends the sync: to be called with the exit code.
    pub(super) fn ping_exit(&self) -> impl FnOnce(u8) + Send + 'static {
        let switch = self.switch.clone();
        move |code| {
            if let Some(switch) = switch {
                switch.ended(code, &log_tail::last_lines());
            }
        }
    }

    pub(super) fn finish(&self, session: &mut Session, outcome: &Result<Exit, Failure>) {
        let exit = outcome.as_ref().map_or_else(Failure::exit, |exit| *exit);
        if let Some(settings) = self.settings.as_ref().filter(|settings| settings.has_channel()) {
            let alerted = session
                .database()
                .and_then(|database| Ok(alert(settings, database.conn(), self.source, outcome)?));
            if let Err(failure) = alerted {
                log::warn!("alert not sent: {failure}");
            }
        }
        self.tell_switch(exit.code(), outcome.as_ref().err());
    }

    /// The failure is not in the log yet: whoever started the command writes it there.
    fn tell_switch(&self, code: u8, failure: Option<&Failure>) {
        if let Some(switch) = &self.switch {
            let reason = failure.map(|failure| format!("{failure}\n")).unwrap_or_default();
            switch.ended(code, &format!("{}{reason}", log_tail::last_lines()));
        }
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
    let runs = recent_runs(conn, source)?;
    let alert = match outcome {
        Ok(exit) => alerts::on_success(&told).then(|| Alert::recovered(source, *exit, time)),
        Err(failure) => {
            let failures = failures_in_a_row(&runs, now).max(1);
            let first = runs.get(failures as usize - 1).map_or(now, |run| run.started_at);
            let due =
                alerts::on_failure(&told, failures, first, failure.exit(), settings.after_failures);
            due.map(|topic| {
                let cause = (failure.exit(), failure.to_string());
                Alert::failed(source, topic, cause, failures, time)
            })
        }
    };
    let hosts = new_hosts(&runs, now - NEWS)
        .into_iter()
        .filter(|(host, run)| alerts::on_new_host(&told, host, run.started_at))
        .map(|(host, _)| Alert::new_host(source, host, time));
    deliver(settings, conn, alert.into_iter().chain(hosts).collect(), now)
}

pub(super) fn checked(
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
    let mut due = Vec::new();
    for source in sources {
        let told = told(conn, source.as_str())?;
        for topic in [Topic::Unsound, Topic::Stale, Topic::KeyAge] {
            let concerned: Vec<&Finding> = findings
                .iter()
                .filter(|finding| {
                    finding.source == *source && alerts::topic(finding.kind()) == Some(topic)
                })
                .collect();
            let state = alerts::on_check(&told, topic, &concerned, now);
            due.extend(state.map(|state| match state {
                State::Raised => Alert::found(*source, topic, &concerned, time),
                State::Recovered => Alert::mended(*source, topic, time),
            }));
        }
    }
    deliver(settings, conn, due, now)
}

/// Sends, and remembers what at least one channel took; what none took is due again the next time.
fn deliver(
    settings: &AlertSettings,
    conn: &mut Conn,
    alerts: Vec<Alert>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if alerts.is_empty() {
        return Ok(());
    }
    let messages: Vec<Message> =
        alerts.into_iter().map(|alert| Message::of(alert, settings.language)).collect();
    for (message, channels) in messages.iter().zip(notify::tell(settings, &messages)) {
        if channels.is_empty() {
            continue;
        }
        log::info!("alert sent via {}: {}", channels.join(", "), message.title);
        let alert = &message.alert;
        let sent = Sent {
            topic: alert.topic,
            state: alert.state,
            severity: alert.severity,
            failures: alert.failures,
            subject: alert.subject().map(str::to_owned),
            title: message.title.clone(),
            at: now,
        };
        record(conn, alert.source.as_str(), &sent, &channels.join(","))?;
    }
    Ok(())
}
