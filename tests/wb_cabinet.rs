//! `sync wb --file` of the file that Wildberries' cabinet gives: an XLSX with a column per warehouse.

use crate::support::file::File;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::row::{self, StockRow};
use crate::support::marketplace::catalogue::wb_cabinet::{Cabinet, FORMERLY, TODAY, expected};
use crate::support::world::{WB, World};

fn file(bytes: Vec<u8>) -> File {
    File::new("остатки.xlsx", bytes)
}

#[test]
fn trial_12_the_cabinets_workbook_is_imported_under_either_generation_of_titles() {
    let catalogue = Catalogue::small(1);
    for (titles, above) in [(TODAY, 0), (FORMERLY, 0), (TODAY, 5)] {
        let world = World::new(catalogue.clone());
        let cabinet = Cabinet::new(&catalogue, titles);
        for bytes in [cabinet.xlsx(above), cabinet.csv()] {
            file(bytes).import(&world, "wb").run().expect(0);
            world.assert_stock(WB, &expected(&catalogue));
        }
        let log = world.last_log();
        assert_eq!((log.source.as_str(), log.status.as_str()), ("Manual", "success"));
        assert_eq!((log.processed, log.rejected), (catalogue.wb.len() as i64, 0));
        assert!(world.marketplaces.calls().is_empty());
        let listing = &catalogue.wb[0];
        let article = world.database.value(&format!(
            "SELECT seller_article FROM product_listings WHERE size_id = '{}'",
            listing.barcode
        ));
        assert_eq!(article, listing.vendor_code);
    }
}

#[test]
fn trial_12_the_cabinets_rows_are_those_that_the_report_of_remains_gives() {
    // As in a report, where no warehouse is named without pieces.
    let mut catalogue = Catalogue::small(3);
    for size in &mut catalogue.wb {
        size.stock.retain(|place| place.quantity > 0);
    }
    let world = World::new(catalogue.clone());
    let remains = File::new("remains.json", catalogue.remains_report().to_string());
    remains.import(&world, "wb").run().expect(0);
    let stock = "SELECT product_id, sku, size_id, warehouse_name, available_stock, in_way_to_client, in_way_from_client \
                 FROM inventory_data ORDER BY 2, 3, 4";
    let before = world.database.table(stock);
    assert!(before.len() > 100);
    let bytes = Cabinet::new(&catalogue, TODAY).xlsx(1);
    file(bytes).import(&world, "wb").run().expect(0);
    assert_eq!(world.database.table(stock), before);
}

#[test]
fn columns_may_stand_anywhere_and_only_three_of_the_goods_are_needed() {
    let catalogue = Catalogue::small(2);
    let mut cabinet = Cabinet::new(&catalogue, TODAY);
    for title in ["Бренд", "Предмет", "Объем, л", "Артикул продавца"]
    {
        cabinet.drop_column(title);
    }
    // The titles end up on the right, the warehouses still right of the totals.
    for row in &mut cabinet.0 {
        row.rotate_left(3);
    }
    let world = World::new(catalogue.clone());
    file(cabinet.xlsx(0)).import(&world, "wb").run().expect(0);
    world.assert_stock(WB, &expected(&catalogue));
}

#[test]
fn a_cabinets_file_without_barcodes_is_refused_with_the_box_to_tick() {
    let catalogue = Catalogue::small(1);
    let world = World::new(catalogue.clone());
    world.run("sync wb").expect(0);
    let mut cabinet = Cabinet::new(&catalogue, TODAY);
    cabinet.drop_column("Баркод");
    let refused = world.fails(&file(cabinet.xlsx(2)).import(&world, "wb"), 65);
    refused.says("«настройка таблицы»").says("«Баркод»").says("«Размер вещи»");
    let mut cabinet = Cabinet::new(&catalogue, TODAY);
    cabinet.drop_column("Всего находится на складах");
    let refused = world.fails(&file(cabinet.xlsx(0)).import(&world, "wb"), 65);
    refused.says("no column for «Всего находится на складах»");
}

#[test]
fn a_row_of_the_cabinet_that_contradicts_itself_is_rejected_and_named() {
    let catalogue = Catalogue::small(1);
    let world = World::new(catalogue.clone());
    let mut cabinet = Cabinet::new(&catalogue, TODAY);
    cabinet.set(1, "Всего находится на складах", "1");
    cabinet.set(2, "Баркод", "4,60123E+12");
    cabinet.set(3, "Коледино", "много");
    let run = file(cabinet.xlsx(0)).import(&world, "wb").run().expect(3);
    let size = &catalogue.wb[0];
    run.says(&format!("nmId {}, barcode ", size.nm_id))
        .says("\"Всего находится на складах\" is 1, but its warehouses hold")
        .says("what a spreadsheet made of it")
        .says("the quantity of \"Коледино\" is the text \"много\"");
    assert_eq!(world.last_log().rejected, 3);
    let left: Vec<_> = expected(&catalogue)
        .into_iter()
        .filter(|row| catalogue.wb[..3].iter().all(|size| size.barcode != row.size_id))
        .collect();
    world.assert_stock(WB, &left);

    // A total under a name that is not known must not vanish either.
    for row in &mut cabinet.0 {
        row.insert(9, "7".into());
    }
    cabinet.0[0][9] = "В пути между складами".into();
    world.fails(&file(cabinet.xlsx(0)).import(&world, "wb"), 65).says("unknown kind of total");
}

#[test]
fn the_files_of_other_writers_are_the_same_rows() {
    let row = |nm_id, barcode: &str, warehouse, pieces, in_way| {
        StockRow::wb(nm_id, barcode, warehouse, "FBO", pieces, in_way)
    };
    let expected = row::sorted(vec![
        row(183_804_172, "2037031652319", "Коледино", 130, [0, 0]),
        row(183_804_172, "2037031652319", "Краснодар (Тихорецкая)", 4, [0, 0]),
        row(183_804_172, "2037031652319", "В пути", 0, [14, 4]),
        row(183_804_172, "2037031652326", "Склад WB", 0, [0, 0]),
        row(183_804_180, "2037031652333", "Краснодар (Тихорецкая)", 1000, [0, 0]),
        row(183_804_180, "2037031652333", "Склад WB", 7, [0, 0]),
        row(183_804_180, "2037031652333", "В пути", 0, [0, 3]),
    ]);
    for name in ["today.xlsx", "formerly.csv", "tabs.csv"] {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/cabinet/");
        let bytes = std::fs::read(format!("{path}{name}")).expect("a file of the corpus");
        let world = World::new(Catalogue::default());
        // Of four rows one has a barcode that a spreadsheet has spoilt.
        file(bytes).import(&world, "wb").run().expect(3).says("4,60123E+12");
        world.assert_stock(WB, &expected);
    }
}
