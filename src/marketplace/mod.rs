//! Everything that speaks HTTP, and the readers of what came back. A pull is fetched whole before a byte of it is read,
//! so that no half answer ever gets near the database.

mod assembly;
pub mod http;
pub mod ozon;
mod waiting;
pub mod wildberries;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

/// What a stretch of a [`Pull`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Ozon's products report, CSV or XLSX, to be told apart by its content.
    OzonReport,
    /// A page of Wildberries' `stocks-report/wb-warehouses`: `{"data":{"items":[…]}}`.
    WbWarehouses,
    /// A page of Wildberries' `stocks-report/seller-warehouses`: the same without goods in transit.
    SellerWarehouses,
    /// Wildberries' report of remains by barcode: `[…]`.
    WarehouseRemains,
    /// A page of Wildberries' `supplier/stocks`: `[…]`.
    SupplierStocks,
}

/// One answer inside a [`Pull`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How to read it.
    pub format: Format,
    /// Where it begins, in bytes.
    pub start: u64,
    /// How long it is, in bytes.
    pub length: u64,
}

/// What a pull cost, for the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// HTTP requests sent, retries included.
    pub requests: u64,
    /// Bytes of bodies received, after decompression.
    pub bytes: u64,
}

/// Everything that a marketplace answered to one sync, on disk.
#[derive(Debug)]
pub struct Pull {
    /// The answers one after another: an unnamed temporary file, or the file that `--file` names.
    pub document: File,
    /// Which answer lies where.
    pub parts: Vec<Part>,
    /// What it took to get them.
    pub traffic: Traffic,
}

/// A part of a pull's document, read by position: readers of the same file do not disturb each other.
#[derive(Clone, Copy, Debug)]
pub struct PartReader<'a> {
    file: &'a File,
    position: u64,
    end: u64,
}

impl Pull {
    /// The bytes of one part.
    pub fn open(&self, part: &Part) -> PartReader<'_> {
        let end = part.start.saturating_add(part.length);
        PartReader { file: &self.document, position: part.start, end }
    }
}

impl Read for PartReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let read = self.file.read_at(&mut buffer[..wanted], self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}
