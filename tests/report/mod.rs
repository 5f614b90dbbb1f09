//! `report`: every format says what the tables hold, in a form that its readers accept.

mod history;
mod metrics;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::Value;

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::world::World;
use history::History;

fn json(world: &World) -> Value {
    let outcome = world.run("report --format json").expect(0);
    let report = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_fits_schema(&report);
    report
}

#[track_caller]
fn assert_fits_schema(report: &Value) {
    let schema = include_str!("../schema/report.schema.json");
    let mut compiler = boon::Compiler::new();
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    compiler.add_resource("report.json", schema).expect("a resource");
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("report.json", &mut schemas).expect("the schema is one");
    if let Err(error) = schemas.validate(report, index) {
        panic!("{error:#}\n{report:#}");
    }
}

/// Kind and source of what is odd.
fn oddities(report: &Value, list: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let all = report[list].as_array().expect("a list").iter();
    all.map(|one| (text(&one["kind"]), text(&one["source"]))).collect()
}

#[track_caller]
fn assert_fits_a_terminal(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
        assert!(!line.ends_with(' '), "a blank at the end of {line:?}");
        assert!(!line.contains('\u{1b}'), "{line:?}");
    }
}

#[test]
fn an_empty_database_is_a_report_with_zeros_in_every_format() {
    let world = World::new(Catalogue::small(1));
    let report = json(&world);
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["period_seconds"], 86_400);
    for source in report["sources"].as_array().expect("two") {
        assert_eq!(source["products_with_stock"], 0);
        assert!(source["last_success_at"].is_null() && source["success_rate"].is_null());
    }
    assert_fits_a_terminal(&world.run("report").expect(0).stdout);
    metrics::assert_clean(&world.run("report --format prometheus").expect(0).stdout);
    assert!(world.run("report --format html").expect(0).stdout.ends_with("</html>\n"));
}

#[test]
fn a_report_adds_up_what_was_synced() {
    let catalogue = Catalogue::small(1);
    let expected = catalogue.expected_ozon();
    let world = World::new(catalogue);
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world.marketplaces.always(Endpoint::OzonCreate, Fault::Status(401));
    world.run("sync ozon").expect(77);
    let report = json(&world);
    let ozon = &report["sources"][0];
    assert_eq!((&ozon["source"], &ozon["verdict"]), (&"Ozon".into(), &"fresh".into()));
    assert_eq!(ozon["runs"]["total"], 2);
    assert_eq!(ozon["success_rate"], 0.5);
    assert_eq!(ozon["failures"][0]["exit_code"], 77);
    let sum = |warehouse: &Value| {
        warehouse["available"].as_i64().unwrap() + warehouse["reserved"].as_i64().unwrap()
    };
    let pieces: i64 = ozon["warehouses"].as_array().expect("some").iter().map(sum).sum();
    assert_eq!(pieces, expected.iter().map(|row| row.current).sum::<i64>());
    assert_eq!(oddities(&report, "suspicious"), [("key_rejected".into(), "Ozon".into())]);
    let text = world.run("report").expect(0).stdout;
    assert_fits_a_terminal(&text);
    assert!(text.contains("Ozon: failed runs"), "{text}");
    metrics::assert_clean(&world.run("report --format prometheus").expect(0).stdout);
    let page = world.run("report --format html").expect(0).stdout;
    assert!(page.contains("Failed syncs") && page.matches("<script").count() == 1, "{page}");
}

#[test]
fn a_night_of_equal_failures_is_one_entry_with_its_span_and_what_to_do() {
    let world = World::new(Catalogue::small(1));
    for number in 0..60 {
        world.database.run(&format!(
            "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, started_at, completed_at, exit_code, error_message) \
             VALUES ('{number}', 'inventory', 'Ozon', 'Ozon', 'failed', UTC_TIMESTAMP() - INTERVAL {number} * 10 + 1 MINUTE, \
             UTC_TIMESTAMP() - INTERVAL {number} * 10 MINUTE, 77, '403 Forbidden: Invalid Api-Key (trace id {number}f{number})')"
        ));
    }
    let text = world.run("report").expect(0).stdout;
    let (_, told) = text.split_once("Ozon: failed runs\n").expect("the failures");
    let told: Vec<&str> = told.split("\n\n").next().unwrap().lines().collect();
    assert!(
        told[0].starts_with("60× ") && told[0].ends_with(", 77: The marketplace rejected the key"),
        "{told:#?}"
    );
    assert!(told[1].contains("→ make a new key in the seller's cabinet"), "{told:#?}");
    assert!(told.len() <= 6 && told.last().unwrap().contains("Invalid Api-Key"), "{told:#?}");
    assert!(text.lines().count() <= 40, "the whole mail: {text}");
    assert_eq!(json(&world)["sources"][0]["failures"].as_array().unwrap().len(), 20);
    let page = world.run("report --format html --lang en").expect(0).stdout;
    assert_eq!(page.matches("403 Forbidden: Invalid Api-Key").count(), 1);
    assert!(page.contains("60× since "), "{page}");
}

