//! What to do about a token that Wildberries refuses, per method. Words only: what counts as a
//! refusal is HTTP's affair.

use reqwest::StatusCode;

use crate::http::answer::error_body::Explanation;
use crate::inventory::Source;
use crate::wb_token::Category;

/// Of `wb-warehouses`: since 24 August 2026 a base token may not call it, whatever its category.
pub(super) fn wb_warehouses(status: StatusCode, said: &Explanation) -> String {
    const TYPE: &str = "wb-warehouses takes a personal or a service token; with a base token («Базовый») set WB_STOCKS_METHOD=warehouse-remains \
                        and WB_SELLER_WAREHOUSES=false";
    if status == StatusCode::PAYMENT_REQUIRED {
        balance()
    } else if is_about_type(said) {
        format!("WB_API_TOKEN is of the wrong type: {TYPE}; {}", new_token())
    } else {
        format!("{}; {TYPE}; {}", needs(Category::Analytics), new_token())
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
        needs(Category::Analytics)
    };
    format!(
        "{what}: the stock on the seller's own warehouses takes a personal or a service token; leave it out with \
         WB_SELLER_WAREHOUSES=false or put such a token into WB_API_TOKEN; {}",
        new_token()
    )
}

/// Of the report of remains, which any type of token may order.
pub(super) fn remains(status: StatusCode, _: &Explanation) -> String {
    by_category(status, Category::Analytics)
}

pub(super) fn supplier_stocks(status: StatusCode, _: &Explanation) -> String {
    by_category(status, Category::Statistics)
}

pub(super) fn cards(status: StatusCode, _: &Explanation) -> String {
    if status == StatusCode::PAYMENT_REQUIRED {
        return balance();
    }
    format!(
        "names and barcodes need a token with the category {} in WB_API_TOKEN, stock does not; {}",
        Category::Content.name(),
        new_token()
    )
}

fn by_category(status: StatusCode, category: Category) -> String {
    if status == StatusCode::PAYMENT_REQUIRED {
        return balance();
    }
    format!("{}; {}", needs(category), new_token())
}

/// As recorded: `token does not satisfy additional requirements`.
fn is_about_type(said: &Explanation) -> bool {
    said.mentions("additional requirements")
}

fn needs(category: Category) -> String {
    let category = category.name();
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

pub(super) fn new_token() -> String {
    format!(
        "a new one is made in the seller's cabinet ({}): type «Персональный», categories {} and {}, «Только на чтение»",
        Source::Wildberries.key_menu(),
        Category::Analytics.name(),
        Category::Content.name()
    )
}
