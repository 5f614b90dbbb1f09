//! `sql/grants.sql`: with its rights every command works, and none of them is given for nothing.

use mysql::Conn;
use mysql::prelude::Queryable;

use crate::support::binary::Outcome;
use crate::support::database::Database;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::receiver::Receiver;
use crate::support::world::{OZON, WB, World};

const GRANTS: &str = include_str!("../sql/grants.sql");

/// MySQL asks for it where a foreign key is made; MariaDB, on which this runs, does not.
const ONLY_ON_MYSQL: &str = "REFERENCES";

/// A right of the file: `SELECT`, `` `planning`.`inventory_data` ``, the user.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Right {
    privilege: String,
    place: String,
    user: &'static str,
}

/// The two users of the file, under names of this test's database.
struct Users<'w> {
    world: &'w World,
    root: Conn,
}

impl<'w> Users<'w> {
    /// Runs the file as an administrator does, with the database's and the users' names edited.
    fn grant(world: &'w World) -> Self {
        let mut users = Self { world, root: world.database.conn() };
        for statement in users.statements() {
            users.run(&statement);
        }
        users
    }

    fn statements(&self) -> Vec<String> {
        let code: Vec<&str> = GRANTS.lines().filter(|line| !line.starts_with("--")).collect();
        let edited = self.edited(&code.join("\n"));
        edited
            .split(";\n")
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect()
    }

    fn edited(&self, text: &str) -> String {
        let name = &self.world.database.name;
        text.trim_end_matches(';')
            .replace("`planning`", &format!("`{name}`"))
            .replace("'stocksync_migrate'", &format!("'{name}_migrate'"))
            .replace("'stocksync'", &format!("'{name}'"))
    }

    fn run(&mut self, statement: &str) {
        self.root.query_drop(statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
    }

    fn rights(&self) -> Vec<Right> {
        let mut rights = Vec::new();
        for line in GRANTS.lines() {
            let Some((privileges, rest)) =
                line.strip_prefix("GRANT ").and_then(|line| line.split_once(" ON "))
            else {
                continue;
            };
            let (place, to) = rest.split_once(" TO ").expect("a user");
            let user = if to.contains("migrate") { "migrate" } else { "sync" };
            for privilege in privileges.split(", ").map(str::to_owned) {
                let right = Right { privilege, place: self.edited(place), user };
                // What is given, taken away and given again is one right.
                if !rights.contains(&right) {
                    rights.push(right);
                }
            }
        }
        rights
    }

    fn change(&mut self, verb: &str, right: &Right, preposition: &str) {
        let name = &self.world.database.name;
        let user = if right.user == "migrate" { format!("{name}_migrate") } else { name.clone() };
        let Right { privilege, place, .. } = right;
        self.run(&format!("{verb} {privilege} ON {place} {preposition} '{user}'@'localhost'"));
    }

    fn without(&mut self, right: &Right, try_it: impl FnOnce(&World) -> bool) -> bool {
        self.change("REVOKE", right, "FROM");
        let works = try_it(self.world);
        self.change("GRANT", right, "TO");
        works
    }
}

impl Drop for Users<'_> {
    fn drop(&mut self) {
        let name = &self.world.database.name;
        for user in [name.clone(), format!("{name}_migrate")] {
            let _ = self.root.query_drop(format!("DROP USER IF EXISTS '{user}'@'localhost'"));
        }
    }
}

fn url(database: &Database, migrate: bool) -> String {
    let name = &database.name;
    let (user, password) = if migrate {
        (format!("{name}_migrate"), "change%20me,%20for%20migrate")
    } else {
        (name.clone(), "change%20me,%20for%20sync")
    };
    format!("mysql://{user}:{password}@localhost/{name}?socket={}", database.socket().display())
}

/// One line as the user whom the file means for it.
fn run(world: &World, line: &str) -> Outcome {
    let binary =
        world.binary().env("DATABASE_URL", url(&world.database, line.starts_with("migrate")));
    let binary =
        binary.env("DB_RETRY_ATTEMPTS", "1").env("PATH", std::env::var_os("PATH").unwrap());
    binary.args(line).run()
}

