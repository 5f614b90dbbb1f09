//! Pages that shift while they are read. A marketplace refreshes its stock between two pages, and
//! an item is seen twice or never; no method states a total that would show it. So each page begins
//! with the last item of the page before (and must hold it there), and a key may not appear on two
//! pages. Otherwise all of the pull starts again.

use std::time::Duration;

use log::Level;

use crate::failure::{Exit, Failure};
use crate::http::pace::pause;

/// How often everything is pulled before the marketplace counts as too restless.
const PULLS: u32 = 3;

/// Why a pull did not come to its end.
#[derive(Debug)]
pub(crate) enum PullError {
    /// The pages do not belong together, by what it shows; a fresh pull may.
    Shifted(String),
    /// Anything else: a fresh pull would fail alike.
    Failed(Failure),
}

impl From<Failure> for PullError {
    fn from(failure: Failure) -> Self {
        PullError::Failed(failure)
    }
}

/// Pulls, and pulls again after `wait`, until the pages of one pull belong together; three times at
/// most. Errors: [`Exit::Unreachable`] when they never do; whatever else `pull` fails with, at
/// once.
pub(crate) fn until_settled<T>(
    wait: Duration,
    mut pull: impl FnMut() -> Result<T, PullError>,
) -> Result<T, Failure> {
    let mut number = 1;
    loop {
        let reason = match pull() {
            Ok(pulled) => return Ok(pulled),
            Err(PullError::Failed(failure)) => return Err(failure),
            Err(PullError::Shifted(reason)) => reason,
        };
        if number == PULLS {
            let message = format!(
                "the stock changed under the reading {PULLS} times in a row; nothing was written, the next run tries again: {reason}"
            );
            return Err(Failure::new(Exit::Unreachable, message));
        }
        number += 1;
        let reason = format!("{reason}; then everything again, pull {number} of {PULLS}");
        pause(Level::Warn, wait, &reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulled(failures: u32, make: fn() -> PullError) -> (Result<u32, Failure>, u32) {
        let mut pulls = 0;
        let outcome = until_settled(Duration::ZERO, || {
            pulls += 1;
            if pulls <= failures { Err(make()) } else { Ok(7) }
        });
        (outcome, pulls)
    }

    #[test]
    fn a_shift_is_followed_by_a_fresh_pull() {
        let (outcome, pulls) = pulled(2, || PullError::Shifted("an item came twice".into()));
        assert_eq!((outcome.unwrap(), pulls), (7, 3));
    }

    #[test]
    fn after_three_shifts_the_marketplace_is_unreachable() {
        let (outcome, pulls) = pulled(9, || PullError::Shifted("an item came twice".into()));
        let failure = outcome.unwrap_err();
        assert_eq!((failure.exit(), pulls), (Exit::Unreachable, 3));
        assert!(failure.to_string().ends_with(": an item came twice"), "{failure}");
    }

    #[test]
    fn any_other_failure_ends_the_pull_at_once() {
        let (outcome, pulls) = pulled(9, || Failure::new(Exit::Unreachable, "refused").into());
        assert_eq!((outcome.unwrap_err().exit(), pulls), (Exit::Unreachable, 1));
    }
}
