//! SIGINT, SIGTERM and SIGHUP during a sync: the transaction is rolled back, the run's row says
//! why, and the process ends in 128 + the signal's number. Works whatever the run is waiting for,
//! because it does not ask the run: a thread of its own ends the run's database connection on the
//! server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::log_row::{self};
use crate::config::DatabaseSettings;
use crate::console::progress;
use crate::cost::Meter;
use crate::failure::{Exit, Failure, FailureKind, OrFail};
use crate::run::{Run, RunRowState, RunStats};
use crate::store::database::connection::{ConnectionMark, Database};
use crate::store::database::error::StoreError;

/// What the watching thread must know about the run. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(crate) struct Interruption {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    arrived: AtomicBool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    connection: Option<ConnectionMark>,
    run: Option<(Run, Meter)>,
    on_exit: Option<Box<dyn FnOnce(u8) + Send>>,
}

impl Interruption {
    pub(crate) fn watch(settings: &DatabaseSettings) -> Result<Self, Failure> {
        let interruption = Self::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
            .or_fail(Exit::Program, || "watching for signals".into())?;
        let (watcher, settings) = (interruption.clone(), settings.clone());
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                if let Some(signal) = signals.forever().next() {
                    watcher.end(signal, &settings);
                }
            })
            .or_fail(Exit::Program, || "watching for signals".into())?;
        Ok(interruption)
    }

    pub(crate) fn works_on(&self, connection: ConnectionMark) {
        self.known().connection = Some(connection);
    }

    pub(crate) fn runs(&self, run: &Run, meter: &Meter) {
        self.known().run = Some((run.clone(), meter.clone()));
    }

    /// Notes what is to be done last, with the exit code. It must not take long: somebody waits for
    /// the process to be gone.
    pub(crate) fn on_exit(&self, on_exit: impl FnOnce(u8) + Send + 'static) {
        self.known().on_exit = Some(Box::new(on_exit));
    }

    /// Never returns once a signal has arrived: what the run would do next is no longer its
    /// decision.
    pub(crate) fn checkpoint(&self) {
        while self.inner.arrived.load(Ordering::SeqCst) {
            std::thread::park();
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.inner.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, signal: i32, settings: &DatabaseSettings) -> ! {
        self.inner.arrived.store(true, Ordering::SeqCst);
        progress::clear();
        let name = signal_hook::low_level::signal_name(signal).unwrap_or("a signal");
        let code = u8::try_from(128 + signal).unwrap_or(u8::MAX);
        log::error!("interrupted by {name}");
        let known = std::mem::take(&mut *self.known());
        if let Some((run, meter)) = known.run {
            let stats = RunStats { cost: meter.read(), ..RunStats::default() };
            match log_interruption(settings, known.connection, &run, &stats, name, code) {
                Ok(state) => log::error!("{}", what_it_left(state)),
                Err(failure) => log::error!(
                    "ended; the stock is as it was unless the run's row in sync_logs says that it was written: {failure}"
                ),
            }
        }
        if let Some(on_exit) = known.on_exit {
            on_exit(code);
        }
        std::process::exit(code.into())
    }
}

/// What the run left behind, by the row that it was completing.
fn what_it_left(state: RunRowState) -> &'static str {
    match state {
        RunRowState::Open => "rolled back; nothing was changed",
        RunRowState::Failed => "the run had failed before the signal came; nothing was changed",
        RunRowState::Succeeded(_) => "the stock had been written before the signal came; it stays",
        RunRowState::Missing => {
            "rolled back; nothing was changed, and the run's row in sync_logs is gone: somebody has deleted it"
        }
    }
}

/// Ends the run's connection, which rolls back what it had begun, and completes the run's row
/// unless the run had done it.
fn log_interruption(
    settings: &DatabaseSettings,
    connection: Option<ConnectionMark>,
    run: &Run,
    stats: &RunStats,
    signal: &str,
    code: u8,
) -> Result<RunRowState, Failure> {
    // The server of the run's connection first: on another one its number is a stranger's.
    let node = connection.as_ref().map_or(0, |mark| mark.node);
    let mut database = Database::connect_from(settings, node)?;
    if let Some(mark @ ConnectionMark { number, .. }) = &connection
        && database.knows(mark)?
        && let Err(error) = database.end_connection(*number)
    {
        // It may be gone already, which is as good.
        log::debug!("ending connection {number}: {error}");
    }
    let message = format!("interrupted by {signal}; nothing was changed");
    let kind = (code, FailureKind::Interrupted);
    let mut complete = || log_row::complete_failed(database.conn(), run, kind, &message, stats);
    // On another node the run's own commit may be just on its way: one of the two gives way, and
    // the second try sees which.
    let outcome = match complete() {
        Err(StoreError::Database(error)) if error.passes_soon() => complete(),
        outcome => outcome,
    };
    Ok(outcome?)
}
