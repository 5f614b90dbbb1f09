//! `check-freshness`: recent or not, sound or not, with what to do about it.

use serde_json::Value;

use crate::support::binary::Outcome;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::credentials::token_of;
use crate::support::world::World;

fn synced() -> World {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world
}

fn check(world: &World) -> Outcome {
    world.run("check-freshness")
}

fn json(world: &World, code: i32) -> Value {
    let outcome = world.run("check-freshness --format json").expect(code);
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

fn older(world: &World, source: &str, minutes: u32) {
    world.database.run(&format!(
        "UPDATE sync_logs SET started_at = started_at - INTERVAL {minutes} MINUTE, \
         completed_at = completed_at - INTERVAL {minutes} MINUTE WHERE source = '{source}'"
    ));
}

#[test]
fn a_database_without_a_sync_has_never_been_fresh() {
    let world = World::new(Catalogue::small(1));
    let outcome = check(&world).expect(4);
    assert_eq!(
        outcome.stdout,
        "critical: Ozon: has never been synced; run `stocksync sync ozon` and look at what it says\n\
         critical: Wildberries: has never been synced; run `stocksync sync wb` and look at what it says\n\
         Ozon: never, no successful sync yet, no snapshot\n\
         Wildberries: never, no successful sync yet, no snapshot\n"
    );
    let report = json(&world, 4);
    assert_eq!(report["status"], "stale");
    assert_eq!(report["sources"][0]["verdict"], "never");
    assert!(report["sources"][0]["last_success_at"].is_null());
}

#[test]
fn findings_speak_the_language_that_is_set_and_their_json_is_english() {
    let world = World::new(Catalogue::small(1));
    world.run("sync wb").expect(0);
    let russian =
        |line: &str| world.binary().env("STOCKSYNC_LANG", "ru").args(line).run().expect(4);
    let text = russian("check-freshness").stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "опасно: Ozon: остатки ещё ни разу не загружались; запустите `stocksync sync ozon` и прочтите, что она скажет",
            "Ozon: не загружались, удачных загрузок ещё не было, снимков нет",
        ]
    );
    assert!(lines[2].starts_with("Wildberries: свежие, последняя удачная загрузка "), "{text}");
    let json = russian("check-freshness --format json").stdout;
    assert!(json.contains("has never been synced; run `stocksync sync ozon`"), "{json}");
}

#[test]
fn fresh_stock_has_no_findings() {
    let world = synced();
    let report = json(&world, 0);
    assert_eq!((&report["status"], &report["findings"]), (&"fresh".into(), &Value::Array(vec![])));
    let outcome = check(&world).expect(0);
    assert_eq!(outcome.stdout.lines().count(), 2, "{}", outcome.stdout);
}

#[test]
fn one_marketplace_can_be_looked_at_alone() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    check(&world).expect(4);
    world.run("check-freshness --source ozon").expect(0);
    world.run("check-freshness --source wb").expect(4);
}

#[test]
fn six_hours_and_the_time_of_a_sync_are_allowed_unless_told_otherwise() {
    let world = synced();
    older(&world, "Ozon", 361);
    let report = json(&world, 4);
    assert_eq!(report["sources"][0]["verdict"], "stale");
    assert_eq!(report["findings"][0]["severity"], "warning");
    // Had the sync taken ten minutes, it would still be fresh.
    world.database.run(
        "UPDATE sync_logs SET started_at = started_at - INTERVAL 10 MINUTE WHERE source = 'Ozon'",
    );
    let report = json(&world, 0);
    assert!(report["sources"][0]["max_age_seconds"].as_u64() >= Some(6 * 3600 + 600), "{report}");
    world.run("check-freshness --max-age 6h").expect(4);
    world.run("check-freshness --max-age 6h --source wb").expect(0);
    world.run("check-freshness --max-age 8h").expect(0);
    older(&world, "Ozon", 18 * 60);
    let report = json(&world, 4);
    assert_eq!(report["findings"][0]["severity"], "critical");
}

