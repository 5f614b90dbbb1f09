//! A card that the old system knew by its `nmId` alone: with one size it stays the product that it was.

use super::shop::{Shop, assert_sound, linked, links, place, product};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::world::{WB, World};

const CARD: u64 = 183_804_172;
const SKU: &str = "183804172";
const BARCODE: &str = "2037031652319";
/// The old system's product of the card: 320.50 is what it costs.
const OLD: i64 = 3;

/// The old database, and a shop in which the card has these sizes.
fn world(sizes: &[(u64, &str)]) -> (World, Shop) {
    let mut shop = Shop::default();
    for (chrt_id, barcode) in sizes {
        shop.size(CARD, *chrt_id, &[barcode]);
    }
    let world = World::legacy(Catalogue::default());
    shop.open(&world);
    (world, shop)
}

#[track_caller]
fn sync(world: &World, method: &str) {
    world.binary().env("WB_STOCKS_METHOD", method).args("sync wb").run().expect(0);
    assert_sound(world);
}

const WAREHOUSES: &str = "wb-warehouses";

/// The old rows of the card: product and pieces.
fn history(world: &World) -> String {
    world.database.value(
        "SELECT GROUP_CONCAT(CONCAT(product_id, ':', current_stock)) FROM inventory_data \
         WHERE source = 'Wildberries' AND size_id = ''",
    )
}

fn cost(world: &World, product: i64) -> String {
    world
        .database
        .value(&format!("SELECT cost_price FROM dim_products WHERE product_id = {product}"))
}

fn products(world: &World) -> i64 {
    world.database.number("SELECT COUNT(*) FROM dim_products")
}

#[test]
fn a_legacy_card_of_one_size_keeps_its_product_with_each_method() {
    for (method, size_id) in
        [(WAREHOUSES, "11"), ("warehouse-remains", BARCODE), ("supplier-stocks", BARCODE)]
    {
        let (world, mut shop) = world(&[(11, BARCODE)]);
        let before = world.database.table("SELECT * FROM dim_products");
        sync(&world, method);
        assert_eq!(product(&world, SKU, size_id), OLD, "{method}");
        assert_eq!(world.database.table("SELECT * FROM dim_products"), before, "{method}");
        assert_eq!((history(&world), cost(&world, OLD)), ("3:134".into(), "320.50".into()));
        // It stays so, also with another method and on the seller's own warehouses.
        for other in [WAREHOUSES, "warehouse-remains", method] {
            let mut catalogue = shop.catalogue();
            catalogue.wb[0].own = vec![place("Мой склад", 3)];
            world.marketplaces.set_catalogue(catalogue);
            sync(&world, other);
        }
        let strays = format!(
            "SELECT COUNT(*) FROM product_listings WHERE sku = '{SKU}' AND product_id <> {OLD}"
        );
        assert_eq!(world.database.number(&strays), 0, "{method}");
        assert_eq!(products(&world), 3);
        // The card gets a second size: that one is another product.
        shop.size(CARD, 12, &["4600000000012"]);
        shop.changed = vec![(CARD, 60)];
        shop.open(&world);
        sync(&world, WAREHOUSES);
        assert_eq!(product(&world, SKU, "11"), OLD);
        assert_ne!(product(&world, SKU, "12"), OLD);
        assert_eq!(history(&world), "3:134");
    }
}

#[test]
fn a_legacy_card_of_several_sizes_stands_beside_its_sizes_as_it_does() {
    let (world, mut shop) = world(&[(11, BARCODE), (12, "4600000000012")]);
    for method in [WAREHOUSES, "warehouse-remains"] {
        sync(&world, method);
    }
    let own = [product(&world, SKU, "11"), product(&world, SKU, "12")];
    assert!(!own.contains(&OLD) && own[0] != own[1], "{own:?}");
    assert_eq!((product(&world, SKU, ""), history(&world)), (OLD, "3:134".into()));
    // That one of them is dropped does not make all that was sold before the other one.
    shop.sizes.truncate(1);
    shop.changed = vec![(CARD, 60)];
    shop.size(4, 41, &["4600000000041"]).open(&world);
    sync(&world, WAREHOUSES);
    assert_eq!([product(&world, SKU, "11"), product(&world, SKU, "")], [own[0], OLD]);
}

