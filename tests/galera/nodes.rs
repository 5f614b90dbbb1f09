//! Nodes that die, freeze or are cut off from the others, around the COMMIT most of all.

use std::time::Duration;

use mysql::prelude::Queryable;

use super::{Place, times, until};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint::OzonInfo;
use crate::support::marketplace::fault::Fault;
use crate::support::proxy::{Break, Proxy};

const SYNC: &str = "sync ozon --accept-shrink";
/// No run may wait this long.
const HOUR: (&str, &str) = ("DB_RETRY_DELAY", "1h");

/// The write set has left the node, which is then cut off. Half of the runs know the other nodes.
#[test]
#[ignore = "tests/galera.sh runs it"]
fn a_node_that_is_cut_off_during_the_commit_makes_no_false_word() {
    let place = Place::new(Catalogue::small(1));
    let mut old = Catalogue::small(1);
    place.on(0).args(SYNC).run().expect(0);
    for number in 0..times() * 2 {
        let new = Catalogue::small(100 + number);
        place.shows(&new);
        let proxy = Proxy::before(&place.cluster.nodes[0].socket);
        proxy.breaks(Break::HoldCommit);
        let ports = [proxy.port, place.cluster.ports[1], place.cluster.ports[2]];
        let knows_all = number % 2 == 0;
        let ports = if knows_all { &ports[..] } else { &ports[..1] };
        let running = place.on_ports(ports).envs([("DB_RETRY_DELAY", "1s")]).args(SYNC).spawn();
        until("the run commits", || proxy.holds());
        let mut root = place.cluster.nodes[0].connect_plainly(None);
        place.cluster.order("freeze", 1);
        place.cluster.order("freeze", 2);
        proxy.lets_go();
        std::thread::sleep(Duration::from_millis(100));
        root.query_drop("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'").unwrap();
        place.cluster.order("thaw", 1);
        place.cluster.order("thaw", 2);
        let outcome = running.wait();
        place.cluster.until_together(&[1, 2]);
        root.query_drop("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'").unwrap();
        place.cluster.until_together(&[0, 1, 2]);
        place.assert_true(&outcome, &old, &new);
        if knows_all {
            outcome.expect(0);
        }
        if place.stock_on(1, "Ozon") == new.expected_ozon() {
            old = new;
        }
        place.leases_run_out();
    }
}

