//! The schema and its upkeep: migrations, their inspection and preview, backup, partitions, purge.
//! Run by migrate; a sync only asks for the version, and notes its retention.

pub mod backup;
pub mod inspect;
pub mod log_partitions;
pub mod migrations;
pub mod purge;
