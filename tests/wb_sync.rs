//! `sync wb`: each row of the table equals an item of the answer, with each of the three methods.

use std::time::Duration;

use crate::support::binary::Binary;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::row::{self, StockRow};
use crate::support::marketplace::catalogue::wb::WbPlace;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::{Reply, Wire};
use crate::support::world::{WB, World};

fn method(world: &World, method: &str) -> Binary {
    world.binary().env("WB_STOCKS_METHOD", method).args("sync wb")
}

#[track_caller]
fn assert_success(world: &World, processed: usize, expected: &[StockRow]) {
    world.assert_stock(WB, expected);
    let log = world.last_log();
    assert_eq!((log.status.as_str(), log.source.as_str()), ("success", WB));
    assert_eq!((log.processed, log.rejected), (processed as i64, 0));
    assert_eq!(log.updated, expected.len() as i64);
}

#[test]
fn two_hundred_and_sixty_thousand_items_arrive_exactly_over_two_pages() {
    let world = World::new(Catalogue::sized(11, 0, 260_000));
    world.marketplaces.configure(|settings| settings.gzip = false); // slow without optimisation
    world.run("sync wb").expect(0);
    let expected = world.marketplaces.catalogue().expected_wb(true);
    assert!(expected.len() > 260_000);
    assert_success(&world, expected.len(), &expected);
    let pages = world.marketplaces.calls_of(Endpoint::WbWarehouses);
    assert_eq!(pages.len(), 2);
}

#[test]
fn every_item_is_a_row_also_on_a_grown_database() {
    let world = World::legacy(Catalogue::small(2));
    world.run("sync wb").expect(0);
    let expected = world.marketplaces.catalogue().expected_wb(true);
    assert_success(&world, expected.len(), &expected);
    assert_eq!(world.database.logs().len(), 1);
}

#[test]
fn the_sellers_own_warehouses_can_be_left_out() {
    let world = World::new(Catalogue::small(2));
    world.binary().env("WB_SELLER_WAREHOUSES", "false").args("sync wb").run().expect(0);
    let expected = world.marketplaces.catalogue().expected_wb(false);
    assert_success(&world, expected.len(), &expected);
    assert!(world.marketplaces.calls_of(Endpoint::WbSellerWarehouses).is_empty());
}

#[test]
fn a_token_that_may_not_see_the_sellers_warehouses_gets_the_advice_to_leave_them_out() {
    let world = World::new(Catalogue::small(2));
    world.marketplaces.configure(|settings| settings.forbidden.push(Endpoint::WbSellerWarehouses));
    world.fails(&world.binary().args("sync wb"), 77).says("WB_SELLER_WAREHOUSES=false");
}

#[test]
fn nothing_on_the_sellers_warehouses_is_no_failure() {
    let mut catalogue = Catalogue::small(2);
    catalogue.wb.iter_mut().for_each(|size| size.own.clear());
    let world = World::new(catalogue);
    world.run("sync wb").expect(0); // the method answers 204
    let expected = world.marketplaces.catalogue().expected_wb(true);
    assert_success(&world, expected.len(), &expected);
}

#[test]
fn warehouses_of_one_name_are_one_row_with_the_pieces_of_all_and_are_told_once() {
    let mut catalogue = Catalogue::small(2);
    let mut expected = catalogue.clone();
    for (index, [one, two, three]) in [[5, 7, 2], [0, 0, 4]].into_iter().enumerate() {
        catalogue.wb[index].own = vec![
            WbPlace::holding(100, "Мой \u{1b}склад", one),
            WbPlace::holding(150, "Другой", 6),
            WbPlace::holding(200, "Мой \u{1b}склад", two),
            WbPlace::holding(300, "Мой \u{1b}склад", three),
        ];
        expected.wb[index].own = vec![
            WbPlace::holding(0, "Мой \u{1b}склад", one + two + three),
            WbPlace::holding(0, "Другой", 6),
        ];
    }
    let items = catalogue.expected_wb(true).len();
    let expected = expected.expected_wb(true);
    // On one page, and then with the same name on two pages, also at the place where they meet.
    for limit in ["250000", "60", "2"] {
        let world = World::new(catalogue.clone());
        let run = world.binary().env("WB_PAGE_LIMIT", limit).args("sync wb").run().expect(0);
        assert_success(&world, items, &expected);
        assert_eq!(run.stderr.matches("have the same name").count(), 1, "{}", run.stderr);
        run.says("several warehouses have the same name \"Мой \\u{1b}склад\"");
    }
}

