//! Before the marketplace is asked for stock: whether its key can do what it is for.

use chrono::{NaiveDate, Utc};
use mysql::Conn;

use super::prepare::Sync;
use crate::config::{OzonSettings, SyncSettings, WildberriesSettings};
use crate::failure::{Exit, Failure};
use crate::inventory::StockType;
use crate::marketplace::ozon::roles;
use crate::marketplace::wildberries::Permit;
use crate::store::ozon_key::{self, OzonKey};
use crate::store::sync_run::session::with_retries;
use crate::store::sync_write::stock_beyond;
use crate::store::{StoreError, newest_day};

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

/// Asks Ozon once a day what the key may do and until when, and keeps the end for whoever warns of
/// it. What cannot be known or kept is no reason against a sync. Errors: [`Exit::KeyRejected`] for
/// a key that says that it may not read the stock.
pub(super) fn ask_ozon(
    sync: &mut Sync<'_>,
    ozon: &OzonSettings,
    day: NaiveDate,
) -> Result<(), Failure> {
    if ozon.key_issued.is_some() || sync.args.dry_run {
        return Ok(());
    }
    let fingerprint = ozon.api_key.fingerprint();
    let Some(known) = remember(sync, ozon_key::known) else { return Ok(()) };
    let known = known.filter(|known| known.fingerprint == fingerprint);
    if known.as_ref().is_some_and(|known| known.asked_on == day) {
        return Ok(());
    }
    let facts = roles::ask(ozon, &sync.meter);
    let expires = facts.expires.or(known.and_then(|known| known.expires));
    let key = OzonKey { fingerprint, asked_on: day, expires };
    remember(sync, |conn| ozon_key::keep(conn, &key));
    facts.require_methods()
}

fn remember<T>(
    sync: &mut Sync<'_>,
    work: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
) -> Option<T> {
    let session = &mut sync.session;
    let outcome = || {
        let conn = session.database()?.conn();
        work(conn).map_err(|fault| session.failed(fault))
    };
    outcome().inspect_err(|failure| log::debug!("what is known of Ozon's key: {failure}")).ok()
}

/// A base token cannot tell of the seller's own warehouses: where the newest snapshot does, they
/// would be gone from the next one as if they were empty.
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
