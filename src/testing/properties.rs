//! What holds for the readers whatever they are given. Bounded to seconds; a failing case prints
//! its seed.

use std::io::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::cost::Cost;
use crate::failure::{Exit, Failure};
use crate::inventory::{Record, Rejection};
use crate::marketplace::{Format, Part, Pull, read_records, wildberries};

const FORMATS: [Format; 6] = [
    Format::OzonReport,
    Format::WbWarehouses,
    Format::SellerWarehouses,
    Format::WarehouseRemains,
    Format::SupplierStocks,
    Format::WbCabinet,
];

const CSV: &str = "Артикул;Barcode;Название товара;Доступно к продаже по схеме FBO, шт.;Зарезервировано, шт;Доступно к продаже по схеме FBS, шт.;Зарезервировано на моих складах, шт\n\"'A-1\";'460;\"Имя \"\"x\"\"\";1;2;3;4\n";
const CSV_COMMAS: &str = "Отчёт\nАртикул,Barcode,\"Доступно на складе Ozon, шт\",\"Зарезервировано, шт\",\"Доступно на моем складе, шт\",\"Зарезервировано на моем складе, шт\"\nA-1,\"4,60123E+12\",1,2,3,4\n";
const CABINET: &str = "Отчёт\n\nАртикул продавца;Артикул WB;Баркод;В пути до получателей;В пути возвраты на склад WB;Всего находится на складах;Тула;Коледино\nx;183804172;2037031652319;14;4;134;130;4\n";
const CABINET_TABS: &str = "Артикул WB\tБаркод\tВ пути до клиента\tВ пути от клиента\tИтого по складам\tТула\n183804172\t2037031652319.0\t\t\t5\t5\n";
const PAGE: &str = r#"{"data":{"items":[{"nmId":47254354,"chrtId":91663228,"warehouseName":"Склад \"WB\"","quantity":43,"inWayToClient":14,"inWayFromClient":11}]}}"#;
const REMAINS: &str = r#"[{"vendorCode":"x","nmId":183804172,"barcode":"2037031652319","volume":1.33,"warehouses":[{"warehouseName":"Всего находится на складах","quantity":134},{"warehouseName":"Невинномысск","quantity":134}]}]"#;
const STATISTICS: &str = r#"[{"lastChangeDate":"2023-07-05T11:13:35","warehouseName":"Краснодар","supplierArticle":"443284","nmId":1439871458,"barcode":"2037401340280","quantity":33,"inWayToClient":1,"inWayFromClient":0}]"#;

fn read_all(format: Format, content: &[u8]) -> Result<Vec<Result<Record, Rejection>>, Failure> {
    let mut document = tempfile::tempfile().unwrap();
    document.write_all(content).unwrap();
    let part = Part { format, start: 0, length: content.len() as u64 };
    let pull = Pull { document, parts: vec![part], cost: Cost::default() };
    let mut records = Vec::new();
    read_records(&pull, &mut |record| {
        records.push(record);
        Ok(())
    })?;
    Ok(records)
}

/// Whatever comes, a reader ends with records that keep their promises or says that this is not
/// stock data.
pub(crate) fn ends_well(format: Format, content: &[u8]) {
    match read_all(format, content) {
        Err(failure) => assert_eq!(failure.exit(), Exit::NotStockData, "{failure}"),
        Ok(records) => records.iter().flatten().for_each(keeps_its_promises),
    }
    if !matches!(format, Format::OzonReport | Format::WbCabinet) {
        let _ = wildberries::items::survey(content, format);
    }
}

fn keeps_its_promises(record: &Record) {
    assert!((1..=255).contains(&record.listing.sku.chars().count()));
    assert!(record.listing.size_id.chars().count() <= 64);
    assert!(!record.lines.is_empty());
    for (index, line) in record.lines.iter().enumerate() {
        let quantities = line.quantities;
        assert!(quantities.available >= 0 && quantities.reserved >= 0);
        assert!(quantities.in_way_to_client >= 0 && quantities.in_way_from_client >= 0);
        assert!(quantities.current() <= i64::from(i32::MAX));
        assert!((1..=255).contains(&line.warehouse_name.chars().count()));
        let same = |other: &&crate::inventory::StockLine| {
            other.warehouse_name == line.warehouse_name && other.stock_type == line.stock_type
        };
        assert!(!record.lines[..index].iter().any(|other| same(&other)));
    }
}

