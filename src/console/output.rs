//! Results on standard output. A reader that went away (`stocksync report | head`) is no failure of the run.

use std::io::{self, ErrorKind, Write};

use crate::failure::{Exit, Failure, OrFail};

/// Prints a line, or several with line ends inside.
///
/// # Errors
/// [`Exit::Program`] if standard output takes nothing, as on a full disk.
pub fn line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.or_fail(Exit::Program, || "writing to standard output".into()),
    }
}
