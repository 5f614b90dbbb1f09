//! From barcodes to clusters: which item on Ozon is which item on Wildberries, and which listings
//! belong to either.
//! Everything goes through sorters, so memory does not grow with the catalogue.

use serde::{Deserialize, Serialize};

use super::barcode_claims::BarcodeUse;
use super::rules::{Carriers, TradeItem, TradeItemKey, only_partner, partners};
use crate::inventory::Source;
use crate::staging::sorted_stream::SortedStream;
use crate::staging::{Sortable, Sorter, Spool, SpoolWriter};
use crate::store::database::error::StoreError;

/// A barcode says that two items are one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Edge {
    ozon: TradeItem,
    wildberries: TradeItem,
    /// Whether Wildberries' item has no other partner.
    confirmed: bool,
}

#[derive(Serialize, Deserialize)]
struct ByWildberries(Edge);

#[derive(Serialize, Deserialize)]
struct ByOzon(Edge);

impl Sortable for ByWildberries {
    type SortKey<'a> = (TradeItemKey<'a>, TradeItemKey<'a>);

    fn sort_key(&self) -> Self::SortKey<'_> {
        (self.0.wildberries.sort_key(), self.0.ozon.sort_key())
    }
}

impl Sortable for ByOzon {
    type SortKey<'a> = (TradeItemKey<'a>, TradeItemKey<'a>);

    fn sort_key(&self) -> Self::SortKey<'_> {
        (self.0.ozon.sort_key(), self.0.wildberries.sort_key())
    }
}

/// What a listing is to a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Role {
    /// It is a listing of the cluster's.
    Present,
    /// It is one of the pair's too, and lost a barcode to others.
    Lost {
        /// Whether its product is the other marketplace's item's by which it came there.
        left_behind: bool,
    },
    /// It lost a barcode which this item on Ozon has now; the loss counts only if that is the
    /// partner. `None`: it lost one which an item of the cluster has or had, so it may share the
    /// product only as long as that has no partner.
    Former(Option<TradeItem>),
}

/// A listing of an item; also one that once carried the barcode by which the item has its partner.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ClusterMember {
    /// What the listing belongs to, or has to make room for: Wildberries' item of a pair, else the
    /// item itself.
    pub cluster: TradeItem,
    /// Whether the cluster is a pair.
    pub paired: bool,
    /// What the listing is to it.
    pub role: Role,
    pub listing: BarcodeUse,
}

impl Sortable for ClusterMember {
    type SortKey<'a> = (TradeItemKey<'a>, u8, TradeItemKey<'a>, &'a str);

    fn sort_key(&self) -> Self::SortKey<'_> {
        let Self { cluster, role, listing, .. } = self;
        let role = match role {
            Role::Present => 0,
            Role::Lost { .. } => 1,
            Role::Former(_) => 2,
        };
        (cluster.sort_key(), role, listing.item.sort_key(), &listing.size_id)
    }
}

/// Why a listing is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Reason {
    Carries,
    Lost {
        left_behind: bool,
        /// The pair that has the barcode now.
        to: Option<(TradeItem, TradeItem)>,
    },
    /// It has or had a barcode that this listing of the other marketplace lost, and has the same
    /// product.
    Beside(BarcodeUse),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ByItem {
    listing: BarcodeUse,
    reason: Reason,
}

impl Sortable for ByItem {
    type SortKey<'a> = (TradeItemKey<'a>, &'a str);

    fn sort_key(&self) -> Self::SortKey<'_> {
        (self.listing.item.sort_key(), &self.listing.size_id)
    }
}

/// Takes barcodes' uses in the order of barcodes.
#[derive(Default)]
pub(super) struct Pairing {
    barcode: String,
    ozon: Carriers,
    wildberries: Carriers,
    former: Vec<BarcodeUse>,
    carriers: Vec<BarcodeUse>,
    edges: Sorter<ByWildberries>,
    listings: Sorter<ByItem>,
}

/// Listings that carry, or lost, the same barcode; more than this is a placeholder, or was one that
/// somebody cleaned up.
const MOST: usize = 20;

impl Pairing {
    pub(super) fn push(&mut self, listing: BarcodeUse) -> Result<(), StoreError> {
        if listing.barcode != self.barcode {
            self.end_barcode()?;
            self.barcode.clone_from(&listing.barcode);
        }
        if listing.lost {
            if self.former.len() < MOST {
                self.former.push(listing);
            }
            return Ok(());
        }
        let side = match listing.item.source {
            Source::Ozon => &mut self.ozon,
            Source::Wildberries => &mut self.wildberries,
        };
        *side = std::mem::take(side).and(&listing.item);
        let by_item = ByItem { listing, reason: Reason::Carries };
        self.listings.push(&by_item)?;
        if self.carriers.len() < MOST {
            self.carriers.push(by_item.listing);
        }
        Ok(())
    }

