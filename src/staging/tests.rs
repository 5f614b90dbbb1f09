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
    let mut duplicates = Vec::new();
    let snapshot =
        staging.finish(&mut |duplicate| duplicates.push(duplicate.rejection.record)).unwrap();
    let rows = snapshot
        .rows
        .read()
        .map(|row| row.unwrap())
        .map(|row| (row.sku, row.warehouse_name, row.quantities.available))
        .collect();
    (rows, snapshot.totals, duplicates)
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
        record("1", Identity::Warehouse, &[("Казань", StockType::Fbo, 5)]),
        record("1", Identity::Warehouse, &[("Тула", StockType::Fbo, 6)]),
        record("1", Identity::Warehouse, &[("Казань", StockType::Fbs, 7)]),
        record("1", Identity::Warehouse, &[("Казань", StockType::Fbo, 8)]),
    ]);
    assert_eq!(rows, [row("1", "Казань", 5), row("1", "Казань", 7), row("1", "Тула", 6)]);
    assert_eq!(duplicates, ["record 4 (sku \"1\", warehouse \"Казань\")"]);
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
