//! Ozon.
