//! `sync ozon`: each row of the table equals what the report says, in every form that the report has had.

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon::OzonProduct;
use crate::support::marketplace::catalogue::ozon_report::{Encoding, Header};
use crate::support::marketplace::catalogue::row;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::{Form, credentials};
use crate::support::world::{OZON, World};

/// Pulls a report of this form into an empty database and into a grown one.
#[track_caller]
fn a_report_arrives_exactly(catalogue: Catalogue, header: Header, form: Form) {
    let expected = catalogue.expected_ozon();
    let products = catalogue.ozon.len();
    for world in [World::new(catalogue.clone()), World::legacy(catalogue)] {
        world.marketplaces.configure(|settings| {
            settings.header = header;
            settings.form = form;
        });
        world.run("sync ozon").expect(0);
        world.assert_stock(OZON, &expected);
        let log = world.last_log();
        assert_eq!((log.status.as_str(), log.source.as_str()), ("success", "Ozon"));
        assert_eq!(log.sync_type, "inventory");
        assert_eq!(log.processed, products as i64);
        assert_eq!(log.rejected, 0);
        assert_eq!(log.updated, expected.len() as i64);
        assert_eq!(world.database.logs().len(), 1);
    }
}

fn three_thousand() -> Catalogue {
    Catalogue::sized(7, 3_000, 0)
}

#[test]
fn three_thousand_products_arrive_exactly_as_utf8_csv() {
    a_report_arrives_exactly(three_thousand(), Header::Current, Form::Csv(Encoding::Utf8Bom));
}

#[test]
fn three_thousand_products_arrive_exactly_from_shuffled_columns_without_a_byte_order_mark() {
    a_report_arrives_exactly(three_thousand(), Header::Shuffled, Form::Csv(Encoding::Utf8));
}

#[test]
fn three_thousand_products_arrive_exactly_under_the_old_header_in_windows_1251() {
    let mut catalogue = three_thousand();
    let old = |product: OzonProduct| product.without_real_fbs().without_emoji();
    catalogue.ozon = catalogue.ozon.into_iter().map(old).collect();
    a_report_arrives_exactly(catalogue, Header::Old, Form::Csv(Encoding::Windows1251));
}

#[test]
fn three_thousand_products_arrive_exactly_as_a_spreadsheet() {
    a_report_arrives_exactly(three_thousand(), Header::Current, Form::Xlsx);
}

#[test]
fn three_thousand_products_arrive_exactly_as_a_spreadsheet_with_its_strings_in_the_cells() {
    a_report_arrives_exactly(three_thousand(), Header::Shuffled, Form::StreamedXlsx);
}

#[test]
fn a_spreadsheet_under_the_old_header_arrives_exactly() {
    let mut catalogue = Catalogue::small(3);
    catalogue.ozon = catalogue.ozon.into_iter().map(OzonProduct::without_real_fbs).collect();
    a_report_arrives_exactly(catalogue, Header::Old, Form::Xlsx);
}

#[test]
fn a_second_sync_of_the_day_leaves_exactly_the_new_state() {
    let first = Catalogue::small(1);
    let world = World::new(first.clone());
    world.run("sync ozon").expect(0);
    let later = first.later(2);
    let expected = later.expected_ozon();
    world.marketplaces.set_catalogue(later);
    world.run("sync ozon").expect(0);
    world.assert_stock(OZON, &expected);
    let updated = row::changes(&first.expected_ozon(), &expected);
    assert_eq!(world.last_log().updated, updated as i64);
    assert_eq!(world.database.logs().len(), 2);
}

#[test]
fn a_sync_without_any_change_keeps_the_rows_and_confirms_all_of_them() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    let ids = world
        .database
        .table("SELECT id, sku, stock_type, created_at FROM inventory_data ORDER BY id");
    world.database.run("UPDATE inventory_data SET last_sync_at = last_sync_at - INTERVAL 1 HOUR");
    world.run("sync ozon").expect(0);
    let again = world
        .database
        .table("SELECT id, sku, stock_type, created_at FROM inventory_data ORDER BY id");
    assert_eq!(ids, again);
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
    assert_eq!(world.last_log().updated, 0);
}

#[test]
fn earlier_days_and_the_other_marketplace_stay_untouched() {
    let world = World::legacy(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    // Today's pull becomes yesterday's.
    world.database.run(
        "UPDATE inventory_data SET snapshot_date = snapshot_date - INTERVAL 1 DAY, last_sync_at = last_sync_at \
         WHERE source = 'Ozon' AND snapshot_date > '2026-11-02'",
    );
    let others = "SELECT * FROM inventory_data ORDER BY id";
    let before = world.database.table(others);
    let later = world.marketplaces.catalogue().later(5);
    world.marketplaces.set_catalogue(later.clone());
    world.run("sync ozon").expect(0);
    world.assert_stock(OZON, &later.expected_ozon());
    let after = world.database.table(others);
    assert_eq!(after[..before.len()], before[..], "rows that are not today's and Ozon's");
    assert_eq!(after.len(), before.len() + later.expected_ozon().len());
}

#[test]
fn the_report_is_asked_for_until_it_is_ready_and_fetched_without_keys() {
    let world = World::new(Catalogue::small(1));
    world.marketplaces.configure(|settings| settings.polls = 5);
    world.run("sync ozon").expect(0);
    assert_eq!(world.marketplaces.calls_of(Endpoint::OzonCreate).len(), 1);
    assert_eq!(world.marketplaces.calls_of(Endpoint::OzonInfo).len(), 6);
    let download = world.marketplaces.calls_of(Endpoint::OzonDownload);
    assert_eq!(download.len(), 1);
    assert!(!credentials::shown_in(&download[0].request));
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
}

#[test]
fn names_articles_and_barcodes_of_the_report_fill_the_listings() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    let listings = world.database.table(
        "SELECT sku, COALESCE(barcode, ''), name FROM product_listings WHERE source = 'Ozon' ORDER BY sku",
    );
    let mut expected: Vec<_> =
        world.marketplaces.catalogue().ozon.into_iter().map(listing).collect();
    expected.sort();
    let simple = |rows: Vec<Vec<String>>| -> Vec<Vec<String>> {
        let collapse = |cell: String| cell.split_whitespace().collect::<Vec<_>>().join(" ");
        rows.into_iter().map(|row| row.into_iter().map(collapse).collect()).collect()
    };
    assert_eq!(simple(listings), simple(expected));
}

fn listing(product: OzonProduct) -> Vec<String> {
    vec![product.offer_id, product.barcodes.first().cloned().unwrap_or_default(), product.name]
}

#[test]
fn a_product_that_is_sold_on_both_marketplaces_is_one_product() {
    let world = World::new(Catalogue::demo());
    world.run("sync ozon").expect(0);
    world.binary().env("WB_STOCKS_METHOD", "warehouse-remains").args("sync wb").run().expect(0);
    let shared = world.database.number(
        "SELECT COUNT(DISTINCT product_id) FROM product_listings WHERE barcode = '4601234500024'",
    );
    let listings = world
        .database
        .number("SELECT COUNT(*) FROM product_listings WHERE barcode = '4601234500024'");
    assert_eq!((listings, shared), (2, 1));
}
