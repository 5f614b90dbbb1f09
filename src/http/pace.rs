//! The pace of the requests to one method, and the pause before a retry.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::console::progress;
use crate::text::duration;

/// Sleeps. Every wait of a pull goes through here, so that each is in the log and beside the
/// progress with its reason.
pub(crate) fn pause(level: log::Level, length: Duration, reason: &str) {
    let wait = format!("waiting {}: {reason}", duration(length));
    log::log!(level, "{wait}");
    progress::waits(&wait);
    std::thread::sleep(length);
    progress::waits("");
}

/// The least time between two requests to one method: doubled by each 429, and back by a tenth with
/// each request that is let through.
#[derive(Debug)]
pub(crate) struct Pace {
    usual: Duration,
    current: Duration,
    last: Option<Instant>,
}

impl Pace {
    pub(crate) fn new(usual: Duration) -> Self {
        Self { usual, current: usual, last: None }
    }

    pub(crate) fn remaining(&self, now: Instant) -> Duration {
        let Some(last) = self.last else { return Duration::ZERO };
        self.current.saturating_sub(now.saturating_duration_since(last))
    }

    pub(crate) fn sent(&mut self, now: Instant) {
        self.last = Some(now);
    }

    /// The marketplace found it too fast: half as fast from now on, `at_least` where there was no
    /// pace, and never slower than one request in `at_most`.
    pub(crate) fn limited(&mut self, at_least: Duration, at_most: Duration) {
        let doubled = self.current.saturating_mul(2).max(at_least);
        self.current = doubled.min(at_most.max(self.usual));
    }

    /// The marketplace let a request through: a tenth of the delay is given back.
    pub(crate) fn passed(&mut self) {
        let excess = self.current.saturating_sub(self.usual);
        let kept =
            if excess < Duration::from_millis(10) { Duration::ZERO } else { excess * 9 / 10 };
        self.current = self.usual + kept;
    }
}

/// One pace for the conversations of several threads, over all methods: each request waits for its
/// turn, and a 429 to one of them slows all.
#[derive(Clone, Debug)]
pub(crate) struct SharedPace(Arc<Mutex<Turns>>);

#[derive(Debug)]
struct Turns {
    pace: Pace,
    next: Instant,
    slowed: Option<Instant>,
}

impl SharedPace {
    /// At most one request in each `usual`.
    pub(crate) fn new(usual: Duration) -> Self {
        let turns = Turns { pace: Pace::new(usual), next: Instant::now(), slowed: None };
        Self(Arc::new(Mutex::new(turns)))
    }

    /// Sleeps until it is this request's turn.
    pub(super) fn wait(&self) {
        let wait = self.turn(Instant::now());
        match wait {
            Duration::ZERO => {}
            short if short < Duration::from_secs(1) => std::thread::sleep(short),
            long => pause(log::Level::Debug, long, "the pace of all requests together"),
        }
    }

    /// Takes the next turn: how long it is until then.
    fn turn(&self, now: Instant) -> Duration {
        let mut turns = self.lock();
        let at = turns.next.max(now);
        turns.next = at + turns.pace.current;
        at.saturating_duration_since(now)
    }

    /// The marketplace found it too fast, and nobody asks it before `wait` is over. The requests
    /// that were under way are refused for the same reason, so within a second the pace is halved
    /// once.
    pub(super) fn limited(&self, now: Instant, wait: Duration) {
        let mut turns = self.lock();
        turns.next = turns.next.max(now + wait);
        let recently = |at| now.saturating_duration_since(at) < Duration::from_secs(1);
        if !turns.slowed.is_some_and(recently) {
            turns.pace.limited(Duration::ZERO, Duration::from_secs(1));
            turns.slowed = Some(now);
        }
    }

    /// The marketplace let a request through.
    pub(super) fn passed(&self) {
        self.lock().pace.passed();
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn the_turns_of_all_threads_are_one_row_and_a_rate_limit_moves_all_of_it() {
        let (shared, start) = (SharedPace::new(S(2)), Instant::now());
        let other = shared.clone();
        assert_eq!([shared.turn(start), other.turn(start)], [S(0), S(2)]);
        other.limited(start, S(30));
        other.limited(start, S(10));
        assert_eq!([shared.turn(start), other.turn(start)], [S(30), S(32)]);
    }

    #[test]
    fn of_the_refusals_of_one_second_one_counts() {
        let (shared, start) = (SharedPace::new(Duration::from_millis(20)), Instant::now());
        (0..6).for_each(|_| shared.limited(start, Duration::ZERO));
        shared.turn(start + S(5));
        assert_eq!(shared.turn(start + S(5)), Duration::from_millis(40));
        (0..100).for_each(|_| shared.passed());
        shared.turn(start + S(9));
        assert_eq!(shared.turn(start + S(9)), Duration::from_millis(20));
    }
}
