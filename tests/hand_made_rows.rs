//! Rows that somebody wrote by hand: what they cannot tell is not known, and ends no command.

use mysql::prelude::Queryable;

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::World;

/// As a client without the strict mode does.
fn by_hand(world: &World, sql: &str) {
    let mut conn = world.database.conn();
    conn.query_drop("SET sql_mode = ''").expect("any mode");
    conn.query_drop(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

const COMMANDS: [&str; 5] = [
    "sync ozon",
    "report",
    "report --format json",
    "report --format html",
    "report --format prometheus",
];

#[test]
fn a_log_with_zero_dates_is_a_log_of_runs_that_never_ended() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    for (status, source) in [("success", "Ozon"), ("failed", "Ozon"), ("success", "Manual")] {
        by_hand(
            &world,
            &format!(
                "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, snapshot_date, started_at, completed_at) \
                 VALUES ('h', 'inventory', '{source}', 'Ozon', '{status}', '0000-00-00', UTC_TIMESTAMP(), '0000-00-00 00:00:00')"
            ),
        );
    }
    world.run("check-freshness").expect(0).shows("Ozon: fresh");
    world.run("sync ozon --retry-failed").expect(0).shows("Ozon: written");
    for line in COMMANDS {
        world.run(line).expect(0);
    }
    world.run("check-freshness").expect(0);
}

#[test]
fn a_run_that_began_at_a_zero_date_is_none() {
    let world = World::new(Catalogue::small(1));
    by_hand(
        &world,
        "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, rows_total, started_at, completed_at) \
         VALUES ('h', 'inventory', 'Ozon', 'Ozon', 'success', 0, '0000-00-00 00:00:00', '0000-00-00 00:00:00')",
    );
    for line in COMMANDS {
        world.run(line).expect(0);
    }
    world.run("check-freshness --source ozon").expect(0);
}

#[test]
fn a_snapshot_of_a_zero_date_is_none() {
    let world = World::new(Catalogue::small(1));
    by_hand(&world, "INSERT INTO dim_products (product_id, product_name) VALUES (1, 'x')");
    by_hand(
        &world,
        "INSERT INTO inventory_data (product_id, sku, source, snapshot_date, warehouse_name, stock_type) \
         VALUES (1, 'A', 'Ozon', '0000-00-00', 'Тула', 'FBO')",
    );
    for line in ["report", "report --format html", "migrate --no-backup"].iter().chain(&COMMANDS) {
        world.run(line).expect(0);
    }
}
