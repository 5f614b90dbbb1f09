//! The marketplaces' stand-in itself: what the other tests take for granted.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use crate::support::marketplace::StandIn;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::row::{StockRow, difference};
use crate::support::marketplace::endpoint::Host;
use crate::support::world::{WB, World, today};

fn all_expectations(catalogue: &Catalogue) -> [Vec<StockRow>; 4] {
    [
        catalogue.expected_ozon(),
        catalogue.expected_wb(true),
        catalogue.expected_wb_remains(true),
        catalogue.expected_wb_supplier(),
    ]
}

#[test]
fn no_expected_row_occurs_twice() {
    let first = Catalogue::small(1);
    let third = first.later(2).later(3);
    for rows in all_expectations(&first).into_iter().chain(all_expectations(&third)) {
        let keys: HashSet<_> =
            rows.iter().map(|r| (&r.sku, &r.size_id, &r.warehouse_name, &r.stock_type)).collect();
        assert_eq!(keys.len(), rows.len());
    }
}

#[test]
fn a_later_state_differs_in_rows_gone_changed_and_new() {
    let (before, after) = (Catalogue::small(1), Catalogue::small(1).later(2));
    for (before, after) in all_expectations(&before).iter().zip(all_expectations(&after)) {
        let text = difference(&after, before).expect("differences");
        for kind in [": 0 too many", " 0 missing", " 0 wrong"] {
            assert!(!text.contains(kind), "{text}");
        }
    }
}

#[test]
fn every_rule_about_ozons_rows_occurs_in_the_small_catalogue() {
    let products = Catalogue::small(1).ozon;
    let count = |rule: fn(&StockRow) -> bool| {
        products.iter().flat_map(|product| product.rows()).filter(rule).count()
    };
    assert!(count(|row| row.current == 0 && row.stock_type == "FBO") > 3, "run out everywhere");
    assert!(count(|row| row.available == 0 && row.reserved > 0 && row.stock_type == "FBO") > 3);
    assert!(count(|row| row.available == 0 && row.reserved > 0 && row.stock_type == "FBS") > 3);
    assert!(count(|row| row.reserved > 0 && row.stock_type == "realFBS") > 3);
    assert!(count(|row| row.reserved == 0 && row.stock_type == "realFBS") > 3);
}

#[test]
fn a_size_by_warehouse_count_is_exact() {
    let items = Catalogue::sized(1, 0, 1_000).expected_wb(false);
    assert_eq!(items.len(), 1_000);
}

#[test]
fn a_request_without_a_key_is_refused_in_the_marketplaces_words() {
    let stand_in = StandIn::start(Catalogue::small(1));
    let ozon = raw(&stand_in, Host::Ozon, "POST /v1/report/products/create");
    assert!(ozon.contains(" 401 ") && ozon.contains("\"code\":16"), "{ozon}");
    let wb = raw(&stand_in, Host::WbAnalytics, "GET /api/v1/warehouse_remains");
    assert!(wb.contains(" 401 ") && wb.contains("requestId"), "{wb}");
}

#[test]
fn a_path_that_no_marketplace_knows_is_a_violation() {
    let stand_in = StandIn::start(Catalogue::small(1));
    assert!(raw(&stand_in, Host::Ozon, "GET /v4/product/info/stocks").contains(" 404 "));
    assert_eq!(stand_in.violations().len(), 1);
    stand_in.forgive();
}

fn raw(stand_in: &StandIn, host: Host, line: &str) -> String {
    let address = stand_in.url(host);
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).expect("it listens");
    write!(stream, "{line} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}").expect("it reads");
    stream.shutdown(Shutdown::Write).expect("that was all");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

/// The comparison is what the whole suite rests on: one piece more in any column of any row must not pass.
#[test]
fn a_single_wrong_number_or_row_in_the_table_is_noticed() {
    let world = World::new(Catalogue::small(1));
    world.run("sync wb").expect(0);
    let expected = world.marketplaces.catalogue().expected_wb(true);
    world.assert_stock(WB, &expected);
    let noticed = || difference(&world.database.stock(WB, today()), &expected).is_some();
    for column in [
        "available_stock",
        "reserved_stock",
        "current_stock",
        "quantity_present",
        "quantity_reserved",
        "in_way_to_client",
        "in_way_from_client",
    ] {
        let add = |pieces: i32| {
            world.database.run(&format!(
                "UPDATE inventory_data SET {column} = {column} + {pieces} ORDER BY id DESC LIMIT 1"
            ));
        };
        add(1);
        assert!(noticed(), "one more in {column}");
        add(-1);
        assert!(!noticed());
    }
    world.database.run("UPDATE inventory_data SET warehouse_name = UPPER(warehouse_name) WHERE warehouse_name = 'Коледино' LIMIT 1");
    assert!(noticed(), "another letter case");
    world.database.run("DELETE FROM inventory_data ORDER BY id LIMIT 1");
    assert!(noticed(), "a row that is missing");
}
