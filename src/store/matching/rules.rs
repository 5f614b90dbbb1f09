//! The rules by which listings are one product. Pure: each is a function over what somebody else
//! has read.
//!
//! A trade item is what has a barcode: an article on Ozon, a size of a card on Wildberries, under
//! however many listings.

use std::cmp::Ordering;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::inventory::Source;
use crate::staging::DatabaseText;

/// How long a size that Wildberries no longer answers keeps its barcodes to itself: the stock
/// methods leave out what has run out, and a card in the bin is in no list.
const LAPSE: Days = Days::new(30);

/// What items are ordered by: marketplace, `sku`, size.
pub(super) type TradeItemKey<'a> = (Source, DatabaseText<'a>, DatabaseText<'a>);

/// What is sold on one marketplace under barcodes of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TradeItem {
    pub source: Source,
    pub sku: String,
    /// Empty for Ozon; the `chrtId`, or the `size_id` where the card's word is not known.
    pub size: String,
}

impl TradeItem {
    pub(super) fn new(source: Source, sku: &str, size_id: &str, chrt_id: Option<&str>) -> Self {
        let size = chrt_id.unwrap_or(size_id);
        Self { source, sku: sku.to_owned(), size: size.to_owned() }
    }

    /// Any order will do, as long as it is one.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        self.sort_key().cmp(&other.sort_key())
    }

    pub(super) fn sort_key(&self) -> TradeItemKey<'_> {
        (self.source, DatabaseText(&self.sku), DatabaseText(&self.size))
    }
}

/// Those who carry one barcode on one marketplace, counted no further than it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Carriers {
    #[default]
    None,
    One(TradeItem),
    /// More: a duplicate card, an article copied with its barcode, a placeholder.
    Many,
}

impl Carriers {
    #[must_use]
    pub(super) fn and(self, item: &TradeItem) -> Self {
        match self {
            Carriers::None => Carriers::One(item.clone()),
            Carriers::One(first) if first == *item => Carriers::One(first),
            Carriers::One(_) | Carriers::Many => Carriers::Many,
        }
    }
}

/// The two items that a barcode says are one: it must be carried by exactly one item on each
/// marketplace, so that a duplicate card never melts two products into one.
pub(super) fn partners(ozon: Carriers, wildberries: Carriers) -> Option<(TradeItem, TradeItem)> {
    match (ozon, wildberries) {
        (Carriers::One(ozon), Carriers::One(wildberries)) => Some((ozon, wildberries)),
        _ => None,
    }
}

/// Several barcodes may lead to the same partner; when they lead to different ones, none of them is
/// believed.
pub(super) fn only_partner<'a>(partners: &[&'a TradeItem]) -> Option<&'a TradeItem> {
    let first = partners.first()?;
    partners.iter().all(|partner| partner == first).then_some(first)
}