    fn end_barcode(&mut self) -> Result<(), StoreError> {
        let pair = partners(std::mem::take(&mut self.ozon), std::mem::take(&mut self.wildberries));
        let former = std::mem::take(&mut self.former);
        let carriers = std::mem::take(&mut self.carriers);
        for listing in what_was_lost(&former, &carriers, pair.as_ref()) {
            self.listings.push(&listing)?;
        }
        let Some((ozon, wildberries)) = pair else { return Ok(()) };
        Ok(self.edges.push(&ByWildberries(Edge { ozon, wildberries, confirmed: false }))?)
    }

    /// The listings of every item, together with those of its partner, and then those that lost a
    /// barcode to them.
    ///
    /// Four sorted streams, each in the order that the next one needs:
    ///
    /// | pass | goes through                                 | beside                        | and leaves                    |
    /// | ---- | -------------------------------------------- | ----------------------------- | ----------------------------- |
    /// | 1    | edges by Wildberries' item, then by Ozon's   |                               | pairs, by Ozon's item         |
    /// | 2    | Ozon's listings, by item                     | those pairs                   | members; pairs by Wildberries'|
    /// | 3    | Wildberries' listings, by item               | those pairs                   | members                       |
    /// | 4    | members, by cluster                          |                               | whole clusters                |
    pub(super) fn finish(
        mut self,
    ) -> Result<impl Iterator<Item = std::io::Result<ClusterMember>>, StoreError> {
        self.end_barcode()?;
        let pairs = confirmed_pairs(self.edges)?;
        let mut members = Sorter::default();
        let (pairs, wildberries) = cluster_ozon(&pairs, self.listings, &mut members)?;
        cluster_wildberries(pairs, &wildberries, &mut members)?;
        Ok(members.finish()?)
    }
}

/// What a barcode that some listings lost means for them, and for those beside them at their
/// product.
fn what_was_lost(
    former: &[BarcodeUse],
    carriers: &[BarcodeUse],
    pair: Option<&(TradeItem, TradeItem)>,
) -> Vec<ByItem> {
    let mut found = Vec::new();
    for lost in former {
        let all = carriers.iter().chain(former);
        let beside: Vec<_> = all.filter(|other| same_product(lost, other)).collect();
        // If both have lost it, it is the article that goes.
        let left_behind = match lost.item.source {
            Source::Ozon => !beside.is_empty(),
            Source::Wildberries => carriers.iter().any(|other| same_product(lost, other)),
        };
        let to = pair.filter(|(ozon, wb)| lost.item != *ozon && lost.item != *wb).cloned();
        let counts = to.is_some() || !beside.is_empty();
        found.extend(
            beside.into_iter().map(|other| ByItem {
                listing: other.clone(),
                reason: Reason::Beside(lost.clone()),
            }),
        );
        if counts {
            let reason = Reason::Lost { left_behind, to };
            found.push(ByItem { listing: lost.clone(), reason });
        }
    }
    found
}

/// Whether two listings of either marketplace have the same product, and no person has a say in it.
fn same_product(one: &BarcodeUse, other: &BarcodeUse) -> bool {
    one.item.source != other.item.source
        && one.product_id.is_some()
        && one.product_id == other.product_id
        && !one.set_by_hand
        && !other.set_by_hand
}

/// Pass 1: the edges of items that have one partner only, seen from either side; by Ozon's item,
/// each once.
fn confirmed_pairs(edges: Sorter<ByWildberries>) -> Result<Spool<Edge>, StoreError> {
    let mut by_ozon: Sorter<ByOzon> = Sorter::default();
    let edges = edges.finish()?.map(|edge| Ok(edge?.0));
    each_group(
        edges,
        |a, b| a.wildberries == b.wildberries,
        |group| {
            let partners: Vec<_> = group.iter().map(|edge| &edge.ozon).collect();
            let confirmed = only_partner(&partners).is_some();
            for edge in group {
                by_ozon.push(&ByOzon(Edge { confirmed, ..edge }))?;
            }
            Ok(())
        },
    )?;
    let mut pairs = SpoolWriter::new()?;
    let edges = by_ozon.finish()?.map(|edge| Ok(edge?.0));
    each_group(
        edges,
        |a, b| a.ozon == b.ozon,
        |group| {
            let partners: Vec<_> = group.iter().map(|edge| &edge.wildberries).collect();
            if only_partner(&partners).is_some()
                && let Some(edge) = group.into_iter().next()
                && edge.confirmed
            {
                pairs.push(&edge)?;
            }
            Ok(())
        },
    )?;
    Ok(pairs.finish()?)
}

