//! `sync ozon` with `OZON_STOCKS_METHOD=warehouses`: stock by warehouse, proved by Ozon's own sums.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_places::OzonPlaces;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::Reply;
use crate::support::world::{OZON, World};

fn by_warehouse(world: &World) -> Binary {
    world.binary().env("OZON_STOCKS_METHOD", "warehouses").args("sync ozon")
}

/// Every quirk that the places of a catalogue can have.
fn quirky(catalogue: &Catalogue) -> OzonPlaces {
    let article = |n: usize| catalogue.ozon[n].offer_id.clone();
    let mut places = OzonPlaces {
        two_skus: vec![article(7), article(17), article(30)],
        without_sku: vec![article(11), article(60)],
        partners: vec![(article(7), 12, 3), (article(20), 0, 4), (article(21), 5, 0)],
        ..OzonPlaces::default()
    };
    places.unlisted = vec![places.warehouses[4].id, places.warehouses[22].id];
    places
}

fn world(catalogue: &Catalogue, places: &OzonPlaces) -> World {
    let world = World::new(catalogue.clone());
    world.marketplaces.configure(|settings| settings.places = places.clone());
    world
}

fn assert_rows(world: &World, catalogue: &Catalogue, places: &OzonPlaces) {
    world.assert_stock(OZON, &catalogue.expected_ozon_by_warehouse(places));
}

fn unsettled(world: &World) -> i64 {
    world.database.number("SELECT unsettled FROM sync_logs ORDER BY id DESC LIMIT 1")
}

fn asked(world: &World, endpoint: Endpoint) -> Vec<Value> {
    let calls = world.marketplaces.calls_of(endpoint);
    calls.iter().map(|call| serde_json::from_slice(&call.request.body).unwrap()).collect()
}

#[test]
fn every_warehouse_is_a_row_and_what_lies_nowhere_is_one_of_zeros() {
    let catalogue = Catalogue::small(1);
    let places = quirky(&catalogue);
    let world = world(&catalogue, &places);
    let expected = catalogue.expected_ozon_by_warehouse(&places);
    for kind in ["FBO", "FBS", "realFBS", "FBP"] {
        assert!(expected.iter().any(|row| row.stock_type == kind && row.current > 0), "{kind}");
    }
    assert!(expected.iter().any(|row| row.warehouse_name == "Ozon 15431806193000"));
    by_warehouse(&world).run().expect(0);
    assert_rows(&world, &catalogue, &places);
    let log = world.last_log();
    assert_eq!((log.status.as_str(), log.rejected, unsettled(&world)), ("success", 0, 0));
    assert!(world.marketplaces.calls_of(Endpoint::OzonCreate).is_empty());
    // And once more: nothing changes.
    by_warehouse(&world).run().expect(0);
    assert_rows(&world, &catalogue, &places);
    assert_eq!(world.last_log().updated, 0);
}

/// A later state of the catalogue is written over the earlier one, day after day and within a day.
#[test]
fn a_later_state_replaces_the_earlier_one() {
    let catalogue = Catalogue::small(2);
    let places = quirky(&catalogue);
    let world = world(&catalogue, &places);
    by_warehouse(&world).run().expect(0);
    let later = catalogue.later(3);
    world.marketplaces.set_catalogue(later.clone());
    by_warehouse(&world).run().expect(0);
    assert_rows(&world, &later, &places);
}

const SUMS: &str =
    "SELECT sku, stock_type, SUM(available_stock), SUM(reserved_stock), SUM(current_stock)
     FROM inventory_data GROUP BY sku, stock_type ORDER BY sku, stock_type";
const PRODUCTS: &str =
    "SELECT source, sku, product_id, barcode, name FROM product_listings ORDER BY sku";

#[test]
fn report_first_and_warehouses_later_on_the_same_day_and_back() {
    let catalogue = Catalogue::small(4);
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    world.run("sync ozon").expect(0);
    world.assert_stock(OZON, &catalogue.expected_ozon());
    let (sums, products) = (world.database.table(SUMS), world.database.table(PRODUCTS));
    assert!(products.iter().any(|row| row[3].len() > 5));

    by_warehouse(&world).run().expect(0);
    assert_rows(&world, &catalogue, &places);
    assert_eq!(world.database.table(SUMS), sums, "the sums are the report's");
    assert_eq!(world.database.table(PRODUCTS), products);

    world.run("sync ozon").expect(0);
    world.assert_stock(OZON, &catalogue.expected_ozon());
    assert_eq!(world.database.table(PRODUCTS), products);
}

