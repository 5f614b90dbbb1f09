//! Percentages and durations as people write them. A refusal is the end of a sentence that began
//! with the variable's name.

use std::time::Duration;

/// No sum of durations overflows.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);

/// A duration with its unit; ten years at most.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) => Err(format!("{text:?} is more than 10 years")),
        Err(_) if is_number(text) => {
            Err(format!("{text:?} has no unit: write {text}s, {text}m, {text}h or {text}d"))
        }
        Err(_) => Err(format!("{text:?} is not a duration such as 20s, 15m or 6h")),
    }
}

pub(crate) fn timeout(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => {
            Err(format!("{text:?}: nothing can happen within no time; say a duration such as 60s"))
        }
        timeout => Ok(timeout),
    }
}

/// From 0% to 100%, with the sign: whether 0.3 means 0.3% or 30% nobody but its writer knows.
pub(crate) fn percentage(text: &str) -> Result<f64, String> {
    let (number, signed) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text, false),
    };
    let point = number.replacen(',', ".", 1);
    let Some(value) = point.parse::<f64>().ok().filter(|_| is_number(&point)) else {
        if point.strip_prefix('-').is_some_and(is_number) {
            return Err(format!("{text:?} is below zero; say a percentage from 0% to 100%"));
        }
        return Err(format!("{text:?} is not a percentage such as 50% or 2.5%"));
    };
    if value > 100.0 {
        return Err(format!("{text:?} is too much; say a percentage from 0% to 100%"));
    }
    match (signed, (value * 1e8).round() / 1e6) {
        (true, _) => Ok(value),
        (false, share) if share > 0.0 && share <= 100.0 => Err(format!(
            "{text:?} has no percent sign: write {share}% if it is a share of 1, or {point}%"
        )),
        (false, _) => Err(format!("{text:?} has no percent sign: write {point}%")),
    }
}

/// Digits, with a point between them at most.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_a_number_from_0_to_100_with_its_sign() {
        for (text, value) in [
            ("0%", 0.0),
            ("50 %", 50.0),
            ("30.5%", 30.5),
            ("30,5%", 30.5),
            ("0.3%", 0.3),
            ("100%", 100.0),
        ] {
            assert_eq!(percentage(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn a_refused_percentage_is_told_how_to_write_what_may_be_meant() {
        for (text, said) in [
            ("0.3", "\"0.3\" has no percent sign: write 30% if it is a share of 1, or 0.3%"),
            ("0,3", "\"0,3\" has no percent sign: write 30% if it is a share of 1, or 0.3%"),
            ("1", "\"1\" has no percent sign: write 100% if it is a share of 1, or 1%"),
            ("30", "\"30\" has no percent sign: write 30%"),
            ("0", "\"0\" has no percent sign: write 0%"),
            ("200%", "\"200%\" is too much; say a percentage from 0% to 100%"),
            ("100.001%", "\"100.001%\" is too much; say a percentage from 0% to 100%"),
            ("150", "\"150\" is too much; say a percentage from 0% to 100%"),
            ("-5%", "\"-5%\" is below zero; say a percentage from 0% to 100%"),
        ] {
            assert_eq!(percentage(text), Err(said.to_owned()));
        }
        for text in [
            "NaN", "NaN%", "inf%", "1e1%", "%", "half", "1,000.5%", "1.2.3%", "+5%", "50%%", ".5%",
            "٥%",
        ] {
            assert_eq!(
                percentage(text),
                Err(format!("{text:?} is not a percentage such as 50% or 2.5%"))
            );
        }
    }

    #[test]
    fn a_refused_duration_is_told_what_is_wrong_with_it() {
        for (text, said) in [
            ("7", "\"7\" has no unit: write 7s, 7m, 7h or 7d"),
            ("11y", "\"11y\" is more than 10 years"),
            ("soon", "\"soon\" is not a duration such as 20s, 15m or 6h"),
            ("-5s", "\"-5s\" is not a duration such as 20s, 15m or 6h"),
        ] {
            assert_eq!(duration(text), Err(said.to_owned()));
        }
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5_400)));
        assert!(timeout("0s").is_err_and(|said| said.contains("no time")));
    }
}
