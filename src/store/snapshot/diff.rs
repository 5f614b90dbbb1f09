//! What has to change so that the day's snapshot holds exactly the target rows. Reads the database,
//! writes nothing.

use std::cmp::Ordering;

use mysql::prelude::Queryable;
use mysql::{Conn, Row};

use super::{ChangedRow, RemovedRow, TargetRow};
use crate::inventory::Quantities;
use crate::staging::sorted_stream::SortedStream;
use crate::staging::{DatabaseText, Spool, SpoolWriter, listing_order};
use crate::store::database::error::StoreError;
use crate::store::database::rows::read_row;
use crate::store::newest::Baseline;

/// In the order of the unique key, so that nothing has to be sorted.
const EXISTING: &str = "
    SELECT id, product_id, sku, size_id, warehouse_name, CAST(stock_type AS UNSIGNED),
           available_stock, reserved_stock, in_way_to_client, in_way_from_client,
           quantity_reserved <=> reserved_stock
               AND current_stock <=> available_stock + reserved_stock
               AND quantity_present <=> current_stock
    FROM inventory_data FORCE INDEX (uk_inventory_identity)
    WHERE source = ? AND snapshot_date = ?
    ORDER BY sku, size_id, warehouse_name, stock_type";

pub(crate) struct SnapshotPlan {
    pub inserts: Spool<TargetRow>,
    pub changes: Spool<ChangedRow>,
    /// Rows to delete one by one.
    pub removed: Spool<RemovedRow>,
    /// Rows that hold the right numbers already.
    pub unchanged: u64,
    /// Rows to throw away first, all that the day has.
    pub discarded: u64,
}

/// Compares. With `full` nothing that exists is kept.
pub(crate) fn diff(
    conn: &mut Conn,
    baseline: &Baseline,
    full: bool,
    targets: Spool<TargetRow>,
) -> Result<SnapshotPlan, StoreError> {
    if full || baseline.rows_of_day == 0 {
        return Ok(SnapshotPlan {
            inserts: targets,
            changes: SpoolWriter::new()?.finish()?,
            removed: SpoolWriter::new()?.finish()?,
            unchanged: 0,
            discarded: baseline.rows_of_day,
        });
    }
    let rows = conn.exec_iter(EXISTING, (baseline.source.as_str(), baseline.day))?;
    difference(rows.map(|row| ExistingRow::read(row?)), &targets)
}

/// Both in the order of the unique key.
fn difference(
    existing: impl Iterator<Item = Result<ExistingRow, StoreError>>,
    targets: &Spool<TargetRow>,
) -> Result<SnapshotPlan, StoreError> {
    let mut existing = SortedStream::new(existing);
    let (mut inserts, mut changes, mut removed) =
        (SpoolWriter::new()?, SpoolWriter::new()?, SpoolWriter::new()?);
    let mut unchanged = 0;
    for row in targets.read() {
        let row = row?;
        existing.advance_to(
            |existing| existing.order(&row),
            |gone| Ok(removed.push(&RemovedRow(gone.id))?),
        )?;
        match existing.next_if(|existing| existing.order(&row).is_eq())? {
            None => inserts.push(&row)?,
            Some(found) if found.holds(&row) => unchanged += 1,
            Some(found) => changes.push(&ChangedRow { id: found.id, row })?,
        }
    }
    existing.advance_to(|_| Ordering::Less, |gone| Ok(removed.push(&RemovedRow(gone.id))?))?;
    Ok(SnapshotPlan {
        inserts: inserts.finish()?,
        changes: changes.finish()?,
        removed: removed.finish()?,
        unchanged,
        discarded: 0,
    })
}

struct ExistingRow {
    id: i64,
    product_id: i64,
    sku: String,
    size_id: String,
    warehouse_name: String,
    /// The place in the column's enum, from 1 on.
    stock_type: u64,
    /// Available, reserved, in way to clients, in way from clients.
    numbers: [Option<i64>; 4],
    /// Whether the columns that follow from these numbers do.
    consistent: bool,
}

impl ExistingRow {
    // A tuple, for a derived FromRow would look up each column by its name, in every row.
    fn read(row: Row) -> Result<Self, StoreError> {
        let (
            id,
            product_id,
            sku,
            size_id,
            warehouse_name,
            stock_type,
            available,
            reserved,
            to_client,
            from_client,
            consistent,
        ) = read_row(row)?;
        let numbers = [available, reserved, to_client, from_client];
        Ok(Self { id, product_id, sku, size_id, warehouse_name, stock_type, numbers, consistent })
    }

