//! A marketplace that truly has no stock any more: once that is accepted, it is what every command tells.

use serde_json::Value;

use crate::page;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::{World, today};

/// Wildberries' stock of yesterday, and nothing to be had from it today.
fn emptied() -> World {
    let world = World::new(Catalogue::small(1));
    world.run("sync wb").expect(0);
    world.database.run("UPDATE inventory_data SET snapshot_date = snapshot_date - INTERVAL 1 DAY");
    world.database.run(
        "UPDATE sync_logs SET snapshot_date = snapshot_date - INTERVAL 1 DAY, \
         started_at = started_at - INTERVAL 1 DAY, completed_at = completed_at - INTERVAL 1 DAY",
    );
    world.marketplaces.set_catalogue(Catalogue { wb: Vec::new(), ..Catalogue::small(1) });
    world
}

fn json(world: &World, line: &str) -> Value {
    let outcome = world.run(line).expect(0);
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

#[test]
fn an_accepted_empty_pull_is_what_the_next_one_is_compared_with() {
    let world = emptied();
    world.fails(&world.binary().args("sync wb"), 4).says("--accept-shrink");
    world.run("sync wb --accept-shrink").expect(0);
    world.run("sync wb").expect(0);
    assert_eq!(world.last_log().status, "success");
    // Goods that come back are no surprise either, and neither is their going.
    world.marketplaces.set_catalogue(Catalogue::small(1));
    world.run("sync wb").expect(0);
    world.assert_stock("Wildberries", &Catalogue::small(1).expected_wb(true));
    world.marketplaces.set_catalogue(Catalogue { wb: Vec::new(), ..Catalogue::small(1) });
    world.fails(&world.binary().args("sync wb"), 4);
}

#[test]
fn yesterdays_stock_is_not_shown_as_todays_once_the_shop_is_empty() {
    let world = emptied();
    let listed = json(&world, "report --format json")["sources"][1]["products"].clone();
    world.run("sync wb --accept-shrink").expect(0);

    let check = json(&world, "check-freshness --source wb --format json");
    assert_eq!(check["status"], "fresh", "{check}");
    assert_eq!(check["sources"][0]["snapshot_date"], today().to_string());
    let finding = &check["findings"][0];
    assert_eq!((&finding["kind"], &finding["severity"]), (&"empty".into(), &"warning".into()));
    let said = format!("the newest snapshot, of {}, is empty", today());
    world.run("check-freshness --source wb").expect(0).shows(&said);

    let report = json(&world, "report --format json");
    let wb = &report["sources"][1];
    assert_eq!(wb["snapshot_date"], today().to_string());
    assert_eq!((&wb["products"], &wb["products_with_stock"]), (&0.into(), &0.into()));
    assert_eq!(wb["warehouses"], Value::Array(Vec::new()));
    assert!(wb["ran_out"]["total"].as_u64() > Some(0) && listed.as_u64() > Some(0), "{wb}");
    assert_eq!(report["products"]["total"], 0);
    world.run("report").expect(0).shows(&format!(
        "Wildberries, snapshot of {}: empty, the newest sync stored nothing",
        today()
    ));
    let metrics = world.run("report --format prometheus").expect(0).stdout;
    assert!(metrics.contains("stocksync_products{source=\"Wildberries\"} 0\n"), "{metrics}");

    for (language, sentence) in [("en", said.as_str()), ("ru", "последний снимок")] {
        let page = page::page(&world, language);
        assert!(page::part(&page, "sound").contains(sentence), "{page}");
        assert!(page::part(&page, "stock").contains("<p class=\"big\">0 "), "{page}");
        assert!(!page::part(&page, "running-out").contains("<td"), "{page}");
    }
}
