//! Wildberries.