#[test]
fn names_and_barcodes_are_those_that_the_report_tells() {
    let catalogue = Catalogue::small(5);
    let by_report = world(&catalogue, &OzonPlaces::default());
    by_report.run("sync ozon").expect(0);
    let world = world(&catalogue, &OzonPlaces::default());
    by_warehouse(&world).run().expect(0);
    let named = "SELECT l.sku, l.name, COUNT(b.barcode) FROM product_listings l
        LEFT JOIN listing_barcodes b USING (source, sku, size_id) GROUP BY l.sku, l.name ORDER BY l.sku";
    // A report's cell ends where its last letter is, as everywhere.
    assert_eq!(world.database.table(named), by_report.database.table(named));

    // All of them once a day, afterwards only those that lack something.
    let of = |call: &Value| call["offer_id"].as_array().unwrap().len();
    assert_eq!(asked(&world, Endpoint::OzonProducts).iter().map(of).sum::<usize>(), 120);
    world.marketplaces.forget_calls();
    by_warehouse(&world).run().expect(0);
    let without = catalogue.ozon.iter().filter(|product| product.barcodes.is_empty()).count();
    assert_eq!(asked(&world, Endpoint::OzonProducts).iter().map(of).sum::<usize>(), without);
}

#[test]
fn names_that_cannot_be_had_are_a_warning_and_are_asked_for_by_the_next_sync() {
    let catalogue = Catalogue::small(6);
    let world = world(&catalogue, &OzonPlaces::default());
    world.marketplaces.always(Endpoint::OzonProducts, Fault::Status(500));
    let outcome = by_warehouse(&world).run().expect(0);
    assert!(outcome.stderr.contains("names and barcodes are not complete"), "{}", outcome.stderr);
    assert_rows(&world, &catalogue, &OzonPlaces::default());
    world.marketplaces.mend();
    by_warehouse(&world).run().expect(0);
    let nameless = "SELECT COUNT(*) FROM product_listings WHERE name IS NULL";
    assert_eq!(world.database.number(nameless), 0);
}

#[test]
fn stock_that_moves_before_it_is_asked_for_is_what_is_said_afterwards() {
    let catalogue = Catalogue::small(7);
    let later = catalogue.later(8);
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    world.marketplaces.configure(|settings| {
        settings.restless.later = vec![(Endpoint::OzonFbo, 0, later.clone())];
    });
    by_warehouse(&world).run().expect(0);
    assert_rows(&world, &later, &places);
    assert_eq!(unsettled(&world), 0);
}

#[test]
fn stock_that_moves_after_it_was_asked_for_is_what_was_said_before() {
    let catalogue = Catalogue::small(7);
    let later = catalogue.later(8);
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    // With the sums that are read afterwards.
    world.marketplaces.configure(|settings| {
        settings.restless.later = vec![(Endpoint::OzonStocks, 1, later.clone())];
    });
    by_warehouse(&world).run().expect(0);
    let mut told = later.clone();
    for product in &mut told.ozon {
        if let Some(old) = catalogue.ozon.iter().find(|old| old.offer_id == product.offer_id) {
            *product = old.clone();
        }
    }
    assert_rows(&world, &told, &places);
}

#[test]
fn a_sku_that_moves_between_two_pages_is_asked_for_again() {
    // With 30 warehouses each, the 34th SKU is on the first page and on the second.
    let mut catalogue = Catalogue::small(9);
    catalogue.ozon[33].fbo = 400;
    let mut later = catalogue.clone();
    later.ozon[33].fbo = 800;
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    world.marketplaces.configure(|settings| {
        settings.restless.later = vec![(Endpoint::OzonFbo, 1, later.clone())];
    });
    let outcome = by_warehouse(&world).run().expect(0);
    assert!(outcome.stderr.contains("1 SKU moved"), "{}", outcome.stderr);
    assert_rows(&world, &later, &places);
}

