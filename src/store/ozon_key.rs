//! What Ozon said of its key when it was asked last, in `stocksync_state`. The key itself is not
//! kept, only its fingerprint.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use mysql::Conn;

use super::database::error::StoreError;
use super::state;

const NAME: &str = "ozon_key";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OzonKey {
    pub fingerprint: String,
    /// The day on which it was asked about last, whether there was an answer or not.
    pub asked_on: NaiveDate,
    pub expires: Option<DateTime<Utc>>,
}

pub(crate) fn known(conn: &mut Conn) -> Result<Option<OzonKey>, StoreError> {
    Ok(state::get(conn, NAME)?.as_deref().and_then(parse))
}

/// A value that somebody mistyped is as good as none: then the key is asked about again.
fn parse(value: &str) -> Option<OzonKey> {
    let mut words = value.split_whitespace();
    Some(OzonKey {
        fingerprint: words.next()?.to_owned(),
        asked_on: words.next()?.parse().ok()?,
        expires: words.next().and_then(|end| end.parse().ok()),
    })
}

/// Keeps it in place of the one before.
pub(crate) fn keep(conn: &mut Conn, key: &OzonKey) -> Result<(), StoreError> {
    state::set(conn, NAME, &written(key))
}

fn written(key: &OzonKey) -> String {
    let OzonKey { fingerprint, asked_on, expires } = key;
    let end = expires.map(|end| end.to_rfc3339_opts(SecondsFormat::Secs, true));
    format!("{fingerprint} {asked_on} {}", end.as_deref().unwrap_or("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_was_kept() {
        let value = "ba7816bf8f01cfea 2026-11-23 2027-01-28T12:26:37Z";
        let key = parse(value).unwrap();
        assert_eq!(key.expires.unwrap().timestamp(), 1_801_139_197);
        assert_eq!(written(&key), value);
        let unknown = OzonKey { expires: None, ..key };
        assert_eq!(parse(&written(&unknown)), Some(unknown));
    }

    #[test]
    fn a_value_that_is_none_is_no_key() {
        for value in ["", "ba7816bf8f01cfea", "ba7816bf8f01cfea yesterday -"] {
            assert_eq!(parse(value), None, "{value}");
        }
    }
}
