//! From claims to pairs: which thing on Ozon is which thing on Wildberries, and which listings belong to either.
//! Everything goes through sorters, so memory does not grow with the catalogue.

use serde::{Deserialize, Serialize};

use super::claims::Claim;
use super::rules::{Claimants, Thing, ThingKey, only_partner, partners};
use crate::staging::{Sortable, Sorter, Spool, SpoolWriter};
use crate::store::error::StoreError;
use crate::store::merge::Merge;

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

/// A listing of a thing; also one that once carried the barcode by which the thing has its partner.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// What the listing belongs to, or has to make room for: Wildberries' thing of a pair, else the thing itself.
    pub cluster: Thing,
    /// Whether the cluster is a pair.
    pub paired: bool,
    /// For one that lost a barcode: the thing on Ozon that has it now. The loss counts only if that is the partner.
    pub lost_to: Option<Thing>,
    /// The listing, by any of its barcodes.
    pub claim: Claim,
}

impl Sortable for Member {
    type SortKey<'a> = (ThingKey<'a>, bool, ThingKey<'a>, &'a str);

    fn sort_key(&self) -> Self::SortKey<'_> {
        let Self { cluster, lost_to, claim, .. } = self;
        (cluster.sort_key(), lost_to.is_some(), claim.thing.sort_key(), &claim.size_id)
    }
}

#[derive(Serialize, Deserialize)]
struct ByThing(Claim);

impl Sortable for ByThing {
    type SortKey<'a> = (ThingKey<'a>, &'a str);

    fn sort_key(&self) -> Self::SortKey<'_> {
        (self.0.thing.sort_key(), &self.0.size_id)
    }
}

/// Takes claims in the order of barcodes.
#[derive(Default)]
pub struct Pairing {
    barcode: String,
    ozon: Claimants,
    wildberries: Claimants,
    former: Vec<Claim>,
    edges: Sorter<ByWildberries>,
    listings: Sorter<ByThing>,
    members: Sorter<Member>,
}

/// Listings that lost the same barcode; more than this is a placeholder that somebody cleaned up.
const MOST_FORMER: usize = 20;

impl Pairing {
    /// The next claim.
    pub fn push(&mut self, claim: Claim) -> Result<(), StoreError> {
        if claim.barcode != self.barcode {
            self.end_barcode()?;
            self.barcode.clone_from(&claim.barcode);
        }
        if claim.lost {
            if self.former.len() < MOST_FORMER {
                self.former.push(claim);
            }
            return Ok(());
        }
        let side = if claim.thing.wildberries { &mut self.wildberries } else { &mut self.ozon };
        *side = std::mem::take(side).and(&claim.thing);
        Ok(self.listings.push(&ByThing(claim))?)
    }

    fn end_barcode(&mut self) -> Result<(), StoreError> {
        let former = std::mem::take(&mut self.former);
        let found = partners(std::mem::take(&mut self.ozon), std::mem::take(&mut self.wildberries));
        let Some((ozon, wildberries)) = found else { return Ok(()) };
        for claim in former {
            if claim.thing != ozon && claim.thing != wildberries {
                let cluster = wildberries.clone();
                let lost_to = Some(ozon.clone());
                self.members.push(&Member { cluster, paired: true, lost_to, claim })?;
            }
        }
        Ok(self.edges.push(&ByWildberries(Edge { ozon, wildberries, believed: false }))?)
    }

    /// The listings of every thing, together with those of its partner, and then those that lost a barcode to them.
    pub fn finish(mut self) -> Result<impl Iterator<Item = std::io::Result<Member>>, StoreError> {
        self.end_barcode()?;
        let edges = believe(self.edges)?;
        let mut by_ozon = Merge::new(edges.read().map(|edge| Ok(edge?)));
        let mut by_wildberries: Sorter<ByWildberries> = Sorter::default();
        let mut members = self.members;
        let mut pending: Option<Thing> = None;
        let mut wildberries = SpoolWriter::new()?;
        let mut partner: Option<Thing> = None;
        // Ozon's things come first in the order of things.
        for listing in self.listings.finish()? {
            let ByThing(claim) = listing?;
            if claim.thing.wildberries {
                wildberries.push(&claim)?;
                continue;
            }
            if pending.as_ref() != Some(&claim.thing) {
                by_ozon.pass_until(|edge: &Edge| edge.ozon.order(&claim.thing), |_| Ok(()))?;
                let edge = by_ozon.take_if(|edge| edge.ozon == claim.thing)?;
                partner = edge.as_ref().map(|edge| edge.wildberries.clone());
                if let Some(edge) = edge {
                    by_wildberries.push(&ByWildberries(edge))?;
                }
                pending = Some(claim.thing.clone());
            }
            let paired = partner.is_some();
            let cluster = partner.clone().unwrap_or_else(|| claim.thing.clone());
            members.push(&Member { cluster, paired, lost_to: None, claim })?;
        }
        let mut pairs = Merge::new(by_wildberries.finish()?.map(|edge| Ok(edge?.0)));
        let mut last: Option<(Thing, bool)> = None;
        for claim in wildberries.finish()?.read() {
            let claim = claim?;
            let paired = match &last {
                Some((thing, paired)) if *thing == claim.thing => *paired,
                _ => {
                    pairs.pass_until(|edge| edge.wildberries.order(&claim.thing), |_| Ok(()))?;
                    pairs.take_if(|edge| edge.wildberries == claim.thing)?.is_some()
                }
            };
            last = Some((claim.thing.clone(), paired));
            let cluster = claim.thing.clone();
            members.push(&Member { cluster, paired, lost_to: None, claim })?;
        }
        Ok(members.finish()?)
    }
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
