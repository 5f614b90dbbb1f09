//! What `migrate` promises beyond bringing the schema up: the way back, the backup, a death at any moment, drift, retention.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::database::Database;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::server::is_mysql;
use crate::support::world::{OZON, WB, World, today};

/// The tables of a seller who has never heard of stocksync.
const LEGACY: [&str; 2] = ["dim_products", "inventory_data"];

/// The whole database as text: shape and rows, without what grows by itself.
fn dump(database: &Database, tables: &[&str]) -> String {
    let output = Command::new("mariadb-dump")
        .args(["--no-defaults", "--user=root", "--skip-comments", "--order-by-primary"])
        .args(["--skip-extended-insert", "--hex-blob"])
        .arg(format!("--socket={}", database.socket().display()))
        .arg(&database.name)
        .args(tables)
        .output()
        .expect("mariadb-dump is installed with the server's client");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("a dump is text");
    let lines = text.lines().map(|line| match line.split_once(" AUTO_INCREMENT=") {
        Some((before, after)) => {
            format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        // MySQL names the character set where a column was given one, though it is the table's.
        None => line.replace(" CHARACTER SET utf8mb4 COLLATE", " COLLATE"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn legacy() -> World {
    let world = World::bare(Catalogue::small(7));
    world.database.load_legacy();
    // The products' own times, which the rows are given when they are loaded.
    world.database.run("UPDATE dim_products SET created_at = '2026-10-01 06:00:00', updated_at = '2026-10-02 06:00:00'");
    world
}

/// The days before today on which a sync ran, made from today's rows: as if there had been two weeks.
fn spread_over_two_weeks(database: &Database) {
    for days in 1..14 {
        database.run(&format!(
            "INSERT INTO inventory_data (product_id, sku, source, snapshot_date, current_stock, reserved_stock, available_stock, \
             size_id, warehouse_name, stock_type, quantity_present, quantity_reserved, in_way_to_client, in_way_from_client) \
             SELECT product_id, sku, source, snapshot_date - INTERVAL {days} DAY, current_stock, reserved_stock, available_stock, \
             size_id, warehouse_name, stock_type, quantity_present, quantity_reserved, in_way_to_client, in_way_from_client \
             FROM inventory_data WHERE snapshot_date = (SELECT * FROM (SELECT MAX(snapshot_date) FROM inventory_data) AS newest)"
        ));
    }
}

/// The lines of a dump that hold the rows of the old schema's table: what must be there again bit for bit.
fn rows(dump: &str) -> Vec<&str> {
    dump.lines().filter(|line| line.starts_with("INSERT INTO")).collect()
}

fn shape(dump: &str) -> Vec<&str> {
    dump.lines().filter(|line| !line.starts_with("INSERT INTO")).collect()
}

#[test]
fn after_two_weeks_of_syncs_the_way_back_ends_at_the_old_shape_with_every_old_row() {
    let world = legacy();
    let before = dump(&world.database, &LEGACY);
    world.run("migrate --no-backup").expect(0);
    world.run("sync ozon --accept-shrink").expect(0);
    world.run("sync wb --accept-shrink").expect(0);
    spread_over_two_weeks(&world.database);
    let per_product = "SELECT product_id, snapshot_date, SUM(current_stock), SUM(reserved_stock), SUM(available_stock) \
                       FROM inventory_data GROUP BY product_id, snapshot_date ORDER BY product_id, snapshot_date";
    let sums = world.database.table(per_product);
    let products = world.database.number("SELECT COUNT(*) FROM dim_products");

    world.run("migrate --rollback-to 0 --no-backup").expect(0).shows("schema is back at version 0");
    let after = dump(&world.database, &LEGACY);
    assert_eq!(shape(&after), shape(&before));
    let now = rows(&after);
    let lost: Vec<_> = rows(&before).into_iter().filter(|row| !now.contains(row)).collect();
    assert_eq!(lost, [""; 0], "rows of before that are not there as they were");
    assert_eq!(world.database.table(per_product), sums, "the sums per product and day");
    assert_eq!(world.database.tables(), LEGACY, "nothing else is left");

    world.run("migrate --no-backup").expect(0);
    world.run("sync ozon --accept-shrink").expect(0);
    world.run("sync wb --accept-shrink").expect(0);
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
    let again = world.database.number("SELECT COUNT(*) FROM dim_products");
    assert_eq!(again, products, "each size of a card is the product that it was");
}

#[test]
fn a_database_that_began_empty_is_empty_again_at_version_0() {
    let world = World::new(Catalogue::small(7));
    world.run("sync ozon").expect(0);
    world.run("migrate --rollback-to 0 --no-backup").expect(0);
    assert_eq!(world.database.tables(), [""; 0]);
    world.run("migrate --rollback-to 0").expect(0).shows("nothing to take back");
}

#[test]
fn each_step_back_and_forth_again_ends_in_the_same_tables() {
    let world = legacy();
    world.run("migrate --no-backup").expect(0);
    let shapes = |world: &World| {
        let tables = ["dim_products", "inventory_data", "sync_logs", "product_listings"];
        shape(&dump(&world.database, &tables)).join("\n")
    };
    let newest = world.database.number("SELECT MAX(version) FROM stocksync_migrations");
    let expected = shapes(&world);
    for target in (0..newest).rev() {
        world.run(&format!("migrate --rollback-to {target} --no-backup")).expect(0);
        world.run("sync ozon").expect(74).says("run `stocksync migrate`");
        world.run("migrate --no-backup").expect(0);
        assert_eq!(shapes(&world), expected, "by way of version {target}");
    }
}

#[test]
fn the_day_on_which_a_listing_was_last_seen_survives_the_way_back_and_forth() {
    let world = World::new(Catalogue::small(7));
    world.run("sync ozon").expect(0);
    let column = "SELECT sku, last_seen_on FROM product_listings ORDER BY sku";
    world
        .database
        .run("UPDATE product_listings SET last_seen_on = '2026-03-01' ORDER BY sku LIMIT 1");
    let seen = world.database.table(column);
    world.run("migrate --rollback-to 8 --no-backup").expect(0);
    let newest = today().to_string();
    let mut days = world.database.table(column).into_iter().map(|row| row[1].clone());
    assert_eq!(days.next().as_deref(), Some("2026-03-01"));
    assert!(days.all(|day| day == newest), "the others are in the newest snapshot");
    world.run("migrate --no-backup").expect(0);
    assert_eq!(world.database.table(column), seen);
}

#[test]
fn a_log_that_was_made_by_hand_keeps_its_rows_and_its_shape() {
    let world = legacy();
    world.database.run(
        "CREATE TABLE sync_logs (id INT AUTO_INCREMENT PRIMARY KEY, sync_type VARCHAR(20) NOT NULL, source VARCHAR(20) NOT NULL, \
         status VARCHAR(20) NOT NULL, records_processed INT DEFAULT 0, records_updated INT DEFAULT 0, error_message TEXT, \
         started_at DATETIME NOT NULL, completed_at DATETIME NULL, duration_seconds INT, KEY by_hand (status))",
    );
    world.database.run(
        "INSERT INTO sync_logs (sync_type, source, status, started_at) VALUES ('inventory', 'Ozon', 'success', '2026-11-02 06:00:00')",
    );
    let tables = ["dim_products", "inventory_data", "sync_logs"];
    let before = dump(&world.database, &tables);
    world.run("migrate --no-backup").expect(0);
    world.run("migrate --rollback-to 0 --no-backup").expect(0);
    assert_eq!(dump(&world.database, &tables), before);
}

/// How many deaths; all 50 with `STOCKSYNC_KILLS=50`.
fn kills() -> u32 {
    std::env::var("STOCKSYNC_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

#[test]
fn a_migration_killed_at_any_moment_finishes_at_the_next_try_and_so_does_the_way_back() {
    let whole = legacy();
    let before = dump(&whole.database, &LEGACY);
    let took = whole.run("migrate --no-backup").expect(0).took;
    let all = ["dim_products", "inventory_data", "sync_logs", "product_listings"];
    let after = dump(&whole.database, &all);
    let back_took = whole.run("migrate --rollback-to 0 --no-backup").expect(0).took;
    let mut killed = 0;
    for number in 0..kills() {
        let world = legacy();
        for (line, span) in
            [("migrate --no-backup", took), ("migrate --rollback-to 0 --no-backup", back_took)]
        {
            let mut run = world.binary().args(line).spawn();
            thread::sleep(moment(number, span));
            killed += u32::from(!run.is_over());
            run.kill();
            world.run(line).expect(0);
            let (found, expected) = match line {
                "migrate --no-backup" => (dump(&world.database, &all), &after),
                _ => (dump(&world.database, &LEGACY), &before),
            };
            let when = format!("killed after {:?} of {line}", moment(number, span));
            assert_eq!(shape(&found), shape(expected), "{when}");
            assert_eq!(rows(&found), rows(expected), "{when}");
        }
    }
    assert!(killed > kills(), "only {killed} of {} runs were killed before their end", 2 * kills());
}

/// Spread evenly over the time that a whole run takes, in a mixed order.
fn moment(number: u32, span: Duration) -> Duration {
    let all = kills();
    span * ((number * 7 + 3) % all) / all + span / (2 * all)
}

#[test]
fn two_migrations_at_once_are_one_after_the_other_and_the_second_finds_nothing_to_do() {
    let world = legacy();
    let runs: Vec<_> = (0..2).map(|_| world.binary().args("migrate --no-backup").spawn()).collect();
    let outcomes: Vec<_> = runs.into_iter().map(|run| run.wait().expect(0)).collect();
    let worked =
        outcomes.iter().filter(|run| run.stdout.contains("0002_inventory_identity: ")).count();
    assert_eq!(worked, 1, "{outcomes:?}");
}

#[test]
fn without_a_place_or_a_tool_for_the_backup_nothing_is_changed() {
    let world = legacy();
    let before = dump(&world.database, &LEGACY);
    world.run("migrate").expect(78).says("--backup-dir DIR").says("--no-backup");
    world.run("migrate --backup-dir /does/not/exist").expect(78).says("no such directory");
    let directory = tempfile::tempdir().unwrap();
    let without_tool = world.binary().arg("migrate").arg("--backup-dir").arg(directory.path());
    without_tool.env("PATH", "/does/not/exist").run().expect(78).says("mariadb-client");
    assert_eq!(dump(&world.database, &LEGACY), before);
    assert_eq!(world.database.tables(), LEGACY);
}

#[test]
fn the_backup_is_its_owner_s_alone_and_restores_every_byte() {
    use std::os::unix::fs::PermissionsExt;
    let world = legacy();
    world.database.run(
        "INSERT INTO dim_products (sku, product_name, source) VALUES ('Ёж''s \\\\ \"№\"', '📦 a\\tb\\nc', 'Ozon')",
    );
    let before = dump(&world.database, &LEGACY);
    let directory = tempfile::tempdir().unwrap();
    let path = std::env::var("PATH").unwrap();
    world
        .binary()
        .env("PATH", path)
        .arg("migrate")
        .arg("--backup-dir")
        .arg(directory.path())
        .run()
        .expect(0)
        .shows("backup: ");
    let files: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let name = files[0].file_name().into_string().unwrap();
    assert!(name.starts_with("stocksync-t_") && name.ends_with("Z.sql.gz"), "{name}");
    assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let restored = Database::fresh();
    restore(&files[0].path(), &restored);
    assert_eq!(dump(&restored, &LEGACY), before);

    // Where the migrated tables still are, the runbook says which have to go first.
    let runbook = include_str!("../docs/operations.md");
    let (_, drop) = runbook.split_once("-e 'DROP VIEW ").expect("its command");
    let (statements, _) = drop.split_once('\'').expect("its end");
    format!("DROP VIEW {statements}")
        .split("; ")
        .for_each(|statement| world.database.run(statement));
    restore(&files[0].path(), &world.database);
    assert_eq!(dump(&world.database, &LEGACY), before);
    assert_eq!(world.database.tables(), LEGACY);
}

fn restore(backup: &Path, database: &Database) {
    let status = Command::new("bash")
        .args([
            "-o",
            "pipefail",
            "-c",
            "gunzip -c \"$0\" | mariadb --no-defaults --user=root --socket=\"$1\" \"$2\"",
        ])
        .arg(backup)
        .arg(database.socket())
        .arg(&database.name)
        .stdin(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "the backup restores");
}

#[test]
fn the_status_tells_what_somebody_changed_by_hand() {
    let world = legacy();
    world.run("migrate --status").expect(4).shows("pending");
    world.run("migrate --no-backup").expect(0);
    world.run("migrate --status").expect(0).shows("drift: none");
    world.database.run("ALTER TABLE inventory_data MODIFY COLUMN available_stock SMALLINT, DROP INDEX idx_source_sync");
    world.database.run("ALTER TABLE sync_logs ADD COLUMN remark TEXT");
    world.database.run("ALTER TABLE listing_barcodes DROP INDEX idx_barcode");
    world.database.run("ALTER TABLE wb_card_sizes MODIFY COLUMN barcodes TINYTEXT");
    world.database.run("ALTER TABLE stocksync_state ADD COLUMN remark TEXT");
    world.database.run("DROP TABLE product_joins");
    world
        .run("migrate --status")
        .expect(0)
        .shows(if is_mysql() {
            "drift: inventory_data: the column available_stock is \"smallint DEFAULT NULL\" and was \"int DEFAULT '0'\""
        } else {
            "drift: inventory_data: the column available_stock is \"smallint(6) DEFAULT NULL\" and was \"int(11) DEFAULT 0\""
        })
        .shows("drift: inventory_data: the index idx_source_sync is gone")
        .shows("drift: sync_logs: the column remark is new")
        .shows("drift: listing_barcodes: the index idx_barcode is gone")
        .shows("drift: wb_card_sizes: the column barcodes is \"tinytext")
        .shows("drift: stocksync_state: the column remark is new")
        .shows("drift: product_joins: the column joined_product_id is gone");
}

#[test]
fn the_log_is_kept_by_months_and_old_months_go_once_nothing_is_to_be_migrated() {
    let world = World::new(Catalogue::small(7));
    let partitions = "SELECT GROUP_CONCAT(PARTITION_NAME ORDER BY PARTITION_ORDINAL_POSITION) FROM information_schema.PARTITIONS \
                      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'sync_logs'";
    assert_eq!(
        world.database.value(partitions).split(',').count(),
        5,
        "this month, three ahead, the rest"
    );
    world.run("migrate").expect(0);
    world.run("migrate --rollback-to 4").expect(0);
    let logged = "INSERT INTO sync_logs (sync_type, source, status, started_at) \
                  VALUES ('inventory', 'Ozon', 'success', UTC_TIMESTAMP() - INTERVAL";
    for days in [200, 100, 1] {
        world.database.run(&format!("{logged} {days} DAY)"));
    }
    world.run("migrate --no-backup").expect(0).shows("partitions made for");
    assert_eq!(
        world.database.number("SELECT COUNT(*) FROM sync_logs"),
        3,
        "a migration deletes nothing"
    );
    world.run("migrate").expect(0).shows("dropped with 1 row, past LOG_RETENTION");
    let kept = world.database.number(
        "SELECT COUNT(*) FROM sync_logs WHERE started_at > UTC_TIMESTAMP() - INTERVAL 90 DAY",
    );
    assert_eq!(kept, 1);
    let quiet = world.run("migrate").expect(0);
    assert_eq!(quiet.stdout.lines().count(), 1, "nothing to do, nothing to tell: {}", quiet.stdout);
}

#[test]
fn old_messages_go_but_not_those_of_a_trouble_that_goes_on() {
    let world = World::new(Catalogue::small(7));
    for (number, (days, source, topic, state)) in (1..).zip([
        (300, "Ozon", "unsound", "raised"), // goes on: only syncs recovered after it
        (299, "Ozon", "failures", "raised"),
        (298, "Ozon", "stale", "raised"),
        (297, "Ozon", "sync", "recovered"),
        (296, "Wildberries", "failures", "raised"), // goes on: Ozon is another marketplace
        (295, "Ozon", "new_host", "raised"),
        (294, "Ozon", "key_age", "raised"),
        (10, "Ozon", "key_age", "recovered"), // over, but not for long
        (9, "Ozon", "pull_refused", "raised"),
    ]) {
        world.database.run(&format!(
            "INSERT INTO stocksync_alerts (id, source, topic, state, severity, title, channels, created_at) \
             VALUES ({number}, '{source}', '{topic}', '{state}', 'warning', '', '', UTC_TIMESTAMP() - INTERVAL {days} DAY)"
        ));
    }
    world.run("migrate").expect(0).shows("stocksync_alerts: 5 rows deleted, past LOG_RETENTION");
    let left = world.database.value("SELECT GROUP_CONCAT(id ORDER BY id) FROM stocksync_alerts");
    assert_eq!(left, "1,5,8,9");
    assert_eq!(world.run("migrate").expect(0).stdout.lines().count(), 1);
}
