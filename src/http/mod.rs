//! One request with its pace, retries, limits and address guard, for marketplaces and alerts alike.
//! Knows no marketplace and no record.

pub(crate) mod answer;
pub(crate) mod connection;
mod exhausted;
pub(crate) mod markup;
mod network;
pub(crate) mod pace;
pub(crate) mod redirect;
mod refused;
pub(crate) mod request;
pub(crate) mod retry;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use log::Level;
use reqwest::blocking::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

pub(crate) use request::{Call, Reply};

use crate::config::HttpSettings;
use crate::config::environment::is_loopback;
use crate::console::progress;
use crate::cost::{Cost, Meter};
use crate::disk;
use crate::failure::{Exit, Failure, FailureKind, OrFail};
use crate::http::markup::markup;
use crate::secret::Secret;
use crate::text::clean;
use answer::body::Body;
use answer::status::Verdict;
use answer::{error_body, status};
use connection::client::{Clients, Target};
use connection::public_address;
use pace::{Pace, SharedPace, pause};
use request::{Fault, LINK_NOT_FOLLOWED};
use retry::{Next, RetryHint};

/// How long an answer may be that is no stock data (bytes).
const SHORT_ANSWER: u64 = 1 << 20;
/// One pull's conversation with a marketplace.
pub(crate) struct Http {
    settings: HttpSettings,
    api: Url,
    credentials: HeaderMap,
    clients: Clients,
    paces: HashMap<&'static str, Pace>,
    shared_pace: Option<SharedPace>,
    cost: Cost,
    meter: Meter,
    last_answer: String,
    download_hosts: BTreeSet<String>,
}

