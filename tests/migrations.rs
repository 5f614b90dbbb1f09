//! `migrate`: from either starting point to one schema, as often and from as many machines as you like.

use std::thread;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable;

use crate::support::database::Database;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::{OZON, WB, World};

/// Tables that are there want a backup first; these tests are not about it.
const MIGRATE: &str = "migrate --no-backup";

fn world() -> World {
    World::bare(Catalogue::demo())
}

/// The old system's database; its rows as they were.
fn legacy_world() -> (World, Vec<Vec<String>>) {
    let world = world();
    world.database.load_legacy();
    let rows = old_rows(&world.database);
    assert_eq!(rows.len(), 4);
    (world, rows)
}

fn old_rows(database: &Database) -> Vec<Vec<String>> {
    database.table(
        "SELECT i.id, i.product_id, i.sku, i.source, i.snapshot_date, i.current_stock, i.reserved_stock, \
         i.available_stock, i.created_at, p.sku, p.product_name, p.source, p.cost_price, p.is_active, p.created_at, \
         p.updated_at FROM inventory_data i JOIN dim_products p USING (product_id) ORDER BY i.id",
    )
}

/// Every table, column and index, as the server describes them.
fn schema(database: &Database) -> Vec<Vec<String>> {
    let mut schema = database.table(
        "SELECT table_name, column_name, column_type, is_nullable, column_default, extra, collation_name \
         FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position",
    );
    schema.extend(database.table(
        "SELECT table_name, index_name, seq_in_index, column_name, non_unique FROM information_schema.statistics \
         WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index",
    ));
    schema
}

fn indexes(database: &Database, table: &str) -> Vec<String> {
    database
        .table(&format!(
            "SELECT CONCAT(index_name, '(', GROUP_CONCAT(column_name ORDER BY seq_in_index), ')') \
             FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = '{table}' \
             GROUP BY index_name"
        ))
        .concat()
}

#[track_caller]
fn assert_design(database: &Database) {
    let inventory = indexes(database, "inventory_data");
    for index in ["idx_source_sync(source,last_sync_at)", "idx_product_source(product_id,source)"] {
        assert!(inventory.iter().any(|found| found == index), "no {index} among {inventory:?}");
    }
    let identity = "(source,snapshot_date,sku,size_id,warehouse_name,stock_type)";
    assert!(inventory.iter().any(|index| index.ends_with(identity)), "{inventory:?}");
    assert!(
        !inventory.iter().any(|index| index.starts_with("uk_product_snapshot")),
        "{inventory:?}"
    );
    let logs = indexes(database, "sync_logs");
    for index in ["idx_sync_type_status(sync_type,status)", "idx_source_date(source,started_at)"] {
        assert!(logs.iter().any(|found| found == index), "no {index} among {logs:?}");
    }
    let kind = |table: &str, column: &str| {
        database.value(&format!(
            "SELECT column_type FROM information_schema.columns WHERE table_schema = DATABASE() \
             AND table_name = '{table}' AND column_name = '{column}'"
        ))
    };
    assert_eq!(kind("inventory_data", "stock_type"), "enum('FBO','FBS','realFBS','FBP')");
    assert_eq!(kind("sync_logs", "sync_type"), "enum('inventory','orders','transactions')");
    assert_eq!(kind("sync_logs", "source"), "enum('Ozon','Wildberries','Manual')");
    assert_eq!(kind("sync_logs", "status"), "enum('success','partial','failed')");
    assert_eq!(
        kind("inventory_data", "product_id"),
        kind("dim_products", "product_id"),
        "as it is in dim_products"
    );
}

#[track_caller]
fn assert_old_rows_kept(database: &Database, before: &[Vec<String>]) {
    assert_eq!(old_rows(database), before);
    let filled = database.number(
        "SELECT COUNT(*) FROM inventory_data WHERE quantity_present = current_stock \
         AND quantity_reserved = reserved_stock AND in_way_to_client = 0 AND in_way_from_client = 0 \
         AND stock_type = 'FBO' AND size_id = '' AND warehouse_name <> '' AND last_sync_at = created_at",
    );
    assert_eq!(filled, before.len() as i64, "{:?}", database.dump("inventory_data"));
}

#[test]
fn an_empty_database_gets_the_schema_of_the_design() {
    let world = world();
    world.run("migrate").expect(0);
    assert_design(&world.database);
    assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);
}

#[test]
fn a_grown_database_keeps_every_old_row_with_its_meaning() {
    let (world, rows) = legacy_world();
    world.run(MIGRATE).expect(0);
    assert_design(&world.database);
    assert_old_rows_kept(&world.database, &rows);
}

#[test]
fn migrating_again_changes_nothing() {
    for world in [world(), legacy_world().0] {
        world.run(MIGRATE).expect(0);
        let (before, rows) = (schema(&world.database), world.database.all_text());
        world.run(MIGRATE).expect(0);
        assert_eq!(schema(&world.database), before);
        assert_eq!(world.database.all_text(), rows);
    }
}

