//! Whether a failed attempt is followed by another one, and when. Pure: the clock and the chance
//! are arguments.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

use crate::config::HttpSettings;

/// Added to every wait that a marketplace asks for: whole seconds may have been cut off, and
/// whoever comes too early at Wildberries waits the longer for it.
const MARGIN: Duration = Duration::from_millis(250);

/// Numbers from here on are moments of Unix time, not lengths (seconds: September 2001, or 32
/// years).
const FIRST_MOMENT: f64 = 1e9;

/// How long the marketplace asked to wait, and in which header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub header: &'static str,
    /// From now on.
    pub wait: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RetryHint {
    /// It was a rate limit (429).
    pub rate_limited: bool,
    /// How long the marketplace asked to wait.
    pub asked: Option<Asked>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Wait(Duration),
    Exhausted,
    /// The marketplace asks to wait for longer than anybody would wait here.
    TooLong(Asked),
}

/// Decides what follows attempt `attempt` (from 1 on). `chance` is 0…1; `pace` is what is left of
/// the interval between two requests.
///
/// The marketplace's own word is followed, and never undercut. Otherwise the wait doubles with each
/// attempt, of which the upper half is left to chance, so that the crons of many sellers do not all
/// return at once.
pub(crate) fn next(
    settings: &HttpSettings,
    attempt: u32,
    hint: RetryHint,
    pace: Duration,
    chance: f64,
) -> Next {
    match hint.asked {
        Some(asked) if asked.wait > settings.max_wait => Next::TooLong(asked),
        _ if attempt >= settings.attempts => Next::Exhausted,
        Some(asked) => Next::Wait(asked.wait + MARGIN),
        None => {
            let doubled = 1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
            let longest = settings.base_delay.saturating_mul(doubled).min(settings.max_wait);
            Next::Wait((longest / 2 + (longest / 2).mul_f64(chance.clamp(0.0, 1.0))).max(pace))
        }
    }
}

/// How long the answer asks to wait. Wildberries' `X-Ratelimit-Retry` (seconds until the
/// next try will pass) counts before `Retry-After` (seconds or a date, RFC 9110), which beside it
/// was seen shorter or empty. `X-Ratelimit-Reset` says when all of the quota is back, which is
/// longer, and nothing about an outage: it is better than nothing for a rate limit only. Asking for
/// no time at all is no answer.
pub(crate) fn asked(headers: &HeaderMap, rate_limited: bool, now: SystemTime) -> Option<Asked> {
    let names = ["X-Ratelimit-Retry", "Retry-After", "X-Ratelimit-Reset"];
    names[..if rate_limited { 3 } else { 2 }].iter().find_map(|header| {
        let wait = length(headers.get(*header)?.to_str().ok()?.trim(), now)?;
        (!wait.is_zero()).then_some(Asked { header, wait })
    })
}

fn length(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(date) = httpdate::parse_http_date(text) {
        return Some(date.duration_since(now).unwrap_or_default());
    }
    let number = text.parse::<f64>().ok().filter(|number| *number >= 0.0)?;
    // More than a duration can hold is longer than anybody waits.
    let length = Duration::try_from_secs_f64(number).unwrap_or(Duration::MAX);
    if number < FIRST_MOMENT {
        return Some(length);
    }
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Some(length.saturating_sub(since_epoch))
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
        next(&settings(), attempt, limited(asked), Duration::ZERO, chance)
    }

    fn limited(wait: Option<Duration>) -> RetryHint {
        RetryHint { rate_limited: wait.is_some(), asked: wait.map(in_header) }
    }

    fn in_header(wait: Duration) -> Asked {
        Asked { header: "Retry-After", wait }
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
    fn the_marketplaces_word_is_followed_and_not_undercut() {
        assert_eq!(after(1, Some(S(37)), 1.0), Next::Wait(S(37) + MARGIN));
        let next = next(&settings(), 1, limited(Some(S(3))), S(20), 1.0);
        assert_eq!(next, Next::Wait(S(3) + MARGIN));
    }

    #[test]
    fn a_word_beyond_the_patience_ends_the_run_at_once() {
        assert_eq!(after(1, Some(S(601)), 1.0), Next::TooLong(in_header(S(601))));
        assert_eq!(after(3, Some(S(601)), 1.0), Next::TooLong(in_header(S(601))));
        assert_eq!(after(1, Some(S(600)), 1.0), Next::Wait(S(600) + MARGIN));
    }

    #[test]
    fn a_retry_keeps_the_pace_between_requests() {
        let hint = RetryHint { rate_limited: false, asked: None };
        assert_eq!(next(&settings(), 1, hint, S(20), 1.0), Next::Wait(S(20)));
    }

    #[test]
    fn many_attempts_do_not_overflow_the_wait() {
        let patient = HttpSettings { attempts: u32::MAX, ..settings() };
        let hint = RetryHint { rate_limited: false, asked: None };
        for attempt in [31, 32, 33, 1000] {
            assert_eq!(next(&patient, attempt, hint, S(0), 1.0), Next::Wait(S(600)));
        }
    }

    /// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110, 40 years later.
    const NOW: u64 = 2_046_415_777;

    fn said(pairs: &[(&str, &str)]) -> Option<Duration> {
        said_with(true, pairs)
    }

    fn said_with(rate_limited: bool, pairs: &[(&str, &str)]) -> Option<Duration> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>();
        asked(&headers, rate_limited, SystemTime::UNIX_EPOCH + S(NOW)).map(|asked| asked.wait)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(said(&[("retry-after", "120")]), Some(S(120)));
        assert_eq!(said(&[("retry-after", "Mon, 06 Nov 2034 08:50:37 GMT")]), Some(S(60)));
    }

    #[test]
    fn wildberries_own_header_counts_before_retry_after_and_the_reset_last() {
        let (retry, reset) = (("x-ratelimit-retry", "37"), ("x-ratelimit-reset", "120"));
        for after in ["5", "600", "", "soon"] {
            assert_eq!(said(&[("retry-after", after), reset, retry]), Some(S(37)), "{after}");
        }
        assert_eq!(said(&[reset, ("retry-after", "5")]), Some(S(5)));
        assert_eq!(said(&[reset]), Some(S(120)));
        assert_eq!(said(&[("x-ratelimit-retry", "0"), reset]), Some(S(120)));
    }

    #[test]
    fn a_number_of_32_years_and_more_is_a_moment_in_any_of_the_headers() {
        let moment = (NOW + 30).to_string();
        for header in ["x-ratelimit-reset", "x-ratelimit-retry", "retry-after"] {
            assert_eq!(said(&[(header, &moment)]), Some(S(30)), "{header}");
            assert_eq!(said(&[(header, "1795404600")]), None, "{header}: it has passed");
        }
    }

    #[test]
    fn without_a_rate_limit_the_reset_says_nothing() {
        assert_eq!(said_with(false, &[("x-ratelimit-reset", "60")]), None);
        assert_eq!(said_with(false, &[("retry-after", "7")]), Some(S(7)));
        assert_eq!(said_with(false, &[("x-ratelimit-retry", "60")]), Some(S(60)));
        assert_eq!(said_with(false, &[("x-ratelimit-retry", "0")]), None);
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
        for text in ["99999999999999999999999", "inf"] {
            assert_eq!(said(&[("retry-after", text)]), Some(Duration::MAX - S(NOW)));
        }
    }
}
