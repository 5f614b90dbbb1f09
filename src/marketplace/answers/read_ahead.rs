//! Reading ahead: while a parser works on one piece of the input, a thread of its own reads (or
//! unpacks) the next ones. Knows neither formats nor marketplaces.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{Builder, Scope};

const PIECE: usize = 1 << 15;

/// Pieces that are in memory at most.
const PIECES: usize = 4;

/// An input of which the next pieces are there already.
pub(crate) struct Ahead {
    pieces: Receiver<io::Result<Vec<u8>>>,
    used: SyncSender<Vec<u8>>,
    piece: Vec<u8>,
    position: usize,
}

impl Ahead {
    /// Reads `input` in a thread of `scope`, which ends with the input, with its first error, or
    /// when nobody wants more.
    pub(crate) fn new<'scope>(
        scope: &'scope Scope<'scope, '_>,
        mut input: impl Read + Send + 'scope,
    ) -> io::Result<Self> {
        let (used, empty) = mpsc::sync_channel::<Vec<u8>>(PIECES);
        let (full, pieces) = mpsc::sync_channel(PIECES);
        // The one more is what the parser works on.
        for _ in 1..PIECES {
            used.send(Vec::new()).map_err(io::Error::other)?;
        }
        Builder::new().name("reading ahead".into()).spawn_scoped(scope, move || {
            for mut piece in empty {
                piece.resize(PIECE, 0);
                let outcome = read(&mut input, &mut piece).map(|length| {
                    piece.truncate(length);
                    piece
                });
                let last = outcome.as_ref().map_or(true, Vec::is_empty);
                if full.send(outcome).is_err() || last {
                    break;
                }
            }
        })?;
        Ok(Self { pieces, used, piece: Vec::new(), position: 0 })
    }
}

fn read(input: &mut impl Read, piece: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position == self.piece.len() {
            let Ok(next) = self.pieces.recv() else { return Ok(0) };
            let used = std::mem::replace(&mut self.piece, next?);
            self.position = 0;
            // At the input's end nobody takes it back.
            let _ = self.used.send(used);
        }
        let read = (&self.piece[self.position..]).read(buffer)?;
        self.position += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::thread;

    use super::*;

    #[test]
    fn everything_comes_in_its_order() {
        let bytes: Vec<u8> =
            (0..10 * PIECE as u32 + 7).map(|number| (number % 251) as u8).collect();
        let read = thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, Cursor::new(&bytes)).unwrap();
            let mut read = Vec::new();
            ahead.read_to_end(&mut read).unwrap();
            assert_eq!(ahead.read(&mut [0; 9]).unwrap(), 0);
            read
        });
        assert!(read == bytes);
    }

    #[test]
    fn an_error_is_told_in_its_place() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, Cursor::new([1; 9]).chain(Broken)).unwrap();
            let mut nine = [0; 9];
            ahead.read_exact(&mut nine).unwrap();
            assert_eq!(nine, [1; 9]);
            assert_eq!(ahead.read(&mut nine).unwrap_err().to_string(), "broken");
        });
    }

    #[test]
    fn who_wants_no_more_is_not_kept_waiting() {
        thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, io::repeat(7)).unwrap();
            ahead.read_exact(&mut [0; 100]).unwrap();
        });
    }
}
