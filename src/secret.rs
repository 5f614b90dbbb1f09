//! A value that must not be seen: keys, tokens, passwords. It cannot print itself and does not turn into text by accident.

use std::fmt;

use sha2::{Digest, Sha256};

/// A key, token or password. `Debug` shows a placeholder, there is no `Display`, and nothing derefs to text:
/// whoever needs the value writes [`Secret::expose`], which is easy to find in a review.
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

/// Secrets shorter than this (bytes) are left where they stand: blotting them out would garble the text and hide nothing.
const SHORTEST_BLOTTED: usize = 5;

/// The text with every secret blotted out. Must come before any cut, which could leave half a secret at the end.
pub fn blot<'a>(text: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> String {
    let secrets = secrets.into_iter().map(Secret::expose);
    secrets
        .filter(|secret| secret.len() >= SHORTEST_BLOTTED)
        .fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_blotted_out_wherever_it_stands() {
        let secrets = [Secret::new("key-4711"), Secret::new("pw")];
        assert_eq!(blot("a key-4711 b key-4711, pw", &secrets), "a … b …, pw");
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