#[test]
fn status_and_dry_run_change_nothing() {
    for world in [world(), legacy_world().0] {
        let before = (schema(&world.database), world.database.all_text());
        world.run("migrate --status").expect(4);
        let plan = world.run("migrate --dry-run").expect(0).stdout;
        assert!(plan.contains("ALTER TABLE") && plan.contains("product_listings"), "{plan}");
        assert_eq!((schema(&world.database), world.database.all_text()), before);
        world.run(MIGRATE).expect(0);
        let before = (schema(&world.database), world.database.all_text());
        world.run("migrate --status").expect(0);
        world.run("migrate --dry-run").expect(0);
        assert_eq!((schema(&world.database), world.database.all_text()), before);
    }
}

#[test]
fn two_migrations_at_once_both_succeed() {
    for (world, rows) in [(world(), None), legacy_world_with_rows()] {
        let running: Vec<_> = (0..4).map(|_| world.binary().args(MIGRATE).spawn()).collect();
        for run in running {
            run.wait().expect(0);
        }
        assert_design(&world.database);
        if let Some(rows) = rows {
            assert_old_rows_kept(&world.database, &rows);
        }
    }
}

fn legacy_world_with_rows() -> (World, Option<Vec<Vec<String>>>) {
    let (world, rows) = legacy_world();
    (world, Some(rows))
}

/// A reader's open transaction holds up the first change of the stock's table; a writer's lock on the products holds
/// up what comes after it.
#[test]
fn a_migration_that_is_killed_while_it_waits_for_a_table_finishes_next_time() {
    let whole = legacy_world().0;
    whole.run(MIGRATE).expect(0);
    let holds = [
        ["START TRANSACTION", "SELECT COUNT(*) FROM inventory_data"],
        ["SET @nothing = 1", "LOCK TABLES dim_products WRITE"],
    ];
    for hold in holds {
        let (world, rows) = legacy_world();
        let mut other = world.database.conn();
        hold.iter().for_each(|statement| other.query_drop(statement).expect("another session"));
        let running = world.binary().args(MIGRATE).spawn();
        wait_until(|| world.database.number(WAITING) > 0);
        running.kill();
        drop(other);
        world.run(MIGRATE).expect(0);
        assert_design(&world.database);
        assert_old_rows_kept(&world.database, &rows);
        assert_eq!(schema(&world.database), schema(&whole.database), "{hold:?}");
    }
}

const WAITING: &str = "SELECT COUNT(*) FROM information_schema.processlist \
    WHERE db = DATABASE() AND state LIKE 'Waiting for table metadata lock'";

fn wait_until(condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not come to that");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn syncs_after_the_migration_keep_the_old_rows_and_their_products() {
    let mut catalogue = Catalogue::demo();
    catalogue.ozon[0].offer_id = "TEST-001".into();
    let world = World::bare(catalogue.clone());
    world.database.load_legacy();
    world.run(MIGRATE).expect(0);
    let rows = old_rows(&world.database);
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world.assert_stock(OZON, &catalogue.expected_ozon());
    world.assert_stock(WB, &catalogue.expected_wb(true));
    assert_eq!(old_rows(&world.database)[..rows.len()], rows[..]);
    let product =
        "SELECT DISTINCT product_id FROM inventory_data WHERE source = 'Ozon' AND sku = 'TEST-001'";
    assert_eq!(
        world.database.value(product),
        "1",
        "an article that is known stays the product that it was"
    );
}

#[test]
fn a_database_with_products_of_another_shape_keeps_their_columns() {
    let world = world();
    world.database.run(
        "CREATE TABLE dim_products (product_id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, product_name VARCHAR(200), \
         season VARCHAR(20) NOT NULL DEFAULT 'winter')",
    );
    world.database.run("INSERT INTO dim_products (product_name, season) VALUES ('Плед', 'summer')");
    world.run(MIGRATE).expect(0);
    world.run("sync ozon").expect(0);
    world.assert_stock(OZON, &Catalogue::demo().expected_ozon());
    let first =
        "SELECT product_id, product_name, season FROM dim_products ORDER BY product_id LIMIT 1";
    assert_eq!(world.database.value(first), "1|Плед|summer");
}

/// Nothing was there before, so there is nothing to back up: a crontab's plain `migrate` must get on by itself.
#[test]
fn a_first_migration_that_is_killed_finishes_by_the_same_command() {
    let whole = world();
    let took = whole.run("migrate").expect(0).took;
    let mut cut_short = 0;
    for step in 1..12 {
        let world = world();
        let running = world.binary().args("migrate").spawn();
        thread::sleep(took * step / 12);
        cut_short += i32::from(running.kill().code.is_none());
        world.run("migrate").expect(0);
        assert_eq!(schema(&world.database), schema(&whole.database), "killed after {step}/12");
    }
    assert!(cut_short > 2, "only {cut_short} of 11 kills came before the end");
}
