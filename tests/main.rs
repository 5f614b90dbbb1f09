//! Everything stocksync promises, tried from outside: one module per behaviour.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)] // a test fails by panic

mod documents;
mod page;
mod stand_in;
#[allow(dead_code)]
// a library for the tests: each part of it, not each of its parts' parts, is in use
mod support;
