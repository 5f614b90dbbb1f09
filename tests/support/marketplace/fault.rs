//! What can go wrong with an answer, and the marketplaces' own words for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::endpoint::{Endpoint, Host};
use super::http::{Reply, Wire};

/// One call that goes wrong.
#[derive(Clone)]
pub enum Fault {
    /// The marketplace's own error of this status.
    Status(u16),
    /// Another answer.
    Instead(Reply),
    /// The right answer, spoiled on its way.
    Wire(Wire),
    /// The right answer, changed.
    Change(Arc<dyn Fn(Reply) -> Reply + Send + Sync>),
}

impl Fault {
    pub fn change(change: impl Fn(Reply) -> Reply + Send + Sync + 'static) -> Self {
        Self::Change(Arc::new(change))
    }

    /// A gzip stream whose middle is damaged.
    pub fn broken_gzip() -> Self {
        Self::change(|mut reply| {
            reply.body = super::http::gzip(&reply.body);
            let middle = reply.body.len() / 2;
            reply.body[middle..].iter_mut().for_each(|byte| *byte = !*byte);
            reply.gzip = false;
            reply.header("Content-Encoding", "gzip")
        })
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "Status({status})"),
            Self::Instead(reply) => write!(f, "Instead({} {:?})", reply.status, reply.wire),
            Self::Wire(wire) => write!(f, "{wire:?}"),
            Self::Change(_) => f.write_str("Change"),
        }
    }
}

pub const OZON_TRACE_ID: &str = "0f5e1c9a7b3d4e21";
pub const WB_REQUEST_ID: &str = "7b1c40a2-55d9-4f6e-9f0b-c0ffee000001";

/// The error with which this marketplace answers this status.
pub fn error(endpoint: Endpoint, status: u16) -> Reply {
    let reply = match endpoint {
        _ if endpoint.is_ozon() => {
            let (code, message) = ozon_words(status);
            Reply::json(status, json!({"code": code, "message": message, "details": []}))
        }
        Endpoint::WbSupplierStocks if status == 400 => {
            Reply::json(status, json!({"errors": ["dateFrom: field required"]}))
        }
        _ => Reply::json(
            status,
            json!({"title": wb_words(status), "detail": "see the documentation of the method",
                "code": "07e4668e-ac2c53a3d232-[4d9c5b7e-c2a4]", "requestId": WB_REQUEST_ID,
                "origin": "s2s-api-auth-stat", "status": status, "statusText": wb_words(status),
                "timestamp": "2026-11-23T09:00:00Z"}),
        ),
    };
    with_ids(endpoint, 0, reply)
}

/// The header by which each marketplace's support finds the call.
pub fn with_ids(endpoint: Endpoint, number: usize, reply: Reply) -> Reply {
    match endpoint {
        Endpoint::OzonDownload => reply,
        _ if endpoint.is_ozon() => {
            reply.header("X-O3-Trace-Id", format!("{OZON_TRACE_ID}{number:04}"))
        }
        _ => reply.header("X-Ratelimit-Remaining", 2),
    }
}

pub fn not_found(host: Host) -> Reply {
    match host {
        Host::Ozon => Reply::json(404, json!({"code": 5, "message": "Not Found", "details": []})),
        Host::OzonFiles => Reply::html(404, "404 Not Found"),
        _ => error(Endpoint::WbWarehouses, 404),
    }
}

pub fn rate_limit(endpoint: Endpoint, wait: Duration) -> Reply {
    let seconds = wait.as_secs_f64().ceil();
    let reply = error(endpoint, 429);
    if endpoint.is_ozon() {
        reply.header("Retry-After", seconds)
    } else {
        reply
            .header("X-Ratelimit-Retry", seconds)
            .header("X-Ratelimit-Limit", 1)
            .header("X-Ratelimit-Reset", seconds)
    }
}

fn ozon_words(status: u16) -> (u8, &'static str) {
    match status {
        400 => (3, "Request validation error: invalid value"),
        401 => (16, "Client-Id and Api-Key headers are required"),
        403 => (7, "Invalid Api-Key, please contact support"),
        404 => (5, "Not Found"),
        429 => (8, "You have reached request rate limit per second"),
        503 => (14, "service is unavailable"),
        _ => (13, "Internal error"),
    }
}

fn wb_words(status: u16) -> &'static str {
    match status {
        400 => "bad request",
        401 => "unauthorized",
        402 => "payment required",
        403 => "access denied",
        404 | 410 => "path not found",
        429 => "too many requests",
        _ => "internal error",
    }
}
