//! What the contents of a sheet's cell are, by the type that the cell claims, and where a reference
//! such as `C5` points.

use crate::inventory::Field;
use crate::inventory::quantity::whole_number;

/// Columns that a sheet may have: Excel's own limit.
pub(super) const MOST_COLUMNS: usize = 16_384;

/// What a cell says of its value: the attribute `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `n`, or nothing.
    Number,
    /// `s`: the index of a shared string.
    Shared,
    /// `str`, `inlineStr`, `d`: text, also a formula's or a date's.
    Text,
    /// `b`.
    Truth,
    /// `e`: `#N/A` and the like.
    Error,
    Unknown,
}

impl Kind {
    pub(super) fn of(attribute: &[u8]) -> Self {
        match attribute {
            b"n" => Self::Number,
            b"s" => Self::Shared,
            b"str" | b"inlineStr" | b"d" => Self::Text,
            b"b" => Self::Truth,
            b"e" => Self::Error,
            _ => Self::Unknown,
        }
    }
}

/// A number of a sheet: whole ones in full, however they were written; others as they are.
pub(super) fn number(value: &str) -> Field {
    let value = value.trim();
    if value.is_empty() {
        return Field::Absent;
    }
    let decimal = value.contains(['.', 'e', 'E']) && !is_rounded(value);
    let written_out = decimal.then(|| whole_number(value)).flatten();
    written_out.map_or_else(|| Field::written(value), Field::Integer)
}

/// Whether a barcode's digits were lost before this was written: it is too long for a number of
/// pieces, and most of it would be zeros. Writers leave out the zeros that a number really ends in,
/// but those are few.
fn is_rounded(value: &str) -> bool {
    const LONGEST_QUANTITY: usize = 11;
    const FEW: usize = 5;
    let Some((mantissa, exponent)) = value.split_once(['e', 'E']) else { return false };
    let told = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let digits = exponent.parse::<usize>().map_or(0, |power| power.saturating_add(1));
    digits > LONGEST_QUANTITY && told.saturating_add(FEW) <= digits
}

pub(super) fn text(value: String) -> Field {
    if value.is_empty() { Field::Absent } else { Field::Text(value) }
}

pub(super) fn truth(value: &str) -> Field {
    let truth = if value.trim() == "1" { "TRUE" } else { "FALSE" };
    Field::Other(format!("the truth value {truth}"))
}

/// The column of a reference, `A` being 0; `None` if it is no reference or lies beyond the last
/// column.
pub(super) fn column(reference: &[u8]) -> Option<usize> {
    let letters = reference.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (letters, digits) = reference.split_at(letters);
    let numbered = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if letters.is_empty() || letters.len() > 3 || !numbered {
        return None;
    }
    let column = letters.iter().fold(0, |column, letter| {
        column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    Some(column - 1).filter(|column| *column < MOST_COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_its_column() {
        for (reference, expected) in [
            ("A1", Some(0)),
            ("C5", Some(2)),
            ("z9", Some(25)),
            ("AA1048576", Some(26)),
            ("XFD1", Some(16_383)),
            ("XFE1", None),
            ("ABCD1", None),
            ("5", None),
            ("C", None),
            ("", None),
            ("C-5", None),
            ("Ё5", None),
        ] {
            assert_eq!(column(reference.as_bytes()), expected, "{reference}");
        }
    }

    #[test]
    fn whole_numbers_are_written_in_full() {
        for (value, expected) in [
            ("43", "43"),
            ("43.0", "43"),
            ("1.23E9", "1230000000"),
            ("4.601234567890E+12", "4601234567890"),
            ("4.60123456E12", "4601234560000"),
            ("4.60123E+12", "4.60123E+12"),
            ("1.5", "1.5"),
            ("1E300", "1E300"),
            ("007", "007"),
        ] {
            let told = match number(value) {
                Field::Integer(number) => number.to_string(),
                Field::Text(text) => text,
                other => panic!("{value} is {other:?}"),
            };
            assert_eq!(told, expected);
        }
        assert_eq!(number(" "), Field::Absent);
    }
}
