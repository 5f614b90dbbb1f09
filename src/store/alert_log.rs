//! The table `stocksync_alerts`: what the alerts have told, so that nobody is told twice. One row
//! per message that was delivered. When something is worth a message is decided in
//! `monitor/alerts.rs`.

use chrono::{DateTime, NaiveDateTime, Utc};
use mysql::Conn;
use mysql::prelude::Queryable;

use super::database::error::StoreError;
use super::database::rows;
use crate::alert::{Sent, Severity, State, Topic};
use crate::secret::mask;

const TOLD: &str = "
    SELECT topic, state, severity, failures, subject, title, created_at
    FROM stocksync_alerts
    WHERE source = ?
    ORDER BY id DESC
    LIMIT 200";

const RECORD: &str = "
    INSERT INTO stocksync_alerts
        (source, topic, state, severity, failures, subject, title, channels, created_at)
    VALUES (?, ?, ?, ?, ?, LEFT(?, 255), LEFT(?, 500), ?, ?)";

/// Of the messages from before a moment those about what is over. What goes on being a trouble
/// keeps its messages however old they are: the distance of the next one is counted from them.
macro_rules! past_and_over {
    () => {
        "
    FROM stocksync_alerts AS old
    LEFT JOIN stocksync_alerts AS ending
        ON ending.source = old.source AND ending.id > old.id AND ending.state = 'recovered'
        AND (ending.topic = old.topic
             OR (ending.topic = 'sync' AND old.topic IN ('failures', 'key_rejected', 'pull_refused', 'stale')))
    WHERE old.created_at < ?
      AND (old.state = 'recovered' OR old.topic = 'new_host' OR ending.id IS NOT NULL)"
    };
}

/// A multi-table DELETE, because MySQL lets no other one look at the table that it deletes from.
const FORGET: &str = concat!("DELETE old", past_and_over!());

const COUNT_FORGETTABLE: &str = concat!("SELECT COUNT(DISTINCT old.id)", past_and_over!());

/// The last 200 messages about a marketplace, the newest first. Rows of a newer stocksync's topics
/// are left out.
pub(crate) fn told(conn: &mut Conn, source: &str) -> Result<Vec<Sent>, StoreError> {
    type Columns = (String, String, String, u32, Option<String>, String, NaiveDateTime);
    let rows: Vec<Columns> = rows::all(conn, TOLD, (source,))?;
    let sent = |(topic, state, severity, failures, subject, title, at): Columns| {
        Some(Sent {
            topic: Topic::ALL.into_iter().find(|known| known.as_str() == topic)?,
            state: if state == State::Raised.as_str() { State::Raised } else { State::Recovered },
            severity: if severity == Severity::Critical.as_str() {
                Severity::Critical
            } else {
                Severity::Warning
            },
            failures,
            subject,
            title,
            at: at.and_utc(),
        })
    };
    Ok(rows.into_iter().filter_map(sent).collect())
}

/// Remembers a message about `source` and the channels that took it.
pub(crate) fn record(
    conn: &mut Conn,
    source: &str,
    sent: &Sent,
    channels: &str,
) -> Result<(), StoreError> {
    Ok(conn.exec_drop(
        RECORD,
        (
            source,
            sent.topic.as_str(),
            sent.state.as_str(),
            sent.severity.as_str(),
            sent.failures,
            &sent.subject,
            mask(&sent.title).as_ref(),
            channels,
            sent.at.naive_utc(),
        ),
    )?)
}

/// How many [`forget`] would forget.
pub(crate) fn count_forgettable(conn: &mut Conn, before: DateTime<Utc>) -> Result<u64, StoreError> {
    Ok(rows::first(conn, COUNT_FORGETTABLE, (before.naive_utc(),))?.unwrap_or(0))
}

/// Forgets the messages from before a moment about what is over; says how many.
pub(crate) fn forget(conn: &mut Conn, before: DateTime<Utc>) -> Result<u64, StoreError> {
    conn.exec_drop(FORGET, (before.naive_utc(),))?;
    Ok(conn.affected_rows())
}
