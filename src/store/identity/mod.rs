//! Which product a listing is: the same thing carries the same barcode on either marketplace. Reads only; what follows
//! is written by `listings` and `joins`. The rules themselves are in `rules`.

mod claims;
mod pairs;
mod rules;

use chrono::NaiveDate;
use mysql::Conn;
use serde::{Deserialize, Serialize};

use self::claims::{Claim, News, Outdated};
use self::pairs::{Member, Pairing};
use self::rules::{Fate, Standing, fate, must_leave};
pub use self::rules::{Thing, counts_since};
use super::barcodes;
use super::error::StoreError;
use super::planned::{KnownUpdate, ListingKey, PlannedListing};
use crate::inventory::Source;
use crate::staging::{Sortable, Sorter, Spool, SpoolWriter};

/// Listings of one question.
const BATCH: usize = 500;

/// A listing that is to come to another product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Whether it is Wildberries'.
    pub wildberries: bool,
    /// The column of the same name.
    pub sku: String,
    /// The column of the same name.
    pub size_id: String,
    /// The product it has.
    pub from: i64,
    /// The product it shall have; `None` for a new one, which the listings of one thing share.
    pub to: Option<i64>,
    /// What it is a listing of.
    pub thing: Thing,
}

/// What the barcodes say after this sync's news.
pub struct Links {
    /// The new listings, with their products as far as they exist.
    pub new: Spool<PlannedListing>,
    /// How many products have to be created for them.
    pub products_to_create: u64,
    /// Listings that come to a product which another listing has.
    pub linked: u64,
    /// Known listings that come to another product: two products turned out to be one.
    pub moves: Spool<Move>,
    /// Known listings whose barcode went over to another one: each thing among them becomes a product of its own.
    pub leaving: Spool<Move>,
}

/// What a sync has learned about barcodes.
pub struct Learned<'a> {
    /// New listings, in the database's order.
    pub new: Spool<PlannedListing>,
    /// Known listings, as they shall be.
    pub updates: &'a Spool<KnownUpdate>,
    /// Known listings that the pull does not hold.
    pub gone: &'a Spool<ListingKey>,
}

/// Finds out who belongs to whom. Nothing is asked of the database when there is no news.
pub fn link(
    conn: &mut Conn,
    source: Source,
    day: NaiveDate,
    learned: Learned<'_>,
) -> Result<Links, StoreError> {
    let Learned { new, updates, gone } = learned;
    if new.count() + updates.count() == 0 {
        return Ok(Links {
            new,
            products_to_create: 0,
            linked: 0,
            moves: SpoolWriter::new()?.finish()?,
            leaving: SpoolWriter::new()?.finish()?,
        });
    }
    let news = gather_news(conn, source, &new, updates, gone)?;
    let mut pairing = Pairing::default();
    claims::each(conn, source, day, news, &mut |claim| pairing.push(claim))?;
    let mut decisions = Decisions::new()?;
    let mut group: Vec<Member> = Vec::new();
    for member in pairing.finish()? {
        let member = member?;
        if group.first().is_some_and(|first| first.cluster != member.cluster) {
            decisions.take(&std::mem::take(&mut group))?;
        }
        group.push(member);
    }
    decisions.take(&group)?;
    decisions.finish(&new)
}

fn gather_news(
    conn: &mut Conn,
    source: Source,
    new: &Spool<PlannedListing>,
    updates: &Spool<KnownUpdate>,
    gone: &Spool<ListingKey>,
) -> Result<News, StoreError> {
    let mut news = News { claims: Sorter::default(), outdated: Sorter::default() };
    for (number, listing) in (0..).zip(new.read()) {
        let listing = listing?;
        for barcode in &listing.barcodes {
            news.claims.push(&claim(source, &listing, barcode, false, Some(number)))?;
        }
    }
    for update in updates.read() {
        let KnownUpdate { listing, stored, set_by_hand, counts } = update?;
        for (barcode, _) in &stored {
            news.outdated.push(&outdated(source, &listing.sku, &listing.size_id, barcode))?;
        }
        let lost = stored.iter().map(|(barcode, _)| barcode);
        let lost = lost.filter(|barcode| !listing.barcodes.contains(barcode));
        let all = listing.barcodes.iter().map(|it| (it, false)).chain(lost.map(|it| (it, true)));
        for (barcode, lost) in all.filter(|_| counts) {
            let claim = claim(source, &listing, barcode, lost, None);
            news.claims.push(&Claim { set_by_hand, ..claim })?;
        }
    }
    if source == Source::Ozon {
        let_go(conn, gone, &mut news)?;
    }
    Ok(news)
}

