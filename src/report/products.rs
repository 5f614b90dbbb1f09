//! The products' part of the text report: how many of each, everywhere.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::inventory::printable;
use crate::store::product_overview::{NamelessListing, ProductOverview, ProductStock};

/// Columns of a terminal, and of most mails.
const WIDTH: u16 = 80;

/// Products in a text; the JSON has more.
const SHOWN: usize = 10;

/// Renders the part; `None` without products.
pub(super) fn text(overview: &ProductOverview) -> Option<String> {
    if overview.total == 0 {
        return None;
    }
    let ProductOverview { total, on_both, only_ozon, only_wildberries, .. } = overview;
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header(["Product", "Name", "Everywhere", "Ozon", "Wildberries", "Warehouses"]);
    for product in overview.most_stock.iter().take(SHOWN) {
        table.add_row(cells(product));
    }
    for column in 2..=4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!(
        "Products: {total}, of them {on_both} on both marketplaces, {only_ozon} on Ozon only, {only_wildberries} on \
         Wildberries only.\nThose with the most stock, pieces\n{table}"
    );
    if overview.listings_without_name > 0 {
        let shown: Vec<String> = overview.nameless.iter().map(label).collect();
        text += &format!(
            "\nListings without a name: {} ({}{})",
            overview.listings_without_name,
            shown.join(", "),
            if shown.len() as u64 == overview.listings_without_name { "" } else { ", …" }
        );
    }
    Some(text)
}

fn cells(product: &ProductStock) -> [String; 6] {
    let pieces = |stock: Option<i64>| stock.map_or("–".to_owned(), |stock| stock.to_string());
    let warehouses: Vec<String> = product
        .warehouses
        .iter()
        .filter(|warehouse| warehouse.stock > 0)
        .map(|warehouse| format!("{}: {}", printable(&warehouse.warehouse_name), warehouse.stock))
        .collect();
    [
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
