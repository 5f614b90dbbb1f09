use super::*;
use crate::failure::Exit;
use crate::inventory::{Identity, Quantities};

const WB: &str = r#"{"data":{"items":[{"nmId":47254354,"chrtId":91663228,"warehouseId":-999999,"warehouseName":"Склад WB","regionName":"Склад WB","quantity":43,"inWayToClient":14,"inWayFromClient":11}]}}"#;

fn read_all(page: &[u8], format: Format) -> Result<Vec<Result<Record, Rejection>>, Failure> {
    let mut records = Vec::new();
    read(page, format, false, &mut 0, &mut |record| {
        records.push(record);
        Ok(())
    })?;
    Ok(records)
}

fn failure(page: &[u8], format: Format) -> String {
    let failure = read_all(page, format).unwrap_err();
    assert_eq!(failure.exit(), Exit::NotStockData);
    failure.to_string()
}

/// The one item of a page of `wb-warehouses` with `text` in place of `from`.
fn changed(from: &str, text: &[u8]) -> Result<Record, Rejection> {
    let at = WB.find(from).unwrap();
    let page = [&WB.as_bytes()[..at], text, &WB.as_bytes()[at + from.len()..]].concat();
    let mut records = read_all(&page, Format::WbWarehouses).unwrap();
    assert_eq!(records.len(), 1);
    records.remove(0)
}

#[test]
fn the_documented_page_of_wb_warehouses_is_read() {
    let records = read_all(WB.as_bytes(), Format::WbWarehouses).unwrap();
    let record = records[0].as_ref().unwrap();
    assert_eq!(
        (record.listing.sku.as_str(), record.listing.size_id.as_str()),
        ("47254354", "91663228")
    );
    assert_eq!(record.lines[0].warehouse_name, "Склад WB");
    let quantities =
        Quantities { available: 43, reserved: 0, in_way_to_client: 14, in_way_from_client: 11 };
    assert_eq!(record.lines[0].quantities, quantities);
}

#[test]
fn the_documented_report_of_remains_is_read() {
    let page = r#"[{"brand":"Wonderful","subjectName":"Фотоальбомы","vendorCode":"41058/прозрачный","nmId":183804172,
        "barcode":"2037031652319","techSize":"0","volume":1.33,
        "warehouses":[{"warehouseName":"В пути до получателей","quantity":14},
                      {"warehouseName":"В пути возвраты на склад WB","quantity":4},
                      {"warehouseName":"Всего находится на складах","quantity":134},
                      {"warehouseName":"Невинномысск","quantity":134}]}]"#;
    let records = read_all(page.as_bytes(), Format::WarehouseRemains).unwrap();
    let names: Vec<_> = records[0]
        .as_ref()
        .unwrap()
        .lines
        .iter()
        .map(|line| (line.warehouse_name.as_str(), line.quantities.available))
        .collect();
    assert_eq!(names, [("Невинномысск", 134), ("В пути", 0)]);
}

const STATISTICS: &str = r#"[{"lastChangeDate":"2023-07-05T11:13:35","warehouseName":"Краснодар","supplierArticle":"443284","nmId":1439871458,"barcode":"2037401340280","quantity":33,"inWayToClient":1,"inWayFromClient":0,"quantityFull":34,"category":"Посуда и инвентарь","techSize":"0","Price":185,"isSupply":true}]"#;

#[test]
fn the_documented_page_of_the_statistics_service_is_read() {
    let records = read_all(STATISTICS.as_bytes(), Format::SupplierStocks).unwrap();
    let record = records[0].as_ref().unwrap();
    assert_eq!(record.identity, Identity::NewestOfWarehouse(1_688_555_615_000));
    assert_eq!(record.listing.seller_article.as_deref(), Some("443284"));
}

#[test]
fn whole_floats_are_whole_numbers() {
    assert_eq!(changed("43,", b"43.0,").unwrap().lines[0].quantities.available, 43);
    assert_eq!(changed("43,", b"4.3e1,").unwrap().lines[0].quantities.available, 43);
}

