//! What a failed answer says for itself: the marketplace's message and the number by which its
//! support finds the call. Everything here comes from outside, so it is cut short and rid of what
//! would play tricks on a terminal.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::http::markup::{Markup, markup};
use crate::text::clean;

/// How much of a foreign text a message may hold (characters).
pub(crate) const LONGEST_MESSAGE: usize = 300;
const LONGEST_ID: usize = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Explanation {
    pub message: Option<String>,
    /// `code`: a number of gRPC (Ozon), a word, or Wildberries' own mark.
    pub code: Option<String>,
    /// `requestId` in the body (WB).
    pub request_id: Option<String>,
}

impl Explanation {
    /// Whether the words are said, in any case; Ozon writes `Api-Key`, `Api-key` and `api key`.
    pub(crate) fn mentions(&self, words: &str) -> bool {
        let message = self.message.as_deref().unwrap_or_default();
        message.to_lowercase().replace(['-', '_'], " ").contains(words)
    }
}

/// Where the reason of a refusal has been seen, in this order: Ozon's `message` and the same inside
/// `error`, Wildberries' `title` and `detail`, its `errors` (statistics), and `errorText` and
/// `additionalErrors` beside `data` (content).
const REASONS: [&str; 9] = [
    "message",
    "title",
    "detail",
    "errorText",
    "description",
    "error",
    "errors",
    "details",
    "additionalErrors",
];

/// Takes the body of a failed answer apart; whatever text there is, where it is no JSON.
pub(crate) fn explain(body: &[u8]) -> Explanation {
    // A page says nothing in its first lines but how it looks; XML is short and to the point.
    if markup(body) == Some(Markup::Html) {
        return Explanation { message: Some(Markup::Html.to_string()), ..Explanation::default() };
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        let text = clean(&String::from_utf8_lossy(body), LONGEST_MESSAGE);
        return Explanation {
            message: Some(text).filter(|text| !text.is_empty()),
            ..Explanation::default()
        };
    };
    let (mut said, mut code) = (Vec::new(), None);
    gather(&value, &mut said, &mut code);
    said.extend(code.as_ref().map(|code| format!("code {code}")));
    let message = clean(&said.join(", "), LONGEST_MESSAGE);
    Explanation {
        message: Some(message).filter(|message| !message.is_empty()),
        code,
        request_id: value.get("requestId").and_then(words).map(|id| clean(&id, LONGEST_ID)),
    }
}

/// What an answer with 200 says that is an error all the same; nothing for one that is no JSON
/// object, or gives no reason.
pub(crate) fn explain_success(body: &[u8]) -> Option<Explanation> {
    let Ok(Value::Object(_)) = serde_json::from_slice(body) else { return None };
    Some(explain(body)).filter(|said| said.message.is_some())
}

fn gather(value: &Value, said: &mut Vec<String>, code: &mut Option<String>) {
    match value {
        Value::Object(members) => {
            if code.is_none() {
                *code = members.get("code").and_then(words);
            }
            REASONS.iter().filter_map(|name| members.get(*name)).for_each(|reason| {
                gather(reason, said, code);
            });
        }
        Value::Array(list) => list.iter().for_each(|reason| gather(reason, said, code)),
        Value::String(_) => said.extend(words(value).filter(|text| !said.contains(text))),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The number by which the marketplace's support finds the call: `X-O3-Trace-Id` or `Trace-Id`
/// (Ozon), `X-Request-Id` (WB).
pub(crate) fn trace_id(headers: &HeaderMap) -> Option<String> {
    ["x-o3-trace-id", "trace-id", "x-request-id"]
        .into_iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .map(|id| clean(id, LONGEST_ID))
        .find(|id| !id.is_empty())
}

/// A URL for a message: without user, query and fragment, which may be a signature.
pub(crate) fn shown(url: &Url) -> String {
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
    fn the_reason_is_found_wherever_it_stands() {
        for (body, expected) in [
            (
                r#"{"error":{"code":"ACCESS_DENIED","message":"Invalid Api-Key","data":[]}}"#,
                "Invalid Api-Key, code ACCESS_DENIED",
            ),
            (r#"{"error":"invalid token"}"#, "invalid token"),
            (r#"{"errors":[{"code":7,"message":"no"},{"message":"never"}]}"#, "no, never, code 7"),
            (
                r#"{"code":3,"message":"bad","details":[{"description":"limit"}]}"#,
                "bad, limit, code 3",
            ),
            (r#"{"data":null,"error":true,"errorText":"later","additionalErrors":null}"#, "later"),
            (r#"{"title":"Forbidden","detail":"Forbidden"}"#, "Forbidden"),
        ] {
            assert_eq!(message(body).as_deref(), Some(expected), "{body}");
        }
    }

    #[test]
    fn an_answer_that_is_data_explains_nothing() {
        for body in [r#"{"data":{"items":[]},"error":false}"#, "[1]", "<html>", "no", ""] {
            assert_eq!(explain_success(body.as_bytes()), None, "{body}");
        }
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
