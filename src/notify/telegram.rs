//! Telegram's Bot API, method `sendMessage`: plain text, at most 4096 characters, and a pause when
//! it answers 429.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::blocking::Client;
use serde::Deserialize;
use serde_json::json;

use super::plain;
use crate::config::TelegramSettings;
use crate::monitor::alerts::State;
use crate::monitor::finding::Severity;
use crate::words::alerts::Message;

/// Telegram's limit of a message's text, counted in UTF-16 units as its clients do.
const LONGEST: usize = 4096;

#[derive(Default, Deserialize)]
struct Answer {
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

pub(super) fn text(message: &Message) -> String {
    let sign = match (message.alert.state, message.alert.severity) {
        (State::Recovered, _) => "✅",
        (State::Raised, Severity::Warning) => "⚠️",
        (State::Raised, Severity::Critical) => "🚨",
    };
    cut(&format!("{sign} {}", message.text()), LONGEST)
}

/// Sends; on a 429 waits as long as Telegram asks and sends once more, if that is still in time.
pub(super) fn send(
    client: &Client,
    settings: &TelegramSettings,
    text: &str,
    until: Instant,
) -> Result<(), String> {
    let path = format!("bot{}/sendMessage", settings.token.expose());
    // The token holds a colon, so `join` would read "bot123:…" as a scheme.
    let mut url = settings.api_url.clone();
    url.set_path(&format!("{}{path}", settings.api_url.path()));
    let body = json!({
        "chat_id": settings.chat_id,
        "text": text,
        "link_preview_options": {"is_disabled": true},
    });
    for last in [false, true] {
        let response = client.post(url.clone()).json(&body).send().map_err(plain)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let answer: Answer = response.json().unwrap_or_default();
        let wait = answer.parameters.and_then(|parameters| parameters.retry_after);
        match (status, wait) {
            (StatusCode::TOO_MANY_REQUESTS, Some(seconds))
                if !last && Instant::now() + Duration::from_secs(seconds) < until =>
            {
                log::debug!("telegram asks for {seconds} s");
                std::thread::sleep(Duration::from_secs(seconds));
            }
            (StatusCode::TOO_MANY_REQUESTS, wait) => {
                let wait = wait.map(|wait| format!(", wants {wait} s")).unwrap_or_default();
                return Err(format!("too many messages{wait}; the next run tells it"));
            }
            _ => {
                let said = answer.description.unwrap_or_default();
                let said = crate::text::printable(&said);
                return Err(format!(
                    "it answered {status} {said}; are ALERT_TELEGRAM_BOT_TOKEN and ALERT_TELEGRAM_CHAT_ID right?"
                ));
            }
        }
    }
    Err("too many messages".into())
}

/// At most `longest` UTF-16 units, and no half of a character.
fn cut(text: &str, longest: usize) -> String {
    if text.encode_utf16().count() <= longest {
        return text.to_owned();
    }
    let mut units = 1;
    let kept = text.chars().take_while(|char| {
        units += char.len_utf16();
        units <= longest
    });
    let mut short: String = kept.collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_to_what_telegram_takes() {
        assert_eq!(cut("абв", 3), "абв");
        assert_eq!(cut("абвг", 3), "аб…");
        let long = cut(&"🎄".repeat(4000), LONGEST);
        assert_eq!(long.encode_utf16().count(), 4095, "an emoji is two units");
        assert!(long.ends_with('…'));
    }
}
