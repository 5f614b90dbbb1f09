//! A file with settings, line by line: what it says, and what in it can hardly be meant. No message
//! here shows a value.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;

use super::hidden::secrets_in;
use super::key_files;
use crate::failure::{Exit, Failure, OrFail};

/// Every setting has a line in it.
const EXAMPLE: &str = include_str!("../../.env.example");

/// What the process reads before any file, in one text: they are no settings of ours.
const ENVIRONMENT_ONLY: &str = "TMPDIR RUST_LOG NO_COLOR TERM TZ";

/// From here on (of 1) two names are alike.
const ALIKE: f64 = 0.8;

#[derive(Debug, Default)]
pub(crate) struct EnvFile {
    /// Of two assignments to one name the last one holds, as in a shell.
    pub values: HashMap<String, String>,
    /// What its writer should know, in sentences.
    pub doubts: Vec<String>,
    /// What in it no output may show; also a key under a name that is misspelt, and one that
    /// another assignment replaces.
    pub secrets: Vec<String>,
}

/// Reads a file.
/// Errors: `Exit::Configuration` for a file that cannot be read, is no text, or has a line that
/// is not `NAME=value`.
pub(crate) fn read(path: &Path) -> Result<EnvFile, Failure> {
    let file = path.display().to_string();
    let content =
        std::fs::read(path).or_fail(Exit::Configuration, || format!("cannot read {file}"))?;
    let mut read = parse(&file, &content)?;
    read.doubts.extend(key_files::openness(path));
    Ok(read)
}

