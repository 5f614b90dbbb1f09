//! What Ozon and Wildberries are asked, and the readers of their answers: records out.
//! A pull is fetched whole before it is read; knows no database.

pub(crate) mod answers;
pub(crate) mod ozon;
pub(crate) mod paging;
mod polling;
pub(crate) mod read_records;
mod table;
pub(crate) mod wildberries;

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

pub(crate) use read_records::read_records;

use crate::console::progress::{self, Phase};
use crate::cost::Cost;
use crate::failure::Failure;
use crate::inventory::{Record, Rejection, StockType};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Ozon's products report, CSV or XLSX, to be told apart by its content.
    OzonReport,
    /// What was kept of Ozon's answers by warehouse, a line each.
    OzonWarehouses,
    /// A page of Wildberries' `stocks-report/wb-warehouses`: `{"data":{"items":[…]}}`.
    WbWarehouses,
    /// A page of Wildberries' `stocks-report/seller-warehouses`: the same without goods in transit.
    SellerWarehouses,
    /// Wildberries' report of remains by barcode: `[…]`.
    WarehouseRemains,
    /// A page of Wildberries' `supplier/stocks`: `[…]`.
    SupplierStocks,
    /// The file of Wildberries' cabinet, «Отчёт по остаткам на складах», XLSX or CSV.
    WbCabinet,
}

impl Format {
    /// Which kinds of stock an answer of this form can tell of.
    pub(crate) const fn stock_types(self) -> &'static [StockType] {
        match self {
            Format::OzonReport => &[StockType::Fbo, StockType::Fbs, StockType::RealFbs],
            Format::OzonWarehouses => &StockType::ALL,
            Format::WbWarehouses
            | Format::WarehouseRemains
            | Format::SupplierStocks
            | Format::WbCabinet => &[StockType::Fbo],
            Format::SellerWarehouses => &[StockType::Fbs],
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub format: Format,
    /// Where it begins, in bytes.
    pub start: u64,
    /// How long it is, in bytes.
    pub length: u64,
}

/// Everything that a marketplace answered to one sync, on disk.
#[derive(Debug)]
pub(crate) struct Pull {
    /// The answers one after another: an unnamed temporary file, or the file that `--file` names.
    pub document: File,
    /// Which answer lies where.
    pub parts: Vec<Part>,
    pub cost: Cost,
}

/// What is done with each record; its failure ends the reading.
pub(crate) type OnRecord<'a> = dyn FnMut(Result<Record, Rejection>) -> Result<(), Failure> + 'a;

/// A part of a pull's document, read by position: readers of the same file do not disturb each
/// other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartReader<'a> {
    file: &'a File,
    start: u64,
    position: u64,
    end: u64,
}

impl Pull {
    /// The bytes of one part. Its errors carry [`DiskError`].
    pub(crate) fn open(&self, part: &Part) -> PartReader<'_> {
        let end = part.start.saturating_add(part.length);
        PartReader { file: &self.document, start: part.start, position: part.start, end }
    }
}

impl Read for PartReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let read = match self.file.read_at(&mut buffer[..wanted], self.position) {
            Ok(0) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            other => other,
        };
        // An interrupted read is tried again by its caller, which must recognise it.
        let read = read.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, DiskError(error)),
        })?;
        self.position += read as u64;
        progress::advance(Phase::Read, read as u64);
        Ok(read)
    }
}

/// An archive is read from its end.
impl Seek for PartReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => self.start.checked_add(offset),
            SeekFrom::End(offset) => self.end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position
            .filter(|position| *position >= self.start)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position - self.start)
    }
}

/// Marks the errors of our own disk, wherever a parser passes them on: they say nothing about the
/// marketplace's answer.
#[derive(Debug)]
pub(crate) struct DiskError(io::Error);

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stored answer cannot be read back")
    }
}

impl std::error::Error for DiskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn pull(bytes: &[u8]) -> Pull {
        let mut document = tempfile::tempfile().unwrap();
        document.write_all(bytes).unwrap();
        Pull { document, parts: Vec::new(), cost: Cost::default() }
    }

    fn part(start: u64, length: u64) -> Part {
        Part { format: Format::WbWarehouses, start, length }
    }

    #[test]
    fn a_part_ends_where_it_ends() {
        let pull = pull(b"onetwothree");
        let mut text = String::new();
        pull.open(&part(3, 3)).read_to_string(&mut text).unwrap();
        assert_eq!(text, "two");
    }

    #[test]
    fn a_part_seeks_within_itself_only() {
        let pull = pull(b"onetwothree");
        let mut reader = pull.open(&part(3, 3));
        assert_eq!(reader.seek(SeekFrom::End(-1)).unwrap(), 2);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "o");
        assert!(reader.seek(SeekFrom::Current(-4)).is_err());
    }

    #[test]
    fn a_file_that_is_shorter_than_its_part_is_an_error_of_the_disk() {
        let pull = pull(b"one");
        let error = pull.open(&part(0, 5)).read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.get_ref().is_some_and(|inner| inner.is::<DiskError>()));
    }
}
