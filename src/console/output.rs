//! Results on standard output, without any secret. A reader that went away (`stocksync report |
//! head`) is no failure of the run.

use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::{Exit, Failure, OrFail};
use crate::secret::mask;

static QUIET: AtomicBool = AtomicBool::new(false);

/// Whether nothing is to be said from now on of what merely went well (`-q`).
pub(crate) fn quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Prints a line about what went well, unless nobody wants it.
pub(crate) fn note(text: &str) -> Result<(), Failure> {
    if QUIET.load(Ordering::Relaxed) { Ok(()) } else { line(text) }
}

pub(crate) fn line(text: &str) -> Result<(), Failure> {
    document(&mask(text))
}

/// Prints what a program may read. Its foreign texts are masked where they are read: a weak
/// password must not break its form.
pub(crate) fn document(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.or_fail(Exit::CannotCreate, || "writing to standard output".into()),
    }
}
