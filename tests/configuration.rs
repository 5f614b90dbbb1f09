//! Settings that are missing or make no sense end a run with 78 and the variable's name, before anything is asked.

use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::{OZON, WB, World};

/// A synced day, so that there is something to lose.
fn world() -> World {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world.marketplaces.forget_calls();
    world
}

#[track_caller]
fn refused(world: &World, binary: Binary, variable: &str) -> Outcome {
    let outcome = world.fails(&binary, 78).says(variable);
    assert!(
        world.marketplaces.calls().is_empty(),
        "a marketplace was asked without a valid {variable}"
    );
    assert!(world.last_log().error.is_some_and(|text| text.contains(variable)));
    outcome
}

#[test]
fn a_missing_or_empty_key_is_named() {
    let world = world();
    for (variable, line) in [
        ("OZON_CLIENT_ID", "sync ozon"),
        ("OZON_API_KEY", "sync ozon"),
        ("WB_API_TOKEN", "sync wb"),
    ] {
        refused(&world, world.binary().without(variable).args(line), variable);
        refused(&world, world.binary().env(variable, "").args(line), variable);
        refused(&world, world.binary().env(variable, "  ").args(line), variable);
    }
}

#[test]
fn a_key_that_no_header_can_hold_is_named_and_not_shown() {
    let world = world();
    let broken = "broken-secret\nwith-a-line-break";
    for (variable, line) in [("OZON_API_KEY", "sync ozon"), ("WB_API_TOKEN", "sync wb")] {
        let outcome = refused(&world, world.binary().env(variable, broken).args(line), variable);
        assert!(!outcome.stderr.contains("broken-secret"), "{}", outcome.stderr);
    }
}

#[test]
fn the_other_marketplaces_key_is_not_asked_for() {
    let world = world();
    world.binary().without("WB_API_TOKEN").args("sync ozon").run().expect(0);
    world
        .binary()
        .without("OZON_API_KEY")
        .without("OZON_CLIENT_ID")
        .args("sync wb")
        .run()
        .expect(0);
}

#[test]
fn a_malformed_setting_is_named() {
    let world = world();
    let settings = [
        ("OZON_API_URL", "ozon", "not a url"),
        ("OZON_API_URL", "ozon", "ftp://127.0.0.1/"),
        ("OZON_API_URL", "ozon", "http://api-seller.example.com"),
        ("WB_ANALYTICS_API_URL", "wb", "http://192.0.2.7:8080"),
        ("WB_STOCKS_METHOD", "wb", "warehouses"),
        ("WB_SELLER_WAREHOUSES", "wb", "perhaps"),
        ("WB_REQUEST_INTERVAL", "wb", "soon"),
        ("OZON_POLL_INTERVAL", "ozon", "-5s"),
        ("OZON_REPORT_TIMEOUT", "ozon", "15"),
        ("HTTP_TIMEOUT", "ozon", "1 minuet"),
        ("RETRY_ATTEMPTS", "ozon", "0"),
        ("RETRY_ATTEMPTS", "wb", "many"),
        ("RETRY_BASE_DELAY", "wb", "2 fortnights"),
        ("RETRY_MAX_WAIT", "ozon", "10 м"),
        ("MAX_DOWNLOAD", "ozon", "huge"),
        ("MAX_SHRINK", "ozon", "150%"),
        ("MAX_SHRINK", "wb", "half"),
        ("SNAPSHOT_UTC_OFFSET", "wb", "Moscow"),
        ("SNAPSHOT_UTC_OFFSET", "ozon", "+25:00"),
    ];
    for (variable, marketplace, value) in settings {
        let binary = world.binary().env(variable, value).args("sync").arg(marketplace);
        refused(&world, binary, variable).says(value);
    }
}

#[test]
fn a_percentage_without_its_sign_or_above_all_is_told_how_to_write_it() {
    let world = world();
    for (value, said) in [
        ("0.3", "write 30% if it is a share of 1, or 0.3%"),
        ("30", "write 30%"),
        ("200%", "too much; say a percentage from 0% to 100%"),
        ("-1%", "below zero"),
        ("NaN%", "not a percentage"),
        ("thirty", "not a percentage"),
    ] {
        let binary = world.binary().env("MAX_SHRINK", value).args("sync ozon");
        refused(&world, binary, "MAX_SHRINK").says(value).says(said);
        for name in ["ZERO_STOCK", "STOCK_CHANGE", "CHURN", "REGION", "REJECTS"] {
            let name = format!("ANOMALY_{name}");
            let outcome = world.binary().env(&name, value).args("report").run();
            outcome.expect(78).says(&name).says(said);
        }
    }
    world.binary().env("MAX_SHRINK", "30,5%").args("sync ozon --dry-run").run().expect(0);
}

