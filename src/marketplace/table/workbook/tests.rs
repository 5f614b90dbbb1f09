use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::*;
use crate::cost::Cost;
use crate::failure::Exit;
use crate::inventory::{Record, Rejection};
use crate::marketplace::ozon::report::Columns;
use crate::marketplace::{Format, Part, Pull};

const TITLES: [&str; 7] = [
    "Артикул",
    "Название товара",
    "Доступно к продаже по схеме FBO, шт.",
    "Зарезервировано, шт",
    "Доступно к продаже по схеме FBS, шт.",
    "Зарезервировано на моих складах, шт",
    "Бренд",
];

fn read_all(xlsx: &[u8], most: u64) -> Result<Vec<Result<Record, Rejection>>, Failure> {
    let mut document = tempfile::tempfile().unwrap();
    document.write_all(xlsx).unwrap();
    let part = Part { format: Format::OzonReport, start: 0, length: xlsx.len() as u64 };
    let pull = Pull { document, parts: Vec::new(), cost: Cost::default() };
    let mut records = Vec::new();
    let mut number = 0;
    let mut keep = |record| {
        records.push(record);
        Ok(())
    };
    read_within(pull.open(&part), Lines::<Columns>::new(&mut number, &mut keep), most)?;
    Ok(records)
}

fn failure(xlsx: &[u8]) -> String {
    let failure = read_all(xlsx, MOST_UNPACKED).unwrap_err();
    assert_eq!(failure.exit(), Exit::NotStockData);
    failure.to_string()
}

/// Article, name, and available and reserved of each row, or the reason for a rejection.
fn told(xlsx: &[u8]) -> Vec<String> {
    let pieces = |record: Record| {
        let lines: Vec<_> = record
            .lines
            .iter()
            .map(|line| format!("{}+{}", line.quantities.available, line.quantities.reserved))
            .collect();
        let name = record.listing.name.unwrap_or_default();
        format!("{}|{name}|{}", record.listing.sku, lines.join(" "))
    };
    let records = read_all(xlsx, MOST_UNPACKED).unwrap();
    records.into_iter().map(|record| record.map_or_else(|no| no.to_string(), pieces)).collect()
}

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn inline(text: &str) -> String {
    format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

/// A sheet with the usual header and these rows.
fn sheet(rows: &str) -> String {
    let header: String = TITLES.iter().map(|title| inline(title)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\">{header}</row>{rows}</sheetData></worksheet>"
    )
}

fn only_sheet(rows: &str) -> Vec<u8> {
    archive(&[("xl/worksheets/sheet1.xml", &sheet(rows))])
}

#[test]
fn a_workbook_of_a_common_writer_is_read() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, title) in TITLES.iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *title).unwrap();
    }
    sheet.write(1, 0, "'ART-1").unwrap();
    sheet.write(1, 1, "Ёлка & <мишура> \u{1f384}").unwrap();
    sheet.write(1, 2, 1234).unwrap();
    sheet.write(1, 3, "5").unwrap();
    sheet.write(2, 0, 4_601_234_567_890_u64).unwrap();
    sheet.write(2, 4, 7.0).unwrap();
    let xlsx = workbook.save_to_buffer().unwrap();
    assert_eq!(told(&xlsx), ["ART-1|Ёлка & <мишура> \u{1f384}|1234+5", "4601234567890||7+0"]);
}

#[test]
fn shared_strings_join_their_runs_and_leave_out_phonetic_hints() {
    let strings = "<sst><si><t>A</t></si><si/><si><r><rPr><b/></rPr><t xml:space=\"preserve\">Но </t></r><r><t>вый</t></r><rPh sb=\"0\" eb=\"1\"><t>тихо</t></rPh></si></sst>";
    let rows = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>2</v></c><c><v>3</v></c></row><row><c t=\"s\"><v>1</v></c><c t=\"s\"><v>1</v></c></row>";
    let xlsx =
        archive(&[("xl/sharedStrings.xml", strings), ("xl/worksheets/sheet1.xml", &sheet(rows))]);
    assert_eq!(told(&xlsx), ["A|Но вый|3+0"]);
}

#[test]
fn rows_outside_a_row_break_the_workbook() {
    let torn = sheet("</row><row>");
    failure(&archive(&[("xl/worksheets/sheet1.xml", &torn)]));
    let torn = sheet("<row><c><v>1</v></row><row></c></row>");
    failure(&archive(&[("xl/worksheets/sheet1.xml", &torn)]));
    let torn = sheet("<x:row><c><v>1</v></c></row><row><c><v>2</v></c></x:row>");
    failure(&archive(&[("xl/worksheets/sheet1.xml", &torn)]));
}

#[test]
fn a_shared_string_that_is_not_there_breaks_the_workbook() {
    let said = failure(&only_sheet("<row><c t=\"s\"><v>7</v></c></row>"));
    assert!(said.contains("there is no shared string 7"), "{said}");
}

#[test]
fn cells_stand_where_their_references_say() {
    let rows = "<row r=\"2\"><c r=\"E2\"><v>4</v></c><c><v>1</v></c><c r=\"A2\" t=\"str\"><v>A</v></c></row>";
    assert_eq!(told(&only_sheet(rows)), ["A||4+1"]);
    let said = failure(&only_sheet("<row><c r=\"A2\"/><c r=\"A2\"><v>1</v></c></row>"));
    assert!(said.contains("two cells in column 1"), "{said}");
    assert!(failure(&only_sheet("<row><c r=\"ZZZ1\"/></row>")).contains("\"ZZZ1\" is no cell"));
    failure(&only_sheet("<row><c r=B2><v>1</v></c></row>"));
}

