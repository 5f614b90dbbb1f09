//! Pages that shift while they are read. A marketplace refreshes its stock between two pages, and an item is seen twice or
//! never; no method states a total that would show it. So each page begins with the last item of the page before (and must
//! hold it there), and a key may not appear on two pages. Otherwise all of the pull starts again.

use std::fmt;
use std::time::Duration;

use log::Level;

use crate::failure::{Exit, Failure};
use crate::http::pace::pause;

/// How often everything is pulled before the marketplace counts as too restless.
const PULLS: u32 = 3;

/// The cause of a failure that a fresh pull may not have.
#[derive(Debug)]
pub struct Shifted(String);

impl fmt::Display for Shifted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Shifted {}

/// The pages do not belong together; `reason` says by what it shows.
pub fn shifted(reason: impl Into<String>) -> Failure {
    Failure::caused(Exit::Unreachable, Shifted(reason.into()))
}

/// Pulls, and pulls again after `wait`, until the pages of one pull belong together; three times at most.
///
/// # Errors
/// [`Exit::Unreachable`] when they never do; whatever else `pull` fails with, at once.
pub fn until_settled<T>(
    wait: Duration,
    mut pull: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    for number in 1..=PULLS {
        match pull() {
            Err(failure) if failure.causes().any(|cause| cause.is::<Shifted>()) => {
                if number == PULLS {
                    let message = format!(
                        "the stock changed under the reading {PULLS} times in a row; nothing was written, the next run tries again"
                    );
                    return Err(failure.context(message));
                }
                let again = number + 1;
                let reason = format!("{failure}; then everything again, pull {again} of {PULLS}");
                pause(Level::Warn, wait, &reason);
            }
            outcome => return outcome,
        }
    }
    Err(Failure::new(Exit::Program, "no pull was made"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulled(failures: u32, make: fn() -> Failure) -> (Result<u32, Failure>, u32) {
        let mut pulls = 0;
        let outcome = until_settled(Duration::ZERO, || {
            pulls += 1;
            if pulls <= failures { Err(make().context("page 2")) } else { Ok(7) }
        });
        (outcome, pulls)
    }

    #[test]
    fn a_shift_is_followed_by_a_fresh_pull() {
        let (outcome, pulls) = pulled(2, || shifted("an item came twice"));
        assert_eq!((outcome.unwrap(), pulls), (7, 3));
    }

    #[test]
    fn after_three_shifts_the_marketplace_is_unreachable() {
        let (outcome, pulls) = pulled(9, || shifted("an item came twice"));
        let failure = outcome.unwrap_err();
        assert_eq!((failure.exit(), pulls), (Exit::Unreachable, 3));
        assert!(failure.to_string().ends_with("page 2: an item came twice"), "{failure}");
    }

    #[test]
    fn any_other_failure_ends_the_pull_at_once() {
        let (outcome, pulls) = pulled(9, || Failure::new(Exit::Unreachable, "refused"));
        assert_eq!((outcome.unwrap_err().exit(), pulls), (Exit::Unreachable, 1));
    }
}