#[test]
fn more_pieces_under_one_name_than_a_row_holds_are_rejected() {
    let mut catalogue = Catalogue::small(2);
    let most = i32::MAX as u32;
    catalogue.wb[0].own =
        vec![WbPlace::holding(100, "Мой склад", most), WbPlace::holding(200, "Мой склад", 1)];
    let items = catalogue.expected_wb(true).len();
    let world = World::new(catalogue.clone());
    world.run("sync wb").expect(3).says("more than 2147483647");
    catalogue.wb[0].own = vec![WbPlace::holding(100, "Мой склад", most)];
    world.assert_stock(WB, &catalogue.expected_wb(true));
    let log = world.last_log();
    assert_eq!((log.status.as_str(), log.processed, log.rejected), ("partial", items as i64, 1));
}

#[test]
fn a_second_sync_of_the_day_leaves_exactly_the_new_state() {
    let first = Catalogue::small(1);
    let world = World::new(first.clone());
    world.run("sync wb").expect(0);
    let later = first.later(2);
    let expected = later.expected_wb(true);
    world.marketplaces.set_catalogue(later);
    world.run("sync wb").expect(0);
    world.assert_stock(WB, &expected);
    let updated = row::changes(&first.expected_wb(true), &expected);
    assert_eq!(world.last_log().updated, updated as i64);
}

#[test]
fn remains_count_warehouses_once_and_keep_goods_in_transit_apart() {
    let world = World::new(Catalogue::small(2));
    method(&world, "warehouse-remains").run().expect(0);
    let catalogue = world.marketplaces.catalogue();
    let own: usize = catalogue.wb.iter().map(|size| size.own.len()).sum();
    let expected = catalogue.expected_wb_remains(true);
    assert_success(&world, catalogue.wb.len() + own, &expected);
    assert_eq!(world.marketplaces.calls_of(Endpoint::WbRemainsStatus).len(), 3);
    assert!(world.marketplaces.calls_of(Endpoint::WbWarehouses).is_empty());
}

#[test]
fn remains_without_the_sellers_own_warehouses_are_the_report_alone() {
    let world = World::new(Catalogue::small(2));
    method(&world, "warehouse-remains").env("WB_SELLER_WAREHOUSES", "false").run().expect(0);
    let catalogue = world.marketplaces.catalogue();
    assert_success(&world, catalogue.wb.len(), &catalogue.expected_wb_remains(false));
}

#[test]
fn the_statistics_service_is_read_page_by_page_and_its_overlaps_count_once() {
    let world = World::new(Catalogue::small(2));
    world.marketplaces.configure(|settings| settings.supplier_page = 40);
    method(&world, "supplier-stocks").run().expect(0);
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb_supplier());
    let log = world.last_log();
    assert_eq!((log.status.as_str(), log.rejected), ("success", 0));
    assert!(world.marketplaces.calls_of(Endpoint::WbSupplierStocks).len() > 4);
    assert!(world.marketplaces.calls_of(Endpoint::WbSellerWarehouses).is_empty());
}

#[test]
fn a_statistics_service_that_repeats_its_last_rows_for_ever_is_read_to_its_end() {
    let world = World::new(Catalogue::small(2));
    world.marketplaces.configure(|settings| {
        settings.supplier_page = 40;
        settings.supplier_never_empty = true;
    });
    method(&world, "supplier-stocks").run().expect(0);
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb_supplier());
}

