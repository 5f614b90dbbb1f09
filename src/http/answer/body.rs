//! Reads the body of one answer within bounds of size and slowness. Keeps apart what passes on its
//! own (a connection that breaks) from what does not (an answer that is too large).

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use bytesize::ByteSize;

use crate::console::progress::{self, Phase};
use crate::disk;
use crate::failure::{Exit, Failure};
use crate::http::request::Fault;

/// A body that brings less than this per second, over a whole window of patience, is a drip that
/// would go on for ever.
const SLOWEST: u64 = 1024;

/// How much of a body is kept at hand for messages (bytes).
const BEGINNING: usize = 64 << 10;

pub(crate) struct Body<R> {
    source: R,
    received: u64,
    beginning: Vec<u8>,
    window: Window,
}

impl<R: Read> Body<R> {
    /// A body that may be silent or drip for `patience`.
    pub(crate) fn new(source: R, patience: Duration) -> Self {
        Self {
            source,
            received: 0,
            beginning: Vec::new(),
            window: Window::new(Instant::now(), patience),
        }
    }

    /// Bytes received so far, after decompression.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        loop {
            match self.source.read(buffer) {
                Ok(count) => {
                    self.received += count as u64;
                    let kept = count.min(BEGINNING - self.beginning.len());
                    self.beginning.extend_from_slice(&buffer[..kept]);
                    self.window.received(Instant::now(), count as u64)?;
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::broken(error).context("the answer broke off")),
            }
        }
    }

    /// The whole body; one of more than `limit` bytes is not the short answer that was expected.
    pub(crate) fn read_all(&mut self, limit: u64) -> Result<Vec<u8>, Fault> {
        let (mut all, mut buffer) = (Vec::new(), vec![0; 16 << 10]);
        loop {
            match self.fill(&mut buffer)? {
                0 => return Ok(all),
                count => all.extend_from_slice(&buffer[..count]),
            }
            if self.received > limit {
                let message = format!("the answer is longer than {}", ByteSize(limit));
                return Err(Failure::new(Exit::NotStockData, message).into());
            }
        }
    }

    /// Reads what can be had of the first 64 KiB: a body that breaks off ends there, for the status
    /// is the answer.
    pub(crate) fn read_beginning(&mut self) {
        let mut buffer = vec![0; 16 << 10];
        while self.beginning.len() < BEGINNING && matches!(self.fill(&mut buffer), Ok(1..)) {}
    }

    pub(crate) fn beginning(&self) -> &[u8] {
        &self.beginning
    }

    /// Copies the body into `file` from `start` on, over whatever an earlier attempt left there.
    /// Returns its length in bytes. Errors: [`Exit::NotStockData`] for a body of more than `limit`
    /// bytes, [`Exit::CannotCreate`] for a full disk; a fault of the connection.
    pub(crate) fn copy_to(&mut self, file: &File, start: u64, limit: u64) -> Result<u64, Fault> {
        file.set_len(start).map_err(disk::temporary)?;
        let (mut end, mut buffer) = (start, vec![0; 64 << 10]);
        loop {
            let count = self.fill(&mut buffer)?;
            if count == 0 {
                return Ok(end - start);
            }
            if self.received > limit {
                let message = format!(
                    "the answer is longer than MAX_DOWNLOAD allows ({}); raise it if the catalogue is really that large",
                    ByteSize(limit)
                );
                return Err(Failure::new(Exit::NotStockData, message).into());
            }
            file.write_all_at(&buffer[..count], end).map_err(disk::temporary)?;
            end += count as u64;
            progress::advance(Phase::Fetch, count as u64);
        }
    }
}

/// Counts what comes in during one stretch of patience after another.
struct Window {
    length: Duration,
    since: Instant,
    bytes: u64,
}

impl Window {
    fn new(now: Instant, length: Duration) -> Self {
        Self { length, since: now, bytes: 0 }
    }

    fn received(&mut self, now: Instant, bytes: u64) -> Result<(), Fault> {
        self.bytes += bytes;
        let elapsed = now.saturating_duration_since(self.since);
        // The end of a body says nothing about its speed.
        if bytes == 0 || elapsed < self.length {
            return Ok(());
        }
        if (self.bytes as f64) < SLOWEST as f64 * elapsed.as_secs_f64() {
            let expected = SLOWEST * elapsed.as_secs();
            return Err(Fault::transient(anyhow::anyhow!(
                "response too slow (below {expected} bytes in {} seconds: {})",
                elapsed.as_secs(),
                self.bytes
            )));
        }
        *self = Self::new(now, self.length);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn a_dripping_body_counts_as_broken() {
        let start = Instant::now();
        let mut window = Window::new(start, S(60));
        assert!(window.received(start + S(59), 1).is_ok());
        assert!(matches!(window.received(start + S(60), 1), Err(Fault::Transient { .. })));
    }

    #[test]
    fn each_window_is_judged_by_itself() {
        let start = Instant::now();
        let mut window = Window::new(start, S(60));
        assert!(window.received(start + S(60), 60 * 1024).is_ok());
        assert!(window.received(start + S(120), 60 * 1024 - 1).is_err());
    }

    #[test]
    fn the_end_of_a_slow_small_body_is_no_drip() {
        let start = Instant::now();
        let mut window = Window::new(start, S(60));
        assert!(window.received(start + S(59), 10).is_ok());
        assert!(window.received(start + S(61), 0).is_ok());
    }

    #[test]
    fn a_body_replaces_what_an_earlier_attempt_left() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"page one|half of pa", 0).unwrap();
        let length = Body::new(&b"page two"[..], S(60)).copy_to(&file, 9, 100).unwrap();
        let mut text = String::new();
        { &file }.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), length), ("page one|page two", 8));
    }

    #[test]
    fn a_body_over_the_limit_is_not_stock_data() {
        let file = tempfile::tempfile().unwrap();
        let ended = |fault| match fault {
            Fault::Final(failure) => (failure.exit(), failure.to_string()),
            _ => panic!("must be final"),
        };
        let (exit, text) = ended(Body::new(&[0; 11][..], S(60)).copy_to(&file, 0, 10).unwrap_err());
        assert_eq!(exit, Exit::NotStockData);
        assert!(text.contains("MAX_DOWNLOAD"), "{text}");
        assert_eq!(
            ended(Body::new(&[0; 11][..], S(60)).read_all(10).unwrap_err()).0,
            Exit::NotStockData
        );
        assert_eq!(Body::new(&[0; 10][..], S(60)).copy_to(&file, 0, 10).unwrap(), 10);
    }
}
