//! How old a file is that a seller gives us: a word about it, as its stock becomes today's whatever
//! it says. Refuses nothing.

use std::ffi::OsStr;
use std::path::Path;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};

/// What is that old need no longer be the stock of today.
const OLD: TimeDelta = TimeDelta::days(1);

/// What there is to say of a file that was last written at `modified`; a date in its name counts as
/// well, if that is older.
pub(super) fn warning(path: &Path, modified: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let written =
        (modified, format!("was last written on {}", modified.format("%Y-%m-%d %H:%M UTC")));
    let named = date_in(name, now.date_naive()).and_then(|day| {
        // A day is over everywhere in Russia when the next one begins in UTC.
        let end = day.checked_add_days(Days::new(1))?.and_time(chrono::NaiveTime::MIN).and_utc();
        Some((end, format!("is of {day} by its name")))
    });
    let (moment, words) = named.into_iter().chain([written]).min_by_key(|(moment, _)| *moment)?;
    let age = now - moment;
    let shown = path.display();
    if age > OLD {
        Some(format!(
            "{shown} {words}, more than {} ago; what it says is written as the stock of today",
            crate::text::counted(age.num_days(), "day")
        ))
    } else if age < -OLD {
        Some(format!(
            "{shown} {words}, which lies in the future: how old it is cannot be told; what it says is written as the stock of today"
        ))
    } else {
        None
    }
}

/// The latest day that a file's name holds, as `2026-11-21`, `21.11.2026`, `20261121` or in seconds
/// since 1970, as Ozon names its reports. What lies in the future is something else.
fn date_in(name: &str, today: NaiveDate) -> Option<NaiveDate> {
    let numbers: Vec<&str> = name.split(|character: char| !character.is_ascii_digit()).collect();
    let whole = numbers.iter().filter_map(|number| match number.len() {
        8 => NaiveDate::parse_from_str(number, "%Y%m%d").ok(),
        10 => Some(DateTime::from_timestamp(number.parse().ok()?, 0)?.date_naive()),
        _ => None,
    });
    let parted = numbers.windows(3).filter_map(|parts| {
        let form = match [parts[0].len(), parts[1].len(), parts[2].len()] {
            [4, 2, 2] => "%Y-%m-%d",
            [2, 2, 4] => "%d-%m-%Y",
            _ => return None,
        };
        NaiveDate::parse_from_str(&parts.join("-"), form).ok()
    });
    let sane = |day: &NaiveDate| day.year() >= 2015 && *day <= today;
    whole.chain(parted).filter(sane).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_is_read_out_of_a_name() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 29).unwrap();
        for (name, day) in [
            ("report_2026_11_21.xlsx", Some("2026-11-21")),
            ("Отчёт от 21.11.2026 (2).csv", Some("2026-11-21")),
            ("товары-20261121T0815.csv", Some("2026-11-21")),
            ("2026-11-01_2026-11-21.csv", Some("2026-11-21")),
            ("seller_products_924336_1720170405_a9ea2f27-a473.csv", Some("2024-07-05")),
            ("2026-12-21.csv", None),
            ("2026-13-45.csv", None),
            ("4601234567890.csv", None),
            ("Товары.csv", None),
        ] {
            let found = date_in(name, today).map(|day| day.to_string());
            assert_eq!(found.as_deref(), day, "{name}");
        }
    }

    #[test]
    fn the_older_of_both_dates_counts_and_a_day_is_no_age() {
        let now = at("2026-11-29T12:00:00Z");
        for (name, modified, said) in [
            ("a.csv", "2026-11-28T12:00:00Z", None),
            (
                "a.csv",
                "2026-11-28T11:59:59Z",
                Some("was last written on 2026-11-28 11:59 UTC, more than 1 day ago"),
            ),
            ("a.csv", "2026-11-21T11:00:00Z", Some("more than 8 days ago")),
            (
                "a_2026-11-21.csv",
                "2026-11-29T11:00:00Z",
                Some("is of 2026-11-21 by its name, more than 7 days ago"),
            ),
            ("a_2026-11-29.csv", "2026-11-21T11:00:00Z", Some("was last written on 2026-11-21")),
            ("a_2026-11-28.csv", "2026-11-29T11:00:00Z", None),
            ("a.csv", "2026-11-30T11:00:00Z", None),
            ("a.csv", "2027-11-30T11:00:00Z", Some("lies in the future")),
        ] {
            let warning = warning(Path::new(name), at(modified), now);
            match said {
                None => assert_eq!(warning, None, "{name}"),
                Some(said) => assert!(warning.as_deref().unwrap().contains(said), "{warning:?}"),
            }
        }
    }
}
