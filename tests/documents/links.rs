//! Each link in the documents leads to a file that is there and, behind a #, to a heading that it has.

use std::collections::BTreeSet;
use std::path::Path;

use super::{document, documents, read};

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let mut dead = Vec::new();
    let mut checked = 0;
    for path in documents() {
        for target in targets(&read(&path)) {
            if target.starts_with("https://") {
                continue;
            }
            checked += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let folder = Path::new(&path).parent().expect("a file is in a folder");
            let file = if file.is_empty() { path.clone().into() } else { folder.join(file) };
            let leads = document(&file.to_string_lossy()).exists()
                && (anchor.is_empty() || anchors(&file.to_string_lossy()).contains(anchor));
            if !leads {
                dead.push(format!("{path}: {target}"));
            }
        }
    }
    assert!(checked > 50, "{checked} links");
    assert_eq!(dead, Vec::<String>::new(), "dead links");
}

#[test]
fn every_path_that_the_documents_name_is_there() {
    let mut named = BTreeSet::new();
    for path in documents() {
        let text = read(&path);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)));
        let paths = words.map(|word| word.trim_end_matches(['.', '/']));
        let ours = ["tests/", "sql/", "src/"];
        named.extend(
            paths.filter(|word| ours.iter().any(|top| word.starts_with(top))).map(String::from),
        );
    }
    assert!(named.len() >= 8, "{named:?}");
    let missing: Vec<&String> = named.iter().filter(|path| !document(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_document_can_be_reached_from_the_readme() {
    let linked = targets(&read("README.md"));
    let missing: Vec<String> = documents()
        .into_iter()
        .filter(|path| path != "README.md" && !linked.contains(path))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "not in the README's table of documents");
}

#[test]
fn the_readme_is_read_in_two_minutes() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 230, "{} lines", readme.lines().count());
    assert!(readme.len() <= 12 * 1024, "{} bytes", readme.len());
}

fn targets(text: &str) -> Vec<String> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(String::from).collect()
}

/// The anchors of a document's headings: lower case, blanks as hyphens, other signs left out.
fn anchors(path: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut anchors = BTreeSet::new();
    for line in read(path).lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let heading = line.trim_start_matches('#');
        if fenced || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = heading.trim().chars().filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        });
        anchors.insert(kept.flat_map(char::to_lowercase).collect());
    }
    anchors
}