#[test]
fn a_bad_quantity_rejects_its_item_and_says_what_it_was() {
    for (sent, said) in [
        ("43.5", "the number 43.5"),
        ("-1", "-1, a negative number"),
        ("\"43\"", "the text \"43\""),
        ("null", "missing"),
        ("true", "true"),
        ("[43]", "a list"),
        ("{\"a\":1}", "an object"),
        ("1e999", "the number 1e999"),
        ("99999999999999999999", "99999999999999999999, more than 2147483647"),
        (&"9".repeat(60), "a number beyond 128 bits"),
    ] {
        let rejection = changed("43,", format!("{sent},").as_bytes()).unwrap_err();
        assert!(rejection.reason.contains(said), "{rejection}");
        assert!(rejection.record.contains("chrtId 91663228"), "{rejection}");
    }
}

#[test]
fn undecodable_text_rejects_its_item_only() {
    for text in [&b"\xd1\xea\xeb"[..], b"\xff", b"\\ud800", b"\\udc00x", b"\\ud800\\u0041"] {
        let rejection = changed("Склад WB", text).unwrap_err();
        assert_eq!(rejection.reason, "warehouseName cannot be decoded as text", "{text:?}");
        assert!(rejection.record.contains("nmId 47254354"), "{rejection}");
    }
}

#[test]
fn undecodable_text_that_nobody_needs_costs_nothing() {
    let needless = changed("\"regionName\":\"Склад WB\"", b"\"regionName\":\"\xd1\xea\"").unwrap();
    assert_eq!(needless.lines[0].warehouse_name, "Склад WB");
}

#[test]
fn a_replacement_character_in_sound_text_is_text() {
    let record = changed("Склад WB", "Склад \u{fffd}".as_bytes()).unwrap();
    assert_eq!(record.lines[0].warehouse_name, "Склад \u{fffd}");
}

#[test]
fn escapes_in_text_are_resolved() {
    let record = changed("Склад WB", b"\\u0422\\u0443\\u043b\\u0430 \\ud83c\\udf84").unwrap();
    assert_eq!(record.lines[0].warehouse_name, "Тула 🎄");
}

#[test]
fn an_item_that_is_no_object_is_rejected_and_the_others_count() {
    let page = WB.replace("[{", "[17,[1,2,3],null,{");
    let records = read_all(page.as_bytes(), Format::WbWarehouses).unwrap();
    assert_eq!(records.len(), 4);
    assert_eq!(records[1].as_ref().unwrap_err().to_string(), "item 2: it is not an object");
    assert!(records[3].is_ok());
}

#[test]
fn a_key_that_is_there_twice_rejects_its_item() {
    let rejection = changed("\"quantity\":43", b"\"quantity\":43,\"quantity\":0").unwrap_err();
    assert!(rejection.reason.contains("duplicate field `quantity`"), "{rejection}");
}

#[test]
fn a_warehouse_entry_that_is_no_object_rejects_its_item() {
    let item = r#"[{"nmId":1,"barcode":"2","warehouses":"#;
    for (list, reason) in [
        ("[1]", "warehouses holds an entry that is not an object"),
        ("[[\"Тула\",5]]", "warehouses holds an entry that is not an object"),
        ("{}", "warehouses is not a list"),
        ("null,\"quantity\":5", "warehouses is missing"),
    ] {
        let page = format!("{item}{list}}}]");
        let records = read_all(page.as_bytes(), Format::WarehouseRemains).unwrap();
        assert_eq!(records[0].as_ref().unwrap_err().reason, reason);
    }
}

#[test]
fn an_answer_that_is_cut_off_is_known_for_that_wherever_it_is_cut() {
    for end in 1..WB.len() {
        let cut = &WB.as_bytes()[..end];
        let read = read_all(cut, Format::WbWarehouses).unwrap_err();
        let surveyed = survey(cut, Format::WbWarehouses).unwrap_err();
        assert_eq!([read.exit(), surveyed.exit()], [Exit::Unreachable; 2], "{end}: {read}");
    }
}

#[test]
fn broken_json_inside_an_item_breaks_the_page() {
    for (from, to) in [("43,", "43 44,"), ("43,", "4x,"), ("43,", ","), ("-999999", "nul")] {
        let page = WB.replace(from, to);
        assert!(failure(page.as_bytes(), Format::WbWarehouses).contains("JSON broken"), "{to}");
        assert!(survey(page.as_bytes(), Format::WbWarehouses).is_err(), "{to}");
    }
    assert!(failure(b"[,]", Format::SupplierStocks).contains("JSON broken"));
}

