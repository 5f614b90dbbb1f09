//! Sorts any number of values with a fixed amount of memory: sorted runs on disk, merged while they
//! are read. A second thread sorts and writes a full run while the next one fills.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;
use std::marker::PhantomData;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::spool::{BUFFER, LENGTH, SpoolReader, SpoolWriter};

/// How many bytes are sorted at once. Two runs are in memory: one that fills, one on its way to the
/// disk.
const RUN_BYTES: usize = 1 << 19;

/// Room for the value that makes a run full. A larger one makes its run grow.
const LAST_VALUE: usize = 1 << 14;

/// How many bytes the readers of all runs hold together while they are merged: a large catalogue
/// has hundreds of runs.
const MERGE_BYTES: usize = 1 << 18;

pub(crate) trait Sortable: Serialize + DeserializeOwned + Send + 'static {
    type SortKey<'a>: Ord + Serialize + Deserialize<'a>;

    /// The value's key. Values whose keys are equal may change places.
    fn sort_key(&self) -> Self::SortKey<'_>;
}

pub(crate) struct Sorter<T> {
    run: Run<T>,
    /// Only what does not fit into one run is worth a thread.
    background: Option<Background<T>>,
}

impl<T> Default for Sorter<T> {
    fn default() -> Self {
        Self { run: Run::default(), background: None }
    }
}

impl<T: Sortable> Sorter<T> {
    pub(crate) fn push(&mut self, value: &T) -> io::Result<()> {
        self.run.push(value)?;
        if self.run.bytes.len() >= RUN_BYTES { self.hand_over() } else { Ok(()) }
    }

    pub(crate) fn finish(mut self) -> io::Result<Sorted<T>> {
        let runs = match self.background.take() {
            Some(background) => background.finish(self.run)?,
            None => {
                let mut runs = Runs::new()?;
                runs.write(&self.run)?;
                drop(self.run);
                runs
            }
        };
        runs.merge()
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let background = match &mut self.background {
            Some(background) => background,
            none => none.insert(Background::start()?),
        };
        self.run = background.exchange(std::mem::take(&mut self.run))?;
        self.run.clear();
        Ok(())
    }
}

/// Values that are in memory, as bytes: each as the length of the value, its key and the value
/// itself. One block takes a fraction of the memory that the values take, and all of it is given
/// back at the end, where thousands of texts leave holes behind.
struct Run<T> {
    bytes: Vec<u8>,
    count: usize,
    of: PhantomData<T>,
}

impl<T> Default for Run<T> {
    fn default() -> Self {
        Self { bytes: Vec::new(), count: 0, of: PhantomData }
    }
}

impl<T: Sortable> Run<T> {
    fn push(&mut self, value: &T) -> io::Result<()> {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(RUN_BYTES + LAST_VALUE);
        }
        let start = self.bytes.len();
        self.bytes.extend([0; LENGTH]);
        self.append(&value.sort_key())?;
        let value_start = self.bytes.len();
        self.append(value)?;
        let length = u32::try_from(self.bytes.len() - value_start).map_err(io::Error::other)?;
        self.bytes[start..start + LENGTH].copy_from_slice(&length.to_le_bytes());
        self.count += 1;
        Ok(())
    }

    fn append(&mut self, part: &impl Serialize) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        self.bytes = postcard::to_extend(part, bytes).map_err(io::Error::other)?;
        Ok(())
    }

    fn sorted(&self) -> io::Result<impl Iterator<Item = &[u8]>> {
        let mut values = Vec::with_capacity(self.count);
        let mut rest = self.bytes.as_slice();
        while let Some((length, after)) = rest.split_first_chunk::<LENGTH>() {
            let (key, after) =
                postcard::take_from_bytes::<T::SortKey<'_>>(after).map_err(io::Error::other)?;
            let (value, after) = after.split_at(u32::from_le_bytes(*length) as usize);
            values.push((key, value));
            rest = after;
        }
        values.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Ok(values.into_iter().map(|(_, value)| value))
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
    }
}

struct Runs<T> {
    disk: SpoolWriter<T>,
    ends: Vec<u64>,
}

impl<T: Sortable> Runs<T> {
    fn new() -> io::Result<Self> {
        Ok(Self { disk: SpoolWriter::new()?, ends: Vec::new() })
    }

