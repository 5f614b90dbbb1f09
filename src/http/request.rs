//! One request as the flows describe it, what came of it, and what one attempt at it can break on.

use std::time::Duration;

use reqwest::{Method, StatusCode, Url};
use serde_json::Value;

use super::answer::error_body::Explanation;
use super::answer::status::{Breakage, breakage};
use super::connection::client::Target;
use super::network;
use super::retry::RetryHint;
use crate::failure::{Exit, Failure, FailureKind};

/// What is said of a link that was not believed.
pub(crate) const LINK_NOT_FOLLOWED: &str = "the download link was not followed";

pub(crate) type KeyAdvice = fn(StatusCode, &Explanation) -> String;

#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The method in the log, which is also what is paced: `Ozon: report/info`.
    pub name: &'static str,
    pub method: Method,
    pub url: Url,
    pub body: Option<String>,
    pub target: Target,
    /// The least time between two requests of this name.
    pub interval: Duration,
    /// Why the interval is so long that a person should know.
    pub slow: Option<String>,
    pub key_advice: KeyAdvice,
}

impl Call {
    pub(crate) fn get(name: &'static str, url: Url) -> Self {
        Self {
            name,
            method: Method::GET,
            url,
            body: None,
            target: Target::Api,
            interval: Duration::ZERO,
            slow: None,
            key_advice: |_, _| "renew the key".into(),
        }
    }

    pub(crate) fn post(name: &'static str, url: Url, body: &Value) -> Self {
        Self { method: Method::POST, body: Some(body.to_string()), ..Self::get(name, url) }
    }

    /// A file on a host that the API named: it gets no credentials.
    pub(crate) fn link(name: &'static str, url: Url) -> Self {
        Self { target: Target::Download, ..Self::get(name, url) }
    }

    #[must_use]
    pub(crate) fn every(self, interval: Duration) -> Self {
        Self { interval, ..self }
    }

    #[must_use]
    pub(crate) fn because(self, reason: String) -> Self {
        Self { slow: Some(reason), ..self }
    }

    #[must_use]
    pub(crate) fn advising(self, key_advice: KeyAdvice) -> Self {
        Self { key_advice, ..self }
    }
}

#[derive(Debug)]
pub(crate) enum Reply<T> {
    Body(T),
    /// Nothing to answer (204).
    Nothing,
    /// There is no such thing (404): for most calls the failure in it, for some an answer.
    Missing(Failure),
}

impl<T> Reply<T> {
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> Reply<U> {
        match self {
            Reply::Body(answer) => Reply::Body(make(answer)),
            Reply::Nothing => Reply::Nothing,
            Reply::Missing(failure) => Reply::Missing(failure),
        }
    }

    /// The answer, where there has to be one.
    /// Errors: [`Exit::NotStockData`] for an empty answer; for one that is missing, the failure
    /// that says so.
    pub(crate) fn required(self, name: &str) -> Result<T, Failure> {
        match self {
            Reply::Body(answer) => Ok(answer),
            Reply::Nothing => Err(Failure::new(
                Exit::NotStockData,
                format!("{name}: an empty answer (204) where there has to be one"),
            )),
            Reply::Missing(failure) => Err(failure),
        }
    }
}

#[derive(Debug)]
pub(crate) enum Fault {
    Transient { cause: anyhow::Error, hint: RetryHint },
    Missing(Failure),
    Final(Failure),
}

impl Fault {
    /// Trouble about whose end nothing is known.
    pub(crate) fn transient(cause: anyhow::Error) -> Self {
        Self::Transient { cause, hint: RetryHint { rate_limited: false, asked: None } }
    }

    /// A connection that broke: whether it passes on its own depends on what it broke on.
    pub(crate) fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        let kind = breakage(&error);
        if kind == Breakage::Transient {
            return Self::transient(network::told(error));
        }
        let cause = anyhow::Error::new(error);
        match kind {
            Breakage::Transient => Self::transient(cause),
            Breakage::Certificate => Self::Final(Failure::caused(Exit::Unreachable, cause).context(
                "TLS certificate verification failed; nothing was sent. Is the clock right, does something intercept HTTPS?",
            )),
            Breakage::PrivateHost => Self::Final(
                Failure::caused(Exit::NotStockData, cause)
                    .of_kind(FailureKind::UntrustedLink)
                    .context(LINK_NOT_FOLLOWED),
            ),
        }
    }

    #[must_use]
    pub(crate) fn context(self, message: impl Into<String>) -> Self {
        let message = message.into();
        match self {
            Self::Transient { cause, hint } => {
                Self::Transient { cause: cause.context(message), hint }
            }
            Self::Missing(failure) => Self::Missing(failure.context(message)),
            Self::Final(failure) => Self::Final(failure.context(message)),
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}
