//! One value as a marketplace sent it, before anybody believed it, and the checks that turn it into
//! text, a key or an id.

use std::borrow::Cow;
use std::fmt;

use crate::text::printable;

/// The longest article or warehouse name, by which rows are found, in characters.
pub(crate) const LONGEST_KEY: usize = 255;
/// The longest `size_id` and the longest barcode, in characters.
pub(crate) const LONGEST_BARCODE: usize = 64;

/// Barcodes of one listing that are kept; real ones have a few.
pub(crate) const MOST_BARCODES: usize = 500;

/// The longest name of a size that is stored, in characters.
pub(crate) const LONGEST_SIZE_NAME: usize = 64;

/// The longest name of a product that is stored, in characters.
pub(crate) const LONGEST_PRODUCT_NAME: usize = 500;

/// A value of unknown worth: the reader of a format says what it found and judges nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Field {
    /// Not there, null, or an empty cell.
    #[default]
    Absent,
    Integer(i128),
    Text(String),
    /// Bytes that are no text in the answer's encoding.
    Undecodable,
    /// Something else, in words for a message: `the fraction 43.5`, `a list`, `true`, `a number
    /// beyond 128 bits`.
    Other(String),
}

impl Field {
    /// A cell that holds this text. A whole number without sign, blanks or leading zeros is kept as
    /// a number: it reads the same and needs no memory of its own, and a report has millions of
    /// them.
    pub(crate) fn written(text: impl Into<String> + AsRef<str>) -> Self {
        match plain_number(text.as_ref().as_bytes()) {
            Some(number) => Self::Integer(number.into()),
            None => Self::Text(text.into()),
        }
    }
}

fn plain_number(digits: &[u8]) -> Option<u64> {
    const LONGEST: usize = 18;
    if !matches!(digits, [b'0'] | [b'1'..=b'9', ..]) || digits.len() > LONGEST {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'))
    })
}

/// Why a record does not count. The text names the field and what it held, made safe for a
/// terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// Which record, in words: `record 17 (article "ART-1")`, `item 5 (nmId 47254354, chrtId
    /// 91663228, warehouse "Склад WB")`.
    pub record: String,
    pub reason: String,
    /// The whole record as it came (an item's JSON, a row's cells as a JSON list), where the reader
    /// kept it. Not for a terminal.
    pub original: Option<String>,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.record, self.reason)
    }
}

/// What a field holds, as the end of a sentence: `is missing`, `is the text "43"`.
pub(crate) fn described(value: &Field) -> String {
    match value {
        Field::Absent => "is missing".into(),
        Field::Integer(number) => format!("is {number}"),
        Field::Text(text) => format!("is the text \"{}\"", printable(text)),
        Field::Undecodable => "cannot be decoded as text".into(),
        Field::Other(words) => format!("is {}", printable(words)),
    }
}

/// Optional text without the blanks at its ends; text of blanks only counts as absent. A whole
/// number counts as its digits.
pub(crate) fn text<'a>(field: &str, value: &'a Field) -> Result<Option<Cow<'a, str>>, String> {
    match value {
        Field::Absent => Ok(None),
        Field::Text(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::from)),
        Field::Integer(number) => Ok(Some(number.to_string().into())),
        Field::Undecodable => Err(format!("{field} {}", described(value))),
        Field::Other(_) => Err(format!("{field} {}, not text", described(value))),
    }
}

/// A cell's value: without blanks at its ends and without the one apostrophe in front by which
/// Excel marks text.
pub(crate) fn unmark(field: &mut Field) {
    let Field::Text(text) = field else { return };
    let trimmed = text.trim();
    let value = trimmed.strip_prefix('\'').map_or(trimmed, str::trim);
    if value.is_empty() {
        *field = Field::Absent;
    } else if value.len() != text.len() {
        *text = value.to_owned();
    }
}

/// Text that a row is found by: not empty, at most `longest` characters, without NUL. It is kept to
/// the letter otherwise.
pub(crate) fn key(field: &str, value: &Field, longest: usize) -> Result<String, String> {
    let text = text(field, value)?.ok_or_else(|| format!("{field} is empty"))?;
    within(field, &text, longest)?;
    if text.contains('\0') {
        return Err(format!("{field} \"{}\" holds a NUL character", printable(&text)));
    }
    Ok(text.into_owned())
}

/// Optional text that may not be over-long, for what is worth a rejection: the seller's article.
pub(crate) fn bounded_text(
    field: &str,
    value: &Field,
    longest: usize,
) -> Result<Option<String>, String> {
    let text = text(field, value)?;
    text.map(|text| within(field, &text, longest).map(|()| text.into_owned())).transpose()
}

/// A product's name as it is stored. It costs no stock, so an over-long one is cut, with a warning.
pub(crate) fn product_name(name: &str, warnings: &mut Vec<String>) -> String {
    match name.char_indices().nth(LONGEST_PRODUCT_NAME) {
        None => name.to_owned(),
        Some((end, _)) => {
            warnings.push(format!("the name is cut after {LONGEST_PRODUCT_NAME} characters"));
            name[..end].trim_end().to_owned()
        }
    }
}

