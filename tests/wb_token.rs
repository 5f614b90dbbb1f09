//! What a Wildberries token says of itself is heard before Wildberries is asked for anything.

use std::time::Duration;

use crate::support::binary::Binary;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::credentials::{
    BASE, CATEGORIES, PERSONAL, TEST, signed, token_for, token_of,
};
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::world::{WB, World};

const CONTENT: u64 = 1 << 1;
const ANALYTICS: u64 = 1 << 2;
const STATISTICS: u64 = 1 << 5;

/// A sync with this token, which is also the one that Wildberries knows.
fn with(world: &World, token: &str) -> Binary {
    world.marketplaces.configure(|settings| settings.wb_token = Some(token.to_owned()));
    world.binary().env("WB_API_TOKEN", token).args("sync wb")
}

/// That the token is refused in these words, without a request.
#[track_caller]
fn refused(world: &World, binary: &Binary, words: &[&str]) {
    let outcome = world.fails(binary, 77);
    assert!(world.marketplaces.calls().is_empty(), "a request was sent: {}", outcome.stderr);
    for word in words.iter().chain(&["WB_API_TOKEN", "«Персональный»", "Аналитика", "Контент"])
    {
        assert!(outcome.stderr.contains(word), "{word:?} is not in {}", outcome.stderr);
    }
    assert!(outcome.stderr.contains("«Только на чтение»"), "{}", outcome.stderr);
}

#[test]
fn case_19_a_base_token_may_not_call_wb_warehouses_and_is_told_the_method_that_it_may() {
    let world = World::new(Catalogue::small(1));
    let token = token_for(BASE, CATEGORIES);
    let words = ["«Базовый»", "wb-warehouses", "WB_STOCKS_METHOD=warehouse-remains"];
    refused(&world, &with(&world, &token), &words);
    let without = with(&world, &token).env("WB_SELLER_WAREHOUSES", "false");
    refused(&world, &without, &words);
}

#[test]
fn a_token_without_the_category_of_the_stock_is_told_which_it_lacks() {
    let world = World::new(Catalogue::small(1));
    for (method, categories, category) in [
        ("wb-warehouses", CONTENT, "Аналитика"),
        ("warehouse-remains", CATEGORIES & !ANALYTICS, "Аналитика"),
        ("supplier-stocks", CATEGORIES & !STATISTICS, "Статистика"),
    ] {
        let binary = with(&world, &token_for(PERSONAL, categories)).env("WB_STOCKS_METHOD", method);
        refused(&world, &binary, &[&format!("lacks the category {category}"), method]);
    }
}

