//! Sorts any number of values with a fixed amount of memory: sorted runs on disk, merged while they are read.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::spool::{BUFFER, SpoolReader, SpoolWriter};

/// How many bytes of values are sorted in memory before they go to disk.
const RUN_BYTES: usize = 4 << 20;

/// How many bytes the readers of all runs hold together while they are merged: a large catalogue has hundreds of runs.
const MERGE_BYTES: usize = 1 << 19;

/// What can be sorted.
pub trait Sortable: Serialize + DeserializeOwned {
    /// The order. Values that compare equal may change places.
    fn order(&self, other: &Self) -> Ordering;

    /// Bytes of memory the value takes, roughly.
    fn weight(&self) -> usize;
}

/// Takes values in any order.
pub struct Sorter<T> {
    run: Vec<T>,
    run_weight: usize,
    run_ends: Vec<u64>,
    disk: SpoolWriter<T>,
}

impl<T: Sortable> Sorter<T> {
    /// An empty sorter.
    pub fn new() -> io::Result<Self> {
        Ok(Self { run: Vec::new(), run_weight: 0, run_ends: Vec::new(), disk: SpoolWriter::new()? })
    }

    /// Takes a value.
    pub fn push(&mut self, value: T) -> io::Result<()> {
        self.run_weight += value.weight();
        self.run.push(value);
        if self.run_weight >= RUN_BYTES { self.end_run() } else { Ok(()) }
    }

    /// Gives the values back in their order.
    pub fn finish(mut self) -> io::Result<Sorted<T>> {
        self.end_run()?;
        drop(self.run);
        let disk = self.disk.finish()?;
        let buffer = (MERGE_BYTES / self.run_ends.len()).clamp(1 << 12, BUFFER);
        let starts = std::iter::once(0).chain(self.run_ends.iter().copied());
        let mut runs: Vec<_> = starts
            .zip(&self.run_ends)
            .map(|(start, end)| disk.read_range(start, *end, buffer))
            .collect();
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (run, reader) in runs.iter_mut().enumerate() {
            if let Some(value) = reader.next().transpose()? {
                heads.push(Head { value, run });
            }
        }
        Ok(Sorted { runs, heads })
    }

    fn end_run(&mut self) -> io::Result<()> {
        self.run.sort_unstable_by(T::order);
        for value in self.run.drain(..) {
            self.disk.push(&value)?;
        }
        self.run_weight = 0;
        self.run_ends.push(self.disk.position());
        Ok(())
    }
}

/// The sorted values.
pub struct Sorted<T> {
    runs: Vec<SpoolReader<T>>,
    heads: BinaryHeap<Head<T>>,
}

impl<T: Sortable> Sorted<T> {
    fn next_value(&mut self) -> io::Result<Option<T>> {
        let Some(Head { value, run }) = self.heads.pop() else { return Ok(None) };
        if let Some(next) = self.runs[run].next().transpose()? {
            self.heads.push(Head { value: next, run });
        }
        Ok(Some(value))
    }
}

impl<T: Sortable> Iterator for Sorted<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_value().transpose()
    }
}

/// The next value of a run. The heap gives back its greatest element, so the order is turned round.
struct Head<T> {
    value: T,
    run: usize,
}

impl<T: Sortable> Ord for Head<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.value.order(&self.value).then_with(|| other.run.cmp(&self.run))
    }
}

impl<T: Sortable> PartialOrd for Head<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Sortable> PartialEq for Head<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Sortable> Eq for Head<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    impl Sortable for String {
        fn order(&self, other: &Self) -> Ordering {
            self.cmp(other)
        }

        fn weight(&self) -> usize {
            100
        }
    }

    #[test]
    fn values_of_many_runs_come_back_in_order() {
        let total = 100_000_u64;
        let mut sorter = Sorter::new().unwrap();
        for number in 1..=total {
            // A permutation of the numbers, so that every run holds values from everywhere.
            sorter.push(format!("{:06}", number * 7_919 % total)).unwrap();
        }
        assert!(sorter.run_ends.len() > 3);
        let values: Vec<_> = sorter.finish().unwrap().map(|value| value.unwrap()).collect();
        assert_eq!(values, (0..total).map(|number| format!("{number:06}")).collect::<Vec<_>>());
    }
}
