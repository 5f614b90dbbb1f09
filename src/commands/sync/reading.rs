//! From the answers of a pull to the rows of a snapshot, record by record. Knows nothing of the database.

use super::rejects::Rejects;
use crate::console::progress::{self, Phase, Span};
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::{Rejection, ValidationResult};
use crate::marketplace::paging::shifted;
use crate::marketplace::{self, Pull};
use crate::run::{Run, RunStats};
use crate::staging::{Clash, Duplicate, Snapshot, Staging};
use crate::text::printable;

/// Names that several warehouses have, each of which is told; who has more of them has seen enough.
const MOST_NAMES: usize = 20;

/// Turns the answers into the rows of a snapshot; what cannot be believed is named in the log.
pub(super) fn read(
    pull: &Pull,
    run: &Run,
    rejects: &mut Rejects,
    account: &mut RunStats,
) -> Result<(Snapshot, ValidationResult), Failure> {
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
                for warning in record.warnings.drain(..) {
                    warn(&mut validation, warning);
                }
                staging.push(validation.total, record).or_fail(Exit::Program, no_temporary_files)
            }
            Err(rejection) => {
                reject(&mut validation, rejection);
                Ok(())
            }
        }
    })?;
    let mut moved = None;
    let mut shared_names = Vec::new();
    let snapshot = staging
        .finish(&mut |clash| match clash {
            Clash::Duplicate(duplicate) => match on_two_pages(&duplicate, &beginnings) {
                Some(reason) => moved = Some(reason),
                None => reject(&mut validation, duplicate.rejection),
            },
            Clash::TooMany(rejection) => reject(&mut validation, rejection),
            Clash::SameName(name) => add_name(&mut shared_names, name),
        })
        .or_fail(Exit::Program, no_temporary_files)?;
    rejects.finish();
    let what = format!("{} records", validation.total);
    *account.phases.read.get_or_insert_default() += span.finish(&what);
    if let Some(reason) = moved {
        return Err(shifted(reason));
    }
    warn_of_names(&mut validation, &shared_names);
    account.processed = validation.total;
    account.rejected = validation.rejected;
    say_what_was_not_shown(&validation);
    must_be_stock_data(&validation)?;
    Ok((snapshot, validation))
}

fn must_be_stock_data(validation: &ValidationResult) -> Result<(), Failure> {
    if validation.is_stock_data() {
        return Ok(());
    }
    let summary = validation.summary().unwrap_or_default();
    let message = format!("this is not stock data, nothing was written: {summary}");
    Err(Failure::new(Exit::NotStockData, message))
}

/// Within one page a repeated record is a fault of the record. On two pages it is one that moved between them.
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

fn no_temporary_files() -> String {
    format!("writing temporary files in {}", std::env::temp_dir().display())
}
