//! What a person sees while it runs: log lines, progress, standard output.
//! Decides nothing.

pub mod log_tail;
pub mod logging;
pub mod output;
pub mod progress;
