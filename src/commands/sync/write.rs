//! The write, or what it would change. Wildberries' cards are read first: once a day those that
//! have changed, and whenever the pull holds listings that nobody knows.

use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::cards;
use super::fetch::Origin;
use super::finish::summarize;
use super::ozon_names;
use super::prepare::Sync;
use super::reading::Reading;
use crate::config::{SyncSettings, WildberriesSettings};
use crate::console::progress::{Phase, Span};
use crate::failure::{Exit, Failure};
use crate::run::{CardReading, Ending, Status, Written};
use crate::store::sync_write::{self, Order, Outcome};
use crate::text::counted;

pub(super) fn write(
    sync: &mut Sync<'_>,
    settings: &SyncSettings,
    origin: &Origin,
    reading: &Reading,
    day: NaiveDate,
) -> Result<Exit, Failure> {
    let Reading { snapshot, validation, .. } = reading;
    let (status, exit) = match validation.rejected {
        0 => (Status::Success, Exit::Done),
        _ => (Status::Partial, Exit::Partial),
    };
    let message = validation.summary();
    let run = sync.run.clone();
    let cards = match origin {
        Origin::Wildberries(settings, permit) if permit.cards && !sync.args.dry_run => {
            Some(settings)
        }
        _ => None,
    };
    let mut order = Order {
        run: &run,
        day,
        snapshot,
        full: sync.args.full,
        max_shrink: (!sync.args.may_shrink()).then_some(settings.max_shrink),
        can_hold: reading.can_hold,
        warehouses: &reading.warehouses,
        // Where nobody can be asked (a file, a dry run, a token without the right), listings are
        // taken as they are.
        cards: cards.is_none().then(CardReading::default),
        ending: Ending {
            status,
            exit_code: exit.code(),
            message: message.as_deref(),
            failure_kind: None,
        },
        stats: sync.figures(),
    };
    let (verb, changes) = if sync.args.dry_run {
        let changes = sync_write::rehearse(&mut sync.session, &order)?;
        ("dry run, nothing was written; would be", changes)
    } else {
        let written = commit(sync, &mut order, cards)?;
        if reading.named {
            ozon_names::note_read(&mut sync.session, day);
        }
        ("written", written.changes)
    };
    summarize(sync, verb, day, &snapshot.totals, &changes);
    Ok(exit)
}

fn commit(
    sync: &mut Sync<'_>,
    order: &mut Order<'_>,
    cards: Option<&WildberriesSettings>,
) -> Result<Written, Failure> {
    let span = Span::begin(Phase::Write, None);
    let mut asking = Duration::ZERO;
    if let Some(settings) = cards {
        let began = Instant::now();
        let Sync { session, meter, .. } = sync;
        let read = cards::fetch_changes(settings, session, meter, order.day);
        note_cards(sync, order, read);
        asking += began.elapsed();
    }
    let written = loop {
        match sync_write::write(&mut sync.session, &sync.database, order)? {
            Outcome::Written(written) => break written,
            Outcome::CardsNeeded(listings) => {
                log::info!("{} without a name or a barcode", counted(listings, "listing"));
            }
        }
        let began = Instant::now();
        let Sync { session, meter, .. } = sync;
        let ask = |settings| cards::fetch(settings, session, meter, order.day);
        let read = cards.map_or_else(CardReading::default, ask);
        note_cards(sync, order, Some(read));
        asking += began.elapsed();
    };
    let took = span.finish(&format!("{} rows", written.totals.rows));
    sync.stats.phases.write = Some(took.saturating_sub(asking));
    Ok(written)
}

fn note_cards(sync: &mut Sync<'_>, order: &mut Order<'_>, read: Option<CardReading>) {
    order.cards = read;
    sync.stats.cards = read.map_or(0, |read| read.cards);
    order.stats = sync.figures();
}
