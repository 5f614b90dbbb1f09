//! Values that must not be seen: keys, tokens, passwords. One cannot print itself, and [`mask`]
//! blots every one that this process has been told of out of whatever leaves it. Where they come
//! from is for `config` to know.

use std::borrow::Cow;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};
use sha2::{Digest, Sha256};

/// A key, token or password. `Debug` shows a placeholder, there is no `Display`, and nothing derefs
/// to text: whoever needs the value writes [`Secret::expose`], which is easy to find in a review.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the value; blanks around it (a stray line end in `.env`) are not part of any key.
    pub fn new(value: &str) -> Self {
        Self(value.trim().to_owned())
    }

    /// Takes the value to the letter: a password may begin or end with a blank.
    pub fn verbatim(value: &str) -> Self {
        Self(value.to_owned())
    }

    /// By what it is told from another one without being kept: the beginning of its SHA-256.
    pub fn fingerprint(&self) -> String {
        Sha256::digest(&self.0).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The value itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Secrets shorter than this (bytes) are left where they stand: blotting them out would garble the
/// text and hide nothing.
const SHORTEST_MASKED: usize = 5;

struct Masked {
    values: Vec<String>,
    finder: Option<AhoCorasick>,
}

static MASKED: RwLock<Masked> = RwLock::new(Masked { values: Vec::new(), finder: None });

/// From now on [`mask`] blots these out, in whatever letter case they come back.
pub(crate) fn hide(secrets: impl IntoIterator<Item = String>) {
    let mut masked = MASKED.write().unwrap_or_else(PoisonError::into_inner);
    for secret in secrets {
        // A log or a table may hold it as a JSON string does.
        let escaped = serde_json::Value::from(secret.as_str()).to_string();
        let escaped = escaped[1..escaped.len() - 1].to_owned();
        for form in [secret, escaped] {
            if form.len() >= SHORTEST_MASKED && !masked.values.contains(&form) {
                masked.values.push(form);
            }
        }
    }
    let finder = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(&masked.values);
    masked.finder = finder.ok();
}

/// The text with every hidden secret blotted out. Must come before any cut, which could leave half
/// a secret at the end.
pub(crate) fn mask(text: &str) -> Cow<'_, str> {
    let masked = MASKED.read().unwrap_or_else(PoisonError::into_inner);
    match &masked.finder {
        Some(finder) if finder.is_match(text) => {
            let blots = vec!["…"; masked.values.len()];
            Cow::Owned(finder.replace_all(text, &blots))
        }
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is hidden stays hidden for all tests of the process, so these are found nowhere else.
    #[test]
    fn a_secret_is_masked_wherever_it_stands_and_the_longest_wins() {
        hide(["kappa-4711", "kappa", "pw", "nu\"47\\11"].map(str::to_owned));
        assert_eq!(mask("a kappa-4711 b KAPPA-4711, pw, kappaleia"), "a … b …, pw, …leia");
        assert_eq!(mask(r#"{"is": "nu\"47\\11"} nu"47\11"#), r#"{"is": "…"} …"#);
        assert!(matches!(mask("nothing of it"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_fingerprint_is_the_beginning_of_the_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(Secret::new("abc").fingerprint(), "ba7816bf8f01cfea");
    }

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", Some(Secret::new("hunter2"))).contains("hunter2"));
    }
}
