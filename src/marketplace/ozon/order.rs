//! The order of a products report: `v1/report/products/create` and `v1/report/info` of Ozon's
//! Seller API.

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::json;

use crate::config::OzonSettings;
use crate::failure::{Exit, Failure, OrFail};
use crate::http::answer::error_body::Explanation;
use crate::http::{Call, Http, Reply};
use crate::inventory::Source;
use crate::marketplace::polling::{Progress, SHORTEST_INTERVAL, until_ready};

const CREATE: &str = "Ozon: report/products/create";
const INFO: &str = "Ozon: report/info";

/// How often a report that was just ordered may be unknown (404): the order may take a moment to
/// get around inside Ozon.
const UNKNOWN_AT_FIRST: u32 = 3;

/// The longest code of a report that is repeated to Ozon (bytes).
const LONGEST_CODE: usize = 1000;

#[derive(Deserialize)]
struct Answer<T> {
    result: T,
}

#[derive(Deserialize)]
struct Created {
    code: String,
}

#[derive(Deserialize)]
struct Info {
    status: Option<String>,
    error: Option<String>,
    file: Option<String>,
}

/// A report that was ordered. Its code holds the client's number, so it stays out of the log.
pub(super) struct Report {
    code: String,
    unknown: u32,
}

impl Report {
    /// Orders a report on every product that is not archived.
    pub(super) fn order(http: &mut Http) -> Result<Self, Failure> {
        let body = json!({"language": "DEFAULT", "offer_id": [], "search": "", "sku": [], "visibility": "ALL"});
        let call = Call::post(CREATE, http.url("v1/report/products/create")?, &body);
        let answer: Answer<Created> = http.json(&call.advising(key_advice))?.required(CREATE)?;
        let code = answer.result.code;
        if code.is_empty() || code.len() > LONGEST_CODE {
            let message = format!("{CREATE}: the answer holds no code of a report");
            return Err(Failure::new(Exit::NotStockData, message));
        }
        Ok(Self { code, unknown: 0 })
    }

    pub(super) fn wait(mut self, http: &mut Http, settings: &OzonSettings) -> Result<Url, Failure> {
        let interval = settings.poll_interval.max(SHORTEST_INTERVAL);
        let call = Call::post(INFO, http.url("v1/report/info")?, &json!({"code": self.code}))
            .every(interval)
            .advising(key_advice);
        let (patience, variable) = (settings.report_timeout, " (OZON_REPORT_TIMEOUT)");
        until_ready("Ozon: report", patience, interval, variable, || self.ask(http, &call))
    }

    fn ask(&mut self, http: &mut Http, call: &Call) -> Result<Progress<Url>, Failure> {
        let info = match http.json::<Answer<Info>>(call)? {
            Reply::Missing(failure) => {
                self.unknown += 1;
                if self.unknown > UNKNOWN_AT_FIRST {
                    return Err(
                        failure.context("Ozon does not know the report that was just ordered")
                    );
                }
                return Ok(Progress::NotYet("not found".into()));
            }
            reply => reply.required(INFO)?.result,
        };
        let status = info.status.unwrap_or_default();
        match status.as_str() {
            "waiting" | "processing" => Ok(Progress::NotYet(status)),
            "success" => match info.file.as_deref().unwrap_or_default() {
                // The status was seen a moment before the link.
                "" => Ok(Progress::NotYet("success, but without a link to the file".into())),
                file => link(http, file).map(Progress::Ready),
            },
            "failed" => {
                let error = http.safe(&info.error.unwrap_or_default());
                let reason = if error.is_empty() { "it does not say why" } else { &error };
                let message =
                    format!("Ozon: the report failed: {reason}; the next run orders a new one");
                Err(Failure::new(Exit::Unreachable, message))
            }
            _ => Ok(Progress::Unknown(http.safe(&status))),
        }
    }
}

/// By Ozon's own words, as sellers have met them.
pub(super) fn key_advice(_: StatusCode, said: &Explanation) -> String {
    let menu = Source::Ozon.key_menu();
    let new = format!("a new one is made in the seller's cabinet ({menu})");
    if said.mentions("required role") {
        return format!(
            "the key in OZON_API_KEY may not order reports: give it the role for it; {new}"
        );
    }
    if said.mentions("ip address") {
        return format!(
            "the key in OZON_API_KEY is bound to other IP addresses: add this machine's to it; {new}"
        );
    }
    if said.mentions("deactivated") {
        return format!("the key in OZON_API_KEY was switched off; {new}");
    }
    format!("check OZON_CLIENT_ID and OZON_API_KEY; a key lives 3 months, {new}")
}

fn link(http: &Http, file: &str) -> Result<Url, Failure> {
    // The text may hold a signature: only its beginning is shown.
    Url::parse(file).or_fail(Exit::NotStockData, || {
        let beginning: String =
            file.split('?').next().unwrap_or_default().chars().take(60).collect();
        format!("Ozon: the link to the report's file is no URL ({:?})", http.safe(&beginning))
    })
}
