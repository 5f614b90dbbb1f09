//! A POST of JSON as Slack's and Mattermost's incoming webhooks take it. The message is also there as structured data, in `event`,
//! which both of them pass over.

use reqwest::blocking::Client;
use serde_json::{Value, json};

use super::plain;
use crate::monitor::alerts::{Message, State};
use crate::monitor::finding::Severity;
use crate::secret::Secret;

pub(super) fn body(message: &Message) -> Value {
    let color = match (message.state, message.severity) {
        (State::Recovered, _) => "#2e7d32",
        (State::Raised, Severity::Warning) => "#b26a00",
        (State::Raised, Severity::Critical) => "#c62828",
    };
    let field = |title: &str, value: &str, short: bool| json!({"title": title, "value": escaped(value), "short": short});
    let mut fields = vec![
        field("Source", message.source, true),
        field("Time", &message.time.format("%Y-%m-%d %H:%M (UTC%:z)").to_string(), true),
    ];
    if !message.cause.is_empty() {
        fields.push(field("Cause", &message.cause, false));
    }
    fields.push(field("Next step", &message.next_step, false));
    json!({
        "text": format!("*{}*", escaped(&message.title)),
        "attachments": [{"color": color, "fallback": escaped(&message.text()), "fields": fields}],
        "event": message,
    })
}

/// `<!channel>` or `@all` in the answer of a marketplace must not wake a whole team.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "@\u{200b}")
}

pub(super) fn send(client: &Client, url: &Secret, body: &Value) -> Result<(), String> {
    let response = client.post(url.expose()).json(body).send().map_err(plain)?;
    let status = response.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(format!("it answered {status}; is ALERT_WEBHOOK_URL right?"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Exit;
    use crate::inventory::Source;
    use crate::monitor::alerts::{Topic, failed};

    #[test]
    fn the_fields_are_there_for_people_and_as_data() {
        let time = "2026-11-23T12:00:00+03:00".parse().unwrap();
        let cause = (Exit::KeyRejected, "401 <!channel> @all");
        let body = body(&failed(Source::Ozon, Topic::KeyRejected, cause, 1, time));
        assert_eq!(body["text"], "*Ozon: the key was rejected*");
        assert_eq!(body["event"]["source"], "Ozon");
        assert_eq!(body["event"]["topic"], "key_rejected");
        assert_eq!(body["event"]["time"], "2026-11-23T12:00:00+03:00");
        assert_eq!(body["event"]["exit_code"], 77);
        let cause = &body["attachments"][0]["fields"][2];
        assert_eq!(cause["title"], "Cause");
        assert_eq!(cause["value"], "401 &lt;!channel&gt; @\u{200b}all (exit 77)");
    }
}
