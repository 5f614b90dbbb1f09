//! Whom a download may reach. A link inside an answer is a stranger's word: it must not make the
//! machine that runs stocksync talk to its own network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether an address belongs to the public internet: not loopback, private, link-local, shared,
/// documentation, benchmarking, multicast, reserved or unspecified (IANA special-purpose
/// registries), also not wrapped into IPv6.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, ..)
    );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // NAT64 and 6to4 reach the IPv4 address that they carry.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, and documentation.
        [0x2001, 0 | 0xdb8, ..] => false,
        // Of all the rest only 2000::/3 is given out for unicast.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Why a link is not followed, in words that continue "the link …".
///
/// With `api_on_loopback` (a test server or a proxy on this machine) `http` and the own network are
/// allowed.
pub(crate) fn refusal(link: &Url, api_on_loopback: bool) -> Option<String> {
    match (link.scheme(), api_on_loopback) {
        ("https", _) | ("http", true) => {}
        (scheme, _) => return Some(format!("has the scheme {scheme:?}; only https is followed")),
    }
    if !link.username().is_empty() || link.password().is_some() {
        return Some("holds a user name or a password".into());
    }
    let Some(host) = link.host_str() else { return Some("names no host".into()) };
    // `Url` has brought every spelling of an address into its usual form; a name is checked when it
    // is resolved.
    let address: IpAddr = host.trim_matches(['[', ']']).parse().ok()?;
    (!api_on_loopback && !is_public(address))
        .then(|| format!("points into a private network ({address})"))
}

#[derive(Debug)]
pub(crate) struct PrivateHost(String);

impl fmt::Display for PrivateHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name {} leads to no public address", self.0)
    }
}

impl std::error::Error for PrivateHost {}

/// What the system's resolver says of a name that it does not resolve: the error alone would not
/// tell that it is the name.
#[derive(Debug)]
pub(crate) struct NameUnresolved(pub std::io::Error);

impl fmt::Display for NameUnresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NameUnresolved {}

/// The system's resolver. With `only_public`, less every address that is not public: what a name
/// means is checked where the connection takes it from, so that a second answer of the name server
/// cannot differ.
pub(crate) struct Resolver {
    pub only_public: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let only_public = self.only_public;
        Box::pin(async move {
            // Blocking is harmless: the client's thread has one request at a time, and the caller's
            // timeout runs on another.
            let found: Vec<SocketAddr> =
                (name.as_str(), 0).to_socket_addrs().map_err(NameUnresolved)?.collect();
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| !only_public || is_public(address.ip()))
                .collect();
            if only_public && allowed.is_empty() {
                return Err(PrivateHost(name.as_str().to_owned()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for text in ["1.1.1.1", "185.62.200.1", "100.63.255.255", "100.128.0.0", "172.15.0.1"] {
            assert!(public(text), "{text}");
        }
        for text in ["172.32.0.1", "192.0.1.1", "2a00:1450::1", "2606:4700::1111", "::ffff:1.1.1.1"]
        {
            assert!(public(text), "{text}");
        }
        assert!(public("64:ff9b::1.1.1.1") && public("2002:0101:0101::1"));
    }

    #[test]
    fn addresses_of_the_own_machine_and_network_are_not_public() {
        for text in ["127.0.0.1", "127.255.0.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.9.9"]
        {
            assert!(!public(text), "{text}");
        }
        for text in ["192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1"] {
            assert!(!public(text), "{text}");
        }
        for text in ["255.255.255.255", "240.0.0.1", "::", "::1", "fe80::1", "fc00::1", "fd12::1"] {
            assert!(!public(text), "{text}");
        }
        for text in ["ff02::1", "fec0::1", "2001:db8::1", "2001::1", "100::1"] {
            assert!(!public(text), "{text}");
        }
    }

    #[test]
    fn a_private_address_wrapped_into_ipv6_is_not_public() {
        for text in ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::"] {
            assert!(!public(text), "{text}");
        }
        assert!(!public("::127.0.0.1"));
    }

    fn refused(link: &str, api_on_loopback: bool) -> bool {
        refusal(&Url::parse(link).unwrap(), api_on_loopback).is_some()
    }

    #[test]
    fn a_link_must_be_https_to_a_public_host() {
        assert!(!refused("https://cdn1.ozone.ru/report.csv", false));
        for link in [
            "http://cdn1.ozone.ru/report.csv",
            "file:///etc/passwd",
            "ftp://cdn1.ozone.ru/report.csv",
            "https://127.0.0.1/report.csv",
            "https://2130706433/report.csv",
            "https://0x7f.1/report.csv",
            "https://[::1]/report.csv",
            "https://169.254.169.254/latest/meta-data",
            "https://user:pw@cdn1.ozone.ru/report.csv",
        ] {
            assert!(refused(link, false), "{link}");
        }
    }

    #[test]
    fn an_api_on_this_machine_may_name_hosts_on_this_machine() {
        assert!(!refused("http://127.0.0.1:8080/report.csv", true));
        assert!(!refused("http://localhost:8080/report.csv", true));
        assert!(refused("file:///etc/passwd", true));
    }
}
