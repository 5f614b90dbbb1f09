//! What the README shows of a run is what a run shows.

use super::section;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::World;

/// The line of the summary, and those of the log.
fn parts(text: &str) -> (Option<&str>, Vec<&str>) {
    let summary = text.lines().find(|line| line.starts_with("Ozon: written "));
    (summary, text.lines().filter(|line| line.starts_with('[')).collect())
}

/// With one mark for each number, as no two runs have the same.
fn masked(line: &str) -> String {
    let mut masked = line.replace(|c: char| c.is_ascii_digit(), "#");
    while masked.contains("##") {
        masked = masked.replace("##", "#");
    }
    masked
}

/// Time, level and run id of a line of the log, with a mark for each of their digits.
fn head(line: &str) -> String {
    let (head, _) = line.split_once(']').expect("[time level run] message");
    head.replace(|c: char| c.is_ascii_digit() || ('a'..='f').contains(&c), "#")
}

#[test]
fn the_run_in_the_readme_looks_like_a_run() {
    let world = World::new(Catalogue::demo());
    let outcome = world.run("sync ozon").expect(0);
    let readme = section("README.md", "## What a run looks like");
    let (summary, log) = parts(&readme);
    let (real_summary, _) = parts(&outcome.stdout);
    let (_, real_log) = parts(&outcome.stderr);
    assert_eq!(summary.map(masked), real_summary.map(masked), "README.md on the left");
    assert!(!log.is_empty(), "{readme}");
    for line in log {
        assert_eq!(head(line), head(real_log[0]), "README.md on the left");
    }
}
