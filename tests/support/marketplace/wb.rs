//! Wildberries: pages of current stock, the report of remains as a task, the old statistics service, the cards.

use std::sync::Arc;

use serde_json::{Value, json};

use super::endpoint::Endpoint;
use super::http::{Reply, Request};
use super::{State, fault};

const LIMIT: u64 = 250_000;

/// What the totals are called in another language (invented; that they are called otherwise is documented).
const ENGLISH: [(&str, &str); 3] = [
    ("В пути до получателей", "In transit to recipients"),
    ("В пути возвраты на склад WB", "In transit, returns to the WB warehouse"),
    ("Всего находится на складах", "Total in warehouses"),
];

pub fn page(state: &mut State, endpoint: Endpoint, body: &Value) -> Reply {
    let limit = body["limit"].as_u64().unwrap_or(LIMIT);
    if limit > LIMIT || limit == 0 {
        state.violations.push(format!("{endpoint:?} takes a limit of 1 to {LIMIT}: {body}"));
        return fault::error(endpoint, 400);
    }
    let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let (offset, limit) = (number(body["offset"].as_u64().unwrap_or(0)), number(limit));
    let text = match endpoint {
        Endpoint::WbWarehouses => state.catalogue.wb_warehouses_page(offset, limit),
        _ => state.catalogue.seller_warehouses_page(offset, limit),
    };
    if text.contains("[]") && offset == 0 {
        return Reply { headers: Vec::new(), ..Reply::json(204, "") };
    }
    Reply::json(200, text)
}

pub fn create_remains(state: &mut State, request: &Request) -> Reply {
    for wanted in ["groupByNm", "groupBySize", "groupByBarcode"] {
        if request.query(wanted) != Some("true") {
            state.violations.push(format!("without {wanted} the report of remains adds sizes up"));
        }
    }
    let id = format!("219eaecf-e532-4bd8-9f15-{:012}", state.reports.len());
    let mut report = state.catalogue.remains_report().to_string();
    if request.query("locale") != Some("ru") {
        for (russian, other) in ENGLISH {
            report = report.replace(russian, other);
        }
    }
    let report = report.into_bytes();
    state.reports.insert(id.clone(), (state.settings.polls, Arc::new(report)));
    Reply::json(200, json!({"data": {"taskId": id}}))
}

fn task(request: &Request) -> &str {
    request
        .path
        .trim_start_matches("/api/v1/warehouse_remains/tasks/")
        .split('/')
        .next()
        .unwrap_or_default()
}

pub fn remains_status(state: &mut State, request: &Request) -> Reply {
    let id = task(request);
    let Some((polls, _)) = state.reports.get_mut(id) else {
        return fault::error(Endpoint::WbRemainsStatus, 404);
    };
    let status = match *polls {
        0 => "done",
        1 => "processing",
        _ => "new",
    };
    *polls = polls.saturating_sub(1);
    Reply::json(200, json!({"data": {"id": id, "status": status}}))
}

pub fn download_remains(state: &mut State, request: &Request) -> Reply {
    match state.reports.get(task(request)) {
        Some((0, report)) => Reply::json(200, String::from_utf8_lossy(report)),
        _ => fault::error(Endpoint::WbRemainsDownload, 404),
    }
}

pub fn supplier_stocks(state: &mut State, request: &Request) -> Reply {
    let Some(from) = request.query("dateFrom").and_then(moscow_time) else {
        return fault::error(Endpoint::WbSupplierStocks, 400);
    };
    let rows = state.catalogue.supplier_rows();
    let newest = rows.last().map(|(changed, _)| changed.clone());
    if newest.is_none_or(|newest| newest == from) && !state.settings.supplier_never_empty {
        return Reply::json(200, "[]");
    }
    let from_there_on =
        rows.into_iter().filter(|(changed, _)| *changed >= from).map(|(_, row)| row);
    let page: Value = from_there_on.take(state.settings.supplier_page).collect();
    Reply::json(200, page)
}

/// A day, or a time of Moscow's clock with or without its offset, as `lastChangeDate` writes it.
fn moscow_time(text: &str) -> Option<String> {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
    const FORM: &str = "%Y-%m-%dT%H:%M:%S";
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        let moscow = FixedOffset::east_opt(3 * 3600)?;
        return Some(time.with_timezone(&moscow).format(FORM).to_string());
    }
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().or_else(day)?;
    Some(time.format(FORM).to_string())
}

/// Without `withPhoto: -1` only cards without a photo are listed, and the catalogue's all have one.
pub fn cards(state: &mut State, body: &Value) -> Reply {
    let settings = &body["settings"];
    let cursor = &settings["cursor"];
    let limit = cursor["limit"].as_u64().unwrap_or(0);
    if limit == 0 || limit > 100 {
        state.violations.push(format!("a page of cards is 1 to 100: {body}"));
        return fault::error(Endpoint::WbCards, 400);
    }
    let place = |card: &Value| {
        (card["updatedAt"].as_str().unwrap_or_default().to_owned(), card["nmID"].as_u64())
    };
    let seen = cursor["updatedAt"].as_str().map(|at| (at.to_owned(), cursor["nmID"].as_u64()));
    let limit = usize::try_from(limit).unwrap_or(100);
    let ascending = settings["sort"]["ascending"] == true;
    let all = match (&state.settings.cards, &state.cards) {
        (Some(cards), _) | (None, Some(cards)) => Arc::clone(cards),
        (None, None) => {
            let mut cards = state.catalogue.cards();
            cards.sort_by_key(place);
            Arc::clone(state.cards.insert(Arc::new(cards)))
        }
    };
    let cards: Vec<Value> = if settings["filter"]["withPhoto"] != -1 {
        Vec::new()
    } else if ascending {
        let start = seen.map_or(0, |seen| all.partition_point(|card| place(card) <= seen));
        all[start..].iter().take(limit).cloned().collect()
    } else {
        let end = seen.map_or(all.len(), |seen| all.partition_point(|card| place(card) < seen));
        all[..end].iter().rev().take(limit).cloned().collect()
    };
    let last = cards.last().cloned().unwrap_or_default();
    let cursor =
        json!({"updatedAt": last["updatedAt"], "nmID": last["nmID"], "total": cards.len()});
    Reply::json(200, json!({"cards": cards, "cursor": cursor}))
}