    fn order(&self, row: &TargetRow) -> Ordering {
        listing_order((&self.sku, &self.size_id), row.key())
            .then_with(|| {
                DatabaseText(&self.warehouse_name).cmp(&DatabaseText(&row.warehouse_name))
            })
            .then_with(|| self.stock_type.cmp(&(row.stock_type as u64 + 1)))
    }

    fn holds(&self, row: &TargetRow) -> bool {
        let Quantities { available, reserved, in_way_to_client, in_way_from_client } =
            row.quantities;
        let numbers = [available, reserved, in_way_to_client, in_way_from_client];
        self.consistent
            && Some(self.product_id) == row.product_id
            && self.numbers == numbers.map(|number| Some(i64::from(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::StockType;

    fn row(sku: &str, warehouse: &str, available: i32) -> TargetRow {
        TargetRow {
            product_id: Some(7),
            sku: sku.to_owned(),
            size_id: String::new(),
            warehouse_name: warehouse.to_owned(),
            stock_type: StockType::Fbo,
            quantities: Quantities { available, ..Quantities::default() },
        }
    }

    /// The row as the table has it when it holds exactly `row`.
    fn stored(id: i64, row: &TargetRow) -> ExistingRow {
        let Quantities { available, reserved, in_way_to_client, in_way_from_client } =
            row.quantities;
        let numbers = [available, reserved, in_way_to_client, in_way_from_client];
        ExistingRow {
            id,
            product_id: 7,
            sku: row.sku.clone(),
            size_id: row.size_id.clone(),
            warehouse_name: row.warehouse_name.clone(),
            stock_type: row.stock_type as u64 + 1,
            numbers: numbers.map(|number| Some(number.into())),
            consistent: true,
        }
    }

    /// What is inserted (by place), changed and removed (by id), and how much stays.
    fn diffed(
        existing: Vec<ExistingRow>,
        targets: &[TargetRow],
    ) -> (Vec<String>, Vec<i64>, Vec<i64>, u64) {
        let mut spool = SpoolWriter::new().unwrap();
        targets.iter().for_each(|row| spool.push(row).unwrap());
        let targets = spool.finish().unwrap();
        let plan = difference(existing.into_iter().map(Ok), &targets).unwrap();
        let inserts = plan.inserts.read().map(Result::unwrap);
        (
            inserts.map(|row| format!("{} {}", row.sku, row.warehouse_name)).collect(),
            plan.changes.read().map(|row| row.unwrap().id).collect(),
            plan.removed.read().map(|row| row.unwrap().0).collect(),
            plan.unchanged,
        )
    }

    #[test]
    fn each_row_is_inserted_changed_removed_or_left() {
        let [a1, a2, b1, c1] =
            [row("a", "1", 1), row("a", "2", 2), row("b", "1", 3), row("c", "1", 4)];
        let existing = vec![stored(1, &a1), stored(2, &row("a", "2", 9)), stored(3, &c1)];
        let expected = (vec!["b 1".to_owned()], vec![2], vec![3], 1);
        assert_eq!(diffed(existing, &[a1, a2, b1]), expected);
    }

    #[test]
    fn an_empty_snapshot_removes_all_and_a_first_one_inserts_all() {
        let rows = [row("a", "1", 1), row("b", "1", 2)];
        let existing = vec![stored(1, &rows[0]), stored(2, &rows[1])];
        assert_eq!(diffed(existing, &[]), (vec![], vec![], vec![1, 2], 0));
        let inserts = vec!["a 1".to_owned(), "b 1".to_owned()];
        assert_eq!(diffed(vec![], &rows), (inserts, vec![], vec![], 0));
    }

    #[test]
    fn a_row_of_another_product_without_numbers_or_at_odds_with_itself_is_changed() {
        let meant = row("a", "1", 1);
        let other_product = ExistingRow { product_id: 8, ..stored(1, &meant) };
        let without =
            ExistingRow { numbers: [Some(1), None, Some(0), Some(0)], ..stored(1, &meant) };
        let at_odds = ExistingRow { consistent: false, ..stored(1, &meant) };
        for existing in [other_product, without, at_odds] {
            let diff = diffed(vec![existing], std::slice::from_ref(&meant));
            assert_eq!(diff, (vec![], vec![1], vec![], 0));
        }
    }

    #[test]
    fn kinds_of_stock_and_sizes_are_places_of_their_own() {
        let fbo = row("a", "1", 1);
        let fbs = TargetRow { stock_type: StockType::Fbs, ..fbo.clone() };
        let size = TargetRow { size_id: "x".to_owned(), ..fbo.clone() };
        let diff = diffed(vec![stored(1, &fbs)], &[fbo, fbs.clone(), size]);
        assert_eq!(diff, (vec!["a 1".to_owned(), "a 1".to_owned()], vec![], vec![], 1));
    }
}
