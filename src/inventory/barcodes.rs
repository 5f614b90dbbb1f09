//! A cell of barcodes, as marketplaces write it and as spreadsheets spoil it. Which listing carries
//! them is not known here.

use std::borrow::Cow;
use std::collections::HashSet;

use chrono::NaiveDate;

use super::field::{LONGEST_BARCODE, MOST_BARCODES};
use crate::text::printable;

/// The barcodes of a list parted by `;` or `,`, in its order, each once; `None` if a spreadsheet
/// has spoilt one of them, for then nobody can say which barcodes there are.
pub(crate) fn barcodes(list: &str, warnings: &mut Vec<String>) -> Option<Vec<String>> {
    let mut barcodes = Vec::new();
    let mut seen = HashSet::new();
    for piece in list.split(';').flat_map(Pieces) {
        let piece = unmarked(piece);
        // Nearly all are nothing but digits.
        let barcode = match is_digits(piece) {
            true => piece.into(),
            false if is_spoilt(piece) => return None,
            false => mended(piece),
        };
        if barcode.chars().count() > LONGEST_BARCODE {
            let shown = printable(&barcode);
            warnings.push(format!(
                "the barcode \"{shown}\" is left out: it has more than {LONGEST_BARCODE} characters"
            ));
        } else if !barcode.is_empty() && seen.insert(barcode.clone()) {
            if barcodes.len() == MOST_BARCODES {
                warnings.push(format!(
                    "there are more than {MOST_BARCODES} barcodes, only the first {MOST_BARCODES} count"
                ));
                break;
            }
            barcodes.push(barcode.into_owned());
        }
    }
    Some(barcodes)
}

/// Whether a spreadsheet has put this in place of a code whose digits are lost: a rounded number
/// (`4,60123E+12`), a date, an error (`#NAME?`) or the `####` of a column that was too narrow.
pub(crate) fn is_spoilt(code: &str) -> bool {
    is_rounded(code)
        || code.starts_with('#')
        || ["%d.%m.%Y", "%Y-%m-%d", "%Y-%m-%d 00:00:00"]
            .iter()
            .any(|form| NaiveDate::parse_from_str(code, form).is_ok())
}

/// A number in scientific notation. Without a decimal mark only a plus gives it away: `12E5` may be
/// somebody's own code.
pub(crate) fn is_rounded(code: &str) -> bool {
    let Some((mantissa, exponent)) = code.split_once(['e', 'E']) else { return false };
    let (whole, fraction) = match mantissa.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let told = fraction.map_or(exponent.starts_with('+'), is_digits);
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    told && whole.len() <= 3 && is_digits(whole) && power.len() <= 3 && is_digits(power)
}

/// A barcode that a program took for a number, as the digits that it is: without `.0`, without
/// blanks between thousands.
pub(crate) fn mended(code: &str) -> Cow<'_, str> {
    let whole = match code.rsplit_once(['.', ',']) {
        Some((whole, zeros)) if is_zeros(zeros) => whole,
        _ => code,
    };
    if is_digits(whole) {
        return whole.into();
    }
    let mut groups = whole.split(char::is_whitespace);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<_> = groups.collect();
    let thousands = (1..=3).contains(&first.len())
        && rest.len() > 1
        && rest.iter().all(|group| group.len() == 3)
        && std::iter::once(&first).chain(&rest).all(|group| is_digits(group));
    if thousands { Cow::Owned(first.to_owned() + &rest.concat()) } else { code.into() }
}

/// The pieces between commas, unless the comma is the decimal mark of one number: then what stands
/// on both sides of it is one piece.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let first = self.0.find(',').unwrap_or(self.0.len());
        let second = self.0.get(first + 1..).map(|rest| rest.find(',').unwrap_or(rest.len()));
        let both = second.map_or(first, |length| first + 1 + length);
        let end = if is_number(unmarked(&self.0[..both])) { both } else { first };
        let piece = &self.0[..end];
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        Some(piece)
    }
}