impl Http {
    /// A conversation with the API below `api`, whose every request, and nothing else, carries
    /// `credentials`.
    /// Errors: [`Exit::Configuration`] for a credential that no header can hold, [`Exit::Program`]
    /// if TLS cannot be set up.
    pub(crate) fn new(
        settings: &HttpSettings,
        api: &Url,
        credentials: &[(&'static str, &Secret)],
    ) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        for (name, secret) in credentials {
            // Neither error shows the value.
            let mut value = HeaderValue::from_str(secret.expose())
                .or_fail(Exit::Configuration, || format!("the key for {name} cannot be sent"))?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(Self {
            settings: settings.clone(),
            api: api.clone(),
            credentials: headers,
            clients: Clients::new(settings.timeout, !is_loopback(api))?,
            paces: HashMap::new(),
            shared_pace: None,
            cost: Cost::default(),
            meter: Meter::default(),
            last_answer: String::new(),
            download_hosts: BTreeSet::new(),
        })
    }

    /// The same conversation, counted by `meter` as it goes on.
    #[must_use]
    pub(crate) fn metered(self, meter: &Meter) -> Self {
        Self { meter: meter.clone(), ..self }
    }

    /// The same conversation, at a pace that it shares with others in place of one for each method.
    #[must_use]
    pub(crate) fn sharing(self, pace: &SharedPace) -> Self {
        Self { shared_pace: Some(pace.clone()), ..self }
    }

    /// What has been sent and received so far.
    pub(crate) fn cost(&self) -> Cost {
        self.cost
    }

    fn spend(&mut self, requests: u64, bytes: u64) {
        let cost = Cost { requests, bytes };
        self.cost += cost;
        self.meter.add(cost);
    }

    /// The hosts other than the API's own to which links and redirects of downloads have led so
    /// far.
    pub(crate) fn download_hosts(&self) -> &BTreeSet<String> {
        &self.download_hosts
    }

    /// The address of a method below the API's base URL.
    /// Errors: [`Exit::Program`] for a path that is none.
    pub(crate) fn url(&self, path: &str) -> Result<Url, Failure> {
        self.api.join(path).or_fail(Exit::Program, || format!("{path} is no path"))
    }

    /// Sends `call` and reads a short JSON answer, of at most 1 MiB.
    /// Errors: The exit codes of HTTP; [`Exit::NotStockData`] for an answer that is too long or not
    /// this JSON.
    pub(crate) fn json<T: DeserializeOwned>(&mut self, call: &Call) -> Result<Reply<T>, Failure> {
        self.json_within(call, SHORT_ANSWER)
    }

    /// The same with an answer of at most `longest` bytes.
    pub(crate) fn json_within<T: DeserializeOwned>(
        &mut self,
        call: &Call,
        longest: u64,
    ) -> Result<Reply<T>, Failure> {
        self.exchange(call, |body| {
            let bytes = body.read_all(longest)?;
            serde_json::from_slice(&bytes).map_err(|error| not_json(&bytes, &error))
        })
    }

    /// Sends `call` and writes the answer, at most `MAX_DOWNLOAD` bytes, into `file` from `start`
    /// on; `file` ends where the answer ends. Returns its length and what `look` makes of it. A
    /// page or XML is refused; an answer that `look` finds to be cut off ([`Exit::Unreachable`]) is
    /// asked for again.
    /// Errors: The exit codes of HTTP and those of `look`; [`Exit::NotStockData`] for an HTML page
    /// or an answer that is too long, [`Exit::CannotCreate`] for a full disk.
    pub(crate) fn download<T>(
        &mut self,
        call: &Call,
        file: &File,
        start: u64,
        mut look: impl FnMut(u64) -> Result<T, Failure>,
    ) -> Result<Reply<(u64, T)>, Failure> {
        let limit = self.settings.max_download;
        self.exchange(call, |body| {
            let length = body.copy_to(file, start, limit)?;
            let mut head = [0; 512];
            let count = file.read_at(&mut head, start).map_err(disk::temporary)?;
            if let Some(markup) = markup(&head[..count]) {
                let message = format!("the answer is {markup}, not stock data");
                return Err(Failure::new(Exit::NotStockData, message).into());
            }
            let found = look(length).map_err(|failure| match failure.exit() {
                Exit::Unreachable => Fault::transient(failure.into_cause()),
                _ => failure.into(),
            })?;
            Ok((length, found))
        })
    }

    /// A failure that came to light when the last answer was read: says which answer, with its
    /// trace id.
    pub(crate) fn in_last_answer(&self, failure: Failure) -> Failure {
        failure.context(self.last_answer.clone())
    }

    /// Foreign text for a message: short, harmless to a terminal, without the keys, should it
    /// repeat them.
    pub(crate) fn safe(&self, text: &str) -> String {
        clean(text, error_body::LONGEST_MESSAGE)
    }

    fn exchange<T>(
        &mut self,
        call: &Call,
        mut read: impl FnMut(&mut Body<Response>) -> Result<T, Fault>,
    ) -> Result<Reply<T>, Failure> {
        let shown = format!("{} {}", call.method, self.safe(&error_body::shown(&call.url)));
        let wait = self.pace(call).remaining(Instant::now());
        if !wait.is_zero() {
            match &call.slow {
                Some(reason) => pause(Level::Info, wait, reason),
                None => pause(Level::Debug, wait, &format!("the pace of {}", call.name)),
            }
        }
        let mut attempt = 1;
        loop {
            if let Some(shared) = &self.shared_pace {
                shared.wait();
            }
            let (cause, hint) = match self.attempt(call, attempt, &mut read) {
                Ok((reply, answer)) => {
                    self.passed(call);
                    self.last_answer = format!("{shown}: {answer}");
                    return Ok(reply);
                }
                Err(Fault::Missing(failure)) => return Ok(Reply::Missing(failure.context(shown))),
                Err(Fault::Final(failure)) => return Err(failure.context(shown)),
                Err(Fault::Transient { cause, hint }) => (cause.context(shown.clone()), hint),
            };
            let length = match self.next(call, attempt, hint) {
                Next::Wait(length) => length,
                Next::Exhausted => {
                    return Err(exhausted::exhausted(cause, call, attempt, hint));
                }
                Next::TooLong(asked) => {
                    return Err(exhausted::too_long(cause, asked, self.settings.max_wait, hint));
                }
            };
            attempt += 1;
            let attempts = self.settings.attempts;
            let reason = format!("{cause:#}; then attempt {attempt} of {attempts}");
            pause(Level::Warn, length, &reason);
        }
    }

    fn pace(&mut self, call: &Call) -> &mut Pace {
        self.paces.entry(call.name).or_insert_with(|| Pace::new(call.interval))
    }

    fn passed(&mut self, call: &Call) {
        match &self.shared_pace {
            Some(shared) => shared.passed(),
            None => self.pace(call).passed(),
        }
    }

    fn next(&mut self, call: &Call, attempt: u32, hint: RetryHint) -> Next {
        if let Some(shared) = &self.shared_pace {
            let next = retry::next(&self.settings, attempt, hint, Duration::ZERO, fastrand::f64());
            if let (true, Next::Wait(wait)) = (hint.rate_limited, next) {
                shared.limited(Instant::now(), wait);
            }
            return next;
        }
        let (slower, slowest) = (self.settings.base_delay, self.settings.max_wait);
        let pace = self.pace(call);
        if hint.rate_limited {
            pace.limited(slower, slowest);
        }
        let remaining = pace.remaining(Instant::now());
        retry::next(&self.settings, attempt, hint, remaining, fastrand::f64())
    }

    /// The reply, and the answer that it came with in words.
    fn attempt<T>(
        &mut self,
        call: &Call,
        attempt: u32,
        read: &mut impl FnMut(&mut Body<Response>) -> Result<T, Fault>,
    ) -> Result<(Reply<T>, String), Fault> {
        let mut url = call.url.clone();
        if call.target == Target::Download
            && let Some(reason) = public_address::refusal(&url, is_loopback(&self.api))
        {
            let message = format!("{LINK_NOT_FOLLOWED}: it {reason}");
            let failure = Failure::new(Exit::NotStockData, message);
            return Err(failure.of_kind(FailureKind::UntrustedLink).into());
        }
        for _ in 0..=redirect::MOST {
            match self.hop(call, &url, attempt, read)? {
                ControlFlow::Break(reply) => return Ok(reply),
                ControlFlow::Continue(to) => url = to,
            }
        }
        let message = format!("more than {} redirects: {}", redirect::MOST, redirect::NOT_FOLLOWED);
        Err(unexpected_redirect(message).into())
    }

    /// One request and its answer: the reply, or where it is to be had.
    fn hop<T>(
        &mut self,
        call: &Call,
        url: &Url,
        attempt: u32,
        read: &mut impl FnMut(&mut Body<Response>) -> Result<T, Fault>,
    ) -> Result<ControlFlow<(Reply<T>, String), Url>, Fault> {
        let started = Instant::now();
        let response = self.send(call, url, attempt)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let trace_id = error_body::trace_id(&headers).map(|id| self.safe(&id));
        let answer = format!("{status}{}", trace(trace_id));
        let mut body = Body::new(response, self.clients.patience(attempt));
        let outcome = match status::status(status) {
            Verdict::Answered => match read(&mut body) {
                Ok(found) => Ok(ControlFlow::Break((Reply::Body(found), answer.clone()))),
                Err(fault) => Err(self.explained(call, status, fault, &body).context(&answer)),
            },
            Verdict::Nothing => Ok(ControlFlow::Break((Reply::Nothing, answer.clone()))),
            Verdict::Redirected => self
                .redirected(call, url, status, &headers)
                .map(ControlFlow::Continue)
                .map_err(Fault::from),
            _ => Err(self.refused(call, status, &headers, &mut body)),
        };
        self.spend(0, body.received());
        let (received, elapsed) = (body.received(), started.elapsed());
        log::debug!("{}: {answer}, {received} bytes in {elapsed:.1?}", call.name);
        outcome
    }

    fn send(&mut self, call: &Call, url: &Url, attempt: u32) -> Result<Response, Fault> {
        let mut request =
            self.clients.get(call.target, attempt)?.request(call.method.clone(), url.clone());
        // The comparison of origins is a second lock: no redirect leads an API call elsewhere.
        if call.target == Target::Api && url.origin() == self.api.origin() {
            request = request.headers(self.credentials.clone());
        }
        if call.target == Target::Download
            && let Some(host) = url.host_str().filter(|host| self.api.host_str() != Some(host))
        {
            self.download_hosts.insert(host.to_owned());
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        self.spend(1, 0);
        self.pace(call).sent(Instant::now());
        let at_most = humantime::format_duration(self.clients.patience(attempt));
        progress::waits(&format!("{}: waiting for the answer, {at_most} at most", call.name));
        let sent = request.send();
        progress::waits("");
        sent.map_err(|error| Fault::broken(error.without_url()))
    }

    fn redirected(
        &self,
        call: &Call,
        from: &Url,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<Url, Failure> {
        let location = headers.get(LOCATION).map(HeaderValue::as_bytes).unwrap_or_default();
        let location = String::from_utf8_lossy(location);
        redirect::follow(call, from, status, &location, &self.api)
            .map_err(|reason| unexpected_redirect(self.safe(&reason)))
    }
}

fn unexpected_redirect(message: String) -> Failure {
    Failure::new(Exit::NotStockData, message).of_kind(FailureKind::UnexpectedRedirect)
}

fn trace(id: Option<String>) -> String {
    id.map(|id| format!(" (trace id {id})")).unwrap_or_default()
}

/// JSON that cannot be read: what is only cut off may come whole the next time.
fn not_json(bytes: &[u8], error: &serde_json::Error) -> Fault {
    if error.is_eof() && !bytes.trim_ascii().is_empty() {
        return Fault::transient(anyhow::anyhow!(
            "the answer is cut off after {} bytes",
            bytes.len()
        ));
    }
    let reason = match bytes.trim_ascii() {
        [] => "it is empty".to_owned(),
        bytes => match markup(bytes) {
            Some(markup) => format!("it is {markup}"),
            None => clean(&error.to_string(), error_body::LONGEST_MESSAGE),
        },
    };
    let message = format!("the answer is not what the API describes: {reason}");
    Failure::new(Exit::NotStockData, message).into()
}
