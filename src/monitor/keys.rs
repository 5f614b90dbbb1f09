//! How long the marketplaces' keys still hold: Ozon's by its own word or by the day that the owner noted, Wildberries' by the token.
//! Values in, findings out; nothing is asked here of anybody.

use chrono::{DateTime, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::finding::{Finding, Kind, Severity};
use crate::inventory::Source;
use crate::secret::Secret;
use crate::text::counted;
use crate::wb_token::WbToken;

/// How long before its end a key is told of.
const NOTICE: TimeDelta = TimeDelta::days(14);
/// From when on that is urgent.
const URGENT: TimeDelta = TimeDelta::days(3);

/// Since this day Ozon makes keys of 3 months (its documentation, October 2026); before, they were of 180 days at most. Whether
/// those live on is not said: what they were made with is the latest end.
const THREE_MONTHS_SINCE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 9, 2);
const FORMER_LIFE: TimeDelta = TimeDelta::days(180);

/// How it is known when a key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Ozon has said it.
    Told,
    /// From the day in `OZON_API_KEY_ISSUED`.
    Issued(NaiveDate),
    /// The token says it, and perhaps when it was made.
    Token(Option<DateTime<Utc>>),
}

/// When a key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyEnd {
    /// The moment.
    pub at: DateTime<Utc>,
    /// How it is known.
    pub basis: Basis,
}

impl KeyEnd {
    /// Of an Ozon key that was made on this day, in the seller's time zone; `None` beyond the calendar.
    pub fn of_issue(issued: NaiveDate, offset: FixedOffset) -> Option<Self> {
        let day = if Some(issued) < THREE_MONTHS_SINCE {
            issued.checked_add_signed(FORMER_LIFE)
        } else {
            issued.checked_add_months(Months::new(3))
        };
        let midnight = day?.and_time(NaiveTime::MIN).and_local_timezone(offset).single()?;
        Some(Self { at: midnight.to_utc(), basis: Basis::Issued(issued) })
    }

    /// Of a Wildberries token; `None` if it says nothing of an end.
    pub fn of_token(token: &Secret) -> Option<Self> {
        let token = WbToken::read(token)?;
        Some(Self { at: token.expires?, basis: Basis::Token(token.issued) })
    }

    /// How near the end is; `None` as long as nobody has to act.
    pub fn severity(self, now: DateTime<Utc>) -> Option<Severity> {
        match self.at - now {
            left if left <= URGENT => Some(Severity::Critical),
            left if left <= NOTICE => Some(Severity::Warning),
            _ => None,
        }
    }

    /// What there is to say of it, as long as it is near.
    pub fn finding(self, now: DateTime<Utc>, offset: FixedOffset) -> Option<Finding> {
        let severity = self.severity(now)?;
        let source = match self.basis {
            Basis::Told | Basis::Issued(_) => Source::Ozon,
            Basis::Token(_) => Source::Wildberries,
        };
        let message = self.sentence(now, offset);
        Some(Finding { severity, kind: Kind::KeyAge, source: source.as_str(), message })
    }

    fn sentence(self, now: DateTime<Utc>, offset: FixedOffset) -> String {
        let left = self.at - now;
        let moment = |at: DateTime<Utc>| at.with_timezone(&offset).format("%Y-%m-%d %H:%M %:z");
        let days = |left: TimeDelta| counted(left.num_days().unsigned_abs(), "day");
        let (ends, when) = if left > TimeDelta::zero() {
            ("ends", format!("in {}", days(left)))
        } else {
            ("ended", format!("{} ago", days(left)))
        };
        match self.basis {
            Basis::Told => {
                format!("the API key {ends} {}, {when}; {}", moment(self.at), new_ozon_key(""))
            }
            Basis::Issued(issued) => {
                let day = self.at.with_timezone(&offset).date_naive();
                let latest = if Some(issued) < THREE_MONTHS_SINCE { " at the latest" } else { "" };
                format!(
                    "the API key of {issued} (OZON_API_KEY_ISSUED) {ends} {day}{latest}, {when}; {}",
                    new_ozon_key(" and the day into OZON_API_KEY_ISSUED")
                )
            }
            Basis::Token(issued) => {
                let made = issued.map(|at| format!(", made {}", moment(at))).unwrap_or_default();
                format!("the token {ends} {}, {when}{made}; {}", moment(self.at), new_token())
            }
        }
    }
}

/// What there is to say of a Wildberries token without an end.
pub fn endless_token() -> Finding {
    let message = format!("WB_API_TOKEN is not a token with an end (a JWT); {}", new_token());
    let source = Source::Wildberries.as_str();
    Finding { severity: Severity::Warning, kind: Kind::KeyAge, source, message }
}

fn new_ozon_key(and: &str) -> String {
    format!(
        "make a new one in the seller's cabinet ({}), role Admin read only, and put it into OZON_API_KEY{and}",
        Source::Ozon.key_menu()
    )
}

fn new_token() -> String {
    format!(
        "make a new one in the seller's cabinet ({}), type «Персональный», categories Аналитика and Контент, «Только на чтение», \
         and put it into WB_API_TOKEN",
        Source::Wildberries.key_menu()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn moscow() -> FixedOffset {
        FixedOffset::east_opt(3 * 3600).unwrap()
    }

    fn end_of(issued: &str) -> String {
        let end = KeyEnd::of_issue(issued.parse().unwrap(), moscow()).unwrap();
        end.at.to_rfc3339()
    }

    #[test]
    fn a_key_is_told_of_in_its_last_fourteen_days() {
        let severity = |days: i64, seconds: i64| {
            let left = TimeDelta::days(days) + TimeDelta::seconds(seconds);
            KeyEnd { at: now() + left, basis: Basis::Told }.severity(now())
        };
        assert_eq!(severity(14, 1), None);
        assert_eq!(severity(14, 0), Some(Severity::Warning));
        assert_eq!(severity(3, 1), Some(Severity::Warning));
        assert_eq!(severity(3, 0), Some(Severity::Critical));
        assert_eq!(severity(-30, 0), Some(Severity::Critical));
    }

    #[test]
    fn a_noted_key_lives_three_months_and_one_from_before_as_long_as_it_did_then() {
        assert_eq!(end_of("2026-09-02"), "2026-12-01T21:00:00+00:00");
        assert_eq!(end_of("2026-11-30"), "2027-02-27T21:00:00+00:00");
        assert_eq!(end_of("2026-09-01"), "2027-02-27T21:00:00+00:00");
        assert_eq!(KeyEnd::of_issue(NaiveDate::MAX, moscow()), None);
    }

    #[test]
    fn the_sentence_has_the_day_in_the_sellers_time_and_what_to_do() {
        let end = KeyEnd { at: "2026-12-02T22:30:00Z".parse().unwrap(), basis: Basis::Told };
        assert_eq!(
            end.finding(now(), moscow()).unwrap().message,
            "the API key ends 2026-12-03 01:30 +03:00, in 9 days; make a new one in the seller's cabinet \
             (Настройки → Seller API), role Admin read only, and put it into OZON_API_KEY"
        );
        let old = KeyEnd::of_issue("2026-05-01".parse().unwrap(), moscow()).unwrap();
        let message = old.finding(now(), moscow()).unwrap().message;
        let beginning = "the API key of 2026-05-01 (OZON_API_KEY_ISSUED) ended 2026-10-28 at the latest, 26 days ago; ";
        assert!(message.starts_with(beginning), "{message}");
    }
}
