//! The dead-man's switch, as healthchecks.io does it: `/start` when a sync begins, `/<exit code>`
//! with the last log lines when it ends. It shouts when nothing comes: nobody but another machine
//! can tell that cron itself is dead.
//!
//! healthchecks.io takes every exit code but 0 for a failure and keeps the body with it, so `/fail`
//! would only say less.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::blocking::Client;

use super::{PATIENCE, Send, client, in_time, plain};
use crate::config::AlertSettings;
use crate::secret::{Secret, mask};

/// What healthchecks.io keeps of a body (bytes).
const LONGEST_BODY: usize = 100_000;

/// The switch of one run. Cheap to clone; all clones are one, and whichever tells the end first
/// tells it alone.
#[derive(Clone)]
pub(crate) struct Switch {
    inner: Arc<Inner>,
}

struct Inner {
    url: Option<Secret>,
    /// Held while a ping is under way, so that no end overtakes its beginning.
    ended: Mutex<bool>,
}

impl Switch {
    /// The switch that is set up, if any.
    pub(crate) fn of(settings: &AlertSettings) -> Self {
        let inner = Inner { url: settings.healthcheck.clone(), ended: Mutex::new(false) };
        Self { inner: Arc::new(inner) }
    }

    /// Tells that a sync begins, unless a signal has ended it already.
    pub(crate) fn starts(&self) {
        let ended = self.inner.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if !*ended {
            self.ping("start", "");
        }
    }

    /// Tells how a sync ended: its exit code, and the last lines of its log. The second call of a
    /// run tells nothing.
    pub(crate) fn ended(&self, exit_code: u8, log: &str) {
        let mut ended = self.inner.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *ended, true) {
            self.ping(&exit_code.to_string(), log);
        }
    }

    fn ping(&self, path: &str, log: &str) {
        let Some(base) = self.inner.url.clone() else { return };
        let body = tail(&mask(log), LONGEST_BODY).to_owned();
        let path = path.to_owned();
        let send: Send = Box::new(move || send(&client()?, &base, &path, body));
        in_time(vec![("healthcheck", vec![send])], Instant::now() + PATIENCE);
    }
}

fn send(client: &Client, base: &Secret, path: &str, body: String) -> Result<(), String> {
    let url = format!("{}/{path}", base.expose());
    let response = client.post(url).body(body).send().map_err(plain)?;
    let status = response.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(format!("it answered {status}; is HEALTHCHECK_URL right?"))
    }
}

/// The end of a text, at most `longest` bytes of it.
fn tail(text: &str, longest: usize) -> &str {
    let mut start = text.len().saturating_sub(longest);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_log_the_end_is_told() {
        assert_eq!(tail("abc", 5), "abc");
        assert_eq!(tail("abcdef", 3), "def");
        assert_eq!(tail("aяя", 3), "я", "no half of a character");
    }
}
