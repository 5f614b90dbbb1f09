//! What becomes of an answer that is none: the failure with the marketplace's own words, and what
//! to do about it. Which status and which words mean what is in `answer::status`.

use std::time::SystemTime;

use reqwest::StatusCode;
use reqwest::blocking::Response;
use reqwest::header::HeaderMap;

use super::answer::body::Body;
use super::answer::error_body::{self, Explanation};
use super::answer::status::{self, Verdict};
use super::connection::client::Target;
use super::request::Fault;
use super::retry::{self, RetryHint};
use super::{Call, Http, trace};
use crate::failure::{Exit, Failure};
use crate::secret::mask;

const LINK_EXPIRED: &str =
    "the download link has expired or was refused, the next run gets a new one";

impl Http {
    /// What is no answer in spite of its 200 may say why: `{"error":true,"errorText":"…"}`.
    pub(super) fn explained(
        &self,
        call: &Call,
        status: StatusCode,
        fault: Fault,
        body: &Body<Response>,
    ) -> Fault {
        let failure = match fault {
            Fault::Final(failure) if failure.exit() == Exit::NotStockData => failure,
            other => return other,
        };
        let text = masked(body.beginning());
        let Some(said) = error_body::explain_success(text.as_bytes()) else {
            return failure.into();
        };
        let reason = said.message.clone().unwrap_or_default();
        if status::refusal(StatusCode::BAD_REQUEST, &said) == Verdict::KeyRejected {
            let message = format!("{reason}; {}", (call.key_advice)(status, &said));
            return Failure::new(Exit::KeyRejected, message).into();
        }
        failure.context(reason).into()
    }

    pub(super) fn refused(
        &self,
        call: &Call,
        status: StatusCode,
        headers: &HeaderMap,
        body: &mut Body<Response>,
    ) -> Fault {
        body.read_beginning();
        let explanation = error_body::explain(masked(body.beginning()).as_bytes());
        let said = self.said(status, &explanation, headers);
        // A host of files knows no key, and its words are not those of the API.
        let verdict = match call.target {
            Target::Api => status::refusal(status, &explanation),
            Target::Download => status::status(status),
        };
        let final_with = |exit, message| Fault::from(Failure::new(exit, message));
        match (verdict, call.target) {
            (Verdict::Transient | Verdict::RateLimited, _) => {
                let rate_limited = verdict == Verdict::RateLimited;
                let asked = retry::asked(headers, rate_limited, SystemTime::now());
                let hint = RetryHint { rate_limited, asked };
                Fault::Transient { cause: anyhow::Error::msg(said), hint }
            }
            // No key was sent, so none is wrong: the next run orders a new report.
            (Verdict::KeyRejected | Verdict::Missing, Target::Download) => {
                final_with(Exit::Unreachable, format!("{said}; {LINK_EXPIRED}"))
            }
            (_, Target::Download) if status == StatusCode::GONE => {
                final_with(Exit::Unreachable, format!("{said}; {LINK_EXPIRED}"))
            }
            (Verdict::KeyRejected, Target::Api) => {
                let advice = (call.key_advice)(status, &explanation);
                final_with(Exit::KeyRejected, format!("{said}; {advice}"))
            }
            (Verdict::Missing, Target::Api) => {
                Fault::Missing(Failure::new(Exit::NotStockData, said))
            }
            _ => final_with(Exit::NotStockData, said),
        }
    }

    /// A refusal in one line: status, reason, and the number by which support finds it.
    fn said(&self, status: StatusCode, explanation: &Explanation, headers: &HeaderMap) -> String {
        let reason = explanation.message.as_ref().map(|text| format!(": {text}"));
        let id = explanation.request_id.clone().or_else(|| error_body::trace_id(headers));
        let id = trace(id.map(|id| self.safe(&id)));
        format!("{status}{}{id}", reason.unwrap_or_default())
    }
}

/// The words of an answer's body, before anything of them is cut.
fn masked(bytes: &[u8]) -> String {
    mask(&String::from_utf8_lossy(bytes)).into_owned()
}
