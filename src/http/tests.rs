//! Whole exchanges against a server on this machine.

use super::*;
use crate::testing::http_stub::{Stand, answer, hasty, ok};

const KEY: &str = "key-4711-secret";

fn http(stand: &Stand) -> Http {
    crate::secret::hide([KEY.to_owned()]);
    Http::new(&hasty(), &stand.url(), &[("api-key", &Secret::new(KEY))]).unwrap()
}

fn call(stand: &Stand) -> Call {
    Call::post("a method", stand.url().join("method").unwrap(), &serde_json::json!({"a": 1}))
        .advising(|_, _| "renew OZON_API_KEY".into())
}

fn ask(stand: &Stand) -> Result<Reply<Vec<u64>>, Failure> {
    http(stand).json(&call(stand))
}

fn fetched(stand: &Stand) -> Result<String, Failure> {
    let file = tempfile::tempfile().unwrap();
    let length = http(stand).download(&call(stand), &file, 0, Ok)?.required("a method")?.0;
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    assert_eq!(file.metadata().unwrap().len(), length);
    Ok(String::from_utf8(bytes).unwrap())
}

fn ended(outcome: Result<impl Sized, Failure>) -> (Exit, String) {
    let failure = outcome.err().expect("must fail");
    (failure.exit(), failure.to_string())
}