/// From which day on a listing that the newest pull (on `newest`) lacks must have been seen for its
/// barcodes to count. Ozon's report lists every article that is not archived, so what it lacks has
/// let go of its barcodes, even if seen the same day.
pub(crate) fn counts_since(source: Source, newest: NaiveDate) -> NaiveDate {
    match source {
        Source::Ozon => newest.succ_opt().unwrap_or(newest),
        Source::Wildberries => newest.checked_sub_days(LAPSE).unwrap_or(newest),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListingState {
    /// Its product; `None` for a listing that is yet to be created.
    pub product_id: Option<i64>,
    pub set_by_hand: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeTarget {
    /// To this product; those that have another leave it.
    Existing(i64),
    /// To a new one, which they share.
    New,
    /// A person has spoken: nobody who has a product leaves it. Listings yet to be created come to
    /// this product, if there is one that is clear, else to a new one.
    Unchanged(Option<i64>),
}

/// The product of listings that are one. Of several the oldest lives on, which is the smallest id:
/// the old system's rows, with what is kept beside them (cost, categories), are older than any that
/// this program made.
pub(super) fn merge_target(listings: &[ListingState]) -> MergeTarget {
    let mut products: Vec<i64> = listings.iter().filter_map(|it| it.product_id).collect();
    products.sort_unstable();
    products.dedup();
    if listings.iter().any(|listing| listing.set_by_hand) {
        return MergeTarget::Unchanged(match products[..] {
            [only] => Some(only),
            _ => None,
        });
    }
    products.first().map_or(MergeTarget::New, |oldest| MergeTarget::Existing(*oldest))
}

/// The same for a pair of which a listing has lost the barcode by which it came to one of the
/// products in `left`: that one is left to who carries the barcode still. A pair without any other
/// product gets a new one, to which all of it comes.
pub(super) fn merge_target_of_pair(listings: &[ListingState], left: &[i64]) -> MergeTarget {
    match merge_target(listings) {
        MergeTarget::Existing(oldest) if left.contains(&oldest) => {
            let is_left = |it: &&ListingState| it.product_id.is_some_and(|it| left.contains(&it));
            let others: Vec<_> = listings.iter().filter(|it| !is_left(it)).copied().collect();
            merge_target(&others)
        }
        target => target,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// It has its product and keeps it.
    Keep,
    /// It leaves its product for this one.
    Move(i64),
    /// It leaves its product for the new one of its cluster.
    MoveToNew,
    /// It is created under this product, or else under a new one.
    Create(Option<i64>),
}

/// The policy for those who carry the barcode.
pub(super) fn action(target: MergeTarget, listing: ListingState) -> Action {
    match (target, listing.product_id) {
        (MergeTarget::Existing(to), Some(from)) if from != to => Action::Move(to),
        (MergeTarget::New, Some(_)) => Action::MoveToNew,
        (_, Some(_)) => Action::Keep,
        (MergeTarget::Existing(product), None) => Action::Create(Some(product)),
        (MergeTarget::Unchanged(product), None) => Action::Create(product),
        (MergeTarget::New, None) => Action::Create(None),
    }
}

/// Whether a listing that once carried a barcode has to leave the product of those who carry it
/// now: it would stand there beside another one of its marketplace. What a barcode merely lost
/// parts nobody.
pub(super) fn must_leave(former: ListingState, product_id: i64) -> bool {
    former.product_id == Some(product_id) && !former.set_by_hand
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(sku: &str) -> TradeItem {
        TradeItem::new(Source::Ozon, sku, "", None)
    }

    fn size(sku: &str, size_id: &str) -> TradeItem {
        TradeItem::new(Source::Wildberries, sku, size_id, None)
    }

    fn carriers(items: &[TradeItem]) -> Carriers {
        items.iter().fold(Carriers::None, Carriers::and)
    }

    const fn at(product_id: i64) -> ListingState {
        ListingState { product_id: Some(product_id), set_by_hand: false }
    }

    const NEW: ListingState = ListingState { product_id: None, set_by_hand: false };

    #[test]
    fn a_barcode_of_one_thing_on_each_marketplace_makes_them_one() {
        let found = partners(carriers(&[article("A")]), carriers(&[size("1", "11")]));
        assert_eq!(found, Some((article("A"), size("1", "11"))));
    }

    #[test]
    fn a_duplicate_card_melts_nothing() {
        let cards = carriers(&[size("1", "11"), size("2", "21")]);
        assert_eq!(partners(carriers(&[article("A")]), cards), None);
        let articles = carriers(&[article("A"), article("a")]);
        assert_eq!(partners(articles, carriers(&[size("1", "11")])), None);
        assert_eq!(partners(carriers(&[article("A")]), Carriers::None), None);
    }

    #[test]
    fn two_sizes_of_one_card_with_one_barcode_are_not_one() {
        assert_eq!(carriers(&[size("1", "11"), size("1", "12")]), Carriers::Many);
    }

    #[test]
    fn a_size_is_one_thing_whether_it_is_named_by_chrt_id_or_by_barcode() {
        let by_barcode =
            TradeItem::new(Source::Wildberries, "183804172", "2037031652319", Some("316399238"));
        assert_eq!(by_barcode, size("183804172", "316399238"));
        assert_eq!(
            carriers(&[by_barcode.clone(), size("183804172", "316399238")]),
            Carriers::One(by_barcode)
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
        assert_eq!(merge_target(&[at(12), at(3)]), MergeTarget::Existing(3));
    }

    #[test]
    fn a_new_listing_comes_to_the_product_of_its_partner() {
        assert_eq!(merge_target(&[NEW, at(12)]), MergeTarget::Existing(12));
        assert_eq!(merge_target(&[NEW, NEW]), MergeTarget::New);
    }

    #[test]
    fn a_link_set_by_hand_is_never_changed() {
        let by_hand = ListingState { set_by_hand: true, ..at(3) };
        assert_eq!(merge_target(&[by_hand, at(12)]), MergeTarget::Unchanged(None));
        assert_eq!(merge_target(&[by_hand, NEW]), MergeTarget::Unchanged(Some(3)));
        assert!(!must_leave(by_hand, 3));
    }

    #[test]
    fn a_pair_leaves_the_product_to_a_former_partner_who_carries_the_barcode_still() {
        assert_eq!(merge_target_of_pair(&[at(3), at(12)], &[3]), MergeTarget::Existing(12));
        assert_eq!(merge_target_of_pair(&[at(12), at(3)], &[12]), MergeTarget::Existing(3));
        assert_eq!(merge_target_of_pair(&[at(3), NEW], &[3]), MergeTarget::New);
        assert_eq!(merge_target_of_pair(&[at(3), at(12)], &[3, 12]), MergeTarget::New);
        let by_hand = ListingState { set_by_hand: true, ..at(12) };
        assert_eq!(merge_target_of_pair(&[at(3), by_hand], &[3]), MergeTarget::Unchanged(None));
    }

    #[test]
    fn a_listing_whose_barcode_moved_to_another_leaves_their_product() {
        assert!(must_leave(at(3), 3));
        assert!(!must_leave(at(4), 3), "it stands elsewhere already");
    }

    #[test]
    fn every_state_of_a_listing_has_one_action_for_every_target() {
        use Action::{Create, Keep, Move, MoveToNew};
        use MergeTarget::{Existing, New, Unchanged};
        // For a listing without a product, at product 3, at product 12.
        let policy = [
            (Existing(3), [Create(Some(3)), Keep, Move(3)]),
            (Existing(12), [Create(Some(12)), Move(12), Keep]),
            (New, [Create(None), MoveToNew, MoveToNew]),
            (Unchanged(Some(3)), [Create(Some(3)), Keep, Keep]),
            (Unchanged(None), [Create(None), Keep, Keep]),
        ];
        for (target, actions) in policy {
            assert_eq!(
                [NEW, at(3), at(12)].map(|listing| action(target, listing)),
                actions,
                "{target:?}"
            );
        }
        // What a person has set is never moved, whatever carries the same barcodes.
        let by_hand = |product_id| ListingState { product_id: Some(product_id), set_by_hand: true };
        for others in [vec![], vec![NEW], vec![at(3)], vec![at(12), at(3)], vec![by_hand(12)]] {
            let cluster: Vec<_> = others.into_iter().chain([by_hand(7)]).collect();
            for left in [&[][..], &[3], &[7], &[3, 7, 12]] {
                let target = merge_target_of_pair(&cluster, left);
                assert!(!matches!(target, New | Existing(_)), "{cluster:?} {left:?}");
                assert_eq!(action(target, by_hand(7)), Keep);
            }
        }
    }
}
