//! An answer on its way from the wire to the readers: stored whole, recognised, read ahead.
//! Knows no field of a record.

pub(crate) mod builder;
mod file_age;
pub(crate) mod from_file;
pub(crate) mod read_ahead;
pub(crate) mod sniff;