#[test]
fn a_passing_error_is_tried_again() {
    let stand = Stand::answering(|_| {
        vec![answer("500 Internal Server Error", &[], "oops"), Vec::new(), ok("[1,2]")]
    });
    let mut http = http(&stand);
    let reply: Vec<u64> = http.json(&call(&stand)).unwrap().required("").unwrap();
    assert_eq!(reply, [1, 2]);
    assert_eq!(http.cost(), Cost { requests: 3, bytes: 9 });
    let requests = stand.requests();
    assert!(
        requests[2].starts_with("POST /method HTTP/1.1\r\n") && requests[2].ends_with("{\"a\":1}")
    );
    assert!(requests[2].contains(&format!("api-key: {KEY}\r\n")));
    assert!(requests[2].contains(concat!("user-agent: stocksync/", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn errors_to_the_end_are_unreachable() {
    let stand = Stand::answering(|_| {
        vec![
            answer(
                "503 Service Unavailable",
                &["X-O3-Trace-Id: t-1"],
                "{\"code\":14,\"message\":\"down\"}"
            );
            3
        ]
    });
    let (exit, text) = ended(ask(&stand));
    assert_eq!(exit, Exit::Unreachable);
    assert_eq!(
        text,
        format!(
            "failed after 3 attempts (RETRY_ATTEMPTS): POST {}method: 503 Service Unavailable: down, code 14 (trace id t-1)",
            stand.url()
        )
    );
    assert_eq!(stand.requests().len(), 3);
}

#[test]
fn nobody_listening_is_unreachable() {
    let stand = Stand::answering(|_| Vec::new());
    let (exit, text) = ended(ask(&stand));
    assert_eq!(exit, Exit::Unreachable);
    assert!(text.contains("refuses connections"), "{text}");
}

#[test]
fn silence_is_unreachable_after_ever_longer_patience() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let api = Url::parse(&format!("http://{}/", silent.local_addr().unwrap())).unwrap();
    let timeout = Duration::from_millis(30);
    let settings = HttpSettings { timeout, attempts: 2, ..hasty() };
    let mut http = Http::new(&settings, &api, &[]).unwrap();
    let started = Instant::now();
    let (exit, text) = ended(http.json::<Vec<u64>>(&Call::get("a method", api)));
    assert_eq!(exit, Exit::Unreachable);
    assert!(text.contains("did not answer in time"), "{text}");
    assert!(started.elapsed() >= 3 * timeout);
}

#[test]
fn a_rate_limit_waits_as_long_as_it_asks() {
    let limited = || answer("429 Too Many Requests", &["Retry-After: 0.06"], "");
    let stand = Stand::answering(|_| vec![limited(), ok("[1]")]);
    let started = Instant::now();
    assert!(ask(&stand).is_ok());
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[test]
fn a_rate_limit_beyond_the_patience_is_not_now_at_once() {
    let stand = Stand::answering(|_| {
        vec![answer("429 Too Many Requests", &["X-Ratelimit-Retry: 3600"], "")]
    });
    let (exit, text) = ended(ask(&stand));
    assert_eq!(exit, Exit::NotNow);
    assert!(
        text.starts_with("X-Ratelimit-Retry: 1h exceeds RETRY_MAX_WAIT (1s); retry after 20"),
        "{text}"
    );
}

#[test]
fn a_rate_limit_to_the_end_is_not_now() {
    let stand = Stand::answering(|_| vec![answer("429 Too Many Requests", &[], ""); 3]);
    assert_eq!(ended(ask(&stand)).0, Exit::NotNow);
}

#[test]
fn a_rejected_key_is_said_once_with_advice_and_without_the_key() {
    let body = format!("{{\"code\":16,\"message\":\"Invalid Api-Key {KEY}\"}}");
    let stand = Stand::answering(|_| vec![answer("403 Forbidden", &[], body)]);
    let (exit, text) = ended(ask(&stand));
    assert_eq!(exit, Exit::KeyRejected);
    assert!(
        text.ends_with("403 Forbidden: Invalid Api-Key …, code 16; renew OZON_API_KEY"),
        "{text}"
    );
}

#[test]
fn what_cannot_pass_is_not_stock_data_at_once() {
    for status in ["400 Bad Request", "418 I'm a teapot", "202 Accepted"] {
        let stand = Stand::answering(|_| vec![answer(status, &[], "")]);
        assert_eq!(ended(ask(&stand)).0, Exit::NotStockData, "{status}");
    }
    for body in ["<html>login</html>", "", "{\"a\":1}", "[1] x"] {
        let stand = Stand::answering(|_| vec![ok(body)]);
        assert_eq!(ended(ask(&stand)).0, Exit::NotStockData, "{body}");
    }
}

#[test]
fn a_page_of_html_is_no_download() {
    let stand = Stand::answering(|_| vec![ok("\r\n<!DOCTYPE html><html></html>")]);
    assert_eq!(ended(fetched(&stand)).0, Exit::NotStockData);
}

#[test]
fn a_redirect_elsewhere_is_not_stock_data() {
    let stand =
        Stand::answering(|_| vec![answer("302 Found", &["Location: http://127.0.0.1:1/"], "")]);
    let (exit, text) = ended(ask(&stand));
    assert_eq!(exit, Exit::NotStockData);
    assert!(text.contains("the redirect is not followed: it leads to another host"), "{text}");
    assert_eq!(stand.requests().len(), 1);
}

#[test]
fn redirects_within_the_host_are_followed_but_not_for_ever() {
    let moved = || answer("307 Temporary Redirect", &["Location: /elsewhere"], "");
    let stand = Stand::answering(|_| vec![moved(), ok("[7]")]);
    assert_eq!(ask(&stand).unwrap().required("").unwrap(), [7]);
    assert!(stand.requests()[1].starts_with("POST /elsewhere "));
    let stand = Stand::answering(|_| vec![moved(); 6]);
    assert_eq!(ended(ask(&stand)).0, Exit::NotStockData);
}

#[test]
fn a_truncated_body_is_fetched_anew() {
    let whole = ok("a;b;c\n1;2;3\n");
    let cut = whole[..whole.len() - 4].to_vec();
    let stand = Stand::answering(|_| vec![cut, whole]);
    assert_eq!(fetched(&stand).unwrap(), "a;b;c\n1;2;3\n");
}

#[test]
fn broken_gzip_is_fetched_anew() {
    for broken in [b"no gzip at all", &GZIPPED[..12], &GZIPPED[..GZIPPED.len() - 6]] {
        let gzip = |body: &[u8]| answer("200 OK", &["Content-Encoding: gzip"], body);
        let stand = Stand::answering(|_| vec![gzip(broken), gzip(GZIPPED)]);
        assert_eq!(fetched(&stand).unwrap(), "hello\n");
        assert_eq!(stand.requests().len(), 2);
    }
}

/// `printf 'hello\n' | gzip -n`.
const GZIPPED: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7,
    0x02, 0x00, 0x20, 0x30, 0x3a, 0x36, 0x06, 0x00, 0x00, 0x00,
];

#[test]
fn a_download_over_the_limit_names_the_variable() {
    let stand = Stand::answering(|_| vec![ok(vec![b'a'; (1 << 20) + 1])]);
    let (exit, text) = ended(fetched(&stand));
    assert_eq!(exit, Exit::NotStockData);
    assert!(text.contains("MAX_DOWNLOAD allows (1.0 MiB)"), "{text}");
}

#[test]
fn a_link_gets_no_credentials_and_its_refusal_is_not_about_the_key() {
    let stand = Stand::answering(|_| vec![answer("403 Forbidden", &[], "")]);
    let file = tempfile::tempfile().unwrap();
    let link = Call::link("a link", stand.url().join("file?signature=abc").unwrap());
    let (exit, text) = ended(http(&stand).download(&link, &file, 0, Ok));
    assert_eq!(exit, Exit::Unreachable);
    assert!(!text.contains("abc"), "{text}");
    assert!(!stand.requests()[0].contains(KEY));
}

#[test]
fn headers_of_megabytes_are_not_read() {
    let huge = format!("X-Huge: {}", "a".repeat(4 << 20));
    let stand = Stand::answering(|_| vec![answer("200 OK", &[&huge], "[1]"); 3]);
    assert_eq!(ended(ask(&stand)).0, Exit::Unreachable);
}

#[test]
fn nothing_in_the_conversation_shows_the_key() {
    let stand = Stand::answering(|_| Vec::new());
    assert!(!format!("{:?}", http(&stand).credentials).contains(KEY));
}

#[test]
fn a_link_into_the_own_network_is_not_followed_when_the_api_is_public() {
    let api = Url::parse("https://api.example/").unwrap();
    let mut http = Http::new(&hasty(), &api, &[]).unwrap();
    let file = tempfile::tempfile().unwrap();
    for link in
        ["https://127.0.0.1:1/report", "http://cdn.example/report", "https://localhost:1/report"]
    {
        let call = Call::link("a link", Url::parse(link).unwrap());
        let (exit, text) = ended(http.download(&call, &file, 0, Ok));
        assert_eq!(exit, Exit::NotStockData, "{text}");
        assert!(text.contains("the download link was not followed"), "{text}");
    }
}

#[test]
fn a_strange_answer_is_reported_with_its_trace_id() {
    let stand = Stand::answering(|_| vec![answer("200 OK", &["X-O3-Trace-Id: t-1"], "<html>")]);
    let text = ended(ask(&stand)).1;
    assert!(
        text.contains("/method: 200 OK (trace id t-1): the answer is not what the API"),
        "{text}"
    );
}

#[test]
fn a_failed_answer_of_megabytes_is_told_in_short() {
    let page = format!("<html>{}</html>", "a".repeat(1 << 20));
    let stand = Stand::answering(|_| vec![answer("400 Bad Request", &[], page)]);
    assert!(ended(ask(&stand)).1.ends_with(": 400 Bad Request: an HTML page"));
}

#[test]
fn a_key_in_a_long_message_is_gone_before_the_message_is_cut() {
    let message = format!("{}{KEY}", "a".repeat(295));
    let stand = Stand::answering(|_| vec![answer("400 Bad Request", &[], message)]);
    let text = ended(ask(&stand)).1;
    assert!(!text.contains(&KEY[..3]), "{text}");
}
