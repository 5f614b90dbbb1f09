//! The channels to people: webhook, Telegram, healthcheck. They can only warn: nothing here fails a run or holds it up for more
//! than a few seconds. What is worth a message is decided in `monitor/alerts.rs`.

pub mod healthcheck;
mod hidden;
mod telegram;
mod webhook;

use std::sync::mpsc;
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::redirect::Policy;

pub use hidden::Hidden;

use crate::config::AlertSettings;
use crate::marketplace::http::tls;
use crate::monitor::alerts::Message;

/// How long all channels together may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a cause may be, in characters; what is left fits every channel.
const LONGEST_CAUSE: usize = 1_000;

/// Sends a message over all channels at once; says which of them took it. A channel that does not is a warning in the log.
pub fn tell(settings: &AlertSettings, message: &Message) -> Vec<&'static str> {
    let message = safe(message, &Hidden::of(settings));
    let mut sends: Vec<(&'static str, Send)> = Vec::new();
    if let Some(url) = settings.webhook.clone() {
        let body = webhook::body(&message);
        sends.push(("webhook", Box::new(move || webhook::send(&client()?, &url, &body))));
    }
    if let Some(telegram) = settings.telegram.clone() {
        let text = telegram::text(&message);
        let until = Instant::now() + PATIENCE;
        sends.push((
            "telegram",
            Box::new(move || telegram::send(&client()?, &telegram, &text, until)),
        ));
    }
    in_time(sends)
}

/// One send; its error is a sentence without any secret.
type Send = Box<dyn FnOnce() -> Result<(), String> + std::marker::Send>;

/// Runs sends side by side, each in a thread of its own: what hangs, in DNS or in TLS, is left behind when the time is over.
fn in_time(sends: Vec<(&'static str, Send)>) -> Vec<&'static str> {
    let (sender, receiver) = mpsc::channel();
    let mut waiting: Vec<&'static str> = Vec::new();
    for (name, send) in sends {
        let sender = sender.clone();
        waiting.push(name);
        let thread = std::thread::Builder::new().name(name.into());
        if let Err(error) = thread.spawn(move || sender.send((name, send()))) {
            log::warn!("{name}: {error}");
        }
    }
    drop(sender);
    let (until, mut took) = (Instant::now() + PATIENCE, Vec::new());
    while let Ok((name, outcome)) =
        receiver.recv_timeout(until.saturating_duration_since(Instant::now()))
    {
        waiting.retain(|other| *other != name);
        match outcome {
            Ok(()) => took.push(name),
            Err(reason) => log::warn!("{name} did not take the message: {reason}"),
        }
    }
    for name in waiting {
        log::warn!("{name} did not answer within {} s; going on without it", PATIENCE.as_secs());
    }
    took.sort_unstable();
    took
}

/// Redirects are not followed: the addresses are secrets of one host.
fn client() -> Result<Client, String> {
    let tls = tls::configuration().map_err(|failure| failure.to_string())?;
    Client::builder()
        .user_agent(concat!("stocksync/", env!("CARGO_PKG_VERSION")))
        .timeout(PATIENCE)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .build()
        .map_err(plain)
}

/// An error without the address, which is a secret.
fn plain(error: reqwest::Error) -> String {
    let error = error.without_url();
    format!("{:#}", anyhow::Error::new(error))
}

fn safe(message: &Message, hidden: &Hidden) -> Message {
    Message {
        title: hidden.blot(&message.title),
        cause: crate::marketplace::http::problem::clean(
            &hidden.blot(&message.cause),
            LONGEST_CAUSE,
        ),
        next_step: hidden.blot(&message.next_step),
        ..message.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_hangs_is_left_behind() {
        let began = Instant::now();
        let hang: Send = Box::new(|| {
            std::thread::sleep(PATIENCE * 4);
            Ok(())
        });
        let quick: Send = Box::new(|| Ok(()));
        let broken: Send = Box::new(|| Err("no".into()));
        assert_eq!(in_time(vec![("quick", quick), ("broken", broken)]), ["quick"]);
        assert!(began.elapsed() < PATIENCE);
        assert_eq!(in_time(vec![("hang", hang)]), [""; 0]);
        assert!(began.elapsed() < PATIENCE * 2);
    }
}
