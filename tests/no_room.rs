//! Files that cannot be written, databases that take no writes, and Ctrl-C in the write: nothing was changed, and it says so.

use std::thread;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable;

use crate::support::binary::Outcome;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::world::{OZON, World};

/// 73, with the directory, what is free there, and what to do.
fn cannot_write(outcome: Outcome, directory: &str) -> Outcome {
    let outcome =
        outcome.expect(73).says(directory).says("nothing was changed").says("ake room there");
    assert_eq!(outcome.stderr.matches("ERROR").count(), 1, "{}", outcome.stderr);
    outcome
}

#[test]
fn without_room_for_temporary_files_no_marketplace_is_asked() {
    let world = World::new(Catalogue::small(1));
    let with = |directory: &str| world.binary().env("TMPDIR", directory).args("sync ozon").run();
    cannot_write(with("/does/not/exist"), "/does/not/exist (TMPDIR), which is not there");
    // A directory of the system in which nobody can make a file.
    cannot_write(with("/proc"), "/proc (TMPDIR), ");
    assert!(world.marketplaces.calls_of(Endpoint::OzonCreate).is_empty());
    assert_eq!(world.database.value("SELECT GROUP_CONCAT(exit_code) FROM sync_logs"), "73,73");
}

#[test]
fn a_full_disk_says_what_is_free() {
    let world = World::new(Catalogue::small(1));
    let directory = tempfile::tempdir().unwrap();
    let binary = world.binary().env("TMPDIR", directory.path()).args("sync wb").with_tiny_files();
    let outcome = cannot_write(binary.run(), &directory.path().display().to_string());
    outcome.says("iB free: nothing was changed").says("File too large");
    assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);
}

#[test]
fn a_place_that_an_option_or_a_variable_names_and_that_takes_no_file_is_73() {
    let world = World::new(Catalogue::small(1));
    for line in ["report", "report --format html", "report --format prometheus"] {
        let line = format!("{line} --output /does/not/exist/stock");
        let outcome = cannot_write(
            world.run(&line),
            "cannot write /does/not/exist/stock, which is not there",
        );
        assert!(!outcome.stderr.contains(".tmp"), "{}", outcome.stderr);
    }
    let to = |place: &str| world.run(&format!("report --output {place}"));
    cannot_write(to("/proc/stock"), "cannot write /proc/stock, ");
    cannot_write(to("/dev/full"), "cannot write /dev/full, ").says("No space left on device");
    world.binary().args("report").with_full_stdout().run().expect(73).says("standard output");
    let rejects = world.binary().env("REJECTS_DIR", "/does/not/exist").args("sync ozon").run();
    cannot_write(rejects, "REJECTS_DIR: cannot write /does/not/exist");
    assert!(world.marketplaces.calls().is_empty());
}

#[test]
fn a_server_that_takes_no_writes_ends_the_run_at_once() {
    let world = World::new(Catalogue::small(1));
    // What a server with --read-only says to everybody but its administrators.
    world.database.run(
        "CREATE TRIGGER no_writes BEFORE INSERT ON sync_logs FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, \
         MESSAGE_TEXT = 'The MariaDB server is running with the --read-only option so it cannot execute this statement'",
    );
    let binary = world.binary().env("DB_RETRY_DELAY", "5m").args("sync ozon");
    let outcome = binary.run().expect(74).says("takes no writes now").says("nothing was changed");
    assert!(!outcome.stderr.contains("attempt"), "{}", outcome.stderr);
    assert!(world.marketplaces.calls().is_empty());
}

#[test]
fn a_signal_in_the_write_is_two_lines() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    let stored = "SELECT CONCAT(COUNT(*), ' ', SUM(current_stock), ' ', MIN(id), ' ', MAX(last_sync_at)) FROM inventory_data";
    let before = world.database.value(stored);
    let mut other = world.database.conn();
    other.query_drop("START TRANSACTION").unwrap();
    other.query_drop("SELECT COUNT(*) FROM inventory_data FOR UPDATE").unwrap();
    let binary = world.binary().env("DB_RETRY_DELAY", "5m").args("sync ozon --full -q");
    let running = binary.spawn();
    let waiting = format!(
        "SELECT COUNT(*) FROM information_schema.INNODB_TRX AS t JOIN information_schema.PROCESSLIST AS p \
         ON p.ID = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.DB = '{}'",
        world.database.name
    );
    let began = Instant::now();
    while world.database.number(&waiting) == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not come to the write");
        // Asked more often, the server shows what it has shown before.
        thread::sleep(Duration::from_millis(250));
    }
    running.signal("INT");
    let outcome = running.wait().expect(130);
    let told: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].ends_with("interrupted by SIGINT"), "{told:#?}");
    assert!(told[1].ends_with("rolled back; nothing was changed"), "{told:#?}");
    other.query_drop("ROLLBACK").unwrap();
    assert_eq!(world.database.value(stored), before);
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
}
