//! The pull beside the known listings, listing by listing: what is new, what lacks something, what
//! has changed, what is no longer there. Decides nothing about products.

use std::cmp::Ordering;

use chrono::NaiveDate;
use mysql::prelude::Queryable;
use mysql::{Conn, Row};

use super::barcodes;
use crate::inventory::Source;
use crate::staging::sorted_stream::SortedStream;
use crate::staging::{Snapshot, Spool, SpoolWriter, StagedRow, listing_order};
use crate::store::database::error::StoreError;
use crate::store::database::rows::read_row;
use crate::store::plan_rows::{ListingKey, PlannedListing, Rebarcoded};
use crate::store::snapshot::TargetRow;

const KNOWN: &str = "
    SELECT sku, size_id, product_id, barcode IS NULL, seller_article IS NULL, name IS NULL, size_name IS NULL,
           last_seen_on IS NOT NULL, barcodes_hash, set_by_hand, cards_asked_on IS NULL OR cards_asked_on < ?
    FROM product_listings
    WHERE source = ?
    ORDER BY sku, size_id";

pub(crate) struct ListingChanges {
    /// The rows of the snapshot with their products, where these are known.
    pub targets: Spool<TargetRow>,
    /// Listings that are not known yet.
    pub new: Spool<PlannedListing>,
    /// Known listings that lack something which the pull knows.
    pub lacking: Spool<PlannedListing>,
    /// Known listings of Wildberries without a name or a barcode, unless all cards have been read
    /// today.
    pub nameless: Spool<PlannedListing>,
    /// Known listings of Ozon, of which the pull names other barcodes than before.
    pub rebarcoded: Spool<Rebarcoded>,
    /// Known listings that the pull does not hold.
    pub gone: Spool<ListingKey>,
    /// Those of them that the newest snapshot holds.
    pub vanished: Spool<ListingKey>,
    /// Known listings of the pull that the newest snapshot does not hold.
    pub returned: Spool<ListingKey>,
}

pub(crate) fn compare(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    snapshot: &Snapshot,
) -> Result<ListingChanges, StoreError> {
    let known = conn.exec_iter(KNOWN, (day, source.as_str()))?;
    compare_with(source, snapshot, known.map(|row| KnownListing::read(row?)))
}

fn compare_with(
    source: Source,
    snapshot: &Snapshot,
    known: impl Iterator<Item = Result<KnownListing, StoreError>>,
) -> Result<ListingChanges, StoreError> {
    let mut diff = ListingDiff::new(source)?;
    let mut known = SortedStream::new(known);
    let mut last: Option<TargetRow> = None;
    for row in snapshot.rows.read() {
        let row = row?;
        let product_id = match &last {
            Some(last) if listing_order(last.key(), row.key()).is_eq() => last.product_id,
            _ => {
                known.advance_to(|known| known.order(&row), |known| diff.missing(known))?;
                let found = known.next_if(|known| known.order(&row).is_eq())?;
                diff.matched(&row, found)?
            }
        };
        let target = TargetRow::new(row, product_id);
        diff.targets.push(&target)?;
        last = Some(target);
    }
    known.advance_to(|_| Ordering::Less, |known| diff.missing(known))?;
    diff.finish()
}

struct ListingDiff {
    source: Source,
    targets: SpoolWriter<TargetRow>,
    new: SpoolWriter<PlannedListing>,
    lacking: SpoolWriter<PlannedListing>,
    nameless: SpoolWriter<PlannedListing>,
    rebarcoded: SpoolWriter<Rebarcoded>,
    gone: SpoolWriter<ListingKey>,
    vanished: SpoolWriter<ListingKey>,
    returned: SpoolWriter<ListingKey>,
}

impl ListingDiff {
    fn new(source: Source) -> Result<Self, StoreError> {
        Ok(Self {
            source,
            targets: SpoolWriter::new()?,
            new: SpoolWriter::new()?,
            lacking: SpoolWriter::new()?,
            nameless: SpoolWriter::new()?,
            rebarcoded: SpoolWriter::new()?,
            gone: SpoolWriter::new()?,
            vanished: SpoolWriter::new()?,
            returned: SpoolWriter::new()?,
        })
    }

