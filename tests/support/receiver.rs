//! What stands at the other end of the alerts: webhook, Telegram and healthcheck, which write down what they are told.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::binary::secrets;
use super::marketplace::http::{Reply, Request, Server};

/// The secret parts of the addresses; no message may hold them.
pub const HOOK: &str = "T0-secret-hook-B0";
pub const BOT_TOKEN: &str = "4711:AA-secret-bot-token";
pub const CHECK: &str = "5f2c-secret-check-77";

#[derive(Default)]
struct State {
    seen: Vec<Request>,
    /// Answers to the next requests; 200 when there are none left.
    replies: Vec<Reply>,
}

/// All three channels on one address.
pub struct Receiver {
    state: Arc<Mutex<State>>,
    server: Server,
}

impl Receiver {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Server::start(0, move |request| {
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            state.seen.push(request);
            if state.replies.is_empty() {
                Reply::json(200, r#"{"ok":true}"#)
            } else {
                state.replies.remove(0)
            }
        })
        .expect("a free port");
        Self { state, server }
    }

    pub fn webhook_url(&self) -> String {
        format!("{}/hooks/{HOOK}", self.server.url())
    }

    pub fn healthcheck_url(&self) -> String {
        format!("{}/ping/{CHECK}", self.server.url())
    }

    /// The variables that set up all three channels.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("ALERT_WEBHOOK_URL", self.webhook_url()),
            ("ALERT_TELEGRAM_BOT_TOKEN", BOT_TOKEN.into()),
            ("ALERT_TELEGRAM_CHAT_ID", "-100123".into()),
            ("ALERT_TELEGRAM_API_URL", self.server.url()),
            ("HEALTHCHECK_URL", self.healthcheck_url()),
        ]
    }

    /// The next request gets this answer.
    pub fn answer(&self, reply: Reply) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).replies.push(reply);
    }

    /// What has come since the last call of this function. No body holds a secret.
    pub fn take(&self) -> Vec<Request> {
        let seen =
            std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).seen);
        for request in &seen {
            let text = String::from_utf8_lossy(&request.body);
            let own = [HOOK, BOT_TOKEN, CHECK].map(str::to_owned);
            for secret in secrets().into_iter().chain(own) {
                assert!(!text.contains(&secret), "{} gives {secret:?} away: {text}", request.path);
            }
        }
        seen
    }
}

/// The bodies that came to the webhook.
pub fn webhooks(seen: &[Request]) -> Vec<Value> {
    let to_hook = seen.iter().filter(|request| request.path.starts_with("/hooks/"));
    to_hook.map(|request| serde_json::from_slice(&request.body).expect("JSON")).collect()
}

/// The texts that came to Telegram.
pub fn telegrams(seen: &[Request]) -> Vec<String> {
    let path = format!("/bot{BOT_TOKEN}/sendMessage");
    seen.iter()
        .filter(|request| request.path == path)
        .map(|request| {
            let body: Value = serde_json::from_slice(&request.body).expect("JSON");
            assert_eq!(body["chat_id"], "-100123");
            body["text"].as_str().expect("a text").to_owned()
        })
        .collect()
}

/// The pings that came to the healthcheck: the part after its address, and the body.
pub fn pings(seen: &[Request]) -> Vec<(String, String)> {
    let prefix = format!("/ping/{CHECK}/");
    seen.iter()
        .filter_map(|request| {
            let path = request.path.strip_prefix(&prefix)?;
            Some((path.to_owned(), String::from_utf8_lossy(&request.body).into_owned()))
        })
        .collect()
}
