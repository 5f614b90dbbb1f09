//! Writes a plan, and looks afterwards whether the database holds what was meant.

use std::io;
use std::iter::Peekable;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mysql::Conn;
use mysql::prelude::Queryable;

use super::{ChangedRow, SnapshotPlan, TargetRow, number_cells};
use crate::inventory::Source;
use crate::run::Totals;
use crate::staging::{Spool, SpoolReader, listing_order};
use crate::store::database::bulk_load::{BulkWay, Cell, Target, ToCells, fresh_temporary};
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::plan_rows::CreatedListing;

const INVENTORY: Target = Target {
    table: "inventory_data",
    columns: &[
        "source",
        "snapshot_date",
        "last_sync_at",
        "sku",
        "size_id",
        "warehouse_name",
        "stock_type",
        "product_id",
        "available_stock",
        "reserved_stock",
        "quantity_reserved",
        "current_stock",
        "quantity_present",
        "in_way_to_client",
        "in_way_from_client",
    ],
};

const CREATE_CHANGED: &str = "
    CREATE TEMPORARY TABLE stocksync_changed (
        id BIGINT PRIMARY KEY,
        product_id BIGINT NOT NULL,
        available_stock INT NOT NULL,
        reserved_stock INT NOT NULL,
        quantity_reserved INT NOT NULL,
        current_stock INT NOT NULL,
        quantity_present INT NOT NULL,
        in_way_to_client INT NOT NULL,
        in_way_from_client INT NOT NULL
    )";

const CHANGED: Target = Target {
    table: "stocksync_changed",
    columns: &[
        "id",
        "product_id",
        "available_stock",
        "reserved_stock",
        "quantity_reserved",
        "current_stock",
        "quantity_present",
        "in_way_to_client",
        "in_way_from_client",
    ],
};

const UPDATE_CHANGED: &str = "
    UPDATE inventory_data AS i
    JOIN stocksync_changed AS c ON c.id = i.id
    SET i.product_id = c.product_id,
        i.available_stock = c.available_stock,
        i.reserved_stock = c.reserved_stock,
        i.quantity_reserved = c.quantity_reserved,
        i.current_stock = c.current_stock,
        i.quantity_present = c.quantity_present,
        i.in_way_to_client = c.in_way_to_client,
        i.in_way_from_client = c.in_way_from_client,
        i.last_sync_at = ?";

const CREATE_REMOVED: &str = "CREATE TEMPORARY TABLE stocksync_removed (id BIGINT PRIMARY KEY)";

const REMOVED: Target = Target { table: "stocksync_removed", columns: &["id"] };

const DELETE_REMOVED: &str =
    "DELETE i FROM inventory_data AS i JOIN stocksync_removed AS r ON r.id = i.id";

const DELETE_DAY: &str = "DELETE FROM inventory_data WHERE source = ? AND snapshot_date = ?";

const TOUCH: &str =
    "UPDATE inventory_data SET last_sync_at = ? WHERE source = ? AND snapshot_date = ?";

const SUMS: &str = "
    SELECT COUNT(*),
           CAST(COALESCE(SUM(available_stock), 0) AS SIGNED),
           CAST(COALESCE(SUM(reserved_stock), 0) AS SIGNED),
           CAST(COALESCE(SUM(current_stock), 0) AS SIGNED),
           CAST(COALESCE(SUM(in_way_to_client), 0) AS SIGNED),
           CAST(COALESCE(SUM(in_way_from_client), 0) AS SIGNED)
    FROM inventory_data
    WHERE source = ? AND snapshot_date = ?";

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub source: Source,
    pub day: NaiveDate,
    /// `last_sync_at` of every row, changed or not.
    pub moment: DateTime<Utc>,
}