#[test]
fn rows_that_are_gone_negative_or_contradict_themselves_are_unsound_and_come_first() {
    let world = synced();
    older(&world, "Ozon", 8 * 60);
    world.database.run("DELETE FROM inventory_data WHERE source = 'Wildberries' LIMIT 2");
    world.database.run(
        "UPDATE inventory_data SET current_stock = current_stock + 1 WHERE source = 'Ozon' ORDER BY id LIMIT 3",
    );
    world.database.run(
        "UPDATE inventory_data SET in_way_to_client = -1 WHERE source = 'Ozon' ORDER BY id DESC LIMIT 1",
    );
    let report = json(&world, 4);
    assert_eq!(report["status"], "unsound");
    let findings: Vec<(&str, &str, &str)> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| ["severity", "source", "kind"].map(|name| finding[name].as_str().unwrap()))
        .map(|[severity, source, kind]| (severity, source, kind))
        .collect();
    assert_eq!(
        findings,
        [
            ("critical", "Ozon", "rows_disagree"),
            ("critical", "Ozon", "contradictory_rows"),
            ("critical", "Ozon", "negative_stock"),
            ("critical", "Wildberries", "rows_disagree"),
            ("warning", "Ozon", "stale"),
        ]
    );
    let text = check(&world).expect(4).shows("3 rows where current is not available + reserved");
    assert!(text.stdout.contains("2 rows missing"), "{}", text.stdout);
    // The advice mends it.
    world.run("sync ozon --full").expect(0);
    world.run("sync wb --full").expect(0);
    check(&world).expect(0);
}

#[test]
fn duplicates_are_seen_once_the_key_that_forbids_them_is_gone() {
    let world = synced();
    world.database.run("ALTER TABLE inventory_data DROP INDEX uk_inventory_identity");
    let columns = "product_id, sku, size_id, source, snapshot_date, warehouse_name, stock_type";
    world.database.run(&format!(
        "INSERT INTO inventory_data ({columns}) SELECT {columns} FROM inventory_data WHERE source = 'Ozon' LIMIT 2"
    ));
    check(&world).expect(4).shows("2 rows that repeat another row's identity");
}

#[test]
fn keys_are_judged_by_their_dates_and_never_shown() {
    let world = synced();
    let now = chrono::Utc::now();
    // The day on which a key was made that ends in so many days, give or take one.
    let made = |left: i64| {
        ((now + chrono::TimeDelta::days(left)).date_naive() - chrono::Months::new(3)).to_string()
    };
    let token = |left: i64| token_of(now.timestamp() - 86_400, now.timestamp() + left * 86_400);
    let run = |issued: &str, token: &str| {
        let binary = world.binary().env("OZON_API_KEY_ISSUED", issued).env("WB_API_TOKEN", token);
        let outcome = binary.args("check-freshness").run().expect(0);
        assert!(!outcome.stdout.contains(token), "{}", outcome.stdout);
        outcome.stdout.lines().filter(|line| line.contains("make a new one")).count()
    };
    assert_eq!(run(&made(17), &token(15)), 0);
    assert_eq!(run(&made(11), &token(15)), 1);
    assert_eq!(run(&made(17), &token(13)), 1);
    assert_eq!(run("2026-01-15", &token(-1)), 2);
    world
        .binary()
        .env("OZON_API_KEY_ISSUED", "last spring")
        .args("check-freshness")
        .run()
        .expect(78)
        .says("OZON_API_KEY_ISSUED");
}

#[test]
fn a_database_that_cannot_be_asked_is_not_called_stale() {
    let world = World::bare(Catalogue::small(1));
    check(&world).expect(74).says("stocksync migrate");
    let binary = world.binary().env("DATABASE_URL", "mysql://u:p@127.0.0.1:1/x");
    binary.args("check-freshness").run().expect(74);
}
