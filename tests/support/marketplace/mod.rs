//! A stand-in for both marketplaces: real sockets, the answers of the real ones, and whatever goes wrong on demand.
//! It checks the requests as the real ones do, remembers each, and holds what no client may do as a violation.

pub mod catalogue;
pub mod credentials;
pub mod endpoint;
pub mod fault;
pub mod http;
mod ozon;
pub mod ozon_stock;
mod wb;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use catalogue::Catalogue;
use catalogue::ozon_places::OzonPlaces;
use catalogue::ozon_report::{Encoding, Header};
use endpoint::{Endpoint, Host};
use fault::Fault;
use http::{Reply, Request, Server};

/// The form in which Ozon hands out its report.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    Csv(Encoding),
    Xlsx,
    StreamedXlsx,
}

/// What the marketplaces are like today.
#[derive(Clone, Debug)]
pub struct Settings {
    pub header: Header,
    pub form: Form,
    /// Exactly these bytes as Ozon's report, whatever the catalogue says.
    pub report: Option<Vec<u8>>,
    /// By which name Ozon's link calls the host of its files; the address without one.
    pub files_host: Option<&'static str>,
    /// Where Ozon's stock lies.
    pub places: OzonPlaces,
    pub restless: ozon_stock::Restless,
    /// How often a report is not ready yet when it is asked for.
    pub polls: usize,
    pub gzip: bool,
    /// The least time between two calls of a method; 429 for the one that comes too early.
    pub intervals: HashMap<Endpoint, Duration>,
    /// Rows in one answer of `supplier-stocks`.
    pub supplier_page: usize,
    /// `supplier-stocks` never answers `[]` but repeats the rows of the last moment.
    pub supplier_never_empty: bool,
    /// What the token may not do, as a token of another category.
    pub forbidden: Vec<Endpoint>,
    /// The token that Wildberries knows, in place of the usual one.
    pub wb_token: Option<String>,
    /// Wildberries' cards in the order of their last change, in place of those that follow from the catalogue.
    pub cards: Option<Arc<Vec<serde_json::Value>>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            header: Header::Current,
            form: Form::Csv(Encoding::Utf8Bom),
            report: None,
            files_host: None,
            places: OzonPlaces::default(),
            restless: ozon_stock::Restless::default(),
            polls: 2,
            gzip: true,
            intervals: HashMap::new(),
            supplier_page: 60_000,
            supplier_never_empty: false,
            forbidden: Vec::new(),
            wb_token: None,
            cards: None,
        }
    }
}

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct Call {
    pub host: Host,
    pub endpoint: Option<Endpoint>,
    pub request: Request,
    pub status: u16,
}

#[derive(Default)]
struct State {
    catalogue: Catalogue,
    settings: Settings,
    faults: HashMap<Endpoint, VecDeque<Fault>>,
    always: HashMap<Endpoint, Fault>,
    last_accepted: HashMap<Endpoint, Instant>,
    calls: Vec<Call>,
    violations: Vec<String>,
    /// Reports and tasks that were ordered: how often they are still not ready, and what they hold.
    reports: HashMap<String, (usize, Arc<Vec<u8>>)>,
    files_url: String,
    /// The catalogue's cards in the order of their change, made when they are first asked for.
    cards: Option<Arc<Vec<serde_json::Value>>>,
    /// Where each SKU of Ozon's stands in the catalogue, made when it is first asked for.
    by_sku: Option<Arc<HashMap<u64, usize>>>,
}

impl State {
    fn replace(&mut self, catalogue: Catalogue) {
        self.catalogue = catalogue;
        (self.cards, self.by_sku) = (None, None);
    }
}

/// The two marketplaces, for as long as it lives. Dropping it fails the test that saw a violation.
pub struct StandIn {
    state: Arc<Mutex<State>>,
    servers: Vec<Server>,
}

impl StandIn {
    pub fn start(catalogue: Catalogue) -> Self {
        Self::start_on(catalogue, [0; 5]).expect("a free port of the loopback interface")
    }

    /// Ports in the order of `Host::ALL`; 0 is a free one.
    pub fn start_on(catalogue: Catalogue, ports: [u16; 5]) -> std::io::Result<Self> {
        let state = Arc::new(Mutex::new(State { catalogue, ..State::default() }));
        let mut servers = Vec::new();
        for (host, port) in Host::ALL.into_iter().zip(ports) {
            let state = Arc::clone(&state);
            servers.push(Server::start(port, move |request| answer(&state, host, request))?);
        }
        let stand_in = Self { state, servers };
        stand_in.lock().files_url = stand_in.url(Host::OzonFiles);
        Ok(stand_in)
    }

    pub fn url(&self, host: Host) -> String {
        let place = Host::ALL.iter().position(|h| *h == host).expect("every host is in the list");
        self.servers[place].url()
    }

