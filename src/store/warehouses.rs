//! The table `dim_warehouses`: what a marketplace tells of the warehouses beside the stock on them.
//! Written with the stock; tells nothing of which warehouse holds what.

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Value};

use super::database::bulk_load::placeholders;
use super::database::error::StoreError;
use crate::inventory::Source;
use crate::inventory::warehouse::{Warehouse, Warehouses};

/// Completed with the rows. What is told last counts.
const KEEP: &str = "
    INSERT INTO dim_warehouses
        (source, warehouse_name, warehouse_id, cluster, region, kind, first_seen_on, last_seen_on)
    VALUES {rows}
    ON DUPLICATE KEY UPDATE
        warehouse_id = VALUES(warehouse_id),
        cluster = VALUES(cluster),
        region = VALUES(region),
        kind = VALUES(kind),
        last_seen_on = VALUES(last_seen_on)";

/// Rows of one statement.
const BATCH: usize = 500;

pub(super) fn keep(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    warehouses: &Warehouses,
) -> Result<(), StoreError> {
    let all: Vec<&Warehouse> = warehouses.iter().collect();
    for batch in all.chunks(BATCH) {
        let statement = KEEP.replace("{rows}", &placeholders(batch.len(), 8));
        let values = batch.iter().flat_map(|warehouse| {
            let Warehouse { name, id, cluster, region, kind } = warehouse;
            [
                source.as_str().into(),
                Value::from(name),
                id.into(),
                cluster.into(),
                region.into(),
                kind.into(),
                day.into(),
                day.into(),
            ]
        });
        conn.exec_drop(statement, values.collect::<Vec<_>>())?;
    }
    Ok(())
}
