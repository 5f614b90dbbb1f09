//! The documents say what the program does: settings, help texts, exit codes, columns and the crontab are compared with it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test fails by panic

mod crontab;
mod examples;
mod links;
mod messages;
mod russian;
mod samples;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use stocksync::Source;
use stocksync::config::{
    AlertSettings, DatabaseSettings, Environment, HttpSettings, OzonSettings, SyncSettings,
    Thresholds, WildberriesSettings, switched_off,
};

const CONFIGURATION: &str = "docs/configuration.md";
const DICTIONARY: &str = "docs/data-dictionary.md";

const BINARY: &str = env!("CARGO_BIN_EXE_stocksync");

/// What has no default that works, and so is empty in `.env.example`, with a value that is accepted.
const TO_BE_FILLED_IN: [(&str, &str); 4] = [
    ("DATABASE_URL", "mysql://u:p@localhost/planning"),
    ("OZON_CLIENT_ID", "836574"),
    ("OZON_API_KEY", "01234567-89ab-cdef-0123-456789abcdef"),
    ("WB_API_TOKEN", "eyJhbGciOi"),
];

#[test]
fn every_variable_that_the_code_reads_is_in_both_documents_and_no_other() {
    let read = variables_in_code();
    assert!(read.contains("DATABASE_URL") && read.contains("MAX_SHRINK"), "{read:?}");
    let example: BTreeSet<String> = example_variables().into_keys().collect();
    assert_eq!(example, read, ".env.example on the left, src/config on the right");
    let described: BTreeSet<String> = described_variables().into_keys().collect();
    assert_eq!(described, read, "{CONFIGURATION} on the left, src/config on the right");
}

#[test]
fn the_table_and_the_example_name_the_same_defaults() {
    assert_eq!(described_variables(), example_variables());
}

#[test]
fn the_values_in_the_example_are_the_defaults_of_the_code() {
    let filled_in: String =
        TO_BE_FILLED_IN.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    let defaults: String = example_variables()
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    assert_eq!(
        all_settings(&format!("{filled_in}{defaults}")),
        all_settings(&filled_in),
        "with every commented line of .env.example active on the left, without on the right"
    );
}

#[test]
fn the_example_loads_as_it_stands_and_holds_no_secret() {
    let values: BTreeMap<String, String> = dotenvy::from_path_iter(document(".env.example"))
        .expect("the file is there")
        .collect::<Result<_, _>>()
        .expect("every line is NAME=value");
    let expected: BTreeMap<_, _> =
        TO_BE_FILLED_IN.iter().map(|(name, _)| ((*name).to_owned(), String::new())).collect();
    assert_eq!(values, expected);
}

#[test]
fn the_help_texts_in_the_documents_are_those_of_the_binary() {
    let shown = help_blocks();
    let commands: Vec<&str> = shown.iter().map(|(command, _)| command.as_str()).collect();
    let all =
        ["--help", "migrate --help", "sync --help", "check-freshness --help", "report --help"];
    assert_eq!(commands, all);
    for (command, text) in &shown {
        let help = help(command);
        assert_eq!(text, &help, "docs/commands.md on the left, `stocksync {command}` on the right");
    }
}

#[test]
fn the_exit_codes_in_the_readme_are_those_of_the_help() {
    let help = help("--help");
    let (_, listed) = help.split_once("Exit codes:\n").expect("the help lists the exit codes");
    let listed: Vec<(String, String)> = listed
        .lines()
        .map(|line| line.trim().split_once("  ").expect("a code and its meaning"))
        .map(|(code, meaning)| (code.to_owned(), meaning.to_owned()))
        .collect();
    let readme: Vec<(String, String)> = table_rows(&section("README.md", "## Exit codes"))
        .into_iter()
        .map(|cells| (cells[0].clone(), cells[1].clone()))
        .collect();
    assert_eq!(readme, listed, "README.md on the left, --help on the right");
}

#[test]
fn the_data_dictionary_has_every_column_of_the_migrations_and_no_other() {
    let columns = columns_in_migrations();
    for table in [
        "inventory_data",
        "sync_logs",
        "product_listings",
        "dim_products",
        "listing_barcodes",
        "product_joins",
        "wb_card_sizes",
        "stocksync_state",
        "stocksync_alerts",
        "stocksync_locks",
    ] {
        let described: BTreeSet<String> =
            table_rows(&section(DICTIONARY, &format!("## `{table}`")))
                .iter()
                .flat_map(|cells| cells[0].split(", "))
                .map(|column| column.trim_matches('`').to_owned())
                .collect();
        assert_eq!(
            described, columns[table],
            "{table}: {DICTIONARY} on the left, sql/ on the right"
        );
    }
}

#[test]
fn every_kind_of_anomaly_is_described_with_the_variable_that_sets_it() {
    let rows = table_rows(&section("docs/monitoring.md", "## Anomalies"));
    let column = |index: usize| rows.iter().map(move |cells| cells[index].trim_matches('`'));
    let kinds: Vec<String> = column(0).map(String::from).collect();
    assert_eq!(kinds, kinds_in_code(), "docs/monitoring.md on the left, src/monitor on the right");
    let named: BTreeSet<&str> = column(2).filter(|name| name.starts_with("ANOMALY_")).collect();
    let variables = example_variables();
    let all = variables.keys().map(String::as_str).filter(|name| name.starts_with("ANOMALY_"));
    assert_eq!(named, all.collect(), "docs/monitoring.md on the left, .env.example on the right");
}

