//! Ozon: what it answers and how to ask it.

pub mod report;
