//! Between the marketplace and the database: the records of a pull become the rows of a snapshot, sorted and without
//! duplicates, in temporary files. Knows files and the domain; knows no HTTP and no SQL.

mod order;
mod row;
mod sorter;
mod spool;

use std::io;

pub use order::{DatabaseText, listing_order};
pub use row::StagedRow;
pub use sorter::{Sortable, Sorted, Sorter};
pub use spool::{Spool, SpoolReader, SpoolWriter};

use crate::inventory::{Record, Rejection};

/// Sums over the rows of a snapshot: what the database must hold after the write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows.
    pub rows: u64,
    /// Different listings (`sku` and `size_id`).
    pub listings: u64,
    /// Listings with something available or reserved anywhere.
    pub listings_with_stock: u64,
    /// Pieces that can be sold now.
    pub available: i64,
    /// Pieces set aside for orders.
    pub reserved: i64,
    /// Pieces on the way to buyers.
    pub in_way_to_client: i64,
    /// Pieces coming back from buyers.
    pub in_way_from_client: i64,
}

impl Totals {
    fn add(&mut self, row: &StagedRow) {
        self.rows += 1;
        self.available += i64::from(row.quantities.available);
        self.reserved += i64::from(row.quantities.reserved);
        self.in_way_to_client += i64::from(row.quantities.in_way_to_client);
        self.in_way_from_client += i64::from(row.quantities.in_way_from_client);
    }

    /// Pieces that are there: available or reserved.
    pub fn stock(&self) -> i64 {
        self.available + self.reserved
    }
}

/// The rows of a snapshot in the database's order, no place twice.
pub struct Snapshot {
    /// The rows.
    pub rows: Spool<StagedRow>,
    /// Their sums.
    pub totals: Totals,
}

/// A record that claims the place of an earlier one.
pub struct Duplicate {
    /// Its number in the pull.
    pub number: u64,
    /// The number of the record that counts.
    pub winner: u64,
    /// Which one it is, in words.
    pub rejection: Rejection,
}

/// Takes the valid records of a pull, in any order.
#[derive(Default)]
pub struct Staging {
    sorter: Sorter<StagedRow>,
}

impl Staging {
    /// Takes a record; `number` is its place in the pull, from 1 on.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub fn push(&mut self, number: u64, record: Record) -> io::Result<()> {
        StagedRow::of_record(number, record).try_for_each(|row| self.sorter.push(&row))
    }

    /// Sorts, and settles who counts where several records claim one place: each record that loses is handed to
    /// `on_duplicate` once, unless its repetition is by design.
    ///
    /// # Errors
    /// The temporary files cannot be written or read back.
    pub fn finish(self, on_duplicate: &mut dyn FnMut(Duplicate)) -> io::Result<Snapshot> {
        let mut rows = SpoolWriter::new()?;
        let mut totals = Totals::default();
        let mut last: Option<StagedRow> = None;
        let mut last_rejected = 0;
        let mut stock_counted = false;
        for row in self.sorter.finish()? {
            let row = row?;
            let same_listing =
                last.as_ref().filter(|last| listing_order(last.key(), row.key()).is_eq());
            if let Some(winner) = same_listing
                && (winner.owner != row.owner || winner.place() == row.place())
            {
                if row.recency.is_none() && last_rejected != row.number {
                    last_rejected = row.number;
                    on_duplicate(Duplicate {
                        number: row.number,
                        winner: winner.number,
                        rejection: duplicate(&row, winner.number),
                    });
                }
                continue;
            }
            if same_listing.is_none() {
                totals.listings += 1;
                stock_counted = false;
            }
            if !stock_counted && row.quantities.current() > 0 {
                totals.listings_with_stock += 1;
                stock_counted = true;
            }
            totals.add(&row);
            rows.push(&row)?;
            last = Some(row);
        }
        Ok(Snapshot { rows: rows.finish()?, totals })
    }
}

fn duplicate(row: &StagedRow, winner: u64) -> Rejection {
    let size =
        if row.size_id.is_empty() { String::new() } else { format!(", size {:?}", row.size_id) };
    let warehouse = if row.owner == 0 {
        format!(", warehouse {:?}", row.warehouse_name)
    } else {
        String::new()
    };
    Rejection {
        record: format!("record {} (sku {:?}{size}{warehouse})", row.number, row.sku),
        reason: format!("duplicate of record {winner}, which counts"),
        original: serde_json::to_string(row).ok(),
    }
}

#[cfg(test)]
mod tests;
