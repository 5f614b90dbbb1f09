//! `--file`: what people and their spreadsheets make of a report: other separators, titles above the header, other sheets.

use std::time::{Duration, SystemTime};

use rust_xlsxwriter::{Workbook, Worksheet};

use crate::support::file::File;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_report::{Encoding, Header, OzonReport};
use crate::support::replay;
use crate::support::world::{OZON, World};

#[track_caller]
fn assert_case(file: &str, expected: &str) {
    let world = World::new(Catalogue::default());
    File::of_case(file).import(&world, "ozon").run().expect(0);
    world.assert_stock(OZON, &replay::rows(OZON, expected));
}

#[test]
fn case_02_the_own_warehouse_of_2020_is_singular_and_commas_part_the_cells() {
    assert_case("ozon-2020-semicolon.csv", "ozon-2020.tsv");
    assert_case("ozon-2020-comma.csv", "ozon-2020.tsv");
}

#[test]
fn case_03_a_title_stands_above_the_header() {
    for file in ["ozon-title-row.xlsx", "ozon-title-row.csv", "ozon-header-first.xlsx"] {
        assert_case(file, "ozon-title-row.tsv");
    }
}

/// The report as another program saves its text.
fn saved(report: &OzonReport, separator: u8, above: &[&str]) -> Vec<u8> {
    let csv = String::from_utf8(report.csv(Encoding::Utf8)).expect("UTF-8");
    let mut read =
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(csv.as_bytes());
    let mut write =
        csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(Vec::new());
    for title in above {
        write.write_record([title]).expect("a title");
    }
    for record in read.records() {
        write.write_record(&record.expect("a line")).expect("a line");
    }
    write.into_inner().expect("a file")
}

#[test]
fn trial_12_a_csv_of_commas_or_tabs_is_the_same_report() {
    let catalogue = Catalogue::small(1);
    for header in [Header::Current, Header::Old, Header::Shuffled] {
        let report = OzonReport::new(&catalogue.ozon, header);
        // A scheme without realFBS has other rows; that is the business of other tests.
        let expected = (header != Header::Old).then(|| catalogue.expected_ozon());
        for separator in [b';', b',', b'\t'] {
            let world = World::new(catalogue.clone());
            let bytes = saved(&report, separator, &["sep=;", "Отчёт по товарам, 2026; все"]);
            File::new("report.csv", bytes).import(&world, "ozon").run().expect(0);
            match &expected {
                Some(expected) => world.assert_stock(OZON, expected),
                None => {
                    assert!(world.database.stock(OZON, crate::support::world::today()).len() > 100)
                }
            }
        }
    }
}

#[test]
fn trial_12_what_has_no_header_says_what_it_has() {
    let world = World::new(Catalogue::default());
    for (text, said) in [
        ("Артикул|Barcode|Зарезервировано, шт\nA|1|2\n", "may be parted by «;», by «,» or by tabs"),
        ("Артикул,Barcode\nA,1\n", "its columns are «Артикул», «Barcode»"),
        // Nine titles may stand above the header, ten may not.
        (&format!("{}{}", "Отчёт\n".repeat(10), replay::text("ozon-2020-comma.csv")), "no column"),
    ] {
        world.fails(&File::new("report.csv", text).import(&world, "ozon"), 65).says(said);
    }
    let nine = format!("{}{}", "Отчёт\n\n".repeat(9), replay::text("ozon-2020-comma.csv"));
    File::new("report.csv", nine).import(&world, "ozon").run().expect(0);
    world.assert_stock(OZON, &replay::rows(OZON, "ozon-2020.tsv"));
}

/// Puts the report of 2020 into a sheet, below so many rows.
fn fill(sheet: &mut Worksheet, above: u32) {
    let text = replay::text("ozon-2020-semicolon.csv");
    for (row, line) in (above..).zip(text.lines()) {
        for (column, cell) in (0..).zip(line.split(';')) {
            sheet.write(row, column, cell).expect("a cell");
        }
    }
}

type Sheet<'a> = (&'a str, &'a dyn Fn(&mut Worksheet));

fn workbook(sheets: &[Sheet<'_>]) -> File {
    let mut book = Workbook::new();
    for (name, content) in sheets {
        let sheet = book.add_worksheet().set_name(*name).expect("a name");
        content(sheet);
    }
    File::new("report.xlsx", book.save_to_buffer().expect("a workbook"))
}

#[test]
fn trial_12_the_header_is_found_on_whichever_sheet_of_a_workbook() {
    let empty = |_: &mut Worksheet| {};
    let notes = |sheet: &mut Worksheet| {
        for row in 0..2_000 {
            sheet.write(row, 3, "Артикул").expect("a note");
        }
    };
    let titled = |sheet: &mut Worksheet| {
        sheet.write(0, 0, "Отчёт по товарам").expect("a title");
        sheet.write(2, 1, "Период").expect("a title");
        fill(sheet, 5);
    };
    for sheets in [
        &[("Лист1", &empty as &dyn Fn(&mut Worksheet)), ("Товары", &|sheet| fill(sheet, 0))][..],
        &[("Заметки", &notes), ("Товары", &titled), ("Лист3", &empty)],
        &[("Товары", &titled), ("Заметки", &notes)],
    ] {
        let world = World::new(Catalogue::default());
        workbook(sheets).import(&world, "ozon").run().expect(0);
        world.assert_stock(OZON, &replay::rows(OZON, "ozon-2020.tsv"));
    }
}

#[test]
fn of_two_sheets_with_the_header_none_is_believed() {
    let world = World::new(Catalogue::default());
    let full = |sheet: &mut Worksheet| fill(sheet, 1);
    let file = workbook(&[("Вчера", &full), ("Сегодня", &full)]);
    world.fails(&file.import(&world, "ozon"), 65).says("«Сегодня»").says("two of");
    let empty = |_: &mut Worksheet| {};
    let file = workbook(&[("Лист1", &empty), ("Лист2", &empty)]);
    world.fails(&file.import(&world, "ozon"), 65).says("not even a header");
}

/// The same file, last written so long ago.
fn aged(name: &str, age: Duration) -> File {
    let file = File::new(name, replay::text("ozon-2020-comma.csv"));
    let opened = std::fs::File::options().write(true).open(&file.path).expect("the file");
    opened.set_modified(SystemTime::now() - age).expect("a time");
    file
}

#[test]
fn trial_13_a_file_older_than_a_day_is_told_whether_by_its_own_date_or_its_name() {
    const DAY: Duration = Duration::from_secs(86_400);
    let world = World::new(Catalogue::default());
    let fresh = aged("report.csv", Duration::ZERO).import(&world, "ozon").run().expect(0);
    assert!(!fresh.stderr.contains("WARN"), "{}", fresh.stderr);
    for (name, age, said) in [
        ("report.csv", 8 * DAY + DAY / 2, "more than 8 days ago"),
        ("Товары 01.02.2025.csv", Duration::ZERO, "is of 2025-02-01 by its name"),
        ("seller_products_924336_1720170405_a9ea2f27.csv", Duration::ZERO, "is of 2024-07-05"),
    ] {
        let run = aged(name, age).import(&world, "ozon").run().expect(0);
        run.says(said).says("written as the stock of today");
        world.assert_stock(OZON, &replay::rows(OZON, "ozon-2020.tsv"));
    }
    let future = File::new("report.csv", replay::text("ozon-2020-comma.csv"));
    let opened = std::fs::File::options().write(true).open(&future.path).expect("the file");
    opened.set_modified(SystemTime::now() + 9 * DAY).expect("a time");
    future.import(&world, "ozon").run().expect(0).says("lies in the future");
}
