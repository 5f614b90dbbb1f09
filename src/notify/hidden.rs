//! The last look at a text before it leaves the machine: no key, token, password or secret address may be in it.

use crate::config::AlertSettings;
use crate::secret::{self, Secret};

/// What no message may hold.
pub struct Hidden(Vec<Secret>);

impl Hidden {
    /// Everything that is secret in these settings.
    pub fn of(settings: &AlertSettings) -> Self {
        Self(settings.hidden.clone())
    }

    /// The text with every secret blotted out.
    pub fn blot(&self, text: &str) -> String {
        secret::blot(text, &self.0)
    }
}
