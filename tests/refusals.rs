//! What a marketplace's refusal means, in the words in which sellers have met it: whose fault it
//! is, how often it is asked again, and what is told.

use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::credentials::wb_token;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::receiver::{Receiver, webhooks};
use crate::support::replay::{Replay, rows, text};
use crate::support::world::{OZON, WB, World};

const CREATE: &str = "/v1/report/products/create";
const INFO: &str = "/v1/report/info";
const WAREHOUSES: &str = "/api/analytics/v1/stocks-report/wb-warehouses";
const SELLER_WAREHOUSES: &str = "/api/analytics/v1/stocks-report/seller-warehouses";
const REMAINS: &str = "/api/v1/warehouse_remains";

fn world() -> World {
    World::new(Catalogue::default())
}

fn sync(world: &World, replay: &Replay, source: &str) -> Binary {
    world.binary().envs(replay.variables()).arg("sync").arg(source)
}

/// A pull that meets these answers fails so, after so many requests of this path.
#[track_caller]
fn fails(replay: &Replay, source: &str, code: i32, path: &str, requests: usize) -> Outcome {
    let world = world();
    let outcome = world.fails(&sync(&world, replay, source), code);
    assert_eq!(replay.requests_of(path).len(), requests, "{:?}", replay.paths());
    outcome
}

fn answer(path: &str, status: u16, body: &str) -> String {
    format!(
        "### POST {path}\nHTTP/1.1 {status} Whatever\nContent-Type: application/json\n\n{body}\n"
    )
}

#[test]
fn case_08_a_rejected_key_is_77_whatever_the_status() {
    for file in ["ozon-400-api-key.http", "ozon-400-client-id.http", "ozon-404-api-key.http"] {
        let outcome = fails(&Replay::of(file), "ozon", 77, CREATE, 1);
        outcome.says("OZON_API_KEY").says("Invalid");
    }
    let validation = Replay::of("ozon-400-validation.http");
    fails(&validation, "ozon", 65, CREATE, 1).says("value must be in list");
}

#[test]
fn case_08_a_key_that_is_rejected_with_200_is_no_change_of_the_api() {
    let body = r#"{"code":16,"message":"Client-Id and Api-Key headers are required"}"#;
    let replay = Replay::start(&answer(CREATE, 200, body));
    fails(&replay, "ozon", 77, CREATE, 1).says("headers are required").says("OZON_API_KEY");
}

#[test]
fn case_08_whoever_is_alerted_hears_of_the_key() {
    let (world, receiver) = (world(), Receiver::start());
    let replay = Replay::of("ozon-400-api-key.http");
    sync(&world, &replay, "ozon").envs(receiver.variables()).run().expect(77);
    let told = webhooks(&receiver.take());
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["event"]["topic"], "key_rejected");
    assert_eq!(told[0]["event"]["exit_code"], 77);
}

#[test]
fn case_09_the_reason_is_found_in_a_nested_body() {
    fails(&Replay::of("ozon-403-nested.http"), "ozon", 77, CREATE, 1)
        .says("ACCESS_DENIED")
        .says("Invalid Api-Key");
    fails(&Replay::of("ozon-403-role.http"), "ozon", 77, CREATE, 1)
        .says("missing a required role")
        .says("give it the role");
}

