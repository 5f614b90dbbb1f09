//! Ozon's stock by warehouse. The sums by SKU are read before and after; what the warehouses hold
//! must add up to either, and what does not is asked for again. Which rows follow is up to
//! `inventory`.

mod answers;
mod api;
mod ask;
mod control;
mod kept;
mod lines;
mod names;

use std::time::Duration;

use log::Level;

use answers::{Line, Place, StocksPage};
use api::Api;
use ask::{Asking, ToldPlace};
use control::{Kind, SkuList, fingerprint};
use kept::Kept;
pub(in crate::marketplace) use lines::read;

pub(crate) use api::METHODS;

use crate::config::OzonSettings;
use crate::cost::{Cost, Meter};
use crate::failure::{Exit, Failure};
use crate::http::pace::{SharedPace, pause};
use crate::inventory::warehouse::Warehouses;
use crate::inventory::{StockType, counted};
use crate::marketplace::paging::PullError;
use crate::marketplace::{Format, Part, Pull};

/// How often what does not add up is asked for again.
const ROUNDS: u8 = 3;

/// One SKU in so many may be left that does not add up: 0.5 %.
const TOLERATED: usize = 200;

/// SKUs that a message names.
const SHOWN: usize = 5;

pub(crate) type LacksNames<'a> = dyn FnMut(&[&str]) -> Vec<bool> + 'a;

pub(crate) struct ByWarehouse {
    pub pull: Pull,
    pub warehouses: Warehouses,
    /// SKUs whose warehouses did not add up to their sum.
    pub unsettled: u64,
    pub named: bool,
}

/// Pulls. May be called again for a fresh pull; however it ends, `meter` has counted what it took.
/// Errors: The exit codes of HTTP; [`Exit::Unreachable`] if too many SKUs do not add up.
pub(crate) fn fetch(
    settings: &OzonSettings,
    meter: &Meter,
    lacks_names: &mut LacksNames<'_>,
) -> Result<ByWarehouse, PullError> {
    let before = meter.read();
    let pace = api::pace();
    let mut puller = Puller { settings, meter, api: Api::new(settings, meter, &pace)?, pace };
    let mut skus = SkuList::default();
    puller.sums(&mut skus)?;
    let names = puller.api.names()?;
    let mut asking = Asking { skus, told: Kept::new()?, names };
    let articles = puller.settle(&mut asking)?;
    let unsettled = judge(&mut asking.skus)?;
    let mut pull = Kept::new()?;
    let warehouses = keep_what_counts(asking, &mut pull)?;
    let named = puller.name_articles(articles, lacks_names, &mut pull)?;
    let (document, length) = pull.finish()?;
    let after = meter.read();
    let cost =
        Cost { requests: after.requests - before.requests, bytes: after.bytes - before.bytes };
    let parts = vec![Part { format: Format::OzonWarehouses, start: 0, length }];
    Ok(ByWarehouse { pull: Pull { document, parts, cost }, warehouses, unsettled, named })
}

struct Puller<'a> {
    settings: &'a OzonSettings,
    meter: &'a Meter,
    api: Api,
    pace: SharedPace,
}

impl Puller<'_> {
    /// Asks for everything, reads the sums again, and asks again for what does not add up. Returns
    /// the articles of the last sums.
    fn settle(&mut self, asking: &mut Asking) -> Result<Kept, PullError> {
        let mut open = asking.skus.listed();
        let mut round = 0;
        loop {
            ask::all(self.settings, self.meter, &self.pace, round, &open, asking)?;
            let articles = self.sums(&mut asking.skus)?;
            open = asking.skus.unsettled();
            if open.is_empty() || round == ROUNDS {
                return Ok(articles);
            }
            round += 1;
            let reason = format!(
                "{} moved while Ozon was asked, round {round} of {ROUNDS} asks for them again",
                counted(open.len() as u64, "SKU")
            );
            let wait = self.settings.http.base_delay.max(Duration::from_millis(1));
            pause(Level::Info, wait, &reason);
            asking.skus.ask_again(round, &open);
        }
    }

    /// Reads the sums of all SKUs, and keeps the articles with what is told of them here only.
    fn sums(&mut self, skus: &mut SkuList) -> Result<Kept, PullError> {
        let mut articles = Kept::new()?;
        skus.begin_reading();
        let total = self.api.stocks(&mut |page| take_sums(page, skus, &mut articles))?;
        skus.finish_reading(total).map_err(PullError::Shifted)?;
        Ok(articles)
    }

    /// Adds to the articles what Ozon calls them. What goes wrong here costs names, no stock.
    fn name_articles(
        &mut self,
        articles: Kept,
        lacks_names: &mut LacksNames<'_>,
        pull: &mut Kept,
    ) -> Result<bool, Failure> {
        let (mut batch, mut named) = (Vec::new(), true);
        let mut flush = |batch: &mut Vec<Line>| {
            if named && let Err(failure) = self.name(batch, lacks_names) {
                named = false;
                log::warn!(
                    "names and barcodes are not complete, stock is written without them: {failure}"
                );
            }
            batch.drain(..).try_for_each(|line| pull.push(&line))
        };
        articles.read(&mut |line| {
            batch.push(line);
            if batch.len() >= api::LIMIT { flush(&mut batch) } else { Ok(()) }
        })?;
        flush(&mut batch)?;
        Ok(named)
    }

    fn name(
        &mut self,
        batch: &mut [Line],
        lacks_names: &mut LacksNames<'_>,
    ) -> Result<(), Failure> {
        let articles: Vec<String> = batch.iter().filter_map(article).collect();
        let articles: Vec<&str> = articles.iter().map(String::as_str).collect();
        let lacks = lacks_names(&articles);
        let asked: Vec<&str> =
            articles.into_iter().zip(lacks).filter(|(_, lacks)| *lacks).map(|(it, _)| it).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let mut told = self.api.products(&asked)?;
        for line in batch {
            let info = article(line).and_then(|article| told.remove(&article));
            if let (Line::Article { name, barcodes, .. }, Some(info)) = (line, info) {
                (*name, *barcodes) = (info.name, info.barcodes);
            }
        }
        Ok(())
    }
}

