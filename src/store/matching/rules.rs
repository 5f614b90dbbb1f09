//! The rules by which listings are one product. Pure: each is a function over what somebody else has read.
//!
//! A thing is what has a barcode: an article on Ozon, a size of a card on Wildberries, under however many listings.

use std::cmp::Ordering;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::inventory::Source;
use crate::staging::DatabaseText;

/// How long a size that Wildberries no longer answers keeps its barcodes to itself: the stock methods leave out what has
/// run out, and a card in the bin is in no list.
const LAPSE: Days = Days::new(30);

/// What a thing is ordered by: whether it is Wildberries', its `sku`, its size.
pub type ThingKey<'a> = (bool, DatabaseText<'a>, DatabaseText<'a>);

/// A thing that is sold on one marketplace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thing {
    /// Whether it is Wildberries'.
    pub wildberries: bool,
    /// The article or `nmId`.
    pub sku: String,
    /// Empty for Ozon; the `chrtId`, or the `size_id` where the card's word is not known.
    pub size: String,
}

impl Thing {
    /// What a listing is a listing of.
    pub fn new(source: Source, sku: &str, size_id: &str, chrt_id: Option<&str>) -> Self {
        Self {
            wildberries: source == Source::Wildberries,
            sku: sku.to_owned(),
            size: chrt_id.unwrap_or(size_id).to_owned(),
        }
    }

    /// Any order will do, as long as it is one.
    pub fn order(&self, other: &Self) -> Ordering {
        self.sort_key().cmp(&other.sort_key())
    }

    /// What [`Thing::order`] looks at.
    pub fn sort_key(&self) -> ThingKey<'_> {
        (self.wildberries, DatabaseText(&self.sku), DatabaseText(&self.size))
    }
}

/// Those who carry one barcode on one marketplace, counted no further than it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Claimants {
    /// Nobody.
    #[default]
    None,
    /// One thing, by one listing or several.
    One(Thing),
    /// More: a duplicate card, an article copied with its barcode, a placeholder.
    Many,
}

impl Claimants {
    /// One more listing carries the barcode.
    #[must_use]
    pub fn and(self, thing: &Thing) -> Self {
        match self {
            Claimants::None => Claimants::One(thing.clone()),
            Claimants::One(first) if first == *thing => Claimants::One(first),
            Claimants::One(_) | Claimants::Many => Claimants::Many,
        }
    }
}

/// The two things that a barcode says are one: it must be carried by exactly one thing on each marketplace, so that a
/// duplicate card never melts two products into one.
pub fn partners(ozon: Claimants, wildberries: Claimants) -> Option<(Thing, Thing)> {
    match (ozon, wildberries) {
        (Claimants::One(ozon), Claimants::One(wildberries)) => Some((ozon, wildberries)),
        _ => None,
    }
}

/// Several barcodes may lead to the same partner; when they lead to different ones, none of them is believed.
pub fn only_partner<'a>(partners: &[&'a Thing]) -> Option<&'a Thing> {
    let first = partners.first()?;
    partners.iter().all(|partner| partner == first).then_some(first)
}

/// From which day on a listing that the newest pull (on `newest`) lacks must have been seen for its barcodes to count. Ozon's
/// report lists every article that is not archived, so what it lacks has let go of its barcodes, even if seen the same day.
pub fn counts_since(source: Source, newest: NaiveDate) -> NaiveDate {
    match source {
        Source::Ozon => newest.succ_opt().unwrap_or(newest),
        Source::Wildberries => newest.checked_sub_days(LAPSE).unwrap_or(newest),
    }
}

/// A listing as the rules see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its product; `None` for a listing that is yet to be created.
    pub product_id: Option<i64>,
    /// Whether a person has set its product.
    pub set_by_hand: bool,
}

/// What becomes of listings that are one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// All of them come to this product; those that have another leave it.
    Gather(i64),
    /// None of them has a product: they share a new one.
    Found,
    /// A person has spoken: nobody who has a product leaves it. Listings yet to be created come to this product, if there
    /// is one that is clear, else to a new one.
    Leave(Option<i64>),
}

/// The product of listings that are one. Of several the oldest lives on, which is the smallest id: the old system's rows,
/// with what is kept beside them (cost, categories), are older than any that this program made.
pub fn fate(listings: &[Standing]) -> Fate {
    let mut products: Vec<i64> = listings.iter().filter_map(|it| it.product_id).collect();
    products.sort_unstable();
    products.dedup();
    if listings.iter().any(|listing| listing.set_by_hand) {
        return Fate::Leave(match products[..] {
            [only] => Some(only),
            _ => None,
        });
    }
    products.first().map_or(Fate::Found, |oldest| Fate::Gather(*oldest))
}

/// The same for a pair of which a listing has lost the barcode by which it came to one of the products in `left`: that one is
/// left to who carries the barcode still. A pair without any other product founds one, to which all of it comes.
pub fn fate_of_pair(listings: &[Standing], left: &[i64]) -> Fate {
    match fate(listings) {
        Fate::Gather(oldest) if left.contains(&oldest) => {
            let is_left = |it: &&Standing| it.product_id.is_some_and(|it| left.contains(&it));
            fate(&listings.iter().filter(|it| !is_left(it)).copied().collect::<Vec<_>>())
        }
        fate => fate,
    }
}

