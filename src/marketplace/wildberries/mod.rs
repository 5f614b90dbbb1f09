//! Wildberries: how its stock is asked for, by any of three methods, and what the answers hold.

pub(super) mod cabinet;
pub(crate) mod cards;
pub(crate) mod items;
pub(super) mod json;
mod permit;
mod refusal;
mod remains;
mod stocks_report;
mod supplier_stocks;

pub(crate) use self::permit::Permit;

use self::items::{Survey, survey};
use super::answers::builder::Assembly;
use super::paging::PullError;
use super::{Format, Pull};
use crate::config::{StocksMethod, WildberriesSettings};
use crate::cost::Meter;
use crate::failure::{Exit, Failure};
use crate::http::{Call, Http, Reply};

/// More pages than this are no catalogue but a method that does not get on: 100 million items with
/// full pages.
const MOST_PAGES: u32 = 400;

/// Fetches all stock by the method that the settings name, and that on the seller's own warehouses
/// where it is permitted. May be called again for a fresh pull.
///
/// However it ends, `meter` has counted what it took. Errors: The exit codes of HTTP;
/// [`Exit::Unreachable`] if a report is purged, cancelled or never ready; [`Exit::NotStockData`] if
/// a page is not stock data or the pages do not end.
pub(crate) fn fetch(
    settings: &WildberriesSettings,
    permit: Permit,
    meter: &Meter,
) -> Result<Pull, PullError> {
    let api = match settings.method {
        StocksMethod::SupplierStocks => &settings.statistics_url,
        StocksMethod::WbWarehouses | StocksMethod::WarehouseRemains => &settings.analytics_url,
    };
    let keys = [("authorization", &settings.token)];
    let mut patience = settings.http.clone();
    if permit.base {
        // A run that follows another one too soon is asked to wait for as long as the pace is.
        patience.max_wait = patience.max_wait.max(settings.base_token_interval.mul_f64(1.1));
    }
    let mut http = Http::new(&patience, api, &keys)?.metered(meter);
    pull(settings, permit, &mut http)
}

fn pull(
    settings: &WildberriesSettings,
    permit: Permit,
    http: &mut Http,
) -> Result<Pull, PullError> {
    let mut assembly = Assembly::new()?;
    match settings.method {
        StocksMethod::WbWarehouses => {
            stocks_report::WB_WAREHOUSES.fetch(http, settings, &mut assembly)?;
        }
        StocksMethod::WarehouseRemains => remains::fetch(http, settings, permit, &mut assembly)?,
        StocksMethod::SupplierStocks => {
            supplier_stocks::fetch(http, settings, &mut assembly)?;
        }
    }
    if permit.seller_warehouses {
        stocks_report::SELLER_WAREHOUSES.fetch(http, settings, &mut assembly)?;
    }
    Ok(assembly.finish(http))
}

fn add_page(
    assembly: &mut Assembly,
    http: &mut Http,
    call: &Call,
    format: Format,
) -> Result<Reply<Survey>, Failure> {
    let reply = assembly.add_surveyed(http, call, format, |page| survey(page, format))?;
    Ok(reply.map(|(_, survey)| survey))
}

fn endless(name: &str) -> Failure {
    let message = format!("{name}: the pages do not come to an end after {MOST_PAGES}");
    Failure::new(Exit::NotStockData, message)
}

#[cfg(test)]
mod tests;
