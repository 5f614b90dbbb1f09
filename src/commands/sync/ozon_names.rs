//! The part of `sync ozon` by warehouse that learns names and barcodes, which no answer about the
//! stock tells.
//! Whatever goes wrong here costs names, never stock.

use chrono::NaiveDate;

use crate::failure::Failure;
use crate::store::StoreError;
use crate::store::listings::ozon_names;
use crate::store::sync_run::session::Session;

/// Of which articles Ozon is asked what they are called.
pub(super) struct Wanted<'a> {
    session: &'a mut Session,
    all: bool,
}

impl<'a> Wanted<'a> {
    /// All of them with a day's first sync: a corrected barcode shows in no other answer.
    pub(super) fn of_day(session: &'a mut Session, day: NaiveDate) -> Self {
        let read = ask(session, |conn| ozon_names::were_read_on(conn, day));
        Self { session, all: read == Some(false) }
    }

    pub(super) fn among(&mut self, articles: &[&str]) -> Vec<bool> {
        if self.all {
            return vec![true; articles.len()];
        }
        let lacking = ask(self.session, |conn| ozon_names::lacking(conn, articles));
        lacking.unwrap_or_else(|| vec![false; articles.len()])
    }
}

/// The stock is written with all names that Ozon told on `day`.
pub(super) fn note_read(session: &mut Session, day: NaiveDate) {
    ask(session, |conn| ozon_names::set_read_on(conn, day));
}

fn ask<T>(
    session: &mut Session,
    work: impl FnOnce(&mut mysql::Conn) -> Result<T, StoreError>,
) -> Option<T> {
    let outcome = || -> Result<T, Failure> {
        let conn = session.database()?.conn();
        work(conn).map_err(|fault| session.failed(fault))
    };
    outcome().inspect_err(|failure| log::debug!("names of Ozon's articles: {failure}")).ok()
}
