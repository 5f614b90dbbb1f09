//! Current stock, page by page: `stocks-report/wb-warehouses` and `stocks-report/seller-warehouses` of WB's analytics API.

use serde_json::json;

use super::items::survey;
use super::{ANALYTICS_ADVICE, MOST_PAGES, endless};
use crate::config::WildberriesSettings;
use crate::failure::{Exit, Failure};
use crate::marketplace::Format;
use crate::marketplace::assembly::{Assembly, grouped};
use crate::marketplace::http::{Call, Http, Reply};

/// Items on a page, which is also the most that the methods allow.
const LIMIT: u64 = 250_000;

/// One of the two methods.
pub(super) struct Method {
    name: &'static str,
    path: &'static str,
    format: Format,
    key_advice: &'static str,
    limit: u64,
}

/// The stock on Wildberries' warehouses.
pub(super) const WB_WAREHOUSES: Method = Method {
    name: "Wildberries: wb-warehouses",
    path: "api/analytics/v1/stocks-report/wb-warehouses",
    format: Format::WbWarehouses,
    key_advice: ANALYTICS_ADVICE,
    limit: LIMIT,
};

/// The stock on the seller's own warehouses.
pub(super) const SELLER_WAREHOUSES: Method = Method {
    name: "Wildberries: seller-warehouses",
    path: "api/analytics/v1/stocks-report/seller-warehouses",
    format: Format::SellerWarehouses,
    key_advice: "a basic token may not read the stock on the seller's own warehouses: leave it out with WB_SELLER_WAREHOUSES=false, or put a token with more rights (category Analytics) into WB_API_TOKEN",
    limit: LIMIT,
};

impl Method {
    /// The same method with smaller pages.
    #[cfg(test)]
    pub(super) const fn with_limit(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    /// Fetches page after page, until one is not full.
    pub(super) fn fetch(
        &self,
        http: &mut Http,
        settings: &WildberriesSettings,
        assembly: &mut Assembly,
    ) -> Result<(), Failure> {
        let mut offset = 0;
        for page in 1..=MOST_PAGES {
            let body = json!({"limit": self.limit, "offset": offset});
            let call = Call::post(self.name, http.url(self.path)?, &body)
                .every(settings.request_interval)
                .advising(self.key_advice);
            let part = match assembly.add(http, &call, self.format)? {
                Reply::Nothing => {
                    log::info!("{} page {page}: nothing", self.name);
                    return Ok(());
                }
                reply => reply.required(self.name)?,
            };
            let items = survey(assembly.open(&part), self.format)
                .map_err(|failure| http.in_last_answer(failure).context(format!("page {page}")))?
                .items;
            log::info!("{} page {page}: {} items", self.name, grouped(items));
            if items < self.limit {
                return Ok(());
            }
            if page > 1 && assembly.repeats()? {
                let message = format!("{} answers the same page again and again", self.name);
                return Err(Failure::new(Exit::NotStockData, message));
            }
            offset += items;
        }
        Err(endless(self.name))
    }
}
