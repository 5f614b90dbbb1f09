//! Barcodes that sellers correct: who stays with whom, and that the next syncs leave it so.

use super::shop::{Shop, assert_sound, linked, links, product};
use crate::support::world::World;

const X: &str = "4600000000011";
const Y: &str = "4600000000021";
const Z: &str = "4600000000031";

fn products(world: &World) -> Vec<String> {
    let listings = "SELECT CONCAT_WS(' ', sku, size_id, product_id) FROM product_listings \
                    WHERE sku NOT LIKE 'news%' ORDER BY 1";
    world.database.table(listings).concat()
}

fn rows_without_listing(world: &World) -> i64 {
    world.database.number(
        "SELECT COUNT(*) FROM dim_products WHERE product_id NOT IN (SELECT product_id FROM product_listings) \
         AND product_id NOT IN (SELECT joined_product_id FROM product_joins)",
    )
}

/// Syncs with news of other listings change nothing.
#[track_caller]
fn assert_settled(world: &World, shop: &mut Shop) {
    let before = products(world);
    for _ in 0..3 {
        let article = format!("news {}", shop.articles.len());
        shop.article(&article, &[]);
        shop.open(world);
        world.run("sync ozon").expect(0);
        world.run("sync wb").expect(0);
        assert_eq!(products(world), before);
    }
    assert_sound(world);
    assert_eq!(rows_without_listing(world), 0);
}

#[test]
fn an_article_whose_barcode_is_corrected_goes_over_to_the_other_size() {
    let mut shop = Shop::default();
    shop.size(1, 11, &[X]).size(3, 31, &[Y]).article("C", &[X]);
    let world = shop.world();
    world.run("sync wb").expect(0);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "11")]));
    let (size, other) = (product(&world, "1", "11"), product(&world, "3", "31"));

    shop.articles[0].1 = vec![Y.into()];
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "31")]));
    assert_eq!([product(&world, "1", "11"), product(&world, "3", "31")], [size, other]);
    assert_settled(&world, &mut shop);

    shop.article("N", &[X]);
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "31"), ("N", "11")]));
    assert_settled(&world, &mut shop);
}

#[test]
fn an_article_is_corrected_and_its_old_barcode_goes_to_a_new_one_at_once() {
    let mut shop = Shop::default();
    shop.size(1, 11, &[X]).size(3, 31, &[Y]).article("C", &[X]);
    let world = shop.world();
    world.run("sync wb").expect(0);
    world.run("sync ozon").expect(0);
    shop.articles[0].1 = vec![Y.into()];
    shop.article("N", &[X]);
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "31"), ("N", "11")]));
    let created = "SELECT products_created FROM sync_logs ORDER BY id DESC LIMIT 1";
    assert_eq!(world.database.number(created), 0);
    assert_settled(&world, &mut shop);
}

#[test]
fn an_article_is_corrected_before_the_size_with_its_barcode_is_known() {
    let mut shop = Shop::default();
    shop.size(1, 11, &[X]).article("C", &[X]);
    let world = shop.world();
    world.run("sync wb").expect(0);
    world.run("sync ozon").expect(0);
    shop.articles[0].1 = vec![Y.into()];
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "11")]), "what is merely lost parts nobody");
    let size = product(&world, "1", "11");

    shop.size(3, 31, &[Y]);
    shop.open(&world);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("C", "31")]));
    assert_eq!(product(&world, "1", "11"), size);
    assert_settled(&world, &mut shop);
}

#[test]
fn a_size_whose_barcode_is_corrected_goes_over_to_the_other_article() {
    let mut shop = Shop::default();
    shop.article("A", &[X]).article("B", &[Y]).size(1, 11, &[X]);
    let world = shop.world();
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("A", "11")]));
    shop.sizes[0].barcodes = vec![Y.into()];
    shop.changed = vec![(1, 1)];
    shop.size(2, 21, &[Z]);
    shop.open(&world);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("B", "11")]));
    assert_settled(&world, &mut shop);
}

#[test]
fn an_article_that_joins_an_older_product_leaves_no_product_without_a_listing() {
    let mut shop = Shop::default();
    shop.size(5, 51, &[Y]);
    let world = shop.world();
    world.run("sync wb").expect(0);
    shop.article("C", &[X]).size(6, 61, &[X]);
    shop.open(&world);
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("C", "61")]));
    shop.articles[0].1 = vec![Y.into()];
    shop.article("N", &[X]);
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "51"), ("N", "61")]));
    assert_eq!(world.database.number("SELECT COUNT(*) FROM dim_products"), 2);
    assert_settled(&world, &mut shop);
}

