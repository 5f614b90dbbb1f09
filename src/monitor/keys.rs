//! How long the marketplaces' keys still hold: Ozon's by its own word or by the day that the owner
//! noted, Wildberries' by the token.
//! Values in, findings out; nothing is asked here of anybody.

use chrono::{DateTime, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::finding::{Fact, Finding, Severity};
use crate::inventory::Source;
use crate::secret::Secret;
use crate::wb_token::WbToken;

/// How long before its end a key is told of.
const NOTICE: TimeDelta = TimeDelta::days(14);
const URGENT: TimeDelta = TimeDelta::days(3);

/// Since this day Ozon makes keys of 3 months (its documentation, October 2026); before, they were
/// of 180 days at most. Whether those live on is not said: what they were made with is the latest
/// end.
const THREE_MONTHS_SINCE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 9, 2);
const FORMER_LIFE: TimeDelta = TimeDelta::days(180);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    Told,
    /// From the day in `OZON_API_KEY_ISSUED`.
    Issued(NaiveDate),
    /// The token says it, and perhaps when it was made.
    Token(Option<DateTime<Utc>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyEnd {
    pub at: DateTime<Utc>,
    pub basis: Basis,
}

impl KeyEnd {
    /// Of an Ozon key that was made on this day, in the seller's time zone; `None` beyond the
    /// calendar.
    pub(crate) fn of_issue(issued: NaiveDate, offset: FixedOffset) -> Option<Self> {
        let day = if Some(issued) < THREE_MONTHS_SINCE {
            issued.checked_add_signed(FORMER_LIFE)
        } else {
            issued.checked_add_months(Months::new(3))
        };
        let midnight = day?.and_time(NaiveTime::MIN).and_local_timezone(offset).single()?;
        Some(Self { at: midnight.to_utc(), basis: Basis::Issued(issued) })
    }

    /// Of a Wildberries token; `None` if it says nothing of an end.
    pub(crate) fn of_token(token: &Secret) -> Option<Self> {
        let token = WbToken::read(token)?;
        Some(Self { at: token.expires?, basis: Basis::Token(token.issued) })
    }

    /// How near the end is; `None` as long as nobody has to act.
    pub(crate) fn severity(self, now: DateTime<Utc>) -> Option<Severity> {
        match self.at - now {
            left if left <= URGENT => Some(Severity::Critical),
            left if left <= NOTICE => Some(Severity::Warning),
            _ => None,
        }
    }

    /// What there is to say of it, as long as it is near.
    pub(crate) fn finding(self, now: DateTime<Utc>, offset: FixedOffset) -> Option<Finding> {
        let severity = self.severity(now)?;
        let source = match self.basis {
            Basis::Told | Basis::Issued(_) => Source::Ozon,
            Basis::Token(_) => Source::Wildberries,
        };
        let fact = Fact::KeyEnds { end: self, left: self.at - now, zone: offset };
        Some(Finding { severity, source, fact })
    }

    /// Whether it may end earlier: of an Ozon key that is known by its day only, and was made when
    /// keys could live shorter.
    pub(crate) fn is_latest(self) -> bool {
        matches!(self.basis, Basis::Issued(day) if Some(day) < THREE_MONTHS_SINCE)
    }
}

/// What there is to say of a Wildberries token without an end.
pub(crate) fn endless_token() -> Finding {
    Finding { severity: Severity::Warning, source: Source::Wildberries, fact: Fact::EndlessToken }
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
}
