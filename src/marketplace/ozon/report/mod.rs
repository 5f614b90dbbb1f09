//! Ozon's products report, CSV or XLSX, told apart by its content. Both turn into rows of cells here; which column means
//! what is in `columns`, what a row is worth is up to `inventory::ozon`.

mod columns;
mod delimited;
mod lines;
mod workbook;

use std::io::{BufRead, BufReader, Seek, SeekFrom};

use crate::failure::Failure;
use crate::marketplace::answers::sniff::{broken, looks_like, not_stock_data};
use crate::marketplace::{OnRecord, PartReader};
use lines::Lines;

/// Reads one report; `number` counts the pull's records.
pub(in crate::marketplace) fn read(
    mut report: PartReader<'_>,
    number: &mut u64,
    on_record: &mut OnRecord<'_>,
) -> Result<(), Failure> {
    let unreadable = |error| broken("the report cannot be read", error);
    let head = {
        let mut reader = BufReader::with_capacity(200, &mut report);
        reader.fill_buf().map_err(unreadable)?.to_vec()
    };
    report.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let lines = Lines::new(number, on_record);
    if head.starts_with(b"PK\x03\x04") {
        return workbook::read(report, lines);
    }
    if is_text(&head) {
        return delimited::read(report, lines);
    }
    Err(not_stock_data(format!("the report is neither CSV nor XLSX but {}", looks_like(&head))))
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
    use crate::marketplace::{Format, Part, Pull};

    fn failure(content: &[u8]) -> String {
        let mut document = tempfile::tempfile().unwrap();
        document.write_all(content).unwrap();
        let part = Part { format: Format::OzonReport, start: 0, length: content.len() as u64 };
        let pull = Pull { document, parts: Vec::new(), cost: Cost::default() };
        let failure = read(pull.open(&part), &mut 0, &mut |_| Ok(())).unwrap_err();
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
