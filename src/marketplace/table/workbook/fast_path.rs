//! The plainest form of XML, in which nearly all of a workbook is written, taken without the
//! parser: a sheet of a million products has thirty million cells of five events each. Whatever is
//! the least bit different is left to the parser in `sheet` and `strings`, which read everything by
//! themselves. Looks at bytes only.

use super::cell::Kind;

/// How many bytes end a row and begin another, if that is what the bytes begin with.
pub(super) fn plain_change_of_row(bytes: &[u8]) -> Option<usize> {
    let rest = bytes.strip_prefix(b"</row><row")?;
    let ends = |byte: &u8| matches!(byte, b'>' | b'<' | b'\'');
    let (attributes, rest) = rest.split_at(rest.iter().position(ends)?);
    let rest = rest.strip_prefix(b">")?;
    let whole = attributes.iter().filter(|byte| **byte == b'"').count() % 2 == 0;
    let plain = matches!(attributes, [] | [b' ', .., b'"']) && attributes.is_ascii();
    (whole && plain).then_some(bytes.len() - rest.len())
}

/// The text of the string that the bytes begin with, and how many bytes that string is, if it is
/// nothing but one text without anything to be resolved.
pub(super) fn plain_string(bytes: &[u8]) -> Option<(&str, usize)> {
    let open = bytes.strip_prefix(b"<si><t")?;
    let inside =
        open.strip_prefix(b" xml:space=\"preserve\"").unwrap_or(open).strip_prefix(b">")?;
    let ends = |byte: &u8| matches!(byte, b'<' | b'&' | b'\r');
    let (text, rest) = inside.split_at(inside.iter().position(ends)?);
    let rest = rest.strip_prefix(b"</t></si>")?;
    Some((std::str::from_utf8(text).ok()?, bytes.len() - rest.len()))
}

/// A cell as most writers make it: `<c r="B5" s="2" t="s"><v>17</v></c>`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlainCell<'a> {
    /// `r`, if it is there.
    pub reference: Option<&'a [u8]>,
    /// `t`.
    pub kind: Kind,
    /// What stands in `v`: text in UTF-8 without an entity, a line break or anything else to be
    /// resolved.
    value: &'a [u8],
    /// Bytes of the whole cell.
    pub length: usize,
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

    pub(super) fn text(&self) -> &'a str {
        std::str::from_utf8(self.value).unwrap_or_default()
    }

    pub(super) fn is_blank(&self) -> bool {
        !self.value.first().is_some_and(u8::is_ascii_graphic) && self.text().trim().is_empty()
    }
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
    fn a_plain_string_is_taken_whole() {
        let plain = |xml: &'static str| plain_string(xml.as_bytes());
        assert_eq!(plain("<si><t>Ёлка</t></si><si>"), Some(("Ёлка", 24)));
        assert_eq!(plain("<si><t xml:space=\"preserve\"> A </t></si>"), Some((" A ", 40)));
        assert_eq!(plain("<si><t></t></si>"), Some(("", 16)));
    }

    #[test]
    fn a_string_that_is_the_least_bit_different_is_left_to_the_parser() {
        for xml in [
            "<si/>",
            "<si><t/></si>",
            "<si><t>A</t></s",
            "<si><t>A &amp; B</t></si>",
            "<si><t>A\r\nB</t></si>",
            "<si><t>A</t><t>B</t></si>",
            "<si><t>A</t><rPh sb=\"0\" eb=\"1\"><t>B</t></rPh></si>",
            "<si><r><t>A</t></r></si>",
            "<si><t>A<!-- --></t></si>",
            " <si><t>A</t></si>",
            "<si count=\"1\"><t>A</t></si>",
        ] {
            assert_eq!(plain_string(xml.as_bytes()), None, "{xml}");
        }
    }

    #[test]
    fn the_end_of_a_row_and_the_beginning_of_the_next_are_taken_together() {
        for (xml, length) in [
            ("</row><row>", 11),
            ("</row><row r=\"2\" spans=\"1:29\" x14ac:dyDescent=\"0.25\"><c r=\"A2\">", 53),
        ] {
            assert_eq!(plain_change_of_row(xml.as_bytes()), Some(length), "{xml}");
        }
    }

    #[test]
    fn rows_that_are_the_least_bit_different_are_left_to_the_parser() {
        for xml in [
            "</row>",
            "</row><row",
            "</row><row/>",
            "</row><row r=\"2\"/>",
            "</row><rows>",
            "</row> <row>",
            "</row><row r='2'>",
            "</row><row r=\"a>b\">",
            "</row><row r=\"2>",
            "</row></sheetData>",
        ] {
            assert_eq!(plain_change_of_row(xml.as_bytes()), None, "{xml}");
        }
    }
}
