//! What the token may be asked for: judged by what it says of itself, before the first request.
//! What it does not say is left to Wildberries.

use chrono::{DateTime, FixedOffset, Utc};
use humantime::format_duration;

use super::refusal::new_token;
use crate::config::{StocksMethod, WildberriesSettings};
use crate::failure::{Exit, Failure};
use crate::wb_token::{Category, TokenKind, WbToken};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permit {
    pub seller_warehouses: bool,
    pub cards: bool,
    /// Whether it is a base token, which has to be slow.
    pub base: bool,
}

impl Permit {
    /// What the settings ask for with this token.
    /// Errors: [`Exit::KeyRejected`] for a token that has ended, is one of the sandbox, or says
    /// that it may not read the stock.
    pub(crate) fn of(
        settings: &WildberriesSettings,
        now: DateTime<Utc>,
        offset: FixedOffset,
    ) -> Result<Self, Failure> {
        let token = WbToken::read(&settings.token).unwrap_or_else(|| {
            log::debug!("WB_API_TOKEN is no JWT that can be read; Wildberries will judge it");
            WbToken::default()
        });
        let faults = faults(&token, settings, now, offset);
        if !faults.is_empty() {
            let message = format!(
                "WB_API_TOKEN cannot be used, and nothing was asked: {}; {}",
                faults.join("; "),
                new_token()
            );
            return Err(Failure::new(Exit::KeyRejected, message));
        }
        let base = token.kind == Some(TokenKind::Base);
        let wanted = settings.seller_warehouses && settings.method != StocksMethod::SupplierStocks;
        Ok(Self {
            seller_warehouses: wanted && !base,
            cards: !token.lacks(Category::Content),
            base,
        })
    }

    /// Tells what the stock will lack for the token's sake, once a run.
    pub(crate) fn announce(self, settings: &WildberriesSettings) {
        if self.base && settings.method == StocksMethod::WarehouseRemains {
            let interval = format_duration(settings.base_token_interval);
            let own = if settings.seller_warehouses {
                ", and the stock on the seller's own warehouses (FBS) is not told: a personal token tells both at once, and \
                 WB_SELLER_WAREHOUSES=false ends this warning"
            } else {
                ""
            };
            let level = if own.is_empty() { log::Level::Info } else { log::Level::Warn };
            log::log!(
                level,
                "WB_API_TOKEN is a base token («Базовый»), which may ask for the report of remains once in {interval}: the sync \
                 takes its time{own}"
            );
        }
        if !self.cards {
            log::warn!(
                "WB_API_TOKEN lacks the category {}: the cards are not asked for, so there are no names and no barcodes of \
                 cards; the stock is not concerned; {}",
                Category::Content.name(),
                new_token()
            );
        }
    }
}

/// Everything for which the stock cannot be had with this token: whoever makes a new one shall need
/// to do so once.
fn faults(
    token: &WbToken,
    settings: &WildberriesSettings,
    now: DateTime<Utc>,
    offset: FixedOffset,
) -> Vec<String> {
    let method = settings.method;
    let (api, category) = match method {
        StocksMethod::SupplierStocks => (&settings.statistics_url, Category::Statistics),
        StocksMethod::WbWarehouses | StocksMethod::WarehouseRemains => {
            (&settings.analytics_url, Category::Analytics)
        }
    };
    let mut faults = Vec::new();
    if let Some(expires) = token.expires.filter(|expires| *expires <= now) {
        let when = expires.with_timezone(&offset).format("%Y-%m-%d %H:%M %:z");
        faults.push(format!("it ended on {when}"));
    }
    let in_sandbox = api.host_str().is_some_and(|host| host.contains("sandbox"));
    if (token.sandbox || token.kind == Some(TokenKind::Test)) && !in_sandbox {
        faults.push("it is a token of the sandbox («Тестовый»), where there is no stock".into());
    }
    if token.kind == Some(TokenKind::Base) && method == StocksMethod::WbWarehouses {
        faults.push(format!(
            "it is a base token («Базовый»), which may not call {}; WB_STOCKS_METHOD={} works with it, slowly and without the \
             stock on the seller's own warehouses",
            method.as_str(),
            StocksMethod::WarehouseRemains.as_str()
        ));
    }
    if token.lacks(category) {
        let (category, method) = (category.name(), method.as_str());
        faults.push(format!("it lacks the category {category}, which {method} needs"));
    }
    faults
}