    /// A listing of the pull, and what is known of it. Returns its product.
    fn matched(
        &mut self,
        row: &StagedRow,
        known: Option<KnownListing>,
    ) -> Result<Option<i64>, StoreError> {
        let Some(known) = known else {
            self.new.push(&PlannedListing::new(row, None))?;
            return Ok(None);
        };
        let product_id = Some(known.product_id);
        if known.is_gone {
            self.returned.push(&ListingKey::of(row))?;
        }
        if known.lacks_something_of(row) {
            self.lacking.push(&PlannedListing::new(row, product_id))?;
        }
        match self.source {
            Source::Ozon if known.has_other_barcodes_than(row) => {
                let listing = PlannedListing::new(row, product_id);
                let set_by_hand = known.set_by_hand;
                self.rebarcoded.push(&Rebarcoded { listing, set_by_hand })?;
            }
            Source::Wildberries
                if known.may_be_asked && (known.lacks_name || known.lacks_barcode) =>
            {
                self.nameless.push(&PlannedListing::new(row, product_id))?;
            }
            Source::Ozon | Source::Wildberries => {}
        }
        Ok(product_id)
    }

    /// A known listing that the pull does not hold.
    fn missing(&mut self, known: KnownListing) -> Result<(), StoreError> {
        let KnownListing { sku, size_id, is_gone, .. } = known;
        let key = ListingKey { sku, size_id };
        if !is_gone {
            self.vanished.push(&key)?;
        }
        Ok(self.gone.push(&key)?)
    }

    fn finish(self) -> Result<ListingChanges, StoreError> {
        Ok(ListingChanges {
            targets: self.targets.finish()?,
            new: self.new.finish()?,
            lacking: self.lacking.finish()?,
            nameless: self.nameless.finish()?,
            rebarcoded: self.rebarcoded.finish()?,
            gone: self.gone.finish()?,
            vanished: self.vanished.finish()?,
            returned: self.returned.finish()?,
        })
    }
}

struct KnownListing {
    sku: String,
    size_id: String,
    product_id: i64,
    lacks_barcode: bool,
    lacks_article: bool,
    lacks_name: bool,
    lacks_size_name: bool,
    is_gone: bool,
    barcodes_hash: Option<i64>,
    set_by_hand: bool,
    /// Whether the cards have not been read to their end today.
    may_be_asked: bool,
}

impl KnownListing {
    // A tuple, for a derived FromRow would look up each column by its name, in every row.
    fn read(row: Row) -> Result<Self, StoreError> {
        let (
            sku,
            size_id,
            product_id,
            lacks_barcode,
            lacks_article,
            lacks_name,
            lacks_size_name,
            is_gone,
            barcodes_hash,
            set_by_hand,
            may_be_asked,
        ) = read_row(row)?;
        Ok(Self {
            sku,
            size_id,
            product_id,
            lacks_barcode,
            lacks_article,
            lacks_name,
            lacks_size_name,
            is_gone,
            barcodes_hash,
            set_by_hand,
            may_be_asked,
        })
    }

    fn order(&self, row: &StagedRow) -> Ordering {
        listing_order((&self.sku, &self.size_id), row.key())
    }

    /// A pull that does not tell barcodes has taken none away.
    fn has_other_barcodes_than(&self, row: &StagedRow) -> bool {
        row.barcodes.as_ref().is_some_and(|named| self.barcodes_hash != barcodes::hash(named))
    }

    fn lacks_something_of(&self, row: &StagedRow) -> bool {
        (self.lacks_barcode && row.barcodes.as_ref().is_some_and(|named| !named.is_empty()))
            || (self.lacks_article && row.seller_article.is_some())
            || (self.lacks_name && row.name.is_some())
            || (self.lacks_size_name && row.size_name.is_some())
    }
}
