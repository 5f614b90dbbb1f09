//! A week of stock and runs, written into the tables as the syncs would have left it.

use crate::support::database::numbers;
use crate::support::world::{World, today};

const PRODUCTS: u32 = 100;

pub struct History<'w> {
    world: &'w World,
}

impl<'w> History<'w> {
    pub fn of(world: &'w World) -> Self {
        Self { world }
    }

    fn run(&self, sql: &str) {
        self.world.database.run(sql);
    }

    /// Both marketplaces: a run every hour, and each day's stock a little different from the day before.
    pub fn quiet_week(&self) {
        self.run(&format!(
            "INSERT INTO dim_products (product_name) {} SELECT 'x' FROM numbers",
            numbers(PRODUCTS)
        ));
        for source in ["Ozon", "Wildberries"] {
            self.run(&format!(
                "INSERT INTO product_listings (source, sku, size_id, product_id, name, first_seen_on) \
                 SELECT '{source}', product_id, '', product_id, CONCAT('Кроссовки беговые № ', product_id), '2026-01-01' \
                 FROM dim_products"
            ));
            for days_ago in 0..7 {
                self.day(source, days_ago);
            }
            self.run(&format!(
                "INSERT INTO sync_logs (sync_type, source, marketplace, status, exit_code, records_processed, requests, \
                 started_at, completed_at) {} \
                 SELECT 'inventory', '{source}', '{source}', 'success', 0, 1000, 10, \
                 UTC_TIMESTAMP() - INTERVAL seq * 60 + 30 MINUTE, \
                 UTC_TIMESTAMP() - INTERVAL seq * 60 + 29 MINUTE + INTERVAL seq % 30 SECOND \
                 FROM numbers ORDER BY seq DESC",
                numbers(168)
            ));
        }
    }

    /// Two warehouses; one product in twenty has run out, another one each day.
    fn day(&self, source: &str, days_ago: u32) {
        let day = today() - chrono::TimeDelta::days(i64::from(days_ago));
        for warehouse in ["Казань", "Тула"] {
            let pieces = format!(
                "IF((product_id + {days_ago} * 7) % 20 = 0, 0, 40 + product_id + {days_ago})"
            );
            self.run(&format!(
                "INSERT INTO inventory_data (product_id, sku, size_id, source, snapshot_date, warehouse_name, stock_type, \
                 current_stock, available_stock, reserved_stock, quantity_present, quantity_reserved) \
                 SELECT product_id, product_id, '', '{source}', '{day}', '{warehouse}', 'FBO', \
                 {pieces}, {pieces}, 0, {pieces}, 0 FROM dim_products"
            ));
        }
    }

    /// Today at Wildberries: a region is empty, most products ran out, some are gone, one has a hundred times as many pieces.
    pub fn stock_collapses(&self) {
        let of_today = format!("source = 'Wildberries' AND snapshot_date = '{}'", today());
        let set = |pieces: &str| {
            format!(
                "SET current_stock = {pieces}, available_stock = {pieces}, quantity_present = {pieces}, reserved_stock = 0"
            )
        };
        let (zero, many) = (set("0"), set("29000"));
        self.run(&format!(
            "UPDATE inventory_data {zero} WHERE {of_today} AND (warehouse_name = 'Казань' \
             OR product_id IN (SELECT product_id FROM (SELECT DISTINCT product_id FROM inventory_data \
             WHERE {of_today} AND current_stock > 0 ORDER BY product_id LIMIT 48) AS some))"
        ));
        self.run(&format!(
            "DELETE FROM inventory_data WHERE {of_today} AND product_id IN (SELECT product_id FROM (SELECT product_id \
             FROM inventory_data WHERE {of_today} AND warehouse_name = 'Тула' AND current_stock > 0 ORDER BY product_id LIMIT 22) AS gone)"
        ));
        self.run(&format!(
            "UPDATE inventory_data {many} WHERE {of_today} AND warehouse_name = 'Тула' AND current_stock > 0 \
             ORDER BY product_id DESC LIMIT 1"
        ));
    }

    /// Wildberries' last run but one died; the last one was slow, rejected a tenth and sent many requests.
    pub fn last_runs_are_odd(&self) {
        let of = "source = 'Wildberries' ORDER BY started_at DESC LIMIT 1";
        self.run(&format!(
            "UPDATE sync_logs SET completed_at = NULL, status = 'failed', exit_code = NULL WHERE {of}"
        ));
        self.run(
            "INSERT INTO sync_logs (sync_type, source, marketplace, status, exit_code, records_processed, records_rejected, \
             requests, started_at, completed_at) VALUES ('inventory', 'Wildberries', 'Wildberries', 'partial', 3, 1000, 100, \
             500, UTC_TIMESTAMP() - INTERVAL 20 MINUTE, UTC_TIMESTAMP())",
        );
    }
}
