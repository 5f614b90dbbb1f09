//! The products' part of the text report: how many of each, everywhere.

use super::tables::{paragraph, table};
use crate::language::Language;
use crate::store::queries::products::{NamelessListing, ProductOverview, ProductStock};
use crate::text::printable;
use crate::words::plain;
use crate::words::report::{self as words, Words};

/// Products in a text; the JSON has more.
const SHOWN: usize = 10;

/// Renders the part; `None` without products.
pub(super) fn text(overview: &ProductOverview, language: Language) -> Option<String> {
    if overview.total == 0 {
        return None;
    }
    let ProductOverview { total, on_both, only_ozon, only_wildberries, .. } = *overview;
    let words = Words::of(language);
    let rows = overview.most_stock.iter().take(SHOWN).map(|product| cells(product, language));
    let header = [words.product, words.name, words.total, "Ozon", "WB", words.warehouses];
    let title = words::products([total, on_both, only_ozon, only_wildberries], language);
    let mut text = format!("{title}\n\n{}", table(&header, 2..=4, rows));
    if overview.listings_without_name > 0 {
        let mut some: Vec<String> = overview.nameless.iter().map(label).collect();
        if some.len() as u64 != overview.listings_without_name {
            some.push("…".into());
        }
        let count = overview.listings_without_name;
        let line = words::nameless(count, &some.join(", "), language);
        text += &format!("\n\n{}", paragraph(&line, ""));
    }
    Some(text)
}

fn cells(product: &ProductStock, language: Language) -> Vec<String> {
    let pieces =
        |stock: Option<i64>| stock.map_or("–".to_owned(), |stock| plain(stock, language));
    let warehouses = product.warehouses.iter().filter(|warehouse| warehouse.stock > 0);
    let warehouses: Vec<String> = warehouses
        .map(|one| format!("{}: {}", printable(&one.warehouse_name), plain(one.stock, language)))
        .collect();
    vec![
        product.product_id.to_string(),
        name(product, language),
        plain(product.stock, language),
        pieces(product.ozon),
        pieces(product.wildberries),
        warehouses.join("\n"),
    ]
}

fn name(product: &ProductStock, language: Language) -> String {
    let name = product.name.as_deref().map_or(Words::of(language).no_name.to_owned(), printable);
    match &product.size_name {
        Some(size) => format!("{name}, {}", printable(size)),
        None => name,
    }
}

fn label(listing: &NamelessListing) -> String {
    let NamelessListing { source, sku, size_id } = listing;
    let (sku, size_id) = (printable(sku), printable(size_id));
    if size_id.is_empty() { format!("{source} {sku}") } else { format!("{source} {sku}/{size_id}") }
}
