//! Names and barcodes: the cards of WB's content API, page by page in the order of `updatedAt`.
//! Keeps nothing; where to go on next time is up to the caller.

use std::fs::File;
use std::os::unix::fs::FileExt;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal;
use crate::config::WildberriesSettings;
use crate::cost::Meter;
use crate::disk;
use crate::failure::{Exit, Failure, OrFail};
use crate::http::{Call, Http};
use crate::inventory::Field;
use crate::inventory::card::{Card, CardCursor, CardSize, SizeOfCard};
use crate::inventory::quantity::whole_number;
use crate::marketplace::answers::sniff::not_stock_data;

/// Cards on a page, which is also the most that the method allows.
const LIMIT: u64 = 100;

/// Bytes of a page that are read: a card with its photos and characteristics has some ten thousand.
const LONGEST_PAGE: u64 = 64 << 20;

const NAME: &str = "Wildberries: cards";

#[derive(Debug)]
pub(crate) struct CardPage {
    /// How many cards it holds, readable or not.
    pub cards: u64,
    pub unreadable: u64,
    /// The cards whose sizes are in `sizes`, all of them.
    pub nm_ids: Vec<String>,
    pub sizes: Vec<CardSize>,
    /// Behind which card the next page begins; `None` if the page is empty.
    pub cursor: Option<CardCursor>,
    pub last: bool,
}

pub(crate) struct CardReader {
    http: Http,
    interval: std::time::Duration,
    cursor: Option<CardCursor>,
}

impl CardReader {
    /// Begins behind `cursor`, or with the card that was changed longest ago. `meter` counts what
    /// it takes.
    pub(crate) fn new(
        settings: &WildberriesSettings,
        meter: &Meter,
        cursor: Option<CardCursor>,
    ) -> Result<Self, Failure> {
        let mut patience = settings.http.clone();
        patience.max_download = patience.max_download.min(LONGEST_PAGE);
        let keys = [("authorization", &settings.token)];
        let http = Http::new(&patience, &settings.content_url, &keys)?.metered(meter);
        Ok(Self { http, interval: settings.cards_interval, cursor })
    }

    pub(crate) fn next_page(&mut self) -> Result<CardPage, Failure> {
        let mut cursor = json!({"limit": LIMIT});
        if let Some(CardCursor { updated_at, nm_id }) = &self.cursor {
            cursor["updatedAt"] = json!(updated_at);
            cursor["nmID"] = json!(nm_id);
        }
        let body = json!({"settings": {
            "sort": {"ascending": true},
            "filter": {"withPhoto": -1},
            "cursor": cursor,
        }});
        let call = Call::post(NAME, self.http.url("content/v2/get/cards/list")?, &body)
            .every(self.interval)
            .advising(refusal::cards);
        let document = temporary_file()?;
        let (length, ()) = self.http.download(&call, &document, 0, |_| Ok(()))?.required(NAME)?;
        let page = read(&document, length)
            .and_then(|page| self.advance(page))
            .map_err(|failure| self.http.in_last_answer(failure))?;
        Ok(page)
    }

    fn advance(&mut self, page: CardPage) -> Result<CardPage, Failure> {
        if !page.last && (page.cursor.is_none() || page.cursor == self.cursor) {
            return Err(not_stock_data("the cards do not get on: a full page ends where it began"));
        }
        if page.cursor.is_some() {
            self.cursor.clone_from(&page.cursor);
        }
        Ok(page)
    }
}

fn temporary_file() -> Result<File, Failure> {
    tempfile::tempfile().map_err(disk::temporary)
}

