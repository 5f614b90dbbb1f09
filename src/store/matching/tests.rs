//! Barcodes in, assignments out, without a database. What is expected stands beside each barcode,
//! in words of the policy.

use super::*;
use crate::staging::Sortable;

/// A use of a barcode: `O` or `W` for the marketplace, `sku` and size with a slash between; then
/// its product, if it has one.
fn used(barcode: &str, listing: &str, product_id: Option<i64>) -> BarcodeUse {
    let (source, name) = match listing.split_at(2) {
        ("O ", name) => (Source::Ozon, name),
        (_, name) => (Source::Wildberries, name),
    };
    let (sku, size_id) = name.split_once('/').unwrap_or((name, ""));
    BarcodeUse {
        barcode: barcode.to_owned(),
        item: TradeItem::new(source, sku, size_id, None),
        size_id: size_id.to_owned(),
        product_id,
        set_by_hand: false,
        number: None,
        lost: false,
    }
}

fn lost(barcode: &str, listing: &str, product_id: Option<i64>) -> BarcodeUse {
    BarcodeUse { lost: true, ..used(barcode, listing, product_id) }
}

fn new(barcode: &str, listing: &str, number: u64) -> BarcodeUse {
    BarcodeUse { number: Some(number), ..used(barcode, listing, None) }
}

fn named(item: &TradeItem) -> String {
    let letter = if item.source == Source::Ozon { 'O' } else { 'W' };
    let slash = if item.size.is_empty() { "" } else { "/" };
    format!("{letter} {}{slash}{}", item.sku, item.size)
}

fn clusters(mut uses: Vec<BarcodeUse>) -> Vec<Vec<ClusterMember>> {
    uses.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let mut pairing = Pairing::default();
    for listing in uses {
        pairing.push(listing).unwrap();
    }
    let mut clusters: Vec<Vec<ClusterMember>> = Vec::new();
    for member in pairing.finish().unwrap() {
        let member = member.unwrap();
        match clusters.last_mut() {
            Some(last) if last[0].cluster == member.cluster => last.push(member),
            _ => clusters.push(vec![member]),
        }
    }
    clusters
}

/// Each cluster with who is present, in the order in which they come out.
fn present(uses: Vec<BarcodeUse>) -> Vec<(String, bool, Vec<String>)> {
    let of_cluster = |members: Vec<ClusterMember>| {
        let there = members.iter().filter(|member| member.role == pairing::Role::Present);
        let there = there.map(|member| named(&member.listing.item)).collect();
        (named(&members[0].cluster), members[0].paired, there)
    };
    clusters(uses).into_iter().map(of_cluster).collect()
}

/// The moves, the leavers and the dependent moves, each as `listing: from -> to`.
fn decided(uses: Vec<BarcodeUse>, new: &[PlannedListing]) -> (Vec<String>, Links) {
    let mut assignments = Assignments::default();
    for cluster in clusters(uses) {
        assignments.take(&cluster).unwrap();
    }
    let mut spool = SpoolWriter::new().unwrap();
    new.iter().for_each(|listing| spool.push(listing).unwrap());
    let links = assignments.finish(&spool.finish().unwrap()).unwrap();
    let moves = links.moves.read().map(Result::unwrap);
    let moves = moves.map(|it| format!("{}: {} -> {}", named(&it.item), it.from, it.to.unwrap()));
    let leaving = links.leaving.read().map(Result::unwrap);
    let leaving = leaving.map(|it| format!("{}: {} -> its own", named(&it.item), it.from));
    let dependent = links.dependent.read().map(Result::unwrap);
    let dependent = dependent.map(|DependentMove { moved, leader, .. }| {
        format!("{}: {} -> that of {}", named(&moved.item), moved.from, leader.sku)
    });
    (moves.chain(leaving).chain(dependent).collect(), links)
}

