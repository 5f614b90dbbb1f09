//! Which record counts when several claim the same place.

use super::*;
use crate::inventory::{Identity, Listing, Quantities, StockLine, StockType};

fn record(sku: &str, identity: Identity, lines: &[(&str, StockType, i32)]) -> Record {
    Record {
        listing: Listing { sku: sku.into(), ..Listing::default() },
        lines: lines
            .iter()
            .map(|(warehouse, stock_type, available)| StockLine {
                warehouse_name: (*warehouse).into(),
                stock_type: *stock_type,
                quantities: Quantities { available: *available, ..Quantities::default() },
            })
            .collect(),
        identity,
        warnings: Vec::new(),
    }
}

fn stage(records: Vec<Record>) -> (Vec<(String, String, i32)>, Totals, Vec<String>) {
    let mut staging = Staging::default();
    for (index, record) in records.into_iter().enumerate() {
        staging.push(index as u64 + 1, record).unwrap();
    }
    let mut clashes = Vec::new();
    let mut note = |conflict| {
        clashes.push(match conflict {
            RowConflict::Duplicate(duplicate) => duplicate.rejection.record,
            RowConflict::TooMany(rejection) => rejection.to_string(),
            RowConflict::SameName(name) => format!("another {name:?}"),
        });
    };
    let snapshot = staging.finish(&mut note).unwrap();
    let rows = snapshot
        .rows
        .read()
        .map(|row| row.unwrap())
        .map(|row| (row.sku, row.warehouse_name, row.quantities.available))
        .collect();
    (rows, snapshot.totals, clashes)
}

fn row(sku: &str, warehouse: &str, available: i32) -> (String, String, i32) {
    (sku.into(), warehouse.into(), available)
}

#[test]
fn a_second_record_of_a_listing_is_a_duplicate_even_if_it_speaks_of_another_warehouse() {
    let (rows, totals, duplicates) = stage(vec![
        record(
            "A",
            Identity::Listing,
            &[("Ozon FBS", StockType::Fbs, 5), ("Ozon realFBS", StockType::RealFbs, 1)],
        ),
        record(
            "A",
            Identity::Listing,
            &[("Ozon FBO", StockType::Fbo, 7), ("Ozon FBS", StockType::Fbs, 7)],
        ),
        record("B", Identity::Listing, &[("Ozon FBO", StockType::Fbo, 0)]),
    ]);
    assert_eq!(
        rows,
        [row("A", "Ozon FBS", 5), row("A", "Ozon realFBS", 1), row("B", "Ozon FBO", 0)]
    );
    assert_eq!(duplicates, ["record 2 (sku \"A\")"]);
    assert_eq!(
        (totals.rows, totals.listings, totals.listings_with_stock, totals.available),
        (3, 2, 1, 6)
    );
}

#[test]
fn a_second_record_of_a_warehouse_is_a_duplicate_and_other_warehouses_are_not() {
    let (rows, _, duplicates) = stage(vec![
        record("1", at(None, ""), &[("Казань", StockType::Fbo, 5)]),
        record("1", at(None, ""), &[("Тула", StockType::Fbo, 6)]),
        record("1", at(None, ""), &[("Казань", StockType::Fbs, 7)]),
        record("1", at(None, ""), &[("Казань", StockType::Fbo, 8)]),
    ]);
    assert_eq!(rows, [row("1", "Казань", 5), row("1", "Казань", 7), row("1", "Тула", 6)]);
    assert_eq!(duplicates, ["record 4 (sku \"1\", warehouse \"Казань\")"]);
}

fn at(id: Option<i64>, region: &str) -> Identity {
    Identity::Warehouse { id, region: region.into() }
}

fn on(warehouse_id: impl Into<Option<i64>>, name: &str, available: i32) -> Record {
    record("1", at(warehouse_id.into(), ""), &[(name, StockType::Fbs, available)])
}

#[test]
fn warehouses_of_one_name_and_different_ids_are_one_row_of_all_their_pieces() {
    let (rows, totals, clashes) = stage(vec![
        on(300, "Склад", 1),
        on(200, "Склад  ", 20),
        on(100, "Другой", 7),
        on(100, "Склад", 300),
        on(200, "Склад", 4_000),
    ]);
    assert_eq!(rows, [row("1", "Другой", 7), row("1", "Склад", 321)]);
    let again = "record 5 (sku \"1\", warehouse \"Склад\")";
    assert_eq!(clashes, ["another \"Склад  \"", again, "another \"Склад\""]);
    assert_eq!((totals.rows, totals.listings, totals.available), (2, 1, 328));
}

#[test]
fn stock_that_only_the_second_warehouse_of_a_name_has_counts() {
    let (_, totals, _) = stage(vec![on(100, "Склад", 0), on(200, "Склад", 5)]);
    assert_eq!((totals.rows, totals.listings_with_stock), (1, 1));
}

#[test]
fn a_constant_id_or_none_makes_neither_different_names_equal_nor_equal_ones_different() {
    for id in [Some(-999_999), None] {
        let (rows, _, clashes) =
            stage(vec![on(id, "Казань", 1), on(id, "Тула", 20), on(id, "Казань", 300)]);
        assert_eq!(rows, [row("1", "Казань", 1), row("1", "Тула", 20)]);
        assert_eq!(clashes, ["record 3 (sku \"1\", warehouse \"Казань\")"]);
    }
    let (rows, _, clashes) =
        stage(vec![on(None, "Тула", 1), on(7, "Тула", 20), on(8, "Тула", 300)]);
    assert_eq!(rows, [row("1", "Тула", 320)]);
    assert_eq!(clashes.len(), 2);
}

