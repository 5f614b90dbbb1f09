//! From claims to pairs: which thing on Ozon is which thing on Wildberries, and which listings belong to either.
//! Everything goes through sorters, so memory does not grow with the catalogue.

use serde::{Deserialize, Serialize};

use super::barcode_claims::BarcodeUse;
use super::rules::{Claimants, Thing, ThingKey, only_partner, partners};
use crate::staging::sorted_stream::SortedStream;
use crate::staging::{Sortable, Sorter, Spool, SpoolWriter};
use crate::store::database::error::StoreError;

/// A barcode says that two things are one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Edge {
    ozon: Thing,
    wildberries: Thing,
    /// Whether Wildberries' thing has no other partner.
    believed: bool,
}

#[derive(Serialize, Deserialize)]
struct ByWildberries(Edge);

#[derive(Serialize, Deserialize)]
struct ByOzon(Edge);

impl Sortable for ByWildberries {
    type SortKey<'a> = (ThingKey<'a>, ThingKey<'a>);

    fn sort_key(&self) -> Self::SortKey<'_> {
        (self.0.wildberries.sort_key(), self.0.ozon.sort_key())
    }
}

impl Sortable for ByOzon {
    type SortKey<'a> = (ThingKey<'a>, ThingKey<'a>);

    fn sort_key(&self) -> Self::SortKey<'_> {
        (self.0.ozon.sort_key(), self.0.wildberries.sort_key())
    }
}

/// What a listing is to a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Part {
    /// It is a listing of the cluster's.
    Present,
    /// It is one of the pair's too, and lost a barcode to others.
    Lost {
        /// Whether its product is the other marketplace's thing's by which it came there.
        left_behind: bool,
    },
    /// It lost a barcode which this thing on Ozon has now; the loss counts only if that is the partner. `None`: it lost one
    /// which a thing of the cluster has or had, so it may share the product only as long as that has no partner.
    Former(Option<Thing>),
}

/// A listing of a thing; also one that once carried the barcode by which the thing has its partner.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// What the listing belongs to, or has to make room for: Wildberries' thing of a pair, else the thing itself.
    pub cluster: Thing,
    /// Whether the cluster is a pair.
    pub paired: bool,
    /// What the listing is to it.
    pub part: Part,
    /// The listing, by any of its barcodes.
    pub claim: BarcodeUse,
}

impl Sortable for Member {
    type SortKey<'a> = (ThingKey<'a>, u8, ThingKey<'a>, &'a str);

    fn sort_key(&self) -> Self::SortKey<'_> {
        let Self { cluster, part, claim, .. } = self;
        let part = match part {
            Part::Present => 0,
            Part::Lost { .. } => 1,
            Part::Former(_) => 2,
        };
        (cluster.sort_key(), part, claim.thing.sort_key(), &claim.size_id)
    }
}

/// Why a listing is looked at.
#[derive(Serialize, Deserialize)]
enum Reason {
    /// It carries a barcode.
    Carries,
    /// It lost one.
    Lost {
        /// As in [`Part::Lost`].
        left_behind: bool,
        /// The pair that has the barcode now.
        to: Option<(Thing, Thing)>,
    },
    /// It has or had a barcode that this listing of the other marketplace lost, and has the same product.
    Beside(BarcodeUse),
}

#[derive(Serialize, Deserialize)]
struct ByThing {
    claim: BarcodeUse,
    reason: Reason,
}

impl Sortable for ByThing {
    type SortKey<'a> = (ThingKey<'a>, &'a str);

    fn sort_key(&self) -> Self::SortKey<'_> {
        (self.claim.thing.sort_key(), &self.claim.size_id)
    }
}

/// Takes claims in the order of barcodes.
#[derive(Default)]
pub struct Pairing {
    barcode: String,
    ozon: Claimants,
    wildberries: Claimants,
    former: Vec<BarcodeUse>,
    carriers: Vec<BarcodeUse>,
    edges: Sorter<ByWildberries>,
    listings: Sorter<ByThing>,
}

/// Listings that carry, or lost, the same barcode; more than this is a placeholder, or was one that somebody cleaned up.
const MOST: usize = 20;

impl Pairing {
    /// The next claim.
    pub fn push(&mut self, claim: BarcodeUse) -> Result<(), StoreError> {
        if claim.barcode != self.barcode {
            self.end_barcode()?;
            self.barcode.clone_from(&claim.barcode);
        }
        if claim.lost {
            if self.former.len() < MOST {
                self.former.push(claim);
            }
            return Ok(());
        }
        let side = if claim.thing.wildberries { &mut self.wildberries } else { &mut self.ozon };
        *side = std::mem::take(side).and(&claim.thing);
        let listing = ByThing { claim, reason: Reason::Carries };
        self.listings.push(&listing)?;
        if self.carriers.len() < MOST {
            self.carriers.push(listing.claim);
        }
        Ok(())
    }