fn workbook() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in (0_u32..).zip(CSV.lines()) {
        for (column, cell) in (0_u16..).zip(line.split(';')) {
            sheet.write(row, column, cell.trim_matches('"')).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn no_bytes_make_a_reader_panic(content in vec(any::<u8>(), 0..200), format in 0..6_usize) {
        ends_well(FORMATS[format], &content);
    }

    #[test]
    fn no_damage_to_a_sound_answer_makes_a_reader_panic(
        sample in 0..7_usize,
        damage in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let (format, content) = [
            (Format::OzonReport, CSV),
            (Format::WbWarehouses, PAGE),
            (Format::WarehouseRemains, REMAINS),
            (Format::SupplierStocks, STATISTICS),
            (Format::WbCabinet, CABINET),
            (Format::WbCabinet, CABINET_TABS),
            (Format::OzonReport, CSV_COMMAS),
        ][sample];
        let mut content = content.as_bytes().to_vec();
        for (place, byte, kind) in damage {
            let at = place.index(content.len());
            match kind {
                0 => content[at] = byte,
                1 => content.insert(at, byte),
                _ => content.truncate(at.max(1)),
            }
        }
        ends_well(format, &content);
    }

    #[test]
    fn what_csv_says_is_what_is_read(
        article in "[^\\s'\0][^\0]{0,30}[^\\s\0]",
        name in "[^\\s'][^\r]{0,60}[^\\s]",
        pieces in any::<(u16, u16, u16, u16)>(),
    ) {
        let mut csv = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        csv.write_record(CSV.lines().next().unwrap().split(';')).unwrap();
        let numbers = [pieces.0, pieces.1, pieces.2, pieces.3].map(|number| number.to_string());
        let mut fields = vec![article.clone(), String::new(), name.clone()];
        fields.extend(numbers);
        csv.write_record(&fields).unwrap();
        let records = read_all(Format::OzonReport, &csv.into_inner().unwrap()).unwrap();
        let record = records[0].as_ref().unwrap();
        prop_assert_eq!(&record.listing.sku, &article);
        prop_assert_eq!(record.listing.name.as_ref(), Some(&name));
        let sum: i64 = record.lines.iter().map(|line| line.quantities.current()).sum();
        prop_assert_eq!(sum, [pieces.0, pieces.1, pieces.2, pieces.3].map(i64::from).iter().sum::<i64>());
    }

    #[test]
    fn what_json_says_is_what_is_read(
        warehouse in "[^\\s\0][^\0]{0,60}[^\\s\0]",
        ids in (1..i64::MAX, 1..i64::MAX),
        quantity in 0..i32::MAX,
    ) {
        let item = serde_json::json!({
            "nmId": ids.0, "chrtId": ids.1, "warehouseName": warehouse,
            "quantity": quantity, "inWayToClient": 0, "inWayFromClient": 0,
        });
        let page = serde_json::json!({"data": {"items": [item]}}).to_string();
        let records = read_all(Format::WbWarehouses, page.as_bytes()).unwrap();
        let record = records[0].as_ref().unwrap();
        prop_assert_eq!(&record.listing.sku, &ids.0.to_string());
        prop_assert_eq!(&record.listing.size_id, &ids.1.to_string());
        prop_assert_eq!(&record.lines[0].warehouse_name, &warehouse);
        prop_assert_eq!(record.lines[0].quantities.available, quantity);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_total_counts_no_goods_twice_whatever_it_is_called(
        items in vec(vec(0..1_000_u32, 1..6), 3..8),
        total in "[А-Яа-я]{3,12}",
        in_transit in any::<bool>(),
    ) {
        let named = |total: &str, known: bool| {
            let item = |(number, pieces): (usize, &Vec<u32>)| {
                let entry = |name: String, pieces: u32| serde_json::json!({"warehouseName": name, "quantity": pieces});
                let mut entries = Vec::new();
                if in_transit {
                    entries.push(entry(if known { "В пути до получателей" } else { "Едет" }.into(), 3));
                }
                entries.push(entry(total.to_owned(), pieces.iter().sum()));
                entries.extend((0..).zip(pieces).map(|(place, pieces)| entry(format!("Город {place}"), *pieces)));
                serde_json::json!({"nmId": 1, "barcode": number.to_string(), "warehouses": entries})
            };
            let report: serde_json::Value = items.iter().enumerate().map(item).collect();
            read_all(Format::WarehouseRemains, report.to_string().as_bytes())
        };
        let records = named("Всего находится на складах", true).unwrap();
        let lines = records.iter().flatten().flat_map(|record| &record.lines);
        let sum: i64 = lines.map(|line| line.quantities.current()).sum();
        prop_assert_eq!(sum, items.iter().flatten().copied().map(i64::from).sum::<i64>());
        // Unknown: refused, if there are enough items that hold something.
        let holding = items.iter().filter(|it| it.iter().sum::<u32>() > 0).count();
        if holding >= 3 {
            prop_assert_eq!(named(&total, false).unwrap_err().exit(), Exit::NotStockData);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn a_damaged_workbook_is_refused_or_says_what_the_sound_one_says(
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let mut content = workbook();
        for (place, byte) in damage {
            let at = place.index(content.len());
            content[at] = byte;
        }
        if let Some(cut) = cut {
            content.truncate(cut.index(content.len()).max(4));
        }
        match read_all(Format::OzonReport, &content) {
            Err(failure) => prop_assert_eq!(failure.exit(), Exit::NotStockData),
            Ok(records) => prop_assert_eq!(
                records,
                read_all(Format::OzonReport, &workbook()).unwrap()
            ),
        }
    }
}

#[test]
fn csv_and_xlsx_of_the_same_report_are_the_same_records() {
    let csv = read_all(Format::OzonReport, CSV.replace("\"\"x\"\"", "x").as_bytes()).unwrap();
    let xlsx = workbook();
    assert!(xlsx.starts_with(b"PK"));
    let names = |records: &[Result<Record, Rejection>]| -> Vec<_> {
        let lines = |record: &Record| (record.listing.sku.clone(), record.lines.clone());
        records.iter().flatten().map(lines).collect()
    };
    let read = read_all(Format::OzonReport, &xlsx).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(names(&csv), names(&read));
}