/// Brings the day's snapshot to what `plan` says. `created` are the listings that the plan's rows
/// without a product belong to, in the database's order. Errors: [`StoreError::Mismatch`] unless
/// the table's own sums are `totals` afterwards; those of the database and of the temporary files.
pub(crate) fn apply(
    conn: &mut Conn,
    way: BulkWay,
    stamp: Stamp,
    plan: &SnapshotPlan,
    created: &Spool<CreatedListing>,
    totals: &Totals,
) -> Result<(), StoreError> {
    let (source, moment) = (stamp.source.as_str(), stamp.moment.naive_utc());
    if plan.discarded > 0 {
        conn.exec_drop(DELETE_DAY, (source, stamp.day))?;
    }
    if plan.removed.count() > 0 {
        fresh_temporary(conn, CREATE_REMOVED, REMOVED.table)?;
        way.load(conn, REMOVED, plan.removed.read())?;
        conn.query_drop(DELETE_REMOVED)?;
    }
    if plan.unchanged + plan.changes.count() > 0 {
        conn.exec_drop(TOUCH, (moment, source, stamp.day))?;
    }
    if plan.changes.count() > 0 {
        fresh_temporary(conn, CREATE_CHANGED, CHANGED.table)?;
        way.load(conn, CHANGED, WithProducts::new(plan.changes.read(), created))?;
        conn.exec_drop(UPDATE_CHANGED, (moment,))?;
    }
    if plan.inserts.count() > 0 {
        let labels = Arc::new(Labels {
            source,
            day: stamp.day.to_string(),
            moment: moment.format("%Y-%m-%d %H:%M:%S").to_string(),
        });
        let rows = WithProducts::new(plan.inserts.read(), created);
        let rows = rows.map(move |row| Ok(InsertedRow { row: row?, labels: Arc::clone(&labels) }));
        way.load(conn, INVENTORY, rows)?;
    }
    check_sums(conn, stamp, totals)
}

/// The table must say itself that it holds what the marketplace answered; else nothing is
/// committed.
fn check_sums(conn: &mut Conn, stamp: Stamp, totals: &Totals) -> Result<(), StoreError> {
    let found: Option<(u64, i64, i64, i64, i64, i64)> =
        rows::first(conn, SUMS, (stamp.source.as_str(), stamp.day))?;
    let meant = (
        totals.rows,
        totals.available,
        totals.reserved,
        totals.stock(),
        totals.in_way_to_client,
        totals.in_way_from_client,
    );
    match found {
        Some(found) if found == meant => Ok(()),
        found => Err(StoreError::Mismatch(format!(
            "inventory_data does not hold what was written: (rows, available, reserved, current, in way to and from \
             clients) are {found:?} in place of {meant:?}; does a trigger or another program change the table?"
        ))),
    }
}

struct Labels {
    source: &'static str,
    day: String,
    moment: String,
}

struct InsertedRow {
    row: TargetRow,
    labels: Arc<Labels>,
}

impl ToCells for InsertedRow {
    fn cells<'a>(&'a self, out: &mut Vec<Cell<'a>>) {
        out.extend([
            Cell::Text(self.labels.source),
            Cell::Text(&self.labels.day),
            Cell::Text(&self.labels.moment),
            Cell::Text(&self.row.sku),
            Cell::Text(&self.row.size_id),
            Cell::Text(&self.row.warehouse_name),
            Cell::Text(self.row.stock_type.as_str()),
        ]);
        number_cells(&self.row, out);
    }
}

trait HasTarget {
    fn target(&mut self) -> &mut TargetRow;
}

impl HasTarget for TargetRow {
    fn target(&mut self) -> &mut TargetRow {
        self
    }
}

impl HasTarget for ChangedRow {
    fn target(&mut self) -> &mut TargetRow {
        &mut self.row
    }
}

/// Rows in the database's order, completed with the products of listings that this sync created.
struct WithProducts<I> {
    rows: I,
    created: Peekable<SpoolReader<CreatedListing>>,
}

impl<I> WithProducts<I> {
    fn new(rows: I, created: &Spool<CreatedListing>) -> Self {
        Self { rows, created: created.read().peekable() }
    }

    fn complete(&mut self, row: &mut TargetRow) -> io::Result<()> {
        let before = |created: &CreatedListing| {
            listing_order((&created.sku, &created.size_id), row.key()).is_lt()
        };
        while self.created.next_if(|created| created.as_ref().is_ok_and(before)).is_some() {}
        match self.created.peek() {
            Some(Ok(created)) if created.sku == row.sku && created.size_id == row.size_id => {
                row.product_id = Some(created.product_id);
                Ok(())
            }
            _ => Err(io::Error::other(format!(
                "no product for sku {:?}, size {:?}",
                row.sku, row.size_id
            ))),
        }
    }
}

impl<T: HasTarget, I: Iterator<Item = io::Result<T>>> Iterator for WithProducts<I> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut row = match self.rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        if row.target().product_id.is_none()
            && let Err(error) = self.complete(row.target())
        {
            return Some(Err(error));
        }
        Some(Ok(row))
    }
}
