//! The rows of a sheet. Cells may be missing: a reference says where a cell stands, otherwise it follows the one before.

use quick_xml::events::{BytesStart, Event};

use super::cell::{self, Kind, MOST_COLUMNS, PlainCell};
use super::strings::SharedStrings;
use super::xml::{Xml, unescaped};
use crate::failure::Failure;
use crate::inventory::Field;
use crate::marketplace::answers::sniff::LONGEST_RECORD;
use crate::marketplace::ozon::report::lines::Lines;
use crate::text::printable;

/// Reads all rows of a sheet and hands them to `lines`.
pub(super) fn read(
    xml: &mut Xml<'_>,
    strings: &mut SharedStrings,
    mut lines: Lines<'_, '_>,
) -> Result<(), Failure> {
    let mut row = Row::default();
    // How many elements are open inside a row.
    let mut inside = None;
    loop {
        if take_plain_cell(xml, strings, &lines, &mut row)? {
            continue;
        }
        if inside == Some(xml.depth())
            && let Some(length) = plain_change_of_row(xml.ahead())
        {
            xml.pass(length);
            row.hand_to(&mut lines)?;
            row.clear();
            continue;
        }
        let (begun, empty) = match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "row" => {
                    // A prefixed row does not end in the plain form.
                    let plain = tag.name().as_ref() == "row";
                    row.clear();
                    inside = plain.then(|| xml.depth());
                    continue;
                }
                "c" => (row.begin(&tag), false),
                _ => continue,
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "c" => (row.begin(&tag), true),
            Event::End(tag) if tag.local_name().as_ref() == "row" => {
                inside = None;
                row.hand_to(&mut lines)?;
                continue;
            }
            Event::Eof => return lines.finish(),
            _ => continue,
        };
        let (column, kind) = begun.map_err(|reason| xml.broken(&reason))?;
        if empty {
            continue;
        }
        if lines.need(column) {
            let value = value(xml, kind, strings)?;
            row.put(column, value).map_err(|reason| xml.broken(&reason))?;
        } else if xml.skip()? {
            row.pass_over(column);
        }
    }
}

/// Puts a plain cell into the row, if one is next: what the parser would have made of it.
fn take_plain_cell(
    xml: &mut Xml<'_>,
    strings: &mut SharedStrings,
    lines: &Lines<'_, '_>,
    row: &mut Row,
) -> Result<bool, Failure> {
    let Some(cell) = PlainCell::at_beginning_of(xml.ahead()) else { return Ok(false) };
    let broken = |reason: String| xml.broken(&reason);
    let column = row.place(cell.reference).map_err(broken)?;
    if lines.need(column) {
        row.put(column, typed(xml, cell.kind, cell.text(), strings)?).map_err(broken)?;
    } else if !cell.is_blank() {
        row.pass_over(column);
    }
    let length = cell.length;
    xml.pass(length);
    Ok(true)
}

/// How many bytes end a row and begin another, if that is what the bytes begin with.
fn plain_change_of_row(bytes: &[u8]) -> Option<usize> {
    let rest = bytes.strip_prefix(b"</row><row")?;
    let ends = |byte: &u8| matches!(byte, b'>' | b'<' | b'\'');
    let (attributes, rest) = rest.split_at(rest.iter().position(ends)?);
    let rest = rest.strip_prefix(b">")?;
    let whole = attributes.iter().filter(|byte| **byte == b'"').count() % 2 == 0;
    let plain = matches!(attributes, [] | [b' ', .., b'"']) && attributes.is_ascii();
    (whole && plain).then_some(bytes.len() - rest.len())
}

/// What a row has in a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// No cell, not even an empty one.
    Free,
    /// A cell without contents.
    Blank,
    /// A cell that is not blank, in a column that nobody needs.
    PassedOver,
    /// A cell whose value is the one of this number that was kept.
    Kept(u16),
}

/// A row in the making.
#[derive(Default)]
struct Row {
    places: Vec<Place>,
    kept: Vec<Field>,
    /// Columns up to the last cell that is not blank.
    used: usize,
    /// The column after the cell before.
    next: usize,
    /// Bytes of text gathered.
    bytes: u64,
}

impl Row {
    fn clear(&mut self) {
        self.places.clear();
        self.kept.clear();
        (self.used, self.next, self.bytes) = (0, 0, 0);
    }

    /// The column and the kind of the cell that a `c` element begins.
    fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(usize, Kind), String> {
        let (mut reference, mut kind) = (None, Kind::Number);
        for attribute in tag.attributes() {
            // Without its reference a cell would slip into another column.
            let attribute = attribute.map_err(|error| error.to_string())?;
            match attribute.key.as_ref() {
                "r" => reference = Some(attribute.value),
                "t" => kind = Kind::of(attribute.value.as_bytes()),
                _ => {}
            }
        }
        Ok((self.place(reference.as_deref().map(str::as_bytes))?, kind))
    }

