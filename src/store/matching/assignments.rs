//! What becomes of every listing: clusters come in, and out come the products of new listings and
//! the moves of known ones, each listing once. What shall become of them is the rules' matter.

use serde::{Deserialize, Serialize};

use super::barcode_claims::BarcodeUse;
use super::pairing::{ClusterMember, Role};
use super::rules::{
    Action, ListingState, MergeTarget, TradeItem, TradeItemKey, action, merge_target_of_pair,
    must_leave,
};
use super::{DependentMove, Links, Move};
use crate::inventory::Source;
use crate::staging::{Sortable, Sorter, Spool, SpoolWriter};
use crate::store::database::error::StoreError;
use crate::store::plan_rows::{ListingKey, PlannedListing};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Assignment {
    number: u64,
    product_id: Option<i64>,
    same_as: Option<u64>,
}

impl Sortable for Assignment {
    type SortKey<'a> = u64;

    fn sort_key(&self) -> u64 {
        self.number
    }
}

/// What a cluster says of a known listing. Several may speak of it, so the listing's own pair comes
/// first.
#[derive(Serialize, Deserialize)]
enum Decision {
    /// Its pair gathers at another product.
    Move,
    /// Its pair gathers at the product it has.
    Stay,
    /// It comes to the product of this listing.
    Follow(Source, ListingKey),
    /// Others have its barcode.
    Leave,
}

#[derive(Serialize, Deserialize)]
struct Decided {
    moved: Move,
    decision: Decision,
}

impl Sortable for Decided {
    type SortKey<'a> = (TradeItemKey<'a>, &'a str, u8);

    fn sort_key(&self) -> Self::SortKey<'_> {
        let rank = match self.decision {
            Decision::Move => 0,
            Decision::Stay => 1,
            Decision::Follow(..) => 2,
            Decision::Leave => 3,
        };
        (self.moved.item.sort_key(), &self.moved.size_id, rank)
    }
}

#[derive(Default)]
pub(super) struct Assignments {
    assigned: Sorter<Assignment>,
    decided: Sorter<Decided>,
    linked: u64,
}

impl Assignments {
    pub(super) fn take(&mut self, cluster: &[ClusterMember]) -> Result<(), StoreError> {
        let split = cluster.partition_point(|member| member.role == Role::Present);
        let (present, others) = cluster.split_at(split);
        let mut listings: Vec<&BarcodeUse> = present.iter().map(|member| &member.listing).collect();
        listings.dedup_by(|a, b| a.item == b.item && a.size_id == b.size_id);
        // The one whose new product the others share: the first that is created, if any is.
        let created = listings.iter().filter(|listing| listing.number.is_some());
        let leader = created.min_by_key(|listing| listing.number).or(listings.first());
        let Some(leader) = leader.copied() else { return Ok(()) };
        let states: Vec<ListingState> = listings.iter().map(|listing| listing.state()).collect();
        let target = merge_target_of_pair(&states, &left_behind(&listings, others));
        for listing in listings {
            self.apply(action(target, listing.state()), listing, leader)?;
        }
        match target {
            MergeTarget::Existing(product_id) => self.evict_former(present, others, product_id),
            MergeTarget::New | MergeTarget::Unchanged(_) => Ok(()),
        }
    }

    fn apply(
        &mut self,
        action: Action,
        listing: &BarcodeUse,
        leader: &BarcodeUse,
    ) -> Result<(), StoreError> {
        match action {
            Action::Keep => {}
            Action::Move(to) => {
                self.decide(listing, Some(to), Decision::Move)?;
                self.linked += 1;
            }
            // Without a new listing to follow, the leader's own item leaves and gets a product like
            // any other that does.
            Action::MoveToNew if leader.number.is_none() && listing.item == leader.item => {
                self.decide(listing, None, Decision::Leave)?;
            }
            Action::MoveToNew => {
                let (sku, size_id) = (leader.item.sku.clone(), leader.size_id.clone());
                let key = ListingKey { sku, size_id };
                self.decide(listing, None, Decision::Follow(leader.item.source, key))?;
                self.linked += 1;
            }
            Action::Create(product_id) => {
                let Some(number) = listing.number else { return Ok(()) };
                self.linked += u64::from(product_id.is_some());
                let same_as = leader.number.filter(|it| product_id.is_none() && *it != number);
                self.assigned.push(&Assignment { number, product_id, same_as })?;
            }
        }
        Ok(())
    }