#[test]
fn a_full_pull_of_the_statistics_service_starts_from_an_early_date() {
    let world = World::new(Catalogue::small(2));
    method(&world, "supplier-stocks").run().expect(0);
    let calls = world.marketplaces.calls_of(Endpoint::WbSupplierStocks);
    let from = calls[0].request.query("dateFrom").expect("a dateFrom");
    assert!(from < "2020", "{from}");
}

#[test]
fn the_switched_off_statistics_service_names_the_method_to_use_instead() {
    for status in [404, 410] {
        let world = World::new(Catalogue::small(2));
        world.marketplaces.always(Endpoint::WbSupplierStocks, Fault::Status(status));
        let outcome = world.fails(&method(&world, "supplier-stocks"), 65);
        outcome.says("WB_STOCKS_METHOD").says("wb-warehouses");
        assert_eq!(world.marketplaces.calls_of(Endpoint::WbSupplierStocks).len(), 1);
    }
}

#[test]
fn requests_to_one_method_keep_their_distance() {
    let world = World::new(Catalogue::small(2));
    world.marketplaces.configure(|settings| {
        settings.supplier_page = 60;
        settings.intervals = [(Endpoint::WbSupplierStocks, Duration::from_millis(300))].into();
    });
    method(&world, "supplier-stocks").env("WB_REQUEST_INTERVAL", "310ms").run().expect(0);
    let calls = world.marketplaces.calls_of(Endpoint::WbSupplierStocks);
    assert!(calls.len() > 2 && calls.iter().all(|call| call.status == 200));
}

#[test]
fn a_rate_limit_is_waited_out_as_long_as_the_marketplace_asks() {
    let world = World::new(Catalogue::small(2));
    let limit = Reply::json(429, "{}").header("X-Ratelimit-Retry", 1);
    world.marketplaces.fault(Endpoint::WbWarehouses, Fault::Instead(limit));
    world.run("sync wb").expect(0);
    let calls = world.marketplaces.calls_of(Endpoint::WbWarehouses);
    assert_eq!(calls.len(), 2);
    assert!(calls[1].request.at - calls[0].request.at >= Duration::from_secs(1));
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
}

#[test]
fn a_broken_answer_is_fetched_again() {
    let world = World::new(Catalogue::small(2));
    world.marketplaces.fault(Endpoint::WbWarehouses, Fault::Status(503));
    world.marketplaces.fault(Endpoint::WbWarehouses, Fault::Wire(Wire::CutAt(500)));
    world.marketplaces.fault(Endpoint::WbSellerWarehouses, Fault::broken_gzip());
    world.marketplaces.fault(Endpoint::WbSellerWarehouses, Fault::Wire(Wire::ResetAtOnce));
    world.run("sync wb").expect(0);
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
}

#[test]
fn a_last_page_that_is_exactly_full_is_followed_by_the_question_for_one_more() {
    let world = World::new(Catalogue::sized(2, 0, 150));
    world.binary().env("WB_PAGE_LIMIT", "50").args("sync wb").run().expect(0);
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
    assert_eq!(world.marketplaces.calls_of(Endpoint::WbWarehouses).len(), 4);
}

#[test]
fn the_name_of_a_card_that_is_too_long_is_cut_and_told() {
    let world = World::new(Catalogue::small(1));
    let long = "я".repeat(501);
    let page = {
        let long = long.clone();
        Fault::change(move |mut reply| {
            let mut page: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
            page["cards"][0]["title"] = long.clone().into();
            reply.body = page.to_string().into_bytes();
            reply
        })
    };
    world.marketplaces.fault(Endpoint::WbCards, page);
    let run = world.run("sync wb").expect(0);
    run.says("the name is cut after 500 characters").says("card ");
    let names = "SELECT DISTINCT name FROM product_listings WHERE name LIKE 'яяя%'";
    assert_eq!(world.database.table(names), [["я".repeat(500)]]);
}
