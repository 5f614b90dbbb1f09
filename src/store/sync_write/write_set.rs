//! How much one transaction may change on a node of a Galera cluster. Asked before anything is
//! written: a transaction that is too large fails at its very end.

use mysql::prelude::Queryable;

use crate::failure::{Exit, Failure};
use crate::store::database::connection::Database;
use crate::store::database::error::StoreError;

const LIMITS: &str = "SELECT @@wsrep_max_ws_rows, @@wsrep_max_ws_size, @@wsrep_trx_fragment_size";

/// What a row takes at the least, before and after the change together.
const BYTES_PER_ROW: u64 = 200;

/// The limits; 0 is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Largest {
    rows: u64,
    bytes: u64,
}

pub(super) fn largest(database: &mut Database) -> Result<Largest, StoreError> {
    if !database.is_in_cluster() {
        return Ok(Largest::default());
    }
    let limits: Option<(u64, u64, u64)> = database.conn().query_first(LIMITS)?;
    Ok(match limits {
        // With streaming replication a transaction travels in parts.
        Some((rows, bytes, 0)) => Largest { rows, bytes },
        _ => Largest::default(),
    })
}

impl Largest {
    /// Why so many rows are not even tried.
    pub(super) fn refusal(self, rows: u64) -> Option<Failure> {
        let bytes = rows.saturating_mul(BYTES_PER_ROW);
        let over = |limit: u64, needed: u64| limit > 0 && needed > limit;
        let (name, limit, needed) = if over(self.rows, rows) {
            ("wsrep_max_ws_rows", self.rows, rows)
        } else if over(self.bytes, bytes) {
            ("wsrep_max_ws_size", self.bytes, bytes)
        } else {
            return None;
        };
        Some(Failure::new(
            Exit::Database,
            format!(
                "writing {rows} rows takes {needed} of {name}, which is {limit} on this node of the cluster; nothing was changed. \
                 Raise it on every node, or have the server send large transactions in parts (wsrep_trx_fragment_size)"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_that_is_too_small_is_named() {
        let refused = |rows, bytes, count| {
            Largest { rows, bytes }.refusal(count).map(|failure| failure.to_string())
        };
        assert_eq!(refused(0, 0, 1_000_000), None);
        assert_eq!(refused(0, 2 << 30, 1_000_000), None);
        assert!(refused(128, 0, 129).unwrap().contains("wsrep_max_ws_rows, which is 128"));
        assert!(refused(0, 1 << 20, 100_000).unwrap().contains("wsrep_max_ws_size"));
    }
}
