//! What the contents of a sheet's cell are, by the type that the cell claims, and where a reference such as `C5` points.

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
    /// Nothing that is known.
    Unknown,
}

impl Kind {
    /// Reads the attribute.
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

/// A cell as most writers make it: `<c r="B5" s="2" t="s"><v>17</v></c>`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlainCell<'a> {
    /// `r`, if it is there.
    pub(super) reference: Option<&'a [u8]>,
    /// `t`.
    pub(super) kind: Kind,
    /// What stands in `v`: text in UTF-8 without an entity, a line break or anything else to be resolved.
    pub(super) value: &'a [u8],
    /// Bytes of the whole cell.
    pub(super) length: usize,
}

impl<'a> PlainCell<'a> {
    /// `None` unless the bytes begin with a whole cell of exactly this make.
    pub(super) fn at_beginning_of(bytes: &'a [u8]) -> Option<Self> {
        let (mut reference, mut kind, mut style) = (None, None, None);
        let mut rest = bytes.strip_prefix(b"<c")?;
        while let [b' ', name, b'=', b'"', after @ ..] = rest {
            let place = match name {
                b'r' => &mut reference,
                b't' => &mut kind,
                b's' => &mut style,
                _ => return None,
            };
            let ends = |byte: &u8| matches!(byte, b'"' | b'&' | b'<' | b'>') || !byte.is_ascii();
            let (said, after) = after.split_at(after.iter().position(ends)?);
            rest = after.strip_prefix(b"\"")?;
            if place.replace(said).is_some() {
                return None;
            }
        }
        let rest = rest.strip_prefix(b"><v>")?;
        let ends = |byte: &u8| matches!(byte, b'<' | b'&' | b'\r');
        let (value, rest) = rest.split_at(rest.iter().position(ends)?);
        if !value.is_ascii() {
            std::str::from_utf8(value).ok()?;
        }
        let rest = rest.strip_prefix(b"</v></c>")?;
        Some(Self {
            reference,
            kind: kind.map_or(Kind::Number, Kind::of),
            value,
            length: bytes.len() - rest.len(),
        })
    }

    /// The value as text.
    pub(super) fn text(&self) -> &'a str {
        std::str::from_utf8(self.value).unwrap_or_default()
    }

    /// Whether the value is nothing but blanks.
    pub(super) fn is_blank(&self) -> bool {
        !self.value.first().is_some_and(u8::is_ascii_graphic) && self.text().trim().is_empty()
    }
}

/// A number of a sheet: whole ones in full, however they were written; others as they are.
pub(super) fn number(value: &str) -> Field {
    let value = value.trim();
    if value.is_empty() {
        return Field::Absent;
    }
    let written_out = value.contains(['.', 'e', 'E']).then(|| whole_number(value)).flatten();
    written_out.map_or_else(|| Field::written(value), Field::Integer)
}

/// Text of a cell; empty text is no value.
pub(super) fn text(value: String) -> Field {
    if value.is_empty() { Field::Absent } else { Field::Text(value) }
}

/// A truth value in words.
pub(super) fn truth(value: &str) -> Field {
    let truth = if value.trim() == "1" { "TRUE" } else { "FALSE" };
    Field::Other(format!("the truth value {truth}"))
}

/// The column of a reference, `A` being 0; `None` if it is no reference or lies beyond the last column.
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
    fn a_plain_cell_is_taken_whole() {
        let plain = |xml: &'static str| PlainCell::at_beginning_of(xml.as_bytes());
        let cell = plain("<c r=\"B5\" s=\"2\" t=\"s\"><v>17</v></c><c r=\"C5\">").unwrap();
        let expected =
            PlainCell { reference: Some(b"B5"), kind: Kind::Shared, value: b"17", length: 35 };
        assert_eq!(cell, expected);
        let cell = plain("<c><v/></c>");
        assert_eq!(cell, None);
        let cell = plain("<c><v></v></c>").unwrap();
        let expected = PlainCell { reference: None, kind: Kind::Number, value: b"", length: 14 };
        assert_eq!(cell, expected);
    }

    #[test]
    fn a_cell_that_is_the_least_bit_different_is_left_to_the_parser() {
        for xml in [
            "",
            "<c r=\"B5\"><v>17</v></",
            "<c r=\"B5\"><v>1&amp;7</v></c>",
            "<c r=\"B&#53;\"><v>17</v></c>",
            "<c r=\"B5\" r=\"C5\"><v>17</v></c>",
            "<c r='B5'><v>17</v></c>",
            "<c r=\"B5\"  t=\"s\"><v>17</v></c>",
            "<c r=\"B>5\"><v>17</v></c>",
            "<c r=\"B5\" cm=\"1\"><v>17</v></c>",
            "<c r=\"B5\"><f>1+1</f><v>2</v></c>",
            "<c r=\"B5\"><v>1\r\n7</v></c>",
            "<c r=\"B5\"><v>17</v><v>18</v></c>",
            "<c r=\"B5\"><v>17<!-- --></v></c>",
            "<c r=\"B5\"/>",
            "<col r=\"B5\"><v>17</v></c>",
            " <c r=\"B5\"><v>17</v></c>",
            "<x:c r=\"B5\"><x:v>17</x:v></x:c>",
        ] {
            assert_eq!(PlainCell::at_beginning_of(xml.as_bytes()), None, "{xml}");
        }
    }

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
