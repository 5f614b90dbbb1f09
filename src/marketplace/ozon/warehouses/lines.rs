//! The lines that a pull by warehouse has kept, read back as records.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

use serde_json::value::RawValue;

use super::answers::{Line, Place, Raw};
use crate::disk::temporary;
use crate::failure::Failure;
use crate::inventory::field::record_label;
use crate::inventory::ozon_stock::{ArticleLine, PlaceLine};
use crate::inventory::{Field, Rejection, printable};
use crate::marketplace::OnRecord;
use crate::marketplace::wildberries::items::field;

/// Reads all of them; an article's own line stands behind those of its places.
pub(in crate::marketplace) fn read(
    lines: impl Read,
    number: &mut u64,
    on_record: &mut OnRecord<'_>,
) -> Result<(), Failure> {
    let mut rejected = HashSet::new();
    for text in BufReader::with_capacity(64 << 10, lines).lines() {
        let text = text.map_err(temporary)?;
        let line: Line = serde_json::from_str(&text).map_err(temporary)?;
        *number += 1;
        let article = line.article();
        let record = match line {
            // Its row of zeros would say that nothing is there.
            Line::Article { .. } if rejected.contains(&article) => continue,
            Line::Article { offer_id, name, barcodes } => ArticleLine {
                offer_id: of(&offer_id),
                name: of(&name),
                barcodes: barcodes.map(|list| list.iter().map(|it| of_raw(Some(&**it))).collect()),
            }
            .validate(*number),
            Line::Unknown(kind, place) => Err(unknown(*number, &kind, &place)),
            Line::Place(stock_type, place) => PlaceLine {
                offer_id: of(&place.offer_id),
                sku: of(&place.sku),
                stock_type,
                warehouse_id: of(&place.warehouse_id),
                warehouse_name: of(&place.warehouse_name),
                present: of(&place.present),
                reserved: of(&place.reserved),
            }
            .validate(*number),
        };
        if record.is_err() {
            rejected.insert(article);
        }
        on_record(record.map_err(|rejection| Rejection { original: Some(text), ..rejection }))?;
    }
    Ok(())
}

/// Written under another kind it would be wrong, and left out nobody would know.
fn unknown(number: u64, kind: &str, place: &Place) -> Rejection {
    let article = of(&place.offer_id);
    Rejection {
        record: record_label("record", number, &[("article", &article)]),
        reason: format!("stock of a kind that is not known yet, {:?}", printable(kind)),
        original: None,
    }
}

fn of(value: &Raw) -> Field {
    of_raw(value.as_deref())
}

fn of_raw(value: Option<&RawValue>) -> Field {
    match field(value, false) {
        // An empty name is none.
        Field::Text(text) if text.trim().is_empty() => Field::Absent,
        field => field,
    }
}
