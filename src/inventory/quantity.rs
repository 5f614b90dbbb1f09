//! What counts as a number of pieces, in JSON and in the cell of a spreadsheet. Nothing is guessed:
//! what could be read in two ways is refused.

use super::field::{Field, described};

/// The largest quantity that the table's columns hold.
const LARGEST: i64 = i32::MAX as i64;

/// A number of pieces sent as a JSON number: whole, 0…2³¹−1. The reason for a refusal names `field`
/// and what it held.
pub(crate) fn quantity(field: &str, value: &Field) -> Result<i32, String> {
    match value {
        Field::Integer(number) => in_range(field, *number),
        other => Err(format!("{field} {}, not a whole number", described(other))),
    }
}

/// A number of pieces in a cell of a spreadsheet: empty is 0; thousands may be set apart by blanks,
/// a fraction may hold zeros only.
pub(crate) fn cell_quantity(field: &str, value: &Field) -> Result<i32, String> {
    match value {
        Field::Absent => Ok(0),
        Field::Text(text) => match whole_cell(text) {
            Some(number) => in_range(field, number),
            None => Err(format!("{field} {}, not a whole number", described(value))),
        },
        other => quantity(field, other),
    }
}

/// The same field of two warehouses taken together, which must itself be a quantity.
pub(crate) fn checked_sum(field: &str, one: i32, other: i32) -> Result<i32, String> {
    in_range(field, i128::from(one) + i128::from(other))
}

/// The sum of two quantities, which must itself be one.
pub(crate) fn checked_current(available: i32, reserved: i32) -> Result<(), String> {
    let current = i64::from(available) + i64::from(reserved);
    if current <= LARGEST {
        Ok(())
    } else {
        Err(format!("available and reserved together are {current}, more than {LARGEST}"))
    }
}

/// The whole number that a decimal such as `43`, `43.0` or `4.3E1` stands for, exactly; `None` for
/// a fraction, for what is no decimal and for what passes 128 bits.
pub(crate) fn whole_number(text: &str) -> Option<i128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let mut number: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        number = number.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    if number == 0 {
        return Some(0);
    }
    let shift = i64::from(exponent) - i64::try_from(fraction.len()).ok()?;
    let power = 10_i128.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?)?;
    let number = if shift >= 0 {
        number.checked_mul(power)?
    } else if number % power == 0 {
        number / power
    } else {
        return None;
    };
    Some(sign * number)
}

fn in_range(field: &str, number: i128) -> Result<i32, String> {
    if number < 0 {
        return Err(format!("{field} is {number}, a negative number"));
    }
    i32::try_from(number).map_err(|_| format!("{field} is {number}, more than {LARGEST}"))
}

fn whole_cell(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, zeros) = match digits.split_once(['.', ',']) {
        // Three zeros after the mark may as well be thousands: a wrong number of pieces by a factor
        // of 1000.
        Some((_, zeros)) if zeros.is_empty() || zeros.len() == 3 => return None,
        Some((whole, zeros)) => (whole, zeros),
        None => (digits, ""),
    };
    if !zeros.bytes().all(|byte| byte == b'0') {
        return None;
    }
    let mut groups = whole.split(char::is_whitespace);
    let first = groups.next()?;
    let mut joined = first.to_owned();
    for group in groups {
        if first.len() > 3 || group.len() != 3 {
            return None;
        }
        joined.push_str(group);
    }
    if first.is_empty() || !is_digits(&joined) {
        return None;
    }
    Some(sign * joined.parse::<i128>().ok()?)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Result<i32, String> {
        cell_quantity("stock", &Field::Text(text.into()))
    }

    #[test]
    fn a_quantity_is_a_whole_number_from_zero_to_two_to_the_31_minus_one() {
        assert_eq!(quantity("quantity", &Field::Integer(0)), Ok(0));
        assert_eq!(quantity("quantity", &Field::Integer(2_147_483_647)), Ok(2_147_483_647));
        assert_eq!(
            quantity("quantity", &Field::Integer(2_147_483_648)),
            Err("quantity is 2147483648, more than 2147483647".into())
        );
        assert_eq!(
            quantity("quantity", &Field::Integer(-3)),
            Err("quantity is -3, a negative number".into())
        );
    }

    #[test]
    fn a_quantity_as_text_is_refused_even_if_it_is_digits() {
        assert_eq!(
            quantity("quantity", &Field::Text("43".into())),
            Err("quantity is the text \"43\", not a whole number".into())
        );
    }

    #[test]
    fn a_missing_quantity_is_refused() {
        assert_eq!(
            quantity("quantity", &Field::Absent),
            Err("quantity is missing, not a whole number".into())
        );
    }

    #[test]
    fn an_empty_cell_is_zero() {
        assert_eq!(cell_quantity("stock", &Field::Absent), Ok(0));
    }

    #[test]
    fn a_cell_may_set_its_thousands_apart_by_blanks_of_any_kind() {
        for text in ["1234567", "1\u{a0}234\u{a0}567", "1\u{202f}234\u{202f}567", "1 234 567"] {
            assert_eq!(cell(text), Ok(1_234_567), "{text:?}");
        }
    }

    #[test]
    fn a_cell_may_end_in_a_fraction_of_zeros() {
        for text in ["43", "43.0", "43,0", "43.00", "43,0000", "043"] {
            assert_eq!(cell(text), Ok(43), "{text:?}");
        }
    }

    #[test]
    fn a_cell_that_can_be_read_in_two_ways_is_refused() {
        for text in ["1,000", "1.000", "1 23", "12 3456", "1  234", "1234 567"] {
            assert!(cell(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_cell_that_is_no_whole_number_is_refused() {
        for text in ["43.5", "43,", ".0", "много", "4e1", "0x10", "+5", "-", "- 5", "٤٣", "5 шт"]
        {
            assert!(cell(text).is_err(), "{text:?}");
        }
        assert_eq!(cell("-5"), Err("stock is -5, a negative number".into()));
        assert!(cell(&"9".repeat(200)).is_err());
    }

    #[test]
    fn a_sum_beyond_the_column_is_refused() {
        assert_eq!(checked_current(2_147_483_000, 647), Ok(()));
        assert!(checked_current(2_147_483_000, 648).is_err());
    }

    #[test]
    fn decimals_that_are_whole_are_read_exactly() {
        for (text, number) in [
            ("43.0", 43),
            ("4.3E1", 43),
            ("430e-1", 43),
            ("-0.0", 0),
            ("-43.000", -43),
            ("1.23E9", 1_230_000_000),
            ("4.60123456789E+12", 4_601_234_567_890),
            ("123456789012345678", 123_456_789_012_345_678),
            ("0e999999999", 0),
        ] {
            assert_eq!(whole_number(text), Some(number), "{text}");
        }
    }

    #[test]
    fn fractions_and_what_is_no_decimal_are_not_whole() {
        for text in ["43.5", "1e-1", "1e400", "1e2147483648", "", "-", ".5", "1.2.3", "NaN", "1e"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }
}