/// Whether a listing that once carried a barcode has to leave the product of those who carry it now: it would stand there
/// beside another one of its marketplace. What a barcode merely lost parts nobody.
pub fn must_leave(former: Standing, gathered: i64) -> bool {
    former.product_id == Some(gathered) && !former.set_by_hand
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(sku: &str) -> Thing {
        Thing::new(Source::Ozon, sku, "", None)
    }

    fn size(sku: &str, size_id: &str) -> Thing {
        Thing::new(Source::Wildberries, sku, size_id, None)
    }

    fn claimants(things: &[Thing]) -> Claimants {
        things.iter().fold(Claimants::None, Claimants::and)
    }

    const fn at(product_id: i64) -> Standing {
        Standing { product_id: Some(product_id), set_by_hand: false }
    }

    const NEW: Standing = Standing { product_id: None, set_by_hand: false };

    #[test]
    fn a_barcode_of_one_thing_on_each_marketplace_makes_them_one() {
        let found = partners(claimants(&[article("A")]), claimants(&[size("1", "11")]));
        assert_eq!(found, Some((article("A"), size("1", "11"))));
    }

    #[test]
    fn a_duplicate_card_melts_nothing() {
        let cards = claimants(&[size("1", "11"), size("2", "21")]);
        assert_eq!(partners(claimants(&[article("A")]), cards), None);
        let articles = claimants(&[article("A"), article("a")]);
        assert_eq!(partners(articles, claimants(&[size("1", "11")])), None);
        assert_eq!(partners(claimants(&[article("A")]), Claimants::None), None);
    }

    #[test]
    fn two_sizes_of_one_card_with_one_barcode_are_not_one() {
        assert_eq!(claimants(&[size("1", "11"), size("1", "12")]), Claimants::Many);
    }

    #[test]
    fn a_size_is_one_thing_whether_it_is_named_by_chrt_id_or_by_barcode() {
        let by_barcode =
            Thing::new(Source::Wildberries, "183804172", "2037031652319", Some("316399238"));
        assert_eq!(by_barcode, size("183804172", "316399238"));
        assert_eq!(
            claimants(&[by_barcode.clone(), size("183804172", "316399238")]),
            Claimants::One(by_barcode)
        );
    }

    #[test]
    fn several_barcodes_of_one_listing_may_lead_to_the_same_partner() {
        let (a, b) = (article("A"), article("B"));
        assert_eq!(only_partner(&[&a, &a]), Some(&a));
        assert_eq!(only_partner(&[]), None);
        assert_eq!(only_partner(&[&a, &b]), None, "barcodes that contradict each other");
    }

    #[test]
    fn an_article_that_ozon_no_longer_lists_lets_go_of_its_barcode_at_once_and_a_size_after_30_days()
     {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(counts_since(Source::Ozon, day("2026-11-23")), day("2026-11-24"));
        assert_eq!(counts_since(Source::Wildberries, day("2026-11-23")), day("2026-10-24"));
    }

    #[test]
    fn a_match_that_appears_later_joins_two_products_in_the_older_one() {
        assert_eq!(fate(&[at(12), at(3)]), Fate::Gather(3));
    }

    #[test]
    fn a_new_listing_comes_to_the_product_of_its_partner() {
        assert_eq!(fate(&[NEW, at(12)]), Fate::Gather(12));
        assert_eq!(fate(&[NEW, NEW]), Fate::Found);
    }

    #[test]
    fn a_link_set_by_hand_is_never_changed() {
        let by_hand = Standing { set_by_hand: true, ..at(3) };
        assert_eq!(fate(&[by_hand, at(12)]), Fate::Leave(None));
        assert_eq!(fate(&[by_hand, NEW]), Fate::Leave(Some(3)));
        assert!(!must_leave(by_hand, 3));
    }

    #[test]
    fn a_pair_leaves_the_product_to_a_former_partner_who_carries_the_barcode_still() {
        assert_eq!(fate_of_pair(&[at(3), at(12)], &[3]), Fate::Gather(12));
        assert_eq!(fate_of_pair(&[at(12), at(3)], &[12]), Fate::Gather(3));
        assert_eq!(fate_of_pair(&[at(3), NEW], &[3]), Fate::Found);
        assert_eq!(fate_of_pair(&[at(3), at(12)], &[3, 12]), Fate::Found);
        let by_hand = Standing { set_by_hand: true, ..at(12) };
        assert_eq!(fate_of_pair(&[at(3), by_hand], &[3]), Fate::Leave(None));
    }

    #[test]
    fn a_listing_whose_barcode_moved_to_another_leaves_their_product() {
        assert!(must_leave(at(3), 3));
        assert!(!must_leave(at(4), 3), "it stands elsewhere already");
    }
}
