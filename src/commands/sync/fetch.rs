//! Gets everything that the marketplace answers onto the disk. No transaction is open meanwhile.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;

use super::key;
use super::ozon_names::Wanted;
use super::prepare::Sync;
use crate::config::{
    Environment, OzonSettings, OzonStocksMethod, SyncSettings, WildberriesSettings,
};
use crate::console::progress::{Phase, Span};
use crate::cost::{Cost, Meter};
use crate::failure::Failure;
use crate::inventory::warehouse::Warehouses;
use crate::inventory::{Source, StockType};
use crate::marketplace::answers::from_file::open_file;
use crate::marketplace::ozon::warehouses::fetch as by_warehouse;
use crate::marketplace::paging::PullError;
use crate::marketplace::wildberries::Permit;
use crate::marketplace::{Pull, ozon, wildberries};
use crate::store::sync_run::session::Session;

pub(super) enum Origin {
    File(Source, PathBuf),
    Ozon(OzonSettings),
    Wildberries(WildberriesSettings, Permit),
}

pub(super) struct Fetched {
    pub pull: Pull,
    /// The kinds of stock that they can tell of.
    pub can_hold: &'static [StockType],
    /// What they say of warehouses beside the stock.
    pub warehouses: Warehouses,
    /// SKUs that moved under the reading until the end.
    pub unsettled: u64,
    /// Whether names and barcodes of all that was asked for are there.
    pub named: bool,
    pub took: Duration,
}

impl Origin {
    /// Reads the settings that a pull needs, and judges its key; a file needs neither.
    pub(super) fn read(
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
    pub(super) fn wait_between_pulls(&self) -> Duration {
        match self {
            Origin::Wildberries(settings, _) => {
                settings.request_interval.max(settings.http.base_delay)
            }
            Origin::File(..) | Origin::Ozon(_) => Duration::ZERO,
        }
    }
}

/// Asks for all of it. However it ends, `meter` has counted what it took.
pub(super) fn fetch(
    origin: &Origin,
    meter: &Meter,
    session: &mut Session,
    day: NaiveDate,
) -> Result<Fetched, PullError> {
    let span = Span::begin(Phase::Fetch, None);
    let (mut warehouses, mut unsettled, mut named) = (Warehouses::default(), 0, false);
    let (pull, can_hold): (_, &[StockType]) = match origin {
        Origin::File(source, path) => {
            let pull = open_file(*source, path)?;
            let can_hold = pull.parts.first().map_or(&[][..], |part| part.format.stock_types());
            (pull, can_hold)
        }
        Origin::Ozon(settings) if settings.method == OzonStocksMethod::Warehouses => {
            let mut wanted = Wanted::of_day(session, day);
            let told = by_warehouse(settings, meter, &mut |articles| wanted.among(articles))?;
            (warehouses, unsettled, named) = (told.warehouses, told.unsettled, told.named);
            (told.pull, &StockType::ALL)
        }
        Origin::Ozon(settings) => (ozon::fetch(settings, meter)?, &StockType::ALL),
        Origin::Wildberries(settings, permit) => {
            (wildberries::fetch(settings, *permit, meter)?, &StockType::ALL)
        }
    };
    let Cost { requests, bytes } = pull.cost;
    let what = format!("{} in {requests} requests", bytesize::ByteSize(bytes));
    let took = span.finish(&what);
    Ok(Fetched { pull, can_hold, warehouses, unsettled, named, took })
}