#[test]
fn a_token_of_the_sandbox_and_one_that_has_ended_are_told_so() {
    let world = World::new(Catalogue::small(1));
    refused(&world, &with(&world, &token_for(TEST, CATEGORIES)), &["sandbox"]);
    let sandbox = signed(r#"{"acc":3,"s":1073741862,"t":true}"#);
    refused(&world, &with(&world, &sandbox), &["sandbox"]);
    let now = chrono::Utc::now().timestamp();
    let ended = token_of(now - 181 * 86_400, now - 86_400);
    let day = (chrono::Utc::now() - chrono::TimeDelta::days(1)).format("%Y-%m-%d").to_string();
    refused(&world, &with(&world, &ended), &["ended", &day]);
}

#[test]
fn everything_that_is_wrong_with_a_token_is_told_at_once() {
    let world = World::new(Catalogue::small(1));
    let words = ["«Базовый»", "lacks the category Аналитика"];
    refused(&world, &with(&world, &token_for(BASE, CONTENT)), &words);
}

#[test]
fn a_token_without_content_costs_the_names_and_one_warning() {
    let world = World::new(Catalogue::small(1));
    let outcome = with(&world, &token_for(PERSONAL, ANALYTICS)).run().expect(0);
    let warnings: Vec<_> = outcome.stderr.lines().filter(|line| line.contains(" WARN ")).collect();
    assert!(warnings.len() == 1 && warnings[0].contains("Контент"), "{warnings:#?}");
    assert!(world.marketplaces.calls_of(Endpoint::WbCards).is_empty());
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
}

#[test]
fn what_cannot_be_read_in_a_token_is_left_to_wildberries() {
    let world = World::new(Catalogue::small(1));
    for token in [
        "no-jwt-at-all".to_owned(),
        signed("{}"),
        signed(r#"{"acc":7,"s":0,"exp":"soon","t":null}"#),
        signed(r#"["acc"]"#),
    ] {
        with(&world, &token).run().expect(0);
    }
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
}

/// A base token asks for the report of remains at this pace; Wildberries asks for no more than half of it to pass.
fn remains_with_a_base_token(world: &World, pace: Duration) -> Binary {
    world.marketplaces.configure(|settings| {
        settings.intervals =
            [Endpoint::WbRemainsCreate, Endpoint::WbRemainsStatus, Endpoint::WbRemainsDownload]
                .map(|endpoint| (endpoint, pace / 2))
                .into();
        settings.forbidden = vec![Endpoint::WbWarehouses, Endpoint::WbSellerWarehouses];
    });
    with(world, &token_for(BASE, CATEGORIES))
        .env("WB_STOCKS_METHOD", "warehouse-remains")
        .env("WB_BASE_TOKEN_INTERVAL", format!("{}ms", pace.as_millis()))
}

#[test]
fn a_base_token_keeps_its_pace_and_says_why_it_waits_and_what_it_cannot_tell() {
    let world = World::new(Catalogue::small(1));
    let outcome = remains_with_a_base_token(&world, Duration::from_millis(600)).run().expect(0);
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb_remains(false));
    let asked = world.marketplaces.calls_of(Endpoint::WbRemainsStatus);
    assert_eq!(asked.len(), 3);
    for call in world.marketplaces.calls() {
        assert_eq!(call.status, 200, "{call:?}");
    }
    for told in ["base token", "600ms", "WB_SELLER_WAREHOUSES=false"] {
        assert!(outcome.stderr.contains(told), "{told:?} is not in {}", outcome.stderr);
    }
    let waits = |line: &&str| line.contains("waiting") && line.contains("base token");
    assert!(outcome.stderr.lines().filter(waits).count() >= 2, "{}", outcome.stderr);
}

#[test]
fn a_base_token_waits_for_the_pace_that_the_run_before_has_used_up() {
    let world = World::new(Catalogue::small(1));
    let pace = Duration::from_secs(4);
    world.marketplaces.configure(|settings| settings.polls = 0);
    let sync = remains_with_a_base_token(&world, pace).env("RETRY_MAX_WAIT", "100ms");
    sync.run().expect(0);
    sync.run().expect(0);
    let limited = world.marketplaces.calls().iter().filter(|call| call.status == 429).count();
    assert!(limited > 0, "the second run came too late to be limited");
}

#[test]
fn a_base_token_takes_no_stock_of_the_own_warehouses_away_without_a_word() {
    let world = World::new(Catalogue::small(1));
    world.run("sync wb").expect(0);
    let base = remains_with_a_base_token(&world, Duration::from_millis(30));
    world.marketplaces.forget_calls();
    let outcome = world.fails(&base, 77).says("WB_SELLER_WAREHOUSES=false").says("of FBS");
    assert!(world.marketplaces.calls().is_empty(), "{}", outcome.stderr);
    // Also where they are yesterday's.
    world.database.run("UPDATE inventory_data SET snapshot_date = snapshot_date - INTERVAL 1 DAY");
    world.fails(&base, 77).says("of FBS");
    base.clone().env("WB_SELLER_WAREHOUSES", "false").run().expect(0);
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb_remains(false));
    // From now on there is nothing to lose.
    base.run().expect(0);
}