    /// The variables that point stocksync here, keys included.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("OZON_API_URL", self.url(Host::Ozon)),
            ("OZON_CLIENT_ID", credentials::OZON_CLIENT_ID.into()),
            ("OZON_API_KEY", credentials::OZON_API_KEY.into()),
            ("WB_ANALYTICS_API_URL", self.url(Host::WbAnalytics)),
            ("WB_STATISTICS_API_URL", self.url(Host::WbStatistics)),
            ("WB_CONTENT_API_URL", self.url(Host::WbContent)),
            ("WB_API_TOKEN", credentials::wb_token().into()),
        ]
    }

    pub fn catalogue(&self) -> Catalogue {
        self.lock().catalogue.clone()
    }

    pub fn places(&self) -> OzonPlaces {
        self.lock().settings.places.clone()
    }

    pub fn set_catalogue(&self, catalogue: Catalogue) {
        let mut state = self.lock();
        state.replace(catalogue);
    }

    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        let mut state = self.lock();
        change(&mut state.settings);
        state.by_sku = None;
    }

    /// The next call of the method goes wrong; several wait in a queue.
    pub fn fault(&self, endpoint: Endpoint, fault: Fault) {
        self.lock().faults.entry(endpoint).or_default().push_back(fault);
    }

    pub fn faults(&self, endpoint: Endpoint, times: usize, fault: &Fault) {
        (0..times).for_each(|_| self.fault(endpoint, fault.clone()));
    }

    /// Every call of the method goes wrong, after those of the queue.
    pub fn always(&self, endpoint: Endpoint, fault: Fault) {
        self.lock().always.insert(endpoint, fault);
    }

    /// All goes well again.
    pub fn mend(&self) {
        let mut state = self.lock();
        state.faults.clear();
        state.always.clear();
    }

    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    pub fn calls_of(&self, endpoint: Endpoint) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.endpoint == Some(endpoint)).collect()
    }

    pub fn forget_calls(&self) {
        self.lock().calls.clear();
    }

    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    /// For the test that means them.
    pub fn forgive(&self) {
        self.lock().violations.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let violations = self.violations();
        if !thread::panicking() {
            assert!(
                violations.is_empty(),
                "the marketplaces saw what no client may do: {violations:#?}"
            );
        }
    }
}

/// A panic of one connection must not hide behind a poisoned lock of the others.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn answer(state: &Mutex<State>, host: Host, request: Request) -> Reply {
    let mut state = lock(state);
    let found = Endpoint::of(host, &request);
    let reply = match found {
        Some((endpoint, method)) if method == request.method => {
            faulty_or_normal(&mut state, endpoint, &request)
        }
        _ => {
            let line = format!("{host:?} knows no {} {}", request.method, request.path);
            state.violations.push(line);
            fault::not_found(host)
        }
    };
    if host == Host::OzonFiles && credentials::shown_in(&request) {
        state
            .violations
            .push(format!("credentials came to the download host: {:?}", request.headers));
    }
    let endpoint = found.map(|(endpoint, _)| endpoint);
    state.calls.push(Call { host, endpoint, request, status: reply.status });
    reply
}

fn faulty_or_normal(state: &mut State, endpoint: Endpoint, request: &Request) -> Reply {
    let queued = state.faults.get_mut(&endpoint).and_then(VecDeque::pop_front);
    let fault = queued.or_else(|| state.always.get(&endpoint).cloned());
    match fault {
        Some(Fault::Instead(reply)) => reply,
        Some(Fault::Status(status)) => fault::error(endpoint, status),
        Some(Fault::Wire(wire)) => normal(state, endpoint, request).wire(wire),
        Some(Fault::Change(change)) => change(normal(state, endpoint, request)),
        None => normal(state, endpoint, request),
    }
}

fn normal(state: &mut State, endpoint: Endpoint, request: &Request) -> Reply {
    let token = state.settings.wb_token.as_deref();
    if let Some(refusal) = credentials::refusal(endpoint, request, token) {
        return refusal;
    }
    if state.settings.forbidden.contains(&endpoint) {
        return fault::error(endpoint, if endpoint.is_ozon() { 403 } else { 401 });
    }
    if let Some(wait) = too_early(state, endpoint) {
        return fault::rate_limit(endpoint, wait);
    }
    let body = if request.method == "POST" && !without_body(endpoint) {
        match serde_json::from_slice(&request.body) {
            Ok(body) => body,
            Err(error) => {
                state.violations.push(format!("{endpoint:?}: the body is no JSON: {error}"));
                return fault::error(endpoint, 400);
            }
        }
    } else {
        serde_json::Value::Null
    };
    let reply = match endpoint {
        Endpoint::OzonRoles => ozon::roles(),
        Endpoint::OzonCreate => ozon::create(state, &body),
        Endpoint::OzonInfo => ozon::info(state, &body),
        Endpoint::OzonDownload => ozon::download(state, request),
        _ if endpoint.is_ozon_stock() => ozon_stock::answer(state, endpoint, &body),
        Endpoint::WbWarehouses | Endpoint::WbSellerWarehouses => wb::page(state, endpoint, &body),
        Endpoint::WbRemainsCreate => wb::create_remains(state, request),
        Endpoint::WbRemainsStatus => wb::remains_status(state, request),
        Endpoint::WbRemainsDownload => wb::download_remains(state, request),
        Endpoint::WbSupplierStocks => wb::supplier_stocks(state, request),
        _ => wb::cards(state, &body),
    };
    let reply = fault::with_ids(endpoint, state.calls.len(), reply);
    if state.settings.gzip { reply.gzipped() } else { reply }
}

const fn without_body(endpoint: Endpoint) -> bool {
    matches!(endpoint, Endpoint::OzonRoles | Endpoint::OzonClusters)
}

fn too_early(state: &mut State, endpoint: Endpoint) -> Option<Duration> {
    let interval = *state.settings.intervals.get(&endpoint)?;
    let now = Instant::now();
    let since = state.last_accepted.get(&endpoint).map(|last| now - *last);
    match since {
        Some(since) if since < interval => Some(interval - since),
        _ => {
            state.last_accepted.insert(endpoint, now);
            None
        }
    }
}
