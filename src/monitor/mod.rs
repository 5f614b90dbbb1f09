//! What the stored data say about themselves: recent or not, sound or not, odd or not, and whether that is worth a message.
//! Judges values; asks no database and no clock itself.

pub mod alerts;
pub mod anomalies;
pub mod finding;
pub mod freshness;
pub mod keys;
pub mod soundness;