pub(crate) fn parse(file: &str, content: &[u8]) -> Result<EnvFile, Failure> {
    let refuse = |reason: String| Failure::new(Exit::Configuration, reason);
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let text = std::str::from_utf8(content).map_err(|error| {
        let line = 1 + content[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        refuse(format!(
            "{file}, line {line}: the file is not UTF-8; save it as UTF-8 and try again"
        ))
    })?;
    let lines: Vec<&str> = text.lines().collect();
    let taken = Cell::new(0);
    let mut entries = dotenvy::from_read_iter(Lines { rest: text.as_bytes(), taken: &taken });
    let mut found = EnvFile::default();
    let mut places = HashMap::new();
    loop {
        let before = taken.get();
        let entry = entries.next();
        let says = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let first = lines.iter().skip(before).position(says).map_or(before, |at| before + at);
        let written = lines.get(first..taken.get()).unwrap_or_default();
        let place = format!("{file}, line {}", first + 1);
        let (name, value) = match entry {
            None => return Ok(found),
            Some(Ok(entry)) => entry,
            // dotenvy's own message shows the line, which may be a key.
            Some(Err(_)) => {
                let name = written.first().and_then(|line| name_in(line));
                let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
                return Err(refuse(format!(
                    "{place}{name}: this is not NAME=value; a value with blanks, # or $ belongs in single quotes"
                )));
            }
        };
        found.doubts.extend(doubt_of_name(&place, &name));
        let meant = nearest_setting(&name).unwrap_or_else(|| name.clone());
        found.secrets.extend(secrets_in(&HashMap::from([(meant, value.clone())])));
        if loses_a_dollar(&written.concat(), &value) {
            found.doubts.push(format!(
                "{place}: in the value of {name} a $ and the name behind it were replaced; in single quotes they stay"
            ));
        }
        if let Some(earlier) = places.insert(name.clone(), first + 1) {
            found
                .doubts
                .push(format!("{place}: {name} is set in line {earlier} already; this one counts"));
        }
        found.values.insert(name, value);
    }
}

/// The name that a line which cannot be read begins with.
fn name_in(line: &str) -> Option<&str> {
    let name = line.split_once('=')?.0.trim().trim_start_matches("export ").trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

/// A password with a dollar sign is cut short by what a shell would do with it.
fn loses_a_dollar(written: &str, value: &str) -> bool {
    let value_as_written = written.split_once('=').map_or("", |(_, value)| value.trim());
    !value_as_written.starts_with('\'') && value_as_written.contains('$') && !value.contains('$')
}

/// A name that nothing reads, and what it may be meant for.
fn doubt_of_name(place: &str, name: &str) -> Option<String> {
    if ENVIRONMENT_ONLY.split(' ').any(|known| known == name) {
        return Some(format!("{place}: {name} counts in the environment only, not in this file"));
    }
    let unknown = format!("{place}: {name} is no setting of stocksync, and does nothing");
    match nearest_setting(name) {
        Some(known) if known == name => None,
        Some(meant) => Some(format!("{unknown}; is {meant} meant?")),
        None => Some(unknown),
    }
}

/// The setting of this name, or else the one whose name is most like it.
fn nearest_setting(name: &str) -> Option<String> {
    let upper = name.to_uppercase();
    let likeness = |known: &str| match known {
        _ if known == name => 2.0,
        _ if known.ends_with(&format!("_{upper}")) => 1.0,
        _ => strsim::jaro_winkler(&upper, known),
    };
    let nearest = settings().map(|known| (likeness(&known), known));
    let nearest = nearest.max_by(|one, other| one.0.total_cmp(&other.0));
    nearest.filter(|(likeness, _)| *likeness > ALIKE).map(|(_, known)| known)
}

fn settings() -> impl Iterator<Item = String> {
    let own = EXAMPLE.lines().filter_map(|line| name_in(line.trim_start_matches('#')));
    own.map(str::to_owned).chain(key_files::variables())
}

/// A reader that gives one line at a time, and so knows in which one whoever reads from it is.
struct Lines<'a> {
    rest: &'a [u8],
    /// Lines that were read to their end.
    taken: &'a Cell<usize>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let line =
            self.rest.iter().position(|byte| *byte == b'\n').map_or(self.rest.len(), |at| at + 1);
        let length = line.min(buffer.len());
        let (now, later) = self.rest.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.rest = later;
        if length > 0 && (now.ends_with(b"\n") || later.is_empty()) {
            self.taken.set(self.taken.get() + 1);
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(text: &str) -> Vec<String> {
        parse(".env", text.as_bytes()).unwrap().doubts
    }

    fn refusal(content: &[u8]) -> String {
        parse("a/.env", content).unwrap_err().to_string()
    }

    #[test]
    fn a_file_from_any_editor_is_read() {
        let text = "\u{feff}# keys\r\nOZON_CLIENT_ID=1\r\nexport MAX_SHRINK = \"40%\"  # a comment\r\n\r\nLOG_FORMAT='json'";
        let read = parse(".env", text.as_bytes()).unwrap();
        assert_eq!(read.doubts, [""; 0]);
        let value = |name: &str| read.values[name].as_str();
        assert_eq!(
            (value("OZON_CLIENT_ID"), value("MAX_SHRINK"), value("LOG_FORMAT")),
            ("1", "40%", "json")
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_file_line_and_name_and_without_the_value() {
        let wrong = "this is not NAME=value; a value with blanks, # or $ belongs in single quotes";
        let text = "# settings\n\nLOG_FORMAT=json\n\nDATABASE_URL=mysql://u:a long one@h/d\nMAX_SHRINK=1%\n";
        assert_eq!(refusal(text.as_bytes()), format!("a/.env, line 5 (DATABASE_URL): {wrong}"));
        assert_eq!(refusal(b"A=1\nsecret key\n"), format!("a/.env, line 2: {wrong}"));
        // A quote that is not closed takes everything behind it along.
        let text = "A='1\n2'\nWB_API_TOKEN='unfinished\nMAX_SHRINK=1%\n";
        assert_eq!(refusal(text.as_bytes()), format!("a/.env, line 3 (WB_API_TOKEN): {wrong}"));
        let not_text = "the file is not UTF-8; save it as UTF-8 and try again";
        assert_eq!(refusal(b"A=1\nB=\xcf\xf0\n"), format!("a/.env, line 2: {not_text}"));
        assert_eq!(refusal(b"\xff\xfeA\0=\0"), format!("a/.env, line 1: {not_text}"));
    }

    #[test]
    fn a_name_that_nothing_reads_is_told_with_the_nearest_one() {
        for (name, meant) in [
            ("MAX_SHRNK", "MAX_SHRINK"),
            ("max_shrink", "MAX_SHRINK"),
            ("OZON_API_KEY_ISUED", "OZON_API_KEY_ISSUED"),
            ("WB_API_TOKN", "WB_API_TOKEN"),
            ("WB_TOKEN", "WB_API_TOKEN"),
            ("TELEGRAM_BOT_TOKEN", "ALERT_TELEGRAM_BOT_TOKEN"),
            ("OZON_API_KEY_FIL", "OZON_API_KEY_FILE"),
        ] {
            let told = format!(
                ".env, line 2: {name} is no setting of stocksync, and does nothing; is {meant} meant?"
            );
            assert_eq!(doubts(&format!("# x\n{name}=1\n")), [told]);
        }
        let foreign = ".env, line 1: PHP_MEMORY is no setting of stocksync, and does nothing";
        assert_eq!(doubts("PHP_MEMORY=1"), [foreign]);
        let elsewhere = ".env, line 1: TMPDIR counts in the environment only, not in this file";
        assert_eq!(doubts("TMPDIR=/var/tmp"), [elsewhere]);
        assert_eq!(doubts("WB_API_TOKEN_FILE=/run/x\nLANG=ru_RU.UTF-8"), [""; 0]);
    }

    #[test]
    fn a_name_twice_and_a_dollar_that_is_gone_are_told() {
        let twice = ".env, line 3: MAX_SHRINK is set in line 1 already; this one counts";
        assert_eq!(doubts("MAX_SHRINK=1%\nLOG_FORMAT=text\nMAX_SHRINK=2%\n"), [twice]);
        let gone = ".env, line 1: in the value of DATABASE_URL a $ and the name behind it were replaced; \
                    in single quotes they stay";
        assert_eq!(doubts("DATABASE_URL=mysql://u:pa$word@h/d\n"), [gone]);
        assert_eq!(doubts("DATABASE_URL='mysql://u:pa$word@h/d'\n"), [""; 0]);
    }

    #[test]
    fn a_key_under_a_misspelt_name_and_one_that_is_replaced_are_secrets() {
        let read = parse(
            ".env",
            b"OZON_API_KY=typo\nOZON_API_KEY=first\nOZON_API_KEY=second\nMAX_SHRNK=open\n",
        );
        assert_eq!(read.unwrap().secrets, ["typo", "first", "second"]);
    }

    #[test]
    fn every_line_of_the_example_is_known() {
        let active: String = EXAMPLE
            .lines()
            .map(|line| line.trim_start_matches('#'))
            .filter(|line| name_in(line).is_some())
            .fold(String::new(), |text, line| text + line + "\n");
        assert!(active.lines().count() > 40);
        assert_eq!(doubts(&active), [""; 0]);
    }
}
