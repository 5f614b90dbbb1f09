//! Before the marketplace is asked for stock: whether its key can do what it is for.

use chrono::Utc;

use super::prepare::Sync;
use crate::config::{SyncSettings, WildberriesSettings};
use crate::failure::{Exit, Failure};
use crate::inventory::StockType;
use crate::marketplace::wildberries::Permit;
use crate::store::newest_day;
use crate::store::sync_run::session::with_retries;
use crate::store::sync_write::stock_beyond;

/// Ends a run whose key says that it cannot do what is asked of it.
pub(super) fn permit(
    sync: &mut Sync<'_>,
    wildberries: &WildberriesSettings,
    settings: &SyncSettings,
) -> Result<Permit, Failure> {
    let permit = Permit::of(wildberries, Utc::now(), settings.utc_offset)?;
    if permit.base && wildberries.seller_warehouses && !sync.args.full {
        require_no_own_stock(sync)?;
    }
    permit.announce(wildberries);
    Ok(permit)
}

/// A base token cannot tell of the seller's own warehouses: where the newest snapshot does, they would be gone from the next
/// one as if they were empty.
fn require_no_own_stock(sync: &mut Sync<'_>) -> Result<(), Failure> {
    let Sync { run, session, database, .. } = sync;
    let held = with_retries(database, || {
        let conn = session.database()?.conn();
        let held = newest_day(conn, run.source).and_then(|day| match day {
            Some(day) => stock_beyond(conn, run.source, day, &[StockType::Fbo]),
            None => Ok(None),
        });
        held.map_err(|fault| {
            session.failed(fault).context("looking for stock on the seller's own warehouses")
        })
    })?;
    let Some(held) = held else { return Ok(()) };
    let message = format!(
        "WB_API_TOKEN is a base token («Базовый»), which may not read the stock on the seller's own warehouses, and the newest \
         snapshot holds {held}: nothing was asked and nothing was changed; use a personal token («Персональный»), or do \
         without them from now on with WB_SELLER_WAREHOUSES=false"
    );
    Err(Failure::new(Exit::KeyRejected, message))
}
