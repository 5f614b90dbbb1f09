//! Ozon's report with a column more or less than today: what is not told is not lost, what is not understood is not passed over.

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_report::{
    Cell, Column, Encoding, Header, OzonReport,
};
use crate::support::world::{OZON, World};

const BARCODES: &str = "SELECT sku, barcode, lost_on FROM listing_barcodes ORDER BY sku, barcode";
const LISTINGS: &str =
    "SELECT sku, product_id, barcode, barcodes_hash, name FROM product_listings ORDER BY sku";

fn open(world: &World, report: Vec<u8>) {
    world.marketplaces.configure(|settings| settings.report = Some(report));
}

#[test]
fn a_report_without_the_column_of_barcodes_takes_no_barcode_away() {
    let catalogue = Catalogue::small(1);
    let whole = OzonReport::new(&catalogue.ozon, Header::Current);
    let mut without = whole.clone();
    without.drop_column(Column::Barcode);
    let world = World::new(catalogue.clone());
    world.run("sync ozon").expect(0);
    let before = (world.database.table(BARCODES), world.database.table(LISTINGS));
    assert!(before.0.len() > 10, "{}", before.0.len());
    for report in [without.csv(Encoding::Utf8Bom), without.xlsx()] {
        open(&world, report);
        world.run("sync ozon").expect(0).says("no column for «Barcode»");
        world.assert_stock(OZON, &catalogue.expected_ozon());
        assert!(before == (world.database.table(BARCODES), world.database.table(LISTINGS)));
    }

    let lost = "SELECT COUNT(*) FROM listing_barcodes WHERE lost_on IS NOT NULL";
    let mut emptied = whole;
    let row = catalogue.ozon.iter().position(|product| !product.barcodes.is_empty());
    emptied.set(row.expect("a barcode"), Column::Barcode, Cell::Raw(String::new()));
    open(&world, emptied.csv(Encoding::Utf8Bom));
    world.run("sync ozon").expect(0);
    assert!(world.database.number(lost) > 0, "an empty cell does say that there is no barcode");
}

#[test]
fn listings_that_a_report_without_barcodes_brought_get_theirs_from_the_next_one_with_them() {
    let catalogue = Catalogue::small(1);
    let mut report = OzonReport::new(&catalogue.ozon, Header::Current);
    report.drop_column(Column::Barcode);
    let (early, late) = (World::new(catalogue.clone()), World::new(catalogue));
    open(&late, report.csv(Encoding::Utf8Bom));
    late.run("sync ozon").expect(0);
    assert_eq!(late.database.number("SELECT COUNT(*) FROM listing_barcodes"), 0);
    late.marketplaces.configure(|settings| settings.report = None);
    for world in [&early, &late] {
        world.run("sync ozon").expect(0);
    }
    assert_eq!(late.database.table(BARCODES), early.database.table(BARCODES));
}

const UNKNOWN: &str = "Доступно к продаже по схеме FBP, шт.";

/// With a column of a scheme that nobody knows yet, in which one product may have something.
fn with_unknown_stock(report: &OzonReport, empty: &str, row: usize, cell: &str) -> OzonReport {
    let mut report = report.clone();
    report.columns.insert(3, (Column::Other, UNKNOWN.into()));
    for (index, cells) in report.rows.iter_mut().enumerate() {
        let text = if index == row { cell } else { empty };
        cells.insert(3, Cell::Raw(text.into()));
    }
    report
}

#[test]
fn a_column_of_an_unknown_kind_of_stock_without_any_stock_is_told_and_stops_nothing() {
    let catalogue = Catalogue::small(1);
    let report = OzonReport::new(&catalogue.ozon, Header::Current);
    let world = World::new(catalogue.clone());
    for (empty, zero) in [("", "0"), ("0", "'0 "), ("0.0", "")] {
        let report = with_unknown_stock(&report, empty, 5, zero);
        for bytes in [report.csv(Encoding::Utf8Bom), report.xlsx()] {
            open(&world, bytes);
            let outcome = world.run("sync ozon").expect(0).says(UNKNOWN);
            assert_eq!(outcome.stderr.matches("FBP").count(), 1, "{}", outcome.stderr);
            world.assert_stock(OZON, &catalogue.expected_ozon());
        }
    }
}

#[test]
fn stock_of_an_unknown_kind_refuses_the_whole_report_and_names_column_and_row() {
    let catalogue = Catalogue::small(1);
    let report = OzonReport::new(&catalogue.ozon, Header::Current);
    let world = World::new(catalogue);
    world.run("sync ozon").expect(0);
    for (row, cell) in [(0, "5"), (7, "много"), (119, "-1")] {
        let report = with_unknown_stock(&report, "0", row, cell);
        for bytes in [report.csv(Encoding::Utf8Bom), report.xlsx()] {
            open(&world, bytes);
            let run = world.fails(&world.binary().args("sync ozon"), 65);
            run.says(UNKNOWN).says(&format!("record {} (article", row + 1)).says(cell);
        }
    }
}
