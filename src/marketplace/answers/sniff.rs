//! What the readers of all formats share: how a fault of the content is told from a fault of our
//! disk, what a strange answer looks like in words, and the bound on a single record. Nothing here
//! knows a marketplace.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::disk;
use crate::failure::{Exit, Failure};
use crate::http::markup::markup;
use crate::marketplace::DiskError;
use crate::text::printable;

/// The longest single record, in bytes: far beyond any real one, and still harmless in memory.
pub(crate) const LONGEST_RECORD: u64 = 16 << 20;

pub(crate) fn not_stock_data(message: impl Into<String>) -> Failure {
    Failure::new(Exit::NotStockData, message)
}

/// A parser's error: our disk's if that is at its bottom, the answer's otherwise.
pub(crate) fn broken(message: impl Into<String>, error: impl Into<anyhow::Error>) -> Failure {
    let error = error.into();
    let failure = if error.chain().any(is_of_disk) {
        disk::temporary(error)
    } else {
        Failure::caused(Exit::NotStockData, error)
    };
    failure.context(message)
}

fn is_of_disk(error: &(dyn std::error::Error + 'static)) -> bool {
    // An io::Error hides what it was made of from `source`, which begins one level further down.
    let plain = error.downcast_ref::<io::Error>();
    let inner = plain.or_else(|| error.downcast_ref::<Arc<io::Error>>().map(Arc::as_ref));
    let inner = inner.and_then(io::Error::get_ref);
    error.is::<DiskError>() || inner.is_some_and(|inner| inner.is::<DiskError>())
}

/// What an answer is by the look of its first bytes, for the message that it is not what it should
/// be.
pub(crate) fn looks_like(head: &[u8]) -> String {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let beginning = printable(String::from_utf8_lossy(text).trim_end_matches('\u{fffd}'));
    if let Some(markup) = markup(text) {
        return format!("{markup} beginning with \"{beginning}\"");
    }
    match text {
        [] => "nothing at all".into(),
        [b'P', b'K', 3 | 5 | 7, ..] => "a ZIP archive or an XLSX workbook".into(),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            "an old Excel workbook (.xls); save it as .xlsx or .csv".into()
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "text in UTF-16; save it as UTF-8".into(),
        [b'{' | b'[', ..] => format!("JSON beginning with \"{beginning}\""),
        _ if text.contains(&0) => "binary data".into(),
        _ => format!("text beginning with \"{beginning}\""),
    }
}

/// Stops a parser that would gather more than its allowance into memory, or unpack more than its
/// limit altogether.
pub(crate) struct Bounded<'a, R> {
    input: R,
    allowance: &'a AtomicU64,
    left: u64,
}

impl<'a, R: Read> Bounded<'a, R> {
    /// Hands out `limit` bytes at most, and between two settings of `allowance` no more than that.
    pub(crate) fn new(input: R, allowance: &'a AtomicU64, limit: u64) -> Self {
        Self { input, allowance, left: limit }
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        let bytes = read as u64;
        if bytes > self.left {
            return Err(io::Error::other("it unpacks to more than is sane for a report"));
        }
        if bytes > self.allowance.load(Ordering::Relaxed) {
            return Err(io::Error::other("a single piece of it is longer than 16 MiB"));
        }
        self.left -= bytes;
        self.allowance.fetch_sub(bytes, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: io::Seek> io::Seek for Bounded<'_, R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.input.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strange_answer_is_told_in_words() {
        for (head, words) in [
            ("\u{feff} <!DOCTYPE html>", "an HTML page beginning with \"<!DOCTYPE html>\""),
            ("<Error><Code>", "XML beginning with \"<Error><Code>\""),
            ("{\"code\":3}", "JSON beginning with \"{\"code\":3}\""),
            ("bad\u{1b}[2J", "text beginning with \"bad\\u{1b}[2J\""),
            (" \n", "nothing at all"),
            ("PK\u{3}\u{4}", "a ZIP archive or an XLSX workbook"),
        ] {
            assert_eq!(looks_like(head.as_bytes()), words);
        }
    }

    #[test]
    fn a_character_cut_at_the_end_of_the_head_does_not_show() {
        assert_eq!(looks_like(&"Артикул".as_bytes()[..3]), "text beginning with \"А\"");
    }

    #[test]
    fn more_than_the_allowance_between_two_records_stops_the_reader() {
        let allowance = AtomicU64::new(10);
        let mut reader = Bounded::new(&[0_u8; 30][..], &allowance, 100);
        let mut ten = [0; 10];
        reader.read_exact(&mut ten).unwrap();
        allowance.store(10, Ordering::Relaxed);
        reader.read_exact(&mut ten).unwrap();
        assert!(reader.read_exact(&mut ten).is_err());
    }

    #[test]
    fn more_than_the_limit_altogether_stops_the_reader() {
        let allowance = AtomicU64::new(u64::MAX);
        assert!(
            Bounded::new(&[0_u8; 30][..], &allowance, 29).read_to_end(&mut Vec::new()).is_err()
        );
    }

    #[test]
    fn an_error_of_our_disk_is_not_the_marketplaces_fault() {
        let disk = || io::Error::other(DiskError(io::Error::other("bad sector")));
        let failure = broken("the sheet cannot be read", disk());
        assert_eq!(failure.exit(), Exit::CannotCreate);
        for wrapped in
            [anyhow::Error::from(Arc::new(disk())), zip::result::ZipError::Io(disk()).into()]
        {
            assert_eq!(broken("the sheet cannot be read", wrapped).exit(), Exit::CannotCreate);
        }
        let foreign = broken("the sheet cannot be read", io::Error::other("crc"));
        assert_eq!(foreign.exit(), Exit::NotStockData);
    }
}
