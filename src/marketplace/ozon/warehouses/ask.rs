//! Asks for the stock of many SKUs by warehouse, from a few threads at once: at the pace that Ozon
//! allows an answer takes longer than the wait for the next turn.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};

use super::answers::{self, Place, PlacesPage};
use super::api::{Api, Side};
use super::control::{Kind, SkuList, fingerprint};
use super::kept::Kept;
use super::names::Names;
use crate::config::OzonSettings;
use crate::console::progress::{self, Phase, Span};
use crate::cost::Meter;
use crate::failure::Failure;
use crate::http::pace::SharedPace;
use crate::text::counted;

/// Requests that are under way at the same time.
const THREADS: usize = 6;

/// SKUs of one question: with some thirty warehouses each that is fifteen pages, which follow each
/// other, and enough questions to keep all threads busy.
const CHUNK: usize = 500;

pub(super) struct Asking {
    pub skus: SkuList,
    /// Every [`ToldPlace`] where something lies.
    pub told: Kept,
    pub names: Names,
}

/// A place with the round in which it was told.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldPlace(pub u8, pub Kind, pub Place);

impl Asking {
    fn take(&mut self, round: u8, side: Side, page: PlacesPage) -> Result<(), Failure> {
        for place in page.products.into_iter().flatten() {
            let kind = match side {
                Side::Ozon => Kind::Fbo,
                Side::Own => self.names.own_kind(&place),
            };
            let fingerprint = fingerprint(&answers::text(&place.offer_id));
            if let Some(sku) = answers::id(&place.sku) {
                self.skus.tell(round, sku, fingerprint, kind, place.pieces());
            }
            if place.holds_anything() {
                self.told.push(&ToldPlace(round, kind, place))?;
            }
        }
        Ok(())
    }
}

pub(super) fn all(
    settings: &OzonSettings,
    meter: &Meter,
    pace: &SharedPace,
    round: u8,
    skus: &[i64],
    asking: &mut Asking,
) -> Result<(), Failure> {
    let span = Span::begin(Phase::Skus, Some(skus.len() as u64));
    let chunks: Vec<&[i64]> = skus.chunks(CHUNK).collect();
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (asking, failed) = (Mutex::new(asking), Mutex::new(None));
    let work = || -> Result<(), Failure> {
        let mut api = Api::new(settings, meter, pace)?;
        while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
            for side in [Side::Ozon, Side::Own] {
                if stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                api.places(side, chunk, &mut |page| lock(&asking).take(round, side, page))?;
            }
            progress::advance(Phase::Skus, chunk.len() as u64);
        }
        Ok(())
    };
    thread::scope(|scope| {
        for _ in 0..THREADS.min(chunks.len()) {
            scope.spawn(|| {
                if let Err(failure) = work() {
                    stop.store(true, Ordering::Relaxed);
                    lock(&failed).get_or_insert(failure);
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(failure) => Err(failure),
        None => {
            span.finish(&format!("{} by warehouse", counted(skus.len() as u64, "SKU")));
            Ok(())
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
