//! A POST of JSON as Slack's and Mattermost's incoming webhooks take it. The message is also there
//! as structured data, in `event`, which both of them pass over.

use reqwest::blocking::Client;
use serde_json::{Value, json};

use super::plain;
use crate::failure::Exit;
use crate::monitor::alerts::State;
use crate::monitor::finding::Severity;
use crate::secret::Secret;
use crate::words::alerts::Message;

pub(super) fn body(message: &Message) -> Value {
    let color = match (message.alert.state, message.alert.severity) {
        (State::Recovered, _) => "#2e7d32",
        (State::Raised, Severity::Warning) => "#b26a00",
        (State::Raised, Severity::Critical) => "#c62828",
    };
    // The first two, marketplace and time, fit side by side.
    let field = |(index, (title, value)): (usize, (&str, String))| json!({"title": title, "value": escaped(&value), "short": index < 2});
    let fields: Vec<Value> = message.fields().into_iter().enumerate().map(field).collect();
    json!({
        "text": format!("*{}*", escaped(&message.title)),
        "attachments": [{"color": color, "fallback": escaped(&message.text()), "fields": fields}],
        "event": event(message),
    })
}

/// The message as data. Its field names are an interface.
fn event(message: &Message) -> Value {
    let alert = &message.alert;
    json!({
        "source": alert.source.as_str(),
        "topic": alert.topic,
        "state": alert.state,
        "severity": alert.severity,
        "time": alert.time.to_rfc3339(),
        "title": message.title,
        "cause": message.cause,
        "next_step": message.next_step,
        "failures": alert.failures,
        "exit_code": alert.exit.map(Exit::code),
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
    use crate::inventory::Source;
    use crate::language::Language;
    use crate::monitor::alerts::{Alert, Topic};

    #[test]
    fn the_fields_are_there_for_people_and_as_data() {
        let time = "2026-11-23T12:00:00+03:00".parse().unwrap();
        let cause = (Exit::KeyRejected, "401 <!channel> @all".to_owned());
        let alert = Alert::failed(Source::Ozon, Topic::KeyRejected, cause, 1, time);
        let body = body(&Message::of(alert, Language::English));
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
