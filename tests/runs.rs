//! One run is one row of `sync_logs`; one source has one run at a time; a run that died is seen to have died.

use std::thread;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable;

use crate::support::binary::{Binary, Outcome, Running};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_report::{
    Cell, Column, Encoding, Header, OzonReport,
};
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::{Reply, Wire};
use crate::support::receiver::Receiver;
use crate::support::world::{OZON, WB, World};

/// A pull of Ozon that has begun and waits for its report.
fn waiting_pull(world: &World) -> Running {
    let calls = world.marketplaces.calls_of(Endpoint::OzonInfo).len();
    world
        .marketplaces
        .fault(Endpoint::OzonInfo, Fault::Wire(Wire::Silence(Duration::from_secs(30))));
    let running = world.binary().args("sync ozon").spawn();
    let began = Instant::now();
    while world.marketplaces.calls_of(Endpoint::OzonInfo).len() == calls {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not ask for the report");
        thread::sleep(Duration::from_millis(5));
    }
    running
}

#[test]
fn a_second_run_of_the_same_source_is_75_at_once_and_logs_nothing() {
    let world = World::new(Catalogue::small(1));
    let mut first = waiting_pull(&world);
    let second = world.run("sync ozon").expect(75);
    let run_id = world.database.value("SELECT run_id FROM sync_logs");
    let connection = world
        .database
        .value(&format!("SELECT IS_USED_LOCK('stocksync:sync Ozon:{}')", world.database.name));
    second
        .says(&format!("Ozon: another run is going on: run {run_id}, since 20"))
        .says(&format!(", from localhost (connection {connection}); this one leaves it alone"));
    assert!(!first.is_over(), "the second run waited for the first one");
    assert_eq!(world.database.logs().len(), 1);
    world.run("sync wb").expect(0);
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
    first.kill();
}

#[test]
fn a_run_is_in_the_log_from_its_beginning_and_a_killed_one_stays_unfinished() {
    let world = World::new(Catalogue::small(1));
    let running = waiting_pull(&world);
    let log = world.last_log();
    assert_eq!((log.status.as_str(), log.completed_at), ("failed", None));
    assert_eq!((log.sync_type.as_str(), log.source.as_str()), ("inventory", "Ozon"));
    assert_eq!(running.kill().code, None);
    assert_eq!(world.last_log().completed_at, None);
    assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);
}

/// Runs the command; the server may take a moment to see that a killed run's connection is gone.
fn once_its_lock_is_free(world: &World, command: &str) -> Outcome {
    let began = Instant::now();
    loop {
        let outcome = world.run(command);
        if outcome.code != Some(75) {
            return outcome;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the lock outlives its process");
    }
}

#[test]
fn the_lock_of_a_killed_run_is_free_for_the_next() {
    let world = World::new(Catalogue::small(1));
    waiting_pull(&world).kill();
    once_its_lock_is_free(&world, "sync ozon");
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
    let logs = world.database.logs();
    assert_eq!(logs.len(), 2);
    assert_eq!((logs[0].status.as_str(), logs[1].status.as_str()), ("failed", "success"));
}

#[test]
fn a_signal_ends_a_run_with_its_code_and_a_failed_row() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let world = World::new(Catalogue::small(1));
        let running = waiting_pull(&world);
        running.signal(signal);
        let outcome = running.wait().expect(code);
        assert!(outcome.took < Duration::from_secs(10), "{:?}", outcome.took);
        let log = world.last_log();
        assert_eq!(log.status, "failed");
        assert!(log.completed_at.is_some() && log.error.is_some(), "{log:?}");
        let sent = world.marketplaces.calls().len() as i64;
        assert_eq!(world.database.number("SELECT requests FROM sync_logs"), sent);
        assert!(world.database.number("SELECT bytes FROM sync_logs") > 0, "an answer had come");
        assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);
    }
}

/// A run whose end is in the log already, and whose alert keeps it from going.
fn held_up_at_its_end(world: &World, receiver: &Receiver, status: &str) -> Running {
    let silence = Reply::json(200, "{}").wire(Wire::Silence(Duration::from_secs(60)));
    receiver.answer(silence);
    let runs = world.database.logs().len() as i64;
    let running = alerting(world, receiver).args("sync ozon").spawn();
    let ended = format!(
        "SELECT COUNT(*) FROM sync_logs WHERE completed_at IS NOT NULL AND status = '{status}' AND \
         {runs} + 1 = (SELECT COUNT(*) FROM sync_logs WHERE completed_at IS NOT NULL)"
    );
    let began = Instant::now();
    while world.database.number(&ended) == 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "the run does not end");
        thread::sleep(Duration::from_millis(5));
    }
    running
}

fn alerting(world: &World, receiver: &Receiver) -> Binary {
    world
        .binary()
        .env("ALERT_WEBHOOK_URL", receiver.webhook_url())
        .env("ALERT_AFTER_FAILURES", "1")
        .env("RETRY_ATTEMPTS", "1")
}

