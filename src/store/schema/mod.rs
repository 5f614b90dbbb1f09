//! The schema and its upkeep: migrations, their inspection and preview, backup, partitions, purge.
//! Run by migrate; a sync only asks for the version, and notes its retention.

pub(crate) mod backup;
pub(crate) mod inspect;
pub(crate) mod log_partitions;
pub(crate) mod migrations;
pub(crate) mod purge;
