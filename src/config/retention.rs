//! How long rows are kept: whole days, weeks, months or years, never so few that a slip of the hand
//! takes a history away. Which rows are past it is for the store to find.

use std::fmt;

use chrono::{FixedOffset, Months, NaiveDate, TimeDelta};

use super::{Environment, snapshot_utc_offset};
use crate::failure::{Exit, Failure};
use crate::text::counted;

/// Nobody plans for longer, and no date overflows.
const MOST_DAYS: u64 = 36_600;

/// A time to keep rows for. Months and years are those of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    /// Never `m` or `M`: elsewhere a minute or a month.
    fn parse(text: &str) -> Option<Self> {
        Some(match text.to_lowercase().as_str() {
            "d" | "day" | "days" => Unit::Day,
            "w" | "wk" | "wks" | "week" | "weeks" => Unit::Week,
            "mo" | "mos" | "mon" | "month" | "months" => Unit::Month,
            "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
            _ => return None,
        })
    }

    const fn noun(self) -> &'static str {
        match self {
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }

    const fn days(self) -> u64 {
        match self {
            Unit::Day => 1,
            Unit::Week => 7,
            Unit::Month => 30,
            Unit::Year => 365,
        }
    }
}

impl Retention {
    const fn of_days(count: u32) -> Self {
        Self { count, unit: Unit::Day }
    }

    fn parse(text: &str, least: u32) -> Result<Self, String> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = (&text[..digits], text[digits..].trim_start());
        let refuse = |reason: &str| {
            Err(format!(
                "{text:?} {reason}; write whole days, weeks, months or years, such as 90d, 24 months or 2y, \
                 and {least} days at least"
            ))
        };
        let unit = match (Unit::parse(unit), unit) {
            _ if number.is_empty() => return refuse("is not a time to keep rows for"),
            (Some(unit), _) => unit,
            (None, "") => return refuse("has no unit"),
            (None, "m" | "M") => {
                return refuse(&format!("could mean minutes, months are written {number} months"));
            }
            (None, fraction) if fraction.starts_with(['.', ',']) => {
                return refuse("is no whole number of days");
            }
            (None, _) => return refuse("is not one number with one such unit"),
        };
        let count = number.parse().unwrap_or(u32::MAX);
        match u64::from(count) * unit.days() {
            days if days < u64::from(least) => refuse("is too short"),
            days if days > MOST_DAYS => refuse("is longer than 100 years"),
            _ => Ok(Self { count, unit }),
        }
    }

    fn first_kept(self, today: NaiveDate) -> NaiveDate {
        let months = |count| today.checked_sub_months(Months::new(count));
        let days = |count: u32| today.checked_sub_signed(TimeDelta::days(count.into()));
        let first = match self.unit {
            Unit::Day => days(self.count),
            Unit::Week => days(self.count.saturating_mul(7)),
            Unit::Month => months(self.count),
            Unit::Year => months(self.count.saturating_mul(12)),
        };
        first.unwrap_or(NaiveDate::MIN)
    }
}

/// As it can be read again.
impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&counted(self.count, self.unit.noun()))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct RetentionRule {
    pub variable: &'static str,
    pub set: Option<Retention>,
    /// What the newest sync had it set to, which may read another file than `migrate` does.
    noted: Option<Retention>,
    default: Retention,
    /// Days that stay in any case: a month of the calendar may be shorter.
    least: u32,
}

impl RetentionRule {
    fn read(
        environment: &Environment,
        variable: &'static str,
        default: u32,
        least: u32,
    ) -> Result<Self, Failure> {
        let set = environment.judged(variable, |text| Retention::parse(text, least))?;
        Ok(Self { variable, set, noted: None, default: Retention::of_days(default), least })
    }

    /// Takes over what the syncs have noted.
    /// Errors: `Exit::Configuration` for what no sync writes: rows must not go by a guess.
    pub fn note(&mut self, text: &str) -> Result<(), Failure> {
        let noted = Retention::parse(text, self.least).map_err(|reason| {
            let message = format!("{} as stocksync_state has it: {reason}", self.variable);
            Failure::new(Exit::Configuration, message)
        })?;
        self.noted = Some(noted);
        Ok(())
    }

    fn in_force(&self) -> Retention {
        self.set.or(self.noted).unwrap_or(self.default)
    }

    /// Whether it is as it is set here, and nobody can have expected another.
    pub fn is_plain(&self) -> bool {
        self.set.is_some() && self.noted.is_none_or(|noted| Some(noted) == self.set)
    }

    pub fn first_kept(&self, today: NaiveDate) -> NaiveDate {
        let least = Retention::of_days(self.least);
        self.in_force().first_kept(today).min(least.first_kept(today))
    }
}

