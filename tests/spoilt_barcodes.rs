//! `--file`: barcodes that a spreadsheet has spoilt are no barcodes, and take away none that is known.

use rust_xlsxwriter::Workbook;

use crate::support::file::File;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_report::{
    Cell, Column, Encoding, Header, OzonReport,
};
use crate::support::replay;
use crate::support::world::{OZON, World};

const BARCODES: &str =
    "SELECT source, sku, size_id, barcode, lost_on FROM listing_barcodes ORDER BY 1, 2, 3, 4";
const LISTINGS: &str = "SELECT source, sku, size_id, product_id, barcode, barcodes_hash FROM product_listings ORDER BY 1, 2, 3";
const NOW: &str =
    "SELECT sku, barcode FROM listing_barcodes WHERE lost_on IS NULL ORDER BY sku, barcode";

fn expected(file: &str) -> Vec<Vec<String>> {
    let text = replay::text(file);
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn case_07_barcodes_that_a_spreadsheet_has_spoilt_are_none() {
    let world = World::new(Catalogue::default());
    let file = File::of_case("ozon-spoilt-barcodes.csv");
    let run = file.import(&world, "ozon").run().expect(0);
    let run = run.says("2 products").says("4,60123E+12").says("\"ART-1\"").says("\"ART-2\"");
    assert_eq!(run.stderr.matches(" WARN ").count(), 1, "{}", run.stderr);
    world.assert_stock(OZON, &replay::rows(OZON, "ozon-spoilt-barcodes.tsv"));
    let barcodes = world.database.table(NOW);
    assert_eq!(barcodes, expected("ozon-spoilt-barcodes.listing_barcodes.tsv"));
}

#[test]
fn case_07_barcodes_partners_and_products_that_were_known_stay() {
    let catalogue = Catalogue::small(1);
    let world = World::new(catalogue.clone());
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    let known = || (world.database.table(BARCODES), world.database.table(LISTINGS));
    let before = known();
    let shared = "SELECT COUNT(*) FROM product_listings a JOIN product_listings b ON b.product_id = a.product_id
        WHERE a.source = 'Ozon' AND b.source = 'Wildberries'";
    assert!(world.database.number(shared) > 3, "there are partners to lose");
    let mut report = OzonReport::new(&catalogue.ozon, Header::Current);
    for (row, product) in catalogue.ozon.iter().enumerate() {
        let spoilt = ["4,60123E+12", "'4.60123E+12", "#######", "2000000000011;4,6E+12"];
        if !product.barcodes.is_empty() {
            report.set(row, Column::Barcode, Cell::Raw(spoilt[row % spoilt.len()].into()));
        }
    }
    for bytes in [report.csv(Encoding::Utf8), report.xlsx(), report.streamed_xlsx()] {
        let file = File::new("report", bytes);
        file.import(&world, "ozon").run().expect(0).says("as the cabinet gives it");
        world.assert_stock(OZON, &catalogue.expected_ozon());
        assert!(known() == before, "what was known has changed");
    }
    // A file that is whole again changes nothing either.
    let whole = OzonReport::new(&catalogue.ozon, Header::Current).csv(Encoding::Utf8);
    File::new("report", whole).import(&world, "ozon").run().expect(0);
    assert!(known() == before, "what was known has changed");
}

#[test]
fn case_07_numbers_of_a_workbook_are_whole_barcodes_unless_rounded() {
    let titles = "Артикул|Barcode|Доступно на складе Ozon, шт|Зарезервировано, шт|Доступно на моих складах, шт|\
                  Зарезервировано на моих складах, шт";
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in (0..).zip(titles.split('|')) {
        sheet.write(0, column, title).unwrap();
    }
    for (row, article) in (1..).zip(["NUMBER", "TEXT", "GROUPED", "ROUNDED"]) {
        sheet.write(row, 0, article).unwrap();
        sheet.write(row, 2, 5.0).unwrap();
    }
    sheet.write(1, 1, 4_601_234_567_890.0).unwrap();
    sheet.write(2, 1, "4601234567906.0").unwrap();
    sheet.write(3, 1, "4\u{a0}601\u{a0}234\u{a0}567\u{a0}913,00").unwrap();
    sheet.write(4, 1, "4,60123E+12").unwrap();
    let world = World::new(Catalogue::default());
    let file = File::new("report.xlsx", book.save_to_buffer().unwrap());
    file.import(&world, "ozon").run().expect(0).says("1 product:").says("ROUNDED");
    let expected =
        [["GROUPED", "4601234567913"], ["NUMBER", "4601234567890"], ["TEXT", "4601234567906"]];
    assert_eq!(world.database.table(NOW), expected);
}

#[test]
fn an_article_that_a_spreadsheet_has_spoilt_is_rejected_and_makes_no_listing() {
    let catalogue = Catalogue::small(1);
    let mut report = OzonReport::new(&catalogue.ozon, Header::Current);
    report.set(0, Column::Article, Cell::Raw("4,60123E+12".into()));
    let world = World::new(catalogue);
    let file = File::new("report.csv", report.csv(Encoding::Utf8));
    file.import(&world, "ozon").run().expect(3).says("what a spreadsheet made of it");
    let listing = "SELECT COUNT(*) FROM product_listings WHERE sku LIKE '4,6%'";
    assert_eq!(world.database.number(listing), 0);
}
