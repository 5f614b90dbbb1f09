//! What becomes of every listing: groups of members come in, and out come the products of new listings and the moves of known
//! ones, each listing once.

use serde::{Deserialize, Serialize};

use super::barcode_claims::BarcodeUse;
use super::pairing::{Member, Part};
use super::rules::{Fate, Standing, Thing, ThingKey, fate_of_pair, must_leave};
use super::{Follower, Links, Move};
use crate::staging::{Sortable, Sorter, Spool, SpoolWriter};
use crate::store::database::error::StoreError;
use crate::store::plan_rows::{ListingKey, PlannedListing};

/// Where a new listing goes.
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

/// What somebody says of a known listing. Several may, so the listing's own pair comes first.
#[derive(Serialize, Deserialize)]
enum Verdict {
    /// Its pair gathers at another product.
    Move,
    /// Its pair gathers at the product it has.
    Stay,
    /// It comes to the product of this listing (and whether that is Wildberries').
    Follow(bool, ListingKey),
    /// Others have its barcode.
    Leave,
}

#[derive(Serialize, Deserialize)]
struct Judged {
    moved: Move,
    verdict: Verdict,
}

impl Sortable for Judged {
    type SortKey<'a> = (ThingKey<'a>, &'a str, u8);

    fn sort_key(&self) -> Self::SortKey<'_> {
        let rank = match self.verdict {
            Verdict::Move => 0,
            Verdict::Stay => 1,
            Verdict::Follow(..) => 2,
            Verdict::Leave => 3,
        };
        (self.moved.thing.sort_key(), &self.moved.size_id, rank)
    }
}

/// Takes the groups, and tells in the end.
#[derive(Default)]
pub struct Decisions {
    assignments: Sorter<Assignment>,
    judged: Sorter<Judged>,
    linked: u64,
}

impl Decisions {
    /// Settles the listings of one thing, or of a pair of things.
    pub fn take(&mut self, group: &[Member]) -> Result<(), StoreError> {
        let split = group.partition_point(|member| member.part == Part::Present);
        let (present, others) = group.split_at(split);
        let mut listings: Vec<&BarcodeUse> = present.iter().map(|member| &member.claim).collect();
        listings.dedup_by(|a, b| a.thing == b.thing && a.size_id == b.size_id);
        let standings: Vec<Standing> = listings.iter().map(|claim| claim.standing()).collect();
        let fate = fate_of_pair(&standings, &left_behind(&listings, others));
        self.settle(&listings, fate)?;
        match fate {
            Fate::Gather(product_id) => self.make_room(present, others, product_id),
            Fate::Found => self.found(&listings),
            Fate::Leave(_) => Ok(()),
        }
    }

    fn settle(&mut self, listings: &[&BarcodeUse], fate: Fate) -> Result<(), StoreError> {
        let leader = listings.iter().filter_map(|claim| claim.number).min();
        for claim in listings {
            let product_id = match (fate, claim.product_id) {
                (Fate::Gather(to), Some(from)) if from != to => {
                    self.judge(claim, from, Some(to), Verdict::Move)?;
                    self.linked += 1;
                    continue;
                }
                (_, Some(_)) => continue,
                (Fate::Gather(product_id), None) => Some(product_id),
                (Fate::Leave(product_id), None) => product_id,
                (Fate::Found, None) => None,
            };
            let Some(number) = claim.number else { continue };
            self.linked += u64::from(product_id.is_some());
            let same_as = leader.filter(|leader| product_id.is_none() && *leader != number);
            self.assignments.push(&Assignment { number, product_id, same_as })?;
        }
        Ok(())
    }

    /// Who lost the pair's barcode leaves its product, unless a pair of its own says where it is.
    fn make_room(
        &mut self,
        present: &[Member],
        others: &[Member],
        product_id: i64,
    ) -> Result<(), StoreError> {
        let has = |thing: &Thing| present.iter().any(|member| member.claim.thing == *thing);
        let paired = present.first().is_some_and(|first| first.paired);
        for Member { part, claim, .. } in others {
            let verdict = match part {
                Part::Former(partner)
                    if paired && partner.as_ref().is_none_or(has) && !has(&claim.thing) =>
                {
                    Verdict::Leave
                }
                Part::Lost { .. } => Verdict::Stay,
                Part::Former(_) | Part::Present => continue,
            };
            if must_leave(claim.standing(), product_id) {
                self.judge(claim, product_id, None, verdict)?;
            }
        }
        Ok(())
    }

    /// Listings that have left all their products to others come to the new one.
    fn found(&mut self, listings: &[&BarcodeUse]) -> Result<(), StoreError> {
        let new = listings.iter().filter(|claim| claim.number.is_some());
        let Some(leader) = new.min_by_key(|claim| claim.number).or(listings.first()) else {
            return Ok(());
        };
        for claim in listings {
            let Some(from) = claim.product_id else { continue };
            if leader.number.is_none() && claim.thing == leader.thing {
                self.judge(claim, from, None, Verdict::Leave)?;
                continue;
            }
            let (sku, size_id) = (leader.thing.sku.clone(), leader.size_id.clone());
            let key = ListingKey { sku, size_id };
            self.judge(claim, from, None, Verdict::Follow(leader.thing.wildberries, key))?;
            self.linked += 1;
        }
        Ok(())
    }

    fn judge(
        &mut self,
        claim: &BarcodeUse,
        from: i64,
        to: Option<i64>,
        verdict: Verdict,
    ) -> Result<(), StoreError> {
        let moved = Move {
            wildberries: claim.thing.wildberries,
            sku: claim.thing.sku.clone(),
            size_id: claim.size_id.clone(),
            from,
            to,
            thing: claim.thing.clone(),
        };
        Ok(self.judged.push(&Judged { moved, verdict })?)
    }

    /// The new listings with their products, and each known one that has to go, once.
    pub fn finish(self, new: &Spool<PlannedListing>) -> Result<Links, StoreError> {
        let mut assignments = self.assignments.finish()?.peekable();
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
        let mut followers = SpoolWriter::new()?;
        let mut last: Option<(Thing, String)> = None;
        for judged in self.judged.finish()? {
            let Judged { moved, verdict } = judged?;
            let listing = Some((moved.thing.clone(), moved.size_id.clone()));
            if last == listing {
                continue;
            }
            last = listing;
            match verdict {
                Verdict::Move => moves.push(&moved)?,
                Verdict::Stay => {}
                Verdict::Follow(wildberries, leader) => {
                    followers.push(&Follower { moved, wildberries, leader })?;
                }
                Verdict::Leave => leaving.push(&moved)?,
            }
        }
        Ok(Links {
            new: assigned.finish()?,
            products_to_create,
            linked: self.linked,
            moves: moves.finish()?,
            leaving: leaving.finish()?,
            followers: followers.finish()?,
        })
    }
}

/// Products at which a listing of the pair has left its former partner behind, unless its partner of now has come there too.
fn left_behind(listings: &[&BarcodeUse], others: &[Member]) -> Vec<i64> {
    let lost = others.iter().filter(|it| it.part == Part::Lost { left_behind: true });
    let left = lost.filter(|Member { claim: lost, .. }| {
        let meets = |it: &&BarcodeUse| {
            it.thing.wildberries != lost.thing.wildberries && it.product_id == lost.product_id
        };
        !listings.iter().any(meets)
    });
    left.filter_map(|member| member.claim.product_id).collect()
}
