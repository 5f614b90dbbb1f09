//! The text form of a table: `;`, `,` or tabs, double quotes, UTF-8 or, in older exports,
//! Windows-1251.

use std::io::{Cursor, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;

use super::Layout;
use super::lines::{Lines, Search};
use crate::failure::Failure;
use crate::inventory::Field;
use crate::marketplace::answers::sniff::{Bounded, LONGEST_RECORD, broken, not_stock_data};

/// A line put behind the report. It arrives as a line of its own unless a quote is still open: the
/// parser itself takes the end of its input for the end of any quote.
const END: &[u8] = b"\x01 the end of the report \x01";

/// What may part the cells, in the order in which it is tried.
const SEPARATORS: [u8; 3] = *b";,\t";

/// Bytes at the beginning in which the header must lie.
const HEAD: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Windows1251,
}

pub(super) fn read<L: Layout>(
    mut report: impl Read,
    mut lines: Lines<'_, '_, L>,
) -> Result<(), Failure> {
    let mut head = Vec::new();
    let cannot = |error| broken("the report cannot be read", error);
    report.by_ref().take(HEAD).read_to_end(&mut head).map_err(cannot)?;
    let (separator, encoding) = form_of::<L>(&head)?;
    let allowance = AtomicU64::new(LONGEST_RECORD);
    let end = [b"\n", END, b"\n"].concat();
    let report = Bounded::new(Cursor::new(head).chain(report), &allowance, u64::MAX);
    let mut rows = rows(report.chain(Cursor::new(end)), separator);
    let mut row = ByteRecord::new();
    let mut ended = false;
    while rows.read_byte_record(&mut row).map_err(unreadable)? {
        allowance.store(LONGEST_RECORD, Ordering::Relaxed);
        ended = row.len() == 1 && row.get(0) == Some(END);
        if ended || row.iter().all(is_blank) {
            continue;
        }
        lines.row(row.len(), &|column| cell(&row, column, encoding))?;
    }
    if !ended {
        return Err(not_stock_data(
            "the report was cut off: it ends inside quotes that nothing closes",
        ));
    }
    lines.finish()
}

fn rows<R: Read>(report: R, separator: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(report)
}

/// What parts the cells, and how they are encoded: that by which the header comes out whole.
/// Counting characters would not tell, as titles and names hold commas.
fn form_of<L: Layout>(head: &[u8]) -> Result<(u8, Encoding), Failure> {
    let mut search = Search::default();
    for separator in SEPARATORS {
        search.begin_table();
        let mut rows = rows(head, separator);
        let mut row = ByteRecord::new();
        while !search.is_over() && rows.read_byte_record(&mut row).map_err(unreadable)? {
            if row.iter().all(is_blank) {
                continue;
            }
            let encoding = encoding_of(&row);
            let cell = |column| cell(&row, column, encoding);
            if search.offer::<L>(row.len(), &cell)?.is_some() {
                return Ok((separator, encoding));
            }
        }
    }
    let alien = search.saw_nothing_known();
    let failure = search.failure();
    let hint = "cells may be parted by «;», by «,» or by tabs";
    Err(if alien { not_stock_data(format!("{failure}; {hint}")) } else { failure })
}

fn cell(row: &ByteRecord, column: usize, encoding: Encoding) -> Field {
    row.get(column).map_or(Field::Absent, |cell| decoded(cell, encoding))
}

fn unreadable(error: csv::Error) -> Failure {
    const WHAT: &str = "the report cannot be read as CSV";
    match error.into_kind() {
        csv::ErrorKind::Io(error) => broken(WHAT, error),
        other => not_stock_data(format!("{WHAT}: {other:?}")),
    }
}

/// The header tells: it is full of Cyrillic letters, which are hardly ever valid UTF-8 by accident.
fn encoding_of(header: &ByteRecord) -> Encoding {
    if std::str::from_utf8(header.as_slice()).is_ok() {
        Encoding::Utf8
    } else {
        Encoding::Windows1251
    }
}

fn decoded(cell: &[u8], encoding: Encoding) -> Field {
    match encoding {
        _ if cell.is_empty() => Field::Absent,
        Encoding::Utf8 => match std::str::from_utf8(cell) {
            Ok(text) => Field::written(text),
            Err(_) => Field::Undecodable,
        },
        // The one byte without a meaning in Windows-1251, which the decoder lets pass as a control
        // character.
        Encoding::Windows1251 if cell.contains(&0x98) => Field::Undecodable,
        Encoding::Windows1251 => {
            let (text, _) = encoding_rs::WINDOWS_1251.decode_without_bom_handling(cell);
            Field::written(text)
        }
    }
}

