//! Tables that a marketplace or a person makes, CSV or XLSX, told apart by their content: rows of
//! cells out of either. What the columns mean and what a row is worth is up to a [`Layout`];
//! nothing here knows a marketplace.

mod delimited;
mod header;
mod lines;
mod workbook;

use std::io::{BufRead, BufReader, Seek, SeekFrom};

pub(super) use header::{Meaning, Need, NoHeader, places, plain};

use super::answers::sniff::{broken, looks_like, not_stock_data};
use super::{OnRecord, PartReader};
use crate::failure::Failure;
use crate::inventory::{Field, Record, Rejection};
use lines::Lines;

pub(super) trait Layout: Sized {
    /// Finds the columns in a row of titles; a row that is none says what it lacks.
    fn find(titles: &[String]) -> Result<Self, NoHeader>;

    fn contain(&self, column: usize) -> bool;

    /// What a row stands for; a failure ends the reading. `number` counts the pull's records from
    /// 1.
    fn record(
        &mut self,
        number: u64,
        cell: &dyn Fn(usize) -> Field,
    ) -> Result<Result<Record, Rejection>, Failure>;

    fn label(&self, number: u64, cell: &dyn Fn(usize) -> Field) -> String;

    /// Says what is to be said once about a table that has been read to its end.
    fn warn(&self);
}

pub(super) fn read<L: Layout>(
    mut table: PartReader<'_>,
    number: &mut u64,
    on_record: &mut OnRecord<'_>,
) -> Result<(), Failure> {
    let head = head_of(&mut table)?;
    let lines = Lines::<L>::new(number, on_record);
    if is_archive(&head) {
        return workbook::read(table, lines);
    }
    if is_text(&head) {
        return delimited::read(table, lines);
    }
    Err(not_stock_data(format!("the report is neither CSV nor XLSX but {}", looks_like(&head))))
}

/// Whether this may be a table at all.
pub(super) fn is_table(mut file: PartReader<'_>) -> Result<bool, Failure> {
    let head = head_of(&mut file)?;
    Ok(is_archive(&head) || is_text(&head))
}

fn head_of(table: &mut PartReader<'_>) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| broken("the report cannot be read", error);
    let mut reader = BufReader::with_capacity(200, &mut *table);
    let head = reader.fill_buf().map_err(unreadable)?.to_vec();
    table.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    Ok(head)
}

fn is_archive(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

/// Whether this may be the text form: not empty, no markup or JSON, no UTF-16, nothing binary.
fn is_text(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    // UTF-16 and an old Excel workbook: both would pass for Windows-1251.
    let foreign: [&[u8]; 3] = [b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf\x11\xe0"];
    !foreign.iter().any(|mark| text.starts_with(mark))
        && !text.contains(&0)
        && !matches!(text.first(), None | Some(b'<' | b'{' | b'['))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::cost::Cost;
    use crate::failure::Exit;
    use crate::marketplace::{Format, Part, Pull, ozon};

    fn failure(content: &[u8]) -> String {
        let mut document = tempfile::tempfile().unwrap();
        document.write_all(content).unwrap();
        let part = Part { format: Format::OzonReport, start: 0, length: content.len() as u64 };
        let pull = Pull { document, parts: Vec::new(), cost: Cost::default() };
        let failure =
            read::<ozon::report::Columns>(pull.open(&part), &mut 0, &mut |_| Ok(())).unwrap_err();
        assert_eq!(failure.exit(), Exit::NotStockData);
        failure.to_string()
    }

    #[test]
    fn what_is_no_report_is_told_in_words() {
        for (content, words) in [
            (&b"\xef\xbb\xbf <!doctype html><title>502"[..], "an HTML page beginning with"),
            (b"{\"code\":5,\"message\":\"gone\"}", "JSON beginning with \"{\"code\":5"),
            (b"<Error>AccessDenied</Error>", "XML beginning with"),
            (b"\xff\xfe\x10\x04\x40\x04", "text in UTF-16"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
            (b"", "nothing at all"),
            (b"\xef\xbb\xbf\r\n", "nothing at all"),
            (b"GIF89a\0\0", "binary data"),
        ] {
            let said = failure(content);
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn a_broken_archive_is_no_stock_data() {
        assert!(failure(b"PK\x03\x04 and nothing else").contains("workbook"));
    }
}
