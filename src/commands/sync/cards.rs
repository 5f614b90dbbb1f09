//! The part of `sync wb` that learns names and barcodes: reads Wildberries' cards from where the
//! last reading ended, once a day and whenever a listing is unknown.
//! Whatever goes wrong here costs names, never stock: it is a warning.

use chrono::NaiveDate;

use crate::config::WildberriesSettings;
use crate::cost::Meter;
use crate::failure::{Exit, Failure};
use crate::marketplace::wildberries::cards::CardReader;
use crate::run::CardReading;
use crate::store::listings::wb_cards;
use crate::store::sync_run::session::Session;
use crate::text::counted;

/// More pages than this are no catalogue: ten million cards.
const MOST_PAGES: u64 = 100_000;

/// Pages from one line of progress to the next: six seconds at the method's pace.
const PROGRESS: u64 = 10;

/// Reads what has changed in the cards, once a day although nothing may be unknown: a renamed card
/// or a corrected barcode shows in no other answer. `None` if they have been read on this day.
pub(super) fn fetch_changes(
    settings: &WildberriesSettings,
    session: &mut Session,
    meter: &Meter,
    day: NaiveDate,
) -> Option<CardReading> {
    match were_read(session, day) {
        Ok(true) => None,
        Ok(false) => Some(fetch(settings, session, meter, day)),
        Err(failure) => {
            log::warn!("the cards that have changed are not asked for: {failure}");
            None
        }
    }
}

fn were_read(session: &mut Session, day: NaiveDate) -> Result<bool, Failure> {
    wb_cards::were_read_on(session.database()?.conn(), day)
        .map_err(|fault| session.failed(fault).context("looking when the cards were read"))
}

/// Reads and keeps all cards that were changed since the last reading, page by page. `meter` counts
/// what it takes.
pub(super) fn fetch(
    settings: &WildberriesSettings,
    session: &mut Session,
    meter: &Meter,
    day: NaiveDate,
) -> CardReading {
    let mut reading = CardReading::default();
    log::info!("asking for Wildberries' cards that were changed since they were last read");
    match read(settings, session, meter, day, &mut reading) {
        Ok(()) => reading.complete = true,
        Err(failure) => {
            session.roll_back();
            log::warn!(
                "names and barcodes are not complete, stock is written without them; the next run goes on behind the \
                 {} that were read: {failure}",
                counted(reading.cards, "card")
            );
        }
    }
    reading
}

fn read(
    settings: &WildberriesSettings,
    session: &mut Session,
    meter: &Meter,
    day: NaiveDate,
    reading: &mut CardReading,
) -> Result<(), Failure> {
    let cursor = wb_cards::cursor(session.database()?.conn())
        .map_err(|fault| session.failed(fault).context("looking where the cards begin"))?;
    if let Some(cursor) = &cursor {
        log::debug!("cards: going on behind nmID {} of {}", cursor.nm_id, cursor.updated_at);
    }
    let mut reader = CardReader::new(settings, meter, cursor)?;
    for number in 1..=MOST_PAGES {
        let page = reader.next_page()?;
        if page.unreadable > 0 {
            log::warn!("cards: {} of page {number} cannot be read", page.unreadable);
        }
        let conn = session.database()?.conn();
        let kept = wb_cards::keep(conn, &page.nm_ids, &page.sizes, page.cursor.as_ref());
        kept.map_err(|fault| session.failed(fault).context("keeping the cards"))?;
        reading.cards += page.cards;
        if page.last {
            log::info!("cards: {} on {number} pages, that is all", reading.cards);
            let noted = wb_cards::set_read_on(session.database()?.conn(), day);
            return noted.map_err(|fault| session.failed(fault).context("noting the day"));
        }
        if number % PROGRESS == 0 {
            log::info!("cards: {} on {number} pages so far", reading.cards);
        }
    }
    Err(Failure::new(Exit::NotStockData, "the cards do not come to an end"))
}
