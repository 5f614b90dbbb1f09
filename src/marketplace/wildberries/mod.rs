//! Wildberries: what it answers and how to ask it.

pub mod items;
pub(super) mod json;
