//! What a Wildberries token says of itself: the payload of a JWT, which anybody can read without
//! asking anybody. Judges nothing, and leaves the signature to the server; no part of a token
//! leaves this module but these claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::secret::Secret;

/// `acc`: what kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// May call a part of the methods, and those a few times an hour.
    Base,
    /// Of the sandbox.
    Test,
    /// For the seller's own programs.
    Personal,
    /// For services that Wildberries has registered.
    Service,
}

impl TokenKind {
    fn of(acc: u64) -> Option<Self> {
        Some(match acc {
            1 => Self::Base,
            2 => Self::Test,
            3 => Self::Personal,
            4 => Self::Service,
            _ => return None,
        })
    }
}

/// A category of methods: the number of its bit in `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    /// Names and barcodes.
    Content = 1,
    /// Stock.
    Analytics = 2,
    /// The old stock of `supplier-stocks`.
    Statistics = 5,
}

impl Category {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Category::Content => "Контент",
            Category::Analytics => "Аналитика",
            Category::Statistics => "Статистика",
        }
    }
}

/// The claims of a token; each may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WbToken {
    /// `acc`.
    pub kind: Option<TokenKind>,
    /// `t`: whether it is one of the sandbox.
    pub sandbox: bool,
    /// `iat`: when it was made.
    pub issued: Option<DateTime<Utc>>,
    /// `exp`: when it ends.
    pub expires: Option<DateTime<Utc>>,
    categories: Option<u64>,
}

impl WbToken {
    /// Reads what there is to read; `None` if it is no JWT.
    pub(crate) fn read(token: &Secret) -> Option<Self> {
        let payload = token.expose().split('.').nth(1)?.trim_end_matches('=');
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let claims: serde_json::Map<String, Value> = serde_json::from_slice(&payload).ok()?;
        let number = |name| claims.get(name).and_then(Value::as_u64);
        let moment = |name| DateTime::from_timestamp(i64::try_from(number(name)?).ok()?, 0);
        Some(Self {
            kind: number("acc").and_then(TokenKind::of),
            sandbox: claims.get("t").and_then(Value::as_bool).unwrap_or_default(),
            issued: moment("iat"),
            expires: moment("exp"),
            // A token of no category at all would be of no use to anybody.
            categories: number("s").filter(|mask| *mask != 0),
        })
    }

    /// Whether it says that it is not good for this category.
    pub(crate) fn lacks(&self, category: Category) -> bool {
        self.categories.is_some_and(|mask| mask & (1 << category as u32) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: &str) -> Option<WbToken> {
        WbToken::read(&Secret::new(&format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))))
    }

    #[test]
    fn a_token_is_read_locally() {
        // {"acc":3,"exp":1800000000,"iat":1784448000,"s":1073741830,"t":false}, encoded with
        // `base64 | tr +/ -_`.
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJhY2MiOjMsImV4cCI6MTgwMDAwMDAwMCwiaWF0IjoxNzg0NDQ4MDAwLCJzIjoxMDczNzQxODMwLCJ0IjpmYWxzZX0.c2ln";
        let token = WbToken::read(&Secret::new(token)).unwrap();
        assert_eq!(token.expires.unwrap().to_rfc3339(), "2027-01-15T08:00:00+00:00");
        assert_eq!(token.issued.unwrap().to_rfc3339(), "2026-07-19T08:00:00+00:00");
        assert_eq!((token.kind, token.sandbox), (Some(TokenKind::Personal), false));
        assert!(!token.lacks(Category::Content) && !token.lacks(Category::Analytics));
        assert!(token.lacks(Category::Statistics));
    }

    #[test]
    fn claims_that_are_missing_or_odd_say_nothing_and_spoil_no_other() {
        let odd = r#"{"acc":"3","exp":"soon","iat":-5,"s":0,"t":"yes"}"#;
        for payload in ["{}", odd, r#"{"acc":9,"exp":99999999999999999999,"s":1.5}"#] {
            let token = read(payload).unwrap();
            assert_eq!(token, WbToken::default(), "{payload}");
            assert!(!token.lacks(Category::Analytics));
        }
        assert_eq!(read(r#"{"acc":1,"exp":null,"s":[]}"#).unwrap().kind, Some(TokenKind::Base));
    }

    #[test]
    fn what_is_no_jwt_is_not_read() {
        assert_eq!(WbToken::read(&Secret::new("not-a-token")), None);
        assert_eq!(WbToken::read(&Secret::new("a.?.c")), None);
        assert_eq!(read("[]"), None);
        assert_eq!(read("{"), None);
    }
}
