//! How long the marketplaces' keys still hold: Ozon's by the day its owner noted, Wildberries' by the dates inside the token.
//! Nothing is asked of a marketplace, and no part of a token leaves this module but its two dates.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;

use super::finding::{Finding, Kind, Severity};
use crate::inventory::Source;
use crate::secret::Secret;
use crate::text::counted;

/// Ozon's keys live at most 180 days (its documentation, November 2026); half of that is a good day to make a new one.
const OZON_OLD: i64 = 90;
/// As above.
const OZON_END: i64 = 180;
/// Days before a Wildberries token's end from which on it is reported.
const WB_NOTICE: TimeDelta = TimeDelta::days(14);
/// Days before any key's end from which on it is urgent.
const URGENT_DAYS: i64 = 3;

/// The two dates of a Wildberries token (a JWT whose signature is of no interest here).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenDates {
    /// `iat`: when it was made, if it says so.
    pub issued: Option<DateTime<Utc>>,
    /// `exp`: when it ends.
    pub expires: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Payload {
    iat: Option<i64>,
    exp: i64,
}

/// Reads the dates out of a token; `None` if it is no JWT with an end.
pub fn token_dates(token: &Secret) -> Option<TokenDates> {
    let payload = token.expose().split('.').nth(1)?.trim_end_matches('=');
    let payload: Payload = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    Some(TokenDates {
        issued: payload.iat.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        expires: DateTime::from_timestamp(payload.exp, 0)?,
    })
}

/// What there is to say of Ozon's key, made on `issued`.
pub fn judge_ozon(issued: NaiveDate, today: NaiveDate) -> Option<Finding> {
    let age = (today - issued).num_days();
    if age <= OZON_OLD {
        return None;
    }
    let left = OZON_END - age;
    let end = if left >= 0 {
        format!("it ends after {OZON_END} days at the latest, in {}", counted(left, "day"))
    } else {
        format!("it ended after {OZON_END} days")
    };
    let message = format!(
        "the API key is {age} days old (OZON_API_KEY_ISSUED={issued}), {end}; make a new one in the seller's cabinet \
         ({}), put it into OZON_API_KEY and the day into OZON_API_KEY_ISSUED",
        Source::Ozon.key_menu()
    );
    Some(finding(Source::Ozon, left <= URGENT_DAYS, message))
}

/// What there is to say of Wildberries' token.
pub fn judge_wildberries(
    token: &Secret,
    now: DateTime<Utc>,
    offset: FixedOffset,
) -> Option<Finding> {
    let menu = Source::Wildberries.key_menu();
    let advice =
        format!("make a new one in the seller's cabinet ({menu}) and put it into WB_API_TOKEN");
    let Some(dates) = token_dates(token) else {
        let message = format!("WB_API_TOKEN is not a token with an end (a JWT); {advice}");
        return Some(finding(Source::Wildberries, false, message));
    };
    let left = dates.expires - now;
    if left >= WB_NOTICE {
        return None;
    }
    let day = |moment: DateTime<Utc>| moment.with_timezone(&offset).format("%Y-%m-%d %H:%M %:z");
    let issued = dates.issued.map(|issued| format!(", made {}", day(issued))).unwrap_or_default();
    let ends = if left <= TimeDelta::zero() { "ended" } else { "ends" };
    let message = format!("the token {ends} {}{issued}; {advice}", day(dates.expires));
    Some(finding(Source::Wildberries, left <= TimeDelta::days(URGENT_DAYS), message))
}

fn finding(source: Source, urgent: bool, message: String) -> Finding {
    let severity = if urgent { Severity::Critical } else { Severity::Warning };
    Finding { severity, kind: Kind::KeyAge, source: source.as_str(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> Secret {
        Secret::new(&format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload)))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn wildberries(days_left: i64) -> Option<Severity> {
        let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let exp = (now + TimeDelta::days(days_left)).timestamp();
        let token = token(&format!(r#"{{"iat":1700000000,"exp":{exp},"sid":"x"}}"#));
        let utc = FixedOffset::east_opt(0).unwrap();
        judge_wildberries(&token, now, utc).map(|finding| finding.severity)
    }

    #[test]
    fn the_dates_of_a_token_are_read_locally() {
        // Payload {"exp":1800000000,"iat":1784448000}, encoded with `printf … | base64 | tr +/ -_`.
        let token = Secret::new(
            "eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjE4MDAwMDAwMDAsImlhdCI6MTc4NDQ0ODAwMH0.c2ln",
        );
        let dates = token_dates(&token).unwrap();
        assert_eq!(dates.expires.to_rfc3339(), "2027-01-15T08:00:00+00:00");
        assert_eq!(dates.issued.unwrap().to_rfc3339(), "2026-07-19T08:00:00+00:00");
    }

    #[test]
    fn a_token_is_reported_in_its_last_fourteen_days() {
        assert_eq!(wildberries(14), None);
        assert_eq!(wildberries(13), Some(Severity::Warning));
        assert_eq!(wildberries(3), Some(Severity::Critical));
        assert_eq!(wildberries(-1), Some(Severity::Critical));
    }

    #[test]
    fn a_token_that_is_none_is_reported_without_showing_it() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let utc = FixedOffset::east_opt(0).unwrap();
        let found = judge_wildberries(&Secret::new("not-a-token"), now, utc).unwrap();
        assert!(!found.message.contains("not-a-token"));
    }

    #[test]
    fn ozons_key_is_reported_when_older_than_ninety_days() {
        assert_eq!(judge_ozon(day("2026-08-25"), day("2026-11-23")), None);
        let found = judge_ozon(day("2026-08-24"), day("2026-11-23")).unwrap();
        assert_eq!(found.severity, Severity::Warning);
        assert!(found.message.contains("91 days old") && found.message.contains("in 89 days"));
    }

    #[test]
    fn ozons_key_is_urgent_near_its_end_and_after_it() {
        let severity = |issued| judge_ozon(day(issued), day("2026-11-23")).unwrap().severity;
        assert_eq!(severity("2026-05-30"), Severity::Critical);
        assert_eq!(severity("2026-01-01"), Severity::Critical);
    }
}
