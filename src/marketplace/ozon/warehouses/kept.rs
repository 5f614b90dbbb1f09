//! Lines of JSON in an unnamed temporary file: what is kept of the answers until it is known which
//! of them count.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk::temporary;
use crate::failure::Failure;

pub(super) struct Kept {
    file: BufWriter<File>,
    bytes: u64,
}

impl Kept {
    pub(super) fn new() -> Result<Self, Failure> {
        let file = tempfile::tempfile().map_err(temporary)?;
        Ok(Self { file: BufWriter::with_capacity(64 << 10, file), bytes: 0 })
    }

    pub(super) fn push(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        let mut text = serde_json::to_vec(line).map_err(temporary)?;
        text.push(b'\n');
        self.bytes += text.len() as u64;
        self.file.write_all(&text).map_err(temporary)
    }

    pub(super) fn finish(self) -> Result<(File, u64), Failure> {
        let bytes = self.bytes;
        let file = self.file.into_inner().map_err(|error| error.into_error());
        Ok((file.map_err(temporary)?, bytes))
    }

    /// Hands out all lines in their order.
    pub(super) fn read<T: DeserializeOwned>(
        self,
        each: &mut dyn FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (mut file, _) = self.finish()?;
        file.seek(SeekFrom::Start(0)).map_err(temporary)?;
        for line in BufReader::with_capacity(64 << 10, file).lines() {
            let line = line.map_err(temporary)?;
            each(serde_json::from_str(&line).map_err(temporary)?)?;
        }
        Ok(())
    }
}
