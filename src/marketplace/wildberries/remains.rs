//! The report of remains by barcode: `warehouse_remains` of WB's analytics API: a task, its status,
//! its result.

use std::time::Duration;

use humantime::format_duration;
use log::Level;
use reqwest::Url;
use serde::Deserialize;

use super::{Permit, add_page, refusal};
use crate::config::WildberriesSettings;
use crate::failure::{Exit, Failure};
use crate::http::pace::pause;
use crate::http::{Call, Http, Reply};
use crate::marketplace::Format;
use crate::marketplace::answers::builder::Assembly;
use crate::marketplace::polling::{Progress, SHORTEST_INTERVAL, until_ready};
use crate::text::grouped;

const CREATE: &str = "Wildberries: warehouse_remains";
const STATUS: &str = "Wildberries: warehouse_remains status";
const DOWNLOAD: &str = "Wildberries: warehouse_remains download";
const PATH: &str = "api/v1/warehouse_remains";

/// As long as Ozon's report by default (`OZON_REPORT_TIMEOUT`); the same catalogue is behind both.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Questions for which a base token waits at least.
const BASE_QUESTIONS: u32 = 4;

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

#[derive(Deserialize)]
struct Task {
    #[serde(rename = "taskId")]
    id: String,
}

#[derive(Deserialize)]
struct State {
    status: String,
}

pub(super) fn fetch(
    http: &mut Http,
    settings: &WildberriesSettings,
    permit: Permit,
    assembly: &mut Assembly,
) -> Result<(), Failure> {
    let task = create(http)?;
    log::info!("{CREATE}: report ordered");
    let mut interval = settings.request_interval.max(SHORTEST_INTERVAL);
    let mut patience = PATIENCE;
    let mut call = question(STATUS, http.url(&format!("{PATH}/tasks/{task}/status"))?);
    if permit.base {
        // A question that arrives a moment too soon prolongs the wait.
        interval = interval.max(settings.base_token_interval.mul_f64(1.01));
        patience = patience.max(interval * BASE_QUESTIONS);
        let pace = format!(
            "a base token may ask for a report's status once in {}",
            format_duration(settings.base_token_interval)
        );
        // A question that comes too soon costs the whole interval: most reports are ready after a
        // minute.
        pause(Level::Info, interval / 15, &format!("the report is being made, and {pace}"));
        call = call.because(pace);
    }
    let call = call.every(interval);
    until_ready("Wildberries: report of remains", patience, interval, "", || ask(http, &call))?;
    let call = question(DOWNLOAD, http.url(&format!("{PATH}/tasks/{task}/download"))?);
    let found = match add_page(assembly, http, &call, Format::WarehouseRemains)? {
        Reply::Body(found) => found,
        Reply::Nothing => {
            log::info!("{CREATE}: nothing");
            return Ok(());
        }
        // The task was there a moment ago: its result has been cleared away meanwhile.
        Reply::Missing(failure) => {
            let message = format!("{failure}; the report is gone, the next run orders a new one");
            return Err(Failure::new(Exit::Unreachable, message));
        }
    };
    log::info!("{CREATE}: {} items", grouped(found.items, ','));
    Ok(())
}

fn question(name: &'static str, url: Url) -> Call {
    Call::get(name, url).advising(refusal::remains)
}

fn create(http: &mut Http) -> Result<String, Failure> {
    let mut url = http.url(PATH)?;
    // Without a locale the names of the totals may come in another language.
    url.set_query(Some(
        "locale=ru&groupByNm=true&groupBySize=true&groupByBarcode=true&groupBySa=true",
    ));
    let answer: Answer<Task> = http.json(&question(CREATE, url))?.required(CREATE)?;
    let id = answer.data.id;
    // It becomes part of a path: it must not lead anywhere else.
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=100).contains(&id.len()) && id.bytes().all(harmless) {
        Ok(id)
    } else {
        let message = format!("{CREATE}: {:?} is no number of a task", http.safe(&id));
        Err(Failure::new(Exit::NotStockData, message))
    }
}

fn ask(http: &mut Http, call: &Call) -> Result<Progress<()>, Failure> {
    let answer: Answer<State> = http.json(call)?.required(STATUS)?;
    let status = answer.data.status;
    match status.as_str() {
        "done" => Ok(Progress::Ready(())),
        "new" | "processing" => Ok(Progress::NotYet(status)),
        "purged" | "canceled" => {
            let message =
                format!("{STATUS}: the report is {status}; the next run orders a new one");
            Err(Failure::new(Exit::Unreachable, message))
        }
        _ => Ok(Progress::Unknown(http.safe(&status))),
    }
}
