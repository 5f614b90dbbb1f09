//! What is past its retention goes, and nothing goes by a slip: not by a unit that was meant otherwise, not by a setting that another
//! file holds, not most of a history at once.

use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::{World, today};

/// A database with snapshots so many days ago, a row each.
fn with_days(days: &[(&str, i64)]) -> World {
    let world = World::new(Catalogue::small(3));
    world.database.run("INSERT INTO dim_products (product_id) VALUES (1)");
    for (source, ago) in days {
        world.database.run(&format!(
            "INSERT INTO inventory_data (product_id, sku, source, snapshot_date) VALUES (1, 'A', '{source}', '{}')",
            before(*ago)
        ));
    }
    world
}

fn before(days: i64) -> chrono::NaiveDate {
    today() - chrono::TimeDelta::days(days)
}

/// The days that are stored, as days ago, the oldest first.
fn left(world: &World, source: &str) -> Vec<i64> {
    let days = world.database.table(&format!(
        "SELECT snapshot_date FROM inventory_data WHERE source = '{source}' ORDER BY snapshot_date"
    ));
    let ago =
        |row: &Vec<String>| (today() - row[0].parse::<chrono::NaiveDate>().unwrap()).num_days();
    days.iter().map(ago).collect()
}

fn migrate(world: &World, retention: &str, line: &str) -> Outcome {
    let binary = world.binary().env("INVENTORY_RETENTION", retention);
    binary.args("migrate").args(line).run()
}

#[test]
fn a_retention_that_could_mean_a_short_time_deletes_nothing_and_names_the_right_spellings() {
    let world = with_days(&[("Ozon", 800), ("Ozon", 40), ("Ozon", 10), ("Ozon", 0)]);
    for value in [
        "24m",
        "24M",
        "1s",
        "6h",
        "0d",
        "1d",
        "29d",
        "4 weeks",
        "90",
        "1.5y",
        "-90d",
        "30 дней",
        "999y",
        "1y 6m",
    ] {
        let outcome = migrate(&world, value, "").expect(78).says("INVENTORY_RETENTION");
        outcome.says(value).says("90d, 24 months or 2y").says("30 days at least");
        let log = world
            .binary()
            .env("INVENTORY_RETENTION", "10y")
            .env("LOG_RETENTION", value)
            .args("migrate")
            .run();
        if value != "29d" && value != "4 weeks" {
            log.expect(78).says("LOG_RETENTION").says("7 days at least");
        }
        // It shows at once, not at the next month's migrate.
        let sync = world.binary().env("INVENTORY_RETENTION", value).args("sync ozon");
        sync.run().expect(78).says("INVENTORY_RETENTION");
    }
    migrate(&world, "24m", "").says("24 months");
    assert_eq!(left(&world, "Ozon"), [800, 40, 10, 0]);
}

#[test]
fn the_spellings_of_a_retention_mean_what_they_say() {
    let world = with_days(&[
        ("Ozon", 1_200),
        ("Ozon", 500),
        ("Ozon", 100),
        ("Ozon", 50),
        ("Ozon", 10),
        ("Ozon", 0),
    ]);
    for (value, expected) in [
        ("3 years", &[500, 100, 50, 10, 0][..]),
        ("12 months", &[100, 50, 10, 0]),
        ("9 weeks", &[50, 10, 0]),
        ("30d", &[10, 0]),
    ] {
        migrate(&world, value, "").expect(0).shows("1 row of Ozon before");
        assert_eq!(left(&world, "Ozon"), expected, "{value}");
    }
}

#[test]
fn most_of_a_marketplace_s_days_go_only_when_it_is_said_to_be_meant() {
    let world = with_days(&[
        ("Ozon", 60),
        ("Ozon", 50),
        ("Ozon", 0),
        ("Wildberries", 70),
        ("Wildberries", 1),
        ("Wildberries", 0),
    ]);
    let old_log = "INSERT INTO sync_logs (sync_type, source, status, started_at) \
                   VALUES ('inventory', 'Ozon', 'success', UTC_TIMESTAMP() - INTERVAL 200 DAY)";
    world.run("migrate --rollback-to 4 --no-backup").expect(0);
    world.database.run(old_log);
    world.run("migrate --no-backup").expect(0);
    let refused = migrate(&world, "30d", "").expect(78);
    let kept = format!("2 rows of Ozon before {} (2 of 3 days)", before(30));
    let refused = refused.says("--accept-purge").says("INVENTORY_RETENTION is 30 days").says(&kept);
    assert!(!refused.stdout.contains("deleted") && !refused.stdout.contains("dropped"));
    assert!(!refused.stderr.contains("Wildberries"), "a third of it may go: {}", refused.stderr);
    migrate(&world, "30d", "--dry-run").expect(78).says("--accept-purge").shows(&kept);
    assert_eq!(left(&world, "Ozon"), [60, 50, 0]);
    assert_eq!(left(&world, "Wildberries"), [70, 1, 0], "nothing else goes either");
    assert_eq!(world.database.logs().len(), 1, "nor the log");
    let meant = migrate(&world, "30d", "--accept-purge").expect(0);
    let meant = meant.shows("2 rows of Ozon").shows("1 row of Wildberries");
    meant.shows("dropped with 1 row, past LOG_RETENTION");
    assert_eq!((left(&world, "Ozon"), left(&world, "Wildberries")), (vec![0], vec![1, 0]));
    assert_eq!(world.database.logs().len(), 0);
    // Once it is done, cron's monthly call needs no flag.
    assert_eq!(migrate(&world, "30d", "").expect(0).stdout.lines().count(), 1);
}

