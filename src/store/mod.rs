//! Everything that speaks SQL. Nothing beyond this module holds a statement, and nothing in it speaks HTTP or decides what stock is sound.

pub mod connection;
pub mod error;
pub mod lock;
pub mod migrations;

pub use connection::Database;
pub use error::OrDatabase;