#[test]
fn a_signal_after_the_end_is_in_the_log_says_which_end_that_was() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    world.marketplaces.always(Endpoint::OzonCreate, Fault::Status(503));
    alerting(&world, &receiver).args("sync ozon").run().expect(69);

    let failed = held_up_at_its_end(&world, &receiver, "failed");
    failed.signal("TERM");
    let outcome = failed.wait().expect(143).says("had failed before the signal came");
    assert!(!outcome.stderr.contains("written"), "{}", outcome.stderr);
    assert!(world.last_log().error.is_some_and(|error| error.contains("503")));
    assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);

    world.marketplaces.mend();
    let written = held_up_at_its_end(&world, &receiver, "success");
    written.signal("TERM");
    written.wait().expect(143).says("the stock had been written before the signal came; it stays");
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
}

#[test]
fn a_signal_to_a_run_whose_row_was_deleted_does_not_say_that_stock_was_written() {
    let world = World::new(Catalogue::small(1));
    let running = waiting_pull(&world);
    world.database.run("DELETE FROM sync_logs");
    running.signal("TERM");
    let outcome = running.wait().expect(143).says("the run's row in sync_logs is gone");
    assert!(!outcome.stderr.contains("written"), "{}", outcome.stderr);
    assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);
}

#[test]
fn each_run_is_one_row_with_its_times() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world.marketplaces.always(Endpoint::OzonCreate, Fault::Status(403));
    world.run("sync ozon").expect(77);
    let logs = world.database.logs();
    let told: Vec<_> = logs.iter().map(|log| (log.source.as_str(), log.status.as_str())).collect();
    assert_eq!(told, [("Ozon", "success"), ("Wildberries", "success"), ("Ozon", "failed")]);
    for log in logs {
        let completed = log.completed_at.expect("its end");
        assert!(log.started_at <= completed, "{} to {completed}", log.started_at);
        assert!((0..60).contains(&log.duration.expect("its length")));
    }
    let late = "SELECT COUNT(*) FROM sync_logs WHERE ABS(TIMESTAMPDIFF(SECOND, started_at, UTC_TIMESTAMP())) > 300";
    assert_eq!(world.database.number(late), 0, "times are UTC");
}

#[test]
fn a_summary_that_cannot_be_printed_is_a_warning_and_the_run_is_what_it_was() {
    let world = World::new(Catalogue::small(1));
    let mut report = OzonReport::new(&world.marketplaces.catalogue().ozon, Header::Current);
    report.set(3, Column::Fbo, Cell::Raw("-1".into()));
    let unprinted = |line: &str, code: i32| {
        let outcome = world.binary().args(line).with_full_stdout().run().expect(code);
        let outcome = outcome.says("No space left on device").says("; it would have been: Ozon:");
        assert!(!outcome.stderr.contains("completed already"), "{}", outcome.stderr);
    };
    unprinted("sync ozon --dry-run", 0);
    assert_eq!(world.database.logs().len(), 0);
    unprinted("sync ozon", 0);
    assert_eq!(world.last_log().status, "success");
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
    world.marketplaces.configure(|settings| settings.report = Some(report.csv(Encoding::Utf8Bom)));
    unprinted("sync ozon", 3);
    assert_eq!(world.last_log().status, "partial");
}

/// Ozon's stock is stored, and then a pull of only thirty products refused: these are what it lists from now on.
fn collapsed(catalogue: &Catalogue) -> (World, Catalogue) {
    let world = World::new(catalogue.clone());
    world.run("sync ozon").expect(0);
    let mut few = catalogue.clone();
    few.ozon.truncate(30);
    world.marketplaces.set_catalogue(few.clone());
    world.fails(&world.binary().args("sync ozon"), 4).says("--accept-shrink");
    (world, few)
}

#[test]
fn a_pull_with_far_fewer_products_in_stock_is_refused_unless_it_is_meant() {
    let catalogue = Catalogue::small(1);
    let (world, few) = collapsed(&catalogue);
    world.binary().env("MAX_SHRINK", "90%").args("sync ozon --dry-run").run().expect(0);
    world.run("sync ozon --accept-shrink").expect(0);
    world.assert_stock(OZON, &few.expected_ozon());
    world.marketplaces.set_catalogue(Catalogue { ozon: catalogue.ozon[..5].to_vec(), wb: vec![] });
    world.fails(&world.binary().args("sync ozon"), 4);
    world.run("sync ozon --full").expect(0);
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
}

#[test]
fn a_pull_is_compared_with_what_the_table_holds_also_where_somebody_has_changed_it() {
    let (world, few) = collapsed(&Catalogue::small(1));
    let mut conn = world.database.conn();
    let kept: Vec<&str> = few.ozon.iter().map(|product| product.offer_id.as_str()).collect();
    let others = format!(
        "DELETE FROM inventory_data WHERE sku NOT IN ({})",
        vec!["?"; kept.len()].join(", ")
    );
    conn.exec_drop(others, kept).expect("somebody deletes rows");
    world.run("sync ozon").expect(0);
    world.assert_stock(OZON, &few.expected_ozon());
}
