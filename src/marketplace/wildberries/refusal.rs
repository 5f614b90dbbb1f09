//! What to do about a token that Wildberries refuses, per method. Words only: what counts as a refusal is HTTP's affair.

use reqwest::StatusCode;

use crate::http::answer::error_body::Explanation;
use crate::inventory::Source;

/// The token's categories that methods need, as the seller's cabinet calls them.
const ANALYTICS: &str = "Аналитика";
const STATISTICS: &str = "Статистика";
const CONTENT: &str = "Контент";

/// Of `wb-warehouses`: since 24 August 2026 a base token may not call it, whatever its category.
pub(super) fn wb_warehouses(status: StatusCode, said: &Explanation) -> String {
    const TYPE: &str = "wb-warehouses takes a personal or a service token; with a base token set WB_STOCKS_METHOD=warehouse-remains \
                        and WB_SELLER_WAREHOUSES=false";
    if status == StatusCode::PAYMENT_REQUIRED {
        balance()
    } else if is_about_type(said) {
        format!("WB_API_TOKEN is of the wrong type: {TYPE}; {}", new_token())
    } else {
        format!("{}; {TYPE}; {}", needs(ANALYTICS), new_token())
    }
}

/// Of `seller-warehouses`, which a base token may not call either.
pub(super) fn seller_warehouses(status: StatusCode, said: &Explanation) -> String {
    if status == StatusCode::PAYMENT_REQUIRED {
        return balance();
    }
    let what = if is_about_type(said) {
        "WB_API_TOKEN is of the wrong type".to_owned()
    } else {
        needs(ANALYTICS)
    };
    format!(
        "{what}: the stock on the seller's own warehouses takes a personal or a service token; leave it out with \
         WB_SELLER_WAREHOUSES=false or put such a token into WB_API_TOKEN; {}",
        new_token()
    )
}

/// Of the report of remains, which any type of token may order.
pub(super) fn remains(status: StatusCode, _: &Explanation) -> String {
    by_category(status, ANALYTICS)
}

pub(super) fn supplier_stocks(status: StatusCode, _: &Explanation) -> String {
    by_category(status, STATISTICS)
}

pub(super) fn cards(status: StatusCode, _: &Explanation) -> String {
    if status == StatusCode::PAYMENT_REQUIRED {
        return balance();
    }
    format!(
        "names and barcodes need a token with the category {CONTENT} in WB_API_TOKEN, stock does not; {}",
        new_token()
    )
}

fn by_category(status: StatusCode, category: &str) -> String {
    if status == StatusCode::PAYMENT_REQUIRED {
        return balance();
    }
    format!("{}; {}", needs(category), new_token())
}

/// As recorded: `token does not satisfy additional requirements`.
fn is_about_type(said: &Explanation) -> bool {
    said.mentions("additional requirements")
}

fn needs(category: &str) -> String {
    format!("WB_API_TOKEN lives 180 days and needs the category {category} here")
}

/// 402 goes to services of Wildberries' catalogue.
fn balance() -> String {
    format!(
        "the empty balance is that of the service to which WB_API_TOKEN was issued, not the shop's: its owner fills it up at \
         Wildberries, or a personal token takes its place; {}",
        new_token()
    )
}

fn new_token() -> String {
    let menu = Source::Wildberries.key_menu();
    format!("a new one is made in the seller's cabinet ({menu})")
}
