//! A sequence of values in an unnamed temporary file: written once, read as often as needed, never
//! whole in memory, and gone with the process however that ends.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::iter;
use std::marker::PhantomData;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Enough that a pass over the file is sequential for the disk.
pub(super) const BUFFER: usize = 32 * 1024;

/// Bytes of the length before each value.
pub(super) const LENGTH: usize = size_of::<u32>();

pub(crate) struct SpoolWriter<T> {
    file: BufWriter<File>,
    scratch: Vec<u8>,
    position: u64,
    count: u64,
    of: PhantomData<T>,
}

impl<T: Serialize> SpoolWriter<T> {
    pub(crate) fn new() -> io::Result<Self> {
        let file = BufWriter::with_capacity(BUFFER, tempfile::tempfile()?);
        Ok(Self { file, scratch: Vec::new(), position: 0, count: 0, of: PhantomData })
    }

    pub(crate) fn push(&mut self, value: &T) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.scratch);
        bytes.clear();
        let bytes = postcard::to_extend(value, bytes).map_err(io::Error::other)?;
        self.push_bytes(&bytes)?;
        self.scratch = bytes;
        Ok(())
    }

    /// Appends a value that is serialized already.
    pub(super) fn push_bytes(&mut self, value: &[u8]) -> io::Result<()> {
        let length = u32::try_from(value.len()).map_err(io::Error::other)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(value)?;
        self.position += (LENGTH + value.len()) as u64;
        self.count += 1;
        Ok(())
    }

    /// How many bytes have been written: where the next value begins.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    pub(crate) fn finish(self) -> io::Result<Spool<T>> {
        let file = self.file.into_inner().map_err(|error| error.into_error())?;
        Ok(Spool {
            file: Arc::new(file),
            length: self.position,
            count: self.count,
            of: PhantomData,
        })
    }
}

pub(crate) struct Spool<T> {
    file: Arc<File>,
    length: u64,
    count: u64,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned> Spool<T> {
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Reads all of it from the beginning; any number of readers may be under way at once.
    pub(crate) fn read(&self) -> SpoolReader<T> {
        self.read_range(0, self.length, BUFFER)
    }

    /// Reads all of it in batches of so many values; only the last one may hold fewer, and none is
    /// empty.
    pub(crate) fn batches(&self, most: usize) -> impl Iterator<Item = io::Result<Vec<T>>> + use<T> {
        let mut values = self.read();
        iter::from_fn(move || {
            let batch: io::Result<Vec<T>> = values.by_ref().take(most).collect();
            Some(batch).filter(|batch| !batch.as_ref().is_ok_and(Vec::is_empty))
        })
    }

    /// Reads the values between two positions of the writer, `buffer` bytes at a time.
    pub(crate) fn read_range(&self, start: u64, end: u64, buffer: usize) -> SpoolReader<T> {
        let bytes = PositionedReader { file: Arc::clone(&self.file), position: start, end };
        SpoolReader {
            bytes: BufReader::with_capacity(buffer, bytes),
            scratch: Vec::new(),
            of: PhantomData,
        }
    }
}

/// Values coming back from a [`Spool`], in the order in which they were written.
pub(crate) struct SpoolReader<T> {
    bytes: BufReader<PositionedReader>,
    scratch: Vec<u8>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> SpoolReader<T> {
    fn next_value(&mut self) -> io::Result<Option<T>> {
        let mut length = [0; LENGTH];
        match self.bytes.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            outcome => outcome?,
        }
        self.scratch.resize(u32::from_le_bytes(length) as usize, 0);
        self.bytes.read_exact(&mut self.scratch)?;
        postcard::from_bytes(&self.scratch).map(Some).map_err(io::Error::other)
    }
}

impl<T: DeserializeOwned> Iterator for SpoolReader<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_value().transpose()
    }
}

/// Reads at positions of its own, so that readers of one file do not disturb each other.
struct PositionedReader {
    file: Arc<File>,
    position: u64,
    end: u64,
}

impl Read for PositionedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left =
            usize::try_from(self.end - self.position).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read_at(&mut buffer[..left], self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_in_order_and_as_often_as_asked() {
        let mut writer = SpoolWriter::<(u32, String)>::new().unwrap();
        for number in 0..5_000 {
            writer.push(&(number, "ё".repeat(number as usize % 50))).unwrap();
        }
        let spool = writer.finish().unwrap();
        let (mut first, second) = (spool.read(), spool.read());
        assert_eq!(first.next().unwrap().unwrap(), (0, String::new()));
        assert_eq!(
            second.map(|value| value.unwrap().0).collect::<Vec<_>>(),
            (0..5_000).collect::<Vec<_>>()
        );
        assert_eq!(first.next().unwrap().unwrap(), (1, "ё".to_owned()));
    }
}
