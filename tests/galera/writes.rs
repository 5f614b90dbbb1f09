//! Two writes that know nothing of each other until one of them commits. The leases are taken away from the first one here, as from a
//! machine that was asleep: what is left must still be one answer, the newer one.

use super::{Place, times, until};
use crate::support::binary::Running;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon::OzonProduct;
use crate::support::marketplace::catalogue::wb::{WB_WAREHOUSE, WbPlace, WbSize};
use crate::support::marketplace::endpoint::Endpoint::OzonInfo;
use crate::support::marketplace::fault::Fault;
use crate::support::proxy::{Break, Proxy};
use crate::support::world::{OZON, World};

const SYNC: &str = "sync ozon --accept-shrink";

/// A run on the first node whose COMMIT is held.
fn held(place: &Place, proxy: &Proxy, line: &str) -> Running {
    proxy.breaks(Break::HoldCommit);
    let url = place.world.database.url_by(&proxy.socket);
    let running = place.on(0).env("DATABASE_URL", url).args(line).spawn();
    until("the run commits", || proxy.holds());
    running
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn two_answers_that_share_no_row_do_not_mix() {
    let place = Place::new(Catalogue::default());
    let proxy = Proxy::before(&place.cluster.nodes[0].socket);
    for number in 0..times() {
        for table in ["inventory_data", "sync_logs"] {
            place.world.database.run(&format!("DELETE FROM {table}"));
        }
        let whole = Catalogue::small(number);
        let (mut one, mut other) = (whole.clone(), whole);
        let half = one.ozon.len() / 2;
        other.ozon = one.ozon.split_off(half);
        place.shows(&one);
        let first = held(&place, &proxy, SYNC);
        place.leases_run_out();
        place.shows(&other);
        place.on(1).args(SYNC).run().expect(0);
        proxy.lets_go();
        first.wait().expect(75).says("newer stock").says("nothing was changed");
        place.assert_ozon(&other);
    }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn the_stock_of_a_run_that_began_earlier_does_not_stand_in_the_end() {
    let place = Place::new(Catalogue::small(1));
    let proxy = Proxy::before(&place.cluster.nodes[0].socket);
    for number in 0..times() {
        let (older, newer) = (Catalogue::small(number + 10), Catalogue::small(number + 40));
        place.shows(&older);
        proxy.breaks(Break::Nothing);
        // Half of them have their answer, half of them their COMMIT still before them.
        let first = if number % 2 == 0 {
            place.world.marketplaces.forget_calls();
            place.world.marketplaces.fault(
                OzonInfo,
                Fault::change(|reply| reply.after(std::time::Duration::from_secs(3))),
            );
            let running = place.on(2).args(SYNC).spawn();
            until("the first run asks", || !place.world.marketplaces.calls_of(OzonInfo).is_empty());
            running
        } else {
            held(&place, &proxy, SYNC)
        };
        place.leases_run_out();
        place.shows(&newer);
        place.on(1).args(SYNC).run().expect(0);
        let second = place.world.database.logs().pop().unwrap();
        proxy.lets_go();
        first.wait().expect(75).says("newer stock");
        place.assert_ozon(&newer);
        assert!(second.status == "success");
    }
}

/// As many articles as sizes, each with the barcode of one.
fn shared_barcodes(count: u64) -> Catalogue {
    let barcode = |number: u64| format!("46{number:011}");
    let wb = (0..count).map(|number| WbSize {
        nm_id: 1_000 + number,
        chrt_id: 10_000 + number,
        barcode: barcode(number),
        vendor_code: format!("носки/{number}"),
        title: format!("Носки {number}"),
        subject: "Носки".into(),
        tech_size: "0".into(),
        stock: vec![WbPlace::holding(1, WB_WAREHOUSE, 7)],
        own: Vec::new(),
        stray: Default::default(),
    });
    let ozon = (0..count).map(|number| OzonProduct {
        offer_id: format!("A-{number}"),
        product_id: 3_000_000_000 + number,
        sku: 2_147_483_600 + number,
        barcodes: vec![barcode(number)],
        name: format!("Носки {number}"),
        fbo: 5,
        fbo_reserved: 0,
        fbs: 0,
        real_fbs: 0,
        own_reserved: 0,
    });
    Catalogue { ozon: ozon.collect(), wb: wb.collect() }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn six_hundred_shared_barcodes_are_six_hundred_products() {
    let catalogue = shared_barcodes(600);
    for number in 0..times() {
        let place = Place::new(catalogue.clone());
        let proxy = Proxy::before(&place.cluster.nodes[0].socket);
        let (first, second) = if number % 2 == 0 {
            let first = held(&place, &proxy, "sync ozon");
            let second = place.on(1).args("sync wb").spawn();
            std::thread::sleep(std::time::Duration::from_millis(1_500));
            if number % 4 == 0 {
                place.leases_run_out();
                std::thread::sleep(std::time::Duration::from_millis(1_500));
            }
            proxy.lets_go();
            (first, second)
        } else {
            let first = place.on(0).args("sync ozon").spawn();
            (first, place.on(1).args("sync wb").spawn())
        };
        first.wait().expect(0);
        second.wait().expect(0);
        let of = |world: &World, source: &str| {
            world.database.table(&format!(
                "SELECT DISTINCT product_id FROM product_listings WHERE source = '{source}' ORDER BY product_id"
            ))
        };
        let (ozon, wb) = (of(&place.world, OZON), of(&place.world, "Wildberries"));
        assert_eq!(ozon.len(), 600, "try {number}");
        let apart = wb.iter().filter(|product| !ozon.contains(product)).count();
        assert_eq!((wb.len(), apart), (600, 0), "try {number}: products of Wildberries alone");
        place.assert_alike();
    }
}

#[test]
#[ignore = "tests/galera.sh runs it"]
fn what_one_node_has_committed_every_other_one_shows_at_once() {
    let place = Place::new(Catalogue::small(1));
    for number in 0..times() * 2 {
        let catalogue = Catalogue::small(number);
        place.shows(&catalogue);
        // The other node is behind for half a second.
        let mut slow = place.cluster.nodes[1].connect(None);
        let running = place.on(0).args(SYNC).spawn();
        use mysql::prelude::Queryable;
        slow.query_drop("FLUSH TABLES WITH READ LOCK").unwrap();
        running.wait().expect(0);
        let fresh = place.on(1).args("check-freshness --source ozon --max-age 1h").spawn();
        place.world.marketplaces.forget_calls();
        let again = place.on(1).args("sync ozon --retry-failed").spawn();
        std::thread::sleep(std::time::Duration::from_millis(500));
        slow.query_drop("UNLOCK TABLES").unwrap();
        fresh.wait().expect(0);
        again.wait().expect(0);
        assert!(place.world.marketplaces.calls().is_empty(), "asked again");
        place.assert_ozon(&catalogue);
    }
}
