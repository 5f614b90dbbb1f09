//! What the shrink guard compares a pull with: how many listings with stock the source's newest snapshot holds.

use chrono::NaiveDate;
use mysql::Conn;

use crate::failure::{Exit, Failure};
use crate::inventory::Source;
use crate::store::database::error::StoreError;
use crate::store::database::rows;
use crate::store::newest::stored_last;
use crate::store::snapshot;
use crate::text::counted;

/// Takes eight times as long as the number of rows, which an index alone answers.
const LISTINGS_WITH_STOCK: &str = "
    SELECT COUNT(*) FROM (
        SELECT 1 FROM inventory_data
        WHERE source = ? AND snapshot_date = ? AND current_stock > 0
        GROUP BY sku, size_id
    ) AS with_stock";

/// A source's newest snapshot, today's included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockBefore {
    /// Its day.
    pub day: NaiveDate,
    /// Listings of which anything is in stock.
    pub listings: u64,
}

impl StockBefore {
    /// Takes the word of the run that stored the snapshot, as long as the table still has as many rows as it said; otherwise
    /// counts. `None` if there is no snapshot yet.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn ask(conn: &mut Conn, source: Source) -> Result<Option<Self>, StoreError> {
        let Some(day) = snapshot::newest_day(conn, source)? else { return Ok(None) };
        let rows = snapshot::rows_of(conn, source, day)?;
        let stated = stored_last(conn, source)?
            .filter(|stored| stored.day == Some(day) && stored.rows == Some(rows))
            .and_then(|stored| stored.products_with_stock);
        let listings = match stated {
            Some(listings) => listings,
            None => rows::first(conn, LISTINGS_WITH_STOCK, (source.as_str(), day))?.unwrap_or(0),
        };
        Ok(Some(Self { day, listings }))
    }

    /// What is said of a pull with so few listings in stock that it is not believed.
    pub fn refusal(self, source: Source, now: u64) -> Failure {
        let Self { day, listings } = self;
        Failure::new(
            Exit::Unsound,
            format!(
                "{source} answered {} with stock where the snapshot of {day} has {listings}: refused, nothing was \
                 changed; look at the marketplace, and if that is the truth run again with --accept-shrink",
                counted(now, "product")
            ),
        )
    }
}
