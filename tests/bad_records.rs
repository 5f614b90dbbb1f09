//! A record that cannot be believed is rejected with its reason; all the others are stored; the run is partial.

use serde_json::{Value, json};

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon::OzonProduct;
use crate::support::marketplace::catalogue::ozon_report::{
    Cell, Column, Encoding, Header, OzonReport, UNDECODABLE, with_undecodable,
};
use crate::support::marketplace::catalogue::row::{self, StockRow};
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::Reply;
use crate::support::world::{OZON, WB, World};

/// What is wrong with the record of this row, and a word of the reason.
fn bad_cells() -> Vec<(usize, Column, Cell)> {
    let raw = |text: &str| Cell::Raw(text.to_owned());
    vec![
        (3, Column::Fbo, raw("-5")),
        (8, Column::Fbs, raw("много")),
        (12, Column::OwnReserved, raw("-1")),
        (17, Column::RealFbs, raw("2147483648")),
        (21, Column::FboReserved, raw("1.5")),
        (26, Column::Fbo, raw("99999999999999999999999")),
        (30, Column::Article, raw("")),
        (35, Column::Article, raw("'   ")),
        (41, Column::Article, Cell::Text("я".repeat(256))),
        (44, Column::Fbs, raw("1e3")),
        (48, Column::Fbo, raw("0x10")),
    ]
}

fn good_products(catalogue: &Catalogue, bad: &[usize]) -> Vec<StockRow> {
    let kept = catalogue.ozon.iter().enumerate().filter(|(index, _)| !bad.contains(index));
    row::sorted(kept.flat_map(|(_, product)| product.rows()).collect())
}

/// Pulls a report of which `rejected` records are bad, and sees that exactly `expected` is stored.
#[track_caller]
fn partly_stored(
    world: &World,
    report: Vec<u8>,
    counts: [usize; 2],
    expected: &[StockRow],
) -> String {
    let [processed, rejected] = counts;
    world.marketplaces.configure(|settings| settings.report = Some(report));
    let outcome = world.run("sync ozon").expect(3);
    world.assert_stock(OZON, expected);
    assert_partial(world, processed, rejected, expected.len());
    outcome.stderr
}

#[track_caller]
fn assert_partial(world: &World, processed: usize, rejected: usize, updated: usize) {
    let log = world.last_log();
    assert_eq!(log.status, "partial");
    assert_eq!((log.processed, log.rejected), (processed as i64, rejected as i64), "{log:?}");
    assert_eq!(log.updated, updated as i64);
    assert!(log.error.is_some_and(|text| !text.is_empty()), "a partial run says what was wrong");
}

#[test]
fn bad_products_of_ozon_are_rejected_one_by_one() {
    let catalogue = Catalogue::small(1);
    let mut report = OzonReport::new(&catalogue.ozon, Header::Current);
    let bad = bad_cells();
    for (row, column, cell) in bad.clone() {
        report.set(row, column, cell);
    }
    let rows: Vec<_> = bad.iter().map(|(row, ..)| *row).collect();
    let expected = good_products(&catalogue, &rows);
    for bytes in [report.csv(Encoding::Utf8Bom), report.csv(Encoding::Utf8), report.xlsx()] {
        let world = World::new(catalogue.clone());
        let stderr = partly_stored(&world, bytes, [catalogue.ozon.len(), rows.len()], &expected);
        for (row, ..) in bad.iter().filter(|(_, column, _)| *column != Column::Article) {
            let article = &catalogue.ozon[*row].offer_id;
            assert!(stderr.contains(article.as_str()), "no word about {article}:\n{stderr}");
        }
    }
}

#[test]
fn undecodable_text_rejects_its_record_only() {
    let catalogue = Catalogue::small(1);
    let mut report = OzonReport::new(&catalogue.ozon, Header::Current);
    report.set(50, Column::Article, Cell::Text(format!("АРТ-{UNDECODABLE}")));
    let world = World::new(catalogue.clone());
    let expected = good_products(&catalogue, &[50]);
    partly_stored(&world, report.csv(Encoding::Utf8Bom), [catalogue.ozon.len(), 1], &expected);
}

#[test]
fn of_a_repeated_article_the_first_counts() {
    let catalogue = Catalogue::small(1);
    let mut products = catalogue.ozon.clone();
    let again = |index: usize| OzonProduct { fbo: 77_777, ..catalogue.ozon[index].clone() };
    products.extend([again(5), again(60)]);
    let report = OzonReport::new(&products, Header::Current).csv(Encoding::Utf8Bom);
    let world = World::new(catalogue.clone());
    let stderr = partly_stored(&world, report, [products.len(), 2], &catalogue.expected_ozon());
    assert!(stderr.contains(&catalogue.ozon[60].offer_id), "{stderr}");
}

