//! Parses the command line, starts the log, runs, and turns the outcome into an exit code: nothing else.
#![forbid(unsafe_code)]

fn main() {}
