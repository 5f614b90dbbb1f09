//! The rows of a sheet. Cells may be missing: a reference says where a cell stands, otherwise it
//! follows the one before.

use quick_xml::events::Event;

use super::cell::{self, Kind};
use super::fast_path::{PlainCell, plain_change_of_row};
use super::row::Row;
use super::strings::SharedStrings;
use super::xml::{Xml, unescaped};
use crate::failure::Failure;
use crate::inventory::Field;
use crate::marketplace::table::Layout;
use crate::marketplace::table::lines::Lines;
use crate::text::printable;

/// Reads the rows of a sheet and hands them to `lines`, as long as these want any.
pub(super) fn read<L: Layout>(
    xml: &mut Xml<'_>,
    strings: &mut SharedStrings,
    lines: &mut Lines<'_, '_, L>,
) -> Result<(), Failure> {
    let mut row = Row::default();
    // How many elements are open inside a row that ends in the plain form; a prefixed one does not.
    let mut inside = None;
    while !lines.want_no_more() {
        if take_plain_cell(xml, strings, lines, &mut row)?
            || (inside == Some(xml.depth()) && take_plain_change_of_row(xml, lines, &mut row)?)
        {
            continue;
        }
        let (begun, empty) = match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "row" => {
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
                row.hand_to(lines)?;
                continue;
            }
            Event::Eof => break,
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
    Ok(())
}

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

/// Puts a plain cell into the row, if one is next: what the parser would have made of it.
fn take_plain_cell<L: Layout>(
    xml: &mut Xml<'_>,
    strings: &mut SharedStrings,
    lines: &Lines<'_, '_, L>,
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

/// Hands the row to `lines`, if its end and the beginning of another one are next.
fn take_plain_change_of_row<L: Layout>(
    xml: &mut Xml<'_>,
    lines: &mut Lines<'_, '_, L>,
    row: &mut Row,
) -> Result<bool, Failure> {
    let Some(length) = plain_change_of_row(xml.ahead()) else { return Ok(false) };
    xml.pass(length);
    row.hand_to(lines)?;
    row.clear();
    Ok(true)
}

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
