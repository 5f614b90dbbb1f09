//! Goes through a pull part by part and hands out its records, one by one and in order. Which
//! format looks how is up to the readers below; whether a record counts is up to `inventory`.

use super::answers::from_file::whole;
use super::{Format, OnRecord, Pull, ozon, table, wildberries};
use crate::failure::Failure;

/// Reads all records of a pull as a stream; memory does not grow with the catalogue. Records are
/// numbered from 1 on across the parts, as their rejections and warnings say. Returns the number of
/// each part's first record. Errors: [`Exit::NotStockData`](crate::failure::Exit::NotStockData) if
/// a part is not what it should be, broken or cut off: then none of the records handed out before
/// may be believed. [`Exit::CannotCreate`](crate::failure::Exit::CannotCreate) if the stored answer
/// cannot be read back. Those of `on_record`.
pub(crate) fn read_records(pull: &Pull, on_record: &mut OnRecord<'_>) -> Result<Vec<u64>, Failure> {
    let (mut number, mut beginnings) = (0, Vec::with_capacity(pull.parts.len()));
    for (index, part) in pull.parts.iter().enumerate() {
        let input = pull.open(part);
        beginnings.push(number + 1);
        let repeats = index > 0 && pull.parts[index - 1].format == part.format;
        let read = match part.format {
            Format::OzonReport => {
                table::read::<ozon::report::Columns>(input, &mut number, on_record)
            }
            Format::OzonWarehouses => ozon::warehouses::read(input, &mut number, on_record),
            Format::WbCabinet => {
                table::read::<wildberries::cabinet::Columns>(input, &mut number, on_record)
            }
            format => wildberries::items::read(input, format, repeats, &mut number, on_record),
        };
        // What was fetched has been found whole, so half an answer here is half a file.
        let read = read.map_err(whole);
        read.map_err(|failure| match pull.parts.len() {
            1 => failure,
            parts => failure.context(format!("answer {} of {parts}", index + 1)),
        })?;
    }
    Ok(beginnings)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::cost::Cost;
    use crate::failure::Exit;
    use crate::marketplace::Part;

    const PAGE: &str = r#"{"data":{"items":[{"nmId":1,"chrtId":2,"warehouseName":"A","quantity":3,"inWayToClient":0,"inWayFromClient":0}]}}"#;

    fn pull(answers: &[(Format, &str)]) -> Pull {
        let mut document = tempfile::tempfile().unwrap();
        let mut parts = Vec::new();
        let mut start = 0;
        for (format, content) in answers {
            document.write_all(content.as_bytes()).unwrap();
            parts.push(Part { format: *format, start, length: content.len() as u64 });
            start += content.len() as u64;
        }
        Pull { document, parts, cost: Cost::default() }
    }

    fn stock_types(pull: &Pull) -> Vec<String> {
        let mut types = Vec::new();
        read_records(pull, &mut |record| {
            types.push(match record {
                Ok(record) => record.lines[0].stock_type.as_str().to_owned(),
                Err(rejection) => rejection.record,
            });
            Ok(())
        })
        .unwrap();
        types
    }

    #[test]
    fn every_part_is_read_in_order_and_records_are_numbered_across_parts() {
        let bad = PAGE.replace("\"nmId\":1,", "");
        let next = PAGE.replace("]}}", &format!(",{}", &bad[18..]));
        let pull = pull(&[
            (Format::SellerWarehouses, PAGE),
            (Format::WbWarehouses, PAGE),
            (Format::WbWarehouses, &next),
        ]);
        // The last page begins with the item that the one before ended with.
        let expected = ["FBS", "FBO", "item 3 (chrtId 2, warehouse \"A\")"];
        assert_eq!(stock_types(&pull), expected);
        assert_eq!(stock_types(&pull), expected, "a second reading begins anew");
    }

    #[test]
    fn a_fault_says_in_which_answer_it_is() {
        let pull = pull(&[(Format::WbWarehouses, PAGE), (Format::WbWarehouses, "<html>")]);
        let failure = read_records(&pull, &mut |_| Ok(())).unwrap_err();
        assert_eq!(failure.exit(), Exit::NotStockData);
        assert!(failure.to_string().starts_with("answer 2 of 2: "), "{failure}");
    }

    #[test]
    fn an_answer_that_our_disk_lost_is_the_programs_own_failure() {
        let header = "Артикул;Доступно на складе Ozon, шт;Зарезервировано, шт;Доступно на моих складах, шт;Зарезервировано на моих складах, шт\nA;;;;\n";
        for (format, content) in [(Format::WbWarehouses, PAGE), (Format::OzonReport, header)] {
            let mut pull = pull(&[(format, content)]);
            pull.parts[0].length += 1;
            let failure = read_records(&pull, &mut |_| Ok(())).unwrap_err();
            assert_eq!(failure.exit(), Exit::CannotCreate, "{failure}");
        }
    }
}
