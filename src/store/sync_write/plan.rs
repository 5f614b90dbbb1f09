//! All that a write has to change, found out by reading only, in the transaction that will write
//! it.

use mysql::Conn;

use super::order::Order;
use crate::inventory::Source;
use crate::run::Changes;
use crate::store::database::error::StoreError;
use crate::store::listings::diff::{self, ListingChanges};
use crate::store::listings::{ListingPlan, updates};
use crate::store::matching::{self, Links, News, counts_since};
use crate::store::newest::Baseline;
use crate::store::snapshot::{self, SnapshotPlan};

pub(super) enum Prepared {
    Ready(Box<Plan>),
    /// Of so many listings only Wildberries' cards can tell the name or a barcode, and the order
    /// says that they are not read yet.
    CardsNeeded(u64),
}

pub(super) struct Plan {
    pub listings: ListingPlan,
    pub links: Links,
    pub snapshot: SnapshotPlan,
}

pub(super) fn prepare(
    conn: &mut Conn,
    order: &Order<'_>,
    baseline: &Baseline,
) -> Result<Prepared, StoreError> {
    let Baseline { source, day, .. } = *baseline;
    let met = diff::compare(conn, source, day, order.snapshot)?;
    let ListingChanges { targets, new, lacking, nameless, rebarcoded, gone, vanished, returned } =
        met;
    let (new, updates) = match source {
        Source::Ozon => (new, updates::barcode_changes(conn, source, &rebarcoded)?),
        Source::Wildberries => {
            let (new, of_new) = updates::fill_from_cards(conn, &new)?;
            let without_card = of_new + updates::count_incomplete(conn, &nameless)?;
            if order.cards.is_none() && without_card > 0 {
                return Ok(Prepared::CardsNeeded(without_card));
            }
            let updates = updates::updates_from_cards(conn, counts_since(source, day), &new)?;
            (new, updates)
        }
    };
    let news =
        News { new, updates: &updates, gone: &gone, vanished: &vanished, returned: &returned };
    let links = matching::link(conn, baseline, news)?;
    let snapshot = snapshot::diff(conn, baseline, order.full, targets)?;
    let listings =
        ListingPlan { lacking, updates, vanished, returned, last_day: baseline.last_day() };
    Ok(Prepared::Ready(Box::new(Plan { listings, links, snapshot })))
}

impl Plan {
    pub(super) fn rows_to_load(&self) -> u64 {
        let Self { links, snapshot, .. } = self;
        links.new.count()
            + snapshot.inserts.count()
            + snapshot.changes.count()
            + snapshot.removed.count()
    }

    /// Rows that the transaction changes at least: every row of the day is told when it was last
    /// seen.
    pub(super) fn rows_to_touch(&self) -> u64 {
        self.rows_to_load() + self.snapshot.unchanged
    }

    /// What will be different afterwards, but for products that are joined.
    pub(super) fn changes(&self) -> Changes {
        let Self { links, snapshot, .. } = self;
        Changes {
            inserted: snapshot.inserts.count(),
            changed: snapshot.changes.count(),
            removed: snapshot.removed.count() + snapshot.discarded,
            unchanged: snapshot.unchanged,
            products_created: links.products_to_create,
            listings_created: links.new.count(),
            listings_linked: links.linked,
            products_joined: 0,
        }
    }
}
