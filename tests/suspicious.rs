//! Suspicious API activity: what the runs remember of it, what the report shows and who is told.

use serde_json::Value;

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::Reply;
use crate::support::receiver::{Receiver, webhooks};
use crate::support::world::World;

/// The kinds of what the report finds suspicious, and its text.
fn suspicious(world: &World) -> (Vec<String>, String) {
    let report = world.run("report --format json").expect(0);
    let report: Value = serde_json::from_str(&report.stdout).expect("JSON");
    let all = report["suspicious"].as_array().expect("a list").iter();
    let kinds = all.map(|one| one["kind"].as_str().expect("a kind").to_owned()).collect();
    (kinds, world.run("report").expect(0).stdout)
}

fn hosts(world: &World) -> Vec<String> {
    world.database.table("SELECT COALESCE(foreign_hosts, '') FROM sync_logs ORDER BY id").concat()
}

fn a_day_passes(world: &World) {
    world.database.run(
        "UPDATE sync_logs SET started_at = started_at - INTERVAL 25 HOUR, completed_at = completed_at - INTERVAL 25 HOUR \
         ORDER BY started_at",
    );
    world.database.run("UPDATE stocksync_alerts SET created_at = created_at - INTERVAL 25 HOUR");
}

#[test]
fn a_report_on_a_new_host_is_stored_and_remembered_and_told_once() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    let sync = |code| {
        let binary = world.binary().env("ALERT_WEBHOOK_URL", receiver.webhook_url());
        binary.args("sync ozon").run().expect(code);
        webhooks(&receiver.take())
    };
    assert!(sync(0).is_empty());
    assert_eq!(suspicious(&world).0, [""; 0]);

    world.marketplaces.configure(|settings| settings.files_host = Some("localhost"));
    let [told] = sync(0).try_into().expect("one message");
    let event = &told["event"];
    assert_eq!(event["title"], "Ozon: a report's link led to a host not seen before: localhost");
    assert_eq!((&event["topic"], &event["state"]), (&"new_host".into(), &"raised".into()));
    assert!(event["next_step"].as_str().expect("a step").contains("OZON_API_KEY"), "{event}");
    let (kinds, text) = suspicious(&world);
    assert_eq!(kinds, ["new_host"]);
    assert!(text.contains("warning: Ozon: the link to the report led to localhost"), "{text}");
    assert_eq!(hosts(&world), ["", "localhost"]);

    assert!(sync(0).is_empty(), "told once");
    a_day_passes(&world);
    assert!(sync(0).is_empty(), "known");
    assert_eq!(suspicious(&world).0, [""; 0]);
    world.marketplaces.configure(|settings| settings.files_host = None);
    assert!(sync(0).is_empty(), "no recovery: nothing was wrong");
}

#[test]
fn a_new_host_that_no_channel_took_is_told_by_the_next_sync_and_by_a_failed_one_too() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    world.marketplaces.configure(|settings| settings.files_host = Some("localhost"));
    world.marketplaces.always(Endpoint::OzonDownload, Fault::Status(404));
    let sync = |url: String| world.binary().env("ALERT_WEBHOOK_URL", url).args("sync ozon").run();
    sync("http://127.0.0.1:1/hook".into()).expect(69).says("webhook did not");
    world.marketplaces.mend();
    sync(receiver.webhook_url()).expect(0);
    let told = webhooks(&receiver.take());
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["event"]["topic"], "new_host");
    assert_eq!(hosts(&world), ["localhost", "localhost"]);
}

#[test]
fn keys_redirects_and_links_are_told_apart() {
    for (endpoint, fault, code, kind) in [
        (Endpoint::OzonCreate, Fault::Status(403), 77, "key_rejected"),
        (Endpoint::OzonCreate, redirect("https://elsewhere.example/"), 65, "unexpected_redirect"),
        (Endpoint::OzonDownload, redirect("ftp://127.0.0.1/report"), 65, "unexpected_redirect"),
        (Endpoint::OzonInfo, link("https://user:pw@127.0.0.1/report"), 65, "unknown_host"),
    ] {
        let world = World::new(Catalogue::small(1));
        world.marketplaces.always(endpoint, fault);
        world.run("sync ozon").expect(code);
        let (kinds, text) = suspicious(&world);
        assert_eq!(kinds, [kind]);
        assert!(text.contains("warning: Ozon: "), "{text}");
        // The column tells them apart, whatever the words of the failure are.
        let stored = if kind == "unknown_host" { "untrusted_link" } else { kind };
        let column = "SELECT failure_kind FROM sync_logs";
        assert_eq!(world.database.table(column), [[stored]]);
        world.database.run("UPDATE sync_logs SET error_message = 'другими словами'");
        assert_eq!(suspicious(&world).0, [kind]);
    }
}

#[test]
fn of_a_run_from_before_the_column_the_exit_code_tells_the_kind() {
    let world = World::new(Catalogue::small(1));
    world.marketplaces.always(Endpoint::OzonCreate, Fault::Status(403));
    world.run("sync ozon").expect(77);
    world.database.run("UPDATE sync_logs SET failure_kind = NULL");
    assert_eq!(suspicious(&world).0, ["key_rejected"]);
    let page = world.run("report --format html --lang en").expect(0).stdout;
    assert!(page.contains("The marketplace rejected the key"), "{page}");
}

#[test]
fn a_host_that_was_told_is_not_told_again_in_another_language_or_after_a_migration() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    world.marketplaces.configure(|settings| settings.files_host = Some("localhost"));
    let sync = |language: &str| {
        let binary = world.binary().env("ALERT_WEBHOOK_URL", receiver.webhook_url());
        binary.env("STOCKSYNC_LANG", language).args("sync ozon").run().expect(0);
        webhooks(&receiver.take()).len()
    };
    assert_eq!((sync("en"), sync("ru")), (1, 0));
    // Without the column, as an older version left it, and back.
    world.run("migrate --rollback-to 12 --no-backup").expect(0);
    world.run("migrate --no-backup").expect(0);
    let subject = "SELECT subject FROM stocksync_alerts";
    assert_eq!(world.database.table(subject), [["localhost"]]);
    assert_eq!(sync("en"), 0);
}

fn redirect(to: &str) -> Fault {
    Fault::Instead(Reply::new(302, "text/plain", "").header("Location", to))
}

fn link(to: &str) -> Fault {
    let answer =
        serde_json::json!({"result": {"code": "R", "status": "success", "error": "", "file": to}});
    Fault::Instead(Reply::json(200, answer))
}
