//! The end of a sync: its row where it failed, the summary, the alerts.

use std::time::Duration;

use chrono::NaiveDate;

use super::prepare::Sync;
use crate::commands::alerting::Watch;
use crate::console::output;
use crate::cost::Cost;
use crate::failure::{Exit, Failure};
use crate::run::{Changes, RunRowState, RunStats, Totals};
use crate::store::sync_run::log_row;

/// Completes the row of a sync that failed, and tells whoever watches.
pub(super) fn finish(
    mut sync: Sync<'_>,
    watch: &Watch,
    outcome: Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    if let Err(failure) = &outcome
        && !sync.args.dry_run
    {
        log_failure(&mut sync, failure);
    }
    sync.interruption.checkpoint();
    watch.finish(&mut sync.session, &outcome);
    sync.interruption.checkpoint();
    outcome
}

fn log_failure(sync: &mut Sync<'_>, failure: &Failure) {
    let idled = sync.session.is_connected();
    let mut logged = complete_row(sync, failure);
    // The connection had idled while the marketplace was asked: that it is gone shows only now.
    if logged.is_err() && idled && !sync.session.is_connected() {
        logged = complete_row(sync, failure);
    }
    match logged {
        Ok(RunRowState::Open) => {}
        Ok(RunRowState::Succeeded(_)) => {
            log::warn!("the run's row in sync_logs was completed already: the stock was written");
        }
        Ok(RunRowState::Failed) => log::warn!(
            "the run's row in sync_logs was completed as failed already; nothing was changed"
        ),
        Ok(RunRowState::Missing) => log::warn!(
            "the run's row in sync_logs is gone, somebody has deleted it; nothing was changed"
        ),
        Err(error) => log::warn!("the failure could not be written into sync_logs: {error}"),
    }
}

fn complete_row(sync: &mut Sync<'_>, failure: &Failure) -> Result<RunRowState, Failure> {
    let stats = sync.figures();
    let (code, message) = ((failure.exit().code(), failure.kind()), failure.to_string());
    let conn = sync.session.database()?.conn();
    log_row::complete_failed(conn, &sync.run, code, &message, &stats)
        .map_err(|fault| sync.session.failed(fault))
}

/// One line for whoever runs it. The stock is committed by now: a standard output that takes
/// nothing does not undo that.
pub(super) fn summarize(
    sync: &Sync<'_>,
    verb: &str,
    day: NaiveDate,
    totals: &Totals,
    changes: &Changes,
) {
    let RunStats { processed, rejected, cost, phases, .. } = sync.figures();
    let Cost { requests, bytes } = cost;
    let line = format!(
        "{}: {verb} {} rows of {day} ({} new, {} changed, {} removed, {} unchanged), {} pieces in stock; \
         {processed} records, {rejected} rejected; {} new listings, {} new products, {} listings linked, {} products joined; {requests} requests, {}; \
         fetch {}, read {}, write {}",
        sync.run.source,
        totals.rows,
        changes.inserted,
        changes.changed,
        changes.removed,
        changes.unchanged,
        totals.stock(),
        changes.listings_created,
        changes.products_created,
        changes.listings_linked,
        changes.products_joined,
        bytesize::ByteSize(bytes),
        seconds(phases.fetch),
        seconds(phases.read),
        seconds(phases.write),
    );
    if let Err(failure) = output::note(&line) {
        log::warn!("{failure}; it would have been: {line}");
    }
}

fn seconds(duration: Option<Duration>) -> String {
    format!("{:.1} s", duration.unwrap_or_default().as_secs_f64())
}
