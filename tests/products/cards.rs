//! Wildberries' cards: read once a day although nothing is unknown, and in whatever form a page of them comes.

use chrono::FixedOffset;
use serde_json::{Value, json};

use super::shop::{Shop, cards_asked};
use crate::support::binary::Binary;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::replay::{self, Replay};
use crate::support::world::{WB, World, noon_offset};

/// `sync wb` on the first of two days that follow each other, or on the second: the same moment by two sellers' midnights.
fn on_day(world: &World, day: i32) -> Binary {
    let noon = noon_offset().local_minus_utc() / 3600;
    // Either the days are yesterday and today, or today and tomorrow: no zone is more than 14 hours from UTC.
    let hours = if noon >= -1 { [noon - 13, noon] } else { [noon, noon + 12] };
    let offset = FixedOffset::east_opt(hours[usize::try_from(day - 1).unwrap()] * 3600).unwrap();
    world.binary().env("SNAPSHOT_UTC_OFFSET", offset.to_string()).args("sync wb")
}

fn shop() -> Shop {
    let mut shop = Shop::default();
    shop.size(1, 11, &["4600000000011"]).size(2, 21, &["4600000000021"]);
    shop.article("A", &["4600000000077"]);
    shop
}

fn listing(world: &World, card: u64) -> Vec<String> {
    let sql =
        format!("SELECT name, seller_article, barcode FROM product_listings WHERE sku = '{card}'");
    world.database.table(&sql).concat()
}

#[test]
fn a_card_that_was_changed_is_known_the_next_day_and_costs_one_request() {
    let mut shop = shop();
    let world = shop.world();
    world.run("sync ozon").expect(0);
    on_day(&world, 1).run().expect(0);
    assert_eq!(cards_asked(&world), 1);
    on_day(&world, 1).run().expect(0);
    assert_eq!(
        cards_asked(&world),
        1,
        "nothing is unknown, and today's changes have been asked for"
    );

    // A corrected barcode, by which the size turns out to be what is sold on Ozon; and a renamed card.
    shop.sizes[0].barcodes = vec!["4600000000077".into()];
    shop.changed = vec![(1, 7), (2, 9)];
    shop.open(&world);
    let mut cards = shop.cards();
    cards[1]["title"] = "Носки «Ёж», новое имя".into();
    world.marketplaces.configure(|settings| settings.cards = Some(cards.into()));
    on_day(&world, 1).run().expect(0);
    assert_eq!(cards_asked(&world), 1);
    assert_eq!(listing(&world, 1)[2], "4600000000011");

    on_day(&world, 2).run().expect(0);
    assert_eq!(cards_asked(&world), 2, "both cards that have changed are one page");
    assert_eq!(listing(&world, 1), [&Shop::name(1), "носки/1", "4600000000077"]);
    assert_eq!(listing(&world, 2)[0], "Носки «Ёж», новое имя");
    assert_eq!(super::links(&world), super::linked(&[("A", "11")]));
    let log = "SELECT cards_fetched FROM sync_logs ORDER BY id DESC LIMIT 1";
    assert_eq!(world.database.number(log), 2);
    super::assert_sound(&world);
    on_day(&world, 2).run().expect(0);
    assert_eq!(cards_asked(&world), 2);
}

#[test]
fn a_day_on_which_no_card_has_changed_costs_one_request_and_a_new_listing_none_more() {
    let mut shop = shop();
    let world = shop.world();
    on_day(&world, 1).run().expect(0);
    // Its card is in no list, so that it stays unknown.
    let cards = shop.cards();
    shop.size(3, 31, &["4600000000031"]);
    world.marketplaces.set_catalogue(shop.catalogue());
    world.marketplaces.configure(|settings| settings.cards = Some(cards.into()));
    on_day(&world, 2).run().expect(0);
    assert_eq!(cards_asked(&world), 2, "what has just been read is not asked for again");
    on_day(&world, 2).run().expect(0);
    assert_eq!(cards_asked(&world), 2);
}

#[test]
fn cards_that_cannot_be_read_today_are_a_warning_and_are_asked_for_by_the_next_sync() {
    let shop = shop();
    let world = shop.world();
    on_day(&world, 1).run().expect(0);
    for fault in [
        Fault::Status(403),
        Fault::Status(400),
        Fault::change(|reply| crate::support::marketplace::http::Reply {
            body: b"<html>".to_vec(),
            ..reply
        }),
    ] {
        world.marketplaces.forget_calls();
        world.marketplaces.fault(Endpoint::WbCards, fault);
        on_day(&world, 2).run().expect(0).says("names and barcodes are not complete");
        assert_eq!(cards_asked(&world), 1);
        let log = world.last_log();
        assert_eq!((log.status.as_str(), log.processed), ("success", 2));
    }
    on_day(&world, 2).run().expect(0);
    assert_eq!(cards_asked(&world), 2);
    on_day(&world, 2).run().expect(0);
    assert_eq!(cards_asked(&world), 2);
}

#[test]
fn neither_a_dry_run_nor_a_file_asks_for_cards() {
    let shop = shop();
    let world = shop.world();
    on_day(&world, 1).arg("--dry-run").run().expect(0);
    let (_, page) = (0, shop.catalogue().wb_warehouses_page(0, 250_000));
    let import = world.offline().args("sync wb --file report.json");
    import.run_beside(&[("report.json", &page)]).expect(0);
    assert_eq!(cards_asked(&world), 0);
}

