//! Before the marketplace is asked for stock: whether its key can do what it is for.

use chrono::Utc;

use super::Sync;
use crate::config::{SyncSettings, WildberriesSettings};
use crate::failure::{Exit, Failure};
use crate::inventory::{Source, StockType};
use crate::marketplace::wildberries::Permit;
use crate::store::newest_day;
use crate::store::sync_run::session::with_retries;
use crate::store::sync_write::other_stock;

impl Sync<'_> {
    /// Ends a run whose key says that it cannot do what is asked of it. A file needs no key.
    pub(super) fn judge_key(&mut self, settings: &SyncSettings) -> Result<(), Failure> {
        match self.run.source {
            _ if self.args.file.is_some() => Ok(()),
            Source::Ozon => Ok(()),
            Source::Wildberries => {
                let wildberries = WildberriesSettings::read(self.environment)?;
                let permit = Permit::of(&wildberries, Utc::now(), settings.utc_offset)?;
                if permit.base && wildberries.seller_warehouses {
                    self.require_no_own_stock()?;
                }
                permit.announce(&wildberries);
                self.wildberries = Some((wildberries, permit));
                Ok(())
            }
        }
    }

    /// A base token cannot tell of the seller's own warehouses: where the newest snapshot does, they would be gone from the next
    /// one as if they were empty.
    fn require_no_own_stock(&mut self) -> Result<(), Failure> {
        if self.args.full {
            return Ok(());
        }
        let Self { run, session, database, .. } = self;
        let held = with_retries(database, || {
            let conn = session.database()?.conn();
            let held = newest_day(conn, run.source).and_then(|day| match day {
                Some(day) => other_stock::beyond(conn, run.source, day, &[StockType::Fbo]),
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
}
