//! The channels to people: webhook, Telegram, healthcheck. They can only warn: nothing here fails a
//! run or holds it up for more than a few seconds. What is worth a message is decided in
//! `monitor/alerts.rs`.

pub(crate) mod healthcheck;
mod telegram;
mod webhook;

use std::sync::mpsc;
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::redirect::Policy;

use crate::config::AlertSettings;
use crate::http::connection::client::USER_AGENT;
use crate::http::connection::tls;
use crate::secret::mask;
use crate::text::clean;
use crate::words::alerts::Message;

/// How long all channels together may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a cause may be, in characters; what is left fits every channel.
const LONGEST_CAUSE: usize = 1_000;

/// Sends messages over all channels at once, over each in their order; says of each message which
/// channels took it. A channel that does not is a warning in the log.
pub(crate) fn tell(settings: &AlertSettings, messages: &[Message]) -> Vec<Vec<&'static str>> {
    let messages: Vec<Message> = messages.iter().map(safe).collect();
    let until = Instant::now() + PATIENCE;
    let mut queues: Vec<Queue> = Vec::new();
    if let Some(url) = &settings.webhook {
        let send = |message| -> Send {
            let (url, body) = (url.clone(), webhook::body(message));
            Box::new(move || webhook::send(&client()?, &url, &body))
        };
        queues.push(("webhook", messages.iter().map(send).collect()));
    }
    if let Some(telegram) = &settings.telegram {
        let send = |message| -> Send {
            let (telegram, text) = (telegram.clone(), telegram::text(message));
            Box::new(move || telegram::send(&client()?, &telegram, &text, until))
        };
        queues.push(("telegram", messages.iter().map(send).collect()));
    }
    let mut took = vec![Vec::new(); messages.len()];
    for (index, name) in in_time(queues, until) {
        took[index].push(name);
    }
    took
}

/// One send; its error is a sentence without any secret.
type Send = Box<dyn FnOnce() -> Result<(), String> + std::marker::Send>;

type Queue = (&'static str, Vec<Send>);

/// Runs the queues side by side, each in a thread of its own: what hangs, in DNS or in TLS, is left
/// behind when the time is over. Returns what was taken, as place in the queue and name, sorted.
fn in_time(queues: Vec<Queue>, until: Instant) -> Vec<(usize, &'static str)> {
    let (sender, receiver) = mpsc::channel();
    let mut waiting: Vec<(&'static str, usize)> = Vec::new();
    for (name, sends) in queues {
        let sender = sender.clone();
        let count = sends.len();
        let work = move || {
            for (index, send) in sends.into_iter().enumerate() {
                // Nobody would remember what is taken later.
                if Instant::now() < until && sender.send((index, name, send())).is_err() {
                    return;
                }
            }
        };
        match std::thread::Builder::new().name(name.into()).spawn(work) {
            Ok(_) => waiting.push((name, count)),
            Err(error) => log::warn!("{name}: {error}"),
        }
    }
    drop(sender);
    let mut took = Vec::new();
    while let Ok((index, name, outcome)) =
        receiver.recv_timeout(until.saturating_duration_since(Instant::now()))
    {
        waiting
            .iter_mut()
            .filter(|(other, _)| *other == name)
            .for_each(|(_, left)| *left = left.saturating_sub(1));
        match outcome {
            Ok(()) => took.push((index, name)),
            Err(reason) => log::warn!("{name} did not take the message: {reason}"),
        }
    }
    for (name, _) in waiting.into_iter().filter(|(_, left)| *left > 0) {
        log::warn!("{name} did not answer within {} s; going on without it", PATIENCE.as_secs());
    }
    took.sort_unstable();
    took
}

/// Redirects are not followed: the addresses are secrets of one host.
fn client() -> Result<Client, String> {
    let tls = tls::configuration().map_err(|failure| failure.to_string())?;
    Client::builder()
        .user_agent(USER_AGENT)
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

/// The last look at a text before it leaves the machine.
fn safe(message: &Message) -> Message {
    Message {
        title: mask(&message.title).into_owned(),
        cause: clean(&message.cause, LONGEST_CAUSE),
        next_step: mask(&message.next_step).into_owned(),
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
        let also: Send = Box::new(|| Ok(()));
        let broken: Send = Box::new(|| Err("no".into()));
        let behind: Send = Box::new(|| Ok(()));
        let soon = || Instant::now() + PATIENCE;
        let queues = vec![("quick", vec![quick, also]), ("broken", vec![broken])];
        assert_eq!(in_time(queues, soon()), [(0, "quick"), (1, "quick")]);
        assert!(began.elapsed() < PATIENCE);
        assert_eq!(in_time(vec![("hang", vec![hang, behind])], soon()), []);
        assert!(began.elapsed() < PATIENCE * 2);
    }
}