fn article(line: &Line) -> Option<String> {
    match line {
        Line::Article { offer_id, .. } => {
            Some(answers::text(offer_id)).filter(|text| !text.is_empty())
        }
        Line::Place(..) | Line::Unknown(..) => None,
    }
}

fn take_sums(page: StocksPage, skus: &mut SkuList, articles: &mut Kept) -> Result<(), Failure> {
    for item in page.items.into_iter().flatten() {
        skus.next_item();
        let fingerprint = fingerprint(&answers::text(&item.offer_id));
        for stock in item.stocks.into_iter().flatten() {
            let pieces = answers::pieces(&stock.present, &stock.reserved);
            let place = Place {
                offer_id: item.offer_id.clone(),
                sku: stock.sku,
                present: stock.present,
                reserved: stock.reserved,
                ..Place::default()
            };
            let (kind, stock_type) = match stock.stock_type.as_deref().unwrap_or_default() {
                "fbo" => (Some(Kind::Fbo), StockType::Fbo),
                "fbs" => (Some(Kind::Fbs), StockType::Fbs),
                "rfbs" => (Some(Kind::RealFbs), StockType::RealFbs),
                "fbp" => (None, StockType::Fbp),
                other if place.holds_anything() => {
                    articles.push(&Line::Unknown(other.to_owned(), place))?;
                    continue;
                }
                _ => continue,
            };
            match (kind, answers::id(&place.sku)) {
                (Some(kind), Some(sku)) => skus.control(sku, fingerprint, kind, pieces),
                // Told here only; or of no SKU, so that nobody can be asked where it lies: then it
                // is rejected by its name.
                _ if place.holds_anything() => articles.push(&Line::Place(stock_type, place))?,
                _ => {}
            }
        }
        let (name, barcodes) = (None, None);
        articles.push(&Line::Article { offer_id: item.offer_id, name, barcodes })?;
    }
    Ok(())
}

/// How many SKUs do not add up; a failure if they are too many to be believed.
fn judge(skus: &mut SkuList) -> Result<u64, Failure> {
    let (open, with_stock) = (skus.unsettled(), skus.with_stock());
    if open.is_empty() {
        return Ok(0);
    }
    let shown: Vec<String> = open.iter().take(SHOWN).map(|sku| skus.described(*sku)).collect();
    let more = if open.len() > SHOWN { ", …" } else { "" };
    let what = format!(
        "the warehouses of {} of {with_stock} with stock do not add up to what Ozon says of them altogether: {}{more}",
        counted(open.len() as u64, "SKU"),
        shown.join(", ")
    );
    if open.len() * TOLERATED > with_stock {
        let message = format!("{what}; nothing was written, the next run tries again");
        return Err(Failure::new(Exit::Unreachable, message));
    }
    log::warn!("{what}; they are stored as the warehouses say");
    Ok(open.len() as u64)
}

/// Of all that was told, keeps what counts, with names.
fn keep_what_counts(asking: Asking, pull: &mut Kept) -> Result<Warehouses, Failure> {
    let Asking { mut skus, told, names } = asking;
    let mut warehouses = Warehouses::default();
    told.read(&mut |ToldPlace(round, kind, mut place)| {
        let sku = answers::id(&place.sku);
        let fingerprint = fingerprint(&answers::text(&place.offer_id));
        let counts = match sku {
            Some(sku) => skus.counts(round, sku, fingerprint),
            // It is rejected by its name.
            None => Some(control::Counts { unlisted_are_real_fbs: false }),
        };
        let Some(counts) = counts else { return Ok(()) };
        let stock_type = match kind {
            Kind::Fbo => StockType::Fbo,
            Kind::Fbs => StockType::Fbs,
            Kind::RealFbs => StockType::RealFbs,
            Kind::Own if counts.unlisted_are_real_fbs => StockType::RealFbs,
            Kind::Own => StockType::Fbs,
        };
        if let Some(name) = names.name(stock_type, &place) {
            place.warehouse_name = serde_json::value::to_raw_value(name).ok();
        }
        let name = answers::text(&place.warehouse_name);
        if !name.is_empty() {
            warehouses.add(names.described(stock_type, &place, name));
        }
        pull.push(&Line::Place(stock_type, place))
    })?;
    Ok(warehouses)
}
