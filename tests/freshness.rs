//! `check-freshness` and `report`: what they say of an empty database, of fresh stock and of stale stock.

use serde_json::Value;

use crate::support::binary::Outcome;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::World;

fn json(outcome: Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).expect("one JSON object on stdout")
}

#[test]
fn a_database_that_was_never_synced_is_stale_and_its_report_is_zeros() {
    let world = World::new(Catalogue::small(1));
    let check = json(world.run("check-freshness --format json").expect(4));
    assert_eq!(check["status"], "stale");
    assert!(
        check["sources"].as_array().expect("sources").iter().all(|s| s["verdict"] == "never"),
        "{check}"
    );
    let report = json(world.run("report --format json").expect(0));
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["period_seconds"], 86_400);
    for source in report["sources"].as_array().expect("sources") {
        assert_eq!(source["products_with_stock"], 0, "{source}");
        assert!(
            source["last_success_at"].is_null() && source["success_rate"].is_null(),
            "{source}"
        );
    }
    world.run("report").expect(0);
}

#[test]
fn stock_is_fresh_after_a_sync_and_stale_after_its_time() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("check-freshness").expect(4);
    world.run("check-freshness --source ozon").expect(0);
    world.run("sync wb").expect(0);
    let check = json(world.run("check-freshness --format json").expect(0));
    assert_eq!(check["status"], "fresh", "{check}");
    world.database.run(
        "UPDATE sync_logs SET started_at = started_at - INTERVAL 7 HOUR, completed_at = completed_at - INTERVAL 7 HOUR \
         WHERE source = 'Ozon'",
    );
    world.database.run("UPDATE inventory_data SET last_sync_at = last_sync_at - INTERVAL 7 HOUR WHERE source = 'Ozon'");
    world.run("check-freshness").expect(4).shows("stale");
    world.run("check-freshness --max-age 8h").expect(0);
    world.run("check-freshness --source wb").expect(0);
}

#[test]
fn numbers_that_contradict_each_other_are_unsound() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world
        .database
        .run("UPDATE inventory_data SET available_stock = available_stock + 1 ORDER BY id LIMIT 1");
    let check = json(world.run("check-freshness --format json").expect(4));
    assert_eq!(check["status"], "unsound", "{check}");
}

#[test]
fn the_report_counts_what_the_marketplaces_stated() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    let report = json(world.run("report --format json").expect(0));
    let sources = report["sources"].as_array().expect("sources");
    let ozon = sources.iter().find(|source| source["source"] == "Ozon").expect("Ozon");
    let expected = world.marketplaces.catalogue().ozon;
    let in_stock =
        expected.iter().filter(|product| product.rows().iter().any(|row| row.current > 0)).count();
    assert_eq!(ozon["products_with_stock"], in_stock, "{ozon}");
    assert_eq!(ozon["success_rate"], 1.0);
    assert!(ozon["last_success_at"].as_str().is_some_and(|time| time.ends_with('Z')), "{ozon}");
}