    fn end_barcode(&mut self) -> Result<(), StoreError> {
        let former = std::mem::take(&mut self.former);
        let carriers = std::mem::take(&mut self.carriers);
        let found = partners(std::mem::take(&mut self.ozon), std::mem::take(&mut self.wildberries));
        for claim in &former {
            let mut beside = 0;
            for other in carriers.iter().chain(&former).filter(|other| share(claim, other)) {
                let (other, reason) = (other.clone(), Reason::Beside(claim.clone()));
                self.listings.push(&ByThing { claim: other, reason })?;
                beside += 1;
            }
            // If both have lost it, it is the article that goes.
            let left_behind = if claim.thing.wildberries {
                carriers.iter().any(|other| share(claim, other))
            } else {
                beside > 0
            };
            let to = found.clone();
            let to = to.filter(|(ozon, wb)| claim.thing != *ozon && claim.thing != *wb);
            if beside > 0 || to.is_some() {
                let (claim, reason) = (claim.clone(), Reason::Lost { left_behind, to });
                self.listings.push(&ByThing { claim, reason })?;
            }
        }
        let Some((ozon, wildberries)) = found else { return Ok(()) };
        Ok(self.edges.push(&ByWildberries(Edge { ozon, wildberries, believed: false }))?)
    }

    /// The listings of every thing, together with those of its partner, and then those that lost a barcode to them.
    pub fn finish(mut self) -> Result<impl Iterator<Item = std::io::Result<Member>>, StoreError> {
        self.end_barcode()?;
        let edges = believe(self.edges)?;
        let mut by_ozon = SortedStream::new(edges.read());
        let mut by_wildberries: Sorter<ByWildberries> = Sorter::default();
        let mut members = Sorter::default();
        let mut pending: Option<Thing> = None;
        let mut wildberries = SpoolWriter::new()?;
        let mut partner: Option<Thing> = None;
        // Ozon's things come first in the order of things.
        for listing in self.listings.finish()? {
            let listing = listing?;
            if listing.claim.thing.wildberries {
                wildberries.push(&listing)?;
                continue;
            }
            let claim = &listing.claim;
            if pending.as_ref() != Some(&claim.thing) {
                by_ozon.advance_to(|edge: &Edge| edge.ozon.order(&claim.thing), |_| Ok(()))?;
                let edge = by_ozon.next_if(|edge| edge.ozon == claim.thing)?;
                partner = edge.as_ref().map(|edge| edge.wildberries.clone());
                if let Some(edge) = edge {
                    by_wildberries.push(&ByWildberries(edge))?;
                }
                pending = Some(claim.thing.clone());
            }
            let paired = partner.is_some();
            let cluster = partner.clone().unwrap_or_else(|| claim.thing.clone());
            seat(&mut members, cluster, paired, listing)?;
        }
        let mut pairs = SortedStream::new(by_wildberries.finish()?.map(|edge| edge.map(|it| it.0)));
        let mut last: Option<(Thing, bool)> = None;
        for listing in wildberries.finish()?.read() {
            let listing = listing?;
            let claim = &listing.claim;
            let paired = match &last {
                Some((thing, paired)) if *thing == claim.thing => *paired,
                _ => {
                    pairs.advance_to(|edge| edge.wildberries.order(&claim.thing), |_| Ok(()))?;
                    pairs.next_if(|edge| edge.wildberries == claim.thing)?.is_some()
                }
            };
            last = Some((claim.thing.clone(), paired));
            let cluster = claim.thing.clone();
            seat(&mut members, cluster, paired, listing)?;
        }
        Ok(members.finish()?)
    }
}

/// Whether two listings of either marketplace have the same product, and no person has a say in it.
fn share(one: &BarcodeUse, other: &BarcodeUse) -> bool {
    one.thing.wildberries != other.thing.wildberries
        && one.product_id.is_some()
        && one.product_id == other.product_id
        && !one.set_by_hand
        && !other.set_by_hand
}

/// A listing that lost a barcode may have to make room for others; but its own pair decides first.
fn seat(
    members: &mut Sorter<Member>,
    cluster: Thing,
    paired: bool,
    listing: ByThing,
) -> Result<(), StoreError> {
    let ByThing { claim, reason } = listing;
    match reason {
        Reason::Carries => {
            members.push(&Member { cluster, paired, part: Part::Present, claim })?;
        }
        Reason::Lost { left_behind, to } => {
            if paired {
                let (part, claim) = (Part::Lost { left_behind }, claim.clone());
                members.push(&Member { cluster, paired, part, claim })?;
            }
            if let Some((ozon, cluster)) = to {
                let part = Part::Former(Some(ozon));
                members.push(&Member { cluster, paired: true, part, claim })?;
            }
        }
        Reason::Beside(claim) if paired => {
            members.push(&Member { cluster, paired, part: Part::Former(None), claim })?;
        }
        Reason::Beside(_) => {}
    }
    Ok(())
}

/// The edges of things that have one partner only, seen from either side; by Ozon's thing, each once.
fn believe(edges: Sorter<ByWildberries>) -> Result<Spool<Edge>, StoreError> {
    let mut by_ozon: Sorter<ByOzon> = Sorter::default();
    let edges = edges.finish()?.map(|edge| Ok(edge?.0));
    each_group(
        edges,
        |a, b| a.wildberries == b.wildberries,
        |group| {
            let believed =
                only_partner(&group.iter().map(|edge| &edge.ozon).collect::<Vec<_>>()).is_some();
            for edge in group {
                by_ozon.push(&ByOzon(Edge { believed, ..edge }))?;
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
                && edge.believed
            {
                pairs.push(&edge)?;
            }
            Ok(())
        },
    )?;
    Ok(pairs.finish()?)
}

/// Hands out what belongs together; of a group the first two different edges are enough, the rest is passed over.
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
