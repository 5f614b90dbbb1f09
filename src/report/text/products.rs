//! The products' part of the text report: how many of each, everywhere.

use super::WIDTH;
use super::tables::{paragraph, table};
use crate::store::queries::products::{NamelessListing, ProductOverview, ProductStock};
use crate::text::printable;

/// Products in a text; the JSON has more.
const SHOWN: usize = 10;

/// Renders the part; `None` without products.
pub(super) fn text(overview: &ProductOverview) -> Option<String> {
    if overview.total == 0 {
        return None;
    }
    let ProductOverview { total, on_both, only_ozon, only_wildberries, .. } = overview;
    let rows = overview.most_stock.iter().take(SHOWN).map(cells);
    let header = ["Product", "Name", "Both", "Ozon", "WB", "Warehouses"];
    let mut text = format!(
        "Products: {total}, {on_both} of them on both marketplaces, {only_ozon} on Ozon only, {only_wildberries} on WB only\n\n{}",
        table(&header, 2..=4, rows)
    );
    if overview.listings_without_name > 0 {
        let shown: Vec<String> = overview.nameless.iter().map(label).collect();
        let more = shown.len() as u64 != overview.listings_without_name;
        let line = format!(
            "Listings without a name: {} ({}{})",
            overview.listings_without_name,
            shown.join(", "),
            if more { ", …" } else { "" }
        );
        text += &format!("\n\n{}", paragraph(&line, "", WIDTH));
    }
    Some(text)
}

fn cells(product: &ProductStock) -> Vec<String> {
    let pieces = |stock: Option<i64>| stock.map_or("–".to_owned(), |stock| stock.to_string());
    let warehouses: Vec<String> = product
        .warehouses
        .iter()
        .filter(|warehouse| warehouse.stock > 0)
        .map(|warehouse| format!("{}: {}", printable(&warehouse.warehouse_name), warehouse.stock))
        .collect();
    vec![
        product.product_id.to_string(),
        product.name.as_deref().map_or("(no name)".to_owned(), printable),
        product.stock.to_string(),
        pieces(product.ozon),
        pieces(product.wildberries),
        warehouses.join("\n"),
    ]
}

fn label(listing: &NamelessListing) -> String {
    let NamelessListing { source, sku, size_id } = listing;
    let (sku, size_id) = (printable(sku), printable(size_id));
    if size_id.is_empty() { format!("{source} {sku}") } else { format!("{source} {sku}/{size_id}") }
}