#[test]
fn a_page_that_is_lost_once_is_asked_for_again() {
    let catalogue = Catalogue::small(10);
    let places = quirky(&catalogue);
    let world = world(&catalogue, &places);
    world.marketplaces.configure(|settings| settings.restless.lost_pages = 1);
    let outcome = by_warehouse(&world).run().expect(0);
    assert!(outcome.stderr.contains("round 1 of 3"), "{}", outcome.stderr);
    assert_rows(&world, &catalogue, &places);
    assert_eq!(unsettled(&world), 0);
}

#[test]
fn pages_that_are_always_lost_end_the_run_and_nothing_is_written() {
    let catalogue = Catalogue::sized(10, 400, 0);
    let world = world(&catalogue, &OzonPlaces::default());
    by_warehouse(&world).run().expect(0);
    world.marketplaces.configure(|settings| settings.restless.lost_pages = usize::MAX);
    let outcome = world.fails(&by_warehouse(&world), 69);
    assert!(outcome.stderr.contains("do not add up"), "{}", outcome.stderr);
}

#[test]
fn a_sku_that_never_settles_is_tolerated_among_many_and_named() {
    let catalogue = Catalogue::sized(11, 400, 0);
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    let restless = |articles: Vec<String>| {
        world.marketplaces.configure(|settings| settings.restless.never_settles = articles);
    };
    let article = |n: usize| catalogue.ozon[n].offer_id.clone();
    restless(vec![article(5)]);
    let outcome = by_warehouse(&world).run().expect(0);
    let sku = catalogue.ozon[5].sku.to_string();
    assert!(outcome.stderr.contains(&format!("SKU {sku} (")), "{}", outcome.stderr);
    assert_rows(&world, &catalogue, &places);
    assert_eq!((unsettled(&world), world.last_log().status.as_str()), (1, "success"));

    // One in 200 and no more.
    restless((5..8).map(article).collect());
    let outcome = world.fails(&by_warehouse(&world), 69);
    assert!(outcome.stderr.contains(&sku), "{}", outcome.stderr);
}

#[test]
fn a_rate_limit_in_the_middle_is_waited_for_by_all() {
    let catalogue = Catalogue::sized(12, 1_300, 0);
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    let limited = || {
        Reply::json(
            429,
            json!({"code": 8, "message": "You have reached request rate limit per second"}),
        )
        .header("Retry-After", 1)
    };
    world.marketplaces.fault(Endpoint::OzonFbo, Fault::Instead(limited()));
    world.marketplaces.fault(Endpoint::OzonFbs, Fault::Instead(limited()));
    by_warehouse(&world).run().expect(0);
    assert_rows(&world, &catalogue, &places);
}

fn refused(fault: Fault, endpoint: Endpoint, code: i32) -> Outcome {
    let catalogue = Catalogue::small(13);
    let world = world(&catalogue, &OzonPlaces::default());
    by_warehouse(&world).run().expect(0);
    world.marketplaces.always(endpoint, fault);
    let outcome = world.fails(&by_warehouse(&world), code);
    assert!(outcome.stderr.contains("OZON_STOCKS_METHOD=products-report"), "{}", outcome.stderr);
    outcome
}

#[test]
fn a_key_without_the_role_is_told_which_and_the_way_back() {
    let words = json!({"code": 7, "message": "Api-Key is missing a required role for a method"});
    for endpoint in [Endpoint::OzonStocks, Endpoint::OzonFbo, Endpoint::OzonOwnWarehouses] {
        let outcome = refused(Fault::Instead(Reply::json(403, words.clone())), endpoint, 77);
        assert!(outcome.stderr.contains("Admin read only"), "{}", outcome.stderr);
    }
}

