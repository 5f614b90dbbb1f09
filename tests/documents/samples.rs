//! What the README shows of a run is what a run shows.

use super::section;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::World;

/// With one mark for each number, as no two runs have the same; nor does every test's day begin west or east of Greenwich.
fn masked(line: &str) -> String {
    let mut masked = line.replace(|c: char| c.is_ascii_digit(), "#");
    while masked.contains("##") {
        masked = masked.replace("##", "#");
    }
    // A stand-in's report is ready within a second.
    let masked = masked.replace("#ms", "#s");
    masked.replace(" -#:#", " +#:#").replace("#-#:#", "#+#:#").replace("UTC-", "UTC+")
}

/// A line of the log with marks in place of time, run id and numbers.
fn masked_log(line: &str) -> String {
    let (head, message) = line.split_once(']').expect("[time level run] message");
    let (head, _) = head.rsplit_once(' ').expect("a run id");
    format!("{} #]{}", masked(head), masked(message))
}

#[test]
fn the_run_in_the_readme_looks_like_a_run() {
    let readme = section("README.md", "## What a run looks like");
    let shown: Vec<&str> =
        readme.split("```console\n").nth(1).expect("a session").lines().collect();
    let world = World::new(Catalogue::demo());
    let ozon = world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    let freshness = world.run("check-freshness").expect(0).stdout;
    let report = world.run("report").expect(0).stdout;

    let log: Vec<String> = ozon.stderr.lines().map(masked_log).collect();
    let summary = ozon.stdout.lines().map(masked);
    let said: Vec<String> = summary.chain(freshness.lines().map(masked)).collect();
    // The table of the stock stands in the report as it is here, figure by figure.
    let table: Vec<&str> = report.lines().collect();
    let mut compared = [0; 3];
    for line in shown.iter().take_while(|line| !line.starts_with("```")) {
        let (kind, found) = if line.starts_with("$ ") || *line == "…" {
            continue;
        } else if line.starts_with('[') {
            (0, log.contains(&masked_log(line)))
        } else if line.starts_with("Ozon: ") || line.starts_with("Wildberries: ") {
            (1, said.contains(&masked(line)))
        } else if line.contains(" on 20") || line.contains(" of 20") {
            (2, table.iter().any(|real| masked(real) == masked(line)))
        } else {
            (2, table.contains(line))
        };
        assert!(found, "{line}\nis in none of\n{}\n{}\n{report}", ozon.stderr, said.join("\n"));
        compared[kind] += 1;
    }
    assert!(compared.iter().all(|lines| *lines >= 3), "{compared:?}");
}
