//! `dim_products` found with a column of names that cannot hold every name: no stock is lost for one.

use super::shop::{Shop, product};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::world::{OZON, WB, World};

/// A seller's database whose `product_name` is of this kind.
fn world(kind: &str, catalogue: Catalogue) -> World {
    let world = World::bare(catalogue);
    world.database.run(&format!(
        "CREATE TABLE dim_products (product_id INT AUTO_INCREMENT PRIMARY KEY, product_name {kind})"
    ));
    world.run("migrate --no-backup").expect(0);
    world
}

/// The names of an article, of its listing and in `dim_products`.
fn names(world: &World, article: &str) -> Vec<String> {
    let names = format!(
        "SELECT l.name, CONVERT(p.product_name USING utf8mb4) FROM product_listings l \
         JOIN dim_products p USING (product_id) WHERE l.sku = '{article}'"
    );
    world.database.table(&names).concat()
}

#[test]
fn a_name_that_the_column_cannot_hold_is_cut_or_its_characters_replaced() {
    let long = || "ё".repeat(300);
    let odd = || "Ёж 🎁 × 2".to_owned();
    let cases = [
        ("VARCHAR(200)", long(), "ё".repeat(200)),
        ("VARCHAR(200) NOT NULL", long(), "ё".repeat(200)),
        ("TINYTEXT", long(), "ё".repeat(63)),
        ("VARBINARY(200)", long(), "ё".repeat(50)),
        ("VARCHAR(500) CHARACTER SET utf8mb3", odd(), "Ёж ? × 2".to_owned()),
        ("VARCHAR(500) CHARACTER SET cp1251", odd(), "Ёж ? ? 2".to_owned()),
        ("VARCHAR(6) CHARACTER SET cp1251 NOT NULL", odd(), "Ёж ? ?".to_owned()),
    ];
    for (kind, name, held) in cases {
        let mut catalogue = Catalogue::small(5);
        for product in &mut catalogue.ozon {
            product.name = "Плед".into();
        }
        catalogue.ozon[0].name = name.clone();
        let world = world(kind, catalogue.clone());
        let outcome = world.run("sync ozon").expect(0).says("as they are: 1;");
        let warnings = outcome.stderr.matches("VARCHAR(500) CHARACTER SET utf8mb4").count();
        assert_eq!(warnings, 1, "{kind}: {}", outcome.stderr);
        world.assert_stock(OZON, &catalogue.expected_ozon());
        assert_eq!(names(&world, &catalogue.ozon[0].offer_id), [name, held], "{kind}");
        assert_eq!(names(&world, &catalogue.ozon[1].offer_id), ["Плед", "Плед"], "{kind}");
        let again = world.run("sync ozon").expect(0);
        assert!(!again.stderr.contains("product_name"), "{kind}: {}", again.stderr);
    }
}

#[test]
fn a_column_that_holds_every_name_is_not_warned_of() {
    for kind in ["VARCHAR(200)", "TEXT NOT NULL", "VARCHAR(500) CHARACTER SET cp1251"] {
        let mut catalogue = Catalogue::small(5);
        for product in &mut catalogue.ozon {
            product.name = "Плед".into();
        }
        let world = world(kind, catalogue.clone());
        let outcome = world.run("sync ozon").expect(0);
        assert!(!outcome.stderr.contains("product_name"), "{kind}: {}", outcome.stderr);
        assert_eq!(names(&world, &catalogue.ozon[1].offer_id), ["Плед", "Плед"], "{kind}");
    }
}

#[test]
fn a_name_that_nobody_knows_is_empty_where_null_is_not_allowed_and_filled_in_once_it_is_known() {
    let kinds =
        ["VARCHAR(500) NOT NULL", "VARCHAR(200) CHARACTER SET cp1251 NOT NULL", "VARCHAR(200)"];
    for kind in kinds {
        let mut shop = Shop::default();
        shop.size(1, 11, &["4600000000011"]).size(2, 21, &["4600000000021"]);
        let world = world(kind, Catalogue::default());
        shop.open(&world);
        world.marketplaces.configure(|settings| settings.forbidden = vec![Endpoint::WbCards]);
        world.run("sync wb").expect(0);
        world.assert_stock(WB, &shop.catalogue().expected_wb(true));
        let unknown = if kind.ends_with("NOT NULL") { "" } else { "NULL" };
        assert_eq!(names(&world, "1"), ["NULL", unknown], "{kind}");

        world.marketplaces.configure(|settings| settings.forbidden.clear());
        world.run("sync wb").expect(0);
        assert_eq!(names(&world, "1"), [Shop::name(1), Shop::name(1)], "{kind}");
        assert_eq!(names(&world, "2"), [Shop::name(2), Shop::name(2)], "{kind}");
    }
}

#[test]
fn a_product_of_its_own_for_a_listing_that_lost_its_barcode_needs_no_name() {
    let mut shop = Shop::default();
    shop.size(1, 11, &["4600000000011"]).article("A", &["4600000000011"]).article("B", &[]);
    let world = world("VARCHAR(500) NOT NULL", Catalogue::default());
    shop.open(&world);
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    let together = product(&world, "A", "");
    shop.articles = vec![("A".into(), vec![]), ("B".into(), vec!["4600000000011".into()])];
    shop.open(&world);
    world.run("sync ozon").expect(0);
    world.assert_stock(OZON, &shop.catalogue().expected_ozon());
    assert_ne!(product(&world, "A", ""), together);
    assert_eq!(names(&world, "A"), ["Носки Озон A", ""]);
}
