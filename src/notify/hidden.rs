//! The last look at a text before it leaves the machine: no key, token, password or secret address may be in it.

use crate::config::AlertSettings;
use crate::secret::Secret;

/// What no message may hold.
pub struct Hidden(Vec<Secret>);

impl Hidden {
    /// Everything that is secret in these settings.
    pub fn of(settings: &AlertSettings) -> Self {
        Self(settings.hidden.clone())
    }

    /// The text with every secret blotted out.
    pub fn blot(&self, text: &str) -> String {
        // Blotting out something short would garble the text and hide nothing.
        let secrets = self.0.iter().map(Secret::expose).filter(|secret| secret.len() >= 5);
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_blotted_out_wherever_it_stands() {
        let hidden = Hidden(vec![Secret::new("key-4711"), Secret::new("pw")]);
        assert_eq!(hidden.blot("a key-4711 b key-4711, pw"), "a … b …, pw");
    }
}