#[test]
fn a_duration_without_its_unit_or_without_end_is_told_what_is_wrong() {
    let world = world();
    let durations =
        [("15", "has no unit: write 15s, 15m, 15h or 15d"), ("11y", "more than 10 years")];
    for (value, said) in durations {
        let binary = world.binary().env("HTTP_TIMEOUT", value).args("sync ozon");
        refused(&world, binary, "HTTP_TIMEOUT").says(said);
        world.binary().args("report --period").arg(value).run().expect(2).says(said);
        world.binary().args("check-freshness --max-age").arg(value).run().expect(2).says(said);
    }
    world.run("report --period 0s").expect(2).says("no time");
}

#[test]
fn a_timeout_that_no_answer_can_meet_is_named() {
    let world = world();
    refused(&world, world.binary().env("HTTP_TIMEOUT", "0s").args("sync ozon"), "HTTP_TIMEOUT");
}

/// Without them the database cannot be spoken to, or they are read before it is: there is no row in the log.
#[test]
fn a_malformed_setting_of_the_database_or_of_the_switches_is_named() {
    let world = world();
    let before = (world.stock_tables(), world.database.logs().len());
    for (variable, value) in [
        ("DB_RETRY_ATTEMPTS", "several"),
        ("DB_RETRY_DELAY", "a while"),
        ("SYNC_ENABLED", "perhaps"),
        ("OZON_SYNC_ENABLED", "off?"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "postgres://u:hidden-word@localhost/db"),
        ("DATABASE_URL", "mysql://u:hidden-word@localhost"),
        ("DATABASE_URL", "mysql://u:hidden-word@localhost/db?ssl-mode=perhaps"),
        ("DATABASE_URL", "mysql://u:hidden-word@localhost:port/db"),
        ("DATABASE_URL", "u:hidden-word@localhost/db"),
    ] {
        let outcome =
            world.binary().env(variable, value).args("sync ozon").run().expect(78).says(variable);
        assert!(!outcome.stderr.contains("hidden-word"), "{}", outcome.stderr);
    }
    world.binary().without("DATABASE_URL").args("sync wb").run().expect(78).says("DATABASE_URL");
    world.binary().without("DATABASE_URL").args("migrate").run().expect(78).says("DATABASE_URL");
    assert!(world.marketplaces.calls().is_empty());
    assert_eq!((world.stock_tables(), world.database.logs().len()), before);
}

#[test]
fn a_wrong_command_line_ends_with_2_and_touches_nothing() {
    let world = world();
    let runs = world.database.logs().len();
    for line in
        ["", "sync", "sync amazon", "sync ozon --fast", "migrate --up", "report --format xml"]
    {
        world.run(line).expect(2);
    }
    assert!(world.marketplaces.calls().is_empty());
    assert_eq!(world.database.logs().len(), runs);
}

#[test]
fn settings_come_from_the_file_beside_the_program_and_what_is_set_wins() {
    let world = World::new(Catalogue::small(1));
    let key = "OZON_API_KEY";
    let (_, right) =
        world.marketplaces.variables().into_iter().find(|(name, _)| *name == key).expect("it");
    let file = format!("# the seller's key\n{key}={right}\nOZON_CLIENT_ID=1\n");
    let binary = world.binary().without(key).args("sync ozon");
    binary.run_beside(&[(".env", &file)]).expect(0);
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
    binary.clone().args("--env-file keys.txt").run_beside(&[("keys.txt", &file)]).expect(0);
    binary.args("--env-file nowhere.txt").run().expect(78).says("nowhere.txt");
}

#[test]
fn a_sync_that_is_switched_off_says_so_and_does_nothing() {
    let world = world();
    let before = (world.stock_tables(), world.database.logs().len());
    for (variable, line) in [
        ("SYNC_ENABLED", "sync ozon"),
        ("SYNC_ENABLED", "sync wb"),
        ("OZON_SYNC_ENABLED", "sync ozon"),
        ("WB_SYNC_ENABLED", "sync wb"),
    ] {
        let binary = world.binary().without("DATABASE_URL").env(variable, "false").args(line);
        binary.run().expect(0).shows(variable);
    }
    assert!(world.marketplaces.calls().is_empty());
    assert_eq!((world.stock_tables(), world.database.logs().len()), before);
    world.binary().env("OZON_SYNC_ENABLED", "false").args("sync wb").run().expect(0);
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
}
