//! Before anything is fetched: the settings, the lock, the run's row.

use super::rejects::Rejects;
use crate::cli::{Marketplace, SyncArgs};
use crate::commands::alerting::Watch;
use crate::config::{self, DatabaseSettings, Environment, RetentionSettings};
use crate::cost::Meter;
use crate::failure::Failure;
use crate::run::{Run, RunStats};
use crate::store::newest::{self, Retry};
use crate::store::schema::purge;
use crate::store::sync_run::log_row;
use crate::store::sync_run::session::{Session, with_retries};
use crate::store::sync_run::signals::Interruption;

pub(super) enum Prepared<'a> {
    NothingToDo(String),
    /// It has its lock, and its row in `sync_logs` unless it is a dry run.
    Ready(Box<Sync<'a>>),
}

pub(super) struct Sync<'a> {
    pub args: &'a SyncArgs,
    pub database: DatabaseSettings,
    pub session: Session,
    pub interruption: Interruption,
    pub run: Run,
    pub rejects: Rejects,
    /// Counts while it is spent; a signal finds here what the run has cost.
    pub meter: Meter,
    pub stats: RunStats,
}

impl Sync<'_> {
    pub(super) fn figures(&self) -> RunStats {
        let (cost, foreign_hosts) = (self.meter.read(), self.meter.foreign_hosts());
        RunStats { cost, foreign_hosts, ..self.stats.clone() }
    }
}

/// What can be wrong with the database is found before the marketplace is asked. The marketplace's
/// own settings are read when the run has its row, which can say what they lack.
pub(super) fn prepare<'a>(
    args: &'a SyncArgs,
    environment: &Environment,
    watch: &Watch,
) -> Result<Prepared<'a>, Failure> {
    if let Some(variable) = config::switched_off(environment, args.source())? {
        return Ok(Prepared::NothingToDo(format!("switched off by {variable}; nothing was done")));
    }
    let database = DatabaseSettings::read(environment)?;
    let rejects = Rejects::prepare(environment)?;
    let interruption = Interruption::watch(&database)?;
    interruption.on_exit(watch.ping_exit());
    let mut session = Session::open(&database, args.source(), interruption.clone(), args.dry_run)?;
    if args.retry_failed
        && let Some(why) = why_no_retry(&mut session)?
    {
        return Ok(Prepared::NothingToDo(why));
    }
    let meter = Meter::default();
    let run = if args.dry_run {
        // It writes nothing, and so has no row in the log.
        Run::unlogged(session.source())
    } else {
        let run = begin_row(&database, &mut session, args.file.is_some())?;
        interruption.runs(&run, &meter);
        run
    };
    let stats = RunStats::default();
    Ok(Prepared::Ready(Box::new(Sync {
        args,
        database,
        session,
        interruption,
        run,
        rejects,
        meter,
        stats,
    })))
}

/// Why the newest run is not tried again, if it is not: a key that is dead is not asked for every
/// ten minutes.
fn why_no_retry(session: &mut Session) -> Result<Option<String>, Failure> {
    let source = session.source();
    Ok(match newest::retry(session.database()?.conn(), source)? {
        Retry::Worthwhile => None,
        Retry::Needless => Some("the newest run succeeded; nothing to retry".to_owned()),
        Retry::PartialAgain => Some(
            "the newest two runs rejected records; another try is left to the next regular run"
                .to_owned(),
        ),
        Retry::UpToSomebody(exit) => Some(format!(
            "the newest run ended in {} ({}), which does not pass by itself: left to the next regular run. When it is mended: \
             stocksync sync {}",
            exit.code(),
            exit.meaning(),
            Marketplace::from(source).name()
        )),
    })
}

fn begin_row(
    settings: &DatabaseSettings,
    session: &mut Session,
    manual: bool,
) -> Result<Run, Failure> {
    with_retries(settings, || {
        let source = session.source();
        log_row::begin(session.database()?, source, manual)
            .map_err(|fault| session.failed(fault).context("beginning the run's row in sync_logs"))
    })
}

/// So that a retention counts for a `migrate` that does not read the file in which it is set.
pub(super) fn note_retention(
    sync: &mut Sync<'_>,
    environment: &Environment,
) -> Result<(), Failure> {
    let retention = RetentionSettings::read(environment)?;
    if sync.args.dry_run {
        return Ok(());
    }
    let database = sync.session.database()?;
    if let Err(fault) = purge::note(database, &retention) {
        let failure = sync.session.failed(fault);
        log::warn!(
            "LOG_RETENTION and INVENTORY_RETENTION could not be noted for migrate: {failure}"
        );
    }
    Ok(())
}
