//! Ozon: a report is ordered, asked for until it is ready, and lies on another host.

use std::sync::Arc;

use serde_json::{Value, json};

use super::catalogue::ozon_report::OzonReport;
use super::endpoint::Endpoint;
use super::http::{Reply, Request};
use super::{Form, State, fault};

/// A key of two months more, with the methods of a report.
pub fn roles() -> Reply {
    let ends = chrono::Utc::now() + chrono::TimeDelta::days(60);
    let methods = [
        "/v1/report/info",
        "/v1/report/list",
        "/v1/report/products/create",
        "/v4/product/info/stocks",
        "/v1/product/info/stocks-by-warehouse/fbo",
        "/v2/product/info/stocks-by-warehouse/fbs",
        "/v1/warehouse/ozon/list",
        "/v2/cluster/list",
        "/v2/warehouse/list",
        "/v3/product/info/list",
    ];
    Reply::json(
        200,
        json!({"expires_at": ends.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "roles": [{"name": "Admin read only", "methods": methods}]}),
    )
}

pub fn create(state: &mut State, body: &Value) -> Reply {
    if !["DEFAULT", "RU", "EN"].contains(&body["language"].as_str().unwrap_or("DEFAULT")) {
        return fault::error(Endpoint::OzonCreate, 400);
    }
    if body["visibility"].as_str().is_some_and(|visibility| visibility != "ALL") {
        state.violations.push(format!("the report would hold only a part of the products: {body}"));
    }
    let report = report(state);
    let code = format!("REPORT_seller_products_924336_1795420800_{:04}", state.reports.len());
    state.reports.insert(code.clone(), (state.settings.polls, Arc::new(report)));
    Reply::json(200, json!({"result": {"code": code}}))
}

fn report(state: &State) -> Vec<u8> {
    let settings = &state.settings;
    if let Some(bytes) = &settings.report {
        return bytes.clone();
    }
    let report = OzonReport::new(&state.catalogue.ozon, settings.header);
    match settings.form {
        Form::Csv(encoding) => report.csv(encoding),
        Form::Xlsx => report.xlsx(),
        Form::StreamedXlsx => report.streamed_xlsx(),
    }
}

pub fn info(state: &mut State, body: &Value) -> Reply {
    let code = body["code"].as_str().unwrap_or_default();
    let Some((polls, _)) = state.reports.get_mut(code) else {
        state.violations.push(format!("a report that was never ordered: {body}"));
        return fault::error(Endpoint::OzonInfo, 404);
    };
    let status = match *polls {
        0 => "success",
        1 => "processing",
        _ => "waiting",
    };
    *polls = polls.saturating_sub(1);
    let file = if status == "success" {
        let host = state.settings.files_host.unwrap_or("127.0.0.1");
        format!("{}/reports/{code}.xlsx", state.files_url.replace("127.0.0.1", host))
    } else {
        String::new()
    };
    Reply::json(
        200,
        json!({"result": {"code": code, "status": status, "error": "", "file": file,
            "report_type": "seller_products", "params": {}, "created_at": "2026-11-20T12:09:47.258062Z",
            "expires_at": "2026-11-27T12:09:47Z"}}),
    )
}

pub fn download(state: &mut State, request: &Request) -> Reply {
    let code = request.path.trim_start_matches("/reports/").trim_end_matches(".xlsx");
    match state.reports.get(code) {
        Some((0, bytes)) => Reply::new(200, "application/octet-stream", bytes.as_ref().clone()),
        _ => Reply::html(404, "404 Not Found"),
    }
}
