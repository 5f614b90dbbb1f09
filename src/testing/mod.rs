//! Help for unit tests: a server of canned answers, random input for every parser.
//! Never part of the program.

mod fuzzing;
pub(crate) mod http_stub;
pub(crate) mod properties;
