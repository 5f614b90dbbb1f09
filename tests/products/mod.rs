//! One product across both marketplaces, under a name: links by barcode, names from Wildberries' cards, links by hand.

mod cards;
mod corrected;
mod gone;
mod legacy;
mod many;
mod names;
mod shop;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::support::marketplace::catalogue::Catalogue;
use super::support::marketplace::catalogue::wb::{WB_WAREHOUSE, WbSize};
use super::support::marketplace::endpoint::Endpoint;
use super::support::marketplace::fault::Fault;
use super::support::world::{World, today};
use shop::*;

fn five_pages() -> Shop {
    let mut shop = Shop::default();
    for card in 1..=450 {
        shop.size(card, 10_000 + card, &[&format!("46{card:011}")]);
    }
    shop
}

#[test]
fn a_first_reading_of_the_cards_that_is_interrupted_goes_on_where_it_stopped() {
    let world = five_pages().world();
    let slowly = world.binary().env("WB_CARDS_INTERVAL", "400ms").args("sync wb");
    let running = slowly.spawn();
    while cards_asked(&world) < 3 {
        thread::sleep(Duration::from_millis(5));
    }
    running.kill();
    assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);
    let kept = world.database.number("SELECT COUNT(*) FROM wb_card_sizes");
    assert!(kept >= 200, "{kept}");
    world.marketplaces.forget_calls();
    world.run("sync wb").expect(0);
    let pages = 5 - usize::try_from(kept / 100).unwrap();
    assert_eq!(cards_asked(&world), pages);
    assert_eq!(
        world.database.number("SELECT COUNT(*) FROM product_listings WHERE name IS NULL"),
        0
    );
}

#[test]
fn a_content_api_that_fails_halfway_costs_names_and_no_stock() {
    let shop = five_pages();
    let world = shop.world();
    world.marketplaces.fault(Endpoint::WbCards, Fault::change(|reply| reply));
    world.marketplaces.fault(Endpoint::WbCards, Fault::Status(400));
    world.run("sync wb").expect(0).says("names and barcodes are not complete").says("100 cards");
    world.assert_stock("Wildberries", &shop.catalogue().expected_wb(true));
    assert_eq!(
        world.database.number("SELECT COUNT(*) FROM product_listings WHERE name IS NULL"),
        350
    );
    world.marketplaces.forget_calls();
    world.run("sync wb").expect(0);
    assert_eq!(cards_asked(&world), 4);
    assert_eq!(
        world.database.number("SELECT COUNT(*) FROM product_listings WHERE name IS NULL"),
        0
    );
}

#[test]
fn a_card_that_is_in_no_list_is_asked_about_once_a_day() {
    let mut shop = five_pages();
    let world = shop.world();
    let cards = shop.cards();
    shop.size(999, 99_999, &["4600000000999"]);
    world.marketplaces.set_catalogue(shop.catalogue());
    world.marketplaces.configure(|settings| settings.cards = Some(Arc::new(cards)));
    world.run("sync wb").expect(0);
    assert_eq!(cards_asked(&world), 5);
    world.run("sync wb").expect(0);
    assert_eq!(cards_asked(&world), 5, "nothing new can be expected today");
    world
        .database
        .run("UPDATE product_listings SET cards_asked_on = cards_asked_on - INTERVAL 1 DAY");
    world.run("sync wb").expect(0);
    assert_eq!(cards_asked(&world), 6);
}

#[test]
fn a_token_without_the_category_content_syncs_and_a_later_match_joins_products_with_their_history()
{
    let mut shop = Shop::default();
    shop.size(1, 11, &["4600000000011"]).size(1, 12, &["4600000000012"]);
    shop.article("A", &["4600000000011"]).article("B", &["4600000000999"]);
    let world = shop.world();
    world.marketplaces.configure(|settings| settings.forbidden = vec![Endpoint::WbCards]);
    world.run("sync wb").expect(0).says("category Контент");
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[]));
    let (size, article) = (product(&world, "1", "11"), product(&world, "A", ""));
    assert!(size < article);
    world.database.run(
            "INSERT INTO inventory_data (product_id, sku, size_id, source, warehouse_name, snapshot_date, last_sync_at, available_stock) \
             SELECT product_id, sku, size_id, source, warehouse_name, snapshot_date - INTERVAL 1 DAY, '2026-01-01 00:00:00', 3 FROM inventory_data"
        );
    world.marketplaces.configure(|settings| settings.forbidden.clear());
    world.run("sync wb").expect(0).says("merged 1 product into existing ones");
    assert_eq!(links(&world), linked(&[("A", "11")]));
    assert_eq!(product(&world, "A", ""), size, "the older product lives on");
    assert_sound(&world);
    let rows = format!(
        "SELECT COUNT(*) FROM inventory_data WHERE product_id = {size} AND source = 'Ozon'"
    );
    assert_eq!(world.database.number(&rows), 2, "history follows");
    let untouched =
        "SELECT COUNT(*) FROM inventory_data WHERE last_sync_at = '2026-01-01 00:00:00'";
    assert_eq!(world.database.number(untouched), 4, "and keeps its times");
    let joins = world.database.table("SELECT joined_product_id, product_id FROM product_joins");
    assert_eq!(joins, [[article.to_string(), size.to_string()]]);
    let kept = format!("SELECT COUNT(*) FROM dim_products WHERE product_id = {article}");
    assert_eq!(world.database.number(&kept), 1, "the emptied row stays for whoever refers to it");
    let log = "SELECT CONCAT(listings_linked, '/', products_joined, '/', cards_fetched) FROM sync_logs ORDER BY id DESC LIMIT 1";
    assert_eq!(world.database.value(log), "1/1/1");
}

