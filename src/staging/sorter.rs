//! Sorts any number of rows with a fixed amount of memory: sorted runs on disk, merged while they are read.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::io;

use super::row::StagedRow;
use super::spool::{Spool, SpoolReader, SpoolWriter};

/// How many bytes of rows are sorted in memory before they go to disk.
const RUN_BYTES: usize = 2 << 20;

/// Takes rows in any order.
pub struct Sorter {
    run: Vec<StagedRow>,
    run_weight: usize,
    run_ends: Vec<u64>,
    disk: SpoolWriter<StagedRow>,
}

impl Sorter {
    /// An empty sorter.
    pub fn new() -> io::Result<Self> {
        Ok(Self { run: Vec::new(), run_weight: 0, run_ends: Vec::new(), disk: SpoolWriter::new()? })
    }

    /// Takes a row.
    pub fn push(&mut self, row: StagedRow) -> io::Result<()> {
        self.run_weight += row.weight();
        self.run.push(row);
        if self.run_weight >= RUN_BYTES { self.end_run() } else { Ok(()) }
    }

    /// Gives the rows back in [`StagedRow::claim_order`].
    pub fn finish(mut self) -> io::Result<SortedRows> {
        self.end_run()?;
        let disk = self.disk.finish()?;
        let starts = std::iter::once(0).chain(self.run_ends.iter().copied());
        let mut runs: Vec<_> =
            starts.zip(&self.run_ends).map(|(start, end)| disk.read_range(start, *end)).collect();
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (run, reader) in runs.iter_mut().enumerate() {
            if let Some(row) = reader.next().transpose()? {
                heads.push(Head { row, run });
            }
        }
        Ok(SortedRows { _disk: disk, runs, heads })
    }

    fn end_run(&mut self) -> io::Result<()> {
        self.run.sort_unstable_by(StagedRow::claim_order);
        for row in self.run.drain(..) {
            self.disk.push(&row)?;
        }
        self.run_weight = 0;
        self.run_ends.push(self.disk.position());
        Ok(())
    }
}

/// The sorted rows.
pub struct SortedRows {
    _disk: Spool<StagedRow>,
    runs: Vec<SpoolReader<StagedRow>>,
    heads: BinaryHeap<Head>,
}

impl SortedRows {
    fn next_row(&mut self) -> io::Result<Option<StagedRow>> {
        let Some(Head { row, run }) = self.heads.pop() else { return Ok(None) };
        if let Some(next) = self.runs[run].next().transpose()? {
            self.heads.push(Head { row: next, run });
        }
        Ok(Some(row))
    }
}

impl Iterator for SortedRows {
    type Item = io::Result<StagedRow>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

/// The next row of a run. The heap gives back its greatest element, so the order is turned round.
struct Head {
    row: StagedRow,
    run: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        other.row.claim_order(&self.row).then_with(|| other.run.cmp(&self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Identity, Listing, Quantities, Record, StockLine, StockType};

    #[test]
    fn rows_of_many_runs_come_back_in_order() {
        let mut sorter = Sorter::new().unwrap();
        let total = 40_000_u64;
        for number in 1..=total {
            // A permutation of the numbers, so that every run holds rows from everywhere.
            let sku = format!("{:06}", number * 7_919 % total);
            let record = Record {
                listing: Listing { sku, ..Listing::default() },
                lines: vec![StockLine {
                    warehouse_name: "Склад WB".into(),
                    stock_type: StockType::Fbo,
                    quantities: Quantities::default(),
                }],
                identity: Identity::Warehouse,
                warnings: Vec::new(),
            };
            for row in StagedRow::of_record(number, record) {
                sorter.push(row).unwrap();
            }
        }
        let skus: Vec<_> = sorter.finish().unwrap().map(|row| row.unwrap().sku).collect();
        assert_eq!(skus, (0..total).map(|number| format!("{number:06}")).collect::<Vec<_>>());
    }
}
