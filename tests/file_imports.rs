//! `--file`: a report that the seller has downloaded by hand, without any key and without a marketplace.

use crate::support::binary::Binary;
use crate::support::file::File;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_report::{Encoding, Header, OzonReport};
use crate::support::marketplace::catalogue::row::StockRow;
use crate::support::world::{OZON, WB, World};

fn file(name: &str, bytes: impl AsRef<[u8]>) -> File {
    File::new(name, bytes)
}

fn import(world: &World, marketplace: &str, file: &File) -> Binary {
    file.import(world, marketplace)
}

#[track_caller]
fn assert_imported(world: &World, source: &str, processed: usize, expected: &[StockRow]) {
    world.assert_stock(source, expected);
    let log = world.last_log();
    assert_eq!((log.source.as_str(), log.status.as_str()), ("Manual", "success"));
    assert_eq!((log.processed, log.rejected), (processed as i64, 0));
    assert_eq!(world.database.logs().len(), 1);
    assert!(world.marketplaces.calls().is_empty());
}

#[test]
fn ozons_report_is_imported_in_every_form_without_a_key() {
    let catalogue = Catalogue::small(1);
    let report = OzonReport::new(&catalogue.ozon, Header::Current);
    let shuffled = OzonReport::new(&catalogue.ozon, Header::Shuffled);
    for bytes in [
        report.csv(Encoding::Utf8Bom),
        shuffled.csv(Encoding::Utf8),
        report.xlsx(),
        shuffled.streamed_xlsx(),
    ] {
        let world = World::new(catalogue.clone());
        // The name lies on purpose: the content decides.
        import(&world, "ozon", &file("Товары.xlsx", bytes)).run().expect(0);
        assert_imported(&world, OZON, catalogue.ozon.len(), &catalogue.expected_ozon());
    }
}

#[test]
fn every_answer_of_wildberries_is_imported_without_a_token() {
    let catalogue = Catalogue::small(2);
    let rows: serde_json::Value =
        catalogue.supplier_rows().into_iter().map(|(_, row)| row).collect();
    let warehouses = catalogue.expected_wb(false);
    let cases = [
        (catalogue.wb_warehouses_page(0, 250_000), warehouses.len(), warehouses),
        (
            catalogue.remains_report().to_string(),
            catalogue.wb.len(),
            catalogue.expected_wb_remains(false),
        ),
    ];
    for (text, processed, expected) in cases {
        let world = World::new(catalogue.clone());
        import(&world, "wb", &file("stocks.json", text)).run().expect(0);
        assert_imported(&world, WB, processed, &expected);
    }
    let world = World::new(catalogue.clone());
    import(&world, "wb", &file("stocks.json", rows.to_string())).run().expect(0);
    world.assert_stock(WB, &catalogue.expected_wb_supplier());
    assert_eq!(world.last_log().source, "Manual");
}

#[test]
fn an_import_replaces_the_days_snapshot_as_a_pull_would() {
    let first = Catalogue::small(1);
    let world = World::new(first.clone());
    world.run("sync ozon").expect(0);
    let later = first.later(2);
    let report = OzonReport::new(&later.ozon, Header::Current).csv(Encoding::Utf8Bom);
    import(&world, "ozon", &file("report.csv", report)).run().expect(0);
    world.assert_stock(OZON, &later.expected_ozon());
}

#[test]
fn a_file_of_one_kind_of_stock_does_not_take_the_days_other_kind_away() {
    let catalogue = Catalogue::small(1);
    let world = World::new(catalogue.clone());
    world.run("sync wb").expect(0);
    let rows_of = |kind: &str| {
        let rows = catalogue.expected_wb(true);
        format!("{} rows of {kind}", rows.iter().filter(|row| row.stock_type == kind).count())
    };
    let on_wb = file("wb-warehouses.json", catalogue.wb_warehouses_page(0, 250_000));
    let own = file("seller-warehouses.json", catalogue.seller_warehouses_page(0, 250_000));
    for (file, other) in [(&on_wb, "FBS"), (&own, "FBO")] {
        for import in
            [import(&world, "wb", file), import(&world, "wb", file).arg("--accept-shrink")]
        {
            world.fails(&import, 4).says(&rows_of(other)).says("--full");
            assert_eq!(world.last_log().source, "Manual");
        }
        let before = world.database.all_text();
        import(&world, "wb", file).arg("--dry-run").run().expect(4).says(&rows_of(other));
        assert_eq!(world.database.all_text(), before);
    }
    import(&world, "wb", &on_wb).arg("--full").run().expect(0);
    world.assert_stock(WB, &catalogue.expected_wb(false));
    // Now the day holds nothing that this file could not hold.
    import(&world, "wb", &on_wb).run().expect(0);
}

#[test]
fn one_record_without_a_key_does_not_turn_a_file_into_one_of_the_sellers_own_warehouses() {
    let catalogue = Catalogue::small(1);
    let page = catalogue.wb_warehouses_page(0, 250_000);
    let mut page: serde_json::Value = serde_json::from_str(&page).expect("JSON");
    let first = &mut page["data"]["items"][0];
    first.as_object_mut().expect("an item").remove("inWayToClient").expect("the key");
    let world = World::new(catalogue.clone());
    import(&world, "wb", &file("stocks.json", page.to_string())).run().expect(3);
    let rows = "SELECT COUNT(*) FROM inventory_data WHERE stock_type =";
    let expected = catalogue.expected_wb(false).len() as i64 - 1;
    assert_eq!(world.database.number(&format!("{rows} 'FBO'")), expected);
    assert_eq!(world.database.number(&format!("{rows} 'FBS'")), 0);
}

#[test]
fn a_file_that_is_no_report_is_65_and_one_failed_row_of_a_manual_run() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    let page = "<!DOCTYPE html><html><body>Войдите</body></html>";
    for marketplace in ["ozon", "wb"] {
        for text in [page, "", "{}", "[{\"a\":1}]", "a;b\n1;2\n"] {
            world.fails(&import(&world, marketplace, &file("report", text)), 65);
            assert_eq!(world.last_log().source, "Manual");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_a_wrong_command_line() {
    let world = World::new(Catalogue::small(1));
    world.offline().args("sync ozon --file nowhere.csv").run().expect(2).says("nowhere.csv");
    world.offline().args("sync wb --file /").run().expect(2);
    assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);
}
