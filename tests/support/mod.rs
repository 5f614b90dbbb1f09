//! What every test stands on: a private MariaDB, the marketplaces' stand-in, the real binary as a child process.
//!
//! A test begins with a [`world::World`]: a database of its own, marketplaces of its own, and the variables that
//! bring the binary to both.

pub mod binary;
pub mod cluster;
pub mod database;
pub mod file;
pub mod marketplace;
pub mod proxy;
pub mod receiver;
pub mod replay;
pub mod server;
pub mod world;