/// A marketplace's own id: a whole number from 1 to 2⁶³−1, also as a string of digits.
pub(crate) fn id(field: &str, value: &Field) -> Result<i64, String> {
    let number = match value {
        Field::Integer(number) => i64::try_from(*number).ok(),
        Field::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    number
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("{field} {}, not a positive whole number", described(value)))
}

/// What names a record in messages: `item 5 (nmId 47254354, warehouse "Склад WB")`, of the named
/// fields those that are there.
pub(crate) fn record_label(kind: &str, number: u64, fields: &[(&str, &Field)]) -> String {
    let named: Vec<_> = fields
        .iter()
        .filter_map(|(name, value)| match value {
            Field::Integer(number) => Some(format!("{name} {number}")),
            Field::Text(text) if !text.trim().is_empty() => {
                Some(format!("{name} \"{}\"", printable(text.trim())))
            }
            _ => None,
        })
        .collect();
    if named.is_empty() {
        format!("{kind} {number}")
    } else {
        format!("{kind} {number} ({})", named.join(", "))
    }
}

fn within(field: &str, text: &str, longest: usize) -> Result<(), String> {
    // Bytes are never fewer than characters, and counting them is free.
    if text.len() <= longest {
        return Ok(());
    }
    let length = text.chars().count();
    if length <= longest {
        return Ok(());
    }
    Err(format!("{field} \"{}\" has {length} characters, more than {longest}", printable(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Field {
        Field::Text(text.into())
    }

    #[test]
    fn only_what_reads_the_same_as_a_number_is_kept_as_one() {
        for (text, number) in [
            ("0", 0),
            ("43", 43),
            ("4601234567890", 4_601_234_567_890),
            ("999999999999999999", 999_999_999_999_999_999),
        ] {
            assert_eq!(Field::written(text), Field::Integer(number));
        }
        for text in
            ["", "00", "007", "-1", "+1", "1 ", "1.0", "1e3", "1000000000000000000", "٤", "ё"]
        {
            assert_eq!(Field::written(text), Field::Text(text.into()));
        }
    }

    #[test]
    fn blanks_at_the_ends_are_cut_whatever_their_kind() {
        assert_eq!(
            key("article", &written("\u{a0}\t A B\u{2003}\u{3000}"), 255),
            Ok("A B".to_owned())
        );
    }

    #[test]
    fn an_article_of_blanks_only_is_empty() {
        assert_eq!(key("article", &written(" \u{a0}"), 255), Err("article is empty".to_owned()));
        assert_eq!(key("article", &Field::Absent, 255), Err("article is empty".to_owned()));
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(key("article", &written(&"ё".repeat(255)), 255).is_ok());
        let refused = key("article", &written(&"ё".repeat(256)), 255).unwrap_err();
        assert!(refused.ends_with("has 256 characters, more than 255"), "{refused}");
        assert!(refused.len() < 400);
    }

    #[test]
    fn a_key_with_nul_is_refused() {
        assert_eq!(
            key("article", &written("A\0B"), 255),
            Err("article \"A\\u{0}B\" holds a NUL character".to_owned())
        );
    }

    #[test]
    fn a_key_keeps_the_control_characters_it_came_with() {
        assert_eq!(key("article", &written("A\u{1b}[1mB"), 255), Ok("A\u{1b}[1mB".to_owned()));
    }

    #[test]
    fn undecodable_text_is_refused() {
        let reason = "article cannot be decoded as text".to_owned();
        assert_eq!(key("article", &Field::Undecodable, 255), Err(reason));
    }

    #[test]
    fn a_barcode_sent_as_a_number_counts_as_its_digits() {
        assert_eq!(
            key("barcode", &Field::Integer(2_037_031_652_319), 64),
            Ok("2037031652319".to_owned())
        );
    }

    #[test]
    fn an_id_is_positive_and_has_at_most_63_bits() {
        assert_eq!(id("nmId", &Field::Integer(9_223_372_036_854_775_807)), Ok(i64::MAX));
        assert_eq!(id("nmId", &written("47254354")), Ok(47_254_354));
        for bad in [
            Field::Integer(0),
            Field::Integer(-1),
            Field::Integer(9_223_372_036_854_775_808),
            written(""),
            written("12a"),
            written("-5"),
            Field::Absent,
            Field::Other("the fraction 1.5".into()),
        ] {
            assert!(id("nmId", &bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_record_is_named_by_what_it_says_of_itself() {
        let fields = [("nmId", &Field::Integer(47_254_354)), ("warehouse", &written("Склад WB"))];
        assert_eq!(
            record_label("item", 5, &fields),
            "item 5 (nmId 47254354, warehouse \"Склад WB\")"
        );
        assert_eq!(record_label("record", 17, &[("article", &Field::Absent)]), "record 17");
    }
}
