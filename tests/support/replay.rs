//! Marketplaces that answer what a file of `tests/cases` holds: each answer under the request that
//! gets it, as `### METHOD path`. Several answers to one request come in their order, and the last
//! one again and again.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::marketplace::catalogue::row::StockRow;
use super::marketplace::credentials;
use super::marketplace::http::{Reply, Request, Server};

const SELLER_WAREHOUSES: &str = "/api/analytics/v1/stocks-report/seller-warehouses";

struct Answer {
    method: String,
    path: String,
    reply: Reply,
}

#[derive(Default)]
struct State {
    answers: VecDeque<Answer>,
    requests: Vec<Request>,
}

/// Every host of both marketplaces on one address.
pub struct Replay {
    state: Arc<Mutex<State>>,
    server: Server,
    seller_warehouses: bool,
}

impl Replay {
    /// The answers of a file of `tests/cases`.
    pub fn of(file: &str) -> Self {
        Self::start(&text(file))
    }

    /// Answers in the form of those files; `PORT` stands for the port on which they are given.
    pub fn start(answers: &str) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Server::start(0, move |request| answer(&shared, request)).expect("a port");
        let answers = answers.replace("PORT", &server.address.port().to_string());
        let parsed: VecDeque<_> = sections(&answers).collect();
        assert!(!parsed.is_empty(), "there is no answer in {answers}");
        let seller_warehouses = parsed.iter().any(|answer| answer.path == SELLER_WAREHOUSES);
        state.lock().unwrap_or_else(PoisonError::into_inner).answers = parsed;
        Self { state, server, seller_warehouses }
    }

    /// The variables that point stocksync here, keys included. Wildberries is asked for the
    /// seller's own warehouses only if there is an answer to it.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let url = || self.server.url();
        vec![
            ("OZON_API_URL", url()),
            ("OZON_CLIENT_ID", credentials::OZON_CLIENT_ID.into()),
            ("OZON_API_KEY", credentials::OZON_API_KEY.into()),
            ("WB_ANALYTICS_API_URL", url()),
            ("WB_STATISTICS_API_URL", url()),
            ("WB_CONTENT_API_URL", url()),
            ("WB_API_TOKEN", credentials::wb_token().into()),
            ("WB_SELLER_WAREHOUSES", self.seller_warehouses.to_string()),
        ]
    }

    /// Every request to this path, in the order of their arrival.
    pub fn requests_of(&self, path: &str) -> Vec<Request> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.iter().filter(|request| request.path == path).cloned().collect()
    }

    /// The paths of all requests.
    pub fn paths(&self) -> Vec<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.iter().map(|request| request.path.clone()).collect()
    }
}

/// A file of `tests/cases`.
pub fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a file of `tests/cases`: a line of titles, then sku, size_id, warehouse_name,
/// stock_type, available, reserved, in_way_to_client and in_way_from_client, with tabs between
/// them.
pub fn rows(source: &str, file: &str) -> Vec<StockRow> {
    let text = text(file);
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [sku, size, warehouse, stock_type, numbers @ ..] = fields.as_slice() else {
            panic!("{file}: no row of stock: {line:?}");
        };
        let numbers: Vec<u32> = numbers.iter().map(|text| text.parse().expect("pieces")).collect();
        let [available, reserved, to_client, from_client] = numbers[..] else {
            panic!("{file}: not four numbers: {line:?}");
        };
        let key = [source, sku, size, warehouse, stock_type];
        StockRow::new(key, available, reserved, [to_client, from_client])
    };
    super::marketplace::catalogue::row::sorted(text.lines().skip(1).map(row).collect())
}

fn sections(text: &str) -> impl Iterator<Item = Answer> + '_ {
    text.split("### ").skip(1).map(|section| {
        let (request, answer) = section.split_once('\n').expect("an answer under its request");
        let (head, body) = answer.split_once("\n\n").expect("a head, an empty line, a body");
        let mut words = request.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        let mut reply = Reply::json(status.expect("a status"), body.trim_end());
        reply.headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Answer { method, path, reply }
    })
}

fn answer(state: &Mutex<State>, request: Request) -> Reply {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let fits = |answer: &&Answer| answer.method == request.method && answer.path == request.path;
    let places: Vec<usize> =
        (0..state.answers.len()).filter(|place| fits(&&state.answers[*place])).collect();
    let reply = match places[..] {
        [] if request.path == "/content/v2/get/cards/list" => {
            Reply::json(200, r#"{"cards":[],"cursor":{"total":0}}"#)
        }
        [] => Reply::json(404, r#"{"code":5,"message":"Not Found"}"#),
        [last] => state.answers[last].reply.clone(),
        [next, ..] => state.answers.remove(next).expect("a place of the list").reply,
    };
    state.requests.push(request);
    reply
}
