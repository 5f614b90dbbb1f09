//! Everything stocksync promises, tried from outside: one module per behaviour.
#![allow(unreachable_pub)] // nothing of a program can be reached
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)] // a test fails by panic

mod alerts;
mod bad_records;
mod bulk;
mod check_freshness;
mod clock;
mod configuration;
mod cron;
mod dashboard;
mod database_failures;
mod database_tls;
mod dead_mans_switch;
mod documents;
mod dry_runs;
mod empty_shop;
mod env_file;
mod failed_pulls;
mod faults;
mod file_imports;
mod files_by_hand;
mod galera;
mod hand_made_rows;
mod long_history;
mod migrations;
mod network;
mod no_room;
mod operations;
mod ozon_columns;
mod ozon_key;
mod ozon_sync;
mod ozon_warehouses;
mod page;
mod products;
mod progress;
mod refusals;
mod report;
mod retention;
mod retries;
mod rights;
mod runs;
mod schema_changes;
mod secrets;
mod size_names;
mod spoilt_barcodes;
mod stand_in;
#[allow(dead_code)]
// a library for the tests: each part of it, not each of its parts' parts, is in use
mod support;
mod suspicious;
mod waiting;
mod wb_cabinet;
mod wb_counted_once;
mod wb_sync;
mod wb_token;
