//! The log on stderr: what a line looks like and which lines are shown. Nothing here knows what is
//! logged.
//! The lines' form is the process's own, so it lives here and not in every call.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{SecondsFormat, Utc};
use env_logger::fmt::Formatter;
use env_logger::{Builder, Logger};
use indicatif_log_bridge::LogWrapper;
use log::{Level, LevelFilter, Log, Metadata, Record};

use super::{log_tail, progress};
use crate::secret::mask;
use crate::zone;

/// The crates below log requests with their headers at `debug` and `trace`: no filter may show a
/// key.
const FOREIGN: LevelFilter = LevelFilter::Info;

const OWN: &str = "stocksync";

static JSON: AtomicBool = AtomicBool::new(false);

/// Starts the log, beside which bars may be drawn; does nothing if there is one already.
/// `RUST_LOG`, a filter as `env_logger` reads it, wins over `-v` and `-q`.
pub fn start(verbose: u8, quiet: bool) {
    let own = match (quiet, verbose) {
        (true, _) => LevelFilter::Warn,
        (false, 0) => LevelFilter::Info,
        (false, 1) => LevelFilter::Debug,
        (false, _) => LevelFilter::Trace,
    };
    let mut builder = Builder::new();
    match std::env::var("RUST_LOG").ok().filter(|filter| !filter.trim().is_empty()) {
        Some(filter) => builder.parse_filters(&filter),
        None => builder.filter_level(LevelFilter::Warn).filter_module(OWN, own),
    };
    let logger = Capped(builder.format(line).build());
    let most = logger.0.filter();
    JSON.store(std::env::var("LOG_FORMAT").is_ok_and(|form| form == "json"), Ordering::Relaxed);
    let started = match progress::start(!quiet) {
        Some(bars) => LogWrapper::new(bars, logger).try_init().is_ok(),
        None => log::set_boxed_logger(Box::new(logger)).is_ok(),
    };
    if started {
        log::set_max_level(most);
    }
}

/// Whether the lines from now on are JSON objects. Until this is called, only the process's own
/// `LOG_FORMAT` counts.
pub fn as_json(json: bool) {
    JSON.store(json, Ordering::Relaxed);
}

/// Holds foreign crates down whatever the filter says.
struct Capped(Logger);

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        may_show(metadata.target(), metadata.level()) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if may_show(record.target(), record.level()) {
            if self.0.enabled(record.metadata()) {
                log_tail::keep(record);
            }
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

fn may_show(target: &str, level: Level) -> bool {
    let own = target == OWN || target.strip_prefix(OWN).is_some_and(|rest| rest.starts_with("::"));
    own || level <= FOREIGN
}

fn line(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let now = Utc::now();
    let message = record.args().to_string();
    let message = mask(&message);
    if JSON.load(Ordering::Relaxed) {
        let now = now.to_rfc3339_opts(SecondsFormat::Millis, true);
        return writeln!(out, "{}", json(&now, record.level(), record.target(), &message));
    }
    let now = zone::local(now).to_rfc3339_opts(SecondsFormat::Secs, false);
    let level = record.level();
    if io::stderr().is_terminal() {
        let style = out.default_level_style(level);
        writeln!(out, "[{now} {style}{level:<5}{style:#} {}] {message}", crate::run::run_id())
    } else {
        writeln!(out, "[{now} {level:<5} {}] {message}", crate::run::run_id())
    }
}

fn json(now: &str, level: Level, target: &str, message: &str) -> String {
    serde_json::json!({
        "timestamp": now,
        "level": level.as_str().to_lowercase(),
        "run_id": crate::run::run_id(),
        "target": target,
        "message": message,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_crates_stay_at_info_and_our_own_do_not() {
        assert!(may_show("stocksync::store", Level::Trace));
        assert!(may_show("hyper_util::client", Level::Info));
        assert!(!may_show("hyper_util::client", Level::Debug));
        assert!(!may_show("stocksyncer", Level::Debug));
    }

    #[test]
    fn a_line_of_json_is_one_object_whatever_the_message_holds() {
        let text = json("2026-11-23T06:00:00.000Z", Level::Warn, "stocksync", "a \"b\"\nc");
        assert!(!text.contains('\n'));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["level"], "warn");
        assert_eq!(value["message"], "a \"b\"\nc");
        assert_eq!(value["run_id"].as_str().unwrap().len(), 16);
    }
}
