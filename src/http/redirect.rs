//! Which redirects are followed: within the API's own host, or from one allowed download host to
//! another. Pure.

use reqwest::{Method, StatusCode, Url};

use super::answer::error_body;
use super::connection::client::Target;
use super::connection::public_address;
use super::request::Call;
use crate::config::environment::is_loopback;

pub(crate) const MOST: usize = 5;

/// Stands in every reason for not following one.
pub(crate) const NOT_FOLLOWED: &str = "the redirect is not followed";

/// Where a redirect leads; or why it is not followed, in words for a message.
pub(crate) fn follow(
    call: &Call,
    from: &Url,
    status: StatusCode,
    location: &str,
    api: &Url,
) -> Result<Url, String> {
    let Ok(to) = from.join(location) else {
        return Err(format!("{status} to something that is no URL: {NOT_FOLLOWED}: {location:?}"));
    };
    let refuse = |reason: &str| {
        Err(format!("{status} to {}: {NOT_FOLLOWED}: {reason}", error_body::shown(&to)))
    };
    if location.is_empty() {
        return Err(format!("{status} without saying where to: {NOT_FOLLOWED}"));
    }
    match call.target {
        Target::Api if to.origin() != api.origin() => {
            refuse("it leads to another host, and the key is not for that")
        }
        // Following it would turn the question into another one.
        Target::Api if call.method != Method::GET && status == StatusCode::SEE_OTHER => {
            refuse("the answer to this request cannot be elsewhere")
        }
        Target::Api => Ok(to),
        Target::Download => match public_address::refusal(&to, is_loopback(api)) {
            Some(reason) => refuse(&format!("it {reason}")),
            None => Ok(to),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.example/v1/";

    fn followed(
        call: fn(&'static str, Url) -> Call,
        status: u16,
        location: &str,
    ) -> Result<String, String> {
        let api = Url::parse(API).unwrap();
        let from = api.join("report").unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        follow(&call("a report", from.clone()), &from, status, location, &api).map(String::from)
    }

    fn post(name: &'static str, url: Url) -> Call {
        Call::post(name, url, &serde_json::Value::Null)
    }

    #[test]
    fn a_redirect_within_the_api_is_followed() {
        assert_eq!(
            followed(Call::get, 302, "/v2/report").unwrap(),
            "https://api.example/v2/report"
        );
        assert_eq!(followed(post, 308, "report/").unwrap(), "https://api.example/v1/report/");
    }

    #[test]
    fn a_redirect_of_the_api_to_anywhere_else_is_refused() {
        for location in [
            "https://evil.example/",
            "http://api.example/",
            "https://api.example:8443/",
            "file:///etc/passwd",
        ] {
            assert!(followed(Call::get, 307, location).is_err(), "{location}");
        }
        assert!(followed(Call::get, 307, "").is_err());
        assert!(followed(post, 303, "/elsewhere").is_err());
    }

    #[test]
    fn a_redirect_of_a_download_may_change_hosts_but_not_enter_the_own_network() {
        assert!(followed(Call::link, 302, "https://cdn2.example/report.csv").is_ok());
        for location in ["https://10.0.0.1/", "http://cdn2.example/", "file:///etc/passwd"] {
            assert!(followed(Call::link, 302, location).is_err(), "{location}");
        }
    }

    #[test]
    fn a_refusal_shows_no_signature() {
        let reason = followed(Call::get, 302, "https://evil.example/a?signature=abc").unwrap_err();
        assert!(reason.contains("https://evil.example/a") && !reason.contains("abc"), "{reason}");
    }
}
