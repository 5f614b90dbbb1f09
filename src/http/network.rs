//! A connection that did not come about or broke: what it broke on, in one clause, and what to look
//! at. Told by the types of the causes, not by their words, which are those of other crates.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};

use reqwest::Url;

use super::answer::status::below;
use super::connection::public_address::NameUnresolved;

/// What one attempt broke on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Refused,
    NoRoute,
    Silence,
    Tls,
    Cut,
}

/// A broken exchange of a kind that is known; the words of the crates below are in the log at
/// `-vv`.
#[derive(Debug)]
pub(super) struct Broken(Kind);

/// The error in few words where its kind is known, and as it is otherwise.
pub(super) fn told(error: impl Error + Send + Sync + 'static) -> anyhow::Error {
    match kind(&error) {
        None => error.into(),
        Some(kind) => {
            let error = anyhow::Error::new(error);
            log::trace!("{error:#}");
            Broken(kind).into()
        }
    }
}

fn kind(error: &(dyn Error + 'static)) -> Option<Kind> {
    below(error).find_map(|cause| {
        if cause.is::<NameUnresolved>() {
            return Some(Kind::Name);
        }
        if cause.is::<rustls::Error>() {
            return Some(Kind::Tls);
        }
        if cause.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout) {
            return Some(Kind::Silence);
        }
        match cause.downcast_ref::<io::Error>()?.kind() {
            ErrorKind::ConnectionRefused => Some(Kind::Refused),
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Some(Kind::NoRoute),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Some(Kind::Silence),
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Some(Kind::Cut),
            _ => None,
        }
    })
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Name => "the name cannot be resolved (DNS)",
            Kind::Refused => "the connection is refused",
            Kind::NoRoute => "there is no route to it",
            Kind::Silence => "no answer in time",
            Kind::Tls => "no TLS came about",
            Kind::Cut => "the connection broke off",
        })
    }
}

impl Error for Broken {}

impl Broken {
    /// The clause with the host in it, and what to look at.
    pub(super) fn at(&self, url: &Url) -> (String, String) {
        let host = url.host_str().unwrap_or("the host");
        let port = url.port_or_known_default().unwrap_or(443);
        let ask = format!("curl -sI {}", url.origin().ascii_serialization());
        match self.0 {
            Kind::Name => (
                format!("the name {host} cannot be resolved (DNS)"),
                format!("getent hosts {host}, /etc/resolv.conf"),
            ),
            Kind::Refused => (
                format!("{host} refuses connections to port {port}"),
                format!("{ask}, a firewall on the way"),
            ),
            Kind::NoRoute => (format!("there is no route to {host}"), "ip route".to_owned()),
            Kind::Silence => (
                format!("{host} did not answer in time (HTTP_TIMEOUT)"),
                format!("{ask}, a firewall on the way, the marketplace's status page"),
            ),
            Kind::Tls => (
                format!("no TLS with {host} came about"),
                format!("{ask}, a program between that opens HTTPS"),
            ),
            Kind::Cut => (
                format!("{host} broke the connection off"),
                format!("{ask}, the marketplace's status page"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_the_network_is_told_as_it_is() {
        assert_eq!(told(io::Error::other("odd")).to_string(), "odd");
        assert_eq!(kind(&io::Error::from(ErrorKind::NotFound)), None);
    }

    #[test]
    fn the_kind_is_found_below_other_errors() {
        let reset = || io::Error::from_raw_os_error(104);
        let (wrapped, tls) =
            (io::Error::other(reset()), io::Error::other(rustls::Error::HandshakeNotComplete));
        assert_eq!(kind(&wrapped), Some(Kind::Cut));
        assert_eq!(kind(&tls), Some(Kind::Tls));
        let name = io::Error::other(NameUnresolved(reset()));
        assert_eq!(kind(&name), Some(Kind::Name));
    }

    #[test]
    fn every_kind_names_the_host_and_something_to_look_at() {
        let url: Url = "https://api.example/v1".parse().unwrap();
        for kind in [Kind::Name, Kind::Refused, Kind::NoRoute, Kind::Silence, Kind::Tls, Kind::Cut]
        {
            let (clause, check) = Broken(kind).at(&url);
            assert!(clause.contains("api.example"), "{clause}");
            assert!(!check.is_empty());
        }
    }
}
