//! `--retry-failed`: what may pass by itself is tried again; what a person must mend is left to the regular runs.

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_report::{
    Cell, Column, Encoding, Header, OzonReport,
};
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::world::{OZON, World};

fn world_with(fault: Fault, code: i32) -> World {
    let world = World::new(Catalogue::small(1));
    world.marketplaces.always(Endpoint::OzonCreate, fault);
    world.run("sync ozon").expect(code);
    world.marketplaces.mend();
    world.marketplaces.forget_calls();
    world
}

fn retried(world: &World) {
    world.run("sync ozon --retry-failed").expect(0).shows("Ozon: written");
    world.assert_stock(OZON, &world.marketplaces.catalogue().expected_ozon());
    world.run("sync ozon --retry-failed").expect(0).shows("nothing to retry");
}

#[test]
fn after_a_success_or_without_any_run_nothing_is_asked() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon --retry-failed").expect(0).shows("nothing to retry");
    world.run("sync ozon").expect(0);
    world.marketplaces.forget_calls();
    world.run("sync ozon --retry-failed").expect(0).shows("nothing to retry");
    let quiet = world.run("sync ozon --retry-failed -q").expect(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    assert!(world.marketplaces.calls().is_empty());
    assert_eq!(world.database.logs().len(), 1);
}

#[test]
fn what_may_pass_by_itself_is_tried_again() {
    retried(&world_with(Fault::Status(503), 69));
    retried(&world_with(Fault::Status(429), 75));
    for code in ["NULL", "74", "143"] {
        let world = World::new(Catalogue::small(1));
        ended(&world, "failed", "UTC_TIMESTAMP()", code);
        retried(&world);
    }
    let died = World::new(Catalogue::small(1));
    ended(&died, "failed", "NULL", "NULL");
    retried(&died);
}

/// A run of Ozon that ended like this; `NULL` for one that never did.
fn ended(world: &World, status: &str, completed_at: &str, exit_code: &str) {
    world.database.run(&format!(
        "INSERT INTO sync_logs (run_id, sync_type, source, marketplace, status, started_at, completed_at, exit_code) \
         VALUES ('x', 'inventory', 'Ozon', 'Ozon', '{status}', UTC_TIMESTAMP(), {completed_at}, {exit_code})"
    ));
}

#[test]
fn what_a_person_must_mend_is_left_to_the_regular_run_with_a_line_that_says_so() {
    let world = world_with(Fault::Status(403), 77);
    let left = world.run("sync ozon --retry-failed").expect(0);
    left.shows("Ozon: the newest run ended in 77 (the marketplace rejected the key)")
        .shows("left to the next regular run. When it is mended: stocksync sync ozon\n");
    for code in ["1", "2", "4", "65", "73", "78"] {
        ended(&world, "failed", "UTC_TIMESTAMP()", code);
        let left = world.run("sync ozon --retry-failed").expect(0);
        left.shows(&format!("the newest run ended in {code} ("));
    }
    assert!(world.marketplaces.calls().is_empty());
    world.run("sync ozon").expect(0);
    world.run("sync ozon --retry-failed").expect(0).shows("nothing to retry");
}

#[test]
fn a_partial_run_is_tried_again_once_and_then_by_the_regular_runs_only() {
    let world = World::new(Catalogue::small(1));
    let mut report = OzonReport::new(&world.marketplaces.catalogue().ozon, Header::Current);
    report.set(3, Column::Fbo, Cell::Raw("-1".into()));
    world.marketplaces.configure(|settings| settings.report = Some(report.csv(Encoding::Utf8Bom)));
    world.run("sync ozon").expect(3);
    world.run("sync ozon --retry-failed").expect(3);
    world.marketplaces.forget_calls();
    world.run("sync ozon --retry-failed").expect(0).shows("the newest two runs rejected records");
    assert!(world.marketplaces.calls().is_empty());
    world.run("sync ozon").expect(3);
    world.marketplaces.configure(|settings| settings.report = None);
    world.run("sync ozon").expect(0);
}

/// A minute, or an hour, of the crontab: `7`, `*`, `*/6`, `6-56/10`.
fn is_due(field: &str, now: usize) -> bool {
    let (range, step) = field.split_once('/').unwrap_or((field, "1"));
    let number = |text: &str| text.parse::<usize>().expect("a number of the crontab");
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (number(first), number(last)),
        None if range == "*" => (0, 59),
        None => (number(range), number(range)),
    };
    (first..=last).contains(&now) && (now - first).is_multiple_of(number(step))
}

/// The command lines of a day, in their order, of those lines of the crontab that begin with `command`.
fn day_of(command: &str) -> Vec<String> {
    let crontab = include_str!("../crontab.example");
    let lines: Vec<Vec<&str>> = crontab
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|words: &Vec<&str>| words.len() > 5 && words[5..].join(" ").starts_with(command))
        .collect();
    let mut day = Vec::new();
    for minute in 0..24 * 60 {
        for words in &lines {
            if is_due(words[0], minute % 60) && is_due(words[1], minute / 60) {
                let options = words[6..].iter().take_while(|word| **word != "--env-file");
                day.push(options.copied().collect::<Vec<_>>().join(" "));
            }
        }
    }
    day
}

#[test]
fn a_day_of_the_crontab_asks_with_a_dead_key_at_most_six_times() {
    let world = World::new(Catalogue::small(1));
    world.marketplaces.always(Endpoint::OzonCreate, Fault::Status(403));
    let day = day_of("stocksync sync ozon");
    let regular = day.iter().filter(|line| !line.contains("--retry-failed")).count();
    assert_eq!((regular, day.len() - regular), (4, 144));
    // Midnight comes between the last regular run and this day: its first retry finds a failure already.
    world.run("sync ozon").expect(77);
    world.marketplaces.forget_calls();
    for line in day {
        let code = if line.contains("--retry-failed") { 0 } else { 77 };
        let outcome = world.run(&line).expect(code);
        assert_eq!(outcome.stdout, "", "{line}");
    }
    let asked = world.marketplaces.calls_of(Endpoint::OzonCreate).len();
    assert_eq!(asked, regular, "the regular runs, and no other");
    assert!(asked <= 6);
    assert_eq!(world.database.logs().len(), 1 + regular);
}
