//! Wildberries' answers in which goods could be counted twice, or dropped although they have a number.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::row::{StockRow, sorted};
use crate::support::marketplace::catalogue::wb::WbPlace;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::replay::{self, Replay};
use crate::support::world::{WB, World};

fn empty() -> World {
    World::new(Catalogue::default())
}

/// `sync wb --file` with this content.
fn import(world: &World, content: &str) -> Binary {
    let name = format!("{}.json", world.database.name);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("a file");
    world.offline().args("sync wb --file").arg(path)
}

/// An item of the report of remains: its barcode and its entries.
type Item = (&'static str, &'static [(&'static str, u32)]);

fn remains(items: &[Item]) -> String {
    let entry = |(name, pieces): &(&str, u32)| json!({"warehouseName": name, "quantity": pieces});
    let item = |(barcode, entries): &Item| {
        let warehouses: Vec<Value> = entries.iter().map(entry).collect();
        json!({"nmId": 7, "vendorCode": "art", "barcode": barcode, "warehouses": warehouses})
    };
    Value::from_iter(items.iter().map(item)).to_string()
}

fn fbo(barcode: &str, warehouse: &str, pieces: u32) -> StockRow {
    StockRow::wb(7, barcode, warehouse, "FBO", pieces, [0, 0])
}

#[test]
fn case_22_a_report_of_remains_in_another_language_is_no_stock() {
    let world = empty();
    let english = replay::text("wb-remains-in-english.json");
    world.fails(&import(&world, &english), 65).says("Cyrillic letter").says("locale=ru");
    import(&world, &english).arg("--dry-run").run().expect(65);
    // The very entries, of which one is in Russian: no longer a question of letters.
    for (name, russian) in [("Nevinnomyssk", "Невинномысск"), ("Koledino", "Коледино")]
    {
        world.fails(&import(&world, &english.replace(name, russian)), 65).says("is the sum");
    }
}

#[test]
fn case_22_wildberries_is_asked_for_its_report_of_remains_in_russian() {
    let world = World::new(Catalogue::small(2));
    world.binary().env("WB_STOCKS_METHOD", "warehouse-remains").args("sync wb").run().expect(0);
    let calls = world.marketplaces.calls_of(Endpoint::WbRemainsCreate);
    assert_eq!(calls[0].request.query("locale"), Some("ru"));
    world.assert_stock(WB, &world.marketplaces.catalogue().expected_wb_remains(true));
}

#[test]
fn case_22_a_total_of_a_new_name_is_no_warehouse() {
    let reports: [&[Item]; 4] = [
        // A sum of two.
        &[("1", &[("Сумма", 134), ("Невинномысск", 130), ("Коледино", 4)])],
        // With goods in transit, which are known, and an item that holds nothing.
        &[
            ("1", &[("В пути до получателей", 14), ("Сумма", 9), ("Тула", 2), ("Казань", 7)]),
            ("2", &[("Сумма", 0), ("Тула", 0)]),
            ("3", &[]),
        ],
        // Goods in transit under new names too: the total is still that of what follows it.
        &[
            ("1", &[("Едет", 14), ("Сумма", 9), ("Тула", 2), ("Казань", 7)]),
            ("2", &[("Сумма", 3), ("Тула", 3)]),
            ("3", &[("Едет", 1), ("Сумма", 4), ("Тула", 4)]),
        ],
        // A seller whose goods lie on one warehouse only.
        &[
            ("1", &[("Сумма", 5), ("Склад WB РФ", 5)]),
            ("2", &[("Сумма", 8), ("Склад WB РФ", 8)]),
            ("3", &[("Сумма", 1), ("Склад WB РФ", 1)]),
        ],
    ];
    let world = empty();
    for report in reports {
        let outcome = world.fails(&import(&world, &remains(report)), 65);
        outcome.says("\"Сумма\" is the sum").says("count goods twice");
    }
    let older = remains(&[("1", &[("Итого на всех складах", 5), ("Тула", 5)])]);
    world.fails(&import(&world, &older), 65).says("unknown kind of total");
}

#[test]
fn case_22_a_warehouse_that_happens_to_hold_what_the_others_hold_is_one() {
    let reports: [&[Item]; 8] = [
        &[("1", &[("Коледино", 5), ("Тула", 5)])],
        &[("1", &[("Коледино", 5), ("Тула", 5)]), ("2", &[("Коледино", 3), ("Тула", 3)])],
        // The sum of two, but not wherever it stands.
        &[("1", &[("Тула", 3), ("Казань", 2), ("Пенза", 1)]), ("2", &[("Тула", 4), ("Пенза", 1)])],
        // … or not everywhere where there is something.
        &[("1", &[("Тула", 3), ("Казань", 2), ("Пенза", 1)]), ("2", &[("Пенза", 1)])],
        // What WB sums up under a name of its own is a part.
        &[("1", &[("Склад WB РФ", 6), ("Остальные", 2), ("Коледино", 4)])],
        &[("1", &[("Остальные", 6), ("Склад WB СГТ РФ", 2), ("Склад WB РФ", 4)])],
        &[("1", &[("Коледино", 0), ("Тула", 0), ("Казань", 0)])],
        // A name without a Cyrillic letter among others.
        &[("1", &[("Koledino", 4)]), ("2", &[("Астана", 2)])],
    ];
    for report in reports {
        let world = empty();
        import(&world, &remains(report)).run().expect(0);
        let rows = report.iter().flat_map(|(barcode, entries)| {
            entries.iter().map(|(warehouse, pieces)| fbo(barcode, warehouse, *pieces))
        });
        world.assert_stock(WB, &sorted(rows.collect()));
    }
    // The known total stands beside it: every other entry is a warehouse.
    let world = empty();
    let known: &[Item] = &[
        ("1", &[("Всего находится на складах", 6), ("Тула", 3), ("Казань", 2), ("Пенза", 1)]),
        ("2", &[("Тула", 3), ("Казань", 2), ("Пенза", 1)]),
    ];
    import(&world, &remains(known)).run().expect(0);
    assert_eq!(world.database.number("SELECT SUM(available_stock) FROM inventory_data"), 12);
}

#[test]
fn case_23_goods_without_any_list_of_warehouses_lie_nowhere() {
    let world = empty();
    import(&world, &replay::text("wb-remains-no-warehouses.json")).run().expect(0);
    world.assert_stock(WB, &replay::rows(WB, "wb-remains-no-warehouses.tsv"));
    let log = world.last_log();
    assert_eq!((log.status.as_str(), log.processed, log.rejected), ("success", 3, 0));
}

#[test]
fn case_23_what_is_no_list_of_warehouses_at_all_is_rejected_still() {
    for odd in ["{}", "5", "\"нет\"", "false", "[null]"] {
        let world = empty();
        let report = replay::text("wb-remains-no-warehouses.json").replace("null", odd);
        import(&world, &report).run().expect(3).says("nmId 700002");
    }
    // The row of another answer has no list of warehouses either.
    let report = replay::text("wb-remains-no-warehouses.json")
        .replace("\"warehouses\": null", "\"warehouseName\": \"Тула\", \"quantity\": 4");
    let world = empty();
    import(&world, &report).run().expect(3).says("nmId 700002").says("warehouses is missing");
}

#[test]
fn case_25_one_warehouse_of_two_regions_is_one_row_of_all_its_pieces() {
    let world = empty();
    let outcome = import(&world, &replay::text("wb-two-regions.json")).run().expect(0);
    outcome.says("several warehouses have the same name \"Остальные\"");
    world.assert_stock(WB, &replay::rows(WB, "wb-two-regions.tsv"));
    let log = world.last_log();
    assert_eq!((log.status.as_str(), log.processed, log.rejected), ("success", 4, 0));
}

/// The answers to `sync wb` in pages of two items, each beginning with the last item of the one before.
fn pages_of_two(path: &str, items: &[Value]) -> String {
    let mut answers = String::new();
    let mut first = 0;
    loop {
        let page = &items[first..items.len().min(first + 2)];
        let body = json!({"data": {"items": page}});
        answers += &format!("### POST {path}\nHTTP/1.1 200 OK\n\n{body}\n\n");
        if page.len() < 2 {
            return answers;
        }
        first += 1;
    }
}

fn pull(world: &World, answers: &str) -> Outcome {
    let replay = Replay::start(answers);
    let binary = world.binary().envs(replay.variables()).env("WB_PAGE_LIMIT", "2");
    binary.args("sync wb").run()
}

const WAREHOUSES: &str = "/api/analytics/v1/stocks-report/wb-warehouses";
const OWN: &str = "/api/analytics/v1/stocks-report/seller-warehouses";

#[test]
fn case_25_two_regions_on_two_pages_are_no_stock_that_moved() {
    let answer: Value = serde_json::from_str(&replay::text("wb-two-regions.json")).unwrap();
    let items = answer["data"]["items"].as_array().unwrap();
    // In every order, so that the two of one name meet on one page, on two, and where two pages join.
    for order in [[0, 1, 2, 3], [2, 0, 1, 3], [0, 2, 1, 3], [0, 2, 3, 1]] {
        let world = empty();
        let items = order.map(|place| items[place].clone());
        let run = pull(&world, &pages_of_two(WAREHOUSES, &items)).expect(0);
        assert_eq!(run.stderr.matches("have the same name").count(), 1, "{}", run.stderr);
        world.assert_stock(WB, &replay::rows(WB, "wb-two-regions.tsv"));
        assert_eq!(world.last_log().rejected, 0);
    }
}

#[test]
fn case_25_the_sellers_own_warehouses_are_told_apart_by_their_region_too() {
    let own = |region: &str, pieces: u32| {
        json!({"nmId": 1, "chrtId": 11, "warehouseId": 9, "warehouseName": "Мой склад", "regionName": region,
            "quantity": pieces})
    };
    let other = json!({"nmId": 1, "chrtId": 12, "warehouseId": 9, "warehouseName": "Мой склад", "quantity": 3});
    let on_wb = json!({"nmId": 1, "chrtId": 11, "warehouseId": 0, "warehouseName": "Остальные", "regionName": "Центральный",
        "quantity": 2, "inWayToClient": 0, "inWayFromClient": 0});
    for items in [
        [own("Центральный", 5), own("Приволжский", 7), other.clone()],
        [own("Центральный", 5), other.clone(), own("Приволжский", 7)],
    ] {
        let world = empty();
        let answers =
            pages_of_two(WAREHOUSES, std::slice::from_ref(&on_wb)) + &pages_of_two(OWN, &items);
        pull(&world, &answers).expect(0).says("the same name \"Мой склад\"");
        let row = |size: &str, warehouse: &str, stock_type: &str, pieces| {
            StockRow::wb(1, size, warehouse, stock_type, pieces, [0, 0])
        };
        let expected = vec![
            row("11", "Остальные", "FBO", 2),
            row("11", "Мой склад", "FBS", 12),
            row("12", "Мой склад", "FBS", 3),
        ];
        world.assert_stock(WB, &sorted(expected));
    }
}

#[test]
fn case_25_the_same_item_of_the_same_region_is_a_duplicate_and_on_two_pages_one_that_moved() {
    let answer: Value = serde_json::from_str(&replay::text("wb-two-regions.json")).unwrap();
    let items = answer["data"]["items"].as_array().unwrap();
    let repeated = |order: &[usize]| -> Vec<Value> {
        order.iter().map(|place| items[*place].clone()).collect()
    };
    let world = empty();
    let page = json!({"data": {"items": repeated(&[0, 1, 2, 0, 3])}});
    import(&world, &page.to_string()).run().expect(3).says("duplicate of record 1");
    world.assert_stock(WB, &replay::rows(WB, "wb-two-regions.tsv"));
    // The first of them once more, pages later.
    let world = empty();
    let answers = pages_of_two(WAREHOUSES, &repeated(&[0, 1, 2, 0, 3]));
    pull(&world, &answers.repeat(3)).expect(69).says("the stock changed between two pages");
    // A page that begins with the other region of what the one before ended with.
    let world = empty();
    let mut pages = [repeated(&[2, 0]), repeated(&[1])].map(|items| {
        let body = json!({"data": {"items": items}});
        format!("### POST {WAREHOUSES}\nHTTP/1.1 200 OK\n\n{body}\n\n")
    });
    pages[1] = pages.concat();
    pull(&world, &pages[1].repeat(3)).expect(69).says("the stock changed between two pages");
}

#[test]
fn case_25_a_large_catalogue_with_regions_is_read_page_by_page() {
    let mut catalogue = Catalogue::small(2);
    let mut expected = catalogue.clone();
    let here = |region: &str, quantity: u32| WbPlace {
        region: region.into(),
        to_client: 1,
        ..WbPlace::holding(0, "Остальные", quantity)
    };
    for (size, sum) in catalogue.wb.iter_mut().zip(&mut expected.wb) {
        size.stock.extend([here("Центральный", 4), here("Приволжский", 0), here("", 2)]);
        sum.stock.push(WbPlace { to_client: 3, ..WbPlace::holding(0, "Остальные", 6) });
    }
    for limit in ["250000", "7", "3"] {
        let world = World::new(catalogue.clone());
        world.binary().env("WB_PAGE_LIMIT", limit).args("sync wb").run().expect(0);
        world.assert_stock(WB, &expected.expected_wb(true));
    }
}
