//! An Ozon key is asked about itself once a day, and what it says is told in time; that it says nothing costs nothing.

use std::time::Duration;

use chrono::{DateTime, Months, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::credentials::OZON_API_KEY;
use crate::support::marketplace::endpoint::Endpoint::{OzonCreate, OzonRoles};
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::{Reply, Wire};
use crate::support::receiver::Receiver;
use crate::support::world::{OZON, World, today};

fn world() -> World {
    World::new(Catalogue::small(1))
}

/// What Ozon says of the key from now on.
fn says(world: &World, answer: &Value) {
    world.marketplaces.always(OzonRoles, Fault::Instead(Reply::json(200, answer)));
}

fn ends(world: &World, end: DateTime<Utc>) {
    let end = end.to_rfc3339_opts(SecondsFormat::Secs, true);
    says(world, &json!({"expires_at": end, "roles": []}));
}

fn asked(world: &World) -> usize {
    world.marketplaces.calls_of(OzonRoles).len()
}

fn in_days(days: i64) -> DateTime<Utc> {
    Utc::now() + TimeDelta::days(days) + TimeDelta::hours(1)
}

/// The lines of `check-freshness` about Ozon's key, as long as the stock is fresh.
fn findings(world: &World) -> Vec<String> {
    let outcome = world.run("check-freshness --source ozon").expect(0);
    outcome.stdout.lines().filter(|line| line.contains(" key ")).map(str::to_owned).collect()
}

#[test]
fn the_key_is_asked_about_itself_once_a_day_and_a_renewed_one_at_once() {
    let world = world();
    world.run("sync ozon").expect(0);
    let calls = world.marketplaces.calls_of(OzonRoles);
    assert_eq!(calls.len(), 1);
    assert!(calls[0].request.body.is_empty() && calls[0].request.method == "POST");
    world.run("sync ozon").expect(0);
    assert_eq!(asked(&world), 1);
    // Another key that works: only the memory differs.
    world.database.run(
        "UPDATE stocksync_state SET value = CONCAT('x', SUBSTRING(value, 2)) WHERE name = 'ozon_key'",
    );
    world.run("sync ozon").expect(0);
    assert_eq!(asked(&world), 2);
    world.database.run(&format!(
        "UPDATE stocksync_state SET value = REPLACE(value, '{}', '{}') WHERE name = 'ozon_key'",
        today(),
        today() - TimeDelta::days(1)
    ));
    world.run("sync ozon").expect(0);
    assert_eq!(asked(&world), 3);
    assert!(!world.database.all_text().contains(OZON_API_KEY));
}

#[test]
fn a_key_whose_roles_lack_a_method_is_told_before_anything_is_ordered() {
    let world = world();
    let roles = json!([{"name": "Content", "methods": ["/v3/product/info/list"]},
        {"name": "Reports", "methods": ["/v1/report/info"]}]);
    says(&world, &json!({"expires_at": "2027-01-28T12:26:37Z", "roles": roles}));
    let outcome = world.fails(&world.binary().args("sync ozon"), 77);
    for word in [
        "may not call /v1/report/products/create (",
        "Content, Reports",
        "Admin read only",
        "OZON_API_KEY",
    ] {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
    assert!(world.marketplaces.calls_of(OzonCreate).is_empty());
    // The role was given to the key meanwhile; Ozon is not asked again this day, so it decides by itself.
    world.run("sync ozon").expect(0);
    assert_eq!(asked(&world), 1);
}

#[test]
fn a_key_that_may_not_be_asked_costs_nothing_but_the_knowledge() {
    for fault in [
        Fault::Status(403),
        Fault::Status(404),
        Fault::Status(429),
        Fault::Status(500),
        Fault::Wire(Wire::ResetAtOnce),
        Fault::Instead(Reply::html(200, "Технические работы")),
        Fault::Instead(Reply::json(200, "{\"expires_at\":")),
        Fault::Instead(Reply::json(429, "{}").header("Retry-After", 3600)),
    ] {
        let world = world();
        world.marketplaces.always(OzonRoles, fault.clone());
        let outcome = world.run("sync ozon").expect(0);
        assert!(!outcome.stderr.contains(" WARN "), "{fault:?}: {}", outcome.stderr);
        world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
        world.run("sync ozon").expect(0);
        assert_eq!(asked(&world), 1, "{fault:?}");
        assert_eq!(findings(&world), [""; 0]);
    }
}

#[test]
fn an_odd_answer_about_the_key_says_nothing() {
    for answer in [
        json!({}),
        json!([]),
        json!("ok"),
        json!({"expires_at": null, "roles": null}),
        json!({"expires_at": "0001-01-01T00:00:00Z", "roles": [{"name": "Admin", "methods": []}]}),
        json!({"expires_at": "tomorrow", "roles": [{"name": 7}, "Admin", {"methods": "all"}]}),
        json!({"expires_at": 1_800_000_000, "roles": [{"name": "Admin", "methods": ["*"]}]}),
        json!({"roles": [{"name": "Admin", "methods": ["ReportAPI_ReportInfo"]}]}),
    ] {
        let world = world();
        says(&world, &answer);
        world.run("sync ozon").expect(0);
        assert_eq!(findings(&world), [""; 0], "{answer}");
    }
}

#[test]
fn the_real_end_is_told_from_fourteen_days_before_it() {
    let world = world();
    ends(&world, in_days(15));
    world.run("sync ozon").expect(0);
    assert_eq!(findings(&world), [""; 0]);
    for (days, severity) in [(10, "warning"), (2, "critical")] {
        let world = self::world();
        let end = in_days(days);
        ends(&world, end);
        world.run("sync ozon").expect(0);
        let found = findings(&world);
        let day = end.with_timezone(&crate::support::world::noon_offset()).date_naive();
        assert!(
            found.len() == 1
                && found[0].starts_with(&format!("{severity}: Ozon: the API key ends {day}"))
                && found[0].contains(&format!("in {days} days"))
                && found[0].contains("OZON_API_KEY"),
            "{found:?}"
        );
    }
}

#[test]
fn a_key_that_cannot_be_asked_any_more_keeps_the_end_it_had_told_and_a_new_key_has_none() {
    let world = world();
    ends(&world, in_days(10));
    world.run("sync ozon").expect(0);
    world.database.run(&format!(
        "UPDATE stocksync_state SET value = REPLACE(value, '{}', '2026-01-01') WHERE name = 'ozon_key'",
        today()
    ));
    world.marketplaces.always(OzonRoles, Fault::Status(403));
    world.run("sync ozon").expect(0);
    assert_eq!((asked(&world), findings(&world).len()), (2, 1));
    let other =
        world.binary().env("OZON_API_KEY", "a-new-key").args("check-freshness --source ozon");
    assert!(!other.run().expect(0).stdout.contains("the API key"));
    // Where no key is set, the one that the syncs use is meant.
    let none = world.binary().without("OZON_API_KEY").args("check-freshness --source ozon");
    none.run().expect(0).shows("the API key ends");
}

#[test]
fn report_metrics_page_and_alerts_tell_the_end_of_ozons_key() {
    let world = world();
    let end = DateTime::from_timestamp(in_days(10).timestamp(), 0).unwrap();
    ends(&world, end);
    world.run("sync ozon").expect(0);
    let day = end.with_timezone(&crate::support::world::noon_offset()).date_naive();
    let text = world.run("report").expect(0).stdout;
    assert!(text.contains("Key ends") && text.contains(&day.to_string()), "{text}");
    assert!(text.contains("warning: Ozon: the API key ends"), "{text}");
    let json: Value =
        serde_json::from_str(&world.run("report --format json").expect(0).stdout).unwrap();
    let told = end.to_rfc3339_opts(SecondsFormat::Secs, true);
    assert_eq!(json["sources"][0]["key_expires_at"], told.as_str());
    world.run("report --format prometheus").expect(0).shows(&format!(
        "stocksync_key_expiry_timestamp_seconds{{source=\"Ozon\"}} {}",
        end.timestamp()
    ));
    let page = world.run("report --format html --lang en").expect(0).stdout;
    assert!(page.contains("the key ends"), "the page says nothing of the key");
    let receiver = Receiver::start();
    let check = world.binary().env("ALERT_WEBHOOK_URL", receiver.webhook_url());
    check.args("check-freshness --source ozon").run().expect(0);
    let posts: Vec<String> = receiver
        .take()
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body).into_owned())
        .collect();
    assert!(posts.iter().any(|post| post.contains(&format!("ends {day}"))), "{posts:?}");
}

