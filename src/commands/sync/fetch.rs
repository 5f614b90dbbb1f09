//! Gets everything that the marketplace answers onto the disk. No transaction is open meanwhile.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;

use super::key;
use super::prepare::Sync;
use crate::config::{Environment, OzonSettings, SyncSettings, WildberriesSettings};
use crate::console::progress::{Phase, Span};
use crate::cost::{Cost, Meter};
use crate::failure::Failure;
use crate::inventory::{Source, StockType};
use crate::marketplace::answers::from_file::open_file;
use crate::marketplace::paging::PullError;
use crate::marketplace::wildberries::Permit;
use crate::marketplace::{Pull, ozon, wildberries};

/// Where the stock comes from.
pub(super) enum Origin {
    /// A report that was downloaded by hand.
    File(Source, PathBuf),
    /// Ozon's API.
    Ozon(OzonSettings),
    /// Wildberries' API, and what its token may be asked for.
    Wildberries(WildberriesSettings, Permit),
}

/// The answers, and how long they took.
pub(super) struct Fetched {
    pub pull: Pull,
    /// The kinds of stock that they can tell of.
    pub can_hold: &'static [StockType],
    pub took: Duration,
}

impl Origin {
    /// Reads the settings that a pull needs, and judges its key; a file needs neither.
    pub fn read(
        sync: &mut Sync<'_>,
        environment: &Environment,
        settings: &SyncSettings,
        day: NaiveDate,
    ) -> Result<Self, Failure> {
        Ok(match (&sync.args.file, sync.run.source) {
            (Some(path), source) => Origin::File(source, path.to_owned()),
            (None, Source::Ozon) => {
                let ozon = OzonSettings::read(environment)?;
                key::ask_ozon(sync, &ozon, day)?;
                Origin::Ozon(ozon)
            }
            (None, Source::Wildberries) => {
                let wildberries = WildberriesSettings::read(environment)?;
                let permit = key::permit(sync, &wildberries, settings)?;
                Origin::Wildberries(wildberries, permit)
            }
        })
    }

    /// A pull that follows another one at once would run into Wildberries' rate limit.
    pub fn wait_between_pulls(&self) -> Duration {
        match self {
            Origin::Wildberries(settings, _) => {
                settings.request_interval.max(settings.http.base_delay)
            }
            Origin::File(..) | Origin::Ozon(_) => Duration::ZERO,
        }
    }
}

/// Asks for all of it. However it ends, `meter` has counted what it took.
pub(super) fn fetch(origin: &Origin, meter: &Meter) -> Result<Fetched, PullError> {
    let span = Span::begin(Phase::Fetch, None);
    let (pull, can_hold): (_, &[StockType]) = match origin {
        Origin::File(source, path) => {
            let pull = open_file(*source, path)?;
            let can_hold = pull.parts.first().map_or(&[][..], |part| part.format.stock_types());
            (pull, can_hold)
        }
        Origin::Ozon(settings) => (ozon::fetch(settings, meter)?, &StockType::ALL),
        Origin::Wildberries(settings, permit) => {
            (wildberries::fetch(settings, *permit, meter)?, &StockType::ALL)
        }
    };
    let Cost { requests, bytes } = pull.cost;
    let what = format!("{} in {requests} requests", bytesize::ByteSize(bytes));
    Ok(Fetched { pull, can_hold, took: span.finish(&what) })
}
