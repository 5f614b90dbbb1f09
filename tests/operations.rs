//! What an operator sees and sets beside the syncs themselves: lines of the log, the run's id, keys in files.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::binary::Binary;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::World;

fn is_rfc3339(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

#[test]
fn every_line_of_a_run_has_its_time_and_the_id_that_is_also_in_sync_logs() {
    let world = World::new(Catalogue::small(5));
    let outcome = world.run("sync ozon -vv").expect(0);
    let run_id = world.database.value("SELECT run_id FROM sync_logs");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert!(lines.len() > 3, "{lines:?}");
    for line in lines {
        let (head, _) = line.strip_prefix('[').and_then(|line| line.split_once("] ")).expect(line);
        let words: Vec<&str> = head.split_whitespace().collect();
        assert!(words.len() == 3 && is_rfc3339(words[0]) && words[2] == run_id, "{line}");
    }
}

#[test]
fn for_collectors_each_line_is_an_object_also_when_the_env_file_asks_for_it() {
    let world = World::new(Catalogue::small(5));
    let outcome = world.binary().env("LOG_FORMAT", "json").args("sync ozon -v").run().expect(0);
    let run_id = world.database.value("SELECT run_id FROM sync_logs");
    assert!(!outcome.stderr.is_empty());
    for line in outcome.stderr.lines() {
        let line: Value = serde_json::from_str(line).expect(line);
        assert!(is_rfc3339(line["timestamp"].as_str().unwrap()), "{line}");
        assert_eq!(line["run_id"], run_id.as_str());
        assert!(["info", "debug", "warn"].contains(&line["level"].as_str().unwrap()), "{line}");
    }
    let asked = Binary::new().args("check-freshness").run_beside(&[(".env", "LOG_FORMAT=json\n")]);
    let last = asked.expect(78).stderr.lines().last().unwrap().to_owned();
    let last: Value = serde_json::from_str(&last).expect("the failure is an object too");
    assert!(last["message"].as_str().unwrap().starts_with("DATABASE_URL is not set"));
    Binary::new()
        .env("LOG_FORMAT", "xml")
        .args("migrate")
        .run()
        .expect(78)
        .says("LOG_FORMAT: \"xml\"");
}

#[test]
fn the_filter_shows_what_it_asks_for_and_never_the_requests_of_the_crates_below() {
    let world = World::new(Catalogue::small(5));
    let quiet = world.binary().env("RUST_LOG", "error").args("sync ozon -v").run().expect(0);
    assert_eq!(quiet.stderr, "");
    let loud = world.binary().env("RUST_LOG", "trace").args("sync ozon").run().expect(0);
    assert!(loud.stderr.contains(" DEBUG "), "{}", loud.stderr);
    // The headers of a request, as hyper and reqwest would show them.
    assert!(!loud.stderr.to_lowercase().contains("api-key"), "{}", loud.stderr);
    let one = world.binary().env("RUST_LOG", "stocksync::store=debug,off").args("sync ozon").run();
    assert!(one.expect(0).stderr.lines().all(|line| line.contains("bulk load")));
}

#[test]
fn keys_and_the_database_come_from_files_as_well_and_a_renewed_key_needs_no_restart() {
    let world = World::new(Catalogue::small(5));
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let mut binary = world.binary();
    let mut values = world.marketplaces.variables();
    let url = world.database.url();
    values.retain(|(name, _)| name.starts_with("OZON_CLIENT") || name.starts_with("OZON_API_KEY"));
    values.push(("DATABASE_URL", url));
    for (name, value) in &values {
        std::fs::write(path(name), format!("{value}\n")).unwrap();
        binary = binary.without(name).env(&format!("{name}_FILE"), path(name));
    }
    binary.clone().args("sync ozon").run().expect(0);

    let key = values.iter().find(|(name, _)| *name == "OZON_API_KEY").unwrap();
    std::fs::write(path("OZON_API_KEY"), "an-old-key").unwrap();
    binary.clone().args("sync ozon").run().expect(77);
    std::fs::write(path("OZON_API_KEY"), &key.1).unwrap();
    binary.clone().args("sync ozon").run().expect(0);

    std::fs::remove_file(path("OZON_API_KEY")).unwrap();
    binary.clone().args("sync ozon").run().expect(78).says("OZON_API_KEY_FILE: cannot read");
    binary.clone().args("report").run().expect(0);
    let twice = binary.env("OZON_API_KEY", "another").args("report").run();
    twice.expect(78).says("OZON_API_KEY and OZON_API_KEY_FILE are both set");
}

#[test]
fn an_env_file_that_everybody_can_read_is_warned_about() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings");
    std::fs::write(&path, "OZON_CLIENT_ID=1\n").unwrap();
    let stderr = |mode| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let binary = Binary::new().arg("report").arg("--env-file").arg(&path);
        binary.run().expect(78).stderr
    };
    assert!(stderr(0o644).contains(&format!("run chmod o= {}", path.display())));
    assert!(!stderr(0o600).contains("chmod"));
    assert!(!stderr(0o640).contains("chmod"), "its group is the service's");
}

#[test]
fn the_switch_off_is_one_variable_and_the_way_back_is_its_removal() {
    let world = World::new(Catalogue::small(5));
    for variable in ["SYNC_ENABLED", "OZON_SYNC_ENABLED"] {
        let off = world.binary().env(variable, "false").args("sync ozon").run().expect(0);
        assert_eq!(off.stdout, format!("Ozon: switched off by {variable}; nothing was done\n"));
    }
    assert_eq!(world.database.logs().len(), 0);
    world.run("sync ozon").expect(0);
}

#[test]
fn quiet_means_the_same_for_every_command_what_was_asked_for_and_what_is_wrong() {
    let world = World::bare(Catalogue::small(5));
    let said = |line: &str, code: i32| {
        let outcome = world.run(line).expect(code);
        assert_eq!(outcome.stderr, "", "{line}");
        outcome.stdout
    };
    for line in ["migrate -q", "sync ozon -q", "sync wb -q", "migrate -q", "check-freshness -q"] {
        assert_eq!(said(line, 0), "", "{line}");
    }
    for line in ["report -q", "migrate --status -q", "check-freshness --format json -q"] {
        assert_ne!(said(line, 0), "", "{line}");
    }
    world.database.run("UPDATE sync_logs SET started_at = started_at - INTERVAL 1 DAY, completed_at = completed_at - INTERVAL 1 DAY");
    assert!(said("check-freshness -q", 4).contains("Ozon"), "stale stock is told");
}