#[test]
fn a_key_that_says_itself_that_it_may_not_is_refused_before_anything_is_asked() {
    let catalogue = Catalogue::small(13);
    let world = world(&catalogue, &OzonPlaces::default());
    let roles = json!({"expires_at": "2036-01-28T12:26:37Z",
        "roles": [{"name": "Reports", "methods": ["/v1/report/info", "/v1/report/products/create"]}]});
    world.marketplaces.always(Endpoint::OzonRoles, Fault::Instead(Reply::json(200, roles)));
    let outcome = world.fails(&by_warehouse(&world), 77);
    assert!(
        outcome.stderr.contains("/v1/product/info/stocks-by-warehouse/fbo"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("OZON_STOCKS_METHOD=products-report"), "{}", outcome.stderr);
    assert!(world.marketplaces.calls_of(Endpoint::OzonStocks).is_empty());
    world.run("sync ozon").expect(0);
}

#[test]
fn a_method_that_is_gone_is_told_with_the_way_back() {
    let obsolete = json!({"code": 5, "message": "obsolete method cannot be used"});
    let gone = [Fault::Status(404), Fault::Status(410), Fault::Instead(Reply::json(404, obsolete))];
    for fault in gone {
        refused(fault, Endpoint::OzonFbo, 65);
    }
    refused(Fault::Status(410), Endpoint::OzonFbs, 65);
    refused(Fault::Instead(Reply::json(200, json!({"result": []}))), Endpoint::OzonFbo, 65);
}

#[test]
fn own_warehouses_of_one_name_add_up_with_a_warning() {
    let catalogue = Catalogue::small(14);
    let mut places = OzonPlaces::default();
    places.own[1].name = places.own[0].name;
    let world = world(&catalogue, &places);
    let outcome = by_warehouse(&world).run().expect(0);
    assert!(outcome.stderr.contains("several warehouses have the same name"), "{}", outcome.stderr);
    assert_rows(&world, &catalogue, &places);
}

#[test]
fn own_warehouses_that_no_list_names_are_of_the_kind_that_the_sums_say() {
    let catalogue = Catalogue::small(15);
    let mut places = OzonPlaces::default();
    places.unlisted = places.own.iter().map(|own| own.id).collect();
    let world = world(&catalogue, &places);
    // Unlisted ones of both kinds at once cannot be told apart: here no product has both.
    let mut catalogue = catalogue;
    for product in catalogue.ozon.iter_mut().filter(|product| product.fbs > 0) {
        product.real_fbs = 0;
    }
    world.marketplaces.set_catalogue(catalogue.clone());
    by_warehouse(&world).run().expect(0);
    assert_rows(&world, &catalogue, &places);
}

/// Written as zeros it would say that the article has run out.
#[test]
fn a_place_that_cannot_be_is_rejected_and_its_article_has_no_row_of_zeros() {
    let mut catalogue = Catalogue::small(16);
    let place = catalogue.ozon.iter().position(|it| it.fbo > 100 && it.fbs + it.real_fbs == 0);
    let spoilt = &mut catalogue.ozon[place.unwrap()];
    (spoilt.sku, spoilt.fbo_reserved, spoilt.own_reserved) = (2_200_000_000, 7_777_777, 0);
    let article = spoilt.offer_id.clone();
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    // On its one warehouse more is reserved than there is, and the sums say the same.
    let spoil = Fault::change(|reply| {
        let text = String::from_utf8(reply.body).unwrap();
        Reply::json(200, text.replace("\"reserved\":7777777,", "\"reserved\":2000000000,"))
    });
    world.marketplaces.always(Endpoint::OzonStocks, spoil.clone());
    world.marketplaces.always(Endpoint::OzonFbo, spoil);
    let outcome = by_warehouse(&world).run().expect(3);
    assert!(outcome.stderr.contains("reserved is 2000000000, more than"), "{}", outcome.stderr);
    let mut expected = catalogue.expected_ozon_by_warehouse(&places);
    expected.retain(|row| row.sku != article);
    world.assert_stock(OZON, &expected);
}

#[test]
fn the_sums_read_again_take_in_what_was_listed_meanwhile_and_pages_that_lose_an_article_do_not_count()
 {
    let catalogue = Catalogue::small(17);
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    let lose = Fault::change(|reply| {
        let mut answer: Value = serde_json::from_slice(&reply.body).unwrap();
        answer["items"].as_array_mut().unwrap().remove(3);
        Reply::json(200, answer)
    });
    world.marketplaces.fault(Endpoint::OzonStocks, lose.clone());
    let outcome = by_warehouse(&world).run().expect(0);
    assert!(outcome.stderr.contains("Ozon lists 120 articles"), "{}", outcome.stderr);
    assert_rows(&world, &catalogue, &places);
    world.marketplaces.always(Endpoint::OzonStocks, lose);
    world.fails(&by_warehouse(&world), 69);
}

#[test]
fn a_method_that_is_none_is_refused_with_the_two_that_there_are() {
    let world = World::new(Catalogue::default());
    let outcome = world.binary().env("OZON_STOCKS_METHOD", "warehouse").args("sync ozon").run();
    let outcome = outcome.expect(78);
    assert!(outcome.stderr.contains("products-report, warehouses"), "{}", outcome.stderr);
}

#[test]
fn an_empty_shop_has_no_rows() {
    let world = World::new(Catalogue::default());
    by_warehouse(&world).run().expect(0);
    world.assert_stock(OZON, &[]);
    assert!(world.marketplaces.calls_of(Endpoint::OzonFbo).is_empty());
}

#[test]
fn a_partners_stock_finds_its_way_back_and_forth() {
    let catalogue = Catalogue::small(1);
    let places = quirky(&catalogue);
    let world = world(&catalogue, &places);
    by_warehouse(&world).run().expect(0);
    let rows = world.database.number("SELECT COUNT(*) FROM inventory_data");
    world.run("migrate --rollback-to 13 --no-backup").expect(0);
    let kept = "SELECT COUNT(*), SUM(warehouse_name = 'Ozon FBP' AND stock_type = 'FBO') FROM inventory_data";
    assert_eq!(world.database.value(kept), format!("{rows}|3"));
    world.run("migrate --no-backup").expect(0);
    by_warehouse(&world).run().expect(0);
    assert_rows(&world, &catalogue, &places);
}

/// Never more than 45 in a second, however many threads.
#[test]
fn all_threads_together_keep_the_pace() {
    let catalogue = Catalogue::sized(18, 3_000, 0);
    let world = world(&catalogue, &OzonPlaces::default());
    let began = std::time::Instant::now();
    by_warehouse(&world).run().expect(0);
    let requests = world.marketplaces.calls().len() as u32;
    assert!(requests > 90);
    assert!(began.elapsed() >= Duration::from_secs(1) * (requests - 1) / 45, "{requests} requests");
}

/// Run by name (`--ignored`): every row right, and what it takes.
#[test]
#[ignore = "twenty thousand articles on thirty warehouses take a minute"]
fn twenty_thousand_articles_on_thirty_warehouses() {
    let catalogue = Catalogue::sized(19, 20_000, 0);
    let places = OzonPlaces::default();
    let world = world(&catalogue, &places);
    let peak = std::env::temp_dir().join(format!("stocksync-peak-{}", std::process::id()));
    let watch = peak.clone();
    // The high-water mark of the child, read while it lives.
    let watching = std::thread::spawn(move || {
        let mut most = 0;
        while !watch.exists() {
            let children = std::fs::read_dir("/proc").unwrap().flatten();
            for entry in children {
                let status = std::fs::read_to_string(entry.path().join("status"));
                let status = status.unwrap_or_default();
                let of = |name: &str| -> Option<u64> {
                    status.lines().find_map(|line| {
                        line.strip_prefix(name)?.split_whitespace().next()?.parse().ok()
                    })
                };
                if of("PPid:") == Some(std::process::id().into()) {
                    most = most.max(of("VmHWM:").unwrap_or_default());
                }
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        most
    });
    let outcome = by_warehouse(&world).run().expect(0);
    std::fs::write(&peak, "").unwrap();
    let most = watching.join().unwrap();
    std::fs::remove_file(&peak).unwrap();
    println!("{}\npeak of any child: {most} KiB", outcome.stdout);
    let requests = world.marketplaces.calls().len();
    println!("{requests} requests, {:.1} s at 45 a second", requests as f64 / 45.0);
    assert_rows(&world, &catalogue, &places);
    let sums = world.database.table(SUMS);
    world.run("sync ozon").expect(0);
    assert_eq!(world.database.table(SUMS), sums, "the sums are the report's");
}