/// The documents at the top and those of `docs/`, by path; what the package is made of stands beside them.
fn documents() -> Vec<String> {
    let folder = fs::read_dir(document("docs")).expect("the folder is there");
    let names =
        folder.map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8"));
    let texts = names.filter(|name| name.ends_with(".md"));
    let mut all: Vec<String> = texts.map(|name| format!("docs/{name}")).collect();
    all.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(String::from));
    all
}

fn document(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(document(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn stocksync(arguments: &[String]) -> Output {
    Command::new(BINARY).args(arguments).env_clear().output().expect("the binary starts")
}

/// Help without the blanks at line ends, which no editor keeps.
fn help(command: &str) -> String {
    let arguments: Vec<String> = command.split(' ').map(String::from).collect();
    let text = String::from_utf8(stocksync(&arguments).stdout).expect("help is UTF-8");
    text.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The text constants in `src/config` that look like a variable's name, tests left out.
fn variables_in_code() -> BTreeSet<String> {
    let folder = fs::read_dir(document("src/config")).expect("the folder is there");
    folder
        .flat_map(|entry| {
            let code = fs::read_to_string(entry.expect("a file").path()).expect("a source file");
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            code.split('"').filter(|text| is_variable(text)).map(String::from).collect::<Vec<_>>()
        })
        .collect()
}

fn is_variable(name: &str) -> bool {
    name.len() > 3
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The variants of `anomalies::Kind` as JSON spells them.
fn kinds_in_code() -> Vec<String> {
    let code = read("src/monitor/anomalies/mod.rs");
    let (_, rest) = code.split_once("enum Kind {\n").expect("the enum");
    rest.lines()
        .map(str::trim)
        .take_while(|line| *line != "}")
        .filter(|line| !line.starts_with("//"))
        .map(|variant| {
            let mut kind = String::new();
            for letter in variant.trim_end_matches(',').chars() {
                if letter.is_ascii_uppercase() && !kind.is_empty() {
                    kind.push('_');
                }
                kind.push(letter.to_ascii_lowercase());
            }
            kind
        })
        .collect()
}

/// Every variable of `.env.example` with its value; the defaults are commented out.
fn example_variables() -> BTreeMap<String, String> {
    read(".env.example")
        .lines()
        .filter_map(|line| line.strip_prefix('#').unwrap_or(line).split_once('='))
        .filter(|(name, _)| is_variable(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn described_variables() -> BTreeMap<String, String> {
    table_rows(&section(CONFIGURATION, "## Variables"))
        .into_iter()
        .map(|cells| {
            let default = if cells[1] == "–" { "" } else { cells[1].trim_matches('`') };
            (cells[0].trim_matches('`').to_owned(), default.to_owned())
        })
        .collect()
}

/// All that the code makes of a `.env` file, in words.
fn all_settings(file: &str) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("settings");
    fs::write(&path, file).expect("a file");
    let environment = Environment::load(&[path]).expect("the file loads");
    format!(
        "{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:?}",
        DatabaseSettings::read(&environment).unwrap(),
        HttpSettings::read(&environment).unwrap(),
        OzonSettings::read(&environment).unwrap(),
        WildberriesSettings::read(&environment).unwrap(),
        SyncSettings::read(&environment).unwrap(),
        Thresholds::read(&environment).unwrap(),
        AlertSettings::read(&environment).unwrap().after_failures,
        Source::ALL.map(|source| switched_off(&environment, source).unwrap()),
    )
}

/// A document's text from a heading to the next one of the same level or above.
fn section(document: &str, heading: &str) -> String {
    let level = heading.find(' ').expect("a heading");
    let text = read(document);
    let mut lines = text.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "{document} has no {heading:?}");
    let ends = |line: &str| {
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        (1..=level).contains(&hashes) && line[hashes..].starts_with(' ')
    };
    lines.take_while(|line| !ends(line)).map(|line| format!("{line}\n")).collect()
}

/// The rows of a Markdown table, without its head.
fn table_rows(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .skip(1)
        .collect()
}

fn help_blocks() -> Vec<(String, String)> {
    read("docs/commands.md")
        .split("```console\n$ stocksync ")
        .skip(1)
        .map(|block| {
            let (command, rest) = block.split_once('\n').expect("a command");
            let (text, _) = rest.split_once("```").expect("the end of a block");
            (command.to_owned(), text.to_owned())
        })
        .collect()
}

/// The columns of each table as the migrations make them: the lines of a CREATE TABLE and the ADD COLUMNs.
fn columns_in_migrations() -> BTreeMap<String, BTreeSet<String>> {
    let folder = fs::read_dir(document("sql")).expect("the folder is there");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let mut columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let (mut table, mut creating) = (String::new(), false);
        for line in fs::read_to_string(file).expect("a migration").lines() {
            let words: Vec<&str> = line.split([' ', '\'']).filter(|w| !w.is_empty()).collect();
            match words.as_slice() {
                ["--", ..] => {}
                ["CREATE", "TABLE", name, "("] | ["ALTER", "TABLE", name] => {
                    (table, creating) = ((*name).to_owned(), words[0] == "CREATE");
                }
                ["ALTER", "TABLE", name, "ADD", "COLUMN", column, ..] => {
                    columns.entry((*name).to_owned()).or_default().insert((*column).to_owned());
                }
                ["ADD", "COLUMN", column, ..] => {
                    columns.entry(table.clone()).or_default().insert((*column).to_owned());
                }
                [")", ..] => creating = false,
                [column, ..]
                    if creating && column.starts_with(|c: char| c.is_ascii_lowercase()) =>
                {
                    columns.entry(table.clone()).or_default().insert((*column).to_owned());
                }
                _ => {}
            }
        }
    }
    columns
}
