//! Keys that stand in files of their own, as systemd's credentials and containers' secrets do:
//! `NAME_FILE` names the file whose text is the value of `NAME`. No message here holds any part of
//! a file.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::failure::{Exit, Failure};

/// The variables whose value no log and no message may show. Each may stand in a file.
pub(super) const SECRETS: [&str; 6] = [
    "DATABASE_URL",
    "OZON_API_KEY",
    "WB_API_TOKEN",
    "ALERT_WEBHOOK_URL",
    "ALERT_TELEGRAM_BOT_TOKEN",
    "HEALTHCHECK_URL",
];

/// What may stand in a file beside its key and is none: whoever knows it can do nothing with it.
const IDENTIFIERS: [&str; 1] = ["OZON_CLIENT_ID"];

/// Those without which a run goes on.
const OPTIONAL: [&str; 3] = ["ALERT_WEBHOOK_URL", "ALERT_TELEGRAM_BOT_TOKEN", "HEALTHCHECK_URL"];

/// No key is longer.
const LONGEST: u64 = 64 << 10;

/// The variables that may name a file.
pub(super) fn variables() -> impl Iterator<Item = String> {
    SECRETS.into_iter().chain(IDENTIFIERS).map(|key| format!("{key}_FILE"))
}

/// Reads the files that are named. One that cannot be read is told when its key is needed: `report`
/// needs none. Errors: `Exit::Configuration` for a key that is given twice: nobody could say
/// which one counts.
pub(super) fn read(
    values: &mut HashMap<String, String>,
) -> Result<HashMap<String, String>, Failure> {
    let mut unreadable = HashMap::new();
    for key in SECRETS.into_iter().chain(IDENTIFIERS) {
        let variable = format!("{key}_FILE");
        let is_set = |name: &str| values.get(name).is_some_and(|value| !value.trim().is_empty());
        if !is_set(&variable) {
            continue;
        }
        if is_set(key) {
            let message = format!("{key} and {variable} are both set; keep one of them");
            return Err(Failure::new(Exit::Configuration, message));
        }
        let path = values[&variable].trim().to_owned();
        match contents(Path::new(&path)) {
            Ok(value) if value.trim().is_empty() => {
                unreadable.insert(key.to_owned(), format!("{variable}: {path} is empty"));
            }
            Ok(value) => {
                values.insert(key.to_owned(), value);
            }
            Err(error) => {
                unreadable
                    .insert(key.to_owned(), format!("{variable}: cannot read {path}: {error}"));
            }
        }
    }
    Ok(unreadable)
}

/// Of those that could not be read the ones without which a run goes on: said at once, or nobody
/// would hear of it.
pub(super) fn gone_without(unreadable: &HashMap<String, String>) -> impl Iterator<Item = String> {
    let reasons = OPTIONAL.iter().filter_map(|key| unreadable.get(*key));
    reasons.map(|reason| format!("{reason}; going on without it"))
}

fn contents(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}

/// Tells of a file with keys that everybody on this machine can read. Its group may: a service's
/// user often is only that.
pub(super) fn openness(path: &Path) -> Option<String> {
    const OTHERS: u32 = 0o007;
    let file = std::fs::metadata(path).ok()?;
    let path = path.display();
    (file.is_file() && file.permissions().mode() & OTHERS != 0).then(|| {
        format!("everybody on this machine can read {path}, with its keys; run chmod o= {path}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read_with(pairs: &[(&str, &str)]) -> (HashMap<String, String>, HashMap<String, String>) {
        let mut values: HashMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let unreadable = read(&mut values).unwrap();
        (values, unreadable)
    }

    #[test]
    fn a_key_is_what_its_file_holds_without_the_line_end() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123-abc\n").unwrap();
        let path = file.path().to_str().unwrap();
        let (values, _) = read_with(&[("OZON_API_KEY_FILE", path), ("OZON_API_KEY", "")]);
        assert_eq!(values["OZON_API_KEY"], "0123-abc");
    }

    #[test]
    fn a_file_that_is_not_there_or_empty_is_told_with_its_variable_and_path() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let path = empty.path().to_str().unwrap();
        let (_, unreadable) =
            read_with(&[("WB_API_TOKEN_FILE", "/does/not/exist"), ("DATABASE_URL_FILE", path)]);
        assert!(
            unreadable["WB_API_TOKEN"]
                .starts_with("WB_API_TOKEN_FILE: cannot read /does/not/exist")
        );
        assert_eq!(unreadable["DATABASE_URL"], format!("DATABASE_URL_FILE: {path} is empty"));
    }

    #[test]
    fn a_key_that_is_given_twice_is_refused() {
        let mut values = [("OZON_API_KEY", "a"), ("OZON_API_KEY_FILE", "/b")]
            .map(|(n, v)| (n.into(), v.into()))
            .into();
        let failure = read(&mut values).unwrap_err();
        assert_eq!(failure.exit(), Exit::Configuration);
        assert!(failure.to_string().starts_with("OZON_API_KEY and OZON_API_KEY_FILE"));
    }
}
