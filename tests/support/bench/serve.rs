//! Hands the benchmark's files out as the marketplaces would: uncompressed, without a pause, whole pages from the disk's cache.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::data::STEP;
use super::marketplace::http::{Reply, Request, Server};

/// The server of both marketplaces.
pub struct Files {
    server: Server,
    /// What the names of the files on show begin with: directory and state.
    shown: Arc<Mutex<PathBuf>>,
}

impl Files {
    pub fn serve() -> Self {
        let shown = Arc::new(Mutex::new(PathBuf::new()));
        let theirs = Arc::clone(&shown);
        let server = Server::start(0, move |request| {
            let shown = theirs.lock().unwrap_or_else(PoisonError::into_inner).clone();
            answer(&request, &shown)
        });
        Self { server: server.expect("a free port of the loopback interface"), shown }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// From now on these files: `…/a` are those whose names begin with `a-`.
    pub fn show(&self, beginning: PathBuf) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = beginning;
    }
}

fn answer(request: &Request, shown: &std::path::Path) -> Reply {
    let file = |name: &str| {
        let path = format!("{}-{name}", shown.display());
        match std::fs::read(path) {
            Ok(bytes) => Reply::new(200, "application/octet-stream", bytes),
            Err(_) => Reply { headers: Vec::new(), ..Reply::json(204, "") },
        }
    };
    let method = request.path.rsplit('/').next().unwrap_or_default();
    match method {
        "create" => Reply::json(200, json!({"result": {"code": "REPORT_1"}})),
        "info" => {
            let host = request.header("Host").unwrap_or_default();
            let link = format!("http://{host}/report");
            Reply::json(
                200,
                json!({"result": {"code": "REPORT_1", "status": "success", "error": "", "file": link}}),
            )
        }
        "wb-warehouses" | "seller-warehouses" => {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let offset = body["offset"].as_u64().unwrap_or(0);
            file(&format!("{method}-{}", offset / STEP as u64))
        }
        "report" => file("report"),
        // The key's categories do not include the cards.
        _ => Reply::json(401, json!({"title": "unauthorized", "status": 401})),
    }
}
