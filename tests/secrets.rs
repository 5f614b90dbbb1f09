//! No key, token or password in any output at any level, nor in any table. Every run of every test is looked through
//! (`support/binary.rs`); these are the runs that would show one.

use crate::support::binary::{Binary, secrets};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::credentials;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::Reply;
use crate::support::server::{MariaDb, USER};
use crate::support::world::World;

#[track_caller]
fn assert_no_secret_in_tables(world: &World) {
    let text = world.database.all_text();
    for secret in secrets() {
        assert!(!text.contains(&secret), "a table holds {secret:?}");
    }
}

fn loud(binary: &Binary) -> [Binary; 2] {
    [binary.clone().args("-vv"), binary.clone().env("RUST_LOG", "trace")]
}

#[test]
fn the_loudest_log_shows_requests_but_no_key() {
    let world = World::new(Catalogue::small(1));
    for (line, request) in [
        ("sync ozon", "Ozon: report/info: 200 OK"),
        ("sync wb", "Wildberries: wb-warehouses: 200 OK"),
    ] {
        for binary in loud(&world.binary().args(line)) {
            binary.run().expect(0).says(request);
        }
    }
    for (method, request) in [
        ("warehouse-remains", "Wildberries: warehouse_remains download: 200 OK"),
        ("supplier-stocks", "Wildberries: supplier/stocks: 200 OK"),
    ] {
        let binary = world.binary().env("WB_STOCKS_METHOD", method).args("sync wb");
        loud(&binary)[1].run().expect(0).says(request);
    }
    for line in ["migrate", "check-freshness", "report"] {
        for binary in loud(&world.binary().args(line)) {
            binary.run().expect(0);
        }
    }
    assert_no_secret_in_tables(&world);
}

#[test]
fn a_marketplace_that_repeats_the_key_in_its_error_does_not_bring_it_into_the_log() {
    let world = World::new(Catalogue::small(1));
    let keys = [
        (Endpoint::OzonCreate, credentials::OZON_API_KEY, "sync ozon"),
        (Endpoint::WbWarehouses, credentials::wb_token(), "sync wb"),
    ];
    for (endpoint, key, line) in keys {
        let told = format!("bad key {key}");
        let body = serde_json::json!({"code": 7, "message": told, "title": told, "detail": told, "requestId": told});
        for status in [400, 403, 500] {
            let reply = Reply::json(status, &body).header("X-O3-Trace-Id", &told);
            world.marketplaces.always(endpoint, Fault::Instead(reply));
            for loud in loud(&world.binary().args(line)) {
                assert_ne!(loud.run().code, Some(0));
            }
        }
    }
    assert_no_secret_in_tables(&world);
}

#[test]
fn a_page_that_repeats_the_token_does_not_bring_it_into_the_log() {
    let world = World::new(Catalogue::small(1));
    let page = Reply::html(200, &format!("Authorization: {}", credentials::wb_token()));
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Instead(page));
    for binary in loud(&world.binary().args("sync wb")) {
        binary.run().expect(65);
    }
    assert_no_secret_in_tables(&world);
}

#[test]
fn a_password_that_the_server_refuses_is_not_shown() {
    let world = World::new(Catalogue::small(1));
    let socket = MariaDb::shared().socket.display();
    let password = "hidden%21word";
    for url in [
        format!("mysql://{USER}:{password}@localhost/{}?socket={socket}", world.database.name),
        format!("mysql://{USER}:{password}@127.0.0.1:1/{}", world.database.name),
        format!(
            "mysql://{USER}:{password}@localhost/{}?socket={socket}&nonsense={password}",
            world.database.name
        ),
        format!("mysql:/{USER}:{password}@localhost"),
        format!("{USER}:{password}"),
    ] {
        for binary in loud(&world.binary().env("DATABASE_URL", url).args("sync ozon")) {
            let outcome = binary.run();
            assert!(matches!(outcome.code, Some(74 | 78)), "{outcome:?}");
            let all = outcome.stdout + &outcome.stderr;
            assert!(!all.contains(password) && !all.contains("hidden!word"), "{all}");
        }
    }
}

#[test]
fn keys_in_an_environment_file_are_as_secret_as_those_in_the_environment() {
    let world = World::new(Catalogue::small(1));
    let file: String = world
        .marketplaces
        .variables()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    let binary = world.offline().env("RUST_LOG", "trace").args("sync wb");
    binary.run_beside(&[(".env", &file)]).expect(0);
    let broken = file.replace("WB_API_TOKEN=", "WB_API_TOKEN = 'unfinished ");
    binary.run_beside(&[(".env", &broken)]).expect(78);
}
