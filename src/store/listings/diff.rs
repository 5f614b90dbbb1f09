//! The pull beside the known listings, listing by listing: what is new, what lacks something, what has changed, what is
//! no longer there. Decides nothing about products.

use std::cmp::Ordering;

use mysql::Row;

use super::barcodes;
use crate::inventory::Source;
use crate::staging::{Spool, SpoolWriter, StagedRow, listing_order};
use crate::store::database::error::StoreError;
use crate::store::database::rows::read_row;
use crate::store::plan_rows::{ListingKey, PlannedListing, Rebarcoded};
use crate::store::snapshot::TargetRow;

/// What has been met so far.
pub struct Walk {
    source: Source,
    /// The rows of the snapshot with their products.
    pub targets: SpoolWriter<TargetRow>,
    new: SpoolWriter<PlannedListing>,
    lacking: SpoolWriter<PlannedListing>,
    nameless: SpoolWriter<PlannedListing>,
    rebarcoded: SpoolWriter<Rebarcoded>,
    gone: SpoolWriter<ListingKey>,
    vanished: SpoolWriter<ListingKey>,
    returned: SpoolWriter<ListingKey>,
}

/// What was met.
pub struct Walked {
    /// The rows of the snapshot with their products, where these are known.
    pub targets: Spool<TargetRow>,
    /// Listings that are not known yet.
    pub new: Spool<PlannedListing>,
    /// Known listings that lack something which the pull knows.
    pub lacking: Spool<PlannedListing>,
    /// Known listings of Wildberries without a name or a barcode, unless all cards have been read today.
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

impl Walk {
    /// At the beginning.
    pub fn new(source: Source) -> Result<Self, StoreError> {
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
    pub fn meet(
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
    pub fn pass(&mut self, known: KnownListing) -> Result<(), StoreError> {
        let KnownListing { sku, size_id, is_gone, .. } = known;
        let key = ListingKey { sku, size_id };
        if !is_gone {
            self.vanished.push(&key)?;
        }
        Ok(self.gone.push(&key)?)
    }

    /// At the end.
    pub fn finish(self) -> Result<Walked, StoreError> {
        Ok(Walked {
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

/// A row of `product_listings`.
pub struct KnownListing {
    sku: String,
    size_id: String,
    product_id: i64,
    lacks_barcode: bool,
    lacks_article: bool,
    lacks_name: bool,
    is_gone: bool,
    barcodes_hash: Option<i64>,
    set_by_hand: bool,
    /// Whether the cards have not been read to their end today.
    may_be_asked: bool,
}

impl KnownListing {
    /// Reads it.
    pub fn read(row: Row) -> Result<Self, StoreError> {
        let (
            sku,
            size_id,
            product_id,
            lacks_barcode,
            lacks_article,
            lacks_name,
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
            is_gone,
            barcodes_hash,
            set_by_hand,
            may_be_asked,
        })
    }

    /// Its place beside a row of the pull.
    pub fn order(&self, row: &StagedRow) -> Ordering {
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
    }
}
