//! stocksync: pulls the stock of Ozon and Wildberries into MySQL or MariaDB, exactly or not at all.
//!
//! Data flows one way: `marketplace` → `inventory` → `staging` → `store` → `monitor` → `report`;
//! `commands` tells each subcommand's story with them. No room imports one that stands above it: on
//! the ground are `run` and `alert` (values), `text`, `secret`, `cost` and `failure`; `http` and
//! `config` serve `marketplace` and `notify` alike.
#![forbid(unsafe_code)]

mod alert;
pub mod cli;
pub mod commands;
pub mod config;
mod console;
mod cost;
mod disk;
mod failure;
mod http;
mod inventory;
mod language;
mod marketplace;
mod monitor;
mod notify;
mod report;
mod run;
mod secret;
mod staging;
mod store;
#[cfg(test)]
mod testing;
mod text;
mod wb_token;
mod words;
mod zone;

// For the program and its tests.
pub use console::logging;
pub use inventory::record::Source;
