//! Waits for a report that a marketplace makes at its leisure. The pace of the questions is HTTP's
//! affair.

use std::time::{Duration, Instant};

use humantime::format_duration;

use crate::console::progress;
use crate::failure::{Exit, Failure};
use crate::text::duration;

/// A question is never repeated sooner, whatever the settings say.
pub(super) const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress<T> {
    Ready(T),
    /// It is being made; in the marketplace's word.
    NotYet(String),
    /// The marketplace says a word that is not in its documentation: it may mean anything, also
    /// that it takes longer.
    Unknown(String),
}

/// Asks until the report called `name` is ready, for at most `patience`, whose setting is
/// `variable`.
pub(super) fn until_ready<T>(
    name: &str,
    patience: Duration,
    interval: Duration,
    variable: &str,
    mut ask: impl FnMut() -> Result<Progress<T>, Failure>,
) -> Result<T, Failure> {
    let started = Instant::now();
    let _waiting = progress::wait_for(name, patience);
    let mut warned = false;
    loop {
        let state = match ask()? {
            Progress::Ready(report) => {
                log::info!("{name} ready after {}", duration(started.elapsed()));
                return Ok(report);
            }
            Progress::NotYet(state) => state,
            Progress::Unknown(state) => {
                if !std::mem::replace(&mut warned, true) {
                    log::warn!("{name} has the unknown status {state:?}; still waiting for it");
                }
                state
            }
        };
        if started.elapsed().saturating_add(interval) > patience {
            let message = format!(
                "{name} did not get ready within {}{variable}, its status is still {state:?}; the next run orders a new one",
                format_duration(patience)
            );
            return Err(Failure::new(Exit::Unreachable, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn it_asks_until_the_report_is_ready() {
        let mut answers = [
            Progress::NotYet("waiting".into()),
            Progress::Unknown("shuffling".into()),
            Progress::Ready(7),
        ]
        .into_iter();
        let ready = until_ready("a report", S(60), S(5), "", || Ok(answers.next().unwrap()));
        assert_eq!(ready.unwrap(), 7);
    }

    #[test]
    fn a_report_that_never_gets_ready_is_unreachable() {
        let failure = until_ready("a report", S(4), S(5), " (PATIENCE)", || {
            Ok(Progress::<()>::NotYet("processing".into()))
        })
        .unwrap_err();
        assert_eq!(failure.exit(), Exit::Unreachable);
        assert!(failure.to_string().starts_with(
            "a report did not get ready within 4s (PATIENCE), its status is still \"processing\""
        ));
    }
}
