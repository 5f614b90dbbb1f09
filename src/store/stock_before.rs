//! What the shrink guard compares a pull with: how many listings with stock the source's newest snapshot holds. Counted by a
//! thread of its own while the answers are read, as that takes the server a tenth of the time in which it loads such a snapshot.

use std::thread::{self, Scope, ScopedJoinHandle};

use chrono::NaiveDate;
use mysql::Conn;

use super::error::StoreError;
use super::row;
use super::session::Session;
use super::snapshot;
use crate::failure::{Exit, Failure};
use crate::inventory::Source;

const LISTINGS_WITH_STOCK: &str = "
    SELECT COUNT(*) FROM (
        SELECT 1 FROM inventory_data
        WHERE source = ? AND snapshot_date = ? AND current_stock > 0
        GROUP BY sku, size_id
    ) AS with_stock";

/// A source's newest snapshot, today's included. Nobody but the run that holds the source's lock can make it another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockBefore {
    /// Its day.
    pub day: NaiveDate,
    /// Listings of which anything is in stock.
    pub listings: u64,
}

/// A count that is under way.
pub struct Counting<'scope>(Option<ScopedJoinHandle<'scope, Result<Option<StockBefore>, Failure>>>);

impl Counting<'_> {
    /// Waits for it; `None` where it failed or found nothing.
    pub fn outcome(self) -> Option<StockBefore> {
        self.0?.join().ok()?.ok()?
    }
}

impl StockBefore {
    /// Counts; `None` if there is no snapshot yet.
    pub fn ask(conn: &mut Conn, source: Source) -> Result<Option<Self>, StoreError> {
        let Some(day) = snapshot::newest_day(conn, source)? else { return Ok(None) };
        let listings = row::first(conn, LISTINGS_WITH_STOCK, (source.as_str(), day))?.unwrap_or(0);
        Ok(Some(Self { day, listings }))
    }

    /// Begins to count in a thread of `scope`. Whatever goes wrong there is left for the write to meet, which asks again.
    pub fn ask_meanwhile<'scope>(
        scope: &'scope Scope<'scope, '_>,
        session: &'scope mut Session,
        source: Source,
    ) -> Counting<'scope> {
        let count = move || {
            let before = Self::ask(session.database()?.conn(), source)
                .map_err(|fault| session.failed(fault));
            before.inspect_err(|failure| log::debug!("{failure}; the stock before is asked again"))
        };
        let thread = thread::Builder::new().name("stock before".into());
        Counting(thread.spawn_scoped(scope, count).ok())
    }

    /// What is said of a pull with so few listings in stock that it is not believed.
    pub fn refusal(self, source: Source, now: u64) -> Failure {
        let Self { day, listings } = self;
        Failure::new(
            Exit::Unsound,
            format!(
                "{source} answered {now} products with stock where the snapshot of {day} has {listings}: refused, nothing was \
                 changed; look at the marketplace, and if that is the truth run again with --accept-shrink"
            ),
        )
    }
}