#[test]
fn a_legacy_card_that_is_known_later_only_takes_its_size_over_with_its_history() {
    let (world, mut shop) = world(&[(11, BARCODE)]);
    world.marketplaces.configure(|settings| settings.forbidden = vec![Endpoint::WbCards]);
    sync(&world, WAREHOUSES);
    let own = product(&world, SKU, "11");
    assert_ne!(own, OLD, "how many sizes it has is not known");
    // However long the old system has been gone.
    world
        .database
        .run("UPDATE product_listings SET last_seen_on = '2024-02-03' WHERE size_id = ''");
    world.marketplaces.configure(|settings| settings.forbidden.clear());
    sync(&world, WAREHOUSES);
    assert_eq!(product(&world, SKU, "11"), OLD);
    let rows = format!("SELECT COUNT(*) FROM inventory_data WHERE product_id = {own}");
    assert_eq!(world.database.number(&rows), 0, "its rows have come along");
    let joined = world.database.table("SELECT joined_product_id, product_id FROM product_joins");
    assert_eq!(joined, [[own.to_string(), OLD.to_string()]]);
    // An article of Ozon with its barcode comes to it too, years after.
    shop.article("new", &[BARCODE]).open(&world);
    world.run("sync ozon").expect(0);
    assert_eq!(product(&world, "new", ""), OLD);
    assert_eq!(links(&world), linked(&[("new", ""), ("new", "11")]));
    assert_sound(&world);
}

#[test]
fn a_database_that_the_first_version_has_synced_is_mended_by_the_migration() {
    let (world, mut shop) = world(&[(11, BARCODE)]);
    shop.article("new", &[BARCODE]).open(&world);
    sync(&world, WAREHOUSES);
    world.run("sync ozon").expect(0);
    // As the first version left it: the size and the article are a product of their own, the old one stands alone.
    world.database.run(
        "INSERT INTO dim_products (sku, product_name, source) VALUES ('183804172/11', 'Фотоальбом', 'Wildberries')",
    );
    let own = world.database.number("SELECT MAX(product_id) FROM dim_products");
    for statement in [
        format!("UPDATE product_listings SET product_id = {own} WHERE sku = 'new' OR size_id = '11'"),
        format!("UPDATE inventory_data SET product_id = {own} WHERE sku = 'new' OR size_id = '11'"),
        format!("DELETE FROM listing_barcodes WHERE sku = '{SKU}' AND size_id = ''"),
        "UPDATE product_listings SET chrt_id = NULL, barcode = NULL, barcodes_hash = NULL WHERE size_id = '' AND sku <> 'new'".into(),
    ] {
        world.database.run(&statement);
    }
    sync(&world, WAREHOUSES);
    assert_eq!(product(&world, SKU, "11"), own, "no card has changed");
    world.run("migrate --no-backup --rollback-to 9").expect(0);
    world.run("migrate --no-backup").expect(0);
    sync(&world, WAREHOUSES);
    assert_eq!([product(&world, SKU, "11"), product(&world, "new", "")], [OLD, OLD]);
    assert_eq!(history(&world), "3:134");
    let rows = format!("SELECT COUNT(*) FROM inventory_data WHERE product_id = {own}");
    assert_eq!(world.database.number(&rows), 0);
}

#[test]
fn a_size_whose_product_a_person_has_set_is_left_there() {
    let (world, shop) = world(&[(11, BARCODE)]);
    world.marketplaces.configure(|settings| settings.forbidden = vec![Endpoint::WbCards]);
    sync(&world, WAREHOUSES);
    let own = product(&world, SKU, "11");
    world.database.run("UPDATE product_listings SET set_by_hand = 1 WHERE size_id = '11'");
    world.marketplaces.configure(|settings| settings.forbidden.clear());
    for _ in 0..2 {
        sync(&world, WAREHOUSES);
        assert_eq!([product(&world, SKU, "11"), product(&world, SKU, "")], [own, OLD]);
    }
    world.assert_stock(WB, &shop.catalogue().expected_wb(true));
}

#[test]
fn a_legacy_card_that_nobody_sells_any_more_is_in_no_ones_way() {
    let (world, mut shop) = world(&[(11, BARCODE)]);
    // It is in the list of cards still, and its barcode is on a new card, which is sold.
    shop.size(4, 41, &[BARCODE]).article("new", &[BARCODE]).open(&world);
    let mut catalogue = shop.catalogue();
    catalogue.wb.remove(0);
    world.marketplaces.set_catalogue(catalogue);
    world.run("sync ozon").expect(0);
    sync(&world, WAREHOUSES);
    assert_eq!(links(&world), linked(&[("new", "41")]));
    assert_eq!((product(&world, SKU, ""), history(&world)), (OLD, "3:134".into()));
}
