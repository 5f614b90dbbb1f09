//! Results on standard output, without any secret. A reader that went away (`stocksync report |
//! head`) is no failure of the run.

use std::io::{self, ErrorKind, Write};

use crate::failure::{Exit, Failure, OrFail};
use crate::secret::mask;

pub fn line(text: &str) -> Result<(), Failure> {
    document(&mask(text))
}

/// Prints what a program may read. Its foreign texts are masked where they are read: a weak
/// password must not break its form.
pub fn document(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.or_fail(Exit::Program, || "writing to standard output".into()),
    }
}
