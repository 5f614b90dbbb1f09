//! What the documents tell a reader to type can be typed: the binary understands each command, the database each statement.

use std::collections::BTreeSet;
use std::process::Command;

use super::{BINARY, documents, read};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::world::World;

#[test]
fn the_binary_understands_every_command_in_the_documents() {
    let commands: BTreeSet<String> =
        documents().iter().flat_map(|path| commands(&read(path))).collect();
    assert!(commands.len() > 20, "{commands:?}");
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("stocks.json"), "[]").expect("a file");
    for command in commands {
        let words = command.split_whitespace().map(|word| match word.trim_matches('"') {
            "N" => "0".to_owned(),
            word => word.to_owned(),
        });
        let run = Command::new(BINARY)
            .args(words)
            .env_clear()
            .current_dir(directory.path())
            .output()
            .expect("the binary starts");
        // No database is set: that is found only after the command line has been understood.
        let needs_none = ["--help", "--version", "man ", "completions "];
        let expected = if needs_none.iter().any(|words| command.contains(words)) { 0 } else { 78 };
        let said = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(expected), "stocksync {command}: {said}");
    }
}

#[test]
fn the_database_understands_every_statement_in_the_documents() {
    let world = World::new(Catalogue::demo());
    let name = &world.database.name;
    let mut run = 0;
    for path in documents() {
        for statement in statements(&read(&path)) {
            // The administrator's part makes a database and a user: others than those of the tests beside this one.
            let statement = statement
                .replace(" planning", &format!(" {name}_planning"))
                .replace("'stocksync'@", &format!("'{name}'@"));
            world.database.run(&statement);
            run += 1;
        }
        world.database.run(&format!("DROP DATABASE IF EXISTS {name}_planning"));
        world.database.run(&format!("DROP USER IF EXISTS '{name}'@'localhost'"));
    }
    assert!(run >= 8, "{run} statements");
}

/// The arguments of each `stocksync …` between backticks and in fenced blocks.
fn commands(text: &str) -> Vec<String> {
    let (fenced, prose) = parted(text);
    let typed = fenced.iter().flat_map(|(_, block)| block.lines()).filter_map(|line| {
        let (before, arguments) = line.split_once("stocksync ")?;
        // A prompt, a crontab's or unit's line, or the beginning; not the log, and not `cp … stocksync …`.
        let is_command = before.ends_with("$ ")
            || before.ends_with("  ")
            || before.ends_with("/usr/bin/")
            || before.is_empty();
        is_command.then_some(arguments)
    });
    let quoted =
        prose.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("stocksync "));
    typed
        .chain(quoted)
        .filter(|arguments| !arguments.contains(['…', '{']))
        .map(|arguments| arguments.split(" #").next().unwrap_or_default())
        .map(|arguments| arguments.split(" > ").next().unwrap_or_default().trim().to_owned())
        // `stocksync sync` is the command's name; what is typed has a marketplace.
        .filter(|arguments| arguments != "sync")
        .collect()
}

fn statements(text: &str) -> Vec<String> {
    let (fenced, _) = parted(text);
    fenced
        .into_iter()
        .filter(|(language, _)| language == "sql")
        .flat_map(|(_, block)| block.split(';').map(String::from).collect::<Vec<_>>())
        .map(|statement| statement.trim().to_owned())
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// The fenced blocks with their languages, and the rest.
pub(super) fn parted(text: &str) -> (Vec<(String, String)>, String) {
    let (mut blocks, mut prose, mut inside) = (Vec::new(), String::new(), None);
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), inside.take()) {
            (Some(language), None) => inside = Some((language.to_owned(), String::new())),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some((language, block))) => {
                inside = Some((language, format!("{block}{}\n", line)));
            }
            (None, None) => {
                prose.push_str(line);
                prose.push('\n');
            }
        }
    }
    (blocks, prose)
}
