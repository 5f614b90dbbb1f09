//! The pace of the requests to one method, and the pause before a retry.

use std::time::{Duration, Instant};

use crate::console::progress;
use crate::text::duration;

/// Sleeps. Every wait of a pull goes through here, so that each is in the log and beside the
/// progress with its reason.
pub fn pause(level: log::Level, length: Duration, reason: &str) {
    let wait = format!("waiting {}: {reason}", duration(length));
    log::log!(level, "{wait}");
    progress::waits(wait);
    std::thread::sleep(length);
    progress::waits(String::new());
}

/// The least time between two requests to one method: doubled by each 429, and back by a tenth with
/// each request that is let through.
#[derive(Debug)]
pub struct Pace {
    usual: Duration,
    current: Duration,
    last: Option<Instant>,
}

impl Pace {
    pub fn new(usual: Duration) -> Self {
        Self { usual, current: usual, last: None }
    }

    pub fn remaining(&self, now: Instant) -> Duration {
        let Some(last) = self.last else { return Duration::ZERO };
        self.current.saturating_sub(now.saturating_duration_since(last))
    }

    pub fn sent(&mut self, now: Instant) {
        self.last = Some(now);
    }

    /// The marketplace found it too fast: half as fast from now on, `at_least` where there was no
    /// pace, and never slower than one request in `at_most`.
    pub fn limited(&mut self, at_least: Duration, at_most: Duration) {
        let doubled = self.current.saturating_mul(2).max(at_least);
        self.current = doubled.min(at_most.max(self.usual));
    }

    /// The marketplace let a request through: a tenth of the delay is given back.
    pub fn passed(&mut self) {
        let excess = self.current.saturating_sub(self.usual);
        let kept =
            if excess < Duration::from_millis(10) { Duration::ZERO } else { excess * 9 / 10 };
        self.current = self.usual + kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn the_first_request_does_not_wait() {
        assert_eq!(Pace::new(S(20)).remaining(Instant::now()), Duration::ZERO);
    }

    #[test]
    fn the_next_request_waits_for_the_rest_of_the_interval() {
        let (mut pace, start) = (Pace::new(S(20)), Instant::now());
        pace.sent(start);
        assert_eq!(pace.remaining(start + S(5)), S(15));
        assert_eq!(pace.remaining(start + S(21)), Duration::ZERO);
    }

    #[test]
    fn a_rate_limit_doubles_the_interval_up_to_the_longest_wait() {
        let (mut pace, start) = (Pace::new(S(20)), Instant::now());
        pace.sent(start);
        pace.limited(S(2), S(60));
        assert_eq!(pace.remaining(start), S(40));
        pace.limited(S(2), S(60));
        assert_eq!(pace.remaining(start), S(60));
    }

    #[test]
    fn a_rate_limit_gives_a_pace_to_a_method_that_had_none() {
        let (mut pace, start) = (Pace::new(Duration::ZERO), Instant::now());
        pace.sent(start);
        pace.limited(S(2), S(60));
        assert_eq!(pace.remaining(start), S(2));
    }

    #[test]
    fn the_pace_comes_back_slowly_and_fully() {
        let (mut pace, start) = (Pace::new(S(20)), Instant::now());
        pace.sent(start);
        pace.limited(S(2), S(60));
        pace.passed();
        assert_eq!(pace.remaining(start), S(38));
        (0..100).for_each(|_| pace.passed());
        assert_eq!(pace.remaining(start), S(20));
    }
}
