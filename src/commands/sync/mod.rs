//! `sync`: one pull of one marketplace's stock into the database, exactly or not at all.

mod cards;
mod clock;
mod key;
mod reading;
mod rejects;

use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::alerting::Watch;
use crate::cli::SyncArgs;
use crate::config::{
    self, DatabaseSettings, Environment, OzonSettings, RetentionSettings, SyncSettings,
    WildberriesSettings,
};
use crate::console::output;
use crate::console::progress::{Phase, Span};
use crate::cost::Cost;
use crate::failure::{Exit, Failure};
use crate::inventory::{Source, StockType};
use crate::marketplace::paging::until_settled;
use crate::marketplace::wildberries::Permit;
use crate::marketplace::{self, Pull};
use crate::run::{self, Changes, Run, RunRowState, RunStats, Status};
use crate::staging::Snapshot;
use crate::store::newest::newest_needs_retry;
use crate::store::schema::purge;
use crate::store::sync_run::log_row;
use crate::store::sync_run::session::{Session, with_retries};
use crate::store::sync_run::signals::Interruption;
use crate::store::sync_write::transaction::{self, Order};
use rejects::Rejects;

/// Pulls and writes. Whatever happens is in `sync_logs` before this returns, if the database can be reached.
pub fn run(args: &SyncArgs, quiet: bool, environment: &Environment) -> Result<Exit, Failure> {
    let source = Source::from(args.marketplace);
    let unwatched = args.dry_run || args.file.is_some();
    let mut watch = Watch::of_sync(environment, source, unwatched);
    let begun = Sync::begin(args, quiet, source, environment, &watch)
        .inspect_err(|failure| watch.could_not_begin(failure))?;
    let (mut sync, interruption) = match begun {
        Begun::Nothing(why) => {
            output::line(&format!("{source}: {why}"))?;
            return Ok(Exit::Done);
        }
        Begun::Sync(sync, interruption) => (*sync, interruption),
    };
    if !args.dry_run {
        watch.begins();
    }
    let outcome = watch.require_settings().and_then(|()| sync.pull_and_write());
    if let Err(failure) = &outcome
        && !args.dry_run
    {
        sync.log_failure(failure);
    }
    interruption.checkpoint();
    watch.ended(&mut sync.session, &outcome);
    interruption.checkpoint();
    outcome
}

/// What becomes of a sync that was ordered.
enum Begun<'a> {
    /// There is nothing to do, and why.
    Nothing(String),
    /// It has its lock, and its row in `sync_logs` unless it is a dry run.
    Sync(Box<Sync<'a>>, Interruption),
}

/// A dry run writes nothing, and so has no row in the log.
fn begin_row(
    args: &SyncArgs,
    source: Source,
    database: &DatabaseSettings,
    session: &mut Session,
) -> Result<Run, Failure> {
    if args.dry_run {
        return Ok(Run::unlogged(source));
    }
    with_retries(database, || {
        let connection = session.database()?;
        log_row::begin(connection, source, args.file.is_some())
            .map_err(|fault| session.failed(fault).context("beginning the run's row in sync_logs"))
    })
}

struct Sync<'a> {
    args: &'a SyncArgs,
    quiet: bool,
    environment: &'a Environment,
    database: DatabaseSettings,
    session: Session,
    run: Run,
    rejects: Rejects,
    account: RunStats,
    /// The kinds of stock that the pull can tell of.
    can_hold: &'static [StockType],
    /// For a pull of Wildberries: how it is asked, and for what.
    wildberries: Option<(WildberriesSettings, Permit)>,
}

