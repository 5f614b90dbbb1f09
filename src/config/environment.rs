//! Text from the environment and the `.env` file, and the one place that turns it into typed
//! values. Every refusal names the variable, and never shows the value of a secret.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{FixedOffset, NaiveDate};
use reqwest::Url;

use super::{env_file, hidden, key_files, units};
use crate::failure::{Exit, Failure};
use crate::secret::{self, Secret};

/// The variables of this run: those of the process, filled up from the `.env` file.
pub struct Environment {
    values: HashMap<String, String>,
    /// Why a variable's file could not be read; told when the variable is needed.
    unreadable: HashMap<String, String>,
    /// Where a variable that is missing could stand.
    places: String,
    /// What whoever wrote the settings should know, in sentences.
    pub doubts: Vec<String>,
}

impl Environment {
    /// Reads the process's variables and then `env_files` in their order; without any `.env` in the
    /// working directory, if it is there. Variables that are already set win. From here on no
    /// output shows a secret of any of them. Errors: `Exit::Configuration` for a file that cannot
    /// be read or has a line that is not `NAME=value`, and for a key that is given twice.
    pub fn load(env_files: &[PathBuf]) -> Result<Self, Failure> {
        // A variable that is not text cannot be one of ours.
        let mut values: HashMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        secret::hide(hidden::secrets_in(&values));
        let default = [PathBuf::from(".env")];
        let found = if env_files.is_empty() && default[0].exists() { &default } else { env_files };
        let mut doubts = Vec::new();
        for path in found {
            let file = env_file::read(path)?;
            secret::hide(file.secrets);
            doubts.extend(file.doubts);
            for (name, value) in file.values {
                values.entry(name).or_insert(value);
            }
        }
        let unreadable = key_files::read(&mut values)?;
        secret::hide(hidden::secrets_in(&values));
        doubts.extend(key_files::gone_without(&unreadable));
        Ok(Self { values, unreadable, places: places(found), doubts })
    }

