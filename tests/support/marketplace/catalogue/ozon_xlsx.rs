//! The same report as a spreadsheet, by two writers: one with shared strings, as most programs save it,
//! one that streams its strings into the cells, as servers do.

use std::io::{Cursor, Write};

use rust_xlsxwriter::Workbook;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::ozon_report::{Cell, OzonReport};
use super::pick;

impl OzonReport {
    pub fn xlsx(&self) -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (c, (_, title)) in self.columns.iter().enumerate() {
            sheet.write(0, column(c), title).expect("a header cell");
        }
        for (r, row) in self.rows.iter().enumerate() {
            let line = u32::try_from(r + 1).expect("a row of a sheet");
            for (c, cell) in row.iter().enumerate() {
                match value(self, cell, r, c) {
                    Value::Nothing => continue,
                    Value::Number(number) => sheet.write(line, column(c), number),
                    Value::Text(text) => sheet.write(line, column(c), text),
                }
                .expect("a cell");
            }
        }
        book.save_to_buffer().expect("a spreadsheet in memory")
    }

    /// Strings in the cells, a prefix before every name, no cell references, a shared-strings part that is absent.
    pub fn streamed_xlsx(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in CONTAINER {
            zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
            zip.write_all(text.as_bytes()).expect("a part");
        }
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default())
            .expect("the sheet");
        zip.write_all(self.sheet_xml().as_bytes()).expect("the sheet");
        zip.finish().expect("a spreadsheet in memory").into_inner()
    }

    fn sheet_xml(&self) -> String {
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <x:worksheet xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><x:sheetData>",
        );
        let titles: Vec<_> = self.columns.iter().map(|(_, title)| in_cell(title)).collect();
        xml += &format!("<x:row>{}</x:row>", titles.concat());
        for (r, row) in self.rows.iter().enumerate() {
            xml += "<x:row>";
            for (c, cell) in row.iter().enumerate() {
                xml += &match value(self, cell, r, c) {
                    Value::Nothing => "<x:c/>".to_owned(),
                    Value::Number(number) => format!("<x:c><x:v>{number}</x:v></x:c>"),
                    Value::Text(text) => in_cell(&text),
                };
            }
            xml += "</x:row>";
        }
        xml + "</x:sheetData></x:worksheet>"
    }
}

enum Value {
    Nothing,
    Number(f64),
    Text(String),
}

/// Quantities are numbers in most cells and texts in some; ids, which a cell's number cannot always hold, are texts.
fn value(report: &OzonReport, cell: &Cell, row: usize, column: usize) -> Value {
    match cell {
        Cell::Number(0) if pick(3, 3, row + column).is_multiple_of(3) => Value::Nothing,
        Cell::Number(number) if !pick(4, 4, row + column).is_multiple_of(4) => {
            Value::Number(f64::from(u32::try_from(*number).expect("a quantity")))
        }
        other => match report.text_of(other, row, column) {
            text if text.is_empty() => Value::Nothing,
            text => Value::Text(text),
        },
    }
}

fn column(number: usize) -> u16 {
    u16::try_from(number).expect("a column of a sheet")
}

/// Rich text comes in runs: the cell's value is all of them together.
fn in_cell(text: &str) -> String {
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
    let (head, tail) = text.split_at(middle);
    format!(
        "<x:c t=\"inlineStr\"><x:is><x:r><x:t xml:space=\"preserve\">{}</x:t></x:r>\
         <x:r><x:t xml:space=\"preserve\">{}</x:t></x:r></x:is></x:c>",
        escaped(head),
        escaped(tail)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;")
}

const CONTAINER: &[(&str, &str)] = &[
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Товары" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];
