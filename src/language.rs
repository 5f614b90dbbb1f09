//! Russian or English: numbers, dates, lengths of time and plurals in the form of each.
//! Ground floor; what is said with them is in `words`.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use crate::text::grouped;

/// A noun in its forms: with 1 (21, 31 …), with 2 to 4 (22 …), with all others. English has two.
#[derive(Clone, Copy)]
pub(crate) struct Forms(pub(crate) &'static str, pub(crate) &'static str, pub(crate) &'static str);

/// The language in which people are spoken to. Logs, errors and JSON are English always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Russian,
    English,
}

/// A blank that does not break a line.
const NO_BREAK: char = '\u{a0}';

const RUSSIAN_MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

impl Language {
    /// The language of a locale as `LANG` names it (`ru_RU.UTF-8`): Russian or else English.
    pub fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '.', '-', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("ru") { Self::Russian } else { Self::English }
    }

    pub fn of_tag(tag: &str) -> Option<Self> {
        [Self::Russian, Self::English].into_iter().find(|language| language.tag() == tag)
    }

    /// The one of two that are side by side.
    pub(crate) fn either<T>(self, russian: T, english: T) -> T {
        match self {
            Self::Russian => russian,
            Self::English => english,
        }
    }

    pub fn tag(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::English => "en",
        }
    }

    /// `12 345` or `12,345`.
    pub fn number(self, number: i64) -> String {
        let between = if self == Self::Russian { NO_BREAK } else { ',' };
        let sign = if number < 0 { "−" } else { "" };
        format!("{sign}{}", grouped(number.unsigned_abs(), between))
    }

    /// For an axis, which has no room for seven digits: from a million on `1,2 млн`, `1.2 M`.
    pub fn axis(self, number: i64) -> String {
        if number.abs() < 1_000_000 {
            return self.number(number);
        }
        let millions = self.decimal(number as f64 / 1e6).replace(",0", "").replace(".0", "");
        let unit = if self == Self::Russian { "млн" } else { "M" };
        format!("{millions}{NO_BREAK}{unit}")
    }

    pub fn total(self, number: impl TryInto<i64>) -> String {
        self.number(number.try_into().unwrap_or(i64::MAX))
    }

    /// A share between 0 and 1: `38 %`.
    pub fn percent(self, share: f64) -> String {
        format!("{}{NO_BREAK}%", self.number((share * 100.0).round() as i64))
    }

    /// With its sign: `+5`, `−3`.
    pub fn change(self, number: i64) -> String {
        if number > 0 { format!("+{}", self.number(number)) } else { self.number(number) }
    }

    /// With one decimal below 10, as a whole number from there on.
    pub fn decimal(self, number: f64) -> String {
        if number >= 9.95 {
            return self.number(number.round() as i64);
        }
        let text = format!("{number:.1}");
        match self {
            Self::Russian => text.replace('.', ","),
            Self::English => text,
        }
    }

    /// A number with its noun: `21 товар`, `5 products`.
    pub(crate) fn count(self, number: impl TryInto<i64>, forms: &Forms) -> String {
        let number = number.try_into().unwrap_or(i64::MAX);
        format!("{}{NO_BREAK}{}", self.number(number), self.noun(number, forms))
    }

    pub(crate) fn noun(self, number: i64, forms: &Forms) -> &'static str {
        let number = number.unsigned_abs();
        match self {
            Self::English if number == 1 => forms.0,
            Self::English => forms.2,
            Self::Russian => match (number % 10, number % 100) {
                (1, rest) if rest != 11 => forms.0,
                (2..=4, rest) if !(12..=14).contains(&rest) => forms.1,
                _ => forms.2,
            },
        }
    }

    /// For an axis: `23.11`, `23 Nov`.
    pub fn short_day(self, day: NaiveDate) -> String {
        match self {
            Self::Russian => day.format("%d.%m").to_string(),
            Self::English => day.format("%-d %b").to_string(),
        }
    }

    /// `23 ноября`, `23 November`.
    pub fn day(self, day: NaiveDate) -> String {
        match self {
            Self::Russian => {
                let month = RUSSIAN_MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
                format!("{}{NO_BREAK}{month}", day.day())
            }
            Self::English => day.format("%-d\u{a0}%B").to_string(),
        }
    }

    /// `23 ноября, 08:15`.
    pub fn moment(self, moment: DateTime<FixedOffset>) -> String {
        format!("{}, {}", self.day(moment.date_naive()), moment.format("%H:%M"))
    }

    /// `23.11 08:15`.
    pub fn short_moment(self, moment: DateTime<FixedOffset>) -> String {
        format!("{} {}", self.short_day(moment.date_naive()), moment.format("%H:%M"))
    }

    /// For a table or a message: `2026-11-23`, `23.11.2026`.
    pub fn date(self, day: NaiveDate) -> String {
        day.format(self.either("%d.%m.%Y", "%Y-%m-%d")).to_string()
    }

    /// For a table: `2026-11-23 08:15`, `23.11.2026 08:15`.
    pub fn time(self, moment: DateTime<FixedOffset>) -> String {
        format!("{} {}", self.date(moment.date_naive()), moment.format("%H:%M"))
    }

    /// The same with its time zone, for a message that may be read elsewhere.
    pub fn time_and_zone(self, moment: DateTime<FixedOffset>) -> String {
        format!("{} (UTC{})", self.time(moment), moment.offset())
    }

    /// An age in its two largest units, as precise as people want it: seconds only below a minute.
    pub fn age(self, seconds: u64) -> String {
        self.duration(if seconds < 60 { seconds } else { seconds - seconds % 60 })
    }

    /// A length of time in its two largest units: `2 ч 15 мин`, `3 d 4 h`, `42 s`.
    pub fn duration(self, seconds: u64) -> String {
        let [day, hour, minute, second] = match self {
            Self::Russian => ["д", "ч", "мин", "с"],
            Self::English => ["d", "h", "min", "s"],
        };
        let (large, small) = match seconds {
            86_400.. => ((seconds / 86_400, day), (seconds / 3_600 % 24, hour)),
            3_600.. => ((seconds / 3_600, hour), (seconds / 60 % 60, minute)),
            60.. => ((seconds / 60, minute), (seconds % 60, second)),
            _ => ((seconds, second), (0, "")),
        };
        let one = |(number, unit): (u64, &str)| format!("{number}{NO_BREAK}{unit}");
        if small.0 == 0 { one(large) } else { format!("{} {}", one(large), one(small)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_nouns_follow_the_last_two_digits() {
        let forms = Forms("товар", "товара", "товаров");
        let noun = |number| Language::Russian.noun(number, &forms);
        for number in [1, 21, 101, 1_001] {
            assert_eq!(noun(number), "товар", "{number}");
        }
        for number in [2, 3, 4, 22, 104] {
            assert_eq!(noun(number), "товара", "{number}");
        }
        for number in [0, 5, 11, 12, 13, 14, 19, 20, 25, 111, 112, 1_011] {
            assert_eq!(noun(number), "товаров", "{number}");
        }
    }

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        assert_eq!(Language::Russian.number(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(Language::English.number(-1_234), "−1,234");
        assert_eq!(Language::English.number(999), "999");
        assert_eq!(Language::Russian.change(1_500), "+1\u{a0}500");
        assert_eq!(Language::Russian.decimal(2.46), "2,5");
        assert_eq!(Language::English.decimal(12.6), "13");
        assert_eq!(Language::Russian.axis(999_999), "999\u{a0}999");
        assert_eq!(Language::Russian.axis(1_500_000), "1,5\u{a0}млн");
        assert_eq!(Language::English.axis(800_000_000), "800\u{a0}M");
        assert_eq!(Language::English.axis(2_000_000), "2\u{a0}M");
    }

    #[test]
    fn dates_are_written_as_the_language_does() {
        let moment: DateTime<FixedOffset> = "2026-11-03T08:15:00+03:00".parse().unwrap();
        assert_eq!(Language::Russian.moment(moment), "3\u{a0}ноября, 08:15");
        assert_eq!(Language::English.moment(moment), "3\u{a0}November, 08:15");
        assert_eq!(Language::Russian.short_day(moment.date_naive()), "03.11");
    }

    #[test]
    fn a_length_of_time_has_its_two_largest_units() {
        assert_eq!(Language::Russian.duration(8_100), "2\u{a0}ч 15\u{a0}мин");
        assert_eq!(Language::English.duration(86_400), "1\u{a0}d");
        assert_eq!(Language::English.duration(42), "42\u{a0}s");
    }

    #[test]
    fn only_a_russian_locale_is_russian() {
        assert_eq!(Language::of_locale("ru_RU.UTF-8"), Language::Russian);
        assert_eq!(Language::of_locale("ru"), Language::Russian);
        for other in ["", "C", "C.UTF-8", "en_US.UTF-8", "rup_MK"] {
            assert_eq!(Language::of_locale(other), Language::English);
        }
    }
}