#[test]
fn one_id_of_several_regions_is_as_many_warehouses_and_each_counts_once() {
    let on = |id, region, pieces| record("1", at(id, region), &[("Ост", StockType::Fbo, pieces)]);
    let (rows, totals, mut clashes) = stage(vec![
        on(Some(0), "Южный", 1),
        on(Some(0), "Центральный", 20),
        on(Some(0), "Южный", 300),
        on(Some(0), "", 4_000),
        on(None, "Центральный", 50_000),
        on(Some(7), "Южный", 600_000),
    ]);
    assert_eq!((rows, totals.rows), (vec![row("1", "Ост", 604_021)], 1));
    clashes.sort();
    let again = |number| format!("record {number} (sku \"1\", warehouse \"Ост\")");
    let another = || "another \"Ост\"".to_owned();
    assert_eq!(clashes, [another(), another(), another(), again(3), again(5)]);
}

#[test]
fn a_warehouse_whose_pieces_do_not_fit_into_the_row_of_its_name_does_not_count() {
    let (rows, totals, clashes) =
        stage(vec![on(100, "Склад", i32::MAX - 1), on(200, "Склад", 2), on(300, "Склад", 1)]);
    assert_eq!(rows, [row("1", "Склад", i32::MAX)]);
    assert_eq!(totals.available, i64::from(i32::MAX));
    assert_eq!(
        clashes,
        [
            "record 2 (sku \"1\", warehouse \"Склад\"): together with another warehouse of the same name, \
             available is 2147483648, more than 2147483647",
            "another \"Склад\"",
        ]
    );
}

#[test]
fn of_overlapping_pages_the_newest_change_counts_and_nothing_is_a_duplicate() {
    let (rows, _, duplicates) = stage(vec![
        record("1", Identity::NewestOfWarehouse(200), &[("Казань", StockType::Fbo, 5)]),
        record("1", Identity::NewestOfWarehouse(300), &[("Казань", StockType::Fbo, 6)]),
        record("1", Identity::NewestOfWarehouse(100), &[("Казань", StockType::Fbo, 7)]),
        record("2", Identity::NewestOfWarehouse(100), &[("Казань", StockType::Fbo, 1)]),
        record("2", Identity::NewestOfWarehouse(100), &[("Казань", StockType::Fbo, 2)]),
    ]);
    assert_eq!(rows, [row("1", "Казань", 6), row("2", "Казань", 2)]);
    assert!(duplicates.is_empty());
}

#[test]
fn articles_that_differ_in_case_or_in_one_letter_are_different() {
    let (rows, ..) = stage(vec![
        record("Ёлка", Identity::Listing, &[("Ozon FBO", StockType::Fbo, 1)]),
        record("ёлка", Identity::Listing, &[("Ozon FBO", StockType::Fbo, 2)]),
        record("елка", Identity::Listing, &[("Ozon FBO", StockType::Fbo, 3)]),
    ]);
    assert_eq!(rows.len(), 3);
}

#[test]
fn the_skus_of_an_article_add_up_and_a_warehouse_of_the_same_name_too_but_a_repetition_does_not() {
    let lies = |warehouse, sku, pieces| {
        let identity = Identity::SkuOfWarehouse { warehouse: Some(warehouse), sku };
        record("A", identity, &[("Тула", StockType::Fbs, pieces)])
    };
    let records = vec![lies(1, 10, 5), lies(2, 10, 70), lies(1, 11, 3), lies(1, 10, 900)];
    let (rows, totals, conflicts) = stage(records);
    assert_eq!(rows, [row("A", "Тула", 78)]);
    assert_eq!((totals.rows, totals.listings, totals.listings_with_stock), (1, 1, 1));
    assert_eq!(conflicts, [r#"record 4 (sku "A", warehouse "Тула")"#, r#"another "Тула""#]);
}

#[test]
fn an_articles_row_of_zeros_gives_way_to_any_other_and_leaves_it_its_name() {
    let mut named = record("A", Identity::Article, &[("Ozon FBO", StockType::Fbo, 0)]);
    named.listing.name = Some("Плед".into());
    let place = Identity::SkuOfWarehouse { warehouse: Some(1), sku: 10 };
    let records = vec![
        record("A", place, &[("Тула", StockType::Fbo, 5)]),
        named,
        record("B", Identity::Article, &[("Ozon FBO", StockType::Fbo, 0)]),
    ];
    let mut staging = Staging::default();
    for record in records.clone() {
        staging.push(1, record).unwrap();
    }
    let snapshot = staging.finish(&mut |_| panic!("nothing is odd")).unwrap();
    let names: Vec<_> = snapshot.rows.read().map(|row| row.unwrap().name).collect();
    assert_eq!(names, [Some("Плед".into()), None]);
    let (rows, totals, _) = stage(records);
    assert_eq!(rows, [row("A", "Тула", 5), row("B", "Ozon FBO", 0)]);
    assert_eq!((totals.rows, totals.listings, totals.listings_with_stock), (2, 2, 1));
}