    pub fn from_pairs<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        let values = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let places = places(&[PathBuf::from(".env")]);
        Self { values, unreadable: HashMap::new(), places, doubts: Vec::new() }
    }

    /// The same with these values where nothing is set, so that the rest can be judged without
    /// them.
    pub fn filled_up<const N: usize>(&self, pairs: [(&str, &str); N]) -> Self {
        let mut filled = Self::from_pairs(pairs);
        let set = self.values.iter().filter(|(_, value)| !value.trim().is_empty());
        filled.values.extend(set.map(|(name, value)| (name.clone(), value.clone())));
        filled
    }

    /// The value of a variable; one that is set to nothing counts as not set.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub fn required(&self, name: &str) -> Result<&str, Failure> {
        self.text(name).ok_or_else(|| {
            let message = match self.unreadable.get(name) {
                Some(reason) => reason.clone(),
                None => format!("{name} is not set; {}", self.places),
            };
            Failure::new(Exit::Configuration, message)
        })
    }

    /// A key that must be there. Only visible ASCII can travel in a header. The line end of a key's
    /// file is passed over; a no-break space is not: it came along from a page or a mail, and there
    /// may be more of it.
    pub fn secret(&self, name: &str) -> Result<Secret, Failure> {
        self.required(name)?;
        let text = self.values.get(name).map_or("", |value| value.trim_ascii());
        let key = bare_key(text);
        if key.len() < text.len() {
            log::debug!("{name}: \"Bearer\" before the token is left out");
        }
        match key.chars().position(|character| !character.is_ascii_graphic()) {
            None => Ok(Secret::new(key)),
            Some(place) => {
                let found = key.chars().nth(place).map_or("nothing", kind_of);
                let (place, length) = (place + 1, key.chars().count());
                let message = format!(
                    "{name} holds {found} (character {place} of {length}), which no key has; copy it again"
                );
                Err(Failure::new(Exit::Configuration, message))
            }
        }
    }

    /// `true` or `false`, also as `1`/`0`, `yes`/`no`, `on`/`off`.
    pub fn switch(&self, name: &str, default: bool) -> Result<bool, Failure> {
        self.parsed(name, default, "true or false", |text| {
            match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Some(true),
                "false" | "0" | "no" | "off" => Some(false),
                _ => None,
            }
        })
    }

    /// A whole number of at least one.
    pub fn count(&self, name: &str, default: u32) -> Result<u32, Failure> {
        self.parsed(name, default, "a whole number from 1 on, such as 3", |text| {
            text.parse().ok().filter(|count| *count >= 1)
        })
    }

    /// A duration as people write it; at most ten years.
    pub fn duration(&self, name: &str, default: Duration) -> Result<Duration, Failure> {
        Ok(self.judged(name, units::duration)?.unwrap_or(default))
    }

    /// A duration within which something has to happen: none at all would be too short for
    /// anything.
    pub fn timeout(&self, name: &str, default: Duration) -> Result<Duration, Failure> {
        Ok(self.judged(name, units::timeout)?.unwrap_or(default))
    }

    /// A size in bytes as people write it.
    pub fn size(&self, name: &str, default: u64) -> Result<u64, Failure> {
        self.parsed(name, default, "a size such as 500MiB or 2GiB", |text| {
            text.parse::<bytesize::ByteSize>()
                .ok()
                .map(|size| size.as_u64())
                .filter(|size| *size > 0)
        })
    }

    pub fn percentage(&self, name: &str, default: f64) -> Result<f64, Failure> {
        Ok(self.judged(name, units::percentage)?.unwrap_or(default))
    }

    pub fn utc_offset(&self, name: &str, default: FixedOffset) -> Result<FixedOffset, Failure> {
        self.parsed(name, default, "a distance from UTC such as +03:00", |text| text.parse().ok())
    }

    pub fn date(&self, name: &str) -> Result<Option<NaiveDate>, Failure> {
        self.parsed(name, None, "a date such as 2026-11-23", |text| text.parse().ok().map(Some))
    }

    /// The base URL of an API: `https`, or `http` for a loopback address. Its path ends in a slash,
    /// so that paths can be joined to it.
    pub fn api_url(&self, name: &str, default: &str) -> Result<Url, Failure> {
        let text = self.text(name).unwrap_or(default);
        let refuse =
            |reason: String| Failure::new(Exit::Configuration, format!("{name}: {reason}"));
        let mut url =
            Url::parse(text).map_err(|error| refuse(format!("{text:?} is not a URL: {error}")))?;
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(refuse("the URL may hold no user, password, query or fragment".into()));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => {
                return Err(refuse(format!(
                    "{text:?} would send keys unencrypted; http is only for loopback addresses"
                )));
            }
            other => {
                return Err(refuse(format!("{text:?} has the scheme {other:?}; https is needed")));
            }
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(url)
    }

    fn parsed<T>(
        &self,
        name: &str,
        default: T,
        form: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Failure> {
        let judge = |text: &str| parse(text).ok_or_else(|| format!("{text:?} is not {form}"));
        Ok(self.judged(name, judge)?.unwrap_or(default))
    }

    /// The value, if it is set, as `judge` reads it; its refusals follow the variable's name.
    pub fn judged<T>(
        &self,
        name: &str,
        judge: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Failure> {
        let refuse = |reason| Failure::new(Exit::Configuration, format!("{name}: {reason}"));
        self.text(name).map(judge).transpose().map_err(refuse)
    }
}

/// A key without the word that some documentation puts before it: the header of either marketplace
/// holds the key alone.
fn bare_key(text: &str) -> &str {
    match text.split_once(char::is_whitespace) {
        Some((word, key)) if word.eq_ignore_ascii_case("bearer") => key.trim_ascii_start(),
        _ => text,
    }
}

/// A character that no key has, for whoever has to find it.
fn kind_of(character: char) -> &'static str {
    match character {
        '\r' | '\n' => "a line break",
        '\u{a0}' | '\u{202f}' => "a no-break space",
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => "an invisible character",
        '\u{400}'..='\u{52f}' => "a Cyrillic letter",
        '«' | '»' | '\u{2018}'..='\u{201f}' => "a quote of a word processor",
        _ if character.is_whitespace() => "a blank",
        _ if character.is_control() => "a control character",
        _ => "a character that is not ASCII",
    }
}

fn places(files: &[PathBuf]) -> String {
    if files.is_empty() {
        let here = std::env::current_dir().unwrap_or_default();
        return format!("there is no .env in {}, and no --env-file is given", here.display());
    }
    let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    format!("put it into {} or the environment", files.join(", "))
}