/// Something for every statement of a sync: rows to add, to change and to take away, listings and products to make,
/// names to fill up.
fn disturb(database: &Database) {
    database
        .run("UPDATE inventory_data SET available_stock = available_stock + 1 WHERE id % 3 = 0");
    database.run("UPDATE inventory_data SET warehouse_name = CONCAT('gone ', id) WHERE id % 3 = 1");
    database.run("UPDATE dim_products SET product_name = NULL");
    database.run("UPDATE product_listings SET barcode = NULL, name = NULL");
    database.run("DELETE FROM product_listings ORDER BY sku LIMIT 3");
    // Without a barcode nothing links it to a product that is there: it needs a new one.
    database.run(
        "DELETE FROM product_listings WHERE source = 'Ozon' AND NOT EXISTS (SELECT 1 FROM listing_barcodes AS barcode \
         WHERE barcode.source = product_listings.source AND barcode.sku = product_listings.sku) LIMIT 3",
    );
    // Cards to be read again, and two products that turn out to be one.
    database.run("UPDATE product_listings SET cards_asked_on = NULL");
    database.run("DELETE FROM wb_card_sizes");
    database.run("UPDATE stocksync_state SET value = 'the first one'");
    database.run("INSERT INTO dim_products (sku, source) VALUES (UUID(), 'Ozon')");
    database.run(
        "UPDATE product_listings SET product_id = (SELECT MAX(product_id) FROM dim_products) WHERE source = 'Ozon' \
         AND product_id IN (SELECT * FROM (SELECT product_id FROM product_listings WHERE source = 'Wildberries') AS wb) LIMIT 1",
    );
}

/// The daily work; whether all of it went well.
fn daily_work(world: &World) -> bool {
    disturb(&world.database);
    let lines =
        ["sync ozon", "sync wb", "sync ozon --full", "check-freshness", "report --format json"];
    lines.iter().all(|line| {
        let outcome = run(world, line);
        outcome.code == Some(0) && !outcome.stderr.contains("names and barcodes are not complete")
    }) && tells_of_old_stock(world)
}

/// Whether a look at stock that has grown old is told, and the telling noted.
fn tells_of_old_stock(world: &World) -> bool {
    let receiver = Receiver::start();
    world.database.run("DELETE FROM stocksync_alerts");
    world.database.run("UPDATE sync_logs SET completed_at = completed_at - INTERVAL 1 DAY");
    let binary = world.binary().env("DATABASE_URL", url(&world.database, false));
    let looked = binary.envs(receiver.variables()).args("check-freshness").run();
    looked.code == Some(4) && world.database.number("SELECT COUNT(*) FROM stocksync_alerts") > 0
}

/// What is done to the schema; whether all of it went well, and the backup held everything.
fn schema_work(world: &World) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let backup = format!("--backup-dir {}", directory.path().display());
    // What an earlier, refused try may have left half done is brought to the same beginning.
    world.run("migrate --no-backup").expect(0);
    world.run("migrate --rollback-to 0 --no-backup").expect(0);
    world.database.run(
        "INSERT IGNORE INTO inventory_data (product_id, sku, source, snapshot_date) VALUES (1, 'TEST-001', 'Ozon', '2026-01-05')",
    );
    let forth = run(world, &format!("migrate {backup}")).code == Some(0);
    if !forth {
        return false;
    }
    let dump = std::process::Command::new("bash")
        .args(["-c", "gunzip -c \"$0\"/*.gz"])
        .arg(directory.path())
        .output()
        .unwrap();
    let whole = String::from_utf8_lossy(&dump.stdout).contains("own_trigger");
    world.database.run(
        "INSERT INTO sync_logs (sync_type, source, status, started_at) VALUES ('inventory', 'Ozon', 'failed', '2026-01-01')",
    );
    let old = |line: &str| {
        let binary = world.binary().env("DATABASE_URL", url(&world.database, true));
        binary.env("INVENTORY_RETENTION", "30d").args(line).run().code == Some(0)
    };
    whole
        && old("migrate --accept-purge")
        && run(world, "migrate --rollback-to 0 --no-backup").code == Some(0)
}

