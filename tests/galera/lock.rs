//! One run of a marketplace and one `migrate` at a time over all nodes.

use std::time::Duration;

use super::{Place, times, until};
use crate::support::binary::Running;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint::{OzonCreate, OzonInfo};
use crate::support::marketplace::fault::Fault;

#[test]
#[ignore = "tests/galera.sh runs it"]
fn of_three_runs_on_three_nodes_one_goes_on_and_two_are_75() {
    let place = Place::new(Catalogue::small(1));
    for number in 0..times() {
        let catalogue = Catalogue::small(number);
        place.shows(&catalogue);
        place.world.marketplaces.forget_calls();
        // Longer than the two others may take to see that the first one lives.
        place
            .world
            .marketplaces
            .fault(OzonInfo, Fault::change(|reply| reply.after(Duration::from_secs(9))));
        let args = "sync ozon --accept-shrink";
        let runs = [0, 1, 2].map(|node| place.on(node).args(args).spawn());
        let mut codes = runs.map(|run| run.wait().code);
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(75), Some(75)]);
        assert_eq!(place.world.marketplaces.calls_of(OzonCreate).len(), 1);
        place.assert_ozon(&catalogue);
    }
    assert_eq!(place.world.database.logs().len() as u64, times(), "the others leave no row");
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn after_a_kill_the_next_run_on_another_node_is_right() {
    let place = Place::new(Catalogue::small(1));
    for number in 0..times() * 4 {
        let catalogue = Catalogue::small(number);
        place.shows(&catalogue);
        let node = usize::try_from(number % 3).unwrap();
        let running = place.on(node).args("sync ozon --accept-shrink").spawn();
        std::thread::sleep(Duration::from_millis(fastrand::u64(0..400)));
        running.kill();
        let next = place.on((node + 1) % 3).args("sync ozon --accept-shrink").run().expect(0);
        assert!(next.took < Duration::from_secs(30), "{next:?}");
        place.assert_ozon(&catalogue);
    }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn two_migrations_at_once_on_two_nodes_are_one_after_the_other() {
    let place = Place::new(Catalogue::small(1));
    let shape = || {
        let tables = place.world.database.tables();
        tables
            .iter()
            .map(|table| place.world.database.value(&format!("SHOW CREATE TABLE `{table}`")))
            .collect::<Vec<_>>()
    };
    let right = shape();
    for number in 0..times() {
        place.on(2).args("migrate --rollback-to 0 --no-backup").run().expect(0);
        let nodes: [usize; 2] = if number % 2 == 0 { [0, 1] } else { [2, 1] };
        let runs: [Running; 2] =
            nodes.map(|node| place.on(node).args("migrate --no-backup").spawn());
        let outcomes = runs.map(|run| run.wait().expect(0));
        let worked =
            outcomes.iter().filter(|run| run.stdout.contains("0002_inventory_identity: ")).count();
        assert_eq!(worked, 1, "{outcomes:?}");
        let strip = |shape: Vec<String>| -> Vec<String> {
            shape.into_iter().filter(|text| !text.contains("AUTO_INCREMENT=")).collect()
        };
        assert_eq!(strip(shape()), strip(right.clone()));
        place.on(0).args("migrate --status").run().expect(0).shows("drift: none");
    }
    for node in 0..3 {
        let catalogue = Catalogue::small(60 + node as u64);
        place.shows(&catalogue);
        place.on(node).args("sync ozon --accept-shrink").run().expect(0);
        place.assert_ozon(&catalogue);
    }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn partitions_that_are_made_on_another_node_wait_for_the_write() {
    let place = Place::new(Catalogue::small(1));
    let proxy = crate::support::proxy::Proxy::before(&place.cluster.nodes[0].socket);
    for number in 0..times() {
        let catalogue = Catalogue::small(number);
        place.shows(&catalogue);
        let last = place.world.database.value(
            "SELECT PARTITION_NAME FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() \
             AND TABLE_NAME = 'sync_logs' AND PARTITION_NAME <> 'p_rest' ORDER BY PARTITION_NAME DESC LIMIT 1",
        );
        place.world.database.run(&format!("ALTER TABLE sync_logs DROP PARTITION {last}"));
        proxy.breaks(crate::support::proxy::Break::HoldCommit);
        let url = place.world.database.url_by(&proxy.socket);
        let sync = place.on(0).env("DATABASE_URL", url).args("sync ozon --accept-shrink").spawn();
        until("the run commits", || proxy.holds());
        let migrate = place.on(1).args("migrate").spawn();
        std::thread::sleep(Duration::from_millis(500));
        proxy.lets_go();
        let outcome = sync.wait().expect(0);
        assert!(!outcome.stderr.contains("attempt 2"), "{}", outcome.stderr);
        migrate.wait().expect(0).shows("partitions made for");
        place.assert_ozon(&catalogue);
    }
}
