//! The Russian document is held by what the program says, like the English ones.

use std::collections::BTreeSet;

use super::{help, is_variable, read, section, table_rows, variables_in_code};

const RUSSIAN: &str = "docs/ru.md";

#[test]
fn the_russian_table_has_every_exit_code_with_something_to_do() {
    let help = help("--help");
    let (_, listed) = help.split_once("Exit codes:\n").expect("the help lists the exit codes");
    let listed: Vec<String> =
        listed.lines().filter_map(|line| line.split_whitespace().next()).map(Into::into).collect();
    let rows = table_rows(&section(RUSSIAN, "## Коды завершения"));
    let codes: Vec<String> = rows.iter().map(|cells| cells[0].clone()).collect();
    assert_eq!(codes, listed, "{RUSSIAN} on the left, --help on the right");
    for cells in rows {
        assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "{cells:?}");
    }
}

#[test]
fn every_variable_that_the_russian_document_names_is_one() {
    let known = variables_in_code();
    let text = read(RUSSIAN);
    let named: BTreeSet<&str> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.contains('_') && is_variable(word))
        .collect();
    assert!(named.len() > 10, "{named:?}");
    let unknown: Vec<&&str> = named.iter().filter(|name| !known.contains(**name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