/// An article that Ozon no longer lists carries no barcode.
fn let_go(conn: &mut Conn, gone: &Spool<ListingKey>, news: &mut News) -> Result<(), StoreError> {
    for batch in gone.batches(BATCH) {
        let batch = batch?;
        let keys: Vec<_> = batch.iter().map(|it| (it.sku.as_str(), it.size_id.as_str())).collect();
        let mut stored = barcodes::of_listings(conn, Source::Ozon, &keys)?;
        for ListingKey { sku, size_id } in batch {
            let listing = (sku, size_id);
            for (barcode, _) in stored.remove(&listing).unwrap_or_default() {
                news.outdated.push(&outdated(Source::Ozon, &listing.0, &listing.1, &barcode))?;
            }
        }
    }
    Ok(())
}

fn claim(
    source: Source,
    listing: &PlannedListing,
    barcode: &str,
    lost: bool,
    number: Option<u64>,
) -> Claim {
    Claim {
        barcode: barcode.to_owned(),
        thing: Thing::new(source, &listing.sku, &listing.size_id, listing.chrt_id.as_deref()),
        size_id: listing.size_id.clone(),
        product_id: listing.product_id,
        set_by_hand: false,
        number,
        lost,
    }
}

fn outdated(source: Source, sku: &str, size_id: &str, barcode: &str) -> Outdated {
    Outdated {
        barcode: barcode.to_owned(),
        wildberries: source == Source::Wildberries,
        sku: sku.to_owned(),
        size_id: size_id.to_owned(),
    }
}

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

struct Decisions {
    assignments: Sorter<Assignment>,
    moves: SpoolWriter<Move>,
    leaving: SpoolWriter<Move>,
    linked: u64,
}

impl Decisions {
    fn new() -> Result<Self, StoreError> {
        Ok(Self {
            assignments: Sorter::default(),
            moves: SpoolWriter::new()?,
            leaving: SpoolWriter::new()?,
            linked: 0,
        })
    }

    /// Settles the listings of one thing, or of a pair of things.
    fn take(&mut self, group: &[Member]) -> Result<(), StoreError> {
        let split = group.partition_point(|member| member.lost_to.is_none());
        let (present, former) = group.split_at(split);
        let mut listings: Vec<&Claim> = present.iter().map(|member| &member.claim).collect();
        listings.dedup_by(|a, b| a.thing == b.thing && a.size_id == b.size_id);
        let standings: Vec<Standing> = listings.iter().map(|claim| claim.standing()).collect();
        let fate = fate(&standings);
        self.settle(&listings, fate)?;
        let Fate::Gather(product_id) = fate else { return Ok(()) };
        let has = |thing: &Thing| listings.iter().any(|claim| claim.thing == *thing);
        for member in former {
            let applies = present.first().is_some_and(|first| first.paired)
                && member.lost_to.as_ref().is_some_and(has)
                && !has(&member.claim.thing);
            if applies && must_leave(member.claim.standing(), product_id) {
                self.leaving.push(&relocation(&member.claim, product_id, None))?;
            }
        }
        Ok(())
    }

    fn settle(&mut self, listings: &[&Claim], fate: Fate) -> Result<(), StoreError> {
        let leader = listings.iter().filter_map(|claim| claim.number).min();
        for claim in listings {
            let product_id = match (fate, claim.product_id) {
                (Fate::Gather(to), Some(from)) if from != to => {
                    self.moves.push(&relocation(claim, from, Some(to)))?;
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

    fn finish(self, new: &Spool<PlannedListing>) -> Result<Links, StoreError> {
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
        Ok(Links {
            new: assigned.finish()?,
            products_to_create,
            linked: self.linked,
            moves: self.moves.finish()?,
            leaving: self.leaving.finish()?,
        })
    }
}

fn relocation(claim: &Claim, from: i64, to: Option<i64>) -> Move {
    Move {
        wildberries: claim.thing.wildberries,
        sku: claim.thing.sku.clone(),
        size_id: claim.size_id.clone(),
        from,
        to,
        thing: claim.thing.clone(),
    }
}
