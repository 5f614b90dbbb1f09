//! The stock of WB's statistics service, `supplier/stocks`: switched off in production since 23
//! June 2026, still spoken by replays, proxies and test servers.

use crate::config::WildberriesSettings;
use crate::failure::{Exit, Failure};
use crate::http::{Call, Http, Reply};
use crate::marketplace::Format;
use crate::marketplace::answers::builder::Assembly;
use crate::text::grouped;

use super::{MOST_PAGES, add_page, endless, refusal};

const NAME: &str = "Wildberries: supplier/stocks";

/// Before the first row there is: `dateFrom` is the time of the last change, so a full pull begins
/// here.
const BEGINNING: &str = "2019-06-20";

/// `WB_REQUEST_INTERVAL` is meant for three requests a minute; this method allows one.
const SLOWER: u32 = 3;

/// An answer holds about 60 000 rows at most; one that comes near may be cut.
const PERHAPS_CUT: u64 = 50_000;

/// The longest `lastChangeDate` that is repeated to Wildberries (bytes).
const LONGEST_DATE: usize = 40;

/// Fetches page after page, each from the last change of the one before, until one brings nothing
/// new.
pub(super) fn fetch(
    http: &mut Http,
    settings: &WildberriesSettings,
    assembly: &mut Assembly,
) -> Result<(), Failure> {
    let mut from = BEGINNING.to_owned();
    for page in 1..=MOST_PAGES {
        let mut url = http.url("api/v1/supplier/stocks")?;
        url.query_pairs_mut().append_pair("dateFrom", &from);
        let call = Call::get(NAME, url)
            .every(settings.request_interval.saturating_mul(SLOWER))
            .advising(refusal::supplier_stocks);
        let reply = add_page(assembly, http, &call, Format::SupplierStocks)
            .map_err(|failure| hinted(failure.context(format!("page {page}"))))?;
        let found = match reply {
            Reply::Body(found) => found,
            Reply::Nothing => return Ok(()),
            Reply::Missing(failure) => return Err(hinted(failure)),
        };
        log::info!("{NAME} page {page}: {} items", grouped(found.items, ','));
        if found.items == 0 {
            return Ok(());
        }
        match next(&from, found.items, found.last_change_date.as_deref()) {
            Ok(Some(date)) => from = date,
            Ok(None) => return Ok(()),
            Err(reason) => {
                let message = format!("{NAME} page {page}: {}", http.safe(&reason));
                return Err(Failure::new(Exit::NotStockData, message));
            }
        }
    }
    Err(endless(NAME))
}

/// Where the next page begins, or that there is none, or why it cannot be known.
fn next(from: &str, items: u64, last: Option<&str>) -> Result<Option<String>, String> {
    match last {
        None => {
            Err("the last row has no lastChangeDate, so the next page cannot be asked for".into())
        }
        Some(date) if date.is_empty() || date.len() > LONGEST_DATE => Err(format!(
            "the last row's lastChangeDate is {date:?}, so the next page cannot be asked for"
        )),
        // A page begins *at* its moment: the last one may repeat the rows of that moment instead of
        // being empty.
        Some(date) if date == from && items < PERHAPS_CUT => Ok(None),
        Some(date) if date == from => Err(format!(
            "{} rows changed at {date}, more than an answer holds: the rest cannot be asked for; use WB_STOCKS_METHOD=wb-warehouses",
            grouped(items, ',')
        )),
        Some(date) if date < from => Err(format!(
            "the rows are not in the order of their changes: {date} comes after {from}"
        )),
        Some(date) => Ok(Some(date.to_owned())),
    }
}

/// What is no stock data, whatever it is (404, 410, a page), comes of the end of this method.
fn hinted(failure: Failure) -> Failure {
    if failure.exit() != Exit::NotStockData {
        return failure;
    }
    failure.context(
        "this method was switched off on 23 June 2026: set WB_STOCKS_METHOD=wb-warehouses, which replaces it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: &str = "2023-07-05T11:13:35";

    #[test]
    fn the_next_page_begins_at_the_last_change() {
        assert_eq!(next(BEGINNING, 60_000, Some(T)), Ok(Some(T.to_owned())));
        assert_eq!(
            next(T, 2, Some("2023-07-05T11:13:36")),
            Ok(Some("2023-07-05T11:13:36".to_owned()))
        );
    }

    #[test]
    fn a_page_that_only_repeats_its_first_moment_is_the_last_one() {
        assert_eq!(next(T, 3, Some(T)), Ok(None));
    }

    #[test]
    fn a_moment_with_more_rows_than_an_answer_holds_is_refused() {
        assert!(next(T, 60_000, Some(T)).unwrap_err().contains("WB_STOCKS_METHOD=wb-warehouses"));
    }

    #[test]
    fn pages_that_go_back_in_time_are_refused() {
        assert!(next(T, 3, Some("2023-07-05T11:13:34")).is_err());
    }

    #[test]
    fn a_row_without_a_usable_date_is_refused() {
        assert!(next(T, 3, None).is_err());
        assert!(next(T, 3, Some("")).is_err());
        assert!(next(T, 3, Some(&"9".repeat(41))).is_err());
    }
}
