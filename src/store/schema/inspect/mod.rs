//! What information_schema says: whether an object is there and what it looks like.
//! Reads only.

pub(crate) mod definitions;
pub(crate) mod drift;
pub(crate) mod exists;
pub(crate) mod original;