/// Hands out what belongs together; of a group the first two different edges are enough, the rest
/// is passed over.
fn each_group(
    edges: impl Iterator<Item = Result<Edge, StoreError>>,
    same: impl Fn(&Edge, &Edge) -> bool,
    mut on_group: impl FnMut(Vec<Edge>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut group: Vec<Edge> = Vec::new();
    for edge in edges {
        let edge = edge?;
        if group.first().is_some_and(|first| !same(first, &edge)) {
            on_group(std::mem::take(&mut group))?;
        }
        if group.last() != Some(&edge) {
            group.push(edge);
        }
    }
    if group.is_empty() { Ok(()) } else { on_group(group) }
}

/// Pass 2: Ozon's listings, which come first in the order of items, get the cluster of their pair.
/// Leaves the pairs for the next pass, and Wildberries' listings.
fn cluster_ozon(
    pairs: &Spool<Edge>,
    listings: Sorter<ByItem>,
    members: &mut Sorter<ClusterMember>,
) -> Result<(Sorter<ByWildberries>, Spool<ByItem>), StoreError> {
    let mut pairs = SortedStream::new(pairs.read());
    let mut by_wildberries: Sorter<ByWildberries> = Sorter::default();
    let mut wildberries = SpoolWriter::new()?;
    let mut last: Option<(TradeItem, Option<TradeItem>)> = None;
    for listing in listings.finish()? {
        let listing = listing?;
        let item = &listing.listing.item;
        if item.source == Source::Wildberries {
            wildberries.push(&listing)?;
            continue;
        }
        let partner = match &last {
            Some((last, partner)) if last == item => partner.clone(),
            _ => {
                pairs.advance_to(|edge| edge.ozon.order(item), |_| Ok(()))?;
                let edge = pairs.next_if(|edge| edge.ozon == *item)?;
                let partner = edge.as_ref().map(|edge| edge.wildberries.clone());
                edge.map_or(Ok(()), |edge| by_wildberries.push(&ByWildberries(edge)))?;
                partner
            }
        };
        last = Some((item.clone(), partner.clone()));
        let (paired, cluster) = (partner.is_some(), partner.unwrap_or_else(|| item.clone()));
        assign_cluster(members, cluster, paired, listing)?;
    }
    Ok((by_wildberries, wildberries.finish()?))
}

/// Pass 3: each of Wildberries' items is its own cluster; the pairs say whether somebody of Ozon's
/// is in it.
fn cluster_wildberries(
    pairs: Sorter<ByWildberries>,
    listings: &Spool<ByItem>,
    members: &mut Sorter<ClusterMember>,
) -> Result<(), StoreError> {
    let mut pairs = SortedStream::new(pairs.finish()?.map(|edge| edge.map(|it| it.0)));
    let mut last: Option<(TradeItem, bool)> = None;
    for listing in listings.read() {
        let listing = listing?;
        let item = &listing.listing.item;
        let paired = match &last {
            Some((last, paired)) if last == item => *paired,
            _ => {
                pairs.advance_to(|edge| edge.wildberries.order(item), |_| Ok(()))?;
                pairs.next_if(|edge| edge.wildberries == *item)?.is_some()
            }
        };
        last = Some((item.clone(), paired));
        assign_cluster(members, item.clone(), paired, listing)?;
    }
    Ok(())
}

/// A listing that lost a barcode may have to make room for others; but its own pair decides first.
fn assign_cluster(
    members: &mut Sorter<ClusterMember>,
    cluster: TradeItem,
    paired: bool,
    listing: ByItem,
) -> Result<(), StoreError> {
    let ByItem { listing, reason } = listing;
    match reason {
        Reason::Carries => {
            members.push(&ClusterMember { cluster, paired, role: Role::Present, listing })?;
        }
        Reason::Lost { left_behind, to } => {
            if paired {
                let (role, listing) = (Role::Lost { left_behind }, listing.clone());
                members.push(&ClusterMember { cluster, paired, role, listing })?;
            }
            if let Some((ozon, cluster)) = to {
                let role = Role::Former(Some(ozon));
                members.push(&ClusterMember { cluster, paired: true, role, listing })?;
            }
        }
        Reason::Beside(listing) if paired => {
            members.push(&ClusterMember { cluster, paired, role: Role::Former(None), listing })?;
        }
        Reason::Beside(_) => {}
    }
    Ok(())
}
