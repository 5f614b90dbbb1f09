//! Who carries which barcode once this sync's news is taken in: what the table says, without the
//! listings that the sync knows better, and what the sync says of those. By barcode, as a stream.

use std::cmp::Ordering;

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Row};
use serde::{Deserialize, Serialize};

use super::rules::{ListingState, TradeItem, counts_since};
use crate::inventory::Source;
use crate::staging::sorted_stream::SortedStream;
use crate::staging::{DatabaseText, Sortable, Sorter};
use crate::store::database::error::StoreError;
use crate::store::database::rows::read_row;
use crate::store::newest::{Baseline, newest_day};

/// In the order of the index on `barcode`, which ends in the primary key. A legacy card, which has
/// no size, counts as long as its size does.
const STORED: &str = "
    SELECT b.barcode, b.source = 'Wildberries', b.sku, b.size_id, l.chrt_id, l.product_id, l.set_by_hand,
           b.lost_on IS NOT NULL
    FROM listing_barcodes AS b
    JOIN product_listings AS l ON l.source = b.source AND l.sku = b.sku AND l.size_id = b.size_id
    WHERE b.source IN ('Ozon', 'Wildberries')
      AND IF(b.source = 'Wildberries' AND b.size_id = '',
             EXISTS (
                 SELECT 1 FROM product_listings AS size
                 WHERE size.source = l.source AND size.sku = l.sku AND size.size_id <> ''
                   AND size.chrt_id = l.chrt_id
                   AND (size.last_seen_on IS NULL OR size.last_seen_on >= ?)),
             l.last_seen_on IS NULL OR l.last_seen_on >= IF(b.source = 'Ozon', ?, ?))
    ORDER BY b.barcode, b.source, b.sku, b.size_id";

/// A listing carries a barcode, or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BarcodeUse {
    pub barcode: String,
    pub item: TradeItem,
    pub size_id: String,
    /// Its product, unless it is yet to be created.
    pub product_id: Option<i64>,
    pub set_by_hand: bool,
    /// Its place among the new listings, if it is yet to be created.
    pub number: Option<u64>,
    /// Whether the marketplace has stopped naming the barcode.
    pub lost: bool,
}

impl BarcodeUse {
    pub(super) fn state(&self) -> ListingState {
        ListingState { product_id: self.product_id, set_by_hand: self.set_by_hand }
    }
}

impl Sortable for BarcodeUse {
    type SortKey<'a> = Place<'a>;

    fn sort_key(&self) -> Place<'_> {
        let TradeItem { source, sku, .. } = &self.item;
        place(&self.barcode, *source, sku, &self.size_id)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StaleBarcode {
    pub barcode: String,
    pub source: Source,
    pub sku: String,
    pub size_id: String,
}

impl Sortable for StaleBarcode {
    type SortKey<'a> = Place<'a>;

    fn sort_key(&self) -> Place<'_> {
        place(&self.barcode, self.source, &self.sku, &self.size_id)
    }
}

/// Barcode, marketplace, `sku` and `size_id`.
type Place<'a> = (DatabaseText<'a>, Source, DatabaseText<'a>, DatabaseText<'a>);

fn place<'a>(barcode: &'a str, source: Source, sku: &'a str, size_id: &'a str) -> Place<'a> {
    (DatabaseText(barcode), source, DatabaseText(sku), DatabaseText(size_id))
}

pub(super) struct BarcodeChanges {
    /// The uses of its new and changed listings.
    pub uses: Sorter<BarcodeUse>,
    /// The rows of the table that no longer hold.
    pub outdated: Sorter<StaleBarcode>,
}

/// Hands out every use in the order of barcodes.
pub(super) fn each(
    conn: &mut Conn,
    baseline: &Baseline,
    changes: BarcodeChanges,
    on_use: &mut dyn FnMut(BarcodeUse) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let [ozon, wildberries] = Source::ALL.map(|source| since(conn, source, baseline));
    let (ozon, wildberries) = (ozon?, wildberries?);
    let stored = conn.exec_iter(STORED, (wildberries, ozon, wildberries))?;
    let mut stored = SortedStream::new(stored.map(|row| read(row?)));
    let mut outdated = SortedStream::new(changes.outdated.finish()?);
    let mut keep =
        |it: BarcodeUse, on_use: &mut dyn FnMut(BarcodeUse) -> Result<(), StoreError>| {
            outdated.advance_to(|row| row.sort_key().cmp(&it.sort_key()), |_| Ok(()))?;
            let known_better = outdated.next_if(|row| row.sort_key() == it.sort_key())?;
            if known_better.is_some() { Ok(()) } else { on_use(it) }
        };
    for new in changes.uses.finish()? {
        let new = new?;
        stored.advance_to(|it| it.sort_key().cmp(&new.sort_key()), |it| keep(it, on_use))?;
        on_use(new)?;
    }
    stored.advance_to(|_| Ordering::Less, |it| keep(it, on_use))
}

/// From which day on a listing must have been seen. What Ozon's own pull does not hold is among the
/// outdated rows, and all else it holds, whatever the table says of an earlier day.
fn since(conn: &mut Conn, source: Source, baseline: &Baseline) -> Result<NaiveDate, StoreError> {
    const EARLIEST: Option<NaiveDate> = NaiveDate::from_ymd_opt(1000, 1, 1);
    let earliest = EARLIEST.unwrap_or(NaiveDate::MIN);
    let newest = match source {
        Source::Ozon if source == baseline.source => None,
        _ if source == baseline.source => Some(baseline.last_day()),
        _ => newest_day(conn, source)?,
    };
    Ok(newest.map_or(earliest, |newest| counts_since(source, newest)))
}

fn read(row: Row) -> Result<BarcodeUse, StoreError> {
    let (barcode, wildberries, sku, size_id, chrt_id, product_id, set_by_hand, lost) =
        read_row(row)?;
    let (sku, size_id, chrt_id): (String, String, Option<String>) = (sku, size_id, chrt_id);
    let source = if wildberries { Source::Wildberries } else { Source::Ozon };
    let item = TradeItem::new(source, &sku, &size_id, chrt_id.as_deref());
    Ok(BarcodeUse {
        barcode,
        item,
        size_id,
        product_id: Some(product_id),
        set_by_hand,
        number: None,
        lost,
    })
}
