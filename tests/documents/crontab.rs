//! `crontab.example`: cron would start each of its lines, and the binary understands what it is then told.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{BINARY, document, is_variable, read, stocksync};

#[test]
fn every_line_of_the_crontab_has_five_time_fields_and_a_command_that_the_binary_accepts() {
    let crontab = read("crontab.example");
    let variables: BTreeMap<&str, &str> = crontab_lines(&crontab)
        .filter_map(|line| line.split_once('=').filter(|(name, _)| is_variable(name)))
        .collect();
    let entries: Vec<&str> = crontab_lines(&crontab)
        .filter(|line| !line.split_once('=').is_some_and(|(name, _)| is_variable(name)))
        .collect();
    assert!(variables.contains_key("PATH") && variables["SHELL"] == "/bin/sh", "{variables:?}");

    let mut called = BTreeSet::new();
    for entry in entries {
        let (times, command) = split_entry(entry);
        assert!(times.iter().zip(RANGES).all(|(time, range)| is_time(time, range)), "{entry}");
        assert!(!command.contains('%'), "cron turns % into a line end: {entry}");
        let calls = run_as_cron(command, &variables);
        assert_eq!(calls.len(), 1, "one call of stocksync in: {entry}");
        let (code, arguments) = &calls[0];
        // The settings have no database yet: that is found only after the command line has been understood.
        assert_eq!(*code, 78, "{entry}: stocksync {arguments:?}");
        let mut wrong = arguments.clone();
        wrong.push("--no-such-option".into());
        assert_eq!(stocksync(&wrong).status.code(), Some(2), "{wrong:?}");
        let named: Vec<&str> =
            arguments.iter().filter(|word| !word.contains('/')).map(String::as_str).collect();
        called.insert(named.join(" "));
    }
    let expected = [
        "check-freshness --env-file",
        "migrate --env-file",
        "report --env-file",
        "sync ozon --quiet --env-file",
        "sync ozon --retry-failed --quiet --env-file",
        "sync wb --quiet --env-file",
        "sync wb --retry-failed --quiet --env-file",
    ];
    assert_eq!(called, expected.map(String::from).into());
}

fn crontab_lines(crontab: &str) -> impl Iterator<Item = &str> {
    crontab.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Minute, hour, day of the month, month, day of the week.
const RANGES: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];

fn split_entry(entry: &str) -> (Vec<&str>, &str) {
    let (mut times, mut rest) = (Vec::new(), entry);
    for _ in RANGES {
        let (time, after) = rest.split_once(char::is_whitespace).expect("five fields");
        times.push(time);
        rest = after.trim_start();
    }
    (times, rest)
}

fn is_time(field: &str, (low, high): (u32, u32)) -> bool {
    field.split(',').all(|part| {
        let (span, step) = part.split_once('/').unwrap_or((part, "1"));
        let (from, to) = span.split_once('-').unwrap_or((span, span));
        let within =
            |text: &str| text.parse().is_ok_and(|number: u32| (low..=high).contains(&number));
        (span == "*" || (within(from) && within(to)))
            && step.parse().is_ok_and(|step: u32| step > 0)
    })
}

/// Lets a shell run a crontab's command, with a `stocksync` on its PATH that calls the binary and notes exit code and
/// arguments; the settings are those of `.env.example` as it stands.
fn run_as_cron(command: &str, variables: &BTreeMap<&str, &str>) -> Vec<(i32, Vec<String>)> {
    const NOTING: &str = "#!/bin/sh\n\"$REAL\" \"$@\"\ncode=$?\n\
        { printf '%s' \"$code\"; printf '\\t%s' \"$@\"; echo; } >>\"$CALLS\"\nexit $code\n";
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    fs::write(path("stocksync"), NOTING).expect("a script");
    fs::set_permissions(path("stocksync"), fs::Permissions::from_mode(0o755)).expect("a script");
    fs::copy(document(".env.example"), path(".env")).expect("the settings");
    let status = Command::new("/bin/sh")
        .args(["-c", command])
        .env_clear()
        .envs(variables)
        .env("PATH", format!("{}:/usr/bin:/bin", directory.path().display()))
        .env("STOCKSYNC_ENV", path(".env"))
        .env("REAL", BINARY)
        .env("CALLS", path("calls"))
        .current_dir(directory.path())
        .output();
    status.expect("a shell");
    let calls = fs::read_to_string(path("calls")).expect("stocksync was called");
    let words = |line: &str| line.split('\t').map(String::from).collect::<Vec<_>>();
    calls
        .lines()
        .map(words)
        .map(|words| (words[0].parse().expect("an exit code"), words[1..].to_vec()))
        .collect()
}
