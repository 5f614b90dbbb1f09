//! Wildberries: how its stock is asked for, by any of three methods, and what the answers hold.

pub mod cards;
pub mod items;
pub(super) mod json;
mod remains;
mod stocks_report;
mod supplier_stocks;

use self::items::{Survey, survey};
use super::answers::builder::Assembly;
use super::paging::PullError;
use super::{Format, Pull};
use crate::config::{StocksMethod, WildberriesSettings};
use crate::cost::Meter;
use crate::failure::{Exit, Failure};
use crate::http::{Call, Http, Reply};
use crate::inventory::Source;

/// More pages than this are no catalogue but a method that does not get on: 100 million items with full pages.
const MOST_PAGES: u32 = 400;

/// The token's category that methods need, as the seller's cabinet calls it.
const ANALYTICS: &str = "Аналитика";

/// Fetches all stock by the method that the settings name, and that on the seller's own warehouses where the design pulls
/// it along. May be called again for a fresh pull.
///
/// However it ends, `meter` has counted what it took.
///
/// # Errors
/// The exit codes of HTTP; [`Exit::Unreachable`] if a report is purged, cancelled or never ready;
/// [`Exit::NotStockData`] if a page is not stock data or the pages do not end.
pub fn fetch(settings: &WildberriesSettings, meter: &Meter) -> Result<Pull, PullError> {
    let api = match settings.method {
        StocksMethod::SupplierStocks => &settings.statistics_url,
        StocksMethod::WbWarehouses | StocksMethod::WarehouseRemains => &settings.analytics_url,
    };
    let keys = [("authorization", &settings.token)];
    let mut http = Http::new(&settings.http, api, &keys)?.metered(meter);
    pull(settings, &mut http)
}

fn pull(settings: &WildberriesSettings, http: &mut Http) -> Result<Pull, PullError> {
    let mut assembly = Assembly::new()?;
    match settings.method {
        StocksMethod::WbWarehouses => {
            stocks_report::WB_WAREHOUSES.fetch(http, settings, &mut assembly)?;
        }
        StocksMethod::WarehouseRemains => remains::fetch(http, settings, &mut assembly)?,
        StocksMethod::SupplierStocks => {
            supplier_stocks::fetch(http, settings, &mut assembly)?;
        }
    }
    if settings.seller_warehouses && settings.method != StocksMethod::SupplierStocks {
        stocks_report::SELLER_WAREHOUSES.fetch(http, settings, &mut assembly)?;
    }
    Ok(assembly.finish(http))
}

/// Fetches a page of JSON behind the answers that are there, and surveys it.
fn add_page(
    assembly: &mut Assembly,
    http: &mut Http,
    call: &Call,
    format: Format,
) -> Result<Reply<Survey>, Failure> {
    let reply = assembly.add_surveyed(http, call, format, |page| survey(page, format))?;
    Ok(reply.map(|(_, survey)| survey))
}

/// What a rejected token is answered with where a method needs this category.
fn key_advice(category: &str) -> String {
    format!("WB_API_TOKEN lives 180 days and needs the category {category} here; {}", new_token())
}

fn new_token() -> String {
    let menu = Source::Wildberries.key_menu();
    format!("a new one is made in the seller's cabinet ({menu})")
}

fn endless(name: &str) -> Failure {
    let message = format!("{name}: the pages do not come to an end after {MOST_PAGES}");
    Failure::new(Exit::NotStockData, message)
}

#[cfg(test)]
mod tests;
