//! A catalogue as large as sellers have, with every kind of barcode in it.

use std::collections::BTreeSet;

use super::shop::*;

fn barcode(number: u64) -> String {
    format!("46{number:011}")
}

/// 20 060 cards with 60 060 sizes, and the pairs of article and size that are one product.
fn large_shop() -> (Shop, BTreeSet<(String, String)>) {
    let (mut shop, mut expected) = (Shop::default(), BTreeSet::new());
    let mut duplicates = Vec::new();
    for number in 0..60_000_u64 {
        let (card, chrt_id) = (2_147_480_000 + number / 3, 4_294_960_000 + number);
        let (own, second) = (barcode(number), barcode(100_000 + number));
        let article = format!("ОЗ-{number}/ё");
        let mut link = |shop: &mut Shop, barcodes: &[&str]| {
            shop.article(&article, barcodes);
            expected.insert((article.clone(), chrt_id.to_string()));
        };
        match number % 1000 {
            odd if odd % 2 == 1 => {}
            // Ozon knows the second barcode only.
            0 => link(&mut shop, &[&second]),
            // Both lead to the same size; a third one is Ozon's own.
            2 => link(&mut shop, &["OZN1", &own, &second]),
            // An article that was copied with its barcode.
            4 => {
                shop.article(&article, &[&own]).article(&format!("{article} копия"), &[&own]);
            }
            // A duplicate card.
            6 => {
                shop.article(&article, &[&own]);
                duplicates.push((card + 1_000_000, chrt_id + 1_000_000, own.clone()));
            }
            // An article with the barcodes of two sizes.
            8 => {
                shop.article(&article, &[&own, &barcode(number + 1)]);
            }
            _ => link(&mut shop, &[&own]),
        }
        let both: &[&str] = if number % 1000 <= 2 { &[&own, &second] } else { &[&own] };
        shop.size(card, chrt_id, both);
    }
    for (card, chrt_id, barcode) in &duplicates {
        shop.size(*card, *chrt_id, &[barcode]);
    }
    // The barcode of Ozon's own must not be one for all.
    for (number, (_, barcodes)) in shop.articles.iter_mut().enumerate() {
        barcodes.iter_mut().filter(|it| *it == "OZN1").for_each(|it| *it = format!("OZN{number}"));
    }
    (shop, expected)
}

fn ten_cards_get_a_size(shop: &mut Shop) {
    for number in 0..10_u64 {
        let card = 2_147_480_000 + number * 100;
        let place = shop.sizes.iter().position(|size| size.card == card).unwrap();
        let new = Size {
            card,
            chrt_id: 4_300_000_000 + number,
            barcodes: vec![barcode(300_000 + number)],
        };
        shop.sizes.insert(place, new);
        shop.changed.push((card, 1 + number));
    }
}

#[test]
fn twenty_thousand_cards_get_exactly_the_links_that_their_barcodes_say() {
    let (mut shop, expected) = large_shop();
    let world = shop.world();
    world.run("sync ozon").expect(0);
    let run = world.run("sync wb").expect(0).says("cards: 1000 on 10 pages so far");
    assert_eq!(links(&world), expected, "{}", run.stderr);
    assert_sound(&world);
    assert_eq!(cards_asked(&world), 201, "20 060 cards on pages of 100");
    let log = world.database.table(
        "SELECT cards_fetched, listings_linked, products_created, products_joined FROM sync_logs ORDER BY id DESC LIMIT 1",
    );
    let own_products = 60_060 - expected.len();
    let counts = ["20060".into(), expected.len().to_string(), own_products.to_string(), "0".into()];
    assert_eq!(log, [counts]);
    let nameless = "SELECT COUNT(*) FROM product_listings WHERE name IS NULL OR barcode IS NULL";
    assert_eq!(world.database.number(nameless), 0);

    world.marketplaces.forget_calls();
    world.run("sync wb").expect(0);
    assert_eq!(cards_asked(&world), 0, "nothing is unknown");

    ten_cards_get_a_size(&mut shop);
    shop.open(&world);
    world.run("sync wb").expect(0);
    assert_eq!(cards_asked(&world), 1, "ten cards changed");
    assert_eq!(
        world.database.number("SELECT cards_fetched FROM sync_logs ORDER BY id DESC LIMIT 1"),
        10
    );
    assert_eq!(world.database.number(nameless), 0);
    assert_eq!(links(&world), expected);
}
