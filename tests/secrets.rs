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

/// All that the program is given that nobody else may know, whichever marketplace it is for.
const WEBHOOK: &str = "https://hooks.example/services/T0AB12/B0CD34/hook-secret-9f";
const HEALTHCHECK: &str = "http://127.0.0.1:9/ping-secret-3c5d";
const BOT: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

fn with_all_secrets(world: &World) -> Binary {
    world
        .binary()
        .env("ALERT_WEBHOOK_URL", WEBHOOK)
        .env("ALERT_TELEGRAM_BOT_TOKEN", BOT)
        .env("ALERT_TELEGRAM_CHAT_ID", "-100123")
        .env("ALERT_TELEGRAM_API_URL", "http://127.0.0.1:9")
        .env("HEALTHCHECK_URL", HEALTHCHECK)
}

fn all_secrets() -> Vec<String> {
    let mut all = secrets();
    let others =
        ["T0AB12/B0CD34/hook-secret-9f", "ping-secret-3c5d", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"];
    all.extend(others.map(str::to_owned));
    all
}

#[test]
fn a_marketplace_that_repeats_any_secret_does_not_bring_it_into_an_output_or_a_table() {
    let world = World::new(Catalogue::small(1));
    let told = format!(
        "seen: {} {} {} {WEBHOOK} {HEALTHCHECK} {BOT} {}",
        credentials::OZON_API_KEY,
        credentials::OZON_API_KEY.to_uppercase(),
        credentials::wb_token(),
        world.database.url()
    );
    let body = serde_json::json!({"code": 3, "message": told, "title": told, "detail": told, "requestId": told});
    for (endpoint, line) in
        [(Endpoint::OzonCreate, "sync ozon"), (Endpoint::WbWarehouses, "sync wb")]
    {
        let page = Reply::html(200, &told);
        for reply in
            [Reply::json(400, &body), Reply::json(403, &body), Reply::json(500, &body), page]
        {
            world
                .marketplaces
                .always(endpoint, Fault::Instead(reply.header("X-O3-Trace-Id", &told)));
            for loud in loud(&with_all_secrets(&world).args(line)) {
                let outcome = loud.run();
                assert_ne!(outcome.code, Some(0));
                let said = (outcome.stdout + &outcome.stderr).to_lowercase();
                for secret in all_secrets() {
                    assert!(!said.contains(&secret.to_lowercase()), "{secret} in\n{said}");
                }
            }
        }
    }
    let text = world.database.all_text().to_lowercase();
    assert!(text.contains("seen: …"), "the rest of the words is kept");
    for secret in all_secrets() {
        assert!(!text.contains(&secret.to_lowercase()), "a table holds {secret}");
    }
}

#[test]
fn a_rejected_record_with_the_other_marketplace_s_key_is_kept_without_it() {
    let world = World::new(Catalogue::small(1));
    let kept = tempfile::tempdir().unwrap();
    let key = credentials::OZON_API_KEY;
    world.marketplaces.always(
        Endpoint::WbWarehouses,
        Fault::change(move |mut reply| {
            let text = String::from_utf8(reply.body.clone()).unwrap();
            let text =
                text.replacen("\"quantity\":", &format!("\"quantity\":\"{key}\",\"was\":"), 1);
            reply.body = text.into_bytes();
            reply
        }),
    );
    let binary = world.binary().env("REJECTS_DIR", kept.path()).args("sync wb");
    binary.run().expect(3).says("rejected");
    assert_no_secret_in_tables(&world);
    let file = std::fs::read_dir(kept.path()).unwrap().next().expect("a file").unwrap();
    let text = std::fs::read_to_string(file.path()).unwrap();
    assert!(!text.contains(key) && text.contains('…'), "{text}");
}

#[test]
fn what_an_older_log_holds_is_not_shown() {
    let world = World::new(Catalogue::small(1));
    world.database.run(&format!(
        "INSERT INTO sync_logs (sync_type, source, marketplace, status, started_at, completed_at, exit_code, error_message) \
         VALUES ('inventory', 'Ozon', 'Ozon', 'failed', UTC_TIMESTAMP(), UTC_TIMESTAMP(), 77, 'bad key {}')",
        credentials::OZON_API_KEY
    ));
    for format in ["text", "json", "html"] {
        world.run(&format!("report --format {format}")).expect(0).shows("bad key …");
    }
}

/// A password that was not percent-encoded ends in the middle, and its rest would be taken for a host and asked of a name server.
#[test]
fn a_password_with_an_unescaped_separator_is_refused_with_a_hint_and_no_piece_of_it() {
    let world = World::new(Catalogue::small(1));
    for password in [
        "pa@ss/word#1",
        "qua/zar",
        "quor#zan",
        "quip?zon",
        "12/quelz",
        "33?quenz",
        "9#quilz",
        "%/quorz@",
        ":qu/anz",
    ] {
        let url = format!("mysql://stocksync:{password}@127.0.0.1/db");
        for line in ["sync ozon", "migrate", "report", "check-freshness"] {
            let outcome =
                world.binary().env("DATABASE_URL", &url).args("-vv").args(line).run().expect(78);
            let outcome = outcome.says("DATABASE_URL");
            for code in ["%40", "%2F", "%3F", "%23", "%25"] {
                assert!(outcome.stderr.contains(code), "{}", outcome.stderr);
            }
            let said = outcome.stdout + &outcome.stderr;
            let pieces =
                password.split(['@', '/', '#', '?', '%', ':']).filter(|piece| piece.len() > 2);
            for piece in pieces.filter(|piece| *piece != "word") {
                assert!(!said.contains(piece), "{piece} in {said}");
            }
            assert!(!said.contains("word#1"), "{said}");
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