#[test]
fn six_barcodes_become_clusters() {
    let uses = vec![
        // 1: one item on each side: a pair.
        used("1", "O A", Some(1)),
        used("1", "W 10/a", Some(2)),
        // 2: the pair's other barcode, which says the same.
        used("2", "O A", Some(1)),
        used("2", "W 10/a", Some(2)),
        // 3: a duplicate card: nobody's partner.
        used("3", "O B", Some(3)),
        used("3", "W 20/a", Some(4)),
        used("3", "W 21/a", Some(5)),
        // 4 and 5 contradict each other: C would have two partners, so it has none.
        used("4", "O C", Some(6)),
        used("4", "W 30/a", Some(7)),
        used("5", "O C", Some(6)),
        used("5", "W 31/a", Some(8)),
        // 6: sold on one marketplace only.
        used("6", "O D", Some(9)),
    ];
    let alone = |name: &str| (name.to_owned(), false, vec![name.to_owned()]);
    let twice = |name: &str| (name.to_owned(), false, vec![name.to_owned(), name.to_owned()]);
    let pair = ["O A", "O A", "W 10/a", "W 10/a"].map(String::from).to_vec();
    assert_eq!(
        present(uses),
        [
            alone("O B"),
            twice("O C"),
            alone("O D"),
            ("W 10/a".to_owned(), true, pair),
            alone("W 20/a"),
            alone("W 21/a"),
            alone("W 30/a"),
            alone("W 31/a"),
        ]
    );
}

#[test]
fn a_pair_gathers_at_its_older_product() {
    let uses = vec![used("1", "O A", Some(12)), used("1", "W 10/a", Some(3))];
    let (decided, links) = decided(uses, &[]);
    assert_eq!((decided, links.linked), (vec!["O A: 12 -> 3".to_owned()], 1));
}

#[test]
fn new_listings_come_to_their_partner_or_share_a_new_product() {
    let uses = vec![
        used("1", "O A", Some(12)),
        new("1", "W 10/a", 0),
        new("2", "W 20/a", 1),
        new("3", "W 20/a", 1),
        // The same size under a second listing, created with the first.
        BarcodeUse { size_id: "b".into(), ..new("3", "W 20/a", 2) },
    ];
    let (decided, links) = decided(uses, &vec![PlannedListing::default(); 3]);
    assert_eq!(decided, [""; 0]);
    let new: Vec<_> = links.new.read().map(Result::unwrap).collect();
    let products: Vec<_> = new.iter().map(|it| (it.product_id, it.same_as)).collect();
    assert_eq!(products, [(Some(12), None), (None, None), (None, Some(1))]);
    assert_eq!((links.products_to_create, links.linked), (1, 1));
}

#[test]
fn who_lost_the_barcode_to_another_article_leaves_their_product() {
    // B carries now what A carried, and stands at the product that A came to by it.
    let uses =
        vec![lost("1", "O A", Some(3)), used("1", "O B", Some(7)), used("1", "W 10/a", Some(3))];
    let uses_of_a = used("2", "O A", Some(3));
    let (decided, _) = decided([uses, vec![uses_of_a]].concat(), &[]);
    assert_eq!(decided, ["O B: 7 -> 3", "O A: 3 -> its own"]);
}

#[test]
fn what_a_person_has_set_stays_whatever_the_barcodes_say() {
    let by_hand = BarcodeUse { set_by_hand: true, ..used("1", "O A", Some(12)) };
    let (decided, links) = decided(vec![by_hand, used("1", "W 10/a", Some(3))], &[]);
    assert_eq!((decided, links.linked), (Vec::<String>::new(), 0));
}

#[test]
fn a_barcode_that_more_than_twenty_lost_is_a_placeholder() {
    let crowd = |count: usize| {
        let uses = (0..count).map(|n| lost("1", &format!("O A{n:03}"), Some(3)));
        let carries = [used("1", "O B", Some(7)), used("1", "W 10/a", Some(3))];
        decided(uses.chain(carries).collect(), &[]).0.len()
    };
    assert_eq!((crowd(5), crowd(500)), (6, 21));
}
