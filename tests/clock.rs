//! Wrong clocks: no snapshot under a day that cannot be right, and no word of fresh stock that cannot be known to be.

use chrono::TimeDelta;
use serde_json::Value;

use crate::page;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint::OzonCreate;
use crate::support::server::MariaDb;
use crate::support::world::{World, today};

/// A world with Ozon's stock of today, and other stock to be had from Ozon.
fn synced(world: World) -> World {
    world.run("sync ozon").expect(0);
    world.marketplaces.set_catalogue(Catalogue::small(1).later(2));
    world.marketplaces.forget_calls();
    world
}

/// Every statement for an administrator that a message tells.
fn statements(text: &str) -> Vec<String> {
    text.split("DELETE FROM ")
        .skip(1)
        .filter_map(|rest| rest.split_once(';'))
        .map(|(statement, _)| format!("DELETE FROM {statement}"))
        .collect()
}

#[test]
fn nothing_is_written_under_a_day_before_the_newest_snapshots_and_the_message_tells_the_way_out() {
    let world = synced(World::new(Catalogue::small(1)));
    // A run whose clock was a week ahead.
    world.database.run("UPDATE inventory_data SET snapshot_date = snapshot_date + INTERVAL 7 DAY");
    world.database.run(
        "UPDATE sync_logs SET snapshot_date = snapshot_date + INTERVAL 7 DAY, \
         started_at = started_at + INTERVAL 7 DAY, completed_at = completed_at + INTERVAL 7 DAY",
    );
    let outcome = world.fails(&world.binary().args("sync ozon"), 4);
    assert!(world.marketplaces.calls_of(OzonCreate).is_empty(), "nothing is fetched in vain");
    let false_day = today() + TimeDelta::days(7);
    let outcome = outcome
        .says(&format!("this is the stock of {}", today()))
        .says(&format!("has a snapshot of {false_day} already: refused, nothing was changed"));
    world.binary().args("sync ozon --dry-run").run().expect(4);
    // The other marketplace's days are its own.
    world.run("sync wb").expect(0);

    let statements = statements(&outcome.stderr);
    assert_eq!(statements.len(), 2, "{}", outcome.stderr);
    statements.iter().for_each(|statement| world.database.run(statement));
    world.run("sync ozon").expect(0);
    world.assert_stock("Ozon", &Catalogue::small(1).later(2).expected_ozon());
    world.run("check-freshness").expect(0);
}

#[test]
fn a_success_ahead_of_now_is_unsound_whatever_the_age_may_be() {
    let world = synced(World::new(Catalogue::small(1)));
    world.database.run(
        "UPDATE sync_logs SET started_at = started_at + INTERVAL 3 HOUR, completed_at = completed_at + INTERVAL 3 HOUR",
    );
    let outcome = world.run("check-freshness --source ozon --max-age 90d --format json").expect(4);
    let check: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(
        (&check["status"], &check["sources"][0]["verdict"]),
        (&"unsound".into(), &"stale".into())
    );
    assert_eq!(check["findings"][0]["kind"], "ahead");
    assert!(check["sources"][0]["age_seconds"].as_i64() < Some(-10_000), "{check}");
    let outcome =
        world.run("check-freshness --source ozon").expect(4).shows("ahead of now, newest");
    assert!(!outcome.stdout.contains("fresh"), "{}", outcome.stdout);
    let metrics = world.run("report --format prometheus").expect(0).stdout;
    assert!(metrics.contains("stocksync_fresh{source=\"Ozon\"} 0\n"), "{metrics}");
    for (language, words) in [("en", "ahead of now"), ("ru", "позже, чем сейчас")] {
        let page = page::page(&world, language);
        let card = page::part(&page, "fresh");
        assert!(card.contains(words) && card.contains("class=\"bad\""), "{card}");
    }
    let text = world.run("check-freshness --source ozon").expect(4).stdout;
    statements(&text).iter().for_each(|statement| world.database.run(statement));
    world.run("sync ozon").expect(0);
    world.run("check-freshness --source ozon").expect(0);
}

/// The clock of a database server's sessions is set by what it runs when one begins.
#[test]
fn clocks_that_differ_are_told_and_nothing_is_written_where_the_day_does() {
    let server: &'static MariaDb = Box::leak(Box::new(MariaDb::start(&[])));
    let world = synced(World::on(server, Catalogue::small(1)));
    let ahead = |hours: f64| {
        let seconds = hours * 3600.0;
        world.database.run(&format!(
            "SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() + {seconds}'"
        ));
    };
    for hours in [24.0, -24.0] {
        ahead(hours);
        let outcome = world.fails(&world.binary().args("sync ozon"), 4);
        let day = if hours > 0.0 { today().succ_opt() } else { today().pred_opt() };
        outcome.says("this machine's clock says").says(&format!(
            "the stock of {} by the one and of {} by the other",
            today(),
            day.unwrap()
        ));
        assert!(world.marketplaces.calls_of(OzonCreate).is_empty(), "nothing is fetched in vain");
    }
    ahead(0.2);
    world.run("sync ozon").expect(0).says("set the one that is wrong");
    ahead(0.0);
    let outcome = world.run("sync ozon").expect(0);
    assert!(!outcome.stderr.contains("clock"), "{}", outcome.stderr);
}