impl<'a> Sync<'a> {
    /// Everything that can be wrong is found before the marketplace is asked.
    fn begin(
        args: &'a SyncArgs,
        quiet: bool,
        source: Source,
        environment: &'a Environment,
        watch: &Watch,
    ) -> Result<Begun<'a>, Failure> {
        if let Some(variable) = config::switched_off(environment, source)? {
            return Ok(Begun::Nothing(format!("switched off by {variable}; nothing was done")));
        }
        let database = DatabaseSettings::read(environment)?;
        let rejects = Rejects::prepare(environment)?;
        let interruption = Interruption::watch(&database)?;
        interruption.says_farewell(watch.farewell());
        let mut session = Session::open(&database, source, interruption.clone())?;
        if args.retry_failed && !newest_needs_retry(session.database()?.conn(), source)? {
            return Ok(Begun::Nothing("the newest run succeeded; nothing to retry".to_owned()));
        }
        let run = begin_row(args, source, &database, &mut session)?;
        let account = RunStats::default();
        if !args.dry_run {
            interruption.runs(&run, &account.meter);
        }
        let sync = Self {
            args,
            quiet,
            environment,
            database,
            session,
            run,
            rejects,
            account,
            can_hold: &StockType::ALL,
            wildberries: None,
        };
        Ok(Begun::Sync(Box::new(sync), interruption))
    }

    fn pull_and_write(&mut self) -> Result<Exit, Failure> {
        config::judge_all(self.environment)?;
        let settings = SyncSettings::read(self.environment)?;
        let day = run::now().with_timezone(&settings.utc_offset).date_naive();
        self.account.snapshot_date = Some(day);
        let Self { run, session, database, .. } = self;
        clock::require_believable(day, run.source, &settings, session, database)?;
        self.note_retention()?;
        self.judge_key(&settings, day)?;
        let (snapshot, validation) = until_settled(self.wait_between_pulls(), || {
            let pull = self.fetch()?;
            reading::read(&pull, &self.run, &mut self.rejects, &mut self.account)
        })?;
        let partial = validation.rejected > 0;
        let (status, exit) =
            if partial { (Status::Partial, Exit::Partial) } else { (Status::Success, Exit::Done) };
        let message = validation.summary();
        let run = self.run.clone();
        let order = Order {
            run: &run,
            day,
            snapshot: &snapshot,
            full: self.args.full,
            max_shrink: (!self.may_shrink()).then_some(settings.max_shrink),
            can_hold: self.can_hold,
            status,
            exit,
            message: message.as_deref(),
        };
        if self.args.dry_run {
            let changes = transaction::rehearse(&mut self.session, &order)?;
            self.summarize("dry run, nothing was written; would be", day, &snapshot, &changes);
        } else {
            let changes = self.write(&order)?;
            self.summarize("written", day, &snapshot, &changes);
        }
        Ok(exit)
    }

    /// So that a retention counts for a `migrate` that does not read the file in which it is set.
    fn note_retention(&mut self) -> Result<(), Failure> {
        let retention = RetentionSettings::read(self.environment)?;
        if self.args.dry_run {
            return Ok(());
        }
        let database = self.session.database()?;
        if let Err(fault) = purge::note(database, &retention) {
            let failure = self.session.failed(fault);
            log::warn!(
                "LOG_RETENTION and INVENTORY_RETENTION could not be noted for migrate: {failure}"
            );
        }
        Ok(())
    }

    /// Writes; a pull of Wildberries reads the cards first: the changed ones once a day, and should it hold listings that nobody
    /// knows.
    fn write(&mut self, order: &Order<'_>) -> Result<Changes, Failure> {
        let span = Span::begin(Phase::Write, None);
        let mut learning = Duration::ZERO;
        let Self { session, database, account, .. } = self;
        let changes = match &self.wildberries {
            Some((settings, permit)) if permit.cards => {
                let (day, began) = (order.day, Instant::now());
                let mut reading = cards::learn_changes(settings, session, &account.meter, day);
                account.cards = reading.map_or(0, |reading| reading.cards);
                learning += began.elapsed();
                let mut learn = |session: &mut Session, _, account: &mut RunStats| {
                    let began = Instant::now();
                    let ask = || cards::learn(settings, session, &account.meter, day);
                    let reading = *reading.get_or_insert_with(ask);
                    account.cards = reading.cards;
                    learning += began.elapsed();
                    reading.complete
                };
                transaction::write(session, database, order, account, Some(&mut learn))?
            }
            _ => transaction::write(session, database, order, account, None)?,
        };
        let took = span.finish(&format!("{} rows", order.snapshot.totals.rows));
        self.account.phases.write = Some(took.saturating_sub(learning));
        Ok(changes)
    }

    /// Gets everything that the marketplace answers onto the disk. No transaction is open meanwhile.
    fn fetch(&mut self) -> Result<Pull, Failure> {
        let span = Span::begin(Phase::Fetch, None);
        let pull = match (&self.args.file, &self.wildberries) {
            (Some(path), _) => {
                let source = self.run.source;
                let pull = marketplace::answers::from_file::open_file(source, path)?;
                self.can_hold = pull.parts.first().map_or(&[], |part| part.format.stock_types());
                pull
            }
            (None, None) => {
                let settings = OzonSettings::read(self.environment)?;
                let RunStats { meter, foreign_hosts, .. } = &mut self.account;
                marketplace::ozon::fetch(&settings, meter, foreign_hosts)?
            }
            (None, Some((settings, permit))) => {
                marketplace::wildberries::fetch(settings, *permit, &self.account.meter)?
            }
        };
        let Cost { requests, bytes } = pull.cost;
        let what = format!("{} in {requests} requests", bytesize::ByteSize(bytes));
        // A pull that had to begin again took the time of both.
        *self.account.phases.fetch.get_or_insert_default() += span.finish(&what);
        Ok(pull)
    }

    fn may_shrink(&self) -> bool {
        self.args.accept_shrink || self.args.full
    }

    /// A pull that follows another one at once would run into the marketplace's rate limit.
    fn wait_between_pulls(&self) -> Duration {
        self.wildberries.as_ref().map_or(Duration::ZERO, |(settings, _)| {
            settings.request_interval.max(settings.http.base_delay)
        })
    }

    /// One line for whoever runs it. The stock is committed by now: a standard output that takes nothing does not undo that.
    fn summarize(&self, verb: &str, day: NaiveDate, snapshot: &Snapshot, changes: &Changes) {
        if self.quiet {
            return;
        }
        let RunStats { processed, rejected, meter, phases, .. } = &self.account;
        let Cost { requests, bytes } = meter.read();
        let line = format!(
            "{}: {verb} {} rows of {day} ({} new, {} changed, {} removed, {} unchanged), {} pieces in stock; \
             {processed} records, {rejected} rejected; {} new listings, {} new products, {} listings linked, {} products joined; {requests} requests, {}; \
             fetch {}, read {}, write {}",
            self.run.source,
            snapshot.totals.rows,
            changes.inserted,
            changes.changed,
            changes.removed,
            changes.unchanged,
            snapshot.totals.stock(),
            changes.listings_created,
            changes.products_created,
            changes.listings_linked,
            changes.products_joined,
            bytesize::ByteSize(bytes),
            seconds(phases.fetch),
            seconds(phases.read),
            seconds(phases.write),
        );
        if let Err(failure) = output::line(&line) {
            log::warn!("{failure}; it would have been: {line}");
        }
    }

    fn log_failure(&mut self, failure: &Failure) {
        self.account.written = None;
        let idled = self.session.is_connected();
        let mut logged = self.complete_row(failure);
        // The connection had idled while the marketplace was asked: that it is gone shows only now.
        if logged.is_err() && idled && !self.session.is_connected() {
            logged = self.complete_row(failure);
        }
        match logged {
            Ok(RunRowState::Open) => {}
            Ok(RunRowState::Succeeded(_)) => log::warn!(
                "the run's row in sync_logs was completed already: the stock was written"
            ),
            Ok(RunRowState::Failed) => log::warn!(
                "the run's row in sync_logs was completed as failed already; nothing was changed"
            ),
            Ok(RunRowState::Missing) => log::warn!(
                "the run's row in sync_logs is gone, somebody has deleted it; nothing was changed"
            ),
            Err(error) => log::warn!("the failure could not be written into sync_logs: {error}"),
        }
    }

    fn complete_row(&mut self, failure: &Failure) -> Result<RunRowState, Failure> {
        let Self { session, run, account, .. } = self;
        let (code, message) = (failure.exit().code(), failure.to_string());
        let conn = session.database()?.conn();
        log_row::complete_failed(conn, run, code, &message, account)
            .map_err(|fault| session.failed(fault))
    }
}

fn seconds(duration: Option<Duration>) -> String {
    format!("{:.1} s", duration.unwrap_or_default().as_secs_f64())
}
