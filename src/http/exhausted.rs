//! The failures of a call that was tried often enough, or that the marketplace does not want to
//! hear for long.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use humantime::format_duration;

use super::network::Broken;
use super::request::Call;
use super::retry::{Asked, RetryHint};
use crate::failure::{Exit, Failure};
use crate::text::duration;
use crate::zone;

/// Whoever asks for longer has miscounted; no date is made of it.
const LONGEST_TOLD: Duration = Duration::from_secs(366 * 86_400);

/// A rate limit is "not now", anything else "cannot be reached".
fn exit(hint: RetryHint) -> Exit {
    if hint.rate_limited { Exit::NotNow } else { Exit::Unreachable }
}

pub(super) fn exhausted(
    cause: anyhow::Error,
    call: &Call,
    attempts: u32,
    hint: RetryHint,
) -> Failure {
    if let Some(broken) = cause.downcast_ref::<Broken>() {
        let (clause, check) = broken.at(&call.url);
        let message = format!(
            "{}: {clause}, {attempts} attempts (RETRY_ATTEMPTS); the next run tries again; look at: {check}",
            call.name
        );
        return Failure::new(exit(hint), message);
    }
    let again = hint
        .asked
        .map(|asked| retry_after(zone::local(Utc::now()), asked.wait))
        .unwrap_or_default();
    let what = if hint.rate_limited { "still rate-limited" } else { "failed" };
    let message = format!("{what} after {attempts} attempts (RETRY_ATTEMPTS){again}");
    Failure::caused(exit(hint), cause).context(message)
}

pub(super) fn too_long(
    cause: anyhow::Error,
    asked: Asked,
    max_wait: Duration,
    hint: RetryHint,
) -> Failure {
    let wait = if asked.wait > LONGEST_TOLD {
        "more than a year".to_owned()
    } else {
        duration(asked.wait).to_string()
    };
    let message = format!(
        "{}: {wait} exceeds RETRY_MAX_WAIT ({}){}",
        asked.header,
        format_duration(max_wait),
        retry_after(zone::local(Utc::now()), asked.wait),
    );
    Failure::caused(exit(hint), cause).context(message)
}

/// When the next run makes sense: rounded up to the second, so that nobody comes too early.
fn retry_after(now: DateTime<FixedOffset>, asked: Duration) -> String {
    TimeDelta::from_std(asked.saturating_add(Duration::from_millis(999)))
        .ok()
        .filter(|_| asked <= LONGEST_TOLD)
        .and_then(|asked| now.checked_add_signed(asked))
        .map(|time| format!("; retry after {}", time.format("%Y-%m-%d %H:%M:%S %:z")))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn the_time_to_retry_is_a_clock_time_with_its_offset() {
        let now = DateTime::parse_from_rfc3339("2026-11-23T23:59:30+03:00").unwrap();
        assert_eq!(retry_after(now, S(90)), "; retry after 2026-11-24 00:01:00 +03:00");
        let between = DateTime::parse_from_rfc3339("2026-11-23T12:00:00.5Z").unwrap();
        assert_eq!(retry_after(between, S(1)), "; retry after 2026-11-23 12:00:02 +00:00");
    }

    fn asked(wait: Duration) -> Asked {
        Asked { header: "Retry-After", wait }
    }

    #[test]
    fn a_wait_beyond_a_year_names_no_time() {
        for wait in [Duration::MAX, S(1_795_404_600)] {
            let limited = RetryHint { rate_limited: true, asked: Some(asked(wait)) };
            let failure = too_long(anyhow::anyhow!("429"), asked(wait), S(600), limited);
            let expected = "Retry-After: more than a year exceeds RETRY_MAX_WAIT (10m): 429";
            assert_eq!(failure.to_string(), expected);
        }
    }

    #[test]
    fn a_rate_limit_to_the_end_is_not_now_and_all_else_unreachable() {
        let call = Call::get("Ozon: x", "https://api.example/".parse().unwrap());
        let limited = RetryHint { rate_limited: true, asked: None };
        assert_eq!(exhausted(anyhow::anyhow!("429"), &call, 3, limited).exit(), Exit::NotNow);
        let broken = RetryHint { rate_limited: false, asked: Some(asked(S(1))) };
        assert_eq!(exhausted(anyhow::anyhow!("503"), &call, 3, broken).exit(), Exit::Unreachable);
        let too_long = |hint| too_long(anyhow::anyhow!("…"), asked(S(9)), S(1), hint).exit();
        assert_eq!((too_long(limited), too_long(broken)), (Exit::NotNow, Exit::Unreachable));
    }
}