    fn hand_to(&self, lines: &mut Lines<'_, '_>) -> Result<(), Failure> {
        if self.used == 0 {
            return Ok(());
        }
        let width = self.used.max(lines.width());
        lines.row(width, &|column| self.cell(column))
    }

    fn cell(&self, column: usize) -> Field {
        match self.places.get(column) {
            None | Some(Place::Free | Place::Blank) => Field::Absent,
            Some(Place::PassedOver) => Field::Other("something".into()),
            Some(Place::Kept(number)) => self.kept[usize::from(*number)].clone(),
        }
    }

    /// The column of the next cell.
    fn place(&mut self, reference: Option<&[u8]>) -> Result<usize, String> {
        let column = match reference {
            Some(reference) => cell::column(reference).ok_or_else(|| {
                format!("\"{}\" is no cell", printable(&String::from_utf8_lossy(reference)))
            })?,
            None => self.next,
        };
        if column >= MOST_COLUMNS {
            return Err("a row has too many cells".into());
        }
        if self.places.len() <= column {
            self.places.resize(column + 1, Place::Free);
        }
        if self.places[column] != Place::Free {
            return Err(format!("a row has two cells in column {}", column + 1));
        }
        self.places[column] = Place::Blank;
        self.next = column + 1;
        Ok(column)
    }

    fn put(&mut self, column: usize, value: Field) -> Result<(), String> {
        match &value {
            Field::Absent => return Ok(()),
            Field::Text(text) => {
                self.bytes += text.len() as u64;
                if self.bytes > LONGEST_RECORD {
                    return Err("one row is longer than 16 MiB".into());
                }
                if text.trim().is_empty() {
                    return Ok(());
                }
            }
            Field::Integer(_) | Field::Undecodable | Field::Other(_) => {}
        }
        let number = u16::try_from(self.kept.len()).map_err(|_| "a row has too many cells")?;
        self.places[column] = Place::Kept(number);
        self.kept.push(value);
        self.used = self.used.max(column + 1);
        Ok(())
    }

    /// Notes that a placed cell is not blank.
    fn pass_over(&mut self, column: usize) {
        self.places[column] = Place::PassedOver;
        self.used = self.used.max(column + 1);
    }
}

/// The value of the cell that has just begun.
fn value(xml: &mut Xml<'_>, kind: Kind, strings: &mut SharedStrings) -> Result<Field, Failure> {
    let mut content = None;
    let mut inline = None;
    let mut formula = false;
    loop {
        let tag = match xml.next()? {
            Event::Start(tag) => tag,
            Event::Empty(tag) => {
                formula |= tag.local_name().as_ref() == "f";
                continue;
            }
            Event::End(tag) if tag.local_name().as_ref() == "c" => break,
            _ => continue,
        };
        match tag.local_name().as_ref() {
            "v" => content = Some(xml.text()?),
            "is" => inline = Some(xml.rich_text()?),
            "f" => {
                formula = true;
                xml.skip()?;
            }
            _ => {
                xml.skip()?;
            }
        }
    }
    let Some(content) = content else {
        return Ok(match inline {
            Some(text) => cell::text(text),
            // Nobody has computed it: its value is not known, least of all to be nothing.
            None if formula => Field::Other("a formula without a value".into()),
            None => Field::Absent,
        });
    };
    typed(xml, kind, &content, strings)
}

/// What a cell's content is, by its type.
fn typed(
    xml: &Xml<'_>,
    kind: Kind,
    content: &str,
    strings: &mut SharedStrings,
) -> Result<Field, Failure> {
    Ok(match kind {
        Kind::Number => cell::number(content),
        Kind::Shared if content.trim().is_empty() => Field::Absent,
        Kind::Shared => cell::text(shared(xml, content.trim(), strings)?),
        Kind::Text => cell::text(unescaped(content.to_owned())),
        Kind::Truth => cell::truth(content),
        Kind::Error => Field::Other(format!("the error {}", content.trim())),
        Kind::Unknown => Field::Other(format!("a cell of an unknown type with {}", content.trim())),
    })
}

fn shared(xml: &Xml<'_>, index: &str, strings: &mut SharedStrings) -> Result<String, Failure> {
    let text = match index.parse() {
        Ok(index) => strings.get(index)?,
        Err(_) => None,
    };
    text.ok_or_else(|| xml.broken(&format!("there is no shared string {}", printable(index))))
}

#[cfg(test)]
mod tests {
    use super::*;

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
