//! What the stored data say about themselves: recent or not, sound or not. Judges values; asks no database itself.

pub mod freshness;