/// Stock of one size, and these pages of cards.
fn pages_of_cards(pages: &[String]) -> String {
    let stock = replay::text("wb-cards-without-total.http");
    let (stock, _) = stock.split_once("### POST /content").unwrap();
    let page = |page: &String| {
        format!("### POST /content/v2/get/cards/list\nHTTP/1.1 200 OK\n\n{page}\n\n")
    };
    stock.to_owned() + &pages.iter().map(page).collect::<String>()
}

const CARDS: &str = "/content/v2/get/cards/list";
const LISTING: &str = "SELECT sku, size_id, name, seller_article, barcode FROM product_listings";

#[test]
fn case_27_cards_without_a_total_are_known() {
    let world = World::new(Catalogue::default());
    let replay = Replay::of("wb-cards-without-total.http");
    let run = world.binary().envs(replay.variables()).args("sync wb").run().expect(0);
    assert!(!run.stderr.contains("not complete"), "{}", run.stderr);
    world.assert_stock(WB, &replay::rows(WB, "wb-one-size.tsv"));
    let expected = ["700001", "800001", "Кружка", "art-1", "2000000000017"];
    assert_eq!(world.database.table(LISTING), [expected]);
    assert_eq!(replay.requests_of(CARDS).len(), 1, "a page of fewer than 100 cards is the last");
}

#[test]
fn case_27_a_seller_without_cards_has_none() {
    let null = replay::text("wb-cards-null.http");
    let forms = [
        null.clone(),
        null.replace(r#""cards":null,"#, ""),
        null.replace(r#"{"total":0}"#, "{}"),
        null.replace(r#","cursor":{"total":0}"#, ""),
        null.replace(r#"{"total":0}"#, "null"),
        null.replace("null", "[]").replace(r#""total":0"#, r#""total":null"#),
    ];
    for answers in forms {
        let world = World::new(Catalogue::default());
        let replay = Replay::start(&answers);
        let run = world.binary().envs(replay.variables()).args("sync wb").run().expect(0);
        assert!(!run.stderr.contains("WARN"), "{}", run.stderr);
        assert_eq!(world.database.table(LISTING), [["700001", "800001", "NULL", "NULL", "NULL"]]);
        assert_eq!(replay.requests_of(CARDS).len(), 1, "{answers}");
    }
}

#[test]
fn case_27_pages_are_read_to_the_end_whatever_their_cursor_says() {
    let card = |number: u64| {
        json!({"nmID": 700_000 + number, "title": "Кружка", "vendorCode": "art-1",
            "updatedAt": format!("2026-11-20T10:{:02}:{:02}Z", number / 60, number % 60),
            "sizes": [{"chrtID": 800_000 + number, "skus": [format!("46{number:011}")]}]})
    };
    let cards = |from, to| (from..to).map(card).collect::<Vec<Value>>();
    let last = card(150);
    let cursors = [
        json!({"updatedAt": card(100)["updatedAt"], "nmID": 700_100}),
        json!({"updatedAt": card(100)["updatedAt"], "nmID": 700_100, "total": 150}),
        json!({}),
        Value::Null,
    ];
    for cursor in cursors {
        // Of the size in stock the card is on the second page.
        let mut second = cards(101, 151);
        second.push(json!({"nmID": 700_001, "title": "Кружка", "vendorCode": "art-1", "updatedAt": last["updatedAt"],
            "sizes": [{"chrtID": 800_001, "skus": ["2000000000017"]}]}));
        let total = cursor["total"].clone();
        let pages = [
            json!({"cards": cards(2, 102), "cursor": cursor}).to_string(),
            json!({"cards": second, "cursor": {"total": total}}).to_string(),
            json!({"cards": [], "cursor": {"total": total}}).to_string(),
        ];
        let world = World::new(Catalogue::default());
        let replay = Replay::start(&pages_of_cards(&pages));
        let run = world.binary().envs(replay.variables()).args("sync wb").run().expect(0);
        assert!(!run.stderr.contains("WARN"), "{cursor}: {}", run.stderr);
        let barcode = "SELECT barcode FROM product_listings";
        assert_eq!(world.database.value(barcode), "2000000000017", "{cursor}");
        let asked = replay.requests_of(CARDS);
        let body: Value = serde_json::from_slice(&asked[1].body).unwrap();
        let behind = &body["settings"]["cursor"];
        assert!(behind["nmID"] == 700_100 || behind["nmID"] == 700_101, "{behind}");
    }
}

#[test]
fn case_27_what_is_no_page_of_cards_is_still_told() {
    for odd in [
        "{}",
        "[]",
        r#"{"cards":{},"cursor":{}}"#,
        r#"{"cards":[],"cursor":5}"#,
        r#"{"data":null,"error":true,"errorText":"Внутренняя ошибка"}"#,
    ] {
        let world = World::new(Catalogue::default());
        let replay = Replay::start(&pages_of_cards(&[odd.to_owned()]));
        let run = world.binary().envs(replay.variables()).args("sync wb").run().expect(0);
        run.says("names and barcodes are not complete").says("no page of cards");
        world.assert_stock(WB, &replay::rows(WB, "wb-one-size.tsv"));
    }
}
