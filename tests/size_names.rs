//! `product_listings.size_name`: what people call the sizes of one card, from whichever answer tells it.

use std::sync::Arc;

use crate::support::file::File;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::wb::WbSize;
use crate::support::marketplace::catalogue::wb_cabinet::{Cabinet, TODAY};
use crate::support::world::World;

const SIZE_NAMES: &str = "SELECT sku, size_id, COALESCE(size_name, '-') FROM product_listings
     WHERE source = 'Wildberries' ORDER BY sku, size_id";

/// A name for each size, by what the answers call `size_id`.
fn expected(catalogue: &Catalogue, size_id: fn(&WbSize) -> String) -> Vec<Vec<String>> {
    let named = |size: &WbSize| {
        let name = if size.tech_size == "0" { "-" } else { &size.tech_size };
        vec![size.nm_id.to_string(), size_id(size), name.to_owned()]
    };
    let mut rows: Vec<_> = catalogue.wb.iter().map(named).collect();
    rows.sort();
    rows
}

#[test]
fn three_rows_of_one_t_shirt_are_told_apart_by_their_cards() {
    let world = World::new(Catalogue::demo());
    world.run("sync wb").expect(0);
    let by_card = expected(&Catalogue::demo(), |size| size.chrt_id.to_string());
    assert_eq!(by_card.iter().filter(|row| ["S", "M", "L"].contains(&&*row[2])).count(), 3);
    assert_eq!(world.database.table(SIZE_NAMES), by_card);
    world.run("sync wb").expect(0);
    assert_eq!(world.database.table(SIZE_NAMES), by_card);
}

#[test]
fn a_later_card_gives_a_size_its_new_name_and_one_without_a_name_takes_none_away() {
    let world = World::new(Catalogue::demo());
    world.run("sync wb").expect(0);
    let mut cards = world.marketplaces.catalogue().cards();
    let shirt = cards.iter_mut().find(|card| card["sizes"][0]["techSize"] == "S").unwrap();
    shirt["updatedAt"] = "2036-01-01T00:00:00Z".into();
    shirt["sizes"][0]["techSize"] = "0".into();
    shirt["sizes"][0]["wbSize"] = "42-44".into();
    shirt["sizes"][1]["techSize"] = "".into();
    cards.sort_by_key(|card| card["updatedAt"].to_string());
    world.marketplaces.configure(|settings| settings.cards = Some(Arc::new(cards)));
    world.database.run("DELETE FROM stocksync_state WHERE name = 'wb_cards_read_on'");
    world.run("sync wb").expect(0);
    let names = "SELECT size_name FROM product_listings WHERE sku = '183804173' ORDER BY size_id";
    assert_eq!(world.database.table(names).concat(), ["42-44", "M", "L"]);
}

#[test]
fn the_report_of_remains_and_the_cabinets_file_name_the_sizes_where_no_card_does() {
    let catalogue = Catalogue::small(4);
    let by_barcode = expected(&catalogue, |size| size.barcode.clone());
    assert!(by_barcode.iter().any(|row| row[2] == "46-48"));
    let remains = File::new("remains.json", catalogue.remains_report().to_string());
    let cabinet = File::new("остатки.xlsx", Cabinet::new(&catalogue, TODAY).xlsx(0));
    for file in [remains, cabinet] {
        let world = World::new(catalogue.clone());
        file.import(&world, "wb").run().expect(0);
        assert_eq!(world.database.table(SIZE_NAMES), by_barcode);
    }
}

#[test]
fn listings_from_before_learn_the_names_of_their_sizes_with_the_next_sync() {
    let world = World::new(Catalogue::demo());
    world.run("sync wb").expect(0);
    world.run("migrate --rollback-to 10 --no-backup").expect(0);
    world.run("migrate --no-backup").expect(0);
    assert!(world.database.table(SIZE_NAMES).iter().all(|row| row[2] == "-"));
    world.run("sync wb").expect(0);
    let by_card = expected(&Catalogue::demo(), |size| size.chrt_id.to_string());
    assert_eq!(world.database.table(SIZE_NAMES), by_card);
}