#[test]
fn a_sync_that_goes_on_is_running_and_no_failure() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.database.run(
        "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, started_at) \
         VALUES ('g', 'inventory', 'Ozon', 'Ozon', 'failed', UTC_TIMESTAMP())",
    );
    let report = json(&world);
    let ozon = &report["sources"][0];
    let runs = &ozon["runs"];
    assert_eq!(
        (&runs["total"], &runs["running"], &runs["failed"]),
        (&2.into(), &1.into(), &0.into())
    );
    assert_eq!(
        (ozon["success_rate"].as_f64(), ozon["failures"].as_array().unwrap().len()),
        (Some(1.0), 0)
    );
    let text = world.run("report").expect(0).stdout;
    assert!(!text.contains("failed runs") && text.contains("running now"), "{text}");
    let metrics = world.run("report --format prometheus").expect(0).stdout;
    assert!(metrics.contains("period_runs{source=\"Ozon\",status=\"running\"} 1"), "{metrics}");
    assert!(metrics.contains("period_runs{source=\"Ozon\",status=\"failed\"} 0"), "{metrics}");
}

#[test]
fn the_report_counts_what_the_marketplaces_stated() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    let report = json(&world);
    let ozon = &report["sources"][0];
    assert_eq!(ozon["source"], "Ozon");
    let expected = world.marketplaces.catalogue().ozon;
    let in_stock =
        expected.iter().filter(|product| product.rows().iter().any(|row| row.current > 0)).count();
    assert_eq!(ozon["products_with_stock"], in_stock, "{ozon}");
    assert_eq!(ozon["success_rate"], 1.0);
    assert!(ozon["last_success_at"].as_str().is_some_and(|time| time.ends_with('Z')), "{ozon}");
}

#[test]
fn a_quiet_week_of_stock_and_runs_has_no_anomalies() {
    let world = World::new(Catalogue::small(1));
    let history = History::of(&world);
    history.quiet_week();
    let report = json(&world);
    assert_eq!(oddities(&report, "anomalies"), []);
    assert_eq!(oddities(&report, "suspicious"), []);
    let whole = world.run("report --period 7d --format json").expect(0);
    let whole: Value = serde_json::from_str(&whole.stdout).expect("JSON");
    assert_eq!(
        (oddities(&whole, "anomalies"), &whole["sources"][0]["runs"]["total"]),
        (vec![], &168.into())
    );
}

#[test]
fn every_anomaly_is_found_where_it_is_and_nowhere_else() {
    let world = World::new(Catalogue::small(1));
    let history = History::of(&world);
    history.quiet_week();
    history.stock_collapses();
    history.last_runs_are_odd();
    let report = json(&world);
    let mut kinds = oddities(&report, "anomalies");
    kinds.sort();
    let expected = [
        "products_vanished",
        "region_empty",
        "rising_rejects",
        "slow_sync",
        "stock_change",
        "stock_jump",
        "unfinished_run",
        "zero_stock_spike",
    ];
    assert_eq!(kinds, expected.map(|kind| (kind.to_owned(), "Wildberries".to_owned())));
    let suspicious = oddities(&report, "suspicious");
    assert_eq!(suspicious, [("many_requests".into(), "Wildberries".into())]);
    let wb = &report["sources"][1];
    // 48 set to zero, 22 removed, 5 that run out on every day; 4 of them had run out the day before.
    assert_eq!(wb["ran_out"]["total"], 71);
    assert!(wb["ran_out"]["listed"][0]["name"].as_str().expect("a name").starts_with("Кроссовки"));
    let text = world.run("report").expect(0).stdout;
    assert_fits_a_terminal(&text);
    assert!(text.contains("critical: Wildberries: "), "{text}");
    metrics::assert_clean(&world.run("report --format prometheus").expect(0).stdout);
}

