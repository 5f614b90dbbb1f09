//! What a failed answer says for itself: the marketplace's message and the number by which its support finds the call.
//! Everything here comes from outside, so it is cut short and rid of what would play tricks on a terminal.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::http::markup::{Markup, markup};
use crate::text::clean;

/// How much of a foreign text a message may hold (characters).
pub const LONGEST_MESSAGE: usize = 300;
const LONGEST_ID: usize = 100;

/// A marketplace's own words about a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What is wrong.
    pub message: Option<String>,
    /// `requestId` in the body (WB).
    pub request_id: Option<String>,
}

/// Takes the body of a failed answer apart: Ozon's `{"code","message"}`, Wildberries' `{"title","detail","requestId"}`,
/// `{"errors":…}` of its statistics service, or whatever text there is.
pub fn explain(body: &[u8]) -> Explanation {
    // A page says nothing in its first lines but how it looks; XML is short and to the point.
    if markup(body) == Some(Markup::Html) {
        return Explanation { message: Some(Markup::Html.to_string()), request_id: None };
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        let text = clean(&String::from_utf8_lossy(body), LONGEST_MESSAGE);
        return Explanation {
            message: Some(text).filter(|text| !text.is_empty()),
            request_id: None,
        };
    };
    let mut said: Vec<String> = ["message", "title", "detail"]
        .into_iter()
        .filter_map(|name| value.get(name).and_then(words))
        .collect();
    match value.get("errors") {
        Some(Value::Array(errors)) => said.extend(errors.iter().filter_map(words)),
        Some(error) => said.extend(words(error)),
        None => {}
    }
    if let Some(code) = value.get("code").and_then(words) {
        said.push(format!("code {code}"));
    }
    let message = clean(&said.join(", "), LONGEST_MESSAGE);
    Explanation {
        message: Some(message).filter(|message| !message.is_empty()),
        request_id: value.get("requestId").and_then(words).map(|id| clean(&id, LONGEST_ID)),
    }
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The number by which the marketplace's support finds the call: `X-O3-Trace-Id` or `Trace-Id` (Ozon), `X-Request-Id` (WB).
pub fn trace_id(headers: &HeaderMap) -> Option<String> {
    ["x-o3-trace-id", "trace-id", "x-request-id"]
        .into_iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .map(|id| clean(id, LONGEST_ID))
        .find(|id| !id.is_empty())
}

/// A URL for a message: without user, query and fragment, which may be a signature.
pub fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Both fail only for a URL without a host, which has neither.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    clean(shown.as_str(), LONGEST_MESSAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Option<String> {
        explain(body.as_bytes()).message
    }

    #[test]
    fn ozons_message_comes_with_its_code() {
        let body =
            r#"{"code":16,"message":"Invalid Api-Key, please contact support","details":[]}"#;
        assert_eq!(message(body).unwrap(), "Invalid Api-Key, please contact support, code 16");
    }

    #[test]
    fn wildberries_title_and_detail_come_with_the_request_id() {
        let body = r#"{"title":"too many requests","detail":"limited by global limiter","code":"461a","requestId":"8b1c","status":429}"#;
        let explanation = explain(body.as_bytes());
        let expected = "too many requests, limited by global limiter, code 461a";
        assert_eq!(explanation.message.as_deref(), Some(expected));
        assert_eq!(explanation.request_id.as_deref(), Some("8b1c"));
    }

    #[test]
    fn the_statistics_service_says_one_error_or_several() {
        assert_eq!(
            message(r#"{"errors":["dateFrom: field required"]}"#).unwrap(),
            "dateFrom: field required"
        );
        assert_eq!(message(r#"{"errors":"unauthorized"}"#).unwrap(), "unauthorized");
    }

    #[test]
    fn other_bodies_are_told_in_short() {
        assert_eq!(message("<!DOCTYPE html><html>").unwrap(), "an HTML page");
        let xml = "<Error>\n<Code>AccessDenied</Code></Error>";
        assert_eq!(message(xml).unwrap(), "<Error> <Code>AccessDenied</Code></Error>");
        assert_eq!(message("Bad Gateway\n").unwrap(), "Bad Gateway");
        assert_eq!(message(""), None);
        assert_eq!(message("{}"), None);
    }

    #[test]
    fn a_url_is_shown_without_what_may_be_a_signature() {
        let url = Url::parse("https://user:pw@cdn.example/a/b.csv?X-Signature=abc#top").unwrap();
        assert_eq!(shown(&url), "https://cdn.example/a/b.csv");
    }

    #[test]
    fn the_trace_id_is_found_under_each_of_its_names() {
        for name in ["X-O3-Trace-Id", "Trace-Id", "X-Request-Id"] {
            let mut headers = HeaderMap::new();
            headers.insert(
                name.parse::<reqwest::header::HeaderName>().unwrap(),
                "abc".parse().unwrap(),
            );
            assert_eq!(trace_id(&headers).as_deref(), Some("abc"), "{name}");
        }
    }
}