/// Whether this is one number with a decimal comma: rounded, or with nothing but zeros behind it.
fn is_number(text: &str) -> bool {
    let zeros = || {
        let (whole, zeros) = text.split_once(',')?;
        let digits = |byte: u8| byte.is_ascii_digit() || !byte.is_ascii() || byte == b' ';
        Some(is_zeros(zeros) && !whole.is_empty() && whole.bytes().all(digits))
    };
    is_rounded(text) || zeros() == Some(true)
}

fn is_zeros(text: &str) -> bool {
    // More of them may as well be a barcode.
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte == b'0')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Without blanks at the ends and without the apostrophe by which Excel marks text.
fn unmarked(piece: &str) -> &str {
    let piece = piece.trim();
    piece.strip_prefix('\'').unwrap_or(piece).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(list: &str) -> Option<Vec<String>> {
        barcodes(list, &mut Vec::new())
    }

    #[test]
    fn barcodes_are_parted_trimmed_and_kept_once() {
        let mut warnings = Vec::new();
        let long = "9".repeat(65);
        let list = format!("'460;  461,460;;{long}");
        assert_eq!(barcodes(&list, &mut warnings).unwrap(), ["460", "461"]);
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn a_comma_parts_barcodes_unless_it_is_the_decimal_mark_of_one() {
        for (list, expected) in [
            ("2000000000011,2000000000028", &["2000000000011", "2000000000028"][..]),
            ("'2000000000011, '2000000000028", &["2000000000011", "2000000000028"]),
            ("2000000000011,0", &["2000000000011"]),
            ("2000000000011,00,2000000000028,00", &["2000000000011", "2000000000028"]),
            ("2000000000011.0,2000000000028.0", &["2000000000011", "2000000000028"]),
            ("4\u{a0}601\u{a0}234\u{a0}567\u{a0}890,00", &["4601234567890"]),
            ("4 601 234 567 890", &["4601234567890"]),
            ("2000000000011,0000000000000", &["2000000000011", "0000000000000"]),
            ("0012,", &["0012"]),
            (",,0012", &["0012"]),
            ("OZN123,OZN124", &["OZN123", "OZN124"]),
            ("12E5;1E-5;460 123;12-34-56;A,0", &["12E5", "1E-5", "460 123", "12-34-56", "A", "0"]),
            ("", &[]),
        ] {
            assert_eq!(told(list).unwrap(), expected, "{list:?}");
        }
    }

    #[test]
    fn what_a_spreadsheet_has_spoilt_is_no_barcode_and_neither_is_what_stands_beside_it() {
        for spoilt in [
            "4,60123E+12",
            "4.60123E+12",
            "'4,60123E+12",
            "4.6E+12",
            "4.6e12",
            "4,6e12",
            "4E+12",
            "460,1E+10",
            "#######",
            "#ИМЯ?",
            "01.02.2026",
            "2026-02-01 00:00:00",
        ] {
            for list in [
                spoilt.to_owned(),
                format!("2000000000011;{spoilt}"),
                format!("{spoilt},2000000000011"),
                format!("2000000000011,{spoilt}"),
                format!("{spoilt},{spoilt}"),
            ] {
                assert_eq!(told(&list), None, "{list:?}");
            }
        }
    }

    #[test]
    fn of_a_cell_full_of_barcodes_the_first_500_count_and_a_warning_says_so() {
        let many: Vec<String> = (0..100_000).map(|number| format!("46{number:011}")).collect();
        let mut warnings = Vec::new();
        assert_eq!(barcodes(&many.join(";"), &mut warnings).unwrap(), many[..500]);
        let expected = ["there are more than 500 barcodes, only the first 500 count"];
        assert_eq!(warnings, expected);
        let twice = format!("{0};{0}", many[..500].join(";"));
        assert_eq!(told(&twice).unwrap(), many[..500]);
    }
}
