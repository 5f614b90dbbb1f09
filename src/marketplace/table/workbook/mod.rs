//! The XLSX form of a table: which parts of the archive are its sheets, and the rows of the one
//! that has the header, as a stream.
//! calamine keeps all shared strings in memory; here they wait in a temporary file.

mod cell;
mod fast_path;
mod row;
mod sheet;
mod strings;
mod xml;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use super::Layout;
use super::lines::Lines;
use crate::failure::{Exit, Failure, OrFail};
use crate::marketplace::PartReader;
use crate::marketplace::answers::read_ahead::Ahead;
use crate::marketplace::answers::sniff::{Bounded, broken, not_stock_data};
use crate::text::printable;
use strings::SharedStrings;
use xml::Xml;

/// Bytes that one part of the archive may unpack to: what `MAX_DOWNLOAD` allows an answer by
/// default. A real report of a million products has half of it.
const MOST_UNPACKED: u64 = 2 << 30;
/// Bytes that the archive's directory may have; a workbook has a dozen entries.
const LONGEST_DIRECTORY: u64 = 16 << 20;

const MOST_SHEETS: usize = 100;

const BROKEN: &str = "the report is a broken XLSX workbook";

type Archive<'a> = ZipArchive<Bounded<'a, PartReader<'a>>>;

pub(super) fn read<L: Layout>(
    report: PartReader<'_>,
    lines: Lines<'_, '_, L>,
) -> Result<(), Failure> {
    read_within(report, lines, MOST_UNPACKED)
}

fn read_within<L: Layout>(
    report: PartReader<'_>,
    mut lines: Lines<'_, '_, L>,
    most_unpacked: u64,
) -> Result<(), Failure> {
    let allowance = AtomicU64::new(LONGEST_DIRECTORY);
    let mut archive = ZipArchive::new(Bounded::new(report, &allowance, u64::MAX))
        .map_err(|error| broken(BROKEN, error))?;
    // From here on what is unpacked is bounded, not what is packed.
    allowance.store(u64::MAX, Ordering::Relaxed);
    let parts = Parts::find(&mut archive)?;
    let strings = with_part(&mut archive, &parts.strings, most_unpacked, strings::spool)?;
    let mut strings = strings.map_or_else(SharedStrings::none, Ok)?;
    let mut any = false;
    for sheet in &parts.sheets {
        lines.begin_table();
        let rows = |xml: &mut Xml<'_>| sheet::read(xml, &mut strings, &mut lines);
        let read = with_part(&mut archive, &sheet.path, most_unpacked, rows);
        any |= read.map_err(|failure| sheet.blame(failure, parts.sheets.len()))?.is_some();
    }
    match (any, parts.sheets.first()) {
        (false, Some(sheet)) => Err(no_sheet(&archive, &sheet.path)),
        _ => lines.finish(),
    }
}

/// Lets `read` have a part of the archive; `None` if it is not there.
fn with_part<T>(
    archive: &mut Archive<'_>,
    name: &str,
    most_unpacked: u64,
    read: impl FnOnce(&mut Xml<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let part = match archive.by_name(name) {
        Ok(part) => part,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(broken(format!("{BROKEN}: {}", printable(name)), error)),
    };
    thread::scope(|scope| {
        let ahead = Ahead::new(scope, part)
            .or_fail(Exit::Program, || "starting a thread to unpack a workbook".into())?;
        let allowance = AtomicU64::new(0);
        let part = Bounded::new(ahead, &allowance, most_unpacked);
        let mut xml = Xml::new(part, &allowance, format!("{BROKEN}: {}", printable(name)));
        read(&mut xml).map(Some)
    })
}

fn no_sheet(archive: &Archive<'_>, name: &str) -> Failure {
    let there: Vec<_> = archive.file_names_raw().take(10).map(String::from_utf8_lossy).collect();
    not_stock_data(format!(
        "the report is a ZIP archive without {}; it holds {}",
        printable(name),
        printable(&there.join(", "))
    ))
}

struct Parts {
    /// At least one, in the workbook's order.
    sheets: Vec<Sheet>,
    strings: String,
}

struct Sheet {
    name: String,
    path: String,
}

impl Sheet {
    /// Of several sheets a fault is one's.
    fn blame(&self, failure: Failure, sheets: usize) -> Failure {
        match sheets {
            1 => failure,
            _ => failure.context(format!("sheet «{}»", printable(&self.name))),
        }
    }
}

impl Parts {
    /// Follows the workbook's list of sheets; what it leaves open has the name that Excel gives.
    fn find(archive: &mut Archive<'_>) -> Result<Self, Failure> {
        const WORKBOOK: u64 = 16 << 20;
        let listed = with_part(archive, "xl/workbook.xml", WORKBOOK, sheets)?.unwrap_or_default();
        let relations = with_part(archive, "xl/_rels/workbook.xml.rels", WORKBOOK, relations)?
            .unwrap_or_default();
        let place = |(name, id): (String, String)| {
            let relation = relations.iter().find(|relation| relation.id == id)?;
            Some(Sheet { name, path: path(&relation.target) })
        };
        let mut sheets: Vec<_> = listed.into_iter().filter_map(place).collect();
        if sheets.is_empty() {
            sheets.push(Sheet { name: String::new(), path: "xl/worksheets/sheet1.xml".into() });
        }
        let strings = relations
            .iter()
            .find(|relation| relation.kind.ends_with("/sharedStrings"))
            .map_or("xl/sharedStrings.xml".into(), |relation| path(&relation.target));
        Ok(Self { sheets, strings })
    }
}

/// A target inside the archive: absolute, or relative to the workbook's directory.
fn path(target: &str) -> String {
    match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{}", target.strip_prefix("./").unwrap_or(target)),
    }
}

/// The name and the relation's id of each sheet, in the workbook's order.
fn sheets(xml: &mut Xml<'_>) -> Result<Vec<(String, String)>, Failure> {
    let mut sheets = Vec::new();
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag)
                if tag.local_name().as_ref() == "sheet" && sheets.len() < MOST_SHEETS =>
            {
                let name = attribute(&tag, |name| name == "name").unwrap_or_default();
                // `r:id`, whatever the prefix; `sheetId` is something else.
                sheets.extend(attribute(&tag, |name| name.ends_with(":id")).map(|id| (name, id)));
            }
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

fn relations(xml: &mut Xml<'_>) -> Result<Vec<Relation>, Failure> {
    let mut relations = Vec::new();
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag)
                if tag.local_name().as_ref() == "Relationship" =>
            {
                let named = |wanted: &str| attribute(&tag, |name| name == wanted);
                if let (Some(id), Some(kind), Some(target)) =
                    (named("Id"), named("Type"), named("Target"))
                {
                    relations.push(Relation { id, kind, target });
                }
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// The value of the first attribute whose name is wanted; broken attributes are as good as none.
fn attribute(tag: &BytesStart<'_>, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let attribute = tag.attributes().flatten().find(|attribute| wanted(attribute.key.as_ref()))?;
    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

#[cfg(test)]
mod tests;