#[test]
fn whoever_notes_the_day_of_the_key_has_no_call_of_it_and_an_end_after_three_months() {
    let world = world();
    let sync = |issued: String| world.binary().env("OZON_API_KEY_ISSUED", issued);
    let day = |months: u32, days: i64| {
        (today() - Months::new(months) + TimeDelta::days(days)).to_string()
    };
    sync(day(0, 0)).args("sync ozon").run().expect(0);
    assert_eq!(asked(&world), 0);
    let told = |issued: String| {
        sync(issued).args("check-freshness --source ozon").run().expect(0).stdout.lines().count()
            - 1
    };
    // Three months may be 89 to 92 days: a day to spare on either side of the fourteen.
    let months = |days_left: i64| {
        let issued = today() + TimeDelta::days(days_left) - Months::new(3);
        issued.to_string()
    };
    assert_eq!(told(months(17)), 0);
    assert_eq!(told(months(12)), 1);
    assert_eq!(told("2026-05-01".to_owned()), 1);
    for line in ["check-freshness", "sync ozon", "report"] {
        let tomorrow = day(0, 2);
        sync(tomorrow).args(line).run().expect(78).says("OZON_API_KEY_ISSUED").says("future");
    }
}

#[test]
fn a_key_in_the_place_of_the_client_id_is_told_before_it_goes_anywhere() {
    let world = world();
    let swapped = world.binary().env("OZON_CLIENT_ID", OZON_API_KEY).args("sync ozon");
    world.fails(&swapped, 78).says("OZON_CLIENT_ID").says("is no number").says("swapped");
    assert!(world.marketplaces.calls().is_empty());
}

#[test]
fn a_dry_run_does_not_ask_the_key() {
    let world = world();
    world.run("sync ozon --dry-run").expect(0);
    assert_eq!(asked(&world), 0);
    assert_eq!(
        world.database.number("SELECT COUNT(*) FROM stocksync_state WHERE name = 'ozon_key'"),
        0
    );
}

#[test]
fn a_key_that_answers_slowly_holds_nobody_up_for_long() {
    let world = world();
    world.marketplaces.always(OzonRoles, Fault::Wire(Wire::Silence(Duration::from_secs(60))));
    let outcome = world.binary().env("HTTP_TIMEOUT", "1s").args("sync ozon").run().expect(0);
    assert!(outcome.took < Duration::from_secs(20), "{:?}", outcome.took);
}
