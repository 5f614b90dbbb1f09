//! The map of the rooms, the glossary and the changelog say what is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{document, documents, read, section, table_rows};

const ARCHITECTURE: &str = "docs/architecture.md";

#[test]
fn the_map_has_every_room_and_no_other() {
    let mapped: BTreeSet<String> = table_rows(&section(ARCHITECTURE, "## The rooms"))
        .iter()
        .map(|cells| cells[0].trim_matches('`').to_owned())
        .collect();
    let mut rooms: BTreeSet<String> = folders("src").into_iter().collect();
    rooms.extend(folders("src/store").iter().map(|inner| format!("store/{inner}")));
    // A room within another one may be on the map, those of the store are.
    let nested = mapped.iter().filter(|room| document("src").join(room).is_dir());
    rooms.extend(nested.cloned());
    assert_eq!(mapped, rooms, "{ARCHITECTURE} on the left, src on the right");
}

#[test]
fn the_glossary_is_short_and_its_banned_synonyms_are_nowhere() {
    let glossary = table_rows(&section(ARCHITECTURE, "## Glossary"));
    assert!(glossary.len() <= 25, "{} words", glossary.len());
    let banned: Vec<String> = glossary
        .iter()
        .flat_map(|cells| cells[2].split(", ").map(str::to_lowercase))
        .filter(|word| word != "–")
        .collect();
    assert!(banned.len() > 15, "{banned:?}");
    let mut texts = sources(&document("src"));
    let others = [".env.example", "crontab.example"].map(String::from);
    for path in documents().into_iter().chain(others) {
        let text = read(&path);
        let text = text.split("## Glossary").next().unwrap_or_default().to_owned();
        texts.push((path, text));
    }
    let mut found = Vec::new();
    for (path, text) in &texts {
        for (number, line) in text.lines().enumerate() {
            let words = words(line);
            for word in &banned {
                if words.contains(&format!(" {word} ")) || words.contains(&format!(" {word}s ")) {
                    found.push(format!("{path}:{}: {word}", number + 1));
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new(), "banned by {ARCHITECTURE}");
}

#[test]
fn the_changelog_keeps_its_form_and_has_this_version() {
    let changelog = read("CHANGELOG.md");
    let versions: Vec<&str> =
        changelog.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(versions[0], "[Unreleased]");
    let this = format!("[{}] - ", env!("CARGO_PKG_VERSION"));
    assert!(versions[1].starts_with(&this), "{versions:?}");
    let mut dates = Vec::new();
    for version in &versions[1..] {
        let (number, date) = version.split_once(" - ").expect("[number] - date");
        assert!(number.starts_with('[') && number.ends_with(']'), "{version}");
        dates.push(chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").expect("a date"));
    }
    assert!(dates.is_sorted_by(|newer, older| newer > older), "{dates:?}");
    let kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    let headings = changelog.lines().filter_map(|line| line.strip_prefix("### "));
    for heading in headings {
        assert!(kinds.contains(&heading), "### {heading}");
    }
}

/// A line's words in lower case, each between blanks; an identifier's parts are words.
fn words(line: &str) -> String {
    let letters = line.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
    let parted: String = letters.flat_map(char::to_lowercase).collect();
    format!(" {} ", parted.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn folders(path: &str) -> Vec<String> {
    let entries = fs::read_dir(document(path)).expect("the folder is there");
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        // Its only content is data, or there is none yet.
        .filter(|name| document(path).join(name).join("mod.rs").exists())
        .collect()
}

pub(super) fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            texts.push((path.display().to_string(), text));
        }
    }
    texts
}