#[test]
fn errors_truth_values_and_unknown_formulas_are_no_quantities() {
    let row = |cell: &str| format!("<row>{}<c/>{cell}</row>", inline("A"));
    for (cell, said) in [
        ("<c t=\"e\"><v>#N/A</v></c>", "is the error #N/A"),
        ("<c t=\"b\"><v>1</v></c>", "is the truth value TRUE"),
        ("<c><f>1+1</f></c>", "is a formula without a value"),
        ("<c><v>1.5</v></c>", "is the text \"1.5\""),
    ] {
        let told = told(&only_sheet(&row(cell)));
        assert!(told[0].contains(said), "{told:?}");
    }
    assert_eq!(told(&only_sheet(&row("<c><f>1+1</f><v>2</v></c>"))), ["A||2+0"]);
}

#[test]
fn entities_are_resolved_and_unknown_ones_refused() {
    let row = format!("<row>{}<c/></row>", inline("A&amp;B&#x451;<![CDATA[<]]>_x0009_C"));
    assert_eq!(told(&only_sheet(&row)), ["A&Bё<\tC||0+0"]);
    let unknown = format!("<row>{}</row>", inline("&xxe;"));
    assert!(failure(&only_sheet(&unknown)).contains("the entity \"xxe\" is unknown"));
}

#[test]
fn a_document_type_is_refused() {
    let sheet =
        sheet("").replace("?>", "?><!DOCTYPE x [<!ENTITY xxe SYSTEM \"file:///etc/passwd\">]>");
    assert!(failure(&archive(&[("xl/worksheets/sheet1.xml", &sheet)])).contains("document type"));
}

#[test]
fn empty_rows_are_passed_over_and_cells_beyond_the_header_reject_theirs() {
    let rows = format!(
        "<row/><row><c r=\"B3\" s=\"1\"/><c t=\"str\"><v> </v></c></row><row>{}</row><row>{}<c r=\"I5\"><v>1</v></c></row>",
        inline("A"),
        inline("B")
    );
    assert_eq!(
        told(&only_sheet(&rows)),
        ["A||0+0", "record 2 (article \"B\"): it has 9 fields, the header 7"]
    );
}

#[test]
fn the_first_sheet_is_the_first_in_the_workbooks_order() {
    let workbook = "<workbook xmlns:r=\"x\"><sheets><sheet name=\"Товары\" sheetId=\"7\" r:id=\"rId9\"/><sheet name=\"Другое\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    let relations = "<Relationships><Relationship Id=\"rId1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId9\" Type=\"x/worksheet\" Target=\"/xl/worksheets/other.xml\"/><Relationship Id=\"rId2\" Type=\"x/sharedStrings\" Target=\"strings.xml\"/></Relationships>";
    let xlsx = archive(&[
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/strings.xml", "<sst><si><t>Имя</t></si></sst>"),
        ("xl/worksheets/sheet1.xml", "<worksheet/>"),
        (
            "xl/worksheets/other.xml",
            &sheet(&format!("<row>{}<c t=\"s\"><v>0</v></c></row>", inline("A"))),
        ),
    ]);
    assert_eq!(told(&xlsx), ["A|Имя|0+0"]);
}

#[test]
fn prefixed_names_are_the_same_names() {
    let xml = sheet(&format!("<row>{}</row>", inline("A")));
    let prefixed = xml
        .replace("</", "\u{0}")
        .replace('<', "<x:")
        .replace('\u{0}', "</x:")
        .replace("<x:?", "<?");
    assert_eq!(told(&archive(&[("xl/worksheets/sheet1.xml", &prefixed)])), ["A||0+0"]);
}

#[test]
fn an_archive_that_is_no_workbook_says_what_it_holds() {
    let said = failure(&archive(&[("report.csv", "A;B")]));
    assert_eq!(
        said,
        "the report is a ZIP archive without xl/worksheets/sheet1.xml; it holds report.csv"
    );
}

#[test]
fn a_sheet_that_ends_too_early_is_broken() {
    let whole = sheet(&format!("<row>{}</row>", inline("A")));
    for end in ["</worksheet>", "</sheetData>", "</row></sheetData>", "<row>"] {
        let cut = &whole[..whole.rfind(end).unwrap()];
        let said = failure(&archive(&[("xl/worksheets/sheet1.xml", cut)]));
        assert!(said.contains("broken XLSX"), "{said}");
    }
}

#[test]
fn a_cut_or_damaged_archive_is_broken() {
    let whole = only_sheet(&format!("<row>{}</row>", inline("A")));
    for length in [4, 30, whole.len() / 2, whole.len() - 1] {
        failure(&whole[..length]);
    }
    let mut damaged = whole.clone();
    damaged[whole.len() / 4] ^= 0x20;
    failure(&damaged);
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused() {
    let bomb = only_sheet(&" ".repeat(5_000_000));
    assert!(bomb.len() < 20_000);
    let failure = read_all(&bomb, 4_000_000).unwrap_err();
    assert_eq!(failure.exit(), Exit::NotStockData);
    assert!(failure.to_string().contains("more than is sane"), "{failure}");
}

#[test]
fn a_single_endless_text_is_refused() {
    let row = format!("<row>{}</row>", inline(&"x".repeat((16 << 20) + 200_000)));
    assert!(failure(&only_sheet(&row)).contains("longer than 16 MiB"));
}
