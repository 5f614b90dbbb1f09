//! Before anything is fetched: asks what the day of a pull is judged by, and ends the run whose day
//! cannot be right.

use chrono::{NaiveDate, Utc};

use super::prepare::Sync;
use crate::config::SyncSettings;
use crate::failure::{Exit, Failure};
use crate::inventory::day::{Evidence, Judgement, judge};
use crate::run::Run;
use crate::store::newest_day;
use crate::store::sync_run::session::with_retries;
use crate::words::day as words;

/// Ends a run under whose day nothing may be written; a clock that is merely doubted is a warning.
/// Errors: [`Exit::Unsound`] for a day that cannot be right, [`Exit::Database`] when the database
/// cannot be asked.
pub(super) fn require_believable(
    sync: &mut Sync<'_>,
    settings: &SyncSettings,
    day: NaiveDate,
) -> Result<(), Failure> {
    let Sync { session, database, run: Run { source, .. }, .. } = sync;
    let evidence = with_retries(database, || {
        let asked = session.database()?;
        let evidence = asked.server_time().and_then(|server| {
            let here = Utc::now();
            let newest = newest_day(asked.conn(), *source)?;
            Ok(Evidence { day, here, server, utc_offset: settings.utc_offset, newest })
        });
        evidence.map_err(|fault| {
            session.failed(fault).context("comparing the day of the pull with the database's")
        })
    })?;
    match judge(&evidence) {
        Judgement::Believed => Ok(()),
        Judgement::Doubted => {
            log::warn!("{}", words::doubted(&evidence));
            Ok(())
        }
        Judgement::Refused(why) => {
            Err(Failure::new(Exit::Unsound, words::refused(*source, &evidence, why)))
        }
    }
}