/// The retention in force, and where it comes from.
impl fmt::Display for RetentionRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variable, kept) = (self.variable, self.in_force());
        match (self.set, self.noted) {
            (Some(set), Some(noted)) if set != noted => {
                write!(f, "{variable} is {kept} here, though {noted} for the syncs")
            }
            (Some(_), _) => write!(f, "{variable} is {kept}"),
            (None, Some(_)) => {
                write!(f, "{variable} is not set here, but {kept} for the syncs, which counts")
            }
            (None, None) => write!(f, "{variable} is not set, so {kept} are kept"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct RetentionSettings {
    /// `LOG_RETENTION`: of a row of `sync_logs`, counted from its start; gone with its whole month.
    pub logs: RetentionRule,
    /// `INVENTORY_RETENTION`: of a snapshot, counted from its day. A source's newest one stays for
    /// ever.
    pub inventory: RetentionRule,
    /// `SNAPSHOT_UTC_OFFSET`: whose midnight begins a snapshot's day.
    pub utc_offset: FixedOffset,
}

impl RetentionSettings {
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            logs: RetentionRule::read(environment, "LOG_RETENTION", 90, 7)?,
            inventory: RetentionRule::read(environment, "INVENTORY_RETENTION", 730, 30)?,
            utc_offset: snapshot_utc_offset(environment)?,
        })
    }

    pub fn rules(&mut self) -> [&mut RetentionRule; 2] {
        [&mut self.logs, &mut self.inventory]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn first_kept(text: &str, today: &str) -> NaiveDate {
        Retention::parse(text, 7).unwrap().first_kept(day(today))
    }

    #[test]
    fn each_unit_is_read_in_its_usual_spellings() {
        for (text, kept) in [
            ("90d", "90 days"),
            ("90 D", "90 days"),
            ("730 days", "730 days"),
            ("030day", "30 days"),
            ("5w", "5 weeks"),
            ("5 Weeks", "5 weeks"),
            ("24 months", "24 months"),
            ("24mo", "24 months"),
            ("1 month", "1 month"),
            ("2y", "2 years"),
            (" 2  years ", "2 years"),
            ("1Year", "1 year"),
            ("100y", "100 years"),
        ] {
            assert_eq!(Retention::parse(text, 30).unwrap().to_string(), kept, "{text}");
        }
    }

    #[test]
    fn what_could_mean_a_short_time_is_refused_with_the_right_spellings() {
        for (text, reason) in [
            ("24m", "could mean minutes, months are written 24 months"),
            ("24M", "could mean minutes, months are written 24 months"),
            ("90", "has no unit"),
            ("0d", "is too short"),
            ("29d", "is too short"),
            ("4w", "is too short"),
            ("0 years", "is too short"),
            ("1.5y", "is no whole number of days"),
            ("1,5 years", "is no whole number of days"),
            ("101y", "is longer than 100 years"),
            ("99999999999999999999y", "is longer than 100 years"),
            ("6h", "is not one number with one such unit"),
            ("90s", "is not one number with one such unit"),
            ("90min", "is not one number with one such unit"),
            ("1y 6 months", "is not one number with one such unit"),
            ("-90d", "is not a time to keep rows for"),
            ("+90d", "is not a time to keep rows for"),
            ("d", "is not a time to keep rows for"),
            ("forever", "is not a time to keep rows for"),
            ("٩٠d", "is not a time to keep rows for"),
        ] {
            let said = Retention::parse(text, 30).unwrap_err();
            assert!(said.starts_with(&format!("{text:?} {reason}; write ")), "{said}");
            assert!(said.ends_with("such as 90d, 24 months or 2y, and 30 days at least"), "{said}");
        }
    }

    #[test]
    fn months_and_years_are_those_of_the_calendar() {
        assert_eq!(first_kept("24 months", "2026-11-30"), day("2024-11-30"));
        assert_eq!(first_kept("2y", "2026-11-30"), day("2024-11-30"));
        assert_eq!(first_kept("730d", "2026-11-30"), day("2024-11-30"));
        assert_eq!(first_kept("1 month", "2026-03-31"), day("2026-02-28"));
        assert_eq!(first_kept("1y", "2024-02-29"), day("2023-02-28"));
        assert_eq!(first_kept("5w", "2026-11-30"), day("2026-10-26"));
    }

    #[test]
    fn a_short_month_keeps_the_least_days_all_the_same() {
        let environment = Environment::from_pairs([("INVENTORY_RETENTION", "1 month")]);
        let settings = RetentionSettings::read(&environment).unwrap();
        assert_eq!(settings.inventory.first_kept(day("2026-03-15")), day("2026-02-13"));
        assert_eq!(settings.inventory.first_kept(day("2026-08-31")), day("2026-07-31"));
    }

    #[test]
    fn what_is_set_here_counts_then_what_the_syncs_have_then_the_default() {
        let read = |pairs: &[(&str, &str)]| {
            let value = pairs.first().map_or("", |(_, value)| value);
            RetentionSettings::read(&Environment::from_pairs([("INVENTORY_RETENTION", value)]))
                .unwrap()
                .inventory
        };
        let mut rule = read(&[]);
        assert_eq!(rule.to_string(), "INVENTORY_RETENTION is not set, so 730 days are kept");
        rule.note("10y").unwrap();
        assert_eq!(
            rule.to_string(),
            "INVENTORY_RETENTION is not set here, but 10 years for the syncs, which counts"
        );
        assert_eq!(rule.first_kept(day("2026-11-30")), day("2016-11-30"));
        let mut rule = read(&[("", "90d")]);
        assert_eq!(rule.to_string(), "INVENTORY_RETENTION is 90 days");
        rule.note("10y").unwrap();
        assert_eq!(
            rule.to_string(),
            "INVENTORY_RETENTION is 90 days here, though 10 years for the syncs"
        );
        assert_eq!(rule.first_kept(day("2026-11-30")), day("2026-09-01"));
        assert_eq!(rule.note("24m").unwrap_err().exit(), Exit::Configuration);
    }

    proptest! {
        /// Whatever is accepted keeps the least at least, and can be written down and read again.
        #[test]
        fn no_text_keeps_less_than_the_least(text in "[0-9]{0,6} ?[a-zA-Zм.]{0,6}") {
            if let Ok(kept) = Retention::parse(&text, 7) {
                let today = day("2026-03-31");
                prop_assert!(kept.first_kept(today) <= day("2026-03-24"));
                prop_assert_eq!(Retention::parse(&kept.to_string(), 7), Ok(kept));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let refused = Retention::parse(&text, 7).is_err_and(|said| said.contains("such as 90d"));
            prop_assert!(refused || Retention::parse(&text, 7).is_ok());
        }
    }
}
