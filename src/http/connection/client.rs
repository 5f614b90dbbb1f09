//! reqwest's clients, one per patience and destination, built when they are needed. Decides nothing
//! about answers.

use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use rustls::ClientConfig;

use super::public_address::Resolver;
use super::tls;
use crate::failure::{Exit, Failure, OrFail};

pub(crate) const USER_AGENT: &str = concat!("stocksync/", env!("CARGO_PKG_VERSION"));

/// Where a request goes, which decides what it may carry and whom it may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The marketplace's API: the credentials go along.
    Api,
    /// The host that an API answer named: no credentials, and no address of the own network.
    Download,
}

/// The clients of one pull. The blocking client counts its timeout for the wait for the headers and
/// anew for each read of the body, but knows it only per client: so the longer patience of a later
/// attempt needs a client of its own.
pub(crate) struct Clients {
    tls: ClientConfig,
    timeout: Duration,
    only_public: bool,
    built: Vec<(Target, u32, Client)>,
}

impl Clients {
    /// Clients whose n-th attempt allows a silence of n × `timeout`; with `only_public`, downloads
    /// reach public addresses only.
    pub(crate) fn new(timeout: Duration, only_public: bool) -> Result<Self, Failure> {
        Ok(Self { tls: tls::configuration()?, timeout, only_public, built: Vec::new() })
    }

    /// The longest silence that attempt `attempt` (from 1 on) bears.
    pub(crate) fn patience(&self, attempt: u32) -> Duration {
        self.timeout.saturating_mul(attempt)
    }

    pub(crate) fn get(&mut self, target: Target, attempt: u32) -> Result<Client, Failure> {
        let wanted = |built: &&(Target, u32, Client)| built.0 == target && built.1 == attempt;
        if let Some((_, _, client)) = self.built.iter().find(wanted) {
            return Ok(client.clone());
        }
        let client = self.build(target, attempt)?;
        // Each client is a thread: only those of first attempts are worth keeping.
        self.built.retain(|(_, attempt, _)| *attempt == 1);
        self.built.push((target, attempt, client.clone()));
        Ok(client)
    }

    fn build(&self, target: Target, attempt: u32) -> Result<Client, Failure> {
        // Redirects are followed by hand, where it is known which of them may see credentials. A
        // proxy of the environment would see the keys of a loopback address and undo the guard of
        // downloads.
        let only_public = target == Target::Download && self.only_public;
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .timeout(self.patience(attempt))
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .no_proxy()
            .gzip(true)
            .http1_max_headers(100)
            .dns_resolver(Arc::new(Resolver { only_public }))
            .tls_backend_preconfigured(self.tls.clone());
        builder.build().or_fail(Exit::Program, || "cannot set up HTTP".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_for_https_can_be_built() {
        let mut clients = Clients::new(Duration::from_secs(60), true).unwrap();
        assert!(clients.get(Target::Api, 1).is_ok());
        assert!(clients.get(Target::Download, 1).is_ok());
    }

    #[test]
    fn the_patience_grows_with_the_attempt() {
        let clients = Clients::new(Duration::from_secs(60), true).unwrap();
        assert_eq!(clients.patience(1), Duration::from_secs(60));
        assert_eq!(clients.patience(3), Duration::from_secs(180));
    }

    #[test]
    fn clients_of_later_attempts_do_not_pile_up() {
        let mut clients = Clients::new(Duration::from_secs(60), true).unwrap();
        for attempt in 1..=5 {
            clients.get(Target::Api, attempt).unwrap();
        }
        assert_eq!(clients.built.len(), 2);
    }
}