#[test]
fn another_shape_is_named() {
    let wb = Format::WbWarehouses;
    for (page, words) in [
        (&b"<html><body>busy"[..], "an HTML page beginning with \"<html><body>busy\""),
        (b"[]", "the answer is no JSON object"),
        (b"{}", "the answer has no \"data\"; it is JSON beginning with \"{}\""),
        (b"{\"data\":{\"taskId\":\"x\"}}", "no \"data.items\""),
        (b"{\"data\":null}", "its \"data\" is no JSON object"),
        (b"{\"data\":{\"items\":{}}}", "its \"data.items\" is no JSON list"),
        (b"{\"data\":{\"items\":nil}}", "JSON broken"),
        (b"{\"error\":true,\"data\":{\"items\":null}}", "the answer calls itself an error"),
        (b"", "the answer is nothing at all"),
    ] {
        let said = failure(page, wb);
        assert!(said.contains(words), "{said}");
    }
    assert!(failure(WB.as_bytes(), Format::SupplierStocks).contains("no JSON list"));
}

#[test]
fn null_is_an_empty_list_of_items() {
    let page = b"{\"data\":{\"items\":null},\"error\":false}";
    assert_eq!(survey(&page[..], Format::WbWarehouses).unwrap(), Survey::default());
}

#[test]
fn trailing_garbage_is_a_fault() {
    assert!(failure(format!("{WB}{WB}").as_bytes(), Format::WbWarehouses).contains("follows"));
}

#[test]
fn json_nested_a_million_deep_is_a_clean_error_or_a_rejection() {
    let deep = "[".repeat(1_000_000);
    let cut = read_all(deep.as_bytes(), Format::SupplierStocks).unwrap_err();
    assert_eq!(cut.exit(), Exit::Unreachable);
    let closed = format!("{deep}{}", "]".repeat(1_000_000));
    let records = read_all(closed.as_bytes(), Format::SupplierStocks).unwrap();
    assert_eq!(records[0].as_ref().unwrap_err().reason, "it is not an object");
    let rejection = changed("43,", format!("{closed},").as_bytes()).unwrap_err();
    assert!(rejection.reason.contains("quantity is a list"), "{rejection}");
    assert!(changed("-999999", closed.as_bytes()).is_ok());
    let objects = format!("{}1{}", "{\"data\":".repeat(1_000_000), "}".repeat(1_000_000));
    failure(objects.as_bytes(), Format::WbWarehouses);
    let remains = format!("[{{\"nmId\":1,\"barcode\":\"2\",\"warehouses\":{closed}}}]");
    let records = read_all(remains.as_bytes(), Format::WarehouseRemains).unwrap();
    assert!(records[0].is_err());
}

#[test]
fn a_survey_counts_items_and_keeps_the_last_date_of_change() {
    assert_eq!(survey(WB.as_bytes(), Format::WbWarehouses).unwrap().items, 1);
    let second = STATISTICS.replace("11:13:35", "12:00:00");
    let page = format!("{},{}", STATISTICS.trim_end_matches(']'), &second[1..]);
    let expected =
        Survey { items: 2, last_change_date: Some("2023-07-05T12:00:00".into()), ends: None };
    assert_eq!(survey(page.as_bytes(), Format::SupplierStocks).unwrap(), expected);
    assert_eq!(survey(&b"[]"[..], Format::SupplierStocks).unwrap(), Survey::default());
}

#[test]
fn records_are_numbered_on_across_pages() {
    let mut number = 250_000;
    let page = WB.replace("43,", "-1,");
    let mut said = String::new();
    read(page.as_bytes(), Format::WbWarehouses, false, &mut number, &mut |record| {
        said = record.unwrap_err().record;
        Ok(())
    })
    .unwrap();
    assert!(said.starts_with("item 250001 ("), "{said}");
}

#[test]
fn the_failure_of_whoever_takes_the_records_ends_the_reading() {
    let full = || Failure::new(Exit::Program, "disk full");
    let failed = read(WB.as_bytes(), Format::WbWarehouses, false, &mut 0, &mut |_| Err(full()));
    assert_eq!(failed.unwrap_err().exit(), Exit::Program);
}