#[test]
fn the_newest_snapshot_stays_however_old_it_is_and_half_of_the_days_may_go() {
    let world = with_days(&[("Ozon", 900), ("Wildberries", 1_000), ("Wildberries", 900)]);
    let told = migrate(&world, "30d", "").expect(0);
    let told = told.shows(&format!("1 row of Wildberries before {} deleted", before(900)));
    assert!(!told.stdout.contains("Ozon"), "{}", told.stdout);
    assert_eq!((left(&world, "Ozon"), left(&world, "Wildberries")), (vec![900], vec![900]));
    assert_eq!(migrate(&world, "30d", "").expect(0).stdout.lines().count(), 1);
}

#[test]
fn a_dry_run_says_what_the_real_one_does_then() {
    let world = with_days(&[("Ozon", 800), ("Ozon", 100), ("Ozon", 0)]);
    world.run("migrate --rollback-to 4 --no-backup").expect(0);
    world.database.run(
        "INSERT INTO sync_logs (sync_type, source, status, started_at) VALUES ('inventory', 'Ozon', 'success', '2020-01-05')",
    );
    let waits = world.run("migrate --dry-run").expect(0);
    assert!(!waits.stdout.contains("DELETE FROM inventory_data WHERE source = 'Ozon'"));
    waits.shows("no row past its retention goes with this run");
    world.run("migrate --no-backup").expect(0);
    world.database.run(
        "INSERT INTO stocksync_alerts (source, topic, state, severity, title, channels, created_at) \
         VALUES ('Ozon', 'new_host', 'raised', 'warning', '', '', '2020-01-05')",
    );
    world.database.run(
        "INSERT INTO sync_logs (sync_type, source, status, started_at) \
         VALUES ('inventory', 'Ozon', 'success', UTC_TIMESTAMP() - INTERVAL 200 DAY)",
    );
    let partition = world.database.value(
        "SELECT MIN(PARTITION_NAME) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() \
         AND TABLE_NAME = 'sync_logs'",
    );
    let stock = format!("row of Ozon before {} (1 of 3 days)", before(730));
    let delete = format!(
        "DELETE FROM inventory_data WHERE source = 'Ozon' AND snapshot_date < '{}';",
        before(730)
    );
    let state = || {
        (left(&world, "Ozon"), world.database.logs().len(), world.database.dump("stocksync_alerts"))
    };
    let untouched = state();
    let dry = world.run("migrate --dry-run").expect(0).shows(&stock).shows(&delete);
    let dry = dry.shows("INVENTORY_RETENTION is not set, so 730 days are kept");
    let dry = dry.shows("LOG_RETENTION is not set, so 90 days are kept");
    let dry = dry.shows(&format!("partition {partition} with"));
    let dry = dry.shows(&format!("DROP PARTITION {partition};"));
    let dry = dry.shows("stocksync_alerts: 1 row would be deleted");
    assert!(!dry.stdout.contains("nothing to do"), "{}", dry.stdout);
    world.run("migrate --status").expect(0).shows(&stock).shows(&format!("partition {partition}"));
    assert_eq!(state(), untouched);
    let real = world.run("migrate").expect(0);
    let said = real.stdout.find("INVENTORY_RETENTION is not set, so 730 days are kept").unwrap();
    let gone = real.stdout.find("1 row of Ozon before").unwrap();
    assert!(said < gone, "the one in force is said before rows go by it: {}", real.stdout);
    assert_eq!(left(&world, "Ozon"), [100, 0]);
    assert_eq!(world.run("migrate --dry-run").expect(0).stdout.lines().count(), 1);
}

/// With the two users of `sql/grants.sql` the file of `migrate` holds its DATABASE_URL and nothing else.
#[test]
fn a_retention_that_only_the_syncs_file_holds_counts_for_migrate() {
    let world = with_days(&[("Ozon", 800), ("Ozon", 2), ("Ozon", 1)]);
    let daily = world.binary().env("INVENTORY_RETENTION", "10y");
    daily.clone().args("sync ozon").run().expect(0);
    let stored = left(&world, "Ozon");
    world.run("migrate").expect(0);
    assert_eq!(left(&world, "Ozon"), stored, "10 years, as the syncs have it");
    // What is set for migrate itself counts more, and the difference is told.
    let status = migrate(&world, "1y", "--status").expect(0);
    status.shows("INVENTORY_RETENTION is 1 year here, though 10 years for the syncs");
    // A setting that is gone from the syncs' file is gone.
    world.run("sync ozon").expect(0);
    let told = world.run("migrate --dry-run");
    told.shows("INVENTORY_RETENTION is not set, so 730 days are kept");
}

#[test]
fn of_several_env_files_the_first_that_names_a_variable_counts() {
    let world = with_days(&[("Ozon", 800), ("Ozon", 1), ("Ozon", 0)]);
    let (url, other) = (world.database.url(), "mysql://nobody:nothing@127.0.0.1:1/nowhere");
    let migrate_env = format!("DATABASE_URL='{url}'\n");
    let daily_env = format!("DATABASE_URL='{other}'\nINVENTORY_RETENTION='10 years'\n");
    let files = [("migrate.env", migrate_env.as_str()), (".env", daily_env.as_str())];
    let both = "migrate --env-file migrate.env --env-file .env";
    // Of two places clap would take one, and leave a file out without a word.
    let apart = "--env-file .env migrate --env-file migrate.env";
    Binary::new().args(apart).run_beside(&files).expect(2).says("put all of them behind it");
    Binary::new().args(both).run_beside(&files).expect(0);
    assert_eq!(left(&world, "Ozon"), [800, 1, 0], "10 years, and the first file's database");
    Binary::new().args("migrate --env-file migrate.env").run_beside(&files).expect(0);
    assert_eq!(left(&world, "Ozon"), [1, 0]);
}
