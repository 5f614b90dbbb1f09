//! What a person sees while it runs: log lines, progress, standard output.
//! Decides nothing.

pub(crate) mod log_tail;
pub mod logging;
pub(crate) mod output;
pub(crate) mod progress;