#[test]
fn the_text_speaks_the_language_that_is_asked_for() {
    let world = World::new(Catalogue::small(1));
    let history = History::of(&world);
    history.quiet_week();
    history.stock_collapses();
    history.last_runs_are_odd();
    let text = world.run("report --lang ru").expect(0).stdout;
    assert_fits_a_terminal(&text);
    for part in [
        "Остатки и загрузки, ",
        "Последняя удачная загрузка",
        "опасно: Wildberries: из ",
        "и ещё ",
        "Wildberries: закончились с прошлого снимка",
        "Товары: 100, из них 78 на обоих маркетплейсах",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let set = world.binary().env("STOCKSYNC_LANG", "ru").args("report --lang en").run().expect(0);
    assert!(set.stdout.starts_with("Stock and syncs on "), "{}", set.stdout);
    let wrong = world.binary().env("STOCKSYNC_LANG", "deutsch").args("report");
    wrong.run().expect(78).says("STOCKSYNC_LANG");
}

#[test]
fn thresholds_can_be_set() {
    let world = World::new(Catalogue::small(1));
    let history = History::of(&world);
    history.quiet_week();
    history.stock_collapses();
    let outcome = world
        .binary()
        .envs([
            ("ANOMALY_ZERO_STOCK", "100%"),
            ("ANOMALY_STOCK_CHANGE", "100%"),
            ("ANOMALY_CHURN", "100%"),
            ("ANOMALY_REGION", "100%"),
            ("ANOMALY_JUMP", "1000000"),
        ])
        .args("report --format json")
        .run()
        .expect(0);
    let report = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(oddities(&report, "anomalies"), []);
    let binary = world.binary().env("ANOMALY_CHURN", "many");
    binary.args("report").run().expect(78).says("ANOMALY_CHURN");
}

#[test]
fn long_cyrillic_names_keep_the_text_within_eighty_columns() {
    let world = World::new(Catalogue::small(1));
    world.run("sync wb").expect(0);
    world.database.run(
        "UPDATE inventory_data SET warehouse_name = CONCAT('Санкт-Петербург Уткина Заводь, склад «Перспективный» № ', \
         id, ' ', REPEAT('оченьдлинноеназваниесклада', 5)), current_stock = 2000000000, available_stock = 2000000000 \
         ORDER BY id LIMIT 3",
    );
    world.database.run("UPDATE product_listings SET name = REPEAT('Ёлка новогодняя ', 30)");
    let text = world.run("report").expect(0).stdout;
    assert!(text.contains("Перспективный"), "{text}");
    assert_fits_a_terminal(&text);
}

#[test]
fn what_the_marketplaces_name_is_text_and_nothing_else() {
    let world = World::new(Catalogue::small(1));
    world.run("sync wb").expect(0);
    world.database.run(
        "UPDATE inventory_data SET warehouse_name = CONCAT('\"><script>\\n', CHAR(27), '[31m') ORDER BY id LIMIT 1",
    );
    let page = world.run("report --format html").expect(0).stdout;
    assert!(page.contains("&quot;&gt;&lt;script&gt;"), "{page}");
    assert_eq!(page.matches("<script").count(), 1, "only the page's own");
    let text = world.run("report").expect(0).stdout;
    assert_fits_a_terminal(&text);
}

#[test]
fn promtool_takes_the_metrics_of_odd_names_and_has_remarks_on_bad_ones() {
    let world = World::new(Catalogue::small(1));
    world.run("sync wb").expect(0);
    world.database.run(
        "UPDATE inventory_data SET warehouse_name = CONCAT('\"} 1\\n# HELP x y\\\\', id), stock_type = 'realFBS' \
         ORDER BY id LIMIT 3",
    );
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Status(503));
    world.binary().env("RETRY_ATTEMPTS", "1").args("sync wb").run().expect(69);
    let text = world.run("report --format prometheus").expect(0).stdout;
    assert!(text.contains("stocksync_failures_in_a_row{source=\"Wildberries\"} 1"), "{text}");
    metrics::assert_clean(&text);

    // It does look: a counter's name without a help text, and a line that is none.
    assert!(metrics::remarks_of_promtool("stocksync_runs_total 1\n").contains("no help text"));
    assert!(!metrics::remarks_of_promtool("stocksync runs 1\n").is_empty());
}

#[test]
fn an_output_file_is_replaced_whole_and_nothing_is_left_beside_it() {
    use std::os::unix::fs::MetadataExt;
    let world = World::new(Catalogue::small(1));
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("stocksync.prom");
    fs::write(&path, "old").expect("a file");
    // A second name for the old file: it must keep the old text.
    let other = directory.path().join("other");
    fs::hard_link(&path, &other).expect("a link");
    let run = world.binary().args("report --format prometheus --output").arg(path.clone());
    assert_eq!(run.run().expect(0).stdout, "");
    metrics::assert_clean(&fs::read_to_string(&path).expect("the report"));
    assert_eq!(fs::read_to_string(&other).expect("the old file"), "old");
    assert_eq!(fs::metadata(&path).expect("the file").mode() & 0o777, 0o644);
    assert_eq!(fs::read_dir(directory.path()).expect("the directory").count(), 2);
}

#[test]
fn every_metric_is_described_and_no_other() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    let text = world.run("report --format prometheus").expect(0).stdout;
    let monitoring = include_str!("../../docs/monitoring.md");
    let described: Vec<&str> = monitoring
        .lines()
        .filter_map(|line| line.strip_prefix("| `stocksync_")?.split(['`', '{']).next())
        .collect();
    let exposed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE stocksync_")?.split(' ').next())
        .collect();
    assert_eq!(described, exposed, "docs/monitoring.md on the left, the metrics on the right");
}

#[test]
fn an_output_that_is_a_link_or_no_file_stays_what_it_is() {
    let world = World::new(Catalogue::demo());
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    let report = |path: &std::path::Path| {
        world.binary().args("report --format prometheus --output").arg(path).run().expect(0);
    };
    fs::write(place("secret.prom"), "old").unwrap();
    fs::set_permissions(place("secret.prom"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("secret.prom", place("linked.prom")).unwrap();
    report(&place("linked.prom"));
    assert!(place("linked.prom").is_symlink());
    assert!(fs::read_to_string(place("secret.prom")).unwrap().contains("stocksync_"));
    let mode = fs::metadata(place("secret.prom")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    symlink("/dev/null", place("nowhere")).unwrap();
    report(&place("nowhere"));
    assert!(place("nowhere").is_symlink());
}