/// The answer to COMMIT is lost, and so is the node; whether the others have heard of it is a matter of microseconds.
#[test]
#[ignore = "tests/galera.sh runs it"]
fn a_commit_whose_answer_is_lost_with_its_node_makes_no_false_word() {
    let place = Place::new(Catalogue::small(1));
    for number in 0..times() * 2 {
        let new = Catalogue::small(100 + number);
        place.shows(&new);
        let proxy = Proxy::before(&place.cluster.nodes[0].socket);
        proxy.breaks(Break::LoseAllAtCommit);
        let ports = [proxy.port, place.cluster.ports[1], place.cluster.ports[2]];
        let running = place.on_ports(&ports).args(SYNC).spawn();
        let freezes = number % 2 == 0;
        if freezes {
            until("the answer is lost", || proxy.broken() > 0);
            place.cluster.order("freeze", 0);
        }
        let outcome = running.wait();
        if freezes {
            place.cluster.order("thaw", 0);
            place.cluster.until_together(&[0, 1, 2]);
        }
        outcome.expect(0);
        place.assert_ozon(&new);
        assert_eq!(place.world.last_log().status, "success");
    }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn a_signal_ends_no_stranger_s_connection_on_another_node() {
    let place = Place::new(Catalogue::small(1));
    place.on(0).args(SYNC).run().expect(0);
    for number in 0..times() {
        place.shows(&Catalogue::small(200 + number));
        let proxy = Proxy::before(&place.cluster.nodes[0].socket);
        let ports = [proxy.port, place.cluster.ports[1]];
        place.world.marketplaces.forget_calls();
        place
            .world
            .marketplaces
            .fault(OzonInfo, Fault::change(|reply| reply.after(Duration::from_secs(20))));
        let running = place.on_ports(&ports).args(SYNC).spawn();
        until("the run asks", || !place.world.marketplaces.calls_of(OzonInfo).is_empty());
        let numbers: Vec<u32> = place
            .world
            .database
            .connections("Sleep")
            .iter()
            .map(|(number, _)| number.parse().unwrap())
            .collect();
        let newest = *numbers.iter().max().expect("the run's connection");
        let mut strangers = vec![place.cluster.nodes[1].connect(None)];
        while strangers.last().unwrap().connection_id() < newest {
            strangers.push(place.cluster.nodes[1].connect(None));
            strangers.retain(|stranger| stranger.connection_id() >= numbers[0]);
            if strangers.is_empty() {
                strangers.push(place.cluster.nodes[1].connect(None));
            }
        }
        proxy.closes(true);
        running.signal("TERM");
        running.wait().expect(143).says("nothing was changed");
        for stranger in &mut strangers {
            assert_eq!(stranger.query_first("SELECT 1").ok().flatten(), Some(1_u8), "it lives on");
        }
        assert_eq!(place.world.last_log().status, "failed");
        place.assert_alike();
        place.leases_run_out();
        place.world.marketplaces.mend();
    }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn the_death_of_the_node_that_is_written_to_costs_a_retry_and_no_run() {
    let place = Place::new(Catalogue::small(1));
    for number in 0..times() {
        let new = Catalogue::small(300 + number);
        place.shows(&new);
        let [first, second, third] = [number % 3, (number + 1) % 3, (number + 2) % 3]
            .map(|node| usize::try_from(node).unwrap());
        let binary = place.on_all([first, second, third]).envs([HOUR]).args(SYNC);
        let running = binary.spawn();
        std::thread::sleep(Duration::from_millis(fastrand::u64(0..350)));
        place.cluster.order("kill", first);
        running.wait().expect(0);
        // A node that is dead from the beginning costs not even that.
        let newer = Catalogue::small(500 + number);
        place.shows(&newer);
        binary.run().expect(0);
        place.cluster.order("start", first);
        place.cluster.until_together(&[0, 1, 2]);
        place.assert_ozon(&newer);
    }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn a_node_without_a_majority_is_74_and_told_and_passed_over_where_there_are_others() {
    let place = Place::new(Catalogue::small(1));
    let old = Catalogue::small(1);
    place.on(0).args(SYNC).run().expect(0);
    let new = Catalogue::small(2);
    place.shows(&new);
    place.cluster.isolate(0, true);
    place.cluster.until_together(&[1, 2]);
    place.cluster.until_alone(0);
    let alone = place.on(0).envs([("DB_RETRY_ATTEMPTS", "1")]).args(SYNC).run();
    place.on_all([0, 1, 2]).envs([HOUR]).args("check-freshness --source ozon").run().expect(0);
    let found = place.stock_on(1, "Ozon");
    let passed = place.on_all([0, 1, 2]).envs([HOUR]).args(SYNC).run();
    place.cluster.isolate(0, false);
    place.cluster.until_together(&[0, 1, 2]);
    alone.expect(74).says("not part of its cluster's majority");
    assert!(found == old.expected_ozon());
    passed.expect(0);
    place.assert_ozon(&new);
}

/// What a node that goes away does to a COMMIT is mended in seconds, whatever `DB_RETRY_DELAY` says.
#[test]
#[ignore = "tests/galera.sh runs it"]
fn a_third_node_that_is_lost_during_the_commit_costs_seconds() {
    let place = Place::new(Catalogue::small(1));
    for number in 0..times() {
        let new = Catalogue::small(400 + number);
        place.shows(&new);
        let proxy = Proxy::before(&place.cluster.nodes[0].socket);
        proxy.breaks(Break::HoldCommit);
        let url = place.world.database.url_by(&proxy.socket);
        let running = place.on(0).env("DATABASE_URL", url).envs([HOUR]).args(SYNC).spawn();
        until("the run commits", || proxy.holds());
        place.cluster.order("freeze", 2);
        std::thread::sleep(Duration::from_millis(100 * number));
        proxy.lets_go();
        let outcome = running.wait();
        place.cluster.order("thaw", 2);
        place.cluster.until_together(&[0, 1, 2]);
        outcome.expect(0);
        place.assert_ozon(&new);
    }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn a_limit_of_the_write_set_is_named_and_not_tried_again() {
    let place = Place::new(Catalogue::small(1));
    let old = Catalogue::small(1);
    place.on(0).args(SYNC).run().expect(0);
    place.shows(&Catalogue::small(7));
    for (name, value) in [("wsrep_max_ws_rows", "20"), ("wsrep_max_ws_size", "16384")] {
        let mut root = place.cluster.nodes[0].connect_plainly(None);
        let usual: String = root.query_first(format!("SELECT @@GLOBAL.{name}")).unwrap().unwrap();
        root.query_drop(format!("SET GLOBAL {name} = {value}")).unwrap();
        let outcome = place.on(0).envs([HOUR]).args(SYNC).run();
        root.query_drop(format!("SET GLOBAL {name} = {usual}")).unwrap();
        outcome.expect(74).says(name).says("nothing was changed");
        place.assert_ozon(&old);
    }
}