#[test]
fn many_products_that_turn_out_to_be_the_same_bring_their_history_part_by_part() {
    let mut shop = Shop::default();
    for number in 1..=250 {
        let barcode = format!("46{number:011}");
        shop.size(number, 10_000 + number, &[&barcode])
            .article(&format!("A-{number}"), &[&barcode]);
    }
    let world = shop.world();
    world.marketplaces.configure(|settings| settings.forbidden = vec![Endpoint::WbCards]);
    world.run("sync wb").expect(0);
    world.run("sync ozon").expect(0);
    for days in 1..=3 {
        world.database.run(&format!(
            "INSERT INTO inventory_data (product_id, sku, size_id, source, warehouse_name, snapshot_date, available_stock) \
             SELECT product_id, sku, size_id, source, warehouse_name, snapshot_date - INTERVAL {days} DAY, 3 \
             FROM inventory_data WHERE snapshot_date = '{}'",
            today()
        ));
    }
    world.marketplaces.configure(|settings| settings.forbidden.clear());
    let outcome = world.binary().args("sync wb -v").run().expect(0);
    let parts: Vec<&str> = outcome
        .stderr
        .lines()
        .filter_map(|line| Some(line.split_once("the history of ")?.1))
        .collect();
    assert_eq!(parts, [100, 200, 250].map(|done| format!("{done} of 250 listings has gone over")));
    assert_sound(&world);
    let astray = "SELECT COUNT(*) FROM inventory_data o LEFT JOIN inventory_data w ON w.product_id = o.product_id \
         AND w.snapshot_date = o.snapshot_date AND w.source = 'Wildberries' WHERE o.source = 'Ozon' AND w.id IS NULL";
    assert_eq!(world.database.number(astray), 0, "every day of every article went over");
    assert_eq!(world.database.number("SELECT COUNT(*) FROM product_joins"), 250);
}

#[test]
fn a_barcode_that_moves_takes_the_link_with_it() {
    let mut shop = Shop::default();
    shop.size(1, 11, &["4600000000011"]).size(2, 21, &["4600000000021"]);
    shop.article("A", &["4600000000011"]).article("B", &[]);
    let world = shop.world();
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("A", "11")]));
    let together = product(&world, "1", "11");

    // On Ozon, from one article to another.
    shop.articles = vec![("A".into(), vec![]), ("B".into(), vec!["4600000000011".into()])];
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("B", "11")]));
    assert_sound(&world);
    let alone = product(&world, "A", "");
    assert_eq!(product(&world, "B", ""), together);
    assert_ne!(alone, together);

    // On Wildberries, from one card to another: known when the cards are read next.
    shop.sizes[0].barcodes = vec!["4600000000099".into()];
    shop.sizes[1].barcodes.push("4600000000011".into());
    shop.changed = vec![(1, 1), (2, 2)];
    shop.size(3, 31, &["4600000000031"]);
    shop.open(&world);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("B", "21")]));
    assert_sound(&world);
}

#[test]
fn an_article_that_ozon_no_longer_lists_gives_its_place_to_the_one_with_its_barcode() {
    let mut shop = Shop::default();
    shop.size(1, 11, &["4600000000011"]).article("old", &["4600000000011"]).article("x", &[]);
    let world = shop.world();
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    shop.articles[0].0 = "new".into();
    shop.open(&world);
    world.run("sync ozon").expect(0);
    // The old article's history stays where its successor goes on.
    assert_eq!(links(&world), linked(&[("old", "11"), ("new", "11")]));
}

#[test]
fn one_size_is_one_product_whether_a_report_names_it_by_barcode_or_by_chrt_id() {
    let mut shop = Shop::default();
    shop.size(1, 11, &["4600000000011", "4600000000111"]).size(1, 12, &["4600000000012"]);
    shop.article("A", &["4600000000111"]);
    let world = shop.world();
    let mut catalogue = shop.catalogue();
    catalogue.wb[0].own = vec![place("Мой склад", 3)];
    // The same size once more, under its other barcode.
    let other =
        WbSize { barcode: "4600000000111".into(), own: Vec::new(), ..catalogue.wb[0].clone() };
    catalogue.wb.push(other);
    world.marketplaces.set_catalogue(catalogue.clone());
    world.run("sync ozon").expect(0);
    let remains = world.binary().env("WB_STOCKS_METHOD", "warehouse-remains");
    remains.args("sync wb").run().expect(0);
    let expected = [("A", "11"), ("A", "4600000000011"), ("A", "4600000000111")];
    assert_eq!(links(&world), linked(&expected));
    assert_sound(&world);
    world.marketplaces.set_catalogue(shop.catalogue());
    world.run("sync wb").expect(0);
    assert_eq!(product(&world, "1", "12"), product(&world, "1", "4600000000012"), "another method");
}

