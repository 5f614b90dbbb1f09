//! Ozon's methods that the pull by warehouse asks, one question each. Many threads may each have
//! one of these; they share a pace.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answers::{Clusters, PlacesPage, ProductInfos, StocksPage, Warehouses};
use super::names::Names;
use crate::config::OzonSettings;
use crate::cost::Meter;
use crate::failure::{Exit, Failure};
use crate::http::answer::error_body::Explanation;
use crate::http::pace::SharedPace;
use crate::http::{Call, Http};
use crate::marketplace::ozon::{credentials, order};

/// SKUs, articles and rows of one answer, which is also the most that the methods allow.
pub(super) const LIMIT: usize = 1000;

/// 50 a second are allowed over all methods; whoever runs beside this one needs some of them.
const A_SECOND: u32 = 45;

/// Bytes of an answer: a product's description has some kilobytes.
const LONGEST: u64 = 64 << 20;

/// More pages than this are no list but a method that does not get on.
const MOST_PAGES: usize = 100_000;

/// What a key must be allowed to call.
pub(crate) const METHODS: [&str; 7] = [
    "/v4/product/info/stocks",
    "/v1/product/info/stocks-by-warehouse/fbo",
    "/v2/product/info/stocks-by-warehouse/fbs",
    "/v1/warehouse/ozon/list",
    "/v2/cluster/list",
    "/v2/warehouse/list",
    "/v3/product/info/list",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Ozon,
    Own,
}

/// The pace of all requests of a pull together.
pub(super) fn pace() -> SharedPace {
    SharedPace::new(Duration::from_secs(1) / A_SECOND)
}

pub(super) struct Api {
    http: Http,
}

impl Api {
    pub(super) fn new(
        settings: &OzonSettings,
        meter: &Meter,
        pace: &SharedPace,
    ) -> Result<Self, Failure> {
        let http = Http::new(&settings.http, &settings.api_url, &credentials(settings))?;
        Ok(Self { http: http.metered(meter).sharing(pace) })
    }

    /// Every article with its sums, page by page. Returns how many articles there are by Ozon's
    /// word.
    pub(super) fn stocks(
        &mut self,
        each: &mut dyn FnMut(StocksPage) -> Result<(), Failure>,
    ) -> Result<Option<u64>, Failure> {
        let (mut cursor, mut total) = (String::new(), None);
        for _ in 0..MOST_PAGES {
            let body = json!({"filter": {"visibility": "ALL"}, "limit": LIMIT, "cursor": cursor});
            let mut page: StocksPage = self.ask("Ozon: product/info/stocks", METHODS[0], &body)?;
            let next = page.cursor.take().unwrap_or_default();
            total = page.total_items.or(total);
            if page.items.is_none() && next.is_empty() && total.is_none() {
                return Err(self.odd("the answer holds no \"items\""));
            }
            let last = page.items.as_ref().is_none_or(Vec::is_empty) || next.is_empty();
            each(page)?;
            if last {
                return Ok(total);
            }
            if next == cursor {
                return Err(self.odd("the pages do not get on: one ends where it began"));
            }
            cursor = next;
        }
        Err(self.odd("the pages do not come to an end"))
    }

    pub(super) fn places(
        &mut self,
        side: Side,
        skus: &[i64],
        each: &mut dyn FnMut(PlacesPage) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (name, path, field) = match side {
            Side::Ozon => ("Ozon: stocks-by-warehouse/fbo", METHODS[1], "skus"),
            Side::Own => ("Ozon: stocks-by-warehouse/fbs", METHODS[2], "sku"),
        };
        let ids: Vec<String> = skus.iter().map(i64::to_string).collect();
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let body = json!({field: ids, "limit": LIMIT, "cursor": cursor});
            let mut page: PlacesPage = self.ask(name, path, &body)?;
            let next = page.cursor.take().unwrap_or_default();
            if page.products.is_none() && page.has_next.is_none() {
                return Err(self.odd("the answer holds no \"products\""));
            }
            let more = page.has_next.unwrap_or(!next.is_empty());
            each(page)?;
            if !more {
                return Ok(());
            }
            if next.is_empty() || next == cursor {
                return Err(self.odd("the pages do not get on: one ends where it began"));
            }
            cursor = next;
        }
        Err(self.odd("the pages do not come to an end"))
    }

    pub(super) fn names(&mut self) -> Result<Names, Failure> {
        let mut names = Names::default();
        let ozon: Warehouses = self.ask("Ozon: warehouse/ozon/list", METHODS[3], &json!({}))?;
        ozon.warehouses.iter().flatten().for_each(|it| names.add_ozon(it));
        let url = self.http.url(METHODS[4])?;
        let call = Call { method: Method::POST, ..Call::get("Ozon: cluster/list", url) };
        let clusters: Clusters = self.send(&call)?;
        clusters.result.iter().flatten().for_each(|it| names.add_cluster(it));
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let body = json!({"limit": 200, "cursor": cursor});
            let page: Warehouses = self.ask("Ozon: warehouse/list", METHODS[5], &body)?;
            page.warehouses.iter().flatten().for_each(|it| names.add_own(it));
            let next = page.cursor.unwrap_or_default();
            if !page.has_next.unwrap_or(false) || next.is_empty() || next == cursor {
                return Ok(names);
            }
            cursor = next;
        }
        Err(self.odd("the pages do not come to an end"))
    }

    pub(super) fn products(
        &mut self,
        articles: &[&str],
    ) -> Result<HashMap<String, super::answers::ProductInfo>, Failure> {
        let body = json!({"offer_id": articles});
        let answer: ProductInfos = self.ask("Ozon: product/info/list", METHODS[6], &body)?;
        let items = answer.items.unwrap_or_default();
        Ok(items.into_iter().map(|it| (super::answers::text(&it.offer_id), it)).collect())
    }

    fn ask<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        path: &str,
        body: &Value,
    ) -> Result<T, Failure> {
        let call = Call::post(name, self.http.url(path)?, body);
        self.send(&call)
    }

    fn send<T: DeserializeOwned>(&mut self, call: &Call) -> Result<T, Failure> {
        let call = call.clone().advising(key_advice);
        let reply = self.http.json_within(&call, LONGEST);
        reply.and_then(|reply| reply.required(call.name)).map_err(|failure| match failure.exit() {
            Exit::NotStockData => failure.context(WAY_BACK),
            _ => failure,
        })
    }

    fn odd(&self, reason: &str) -> Failure {
        let failure = Failure::new(Exit::NotStockData, reason);
        self.http.in_last_answer(failure).context(WAY_BACK)
    }
}

const WAY_BACK: &str = "Ozon does not tell its stock by warehouse in the way that it is documented (the method is a beta, and may have \
     changed or gone); OZON_STOCKS_METHOD=products-report goes on without warehouses";

fn key_advice(status: StatusCode, said: &Explanation) -> String {
    let way_back = "or OZON_STOCKS_METHOD=products-report goes on without warehouses";
    if said.mentions("required role") {
        return format!(
            "the key in OZON_API_KEY may not read the stock by warehouse: make one of the role Admin read only; {way_back}"
        );
    }
    format!("{}; {way_back}", order::key_advice(status, said))
}
