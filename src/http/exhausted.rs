//! The failures of a call that was tried often enough, or that the marketplace does not want to hear for long.

use std::time::Duration;

use chrono::{DateTime, Local, TimeDelta};
use humantime::format_duration;

use super::retry::Setback;
use crate::failure::{Exit, Failure};

/// A rate limit is "not now", anything else "cannot be reached".
fn exit(setback: Setback) -> Exit {
    if setback.rate_limited { Exit::NotNow } else { Exit::Unreachable }
}

/// All attempts have failed.
pub fn exhausted(cause: anyhow::Error, attempts: u32, setback: Setback) -> Failure {
    let again = setback.asked.map(|asked| come_back(Local::now(), asked)).unwrap_or_default();
    let what = if setback.rate_limited { "the rate limit held" } else { "failed" };
    let message = format!("{what} through {attempts} attempts (RETRY_ATTEMPTS){again}");
    Failure::caused(exit(setback), cause).context(message)
}

/// The marketplace asks for `asked`, more patience than `RETRY_MAX_WAIT` allows.
pub fn too_long(
    cause: anyhow::Error,
    asked: Duration,
    max_wait: Duration,
    setback: Setback,
) -> Failure {
    let wants = if asked == Duration::MAX {
        "for ever".to_owned()
    } else {
        format_duration(Duration::from_secs(asked.as_secs())).to_string()
    };
    let message = format!(
        "the marketplace wants to be left alone {wants}, longer than RETRY_MAX_WAIT ({}){}",
        format_duration(max_wait),
        come_back(Local::now(), asked),
    );
    Failure::caused(exit(setback), cause).context(message)
}

/// When the next run makes sense: rounded up to the second, so that nobody comes too early.
fn come_back<Z: chrono::TimeZone>(now: DateTime<Z>, asked: Duration) -> String
where
    Z::Offset: std::fmt::Display,
{
    TimeDelta::from_std(asked.saturating_add(Duration::from_millis(999)))
        .ok()
        .and_then(|asked| now.checked_add_signed(asked))
        .map(|time| format!("; come back at {}", time.format("%Y-%m-%d %H:%M:%S %:z")))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn the_time_to_come_back_is_a_clock_time_with_its_offset() {
        let now = DateTime::parse_from_rfc3339("2026-11-23T23:59:30+03:00").unwrap();
        assert_eq!(come_back(now, S(90)), "; come back at 2026-11-24 00:01:00 +03:00");
        let between = DateTime::parse_from_rfc3339("2026-11-23T12:00:00.5Z").unwrap();
        assert_eq!(come_back(between, S(1)), "; come back at 2026-11-23 12:00:02 +00:00");
    }

    #[test]
    fn a_wait_beyond_all_time_names_no_time() {
        let now = DateTime::parse_from_rfc3339("2026-11-23T12:00:00Z").unwrap();
        assert_eq!(come_back(now, Duration::MAX), "");
        let limited = Setback { rate_limited: true, asked: Some(Duration::MAX) };
        let failure = too_long(anyhow::anyhow!("429"), Duration::MAX, S(600), limited);
        assert!(failure.to_string().starts_with(
            "the marketplace wants to be left alone for ever, longer than RETRY_MAX_WAIT (10m): 429"
        ));
    }

    #[test]
    fn a_rate_limit_to_the_end_is_not_now_and_all_else_unreachable() {
        let limited = Setback { rate_limited: true, asked: None };
        assert_eq!(exhausted(anyhow::anyhow!("429"), 3, limited).exit(), Exit::NotNow);
        let broken = Setback { rate_limited: false, asked: Some(S(1)) };
        assert_eq!(exhausted(anyhow::anyhow!("503"), 3, broken).exit(), Exit::Unreachable);
        let too_long = |setback| too_long(anyhow::anyhow!("…"), S(9), S(1), setback).exit();
        assert_eq!((too_long(limited), too_long(broken)), (Exit::NotNow, Exit::Unreachable));
    }
}