#[test]
fn with_the_rights_of_the_file_the_daily_work_is_done_and_without_any_of_them_it_is_not() {
    let world = World::legacy(Catalogue::small(3));
    world.run("sync ozon --accept-shrink").expect(0);
    world.run("sync wb --accept-shrink").expect(0);
    let mut users = Users::grant(&world);
    assert!(daily_work(&world), "all rights");
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb(true));
    let mut idle = Vec::new();
    for right in users.rights().iter().filter(|right| right.user == "sync") {
        if users.without(right, daily_work) {
            idle.push(format!("{right:?}"));
        }
    }
    assert_eq!(idle, [""; 0], "rights that nothing needs");
}

#[test]
fn with_the_rights_of_the_file_the_schema_is_changed_and_without_any_of_them_it_is_not() {
    let world = World::legacy(Catalogue::small(3));
    world
        .database
        .run("CREATE TRIGGER own_trigger BEFORE INSERT ON dim_products FOR EACH ROW SET @seen = 1");
    let mut users = Users::grant(&world);
    assert!(schema_work(&world), "all rights");
    let mut idle = Vec::new();
    let rights = users.rights();
    let needed = rights.iter().filter(|right| right.privilege != ONLY_ON_MYSQL);
    for right in needed.filter(|right| right.user == "migrate") {
        if users.without(right, schema_work) {
            idle.push(format!("{right:?}"));
        }
    }
    assert_eq!(idle, [""; 0], "rights that nothing needs");
}

#[test]
fn a_signal_ends_a_sync_with_the_rights_of_the_file() {
    use crate::support::marketplace::endpoint::Endpoint;
    use crate::support::marketplace::fault::Fault;
    use crate::support::marketplace::http::Wire;
    use std::time::Duration;
    let world = World::new(Catalogue::small(3));
    let _users = Users::grant(&world);
    world
        .marketplaces
        .always(Endpoint::OzonCreate, Fault::Wire(Wire::Silence(Duration::from_secs(30))));
    let binary = world.binary().env("DATABASE_URL", url(&world.database, false));
    let running = binary.args("sync ozon").spawn();
    while world.marketplaces.calls_of(Endpoint::OzonCreate).is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal("TERM");
    running.wait().expect(143);
    assert!(world.last_log().error.unwrap().contains("interrupted by SIGTERM"));
}

#[test]
fn a_daily_user_who_had_all_rights_has_none_too_many_after_the_file() {
    let world = World::new(Catalogue::small(3));
    let (name, mut root) = (&world.database.name, world.database.conn());
    root.query_drop(format!(
        "CREATE USER '{name}'@'localhost' IDENTIFIED BY 'change me, for sync'"
    ))
    .unwrap();
    root.query_drop(format!("GRANT ALL PRIVILEGES ON `{name}`.* TO '{name}'@'localhost'")).unwrap();
    for _ in 0..2 {
        let _users = std::mem::ManuallyDrop::new(Users::grant(&world));
        let given: Vec<String> =
            root.query(format!("SHOW GRANTS FOR '{name}'@'localhost'")).unwrap();
        let whole: Vec<&String> =
            given.iter().filter(|grant| grant.contains(&format!("ON `{name}`.*"))).collect();
        assert_eq!(whole.len(), 1, "{given:?}");
        assert!(whole[0].starts_with("GRANT CREATE TEMPORARY TABLES ON"), "{given:?}");
    }
    let daily = |line: &str| {
        let binary = world.binary().env("DATABASE_URL", url(&world.database, false));
        binary.args(line).run()
    };
    daily("sync ozon").expect(0);
    // Who may not change the schema is told whose settings can, and once only.
    let mut refused = daily("migrate --rollback-to 0 --no-backup").expect(74);
    refused =
        refused.says("denied to user").says("the file of settings of the user who may change the");
    assert!(!refused.stderr.contains("attempt"), "{}", refused.stderr);
    let of_alerts =
        format!("REVOKE SELECT ON `{name}`.`stocksync_state` FROM '{name}'@'localhost'");
    root.query_drop(of_alerts).unwrap();
    daily("sync wb").says("sql/grants.sql is run again");
    drop(Users { world: &world, root });
}
