//! From the answers of a pull to the rows of a snapshot, record by record. Asks and writes no
//! database.

use std::time::Duration;

use super::fetch::Fetched;
use super::rejects::Rejects;
use crate::console::progress::{self, Phase, Span};
use crate::disk;
use crate::failure::{Exit, Failure};
use crate::inventory::warehouse::{OWN, Warehouse, Warehouses};
use crate::inventory::{Identity, Record, Rejection, StockLine, StockType, ValidationResult};
use crate::marketplace;
use crate::marketplace::paging::PullError;
use crate::run::Run;
use crate::staging::{Duplicate, RowConflict, Snapshot, Staging};
use crate::text::printable;

/// Names that several warehouses have, each of which is told; who has more of them has seen enough.
const MOST_NAMES: usize = 20;

pub(super) struct Reading {
    pub snapshot: Snapshot,
    pub validation: ValidationResult,
    pub can_hold: &'static [StockType],
    /// The warehouses of the rows, with what the answers say of them.
    pub warehouses: Warehouses,
    pub unsettled: u64,
    pub named: bool,
    pub took: Duration,
    /// By what it shows that the pages do not belong together.
    shifted: Option<String>,
}

impl Reading {
    /// Unless the stock moved between two pages.
    pub(super) fn settled(self) -> Result<Self, PullError> {
        match self.shifted {
            Some(reason) => Err(PullError::Shifted(reason)),
            None => Ok(self),
        }
    }

    /// Unless hardly anything of it can be believed.
    pub(super) fn require_stock_data(&self) -> Result<(), Failure> {
        if self.validation.is_stock_data() {
            return Ok(());
        }
        let summary = self.validation.summary().unwrap_or_default();
        let message = format!("this is not stock data, nothing was written: {summary}");
        Err(Failure::new(Exit::NotStockData, message))
    }
}

/// Turns the answers into the rows of a snapshot; what cannot be believed is named in the log.
pub(super) fn read(
    fetched: &Fetched,
    run: &Run,
    rejects: &mut Rejects,
) -> Result<Reading, Failure> {
    let Fetched { pull, can_hold, unsettled, named, .. } = fetched;
    let mut warehouses = fetched.warehouses.clone();
    let length = pull.parts.iter().map(|part| part.length).sum();
    let span = Span::begin(Phase::Read, Some(length));
    let mut validation = ValidationResult::default();
    let (run_id, source) = (&run.run_id, run.source);
    rejects.begin(source, run_id);
    let mut reject = |validation: &mut ValidationResult, rejection: Rejection| {
        rejects.keep(source, run_id, &rejection);
        reject(validation, rejection);
    };
    let mut staging = Staging::default();
    let beginnings = marketplace::read_records(pull, &mut |outcome| {
        validation.total += 1;
        progress::note(Phase::Read, validation.total);
        match outcome {
            Ok(mut record) => {
                note_warehouses(&mut warehouses, &record);
                for warning in record.warnings.drain(..) {
                    warn(&mut validation, warning);
                }
                staging.push(validation.total, record).map_err(disk::temporary)
            }
            Err(rejection) => {
                reject(&mut validation, rejection);
                Ok(())
            }
        }
    })?;
    let mut shifted = None;
    let mut shared_names = Vec::new();
    let snapshot = staging
        .finish(&mut |conflict| match conflict {
            RowConflict::Duplicate(duplicate) => match on_two_pages(&duplicate, &beginnings) {
                Some(reason) => shifted = Some(reason),
                None => reject(&mut validation, duplicate.rejection),
            },
            RowConflict::TooMany(rejection) => reject(&mut validation, rejection),
            RowConflict::SameName(name) => add_name(&mut shared_names, name),
        })
        .map_err(disk::temporary)?;
    rejects.finish();
    let took = span.finish(&format!("{} records", validation.total));
    if shifted.is_none() {
        warn_of_names(&mut validation, &shared_names);
        say_what_was_not_shown(&validation);
    }
    let (unsettled, named) = (*unsettled, *named);
    Ok(Reading { snapshot, validation, can_hold, warehouses, unsettled, named, took, shifted })
}

/// Of what is known already nothing is put together anew: a pull has millions of records.
fn note_warehouses(warehouses: &mut Warehouses, record: &Record) {
    let (id, region) = match &record.identity {
        Identity::Warehouse { id, region } => (*id, region.as_str()),
        Identity::SkuOfWarehouse { warehouse, .. } => (*warehouse, ""),
        Identity::Listing | Identity::Article | Identity::NewestOfWarehouse(_) => (None, ""),
    };
    for StockLine { warehouse_name, stock_type, .. } in &record.lines {
        let known = warehouses.get(warehouse_name);
        let told = matches!(record.identity, Identity::Warehouse { .. });
        let same = |known: &Warehouse| {
            !told || (known.id == id && known.region.as_deref().unwrap_or_default() == region)
        };
        if !known.is_some_and(same) {
            warehouses.add(Warehouse {
                id,
                region: Some(region.to_owned()).filter(|region| !region.is_empty()),
                kind: (*stock_type == StockType::Fbs && told).then(|| OWN.to_owned()),
                ..Warehouse::named(warehouse_name.clone())
            });
        }
    }
}

/// Within one page a repeated record is a fault of the record. On two pages it is one that moved
/// between them.
fn on_two_pages(duplicate: &Duplicate, beginnings: &[u64]) -> Option<String> {
    let page = |number: u64| beginnings.partition_point(|beginning| *beginning <= number);
    let (first, second) = (page(duplicate.winner), page(duplicate.number));
    (first != second).then(|| {
        format!(
            "the stock changed between two pages, {} is on another page too",
            duplicate.rejection.record
        )
    })
}

fn add_name(names: &mut Vec<String>, name: String) {
    if names.len() < MOST_NAMES && !names.contains(&name) {
        names.push(name);
    }
}

fn warn_of_names(validation: &mut ValidationResult, shared: &[String]) {
    for name in shared {
        let name = printable(name);
        let words = "their pieces are added up in one row";
        warn(validation, format!("several warehouses have the same name \"{name}\": {words}"));
    }
}

fn reject(validation: &mut ValidationResult, rejection: Rejection) {
    let text = format!("rejected {rejection}");
    // What a log names in short need not be kept in full.
    if validation.reject(Rejection { original: None, ..rejection }) {
        log::warn!("{text}");
    }
}

fn warn(validation: &mut ValidationResult, warning: String) {
    let text = warning.clone();
    if validation.warn(warning) {
        log::warn!("{text}");
    }
}

fn say_what_was_not_shown(validation: &ValidationResult) {
    let more = |count: u64, shown: usize| count - shown as u64;
    match more(validation.rejected, validation.errors.len()) {
        0 => {}
        rest => log::warn!("and {rest} more records were rejected"),
    }
    match more(validation.warned, validation.warnings.len()) {
        0 => {}
        rest => log::warn!("and {rest} more warnings"),
    }
}
