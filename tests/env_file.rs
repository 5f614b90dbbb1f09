//! The file with the settings: a slip of the hand in it shows at the next run of any command, with file, line and name, and no value.

use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::credentials;
use crate::support::world::{OZON, World};

const COMMANDS: [&str; 5] = ["sync ozon", "sync wb", "migrate", "check-freshness", "report"];

fn world() -> World {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world
}

fn beside(binary: &Binary, file: &str) -> Outcome {
    binary.run_beside(&[(".env", file)])
}

#[test]
fn a_setting_that_cannot_be_right_stops_every_command_and_not_only_the_one_that_needs_it() {
    let world = world();
    let settings = [
        ("MAX_SHRINK", "200%"),
        ("WB_PAGE_LIMIT", "1"),
        ("OZON_POLL_INTERVAL", "5"),
        ("ANOMALY_JUMP", "0"),
        ("INVENTORY_RETENTION", "24m"),
        ("ALERT_AFTER_FAILURES", "never"),
        ("SNAPSHOT_UTC_OFFSET", "Moscow"),
        ("OZON_CLIENT_ID", "abc"),
    ];
    for (name, value) in settings {
        for line in COMMANDS {
            world.binary().env(name, value).args(line).run().expect(78).says(name);
        }
    }
    // All of them are told at once.
    let both = world.binary().env("MAX_SHRINK", "200%").env("WB_PAGE_LIMIT", "1").args("report");
    both.run().expect(78).says("MAX_SHRINK").says("WB_PAGE_LIMIT");
    let logged = world.binary().env("WB_PAGE_LIMIT", "1").args("sync ozon");
    world.fails(&logged, 78).says("WB_PAGE_LIMIT");
    assert!(world.last_log().error.unwrap().contains("WB_PAGE_LIMIT"));
}

#[test]
fn what_is_not_set_is_not_judged() {
    let world = world();
    let without = ["OZON_CLIENT_ID", "OZON_API_KEY", "WB_API_TOKEN"];
    let binary = without.into_iter().fold(world.binary(), Binary::without);
    for line in ["migrate", "report"] {
        binary.clone().args(line).run().expect(0);
    }
}

#[test]
fn a_name_that_nothing_reads_is_told_with_line_and_the_nearest_name_and_stops_nothing() {
    let world = world();
    let token = credentials::wb_token();
    let file = format!(
        "# settings\nMAX_SHRNK=10%\n\nOZON_API_KEY_ISUED=2026-11-01\nWB_API_TOKN={token}\nPHP_INI=x\n"
    );
    let binary = world.binary().args("sync ozon");
    let outcome = beside(&binary, &file).expect(0);
    let outcome =
        outcome.says(".env, line 2: MAX_SHRNK is no setting").says("is MAX_SHRINK meant?");
    let outcome =
        outcome.says(".env, line 4: OZON_API_KEY_ISUED").says("is OZON_API_KEY_ISSUED meant?");
    let outcome = outcome.says(".env, line 5: WB_API_TOKN").says("is WB_API_TOKEN meant?");
    outcome.says(".env, line 6: PHP_INI is no setting of stocksync, and does nothing");
    let missing = world.binary().without("WB_API_TOKEN").args("sync wb");
    beside(&missing, &file)
        .expect(78)
        .says("WB_API_TOKEN is not set")
        .says("is WB_API_TOKEN meant?");
    let json = "LOG_FORMAT=json\nMAX_SHRNK=10%\n";
    let lines = beside(&binary.args("-q"), json).expect(0).stderr;
    assert!(lines.lines().count() > 0, "a warning also where little is logged");
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("each line is an object");
    }
}

/// It is as secret as under its right name.
#[test]
fn the_value_of_a_misspelt_key_or_of_one_that_is_set_twice_is_shown_nowhere() {
    let world = world();
    let (misspelt, first) = ("0b51-misspelt-key-9f", "7c20-first-key-of-two-3a");
    let told = format!("{misspelt} {first}");
    let page = crate::support::marketplace::http::Reply::html(200, &told);
    world.marketplaces.always(
        crate::support::marketplace::endpoint::Endpoint::OzonCreate,
        crate::support::marketplace::fault::Fault::Instead(page),
    );
    let file = format!(
        "OZON_API_KY={misspelt}\nOZON_API_KEY={first}\nOZON_API_KEY={}\n",
        credentials::OZON_API_KEY
    );
    let binary = world.binary().without("OZON_API_KEY").args("-vv sync ozon");
    let outcome =
        beside(&binary, &file).expect(65).says("line 3: OZON_API_KEY is set in line 2 already");
    let all = outcome.stdout + &outcome.stderr + &world.database.all_text();
    assert!(!all.contains(misspelt) && !all.contains(first), "{all}");
}

#[test]
fn a_file_as_windows_writes_it_is_read() {
    let world = world();
    let file: String = world
        .marketplaces
        .variables()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}\r\n"))
        .collect();
    let outcome = beside(&world.offline().args("sync ozon"), &format!("\u{feff}{file}")).expect(0);
    assert!(!outcome.stderr.contains("no setting"), "{}", outcome.stderr);
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
}

#[test]
fn what_cannot_be_read_is_told_with_file_line_and_name() {
    let binary = Binary::new().args("report");
    let refused = beside(&binary, "\nLOG_FORMAT=text\n\nDATABASE_URL=mysql://u:quex zar@h/d\n");
    let refused = refused
        .expect(78)
        .says(".env, line 4 (DATABASE_URL): this is not NAME=value")
        .says("single quotes");
    assert!(
        !refused.stderr.contains("quex") && !refused.stderr.contains("zar@h"),
        "{}",
        refused.stderr
    );
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("windows.env");
    std::fs::write(&path, b"LOG_FORMAT=text\nOZON_API_KEY=\xea\xeb\xfe\xf7\n").unwrap();
    let binary = Binary::new().args("report --env-file").arg(&path);
    binary.run().expect(78).says("windows.env, line 2: the file is not UTF-8; save it as UTF-8");
}

#[test]
fn a_missing_setting_says_where_it_was_looked_for() {
    let running = Binary::new().args("report").spawn();
    let directory = running.directory().canonicalize().unwrap().display().to_string();
    let outcome = running.wait().expect(78);
    outcome.says(&format!(
        "DATABASE_URL is not set; there is no .env in {directory}, and no --env-file is given"
    ));
    let outcome = beside(&Binary::new().args("report"), "LOG_FORMAT=text\n").expect(78);
    outcome.says("DATABASE_URL is not set; put it into .env or the environment");
    let files = [("a.env", "LOG_FORMAT=text\n"), ("b.env", "MAX_SHRINK=1%\n")];
    let outcome = Binary::new().args("report --env-file a.env --env-file b.env").run_beside(&files);
    outcome.expect(78).says("put it into a.env, b.env or the environment");
}
