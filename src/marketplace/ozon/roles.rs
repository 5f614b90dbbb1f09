//! What Ozon says of its key: `v1/roles`, until when it holds and what it may call. Asking costs a
//! sync nothing but one request: an answer that does not come, or cannot be read, says nothing.

use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use reqwest::Method;
use serde_json::Value;

use super::credentials;
use crate::config::{HttpSettings, OzonSettings, OzonStocksMethod};
use crate::cost::Meter;
use crate::failure::{Exit, Failure};
use crate::http::{Call, Http};
use crate::inventory::Source;
use crate::text::clean;

const ROLES: &str = "Ozon: roles";

/// Nobody waits longer for what is only good to know.
const PATIENCE: Duration = Duration::from_secs(15);

/// Characters of the roles' names in a message.
const LONGEST_NAMES: usize = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyFacts {
    pub expires: Option<DateTime<Utc>>,
    roles: Vec<String>,
    /// Methods that a sync needs and none of the roles has.
    lacking: Vec<&'static str>,
    /// What the sync is set up to do.
    method: Option<OzonStocksMethod>,
}

impl KeyFacts {
    /// Ends the run of a key that may not call what a sync needs.
    pub(crate) fn require_methods(&self) -> Result<(), Failure> {
        let Some(method) = self.method.filter(|_| !self.lacking.is_empty()) else {
            return Ok(());
        };
        let way_back = match method {
            OzonStocksMethod::ProductsReport => "",
            OzonStocksMethod::Warehouses => {
                "; OZON_STOCKS_METHOD=products-report goes on without warehouses"
            }
        };
        let message = format!(
            "OZON_API_KEY may not call {} (its roles: {}): nothing was ordered and nothing was changed; make a key with the role Admin \
             read only, or with one that has {}, in the seller's cabinet ({}){way_back}",
            self.lacking.join(" and "),
            clean(&self.roles.join(", "), LONGEST_NAMES),
            super::methods(method).join(" and "),
            Source::Ozon.key_menu()
        );
        Err(Failure::new(Exit::KeyRejected, message))
    }
}

/// Asks once, whatever comes of it.
pub(crate) fn ask(settings: &OzonSettings, meter: &Meter) -> KeyFacts {
    let timeout = settings.http.timeout.min(PATIENCE);
    let once = HttpSettings { timeout, attempts: 1, ..settings.http.clone() };
    let asked = Http::new(&once, &settings.api_url, &credentials(settings)).and_then(|http| {
        let mut http = http.metered(meter);
        let call = Call { method: Method::POST, ..Call::get(ROLES, http.url("v1/roles")?) };
        http.json::<Value>(&call)?.required(ROLES)
    });
    match asked {
        Ok(answer) => read(&answer, settings.method),
        Err(failure) => {
            log::info!(
                "Ozon does not say when the key ends and what it may call; the sync goes on without"
            );
            log::debug!("{failure}");
            KeyFacts::default()
        }
    }
}

fn read(answer: &Value, method: OzonStocksMethod) -> KeyFacts {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let end = answer["expires_at"].as_str().and_then(|end| end.parse::<DateTime<Utc>>().ok());
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let roles = list(&answer["roles"]);
    let methods: Vec<String> = roles
        .iter()
        .flat_map(|role| list(&role["methods"]))
        .filter_map(|name| text(&name))
        .collect();
    // A list in another form than this says nothing of what is not in it.
    let readable = methods.iter().any(|name| name.starts_with("/v"))
        && !methods.iter().any(|name| name.contains('*'));
    let has = |method: &str| methods.iter().any(|name| name.trim().trim_end_matches('/') == method);
    KeyFacts {
        // The year 1 is how a server in Go writes that it does not know.
        expires: end.filter(|end| end.year() > 2000),
        roles: roles.iter().filter_map(|role| text(&role["name"])).collect(),
        lacking: super::methods(method).iter().copied().filter(|it| readable && !has(it)).collect(),
        method: Some(method),
    }
}
