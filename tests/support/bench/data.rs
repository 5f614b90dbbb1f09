//! What the marketplaces answer in the benchmark, as files: made once per size from the catalogue of the tests, and kept.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::marketplace::catalogue::Catalogue;
use super::marketplace::catalogue::ozon::OzonProduct;
use super::marketplace::catalogue::ozon_report::{Cell, Encoding, Header, OzonReport};

/// Items on a page of Wildberries.
pub const PAGE: usize = 250_000;

/// From one page to the next: stocksync asks for the last item again, to see pages that shift.
pub const STEP: usize = PAGE - 1;

/// Products that are turned into lines at once: all of them as cells would take gigabytes.
const AT_ONCE: usize = 1_000;

/// A form in which stock comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    WbJson,
    OzonCsv,
    OzonXlsx,
}

impl Form {
    pub const ALL: [Self; 3] = [Self::WbJson, Self::OzonCsv, Self::OzonXlsx];

    pub fn name(self) -> &'static str {
        match self {
            Self::WbJson => "WB JSON",
            Self::OzonCsv => "Ozon CSV",
            Self::OzonXlsx => "Ozon XLSX",
        }
    }

    pub fn source(self) -> &'static str {
        if self == Self::WbJson { "Wildberries" } else { "Ozon" }
    }

    pub fn argument(self) -> &'static str {
        if self == Self::WbJson { "wb" } else { "ozon" }
    }
}

/// Two states of a catalogue: `a`, and `b` some hours later. A third of the stock differs, a tenth of the listings is gone, a
/// twentieth is new.
pub struct Data {
    directory: PathBuf,
}

impl Data {
    /// As many rows as `rows`, within a few percent.
    pub fn prepare(root: &Path, rows: usize, form: Form) -> Self {
        let data =
            Self { directory: root.join(format!("{rows}-{}", form.name().replace(' ', "-"))) };
        if !data.directory.join("complete").exists() {
            let _ = fs::remove_dir_all(&data.directory);
            fs::create_dir_all(&data.directory).expect("a directory for the answers");
            // A size has 2.4 items and 0.4 on own warehouses; a product has 1.3 rows.
            let a = match form {
                Form::WbJson => Catalogue::sized(1, 0, rows * 100 / 117),
                _ => Catalogue::sized(1, rows * 10 / 13, 0),
            };
            data.write("a", &a, form);
            data.write("b", &a.later(2), form);
            File::create(data.directory.join("complete")).expect("a file");
        }
        data
    }

    /// The file of an answer.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn write(&self, state: &str, catalogue: &Catalogue, form: Form) {
        match form {
            Form::WbJson => {
                type Page = fn(&Catalogue, usize, usize) -> String;
                let methods: [(&str, Page); 2] = [
                    ("wb-warehouses", Catalogue::wb_warehouses_page),
                    ("seller-warehouses", Catalogue::seller_warehouses_page),
                ];
                for (method, page) in methods {
                    for number in 0.. {
                        let text = page(catalogue, number * STEP, PAGE);
                        let last = text.matches("\"nmId\"").count() < PAGE;
                        let path = self.path(&format!("{state}-{method}-{number}"));
                        fs::write(path, text).expect("a page");
                        if last {
                            break;
                        }
                    }
                }
            }
            Form::OzonCsv => write_csv(&self.path(&format!("{state}-report")), &catalogue.ozon),
            Form::OzonXlsx => write_xlsx(&self.path(&format!("{state}-report")), &catalogue.ozon),
        }
    }
}

fn write_csv(path: &Path, products: &[OzonProduct]) {
    let mut file = BufWriter::new(File::create(path).expect("a report"));
    for (number, chunk) in products.chunks(AT_ONCE).enumerate() {
        let text = OzonReport::new(chunk, Header::Current).csv(Encoding::Utf8);
        let header = text.iter().position(|byte| *byte == b'\n').expect("a header") + 1;
        let from = if number == 0 { 0 } else { header };
        file.write_all(&text[from..]).expect("a report");
    }
}

/// A workbook as Excel saves it: each text once, in a part of its own, and numbers as numbers.
fn write_xlsx(path: &Path, products: &[OzonProduct]) {
    let mut zip = ZipWriter::new(BufWriter::new(File::create(path).expect("a workbook")));
    for (name, text) in CONTAINER {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("a part");
    }
    let large = SimpleFileOptions::default().compression_level(Some(1)).large_file(true);
    zip.start_file("xl/worksheets/sheet1.xml", large).expect("the sheet");
    let mut strings = Strings::default();
    zip.write_all(format!("{XML}<worksheet xmlns=\"{SPREADSHEET}\"><sheetData>").as_bytes())
        .expect("the sheet");
    each_row(products, &mut |row, cells| {
        let mut line = format!("<row r=\"{}\">", row + 1);
        for (column, cell) in cells.iter().enumerate() {
            let place = format!("{}{}", letters(column), row + 1);
            line += &match cell {
                Value::Number(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
                Value::Text(text) => {
                    format!("<c r=\"{place}\" t=\"s\"><v>{}</v></c>", strings.index(text))
                }
            };
        }
        zip.write_all((line + "</row>").as_bytes()).expect("the sheet");
    });
    zip.write_all(b"</sheetData></worksheet>").expect("the sheet");
    zip.start_file("xl/sharedStrings.xml", large).expect("the strings");
    zip.write_all(format!("{XML}<sst xmlns=\"{SPREADSHEET}\">").as_bytes()).expect("the strings");
    for text in &strings.in_order {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let text = text.replace('\r', "_x000D_");
        write!(zip, "<si><t xml:space=\"preserve\">{text}</t></si>").expect("the strings");
    }
    zip.write_all(b"</sst>").expect("the strings");
    zip.finish().expect("a workbook");
}

/// The texts of a workbook, each once.
#[derive(Default)]
struct Strings {
    indices: HashMap<Rc<str>, usize>,
    in_order: Vec<Rc<str>>,
}

impl Strings {
    fn index(&mut self, text: &str) -> usize {
        if let Some(index) = self.indices.get(text) {
            return *index;
        }
        let (text, index): (Rc<str>, _) = (text.into(), self.in_order.len());
        self.in_order.push(Rc::clone(&text));
        self.indices.insert(text, index);
        index
    }
}

enum Value {
    Number(u64),
    Text(String),
}

/// The header and a row per product.
fn each_row(products: &[OzonProduct], on_row: &mut dyn FnMut(usize, &[Value])) {
    for (number, chunk) in products.chunks(AT_ONCE).enumerate() {
        let report = OzonReport::new(chunk, Header::Current);
        if number == 0 {
            let titles: Vec<_> =
                report.columns.iter().map(|(_, title)| Value::Text(title.clone())).collect();
            on_row(0, &titles);
        }
        for (place, row) in report.rows.iter().enumerate() {
            let values: Vec<_> = row
                .iter()
                .map(|cell| match cell {
                    Cell::Number(number) => Value::Number(*number),
                    Cell::Text(text) | Cell::Raw(text) => Value::Text(text.clone()),
                })
                .collect();
            on_row(1 + number * AT_ONCE + place, &values);
        }
    }
}

fn letters(column: usize) -> String {
    let letter = |number: usize| char::from(b'A' + u8::try_from(number % 26).expect("a letter"));
    match column / 26 {
        0 => letter(column).to_string(),
        first => format!("{}{}", letter(first - 1), letter(column)),
    }
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const SPREADSHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

const CONTAINER: &[(&str, &str)] = &[
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Товары" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#,
    ),
];
