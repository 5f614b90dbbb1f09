//! Listings that a marketplace stops naming, and names again.

use super::shop::{Shop, assert_sound, linked, links};
use crate::support::world::{World, today};

fn gone(world: &World) -> Vec<String> {
    let gone = "SELECT CONCAT_WS(' ', source, sku, size_id, last_seen_on) FROM product_listings \
                WHERE last_seen_on IS NOT NULL ORDER BY source, sku, size_id";
    world.database.table(gone).into_iter().flatten().collect()
}

#[test]
fn a_listing_says_when_it_was_last_seen_until_it_is_back() {
    let mut shop = Shop::default();
    shop.size(1, 11, &["4600000000011"]).size(1, 12, &["4600000000012"]);
    shop.article("A", &["4600000000011"]).article("B", &[]);
    let world = shop.world();
    let both = || {
        world.run("sync ozon --accept-shrink").expect(0);
        world.run("sync wb --accept-shrink").expect(0);
    };
    both();
    assert_eq!(gone(&world), [""; 0]);

    let whole = shop.clone();
    shop.sizes.pop();
    shop.articles.remove(0);
    shop.open(&world);
    both();
    let last = |day| [format!("Ozon A  {day}"), format!("Wildberries 1 12 {day}")];
    assert_eq!(gone(&world), last(today()), "a snapshot of this day had them");

    world.database.run("UPDATE inventory_data SET snapshot_date = snapshot_date - INTERVAL 2 DAY");
    world.database.run("UPDATE product_listings SET last_seen_on = NULL");
    both();
    let newest = today() - chrono::TimeDelta::days(2);
    assert_eq!(gone(&world), last(newest), "the day of the newest snapshot, whenever that was");
    both();
    assert_eq!(gone(&world), last(newest), "a listing that stays away keeps its day");

    whole.open(&world);
    both();
    assert_eq!(gone(&world), [""; 0]);
    assert_sound(&world);
}

#[test]
fn a_pull_that_is_refused_marks_nothing_as_gone() {
    let mut shop = Shop::default();
    shop.article("A", &[]).article("B", &[]).article("C", &[]);
    let world = shop.world();
    world.run("sync ozon").expect(0);
    shop.articles.truncate(1);
    shop.open(&world);
    world.run("sync ozon").expect(4);
    world.run("sync ozon --dry-run --accept-shrink").expect(0);
    assert_eq!(gone(&world), [""; 0]);
}

#[test]
fn a_size_that_is_gone_keeps_its_barcode_to_itself_for_30_days() {
    for (days, expected) in [(30, linked(&[])), (31, linked(&[("A", "21")]))] {
        let mut shop = Shop::default();
        shop.size(1, 11, &["4600000000011"]).size(2, 21, &["4600000000021"]);
        let world = shop.world();
        world.run("sync wb").expect(0);
        // The first size's barcode stands on another card, which is read because of a third one.
        shop.sizes.remove(0);
        shop.sizes[0].barcodes.push("4600000000011".into());
        shop.changed = vec![(2, 1)];
        shop.size(3, 31, &["4600000000031"]);
        shop.open(&world);
        world.run("sync wb").expect(0);
        let day = today() - chrono::TimeDelta::days(days);
        world.database.run(&format!(
            "UPDATE product_listings SET last_seen_on = '{day}' WHERE size_id = '11'"
        ));
        assert_eq!(gone(&world), [format!("Wildberries 1 11 {day}")]);

        shop.article("A", &["4600000000011"]);
        shop.open(&world);
        world.run("sync ozon").expect(0);
        assert_eq!(links(&world), expected, "last seen {days} days ago");
    }
}
