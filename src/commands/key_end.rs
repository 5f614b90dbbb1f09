//! When a marketplace's key ends, from the settings and from what the syncs have kept.

use chrono::FixedOffset;
use mysql::Conn;

use crate::config::KeySettings;
use crate::inventory::Source;
use crate::monitor::keys::{Basis, KeyEnd};
use crate::store::{StoreError, ozon_key};

/// `None` where nobody knows, which for an Ozon key is so until a sync has asked about it.
pub(super) fn key_end(
    source: Source,
    keys: &KeySettings,
    offset: FixedOffset,
    conn: &mut Conn,
) -> Result<Option<KeyEnd>, StoreError> {
    Ok(match (source, keys.ozon_issued) {
        (Source::Wildberries, _) => keys.wildberries.as_ref().and_then(KeyEnd::of_token),
        (Source::Ozon, Some(issued)) => KeyEnd::of_issue(issued, offset),
        (Source::Ozon, None) => {
            // Where no key is set, the one of the syncs is meant.
            let configured = keys.ozon.as_ref().map(crate::secret::Secret::fingerprint);
            ozon_key::known(conn)?
                .filter(|known| configured.is_none_or(|key| key == known.fingerprint))
                .and_then(|known| known.expires)
                .map(|at| KeyEnd { at, basis: Basis::Told })
        }
    })
}
