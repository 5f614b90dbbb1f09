//! The schema and its upkeep: migrations, their inspection and preview, backup, partitions, purge.
//! Run by migrate alone; a sync only asks for the version.

pub mod backup;
pub mod inspect;
pub mod log_partitions;
pub mod migrations;
pub mod purge;
