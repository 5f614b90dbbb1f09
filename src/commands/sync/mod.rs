//! `sync`: one pull of one marketplace's stock into the database, exactly or not at all.
//! The steps in their order; each is a file beside this one.

mod cards;
mod clock;
mod fetch;
mod finish;
mod key;
mod ozon_names;
mod prepare;
mod reading;
mod rejects;
mod write;

use chrono::NaiveDate;

use super::alerting::Watch;
use crate::cli::SyncArgs;
use crate::config::{self, Environment, SyncSettings};
use crate::console::output;
use crate::disk;
use crate::failure::{Exit, Failure};
use crate::marketplace::paging::until_settled;
use crate::run;
use fetch::Origin;
use prepare::{Prepared, Sync};
use reading::Reading;

/// Pulls and writes. Whatever happens is in `sync_logs` before this returns, if the database can be
/// reached.
pub(super) fn run(args: &SyncArgs, environment: &Environment) -> Result<Exit, Failure> {
    let source = args.source();
    let mut watch = Watch::of_sync(environment, source, args.dry_run || args.file.is_some());
    let prepared = prepare::prepare(args, environment, &watch)
        .inspect_err(|failure| watch.report_startup_failure(failure))?;
    let mut sync = match prepared {
        Prepared::NothingToDo(why) => {
            output::note(&format!("{source}: {why}"))?;
            return Ok(Exit::Done);
        }
        Prepared::Ready(sync) => *sync,
    };
    if !args.dry_run {
        watch.ping_start();
    }
    let outcome = watch.require_settings().and_then(|()| sync.pull_and_write(environment));
    finish::finish(sync, &watch, outcome)
}

/// Of what kept the marketplace from being asked nobody can see that the tables do not know of it.
fn nothing_changed(failure: Failure) -> Failure {
    match failure.exit() {
        Exit::Unreachable | Exit::NotNow => failure.followed_by("nothing was changed"),
        _ => failure,
    }
}

impl Sync<'_> {
    fn pull_and_write(&mut self, environment: &Environment) -> Result<Exit, Failure> {
        config::judge_all(environment)?;
        let settings = SyncSettings::read(environment)?;
        let day = run::now().with_timezone(&settings.utc_offset).date_naive();
        self.stats.snapshot_date = Some(day);
        clock::require_believable(self, &settings, day)?;
        prepare::note_retention(self, environment)?;
        // Where no temporary file can be made, no report is ordered.
        tempfile::tempfile().map_err(disk::temporary)?;
        let origin = Origin::read(self, environment, &settings, day)?;
        let reading = self.pull(&origin, day).map_err(nothing_changed)?;
        self.stats.unsettled = reading.unsettled;
        self.stats.processed = reading.validation.total;
        self.stats.rejected = reading.validation.rejected;
        reading.require_stock_data()?;
        write::write(self, &settings, &origin, &reading, day)
    }

    /// Fetches and reads, until the pages of one pull belong together.
    fn pull(&mut self, origin: &Origin, day: NaiveDate) -> Result<Reading, Failure> {
        let phases = &mut self.stats.phases;
        until_settled(origin.wait_between_pulls(), || {
            let fetched = fetch::fetch(origin, &self.meter, &mut self.session, day)?;
            // A pull that had to begin again took the time of both.
            *phases.fetch.get_or_insert_default() += fetched.took;
            let read = reading::read(&fetched, &self.run, &mut self.rejects)?;
            *phases.read.get_or_insert_default() += read.took;
            read.settled()
        })
    }
}