#[test]
fn legacy_products_keep_their_ids_and_a_legacy_card_goes_with_its_size_to_the_older_one() {
    let mut shop = Shop::default();
    shop.article("TEST-001", &["4600000000011"]).size(183_804_172, 11, &["4600000000011"]);
    let world = World::legacy(Catalogue::default());
    shop.open(&world);
    let legacy = "SELECT * FROM dim_products WHERE product_id <= 3 ORDER BY product_id";
    let before = world.database.table(legacy);
    world.run("sync wb").expect(0);
    world.run("sync ozon").expect(0);
    assert_eq!(product(&world, "183804172", "11"), 1, "the product with the cost data");
    assert_eq!(world.database.table(legacy), before);
    let rows = "SELECT GROUP_CONCAT(CONCAT(product_id, ':', current_stock) ORDER BY id) FROM inventory_data WHERE snapshot_date < '2026-11-10'";
    assert_eq!(world.database.value(rows), "1:12,1:11,2:0,1:134");
    let joined = world.database.table("SELECT joined_product_id, product_id FROM product_joins");
    assert_eq!(joined, [["3", "1"]]);
    assert_sound(&world);
}

/// The SQL block below the heading about links by hand.
fn documented_sql() -> Vec<String> {
    let semantics = include_str!("../../docs/semantics.md");
    let section = semantics.split("## A link set by hand").nth(1).expect("the section is there");
    let section = section.split("\n#").next().unwrap_or_default();
    let block =
        section.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next()).expect("SQL");
    block.split(";\n").map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_link_set_by_hand_with_the_documented_sql_is_never_overwritten() {
    let mut shop = Shop::default();
    shop.article("ART-1", &["4600000000011"]).article("ART-2", &["4600000000012"]);
    shop.size(1, 11, &["4600000000011"]).size(1, 12, &["4600000000012"]);
    let world = shop.world();
    world.run("sync wb").expect(0);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("ART-1", "11"), ("ART-2", "12")]));
    for statement in documented_sql() {
        let statement = statement.replace("183804172", "1").replace("316399238", "12");
        world.database.run(&statement);
    }
    let by_hand = linked(&[("ART-1", "11"), ("ART-1", "12")]);
    assert_eq!(links(&world), by_hand, "the documented SQL: ART-1 is size 12 too");
    shop.article("new", &[]).size(2, 21, &["4600000000021"]);
    shop.articles[0].1.push("4600000000077".into());
    shop.changed = vec![(1, 5)];
    shop.open(&world);
    for _ in 0..2 {
        world.run("sync wb").expect(0);
        world.run("sync ozon").expect(0);
        assert_eq!(links(&world), by_hand);
    }
    assert_sound(&world);
}

#[test]
fn the_report_counts_each_product_everywhere_under_its_name() {
    let mut shop = Shop::default();
    shop.article("A", &["4600000000011"]).article("B", &["4600000000999"]);
    shop.size(1, 11, &["4600000000011"]).size(2, 21, &["4600000000021"]);
    let cards = shop.cards();
    shop.size(3, 31, &["4600000000031"]);
    let world = World::new(Catalogue::default());
    world.run("report").expect(0);
    let mut catalogue = shop.catalogue();
    catalogue.wb[0].own = vec![place("Мой склад", 3)];
    world.marketplaces.set_catalogue(catalogue);
    world.marketplaces.configure(|settings| settings.cards = Some(Arc::new(cards)));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    let report = world.run("report --format json").expect(0);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let products = &report["products"];
    let counts = ["total", "on_both", "only_ozon", "only_wildberries", "listings_without_name"];
    assert_eq!(counts.map(|count| products[count].as_u64().unwrap()), [4, 1, 1, 2, 1]);
    assert_eq!(
        products["nameless"],
        json!([{"source": "Wildberries", "sku": "3", "size_id": "31"}])
    );
    let most = &products["most_stock"][0];
    assert_eq!(most["name"], "Носки Озон A", "of the product, which Ozon's report named first");
    assert_eq!([&most["stock"], &most["ozon"], &most["wildberries"]], [15, 5, 10]);
    assert_eq!(
        most["warehouses"],
        json!([
            {"source": "Ozon", "stock_type": "FBO", "warehouse_name": "Ozon FBO", "stock": 5},
            {"source": "Wildberries", "stock_type": "FBO", "warehouse_name": WB_WAREHOUSE, "stock": 7},
            {"source": "Wildberries", "stock_type": "FBS", "warehouse_name": "Мой склад", "stock": 3},
        ])
    );
    assert_eq!(products["most_stock"][1]["ozon"], Value::Null, "not sold there");
    world
        .run("report")
        .expect(0)
        .shows("Products: 4, 1 of them on both marketplaces, 1 on Ozon only, 2 on WB only")
        .shows("Носки Озон A")
        .shows("Listings without a name: 1 (Wildberries 3/31)");
}