#[test]
fn a_name_that_is_too_long_is_cut_and_its_stock_kept() {
    let mut catalogue = Catalogue::small(1);
    catalogue.ozon[4].name = "щ".repeat(700);
    let world = World::new(catalogue.clone());
    let outcome = world.run("sync ozon").expect(0).says("warn");
    assert!(outcome.stderr.contains(&catalogue.ozon[4].offer_id), "{}", outcome.stderr);
    world.assert_stock(OZON, &catalogue.expected_ozon());
    let lengths = "SELECT MAX(CHAR_LENGTH(product_name)) FROM dim_products";
    assert_eq!(world.database.number(lengths), 500);
}

#[test]
fn the_largest_quantity_and_the_longest_article_are_stored() {
    let mut catalogue = Catalogue::small(1);
    catalogue.ozon[0].fbo = i32::MAX as u32;
    catalogue.ozon[0].fbo_reserved = 0;
    catalogue.ozon[1].offer_id = "🎁".repeat(255);
    let world = World::new(catalogue.clone());
    world.run("sync ozon").expect(0);
    world.assert_stock(OZON, &catalogue.expected_ozon());
}

#[test]
fn a_sum_that_no_column_can_hold_is_rejected_and_never_stored_as_another_number() {
    let catalogue = Catalogue::small(1);
    let mut report = OzonReport::new(&catalogue.ozon, Header::Current);
    report.set(7, Column::Fbo, Cell::Raw("2147483647".into()));
    report.set(7, Column::FboReserved, Cell::Raw("1".into()));
    let world = World::new(catalogue.clone());
    let expected = good_products(&catalogue, &[7]);
    partly_stored(&world, report.csv(Encoding::Utf8Bom), [catalogue.ozon.len(), 1], &expected);
}

#[test]
fn a_report_of_mostly_bad_records_is_no_stock_data() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    let mut report = OzonReport::new(&world.marketplaces.catalogue().ozon, Header::Current);
    for row in 0..report.rows.len() * 2 / 3 {
        report.set(row, Column::Fbo, Cell::Raw("-1".into()));
    }
    world.marketplaces.configure(|settings| settings.report = Some(report.csv(Encoding::Utf8Bom)));
    world.fails(&world.binary().args("sync ozon"), 65);
}

#[test]
fn bad_items_of_wildberries_are_rejected_one_by_one() {
    let item = |warehouse: &str, quantity: Value| {
        json!({"nmId": 77, "chrtId": 78, "warehouseId": 1, "warehouseName": warehouse, "regionName": "",
            "quantity": quantity, "inWayToClient": 0, "inWayFromClient": 0})
    };
    let without = |field: &str| {
        let mut item = item("без поля", json!(1));
        item.as_object_mut().expect("an object").remove(field);
        item
    };
    let mut negative_in_way = item("Коледино", json!(1));
    negative_in_way["inWayToClient"] = json!(-2);
    let bad = [
        item("Казань", json!(-1)),
        item("Тула", json!("много")),
        item("Уфа", json!(2_147_483_648_u64)),
        item("Пермь", json!(1.5)),
        item("Омск", Value::Null),
        item(&"я".repeat(256), json!(1)),
        item("\u{E001}", json!(1)),
        item(UNDECODABLE, json!(1)),
        without("nmId"),
        without("chrtId"),
        without("quantity"),
        negative_in_way,
        Value::Null,
        json!("item"),
    ];
    let texts: Vec<String> = bad.iter().map(Value::to_string).collect();
    let catalogue = Catalogue::small(2);
    let good = catalogue.wb_warehouses_page(0, 250_000);
    let middle = good.find("},{").expect("several items") + 2;
    let page = format!("{}{},{}", &good[..middle], texts.join(","), &good[middle..]);
    let page = page.replace('\u{E001}', "\\ud800");
    let world = World::new(catalogue.clone());
    let reply = Reply { body: with_undecodable(&page), ..Reply::json(200, "") };
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Instead(reply));
    let outcome = world.run("sync wb").expect(3);
    let expected = catalogue.expected_wb(true);
    world.assert_stock(WB, &expected);
    assert_partial(&world, expected.len() + bad.len(), bad.len(), expected.len());
    for warehouse in ["Казань", "Тула", "Уфа", "Пермь", "Омск"] {
        assert!(
            outcome.stderr.contains(warehouse),
            "no word about {warehouse}:\n{}",
            outcome.stderr
        );
    }
}

#[test]
fn of_a_repeated_item_the_first_counts() {
    let catalogue = Catalogue::small(2);
    let good = catalogue.wb_warehouses_page(0, 250_000);
    let first = good.find("[{").expect("items") + 1;
    let end = good.find("},{").expect("several items") + 1;
    let again = good[first..end].replace("\"quantity\":", "\"quantity\":9");
    let page = good.replace("]}}", &format!(",{again}]}}}}"));
    let world = World::new(catalogue.clone());
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Instead(Reply::json(200, page)));
    world.run("sync wb").expect(3);
    let expected = catalogue.expected_wb(true);
    world.assert_stock(WB, &expected);
    assert_partial(&world, expected.len() + 1, 1, expected.len());
}
