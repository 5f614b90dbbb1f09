//! The shared strings of a workbook, in temporary files: their text one after another, and where
//! each one ends.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;

use quick_xml::events::Event;

use super::fast_path::plain_string;
use super::xml::{Xml, unescaped};
use crate::disk;
use crate::failure::Failure;

/// Bytes fetched at once: cells refer to their strings mostly in the order of the strings.
const WINDOW: usize = 1 << 14;
/// Pieces of a file kept at once.
const WINDOWS: usize = 4;
/// Bytes of an entry in the table of ends.
const END: u64 = 8;

pub(super) struct SharedStrings {
    text: Windows,
    /// The table of ends, each a little-endian `u64`.
    ends: Windows,
    count: u64,
}

impl SharedStrings {
    pub(super) fn none() -> Result<Self, Failure> {
        Ok(Self { text: Windows::new(spool_file()?), ends: Windows::new(spool_file()?), count: 0 })
    }

    /// The string of an index; `None` beyond the last one.
    pub(super) fn get(&mut self, index: u64) -> Result<Option<String>, Failure> {
        if index >= self.count {
            return Ok(None);
        }
        let start = match index.checked_sub(1) {
            Some(previous) => self.end(previous)?,
            None => 0,
        };
        let end = self.end(index)?;
        let length = usize::try_from(end - start).map_err(disk::temporary)?;
        let bytes = self.text.bytes(start, length).map_err(disk::temporary)?;
        String::from_utf8(bytes.to_vec()).map(Some).map_err(disk::temporary)
    }

    fn end(&mut self, index: u64) -> Result<u64, Failure> {
        let bytes = self.ends.bytes(index * END, END as usize).map_err(disk::temporary)?;
        let bytes = bytes.try_into().map_err(disk::temporary)?;
        Ok(u64::from_le_bytes(bytes))
    }
}

/// Writes the strings of `xl/sharedStrings.xml` to disk.
pub(super) fn spool(xml: &mut Xml<'_>) -> Result<SharedStrings, Failure> {
    let mut kept = Kept {
        text: BufWriter::with_capacity(BUFFER, spool_file()?),
        ends: BufWriter::with_capacity(BUFFER, spool_file()?),
        end: 0,
        count: 0,
    };
    loop {
        while let Some((string, length)) = plain_string(xml.ahead()) {
            kept.push(&unescaped(string.to_owned()))?;
            xml.pass(length);
        }
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                kept.push(&xml.rich_text()?)?
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => kept.push("")?,
            Event::Eof => return kept.finish(),
            _ => {}
        }
    }
}

const BUFFER: usize = 1 << 15;

struct Kept {
    text: BufWriter<File>,
    ends: BufWriter<File>,
    end: u64,
    count: u64,
}

impl Kept {
    fn push(&mut self, string: &str) -> Result<(), Failure> {
        self.end += string.len() as u64;
        self.count += 1;
        self.text
            .write_all(string.as_bytes())
            .and_then(|()| self.ends.write_all(&self.end.to_le_bytes()))
            .map_err(disk::temporary)
    }

    fn finish(self) -> Result<SharedStrings, Failure> {
        let text = self.text.into_inner().map_err(|error| disk::temporary(error.into_error()))?;
        let ends = self.ends.into_inner().map_err(|error| disk::temporary(error.into_error()))?;
        Ok(SharedStrings { text: Windows::new(text), ends: Windows::new(ends), count: self.count })
    }
}

fn spool_file() -> Result<File, Failure> {
    tempfile::tempfile().map_err(disk::temporary)
}

/// A file of which a few pieces are in memory: nearly all reads follow the one before, or go back
/// to a string that stands in every row.
struct Windows {
    file: File,
    /// The one that was used last comes first.
    windows: Vec<Window>,
}

impl Windows {
    fn new(file: File) -> Self {
        Self { file, windows: Vec::new() }
    }

    fn bytes(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        match self.windows.iter().position(|window| window.find(at, length).is_some()) {
            Some(0) => {}
            Some(place) => self.windows[..=place].rotate_right(1),
            None => {
                let mut window = match self.windows.len() {
                    WINDOWS.. => self.windows.pop().unwrap_or_default(),
                    _ => Window::default(),
                };
                window.fill(&self.file, at, length)?;
                self.windows.insert(0, window);
            }
        }
        self.windows[0]
            .find(at, length)
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }
}

#[derive(Default)]
struct Window {
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    fn find(&self, at: u64, length: usize) -> Option<&[u8]> {
        let offset = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.bytes.get(offset..offset.checked_add(length)?)
    }

    fn fill(&mut self, file: &File, at: u64, length: usize) -> io::Result<()> {
        self.start = at;
        self.bytes.resize(length.max(WINDOW), 0);
        let mut filled = 0;
        while filled < length {
            match file.read_at(&mut self.bytes[filled..], at + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.truncate(filled);
        Ok(())
    }
}