#[test]
fn an_article_that_lost_a_barcode_to_each_of_two_pairs_leaves_once() {
    let mut shop = Shop::default();
    shop.size(1, 11, &[X]).size(2, 21, &[Z]).size(3, 31, &[Y]);
    shop.article("C", &[X]).article("D", &[Z]);
    let world = shop.world();
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("C", "11"), ("D", "21")]));
    // Somebody's product is two sizes, and the article has had the barcodes of both.
    let (together, apart) = (product(&world, "C", ""), product(&world, "3", "31"));
    for table in ["product_listings", "inventory_data"] {
        let unite =
            format!("UPDATE {table} SET product_id = {together} WHERE product_id = {apart}");
        world.database.run(&unite);
    }
    world.database.run(&format!(
        "INSERT INTO listing_barcodes (source, sku, size_id, barcode, lost_on) VALUES ('Ozon', 'C', '', '{Y}', CURDATE())"
    ));
    shop.articles = vec![("C".into(), vec![]), ("D".into(), vec![])];
    shop.article("L", &[X]).article("M", &[Z]).article("N", &[Y]);
    shop.open(&world);
    world.run("sync ozon").expect(0);
    let alone = [product(&world, "C", ""), product(&world, "D", "")];
    assert_eq!(
        links(&world).iter().filter(|(article, _)| article == "C" || article == "D").count(),
        0
    );
    assert_eq!(world.database.number("SELECT COUNT(*) FROM dim_products"), 5);
    assert_ne!(alone[0], alone[1]);
}

#[test]
fn an_article_without_its_barcode_makes_room_once_the_size_has_another_partner() {
    let mut shop = Shop::default();
    shop.size(1, 11, &[X, Z]).article("C", &[X]).article("D", &[]);
    let world = shop.world();
    world.run("sync wb").expect(0);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "11")]));
    let size = product(&world, "1", "11");
    shop.articles[0].1.clear();
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "11")]), "what is merely lost parts nobody");

    shop.articles[1].1 = vec![Z.into()];
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("D", "11")]));
    assert_eq!(product(&world, "1", "11"), size);
    assert_settled(&world, &mut shop);
}

#[test]
fn a_barcode_of_two_articles_links_once_one_of_them_is_gone() {
    let mut shop = Shop::default();
    shop.size(1, 11, &[X]).article("A", &[X]).article("B", &[X]).article("Z", &[]);
    let world = shop.world();
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[]));
    shop.articles.remove(0);
    shop.open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("B", "11")]), "nothing else is new");
    assert_settled(&world, &mut shop);
}

#[test]
fn an_article_that_was_renamed_within_a_day_is_not_in_the_way_of_its_new_name() {
    let mut shop = Shop::default();
    shop.article("A", &[X]).article("Z", &[]);
    let world = shop.world();
    world.run("sync ozon").expect(0);
    shop.articles[0].0 = "B".into();
    shop.open(&world);
    world.run("sync ozon").expect(0);
    shop.size(1, 11, &[X]);
    shop.open(&world);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("B", "11")]));
    assert_settled(&world, &mut shop);
}

#[test]
fn an_article_and_a_size_that_both_leave_a_partner_found_a_product() {
    let mut shop = Shop::default();
    shop.size(1, 11, &[X]).size(3, 31, &[Z]).article("C", &[X]).article("D", &[Z]);
    let world = shop.world();
    world.run("sync wb").expect(0);
    world.run("sync ozon").expect(0);
    assert_eq!(links(&world), linked(&[("C", "11"), ("D", "31")]));
    let before = [product(&world, "1", "11"), product(&world, "D", "")];
    shop.articles[0].1 = vec![Y.into()];
    shop.sizes[1].barcodes = vec![Y.into()];
    shop.changed = vec![(3, 1)];
    shop.size(4, 41, &["4600000000041"]);
    shop.open(&world);
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    assert_eq!(links(&world), linked(&[("C", "31")]));
    assert_eq!([product(&world, "1", "11"), product(&world, "D", "")], before);
    assert_settled(&world, &mut shop);
}
