//! Whether a failed attempt is followed by another one, and when. Pure: the clock and the chance are arguments.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

use crate::config::HttpSettings;

/// Why an attempt failed, as far as the next one is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setback {
    /// It was a rate limit (429).
    pub rate_limited: bool,
    /// How long the marketplace asked to be left alone.
    pub asked: Option<Duration>,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait this long and try again.
    Wait(Duration),
    /// All attempts are used up.
    Exhausted,
    /// The marketplace wants to be left alone for longer than anybody would wait here.
    TooLong(Duration),
}

/// Decides what follows attempt `attempt` (from 1 on). `chance` is 0…1; `pace` is what is left of the interval between two requests.
///
/// The marketplace's own word is followed to the letter. Otherwise the wait doubles with each attempt, of which the upper
/// half is left to chance, so that the crons of many sellers do not all return at once.
pub fn next(
    settings: &HttpSettings,
    attempt: u32,
    setback: Setback,
    pace: Duration,
    chance: f64,
) -> Next {
    match setback.asked {
        Some(asked) if asked > settings.max_wait => Next::TooLong(asked),
        _ if attempt >= settings.attempts => Next::Exhausted,
        Some(asked) => Next::Wait(asked),
        None => {
            let doubled = 1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
            let longest = settings.base_delay.saturating_mul(doubled).min(settings.max_wait);
            Next::Wait((longest / 2 + (longest / 2).mul_f64(chance.clamp(0.0, 1.0))).max(pace))
        }
    }
}

/// How long the answer asks to be left alone: `Retry-After` (seconds or a date, RFC 9110), else Wildberries'
/// `X-Ratelimit-Retry` (seconds until the next try will pass), else `X-Ratelimit-Reset`; the latter two come with every
/// answer and mean something here only for a rate limit. Asking for no time at all is no answer.
pub fn asked(headers: &HeaderMap, rate_limited: bool, now: SystemTime) -> Option<Duration> {
    let names = ["retry-after", "x-ratelimit-retry", "x-ratelimit-reset"];
    names[..if rate_limited { 3 } else { 1 }]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .filter_map(|text| length(text.trim(), now))
        .find(|length| !length.is_zero())
}

fn length(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(date) = httpdate::parse_http_date(text) {
        return Some(date.duration_since(now).unwrap_or_default());
    }
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0)?;
    // More than a duration can hold is longer than anybody waits.
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn settings() -> HttpSettings {
        HttpSettings {
            timeout: S(60),
            attempts: 3,
            base_delay: S(2),
            max_wait: S(600),
            max_download: 1 << 20,
        }
    }

    fn after(attempt: u32, asked: Option<Duration>, chance: f64) -> Next {
        let setback = Setback { rate_limited: asked.is_some(), asked };
        next(&settings(), attempt, setback, Duration::ZERO, chance)
    }

    #[test]
    fn the_wait_doubles_with_each_attempt() {
        assert_eq!(after(1, None, 1.0), Next::Wait(S(2)));
        assert_eq!(after(2, None, 1.0), Next::Wait(S(4)));
    }

    #[test]
    fn chance_takes_off_at_most_half_of_the_wait() {
        assert_eq!(after(2, None, 0.0), Next::Wait(S(2)));
        assert_eq!(after(2, None, 0.5), Next::Wait(S(3)));
    }

    #[test]
    fn the_last_attempt_is_followed_by_none() {
        assert_eq!(after(3, None, 0.0), Next::Exhausted);
        assert_eq!(after(3, Some(S(5)), 0.0), Next::Exhausted);
    }

    #[test]
    fn the_marketplaces_word_is_followed_to_the_letter() {
        assert_eq!(after(1, Some(S(37)), 1.0), Next::Wait(S(37)));
        let setback = Setback { rate_limited: true, asked: Some(S(3)) };
        assert_eq!(next(&settings(), 1, setback, S(20), 1.0), Next::Wait(S(3)));
    }

    #[test]
    fn a_word_beyond_the_patience_ends_the_run_at_once() {
        assert_eq!(after(1, Some(S(601)), 1.0), Next::TooLong(S(601)));
        assert_eq!(after(3, Some(S(601)), 1.0), Next::TooLong(S(601)));
        assert_eq!(after(1, Some(S(600)), 1.0), Next::Wait(S(600)));
    }

    #[test]
    fn a_retry_keeps_the_pace_between_requests() {
        let setback = Setback { rate_limited: false, asked: None };
        assert_eq!(next(&settings(), 1, setback, S(20), 1.0), Next::Wait(S(20)));
    }

    #[test]
    fn many_attempts_do_not_overflow_the_wait() {
        let patient = HttpSettings { attempts: u32::MAX, ..settings() };
        let setback = Setback { rate_limited: false, asked: None };
        for attempt in [31, 32, 33, 1000] {
            assert_eq!(next(&patient, attempt, setback, S(0), 1.0), Next::Wait(S(600)));
        }
    }

    fn said(pairs: &[(&'static str, &'static str)]) -> Option<Duration> {
        said_with(true, pairs)
    }

    fn said_with(rate_limited: bool, pairs: &[(&str, &str)]) -> Option<Duration> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>();
        // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
        asked(&headers, rate_limited, SystemTime::UNIX_EPOCH + S(784_111_777))
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(said(&[("retry-after", "120")]), Some(S(120)));
        assert_eq!(said(&[("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")]), Some(S(60)));
    }

    #[test]
    fn wildberries_headers_count_where_retry_after_is_missing() {
        let (retry, reset) = (("x-ratelimit-retry", "20"), ("x-ratelimit-reset", "60"));
        assert_eq!(said(&[reset, retry]), Some(S(20)));
        assert_eq!(said(&[reset]), Some(S(60)));
        assert_eq!(said(&[reset, retry, ("retry-after", "5")]), Some(S(5)));
        assert_eq!(said(&[retry, ("retry-after", "soon")]), Some(S(20)));
    }

    #[test]
    fn without_a_rate_limit_only_retry_after_counts() {
        assert_eq!(said_with(false, &[("x-ratelimit-reset", "60")]), None);
        assert_eq!(said_with(false, &[("retry-after", "7")]), Some(S(7)));
    }

    #[test]
    fn asking_for_no_time_is_no_answer() {
        assert_eq!(said(&[]), None);
        assert_eq!(said(&[("retry-after", "0")]), None);
        assert_eq!(said(&[("retry-after", "-5")]), None);
        assert_eq!(said(&[("retry-after", "NaN")]), None);
        assert_eq!(said(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), None);
    }

    #[test]
    fn a_number_beyond_all_time_is_the_longest_wait() {
        assert_eq!(said(&[("retry-after", "99999999999999999999999")]), Some(Duration::MAX));
        assert_eq!(said(&[("retry-after", "inf")]), Some(Duration::MAX));
    }
}
