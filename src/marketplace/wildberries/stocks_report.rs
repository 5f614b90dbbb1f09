//! Current stock, page by page: `stocks-report/wb-warehouses` and `stocks-report/seller-warehouses`
//! of WB's analytics API.

use serde_json::json;

use super::items::Place;
use super::{MOST_PAGES, add_page, endless, refusal};
use crate::config::WildberriesSettings;
use crate::failure::{Exit, Failure};
use crate::http::request::KeyAdvice;
use crate::http::{Call, Http, Reply};
use crate::marketplace::Format;
use crate::marketplace::answers::builder::Assembly;
use crate::marketplace::paging::PullError;
use crate::text::grouped;

pub(super) struct Method {
    name: &'static str,
    path: &'static str,
    format: Format,
    key_advice: KeyAdvice,
}

pub(super) const WB_WAREHOUSES: Method = Method {
    name: "Wildberries: wb-warehouses",
    path: "api/analytics/v1/stocks-report/wb-warehouses",
    format: Format::WbWarehouses,
    key_advice: refusal::wb_warehouses,
};

pub(super) const SELLER_WAREHOUSES: Method = Method {
    name: "Wildberries: seller-warehouses",
    path: "api/analytics/v1/stocks-report/seller-warehouses",
    format: Format::SellerWarehouses,
    key_advice: refusal::seller_warehouses,
};

impl Method {
    /// Fetches page after page, until one is not full. Each begins with the last item of the page
    /// before: where it is another one, or none, items have moved from page to page meanwhile.
    pub(super) fn fetch(
        &self,
        http: &mut Http,
        settings: &WildberriesSettings,
        assembly: &mut Assembly,
    ) -> Result<(), PullError> {
        let limit = u64::from(settings.page_limit);
        let (mut offset, mut before) = (0, None);
        for page in 1..=MOST_PAGES {
            let body = json!({"limit": limit, "offset": offset});
            let call = Call::post(self.name, http.url(self.path)?, &body)
                .every(settings.request_interval)
                .advising(self.key_advice);
            let reply = add_page(assembly, http, &call, self.format);
            let found = match reply.map_err(|failure| failure.context(format!("page {page}")))? {
                Reply::Nothing => {
                    log::info!("{} page {page}: nothing", self.name);
                    return self.joined(page, before.as_ref(), None);
                }
                reply => reply.required(self.name)?,
            };
            log::info!("{} page {page}: {} items", self.name, grouped(found.items, ','));
            if page > 1 && assembly.repeats()? {
                let message = format!("{} answers the same page again and again", self.name);
                return Err(Failure::new(Exit::NotStockData, message).into());
            }
            let (first, last) = found.ends.unzip();
            self.joined(page, before.as_ref(), first.as_ref())?;
            if found.items < limit {
                return Ok(());
            }
            offset += found.items - 1;
            before = last;
        }
        Err(endless(self.name).into())
    }

    /// Whether a page begins where the one before it ended.
    fn joined(
        &self,
        page: u32,
        before: Option<&Place>,
        first: Option<&Place>,
    ) -> Result<(), PullError> {
        match (before, first) {
            (Some(last), Some(first)) if last != first => Err(PullError::Shifted(format!(
                "{}: the stock changed between two pages, page {page} begins with {first} where the one before ended with {last}",
                self.name
            ))),
            (Some(last), None) => Err(PullError::Shifted(format!(
                "{}: the stock changed between two pages, page {page} is empty where the one before ended with {last}",
                self.name
            ))),
            _ => Ok(()),
        }
    }
}
