//! The keys of the tests' seller. They are made to be found: no output may ever hold one.

use std::sync::OnceLock;

use super::endpoint::Endpoint;
use super::fault;
use super::http::{Reply, Request};

pub const OZON_CLIENT_ID: &str = "924336";
pub const OZON_API_KEY: &str = "c2a1f0de-secret-ozon-api-key-77aa";

/// Content, Analytics, Statistics, read only.
pub const CATEGORIES: u64 = 1 << 1 | 1 << 2 | 1 << 5 | 1 << 30;
pub const BASE: u64 = 1;
pub const TEST: u64 = 2;
pub const PERSONAL: u64 = 3;

/// A token like the real ones: three parts of a JWT, personal, issued ten days ago for 180 days.
pub fn wb_token() -> &'static str {
    static TOKEN: OnceLock<String> = OnceLock::new();
    TOKEN.get_or_init(|| {
        let issued = chrono::Utc::now().timestamp() - 10 * 86_400;
        token_of(issued, issued + 180 * 86_400)
    })
}

/// A personal token of these dates.
pub fn token_of(issued: i64, expires: i64) -> String {
    signed(&format!(
        r#"{{"acc":{PERSONAL},"ent":1,"iat":{issued},"exp":{expires},"for":"self","id":"0199-secret","iid":1,"oid":2,"s":{CATEGORIES},"sid":"secret","t":false,"uid":1}}"#
    ))
}

/// A token of this kind and these categories, which holds for a month.
pub fn token_for(kind: u64, categories: u64) -> String {
    let expires = chrono::Utc::now().timestamp() + 30 * 86_400;
    signed(&format!(r#"{{"acc":{kind},"exp":{expires},"s":{categories},"t":false}}"#))
}

/// A token with this payload.
pub fn signed(payload: &str) -> String {
    let head = base64url(br#"{"alg":"ES256","kid":"20260902v1","typ":"JWT"}"#);
    format!("{head}.{}.c2VjcmV0LXNpZ25hdHVyZS1vZi10aGUtdG9rZW4", base64url(payload.as_bytes()))
}

/// What gives a key away, whole or in part.
pub fn secrets() -> Vec<String> {
    let mut secrets = vec![OZON_API_KEY.to_owned()];
    secrets.extend(wb_token().split('.').skip(1).map(str::to_owned));
    secrets
}

/// Whether any part of the request holds a key, or a header meant for one.
pub fn shown_in(request: &Request) -> bool {
    let named =
        ["Client-Id", "Api-Key", "Authorization"].iter().any(|name| request.header(name).is_some());
    let mut texts: Vec<&str> = request.headers.iter().map(|(_, value)| value.as_str()).collect();
    texts.push(&request.path);
    texts.extend(request.query.iter().map(|(_, value)| value.as_str()));
    named || secrets().iter().any(|secret| texts.iter().any(|text| text.contains(secret)))
}

/// The answer to a request without the right key; none when the key is right or no key is wanted.
pub fn refusal(endpoint: Endpoint, request: &Request, wb_token: Option<&str>) -> Option<Reply> {
    if endpoint == Endpoint::OzonDownload {
        return None;
    }
    if endpoint.is_ozon() {
        return match (request.header("Client-Id"), request.header("Api-Key")) {
            (Some(OZON_CLIENT_ID), Some(OZON_API_KEY)) => None,
            (Some(_), Some(_)) => Some(fault::error(endpoint, 403)),
            _ => Some(fault::error(endpoint, 401)),
        };
    }
    let shown = request.header("Authorization").map(|value| value.trim_start_matches("Bearer "));
    (shown != wb_token.or(Some(self::wb_token()))).then(|| fault::error(endpoint, 401))
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..part.len()].copy_from_slice(part);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..=part.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}
