//! The rows of a sheet. Cells may be missing: a reference says where a cell stands, otherwise it follows the one before.

use quick_xml::events::{BytesStart, Event};

use super::attribute;
use super::cell::{self, MOST_COLUMNS};
use super::strings::SharedStrings;
use super::xml::{Xml, unescaped};
use crate::failure::Failure;
use crate::inventory::{Field, printable};
use crate::marketplace::content::LONGEST_RECORD;
use crate::marketplace::ozon::report::lines::Lines;

/// Reads all rows of a sheet and hands them to `lines`.
pub(super) fn read(
    xml: &mut Xml<'_>,
    strings: &mut SharedStrings,
    mut lines: Lines<'_, '_>,
) -> Result<(), Failure> {
    let mut row = Row::default();
    loop {
        let start = match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                row.clear();
                continue;
            }
            Event::Start(tag) if tag.local_name().as_ref() == "c" => CellStart::of(&tag),
            Event::Empty(tag) if tag.local_name().as_ref() == "c" => {
                let start = CellStart::of(&tag);
                row.place(start.reference.as_deref()).map_err(|reason| xml.broken(&reason))?;
                continue;
            }
            Event::End(tag) if tag.local_name().as_ref() == "row" => {
                if row.used > 0 {
                    let width = row.used.max(lines.width());
                    lines
                        .row(width, &|column| row.cells.get(column).cloned().unwrap_or_default())?;
                }
                continue;
            }
            Event::Eof => return lines.finish(),
            _ => continue,
        };
        let column = row.place(start.reference.as_deref()).map_err(|reason| xml.broken(&reason))?;
        let value = value(xml, &start.kind, strings, lines.need(column))?;
        row.put(column, value).map_err(|reason| xml.broken(&reason))?;
    }
}

/// What a `c` element says of its cell.
struct CellStart {
    reference: Option<String>,
    kind: String,
}

impl CellStart {
    fn of(tag: &BytesStart<'_>) -> Self {
        Self {
            reference: attribute(tag, |name| name == "r"),
            kind: attribute(tag, |name| name == "t").unwrap_or_else(|| "n".into()),
        }
    }
}

/// A row in the making.
#[derive(Default)]
struct Row {
    cells: Vec<Field>,
    /// Which columns had a cell, empty or not.
    seen: Vec<bool>,
    /// Columns up to the last cell that is not blank.
    used: usize,
    /// The column after the cell before.
    next: usize,
    /// Bytes of text gathered.
    bytes: u64,
}

impl Row {
    fn clear(&mut self) {
        self.cells.clear();
        self.seen.clear();
        (self.used, self.next, self.bytes) = (0, 0, 0);
    }

    /// The column of the next cell.
    fn place(&mut self, reference: Option<&str>) -> Result<usize, String> {
        let column = match reference {
            Some(reference) => cell::column(reference)
                .ok_or_else(|| format!("\"{}\" is no cell", printable(reference)))?,
            None => self.next,
        };
        if column >= MOST_COLUMNS {
            return Err("a row has too many cells".into());
        }
        if self.seen.len() <= column {
            self.seen.resize(column + 1, false);
        }
        if std::mem::replace(&mut self.seen[column], true) {
            return Err(format!("a row has two cells in column {}", column + 1));
        }
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
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Field::Absent);
        }
        self.cells[column] = value;
        self.used = self.used.max(column + 1);
        Ok(())
    }
}

/// The value of the cell that has just begun. One that is not `needed` is only known to be there.
fn value(
    xml: &mut Xml<'_>,
    kind: &str,
    strings: &mut SharedStrings,
    needed: bool,
) -> Result<Field, Failure> {
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
            _ => xml.skip()?,
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
    Ok(match kind {
        "n" => cell::number(&content),
        "s" if content.trim().is_empty() => Field::Absent,
        "s" if !needed => Field::Other("text".into()),
        "s" => {
            let index = content.trim().parse().ok();
            let text = match index {
                Some(index) => strings.get(index)?,
                None => None,
            };
            let missing =
                || xml.broken(&format!("there is no shared string {}", printable(content.trim())));
            cell::text(text.ok_or_else(missing)?)
        }
        "str" | "inlineStr" | "d" => cell::text(unescaped(content)),
        other => cell::other(other, &content),
    })
}
