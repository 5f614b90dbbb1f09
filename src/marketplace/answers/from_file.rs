//! A report that the seller has downloaded by hand, in place of a pull: which of the formats it has
//! is told by its content.

use std::fs::{self, File};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::file_age;
use super::sniff::not_stock_data;
use crate::cost::Cost;
use crate::failure::{Exit, Failure, OrFail};
use crate::inventory::Source;
use crate::marketplace::wildberries::items::each_item;
use crate::marketplace::wildberries::json::Scanner;
use crate::marketplace::{Format, Part, PartReader, Pull, table};

/// Opens a report for reading.
/// Errors: [`Exit::Usage`] if there is no such file or it may not be read; [`Exit::NotStockData`]
/// if a file of Wildberries is none of its stock answers.
pub(crate) fn open_file(source: Source, path: &Path) -> Result<Pull, Failure> {
    let unusable = || format!("cannot read {}", path.display());
    // Looked at before it is opened: opening a pipe would wait for its other end.
    let metadata = fs::metadata(path).or_fail(Exit::Usage, unusable)?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a directory" } else { "not a regular file" };
        return Err(Failure::new(Exit::Usage, format!("{} is {what}", path.display())));
    }
    let document = File::open(path).or_fail(Exit::Usage, unusable)?;
    let length = document.metadata().or_fail(Exit::Usage, unusable)?.len();
    let written = metadata.modified().map(DateTime::from).ok();
    if let Some(warning) = written.and_then(|it| file_age::warning(path, it, Utc::now())) {
        log::warn!("{warning}");
    }
    let mut pull = Pull { document, parts: Vec::new(), cost: Cost::default() };
    let mut part = Part { format: Format::OzonReport, start: 0, length };
    if source == Source::Wildberries {
        part.format = wildberries_format(pull.open(&part))
            .map_err(|failure| whole(failure).context(path.display().to_string()))?;
    }
    pull.parts.push(part);
    Ok(pull)
}

/// Half an answer may come whole the next time; half a file stays what it is.
pub(crate) fn whole(failure: Failure) -> Failure {
    match failure.exit() {
        Exit::Unreachable => failure.with_exit(Exit::NotStockData),
        _ => failure,
    }
}

/// Which of Wildberries' answers this is, by its envelope and the keys of its items. One item that
/// lacks a key is a record to be rejected and says nothing about the others.
fn wildberries_format(file: PartReader<'_>) -> Result<Format, Failure> {
    if table::is_table(file)? {
        return Ok(Format::WbCabinet);
    }
    let mut scanner = Scanner::new(file)?;
    let enveloped = match scanner.peek()? {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => {
            return Err(not_stock_data(format!(
                "it is neither JSON nor XLSX but {}",
                scanner.looks_like()
            )));
        }
    };
    let shape = if enveloped { Format::WbWarehouses } else { Format::WarehouseRemains };
    let (mut any, mut told) = (false, None);
    each_item(&mut scanner, shape, &mut |item, _| {
        if told.is_none() && item.starts_with(b"{") {
            let keys = serde_json::from_str::<Keys>(&String::from_utf8_lossy(item));
            any |= keys.is_ok();
            told = keys.ok().and_then(|keys| keys.tell(enveloped));
        }
        Ok(())
    })?;
    match told {
        Some(format) => Ok(format),
        None if !any => Ok(shape),
        None if enveloped => Ok(Format::SellerWarehouses),
        None => Err(not_stock_data(format!(
            "its items have neither \"warehouses\" (report of remains) nor \"lastChangeDate\" (supplier/stocks); it is {}",
            scanner.looks_like()
        ))),
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Keys {
    warehouses: Present,
    last_change_date: Present,
    in_way_to_client: Present,
}

impl Keys {
    /// The only format whose items have these keys; the seller's own warehouses are told by what
    /// their items lack.
    fn tell(&self, enveloped: bool) -> Option<Format> {
        match enveloped {
            true => self.in_way_to_client.0.then_some(Format::WbWarehouses),
            false if self.warehouses.0 => Some(Format::WarehouseRemains),
            false => self.last_change_date.0.then_some(Format::SupplierStocks),
        }
    }
}

#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: serde::Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(value).map(|_| Self(true))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::marketplace::read_records;

    fn opened(source: Source, content: &str) -> Result<Pull, Failure> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        open_file(source, file.path())
    }

    const CABINET: &str = "Артикул WB;Баркод;В пути до клиента;В пути от клиента;Итого по складам;Тула\n1;460;0;0;5;5\n";

    #[test]
    fn the_formats_of_wildberries_are_told_by_their_content() {
        for (content, format) in [
            ("{\"data\":{\"items\":[{\"inWayToClient\":null}]}}", Format::WbWarehouses),
            ("\u{feff} {\"data\":{\"items\":[{\"nmId\":1}]}}", Format::SellerWarehouses),
            ("{\"data\":{\"items\":[]}}", Format::WbWarehouses),
            (
                "{\"data\":{\"items\":[{\"nmId\":1},{\"inWayToClient\":0},{\"nmId\":2}]}}",
                Format::WbWarehouses,
            ),
            ("[{\"nmId\":1},{\"nmId\":2,\"warehouses\":[]}]", Format::WarehouseRemains),
            ("[1,{\"nmId\":1,\"warehouses\":[]}]", Format::WarehouseRemains),
            ("[{\"lastChangeDate\":\"2023-07-05T11:13:35\"}]", Format::SupplierStocks),
            ("[]", Format::WarehouseRemains),
            (CABINET, Format::WbCabinet),
        ] {
            let pull = opened(Source::Wildberries, content).unwrap();
            let length = content.len() as u64;
            assert_eq!(pull.parts, [Part { format, start: 0, length }], "{content}");
            read_records(&pull, &mut |_| Ok(())).unwrap();
        }
    }

    #[test]
    fn a_file_that_is_no_answer_of_wildberries_is_refused() {
        for content in ["", "<html>", "[{\"nmID\":1}]", "{\"cards\":[]}", "[{"] {
            let failure = opened(Source::Wildberries, content).unwrap_err();
            assert_eq!(failure.exit(), Exit::NotStockData, "{content}");
        }
    }

    #[test]
    fn a_file_of_ozon_is_its_report_whatever_its_name() {
        let pull = opened(Source::Ozon, "A;B").unwrap();
        let part = Part { format: Format::OzonReport, start: 0, length: 3 };
        assert_eq!(pull.parts, [part]);
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_a_wrong_command_line() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("report.csv");
        let failure = open_file(Source::Ozon, &missing).unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
        assert!(failure.to_string().contains("report.csv: No such file"), "{failure}");
        let failure = open_file(Source::Ozon, directory.path()).unwrap_err();
        assert!(failure.to_string().ends_with("is a directory"), "{failure}");
    }
}
