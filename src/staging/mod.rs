//! Between the marketplace and the database: the records of a pull become the rows of a snapshot,
//! sorted and without duplicates, in temporary files. Knows files and the domain; knows no HTTP and
//! no SQL.

mod order;
mod row;
pub(crate) mod sorted_stream;
mod sorter;
mod spool;

use std::io;

pub(crate) use order::{DatabaseText, listing_order};
pub(crate) use row::StagedRow;
pub(crate) use sorter::{Sortable, Sorter};
pub(crate) use spool::{Spool, SpoolReader, SpoolWriter};

use crate::inventory::{Record, Rejection};
use crate::run::Totals;

/// The rows of a snapshot in the database's order, no place twice.
pub(crate) struct Snapshot {
    pub rows: Spool<StagedRow>,
    pub totals: Totals,
}

/// What comes of a record that claims the place of an earlier one.
pub(crate) enum RowConflict {
    /// It does not count.
    Duplicate(Duplicate),
    /// It is about another warehouse of this name, and both count in one row.
    SameName(String),
    /// It is about another warehouse of the same name, but no row holds the pieces of both: it does
    /// not count.
    TooMany(Rejection),
}

/// A record that does not count, as an earlier one says the same.
pub(crate) struct Duplicate {
    pub number: u64,
    pub winner: u64,
    pub rejection: Rejection,
}

/// Takes the valid records of a pull, in any order.
#[derive(Default)]
pub(crate) struct Staging {
    sorter: Sorter<StagedRow>,
}

impl Staging {
    pub(crate) fn push(&mut self, number: u64, record: Record) -> io::Result<()> {
        StagedRow::of_record(number, record).try_for_each(|row| self.sorter.push(&row))
    }

    /// Sorts, and settles who counts where several records claim one place: each later one is
    /// handed to `on_conflict` once, unless its repetition is by design.
    pub(crate) fn finish(self, on_conflict: &mut dyn FnMut(RowConflict)) -> io::Result<Snapshot> {
        let mut settled = Settled::new()?;
        // Not settled as long as another warehouse of its name may follow.
        let mut last: Option<StagedRow> = None;
        let mut last_rejected = 0;
        for row in self.sorter.finish()? {
            let mut row = row?;
            let mut same_listing =
                last.as_mut().filter(|last| listing_order(last.key(), row.key()).is_eq());
            if let Some(article) = &mut same_listing
                && article.gives_way
                && !row.gives_way
            {
                row.supersede(article);
                **article = row;
                continue;
            }
            if let Some(winner) = &mut same_listing
                && (winner.owner != row.owner || winner.place() == row.place())
            {
                if winner.shares_name_with(&row) {
                    on_conflict(add(winner, row));
                } else if winner.part != row.part {
                    let conflict = add(winner, row);
                    if matches!(conflict, RowConflict::TooMany(_)) {
                        on_conflict(conflict);
                    }
                } else if row.recency.is_none() && last_rejected != row.number {
                    last_rejected = row.number;
                    on_conflict(RowConflict::Duplicate(duplicate(&row, winner.number)));
                }
                continue;
            }
            let new_listing = same_listing.is_none();
            if let Some(last) = last.replace(row) {
                settled.push(&last)?;
            }
            if new_listing {
                settled.begin_listing();
            }
        }
        last.map_or(Ok(()), |last| settled.push(&last))?;
        Ok(Snapshot { rows: settled.rows.finish()?, totals: settled.totals })
    }
}

/// The rows that nothing can change any more.
struct Settled {
    rows: SpoolWriter<StagedRow>,
    totals: Totals,
    stock_counted: bool,
}

impl Settled {
    fn new() -> io::Result<Self> {
        Ok(Self { rows: SpoolWriter::new()?, totals: Totals::default(), stock_counted: false })
    }

    fn begin_listing(&mut self) {
        self.totals.listings += 1;
        self.stock_counted = false;
    }

    fn push(&mut self, row: &StagedRow) -> io::Result<()> {
        if !self.stock_counted && row.quantities.current() > 0 {
            self.totals.listings_with_stock += 1;
            self.stock_counted = true;
        }
        self.totals.add(row.quantities);
        self.rows.push(row)
    }
}

/// Adds the pieces of another warehouse of the same name. What comes next is compared with that
/// one.
fn add(sum: &mut StagedRow, row: StagedRow) -> RowConflict {
    match sum.quantities.checked_sum(row.quantities) {
        Ok(quantities) => {
            sum.quantities = quantities;
            (sum.number, sum.warehouse_id, sum.region) = (row.number, row.warehouse_id, row.region);
            sum.part = row.part;
            RowConflict::SameName(row.warehouse_name)
        }
        Err(reason) => {
            let what = if sum.shares_name_with(&row) {
                "with another warehouse of the same name"
            } else {
                "with another SKU"
            };
            RowConflict::TooMany(rejection(&row, format!("together {what}, {reason}")))
        }
    }
}

fn duplicate(row: &StagedRow, winner: u64) -> Duplicate {
    let rejection = rejection(row, format!("duplicate of record {winner}, which counts"));
    Duplicate { number: row.number, winner, rejection }
}

fn rejection(row: &StagedRow, reason: String) -> Rejection {
    let size =
        if row.size_id.is_empty() { String::new() } else { format!(", size {:?}", row.size_id) };
    let warehouse = if row.owner.is_none() {
        format!(", warehouse {:?}", row.warehouse_name)
    } else {
        String::new()
    };
    Rejection {
        record: format!("record {} (sku {:?}{size}{warehouse})", row.number, row.sku),
        reason,
        original: serde_json::to_string(row).ok(),
    }
}

#[cfg(test)]
mod tests;
