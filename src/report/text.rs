//! The report as tables for a terminal of 80 columns or a mail.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Report, SourceReport, products};
use crate::monitor::freshness::readable;
use crate::store::overview::WarehouseStock;

/// Columns of a terminal, and of most mails.
const WIDTH: u16 = 80;

/// Renders the report.
pub fn text(report: &Report) -> String {
    let mut parts = vec![format!(
        "Stock and syncs on {}, runs of the last {}",
        report.generated_at.format("%Y-%m-%d %H:%M UTC"),
        readable(report.period_seconds)
    )];
    parts.push(overview(report));
    for source in &report.sources {
        parts.extend(stock(source));
    }
    parts.extend(products::text(&report.products));
    for source in &report.sources {
        parts.extend(failures(source));
    }
    parts.join("\n\n")
}

fn overview(report: &Report) -> String {
    let mut table =
        table(&["", "Last success, UTC", "Products", "In stock", "Runs", "Failed", "Average"]);
    for source in &report.sources {
        table.add_row([
            source.source.to_string(),
            source
                .last_success
                .map_or("never".into(), |moment| moment.format("%Y-%m-%d %H:%M").to_string()),
            source.snapshot.products.to_string(),
            source.snapshot.products_with_stock.to_string(),
            source.runs.total.to_string(),
            source.runs.failed.to_string(),
            source
                .runs
                .average_duration_seconds
                .map_or("–".into(), |seconds| format!("{seconds:.1} s")),
        ]);
    }
    align_right(&mut table, 2..=6);
    table.to_string()
}

fn stock(source: &SourceReport) -> Option<String> {
    let day = source.snapshot.day?;
    let mut table =
        table(&["Type", "Warehouse", "Rows", "Available", "Reserved", "To client", "From client"]);
    for warehouse in &source.snapshot.warehouses {
        table.add_row(cells(
            &warehouse.stock_type,
            &printable(&warehouse.warehouse_name),
            warehouse,
        ));
    }
    table.add_row(cells("All", "", &total(&source.snapshot.warehouses)));
    align_right(&mut table, 2..=6);
    Some(format!("{}, snapshot of {day}, pieces\n{table}", source.source))
}

fn cells(stock_type: &str, warehouse_name: &str, stock: &WarehouseStock) -> [String; 7] {
    [
        stock_type.to_owned(),
        warehouse_name.to_owned(),
        stock.rows.to_string(),
        stock.available.to_string(),
        stock.reserved.to_string(),
        stock.in_way_to_client.to_string(),
        stock.in_way_from_client.to_string(),
    ]
}

fn total(warehouses: &[WarehouseStock]) -> WarehouseStock {
    let mut total = WarehouseStock {
        stock_type: String::new(),
        warehouse_name: String::new(),
        rows: 0,
        available: 0,
        reserved: 0,
        in_way_to_client: 0,
        in_way_from_client: 0,
    };
    for warehouse in warehouses {
        total.rows += warehouse.rows;
        total.available += warehouse.available;
        total.reserved += warehouse.reserved;
        total.in_way_to_client += warehouse.in_way_to_client;
        total.in_way_from_client += warehouse.in_way_from_client;
    }
    total
}

fn failures(source: &SourceReport) -> Option<String> {
    if source.failures.is_empty() {
        return None;
    }
    let mut table = table(&["Began, UTC", "Exit", "Reason"]);
    for failure in &source.failures {
        table.add_row([
            failure.started_at.format("%m-%d %H:%M").to_string(),
            failure.exit_code.map_or("–".into(), |code| code.to_string()),
            printable(&failure.reason),
        ]);
    }
    Some(format!("{}: failed runs\n{table}", source.source))
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header(header);
    table
}

fn align_right(table: &mut Table, columns: std::ops::RangeInclusive<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Names come from outside: what would steer a terminal is shown in its escaped form.
fn printable(text: &str) -> String {
    text.chars()
        .map(
            |char| {
                if char.is_control() { char.escape_default().to_string() } else { char.to_string() }
            },
        )
        .collect()
}
