//! What of the variables no output may show, piece by piece as it may come back. What is done with
//! it is in `secret.rs`.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::key_files::SECRETS;

/// A piece shorter than this (bytes) is a word that stands in any text.
const SHORTEST_PIECE: usize = 8;

/// Every secret that these variables hold, whichever command runs: an answer of one marketplace may
/// repeat the other one's key.
pub(super) fn secrets_in(values: &HashMap<String, String>) -> Vec<String> {
    let mut secrets = Vec::new();
    // What is no number may be the key in its place.
    let client_id = values.get("OZON_CLIENT_ID").map(|value| value.trim());
    let number = |value: &&str| value.bytes().all(|byte| byte.is_ascii_digit());
    secrets.extend(client_id.filter(|value| !number(value)).map(str::to_owned));
    for name in SECRETS {
        let Some(value) = values.get(name).map(|value| value.trim()) else { continue };
        secrets.push(value.to_owned());
        match name {
            "DATABASE_URL" => secrets.extend(passwords(value)),
            _ => secrets.extend(pieces(value)),
        }
    }
    secrets
}

/// What of a key or an address is secret by itself: the words beside a `Bearer`, the parts of a JWT
/// behind its head, the part of a bot's token behind its number, an address without its scheme and
/// host.
fn pieces(value: &str) -> Vec<String> {
    let mut pieces: Vec<&str> = value.split_whitespace().collect();
    if let Ok(url) = Url::parse(value)
        && url.has_host()
    {
        let behind = value.find("://").and_then(|at| {
            value[at + 3..].find(['/', '?', '#']).map(|slash| &value[at + 3 + slash..])
        });
        pieces.extend(behind.map(|text| text.trim_matches('/')));
    } else {
        pieces.extend(value.split(['.', ':']).skip(1));
    }
    let long = |piece: &&str| piece.len() >= SHORTEST_PIECE;
    pieces.into_iter().filter(long).map(str::to_owned).collect()
}

/// The password as it is written and as it is meant; of a URL that cannot be right all that may be
/// one. A password that is the user's or the database's name as well is no secret, and masked it
/// would make every message unreadable.
fn passwords(url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let Some((credentials, place)) = rest.rsplit_once('@') else { return Vec::new() };
    let (user, password) = credentials.split_once(':').unwrap_or(("", credentials));
    let decoded = percent_decode_str(password).decode_utf8_lossy().into_owned();
    let database = place.split(['/', '?']).nth(1).unwrap_or_default();
    if [user, database, "stocksync"].iter().any(|name| name.eq_ignore_ascii_case(&decoded)) {
        return Vec::new();
    }
    vec![password.to_owned(), decoded]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pairs: &[(&str, &str)]) -> Vec<String> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut secrets = secrets_in(&pairs.collect());
        secrets.sort_unstable();
        secrets.dedup();
        secrets
    }

    #[test]
    fn each_key_is_hidden_whole_and_in_the_pieces_that_give_it_away() {
        assert_eq!(
            found(&[("OZON_CLIENT_ID", "836574"), ("OZON_API_KEY", "ozon-key")]),
            ["ozon-key"]
        );
        assert_eq!(
            found(&[("WB_API_TOKEN", "Bearer head.payload-of-it.signature")]),
            [
                "Bearer head.payload-of-it.signature",
                "head.payload-of-it.signature",
                "payload-of-it",
                "signature"
            ]
        );
        assert_eq!(
            found(&[("ALERT_TELEGRAM_BOT_TOKEN", "110201543:AAHdqTcvCH1v")]),
            ["110201543:AAHdqTcvCH1v", "AAHdqTcvCH1v"]
        );
        assert_eq!(
            found(&[("ALERT_WEBHOOK_URL", "https://hooks.example/services/T0/B0/")]),
            ["https://hooks.example/services/T0/B0/", "services/T0/B0"]
        );
    }

    #[test]
    fn a_password_is_hidden_as_it_is_written_and_as_it_is_meant() {
        let of = |url: &str| found(&[("DATABASE_URL", url)]);
        let url = "mysql://u:pass%21word@localhost/x";
        assert_eq!(of(url), [url, "pass!word", "pass%21word"]);
        let url = "mysql://u:pa@ss/word#1@127.0.0.1/db";
        assert_eq!(of(url), [url, "pa@ss/word#1"]);
        let url = "mysql://shop:shop@localhost/x";
        assert_eq!(of(url), [url]);
    }
}