fn is_blank(cell: &[u8]) -> bool {
    cell.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::failure::Exit;
    use crate::inventory::{Record, Rejection};
    use crate::marketplace::ozon::report::Columns;

    const HEADER: &str = "Артикул;Barcode;Название товара;Доступно к продаже по схеме FBO, шт.;Зарезервировано, шт;Доступно к продаже по схеме FBS, шт.;Доступно к продаже по схеме realFBS, шт.;Зарезервировано на моих складах, шт";

    fn read_all(report: &[u8]) -> Result<Vec<Result<Record, Rejection>>, Failure> {
        let mut records = Vec::new();
        let mut number = 0;
        read(
            report,
            Lines::<Columns>::new(&mut number, &mut |record| {
                records.push(record);
                Ok(())
            }),
        )?;
        Ok(records)
    }

    fn with_header(lines: &str) -> Vec<u8> {
        format!("{HEADER}\n{lines}").into_bytes()
    }

    fn articles(report: &[u8]) -> Vec<String> {
        let of = |record: Result<Record, Rejection>| match record {
            Ok(record) => record.listing.sku,
            Err(rejection) => format!("! {rejection}"),
        };
        read_all(report).unwrap().into_iter().map(of).collect()
    }

    fn failure(report: &[u8]) -> String {
        let failure = read_all(report).unwrap_err();
        assert_eq!(failure.exit(), Exit::NotStockData);
        failure.to_string()
    }

    #[test]
    fn a_line_is_read_with_all_its_quirks() {
        let report = with_header(
            "\"'ART-1\";'460;\"Чехол 5\"\" \r\nчёрный; новый\";1\u{a0}234;5.0;;'7;\r\n",
        );
        let report = [b"\xef\xbb\xbf", &report[..]].concat();
        let records = read_all(&report).unwrap();
        let record = records[0].as_ref().unwrap();
        assert_eq!(record.listing.sku, "ART-1");
        assert_eq!(record.listing.barcodes.as_deref().unwrap(), ["460"]);
        assert_eq!(record.listing.name.as_deref(), Some("Чехол 5\" \r\nчёрный; новый"));
        let pieces: Vec<_> = record
            .lines
            .iter()
            .map(|line| (line.quantities.available, line.quantities.reserved))
            .collect();
        assert_eq!(pieces, [(1234, 5), (7, 0)]);
    }

    #[test]
    fn windows_1251_is_recognised_by_the_header() {
        let text = format!("{HEADER}\nАртикул-ё;;;1;;;;\nB;;;1\u{a0}000;;;;\n");
        let (bytes, _, unmappable) = encoding_rs::WINDOWS_1251.encode(&text);
        assert!(!unmappable);
        assert_eq!(articles(&bytes), ["Артикул-ё", "B"]);
        let records = read_all(&bytes).unwrap();
        assert_eq!(records[1].as_ref().unwrap().lines[0].quantities.available, 1000);
    }

    #[test]
    fn what_parts_the_cells_is_told_by_the_header_whatever_stands_above_it() {
        let mut rows = csv::ReaderBuilder::new().delimiter(b';').from_reader(HEADER.as_bytes());
        let header = rows.byte_headers().unwrap().clone();
        for separator in SEPARATORS {
            let mut csv = csv::WriterBuilder::new()
                .delimiter(separator)
                .flexible(true)
                .from_writer(Vec::new());
            csv.write_record(["sep=;"]).unwrap();
            csv.write_record(["Отчёт, за день; весь\tсклад", "", ";;;", ",,,"]).unwrap();
            csv.write_byte_record(&header).unwrap();
            csv.write_record(["A;1,5\t", "460,461", "Имя", "7", "", "", "", ""]).unwrap();
            let text = String::from_utf8(csv.into_inner().unwrap()).unwrap();
            let (cp1251, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
            for bytes in [text.as_bytes(), &cp1251] {
                let records = read_all(bytes).unwrap();
                let record = records[0].as_ref().unwrap();
                assert_eq!(record.listing.sku, "A;1,5");
                assert_eq!(record.listing.barcodes.as_deref().unwrap(), ["460", "461"]);
                assert_eq!(record.lines[0].quantities.available, 7);
            }
        }
    }

    #[test]
    fn the_nearest_of_the_first_ten_rows_is_shown_if_none_is_the_header() {
        let near = HEADER.replace("Зарезервировано, шт;", "");
        let said = failure(format!("Отчёт\n{near}\nA;1\n").as_bytes());
        assert!(said.starts_with("the report has no column for «Зарезервировано, шт»; "), "{said}");
        assert!(said.contains("«Barcode», «Название товара»"), "{said}");
        let late = format!("{}{HEADER}\n", "Отчёт\n".repeat(10));
        assert!(failure(late.as_bytes()).contains("its columns are «Отчёт»; cells may be parted"));
    }

    #[test]
    fn an_undecodable_cell_rejects_its_record_only() {
        let mut report = with_header("A;;;1;;;;\n");
        report.extend_from_slice(b"\xc0\xd0\xd2;;;1;;;;\nB;;\xff;1;;;;\nC;;;1;;;;\n");
        assert_eq!(
            articles(&report),
            [
                "A",
                "! record 2: article cannot be decoded as text",
                "! record 3 (article \"B\"): the name cannot be decoded as text",
                "C"
            ]
        );
    }

    #[test]
    fn empty_lines_are_passed_over_and_not_counted() {
        let report = with_header("\n;;;;;;;\r\n\r\n   \n;;;1;;;;\nA;;;1;;;;\n\n\n");
        assert_eq!(articles(&report), ["! record 1: article is empty", "A"]);
    }

    #[test]
    fn a_header_without_records_is_an_empty_report() {
        assert!(articles(HEADER.as_bytes()).is_empty());
        assert!(articles(&with_header("\r\n\r\n")).is_empty());
    }

    #[test]
    fn a_line_with_fields_too_many_or_too_few_is_rejected() {
        let report = with_header("A;;;1;;;;;\nB;;;1;;;\nC;;;1;;;;\n");
        assert_eq!(
            articles(&report),
            [
                "! record 1 (article \"A\"): it has 9 fields, the header 8",
                "! record 2 (article \"B\"): it has 7 fields, the header 8",
                "C"
            ]
        );
    }

    #[test]
    fn a_report_that_ends_in_a_short_line_was_cut_off() {
        let said = failure(&with_header("A;;;1;;;;\nB;;;1;"));
        assert_eq!(
            said,
            "the report was cut off: its last record 2 (article \"B\"): it has 5 fields, the header 8"
        );
    }

    #[test]
    fn a_report_that_ends_inside_quotes_was_cut_off() {
        for end in ["B;;\"Чехол", "B;;;1;;;;\"", "\"B;;;1;;;;\nC;;;1;;;;\n"] {
            let said = failure(&with_header(&format!("A;;;1;;;;\n{end}")));
            assert!(said.contains("inside quotes"), "{said}");
        }
    }

    #[test]
    fn a_missing_line_end_at_the_very_end_is_no_cut() {
        assert_eq!(articles(&with_header("A;;;1;;;;\nB;;;1;;;;2")), ["A", "B"]);
        assert_eq!(articles(&with_header("A;;;1;;;;\r\n\"B\";;;1;;;;\"2\"")), ["A", "B"]);
    }

    #[test]
    fn an_unclosed_quote_cannot_swallow_the_memory() {
        let endless = io::repeat(b'x').take(LONGEST_RECORD * 2);
        let report = Cursor::new(with_header("A;;\"")).chain(endless);
        let mut number = 0;
        let failure =
            read(report, Lines::<Columns>::new(&mut number, &mut |_| Ok(()))).unwrap_err();
        assert_eq!(failure.exit(), Exit::NotStockData);
        assert!(failure.to_string().contains("longer than 16 MiB"), "{failure}");
    }

    #[test]
    fn the_columns_may_come_in_any_order() {
        let mut columns: Vec<_> = HEADER.split(';').collect();
        columns.reverse();
        let report = format!("{}\n1;2;3;4;5;Имя;460;A\n", columns.join(";"));
        let records = read_all(report.as_bytes()).unwrap();
        let pieces: Vec<_> = records[0]
            .as_ref()
            .unwrap()
            .lines
            .iter()
            .map(|line| (line.quantities.available, line.quantities.reserved))
            .collect();
        assert_eq!(pieces, [(5, 4), (3, 1), (2, 0)]);
    }
}