/// Whether a URL points at this machine: `localhost`, `127.0.0.0/8` or `[::1]`.
pub fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T>(outcome: Result<T, Failure>) -> String {
        let failure = outcome.err().expect("must be refused");
        assert_eq!(failure.exit(), Exit::Configuration);
        failure.to_string()
    }

    #[test]
    fn a_bad_value_is_refused_with_the_name_of_its_variable() {
        let environment = Environment::from_pairs([
            ("D", "twenty"),
            ("E", "-1s"),
            ("N", "0"),
            ("P", "101%"),
            ("Q", "NaN"),
            ("B", "maybe"),
            ("S", "2 parsecs"),
        ]);
        assert!(
            refusal(environment.duration("D", Duration::ZERO))
                .starts_with("D: \"twenty\" is not a duration")
        );
        assert!(refusal(environment.duration("E", Duration::ZERO)).starts_with("E: "));
        assert!(refusal(environment.count("N", 1)).starts_with("N: "));
        assert!(refusal(environment.percentage("P", 1.0)).starts_with("P: "));
        assert!(refusal(environment.percentage("Q", 1.0)).starts_with("Q: "));
        assert!(refusal(environment.switch("B", true)).starts_with("B: "));
        assert!(refusal(environment.size("S", 1)).starts_with("S: "));
        assert!(refusal(environment.required("MISSING")).starts_with("MISSING is not set"));
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        let environment = Environment::from_pairs([
            ("D", "1h 30m"),
            ("S", "2GiB"),
            ("P", "50 %"),
            ("O", "+03:00"),
            ("EMPTY", " "),
        ]);
        assert_eq!(environment.duration("D", Duration::ZERO).unwrap(), Duration::from_secs(5400));
        assert_eq!(environment.size("S", 1).unwrap(), 2 << 30);
        assert_eq!(environment.percentage("P", 0.0).unwrap(), 50.0);
        assert_eq!(
            environment
                .utc_offset("O", FixedOffset::east_opt(0).unwrap())
                .unwrap()
                .local_minus_utc(),
            10_800
        );
        assert_eq!(environment.count("EMPTY", 7).unwrap(), 7);
    }

    #[test]
    fn plain_http_is_only_for_this_machine() {
        let environment = Environment::from_pairs([
            ("A", "http://127.0.0.1:8080"),
            ("B", "http://[::1]:8080/base"),
            ("C", "http://api-seller.ozon.ru"),
            ("D", "ftp://127.0.0.1"),
            ("E", "http://127.0.0.1.example.org"),
            ("F", "https://user:pw@example.org"),
        ]);
        assert_eq!(environment.api_url("A", "").unwrap().as_str(), "http://127.0.0.1:8080/");
        assert_eq!(environment.api_url("B", "").unwrap().as_str(), "http://[::1]:8080/base/");
        assert!(refusal(environment.api_url("C", "")).contains("unencrypted"));
        assert!(refusal(environment.api_url("D", "")).contains("https is needed"));
        assert!(refusal(environment.api_url("E", "")).contains("unencrypted"));
        assert!(!refusal(environment.api_url("F", "")).contains("pw"));
    }

    #[test]
    fn a_key_with_foreign_characters_is_refused_without_showing_it() {
        for (value, found) in [
            ("абв«secret»", "a Cyrillic letter (character 1 of 11)"),
            ("«secret»", "a quote"),
            ("secret\u{a0}", "a no-break space (character 7 of 7)"),
            ("\u{feff}secret", "an invisible character"),
            ("secret key", "a blank (character 7 of 10)"),
            ("secr\net", "a line break"),
            ("Bearer secret\u{a0}", "a no-break space (character 7 of 7)"),
            ("Bearer secret key", "a blank"),
        ] {
            let message = refusal(Environment::from_pairs([("KEY", value)]).secret("KEY"));
            assert!(message.starts_with(&format!("KEY holds {found}")), "{message}");
            assert!(!message.contains("secr"), "{message}");
        }
    }

    #[test]
    fn bearer_is_no_part_of_a_key_and_neither_is_the_line_end_of_its_file() {
        for value in ["Bearer key", "bearer  key", "BEARER\tkey\r\n", "Bearer\u{a0}key", " key\n"] {
            let key = Environment::from_pairs([("KEY", value)]).secret("KEY").unwrap();
            assert_eq!(key.expose(), "key", "{value:?}");
        }
        let key = Environment::from_pairs([("KEY", "Bearerkey")]).secret("KEY").unwrap();
        assert_eq!(key.expose(), "Bearerkey");
    }
}