#[test]
fn case_09_each_kind_of_refusal_has_its_advice() {
    let table = [
        ("Api-key is deactivated", "was switched off"),
        ("Api-Key is restricted to specific IP addresses", "add this machine's"),
        ("Invalid Api-Key, please contact support", "check OZON_CLIENT_ID and OZON_API_KEY"),
    ];
    for (said, advice) in table {
        let body = format!(r#"{{"code":7,"message":"{said}","details":[]}}"#);
        let replay = Replay::start(&answer(CREATE, 403, &body));
        fails(&replay, "ozon", 77, CREATE, 1).says(said).says(advice);
    }
}

#[test]
fn case_10_a_link_that_is_not_there_yet_is_waited_for() {
    let (world, replay) = (world(), Replay::of("ozon-success-without-file.http"));
    sync(&world, &replay, "ozon").run().expect(0);
    world.assert_stock(OZON, &rows(OZON, "ozon-success-without-file.tsv"));
    assert_eq!(replay.requests_of(INFO).len(), 2);
    assert_eq!(replay.requests_of("/report/products.csv").len(), 1);
}

#[test]
fn case_10_a_link_that_never_comes_is_69() {
    let answers = text("ozon-success-without-file.http");
    let only_without = answers.split("### ").take(3).collect::<Vec<_>>().join("### ");
    let (world, replay) = (world(), Replay::start(&only_without));
    let binary = sync(&world, &replay, "ozon").env("OZON_REPORT_TIMEOUT", "100ms");
    world.fails(&binary, 69).says("OZON_REPORT_TIMEOUT");
    assert!(replay.requests_of(INFO).len() > 1);
}

#[test]
fn case_11_a_method_that_was_switched_off_is_asked_once() {
    for (file, path) in [("ozon-410-create.http", CREATE), ("ozon-410-info.http", INFO)] {
        let outcome = fails(&Replay::of(file), "ozon", 65, path, 1);
        outcome.says("410").says("obsolete method cannot be used");
    }
}

#[test]
fn case_11_wildberries_switches_methods_off_too() {
    let gone = r#"{"title":"path not found","detail":"This method is temporarily disabled"}"#;
    for status in [404, 410] {
        let replay = Replay::start(&answer(WAREHOUSES, status, gone));
        fails(&replay, "wb", 65, WAREHOUSES, 1).says("temporarily disabled");
        for place in ["", "/tasks/77/status", "/tasks/77/download"] {
            let path = format!("{REMAINS}{place}");
            let good = [
                ("", r#"{"data":{"taskId":"77"}}"#),
                ("/tasks/77/status", r#"{"data":{"status":"done"}}"#),
            ];
            let before = good.iter().take_while(|(before, _)| *before != place);
            let answers = before.map(|(at, body)| answer(&format!("{REMAINS}{at}"), 200, body));
            let answers = answers.collect::<String>() + &answer(&path, status, gone);
            let (world, replay) = (world(), Replay::start(&answers.replace("POST", "GET")));
            let binary = sync(&world, &replay, "wb").env("WB_STOCKS_METHOD", "warehouse-remains");
            world.fails(&binary, 65).says("temporarily disabled");
            assert_eq!(replay.requests_of(&path).len(), 1, "{status} {path}");
        }
    }
}

#[test]
fn case_13_a_conflict_passes_by_itself() {
    let conflict = text("ozon-409-create.http");
    fails(&Replay::start(&conflict), "ozon", 69, CREATE, 3).says("request conflict");
    let (world, replay) = (
        world(),
        Replay::start(&format!("{conflict}\n{}", text("ozon-success-without-file.http"))),
    );
    sync(&world, &replay, "ozon").run().expect(0);
    world.assert_stock(OZON, &rows(OZON, "ozon-success-without-file.tsv"));
}

#[test]
fn an_overload_passes_by_itself_whatever_its_status() {
    let body = r#"{"code":7,"message":"Circle is open","details":[]}"#;
    for status in [400, 403, 503] {
        let replay = Replay::start(&answer(CREATE, status, body));
        fails(&replay, "ozon", 69, CREATE, 3).says("Circle is open");
    }
}

#[test]
fn case_18_an_empty_balance_is_told_with_its_owner() {
    let outcome = fails(&Replay::of("wb-402-balance.http"), "wb", 77, WAREHOUSES, 1);
    outcome.says("the service's balance is empty").says("WB_API_TOKEN was issued, not the shop's");
}

#[test]
fn case_19_a_token_of_the_wrong_type_is_told_so() {
    let replay = Replay::of("wb-403-token-type.http");
    fails(&replay, "wb", 77, WAREHOUSES, 1)
        .says("does not satisfy additional requirements")
        .says("WB_API_TOKEN is of the wrong type")
        .says("WB_STOCKS_METHOD=warehouse-remains");
    let replay = Replay::of("wb-403-token-type-seller.http");
    fails(&replay, "wb", 77, SELLER_WAREHOUSES, 1)
        .says("WB_API_TOKEN is of the wrong type")
        .says("WB_SELLER_WAREHOUSES=false");
}

#[test]
fn case_24_no_items_are_an_empty_shop_however_they_are_written() {
    for file in ["wb-items-null.http", "wb-items-empty.http"] {
        let replay = Replay::of(file);
        let empty = world();
        sync(&empty, &replay, "wb").run().expect(0);
        empty.assert_stock(WB, &[]);
        let stocked = World::new(Catalogue::small(1));
        stocked.run("sync wb").expect(0);
        stocked.fails(&sync(&stocked, &replay, "wb"), 4).says("--accept-shrink");
    }
}

#[test]
fn case_24_an_error_with_200_is_told_in_its_own_words() {
    let said = "internal error, try again later";
    fails(&Replay::of("wb-error-with-200.http"), "wb", 65, WAREHOUSES, 1).says(said);
    for data in [r#"{"items":null}"#, r#"{"items":[]}"#, "[]", "\"none\""] {
        let body = format!(r#"{{"data":{data},"error":true,"errorText":"{said}"}}"#);
        fails(&Replay::start(&answer(WAREHOUSES, 200, &body)), "wb", 65, WAREHOUSES, 1).says(said);
    }
}

#[test]
fn case_24_beside_stock_that_is_no_error_nothing_is_made_of_its_absence() {
    let (world, answers) = (world(), text("wb-429-headers-disagree.http"));
    let page = answers.split("### ").nth(2).expect("the second answer");
    let page = page.replace(r#"]}}"#, r#"]},"error":false,"errorText":""}"#);
    let replay = Replay::start(&format!("### {page}"));
    sync(&world, &replay, "wb").run().expect(0);
    world.assert_stock(WB, &rows(WB, "wb-one-size.tsv"));
}

#[test]
fn case_29_bearer_before_a_token_is_left_out() {
    let world = World::new(Catalogue::small(1));
    for word in ["Bearer", "bearer"] {
        let token = format!("{word} {}", wb_token());
        world.binary().env("WB_API_TOKEN", token).args("sync wb").run().expect(0);
    }
    for call in world.marketplaces.calls_of(Endpoint::WbWarehouses) {
        assert_eq!(call.request.header("Authorization"), Some(wb_token()));
    }
}

#[test]
fn case_29_a_token_with_a_strange_character_is_78_and_the_character_is_named() {
    let world = world();
    let tokens = [
        (format!("{}\u{a0}", wb_token()), "a no-break space"),
        (wb_token().replacen('e', "\u{435}", 1), "a Cyrillic letter (character 1 of"),
        (wb_token().replacen('.', ".\n", 1), "a line break"),
        (format!("Authorization: Bearer {}", wb_token()), "a blank"),
    ];
    for (token, found) in tokens {
        let outcome = world.binary().env("WB_API_TOKEN", token).args("sync wb").run().expect(78);
        outcome.says("WB_API_TOKEN").says(found);
    }
    assert!(world.marketplaces.calls().is_empty());
}
