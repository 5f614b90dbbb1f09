//! stocksync: pulls the stock of Ozon and Wildberries into MySQL or MariaDB, exactly or not at all.
//!
//! Data flows one way: `marketplace` → `inventory` → `staging` → `store` → `monitor` → `report`;
//! `commands` tells each subcommand's story with them. No room imports one that stands above it: on the ground are `run` and
//! `alert` (values), `text`, `secret`, `cost` and `failure`; `http` and `config` serve `marketplace` and `notify` alike.
#![forbid(unsafe_code)]

pub mod alert;
pub mod cli;
pub mod commands;
pub mod config;
pub mod console;
pub mod cost;
pub mod disk;
pub mod failure;
pub mod http;
pub mod inventory;
pub mod language;
pub mod marketplace;
pub mod monitor;
pub mod notify;
pub mod report;
pub mod run;
pub mod secret;
pub mod staging;
pub mod store;
#[cfg(test)]
mod testing;
pub mod text;
pub mod wb_token;
pub mod words;
pub mod zone;