    fn write(&mut self, run: &Run<T>) -> io::Result<()> {
        for value in run.sorted()? {
            self.disk.push_bytes(value)?;
        }
        self.ends.push(self.disk.position());
        Ok(())
    }

    fn merge(self) -> io::Result<Sorted<T>> {
        let disk = self.disk.finish()?;
        let buffer = (MERGE_BYTES / self.ends.len().max(1)).clamp(1 << 10, BUFFER);
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let mut runs: Vec<_> = starts
            .zip(&self.ends)
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
}

/// The thread that writes runs. It ends by itself when nobody sends it any more.
struct Background<T> {
    full: SyncSender<Run<T>>,
    written: Receiver<io::Result<Run<T>>>,
    busy: bool,
    thread: JoinHandle<Runs<T>>,
}

impl<T: Sortable> Background<T> {
    fn start() -> io::Result<Self> {
        let mut runs = Runs::new()?;
        let (full, to_write) = mpsc::sync_channel::<Run<T>>(1);
        let (back, written) = mpsc::sync_channel(1);
        let thread = thread::Builder::new().name("sorter".into()).spawn(move || {
            for run in to_write {
                let outcome = runs.write(&run).map(|()| run);
                if back.send(outcome).is_err() {
                    break;
                }
            }
            runs
        });
        let thread = thread.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("no thread could be started to sort them: {error}"),
            )
        })?;
        Ok(Self { full, written, busy: false, thread })
    }

    /// Gives it a run to write, and takes back the one before.
    fn exchange(&mut self, run: Run<T>) -> io::Result<Run<T>> {
        let before = self.settle()?;
        self.full.send(run).map_err(|_| lost())?;
        self.busy = true;
        Ok(before)
    }

    /// Waits until everything that it was given is on disk.
    fn settle(&mut self) -> io::Result<Run<T>> {
        if !std::mem::take(&mut self.busy) {
            return Ok(Run::default());
        }
        self.written.recv().map_err(|_| lost())?
    }

    fn finish(mut self, last: Run<T>) -> io::Result<Runs<T>> {
        if last.count > 0 {
            self.exchange(last)?;
        }
        self.settle()?;
        drop(self.full);
        self.thread.join().map_err(|_| lost())
    }
}

fn lost() -> io::Error {
    io::Error::other("the thread that sorts has ended")
}

pub(crate) struct Sorted<T> {
    runs: Vec<SpoolReader<T>>,
    heads: BinaryHeap<Head<T>>,
}

impl<T: Sortable> Sorted<T> {
    fn next_value(&mut self) -> io::Result<Option<T>> {
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let Some(next) = self.runs[head.run].next().transpose()? else {
            return Ok(Some(PeekMut::pop(head).value));
        };
        Ok(Some(std::mem::replace(&mut head.value, next)))
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
        other.value.sort_key().cmp(&self.value.sort_key()).then_with(|| other.run.cmp(&self.run))
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
        type SortKey<'a> = &'a str;

        fn sort_key(&self) -> &str {
            self
        }
    }

    #[test]
    fn values_of_many_runs_come_back_in_order() {
        let total = 400_000_u64;
        let mut sorter = Sorter::default();
        for number in 1..=total {
            // A permutation of the numbers, so that every run holds values from everywhere.
            sorter.push(&format!("{:06}", number * 7_919 % total)).unwrap();
        }
        assert!(sorter.background.is_some());
        let values: Vec<_> = sorter.finish().unwrap().map(|value| value.unwrap()).collect();
        assert_eq!(values, (0..total).map(|number| format!("{number:06}")).collect::<Vec<_>>());
    }

    #[test]
    fn a_value_may_be_larger_than_a_run() {
        let texts = ["c".repeat(3 * RUN_BYTES), "b".to_owned(), "a".repeat(2 * RUN_BYTES)];
        let mut sorter = Sorter::default();
        for text in &texts {
            sorter.push(text).unwrap();
        }
        let values: Vec<_> = sorter.finish().unwrap().map(|value| value.unwrap()).collect();
        let [c, b, a] = texts;
        assert!(values == [a, b, c]);
    }
}