fn read(document: &File, length: u64) -> Result<CardPage, Failure> {
    let mut bytes = vec![0; usize::try_from(length).map_err(disk::temporary)?];
    document.read_exact_at(&mut bytes, 0).map_err(disk::temporary)?;
    page(&bytes)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cursor {
    updated_at: Option<String>,
    #[serde(rename = "nmID")]
    nm_id: Option<u64>,
    total: Option<u64>,
}

/// Either key may be missing or `null` (a seller without cards), but not both: then it is something
/// else.
pub(crate) fn page(bytes: &[u8]) -> Result<CardPage, Failure> {
    let no_page = || "the answer is no page of cards".to_owned();
    let mut answer: Map<String, Value> =
        serde_json::from_slice(bytes).or_fail(Exit::NotStockData, no_page)?;
    if !answer.contains_key("cards") && !answer.contains_key("cursor") {
        return Err(not_stock_data(no_page()));
    }
    let mut part = |name| answer.remove(name).unwrap_or_default();
    let cards: Option<Vec<Value>> =
        serde_json::from_value(part("cards")).or_fail(Exit::NotStockData, no_page)?;
    let cursor: Option<Cursor> =
        serde_json::from_value(part("cursor")).or_fail(Exit::NotStockData, no_page)?;
    let cards = cards.unwrap_or_default();
    let (mut place, mut total) = (None, None);
    if let Some(Cursor { updated_at, nm_id, total: said }) = cursor {
        (place, total) = (updated_at.zip(nm_id), said);
    }
    let count = cards.len() as u64;
    let of_last =
        |last: &Value| Some((last["updatedAt"].as_str()?.to_owned(), last["nmID"].as_u64()?));
    let place = cards.last().and_then(|last| place.or_else(|| of_last(last)));
    let mut page = CardPage {
        cards: count,
        unreadable: 0,
        nm_ids: Vec::new(),
        sizes: Vec::new(),
        cursor: place.map(|(updated_at, nm_id)| CardCursor { updated_at, nm_id }),
        last: count == 0 || (count < LIMIT && total.is_none_or(|total| total < LIMIT)),
    };
    let mut warnings = Vec::new();
    for value in &cards {
        match card(value).sizes(&mut warnings) {
            Ok(sizes) => {
                page.nm_ids.extend(sizes.first().map(|size| size.nm_id.clone()));
                page.sizes.extend(sizes);
            }
            Err(reason) => {
                log::debug!("a card is passed over: {reason}");
                page.unreadable += 1;
            }
        }
    }
    if let Some(first) = warnings.first() {
        let more = match warnings.len() - 1 {
            0 => String::new(),
            more => format!("; {more} more cards on this page are like it"),
        };
        log::warn!("{first}{more}");
    }
    Ok(page)
}

fn card(value: &Value) -> Card {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    Card {
        nm_id: field(&value["nmID"]),
        vendor_code: field(&value["vendorCode"]),
        title: field(&value["title"]),
        sizes: list(&value["sizes"])
            .iter()
            .map(|size| SizeOfCard {
                chrt_id: field(&size["chrtID"]),
                skus: list(&size["skus"]).iter().map(field).collect(),
                tech_size: field(&size["techSize"]),
                wb_size: field(&size["wbSize"]),
            })
            .collect(),
    }
}

fn field(value: &Value) -> Field {
    match value {
        Value::Null => Field::Absent,
        Value::String(text) => Field::Text(text.clone()),
        Value::Number(number) => match whole_number(&number.to_string()) {
            Some(number) => Field::Integer(number),
            None => Field::Other(format!("the number {number}")),
        },
        Value::Bool(_) => Field::Other("true or false".into()),
        Value::Array(_) => Field::Other("a list".into()),
        Value::Object(_) => Field::Other("an object".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_with_its_cursor() {
        // As in WB's documentation of get/cards/list.
        let page = page(
            br#"{"cards":[{"nmID":12345678,"imtID":123654789,"subjectName":"AKF","vendorCode":"wb7f6mumjr1","brand":"","title":"\u0422","sizes":[{"chrtID":316399238,"techSize":"0","wbSize":"","skus":["987456321654"]}],"updatedAt":"2023-12-06T11:17:00.96577Z"},7],"cursor":{"updatedAt":"2023-12-06T11:17:00.96577Z","nmID":12345678,"total":2}}"#,
        )
        .unwrap();
        assert_eq!((page.cards, page.unreadable, page.last), (2, 1, true));
        assert_eq!(
            page.cursor,
            Some(CardCursor { updated_at: "2023-12-06T11:17:00.96577Z".into(), nm_id: 12_345_678 })
        );
        assert_eq!(page.sizes[0].name.as_deref(), Some("Т"));
        assert_eq!(page.sizes[0].barcodes, ["987456321654"]);
    }

    #[test]
    fn an_empty_page_is_the_end_and_keeps_the_cursor() {
        let page = page(br#"{"cards":[],"cursor":{"total":0}}"#).unwrap();
        assert!(page.last && page.cursor.is_none());
        for no_page in ["[]", "{}", "{\"error\":true}", "{\"cards\":{}}", "{\"cursor\":[]}"] {
            let failure = super::page(no_page.as_bytes()).unwrap_err();
            assert_eq!(failure.exit(), Exit::NotStockData, "{no_page}");
        }
    }
}
