//! What the stored data say about themselves: recent or not, sound or not, odd or not, and whether
//! that is worth a message.
//! Judges values; asks no database and no clock itself.

pub(crate) mod alerts;
pub(crate) mod anomalies;
pub(crate) mod finding;
pub(crate) mod freshness;
pub(crate) mod keys;
pub(crate) mod soundness;
