//! What a run says of its progress where nobody watches.

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::World;

#[test]
fn off_a_terminal_each_phase_is_one_plain_line_with_its_duration() {
    let world = World::new(Catalogue::small(1));
    let stderr = world.run("sync ozon").expect(0).stderr;
    for phase in ["fetched ", "read ", "written "] {
        let told = |line: &&str| line.contains(&format!("] {phase}")) && line.ends_with(" s");
        let lines: Vec<_> = stderr.lines().filter(told).collect();
        assert_eq!(lines.len(), 1, "{phase}: {stderr}");
    }
    assert!(!stderr.contains(['\u{1b}', '\r']), "no bar and no colour: {stderr:?}");
}

#[test]
fn at_a_terminal_the_bar_says_what_is_waited_for() {
    let world = World::new(Catalogue::small(1));
    let sync = world.binary().env("TERM", "xterm").env("WB_REQUEST_INTERVAL", "700ms");
    let sync = sync.env("WB_STOCKS_METHOD", "warehouse-remains").args("sync wb").at_a_terminal();
    let shown = sync.run().expect(0).stdout;
    let waits = "Wildberries: report of remains: waiting, ";
    let told = |line: &&str| line.contains(waits) && line.contains(" of 15m at most");
    assert!(shown.split('\r').any(|line| told(&line)), "{shown:?}");
}

#[test]
fn a_quiet_run_says_nothing_of_its_phases() {
    let world = World::new(Catalogue::small(1));
    assert_eq!(world.run("-q sync wb").expect(0).stderr, "");
}

#[test]
fn the_log_row_tells_what_the_run_took() {
    let world = World::new(Catalogue::small(1));
    // The first run asks for the cards too; what those cost is another test's matter.
    world.run("sync wb").expect(0);
    world.run("sync wb").expect(0);
    let body_bytes: usize = [
        world.marketplaces.catalogue().wb_warehouses_page(0, 250_000),
        world.marketplaces.catalogue().seller_warehouses_page(0, 250_000),
    ]
    .map(|page| page.len())
    .iter()
    .sum();
    let told = world.database.value(
        "SELECT requests, bytes, fetch_ms + read_ms + write_ms <= 1000 * (1 + duration_seconds), \
         rows_total = records_processed AND rows_inserted = 0 FROM sync_logs ORDER BY id DESC LIMIT 1",
    );
    assert_eq!(told, format!("2|{body_bytes}|1|1"));
}
