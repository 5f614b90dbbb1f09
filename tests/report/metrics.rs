//! Metrics under the eyes of `promtool check metrics` and of a reader that also knows which labels they may have.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Labels that a metric may have, with every value that is allowed.
const LABELS: [(&str, &[&str]); 5] = [
    ("source", &["Ozon", "Wildberries"]),
    ("stock_type", &["FBO", "FBS", "realFBS", "FBP"]),
    ("state", &["available", "reserved", "in_way_to_client", "in_way_from_client"]),
    ("status", &["success", "partial", "failed", "running"]),
    ("severity", &["warning", "critical"]),
];

/// That Prometheus' own tool takes the metrics without a remark, and that they keep to our labels.
#[track_caller]
pub fn assert_clean(text: &str) {
    let remarks = remarks_of_promtool(text);
    assert!(remarks.is_empty(), "promtool: {remarks}\n{text}");
    assert_ours(text);
}

/// What `promtool check metrics` says; nothing if it is content.
pub fn remarks_of_promtool(text: &str) -> String {
    let mut child = Command::new(promtool())
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    let mut input = child.stdin.take().expect("its stdin is a pipe");
    input.write_all(text.as_bytes()).expect("promtool reads");
    drop(input);
    let output = child.wait_with_output().expect("promtool ends");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    assert_eq!(output.status.success(), said.is_empty(), "{:?}: {said}", output.status);
    said
}

/// Where `tests/support/promtool.sh` puts it, or the machine's own.
fn promtool() -> PathBuf {
    let built = Path::new(env!("CARGO_BIN_EXE_stocksync"));
    let fetched =
        built.ancestors().skip(2).map(|place| place.join("promtool")).find(|p| p.is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed =
        std::env::split_paths(&path).map(|place| place.join("promtool")).find(|p| p.is_file());
    fetched.or(installed).expect("promtool is missing: tests/support/promtool.sh fetches it")
}

#[track_caller]
fn assert_ours(text: &str) {
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "one line end at the end");
    let (mut current, mut types) = (String::new(), BTreeMap::new());
    let (mut helped, mut samples) = (BTreeSet::new(), BTreeSet::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help text");
            assert!(!help.trim().is_empty() && helped.insert(name.to_owned()), "{line}");
            current = name.to_owned();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert_eq!((name, kind), (current.as_str(), "gauge"), "TYPE follows HELP: {line}");
            assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "{line}");
            assert_good_name(name);
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a sample");
            assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
            assert!(samples.insert(series.to_owned()), "twice: {line}");
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            assert_eq!(name, current, "samples follow their HELP and TYPE: {line}");
            assert!(types.contains_key(name), "{line}");
            assert_good_labels(labels.strip_suffix('}').expect("the labels end"));
        }
    }
    assert!(!samples.is_empty());
}

fn assert_good_name(name: &str) {
    let words: Vec<&str> = name.split('_').collect();
    assert_eq!(words[0], "stocksync", "{name}");
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
    // A gauge is no counter and no histogram; units are base units and not abbreviated.
    let bad_ends = ["total", "count", "sum", "bucket", "info"];
    assert!(!bad_ends.contains(words.last().expect("a word")), "{name}");
    let bad_words = [
        "gauge",
        "counter",
        "ms",
        "sec",
        "secs",
        "s",
        "milliseconds",
        "minutes",
        "hours",
        "days",
        "kb",
        "mb",
        "percent",
    ];
    assert!(words.iter().all(|word| !bad_words.contains(word)), "{name}");
}

fn assert_good_labels(labels: &str) {
    for pair in labels.split(',').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').expect("name=\"value\"");
        let value = value.trim_matches('"');
        let known = LABELS.iter().find(|(label, _)| *label == name);
        assert!(known.is_some_and(|(_, values)| values.contains(&value)), "{pair}");
    }
}