    /// Who lost the pair's barcode leaves its product, unless a pair of its own says where it is.
    fn evict_former(
        &mut self,
        present: &[ClusterMember],
        others: &[ClusterMember],
        product_id: i64,
    ) -> Result<(), StoreError> {
        let has = |item: &TradeItem| present.iter().any(|member| member.listing.item == *item);
        let paired = present.first().is_some_and(|first| first.paired);
        for ClusterMember { role, listing, .. } in others {
            let decision = match role {
                Role::Former(partner)
                    if paired && partner.as_ref().is_none_or(has) && !has(&listing.item) =>
                {
                    Decision::Leave
                }
                Role::Lost { .. } => Decision::Stay,
                Role::Former(_) | Role::Present => continue,
            };
            if must_leave(listing.state(), product_id) {
                self.decide(listing, None, decision)?;
            }
        }
        Ok(())
    }

    /// Of a listing that has no product yet there is nothing to move.
    fn decide(
        &mut self,
        listing: &BarcodeUse,
        to: Option<i64>,
        decision: Decision,
    ) -> Result<(), StoreError> {
        let Some(from) = listing.product_id else { return Ok(()) };
        let (item, size_id) = (listing.item.clone(), listing.size_id.clone());
        let moved = Move { item, size_id, from, to };
        Ok(self.decided.push(&Decided { moved, decision })?)
    }

    /// The new listings with their products, and each known one that has to go, once.
    pub(super) fn finish(self, new: &Spool<PlannedListing>) -> Result<Links, StoreError> {
        let mut assignments = self.assigned.finish()?.peekable();
        let mut assigned = SpoolWriter::new()?;
        let mut products_to_create = 0;
        for (number, listing) in (0..).zip(new.read()) {
            let mut listing = listing?;
            while let Some(found) =
                assignments.next_if(|it| it.as_ref().map_or(true, |it| it.number == number))
            {
                let found = found?;
                listing.product_id = found.product_id;
                listing.same_as = found.same_as;
            }
            products_to_create +=
                u64::from(listing.product_id.is_none() && listing.same_as.is_none());
            assigned.push(&listing)?;
        }
        let (mut moves, mut leaving) = (SpoolWriter::new()?, SpoolWriter::new()?);
        let mut dependent = SpoolWriter::new()?;
        let mut last: Option<(TradeItem, String)> = None;
        for decided in self.decided.finish()? {
            let Decided { moved, decision } = decided?;
            let listing = Some((moved.item.clone(), moved.size_id.clone()));
            if last == listing {
                continue;
            }
            last = listing;
            match decision {
                Decision::Move => moves.push(&moved)?,
                Decision::Stay => {}
                Decision::Follow(source, leader) => {
                    dependent.push(&DependentMove { moved, source, leader })?;
                }
                Decision::Leave => leaving.push(&moved)?,
            }
        }
        Ok(Links {
            new: assigned.finish()?,
            products_to_create,
            linked: self.linked,
            moves: moves.finish()?,
            leaving: leaving.finish()?,
            dependent: dependent.finish()?,
        })
    }
}

/// Products at which a listing of the pair has left its former partner behind, unless its partner
/// of now has come there too.
fn left_behind(listings: &[&BarcodeUse], others: &[ClusterMember]) -> Vec<i64> {
    let lost = others.iter().filter(|it| it.role == Role::Lost { left_behind: true });
    let left = lost.filter(|ClusterMember { listing: lost, .. }| {
        let meets = |it: &&BarcodeUse| {
            it.item.source != lost.item.source && it.product_id == lost.product_id
        };
        !listings.iter().any(meets)
    });
    left.filter_map(|member| member.listing.product_id).collect()
}
