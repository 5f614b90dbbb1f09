//! One value as a marketplace sent it, before anybody believed it, and the checks that turn it into text or a quantity.

use std::fmt;

/// A value of unknown worth: the reader of a format says what it found and judges nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// Not there, null, or an empty cell.
    #[default]
    Absent,
    /// A whole number.
    Integer(i128),
    /// Text, as it came.
    Text(String),
    /// Bytes that are no text in the answer's encoding.
    Undecodable,
    /// Something else, in words for a message: `a fraction`, `a list`, `true`, `a number beyond 128 bits`.
    Other(String),
}

/// Why a record does not count. The text names the field and what it held, made safe for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Which record, in words: `article ART-1`, `nmId 47254354, chrtId 91663228, warehouse Склад WB`.
    pub record: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.record, self.reason)
    }
}
