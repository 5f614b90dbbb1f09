//! The last lines of this process's log, kept for the healthcheck's body. Knows nothing of what is in them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{SecondsFormat, Utc};
use log::{Level, Log, Metadata, Record};

/// Lines that are kept.
const LINES: usize = 50;

static TAIL: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// A logger that keeps what it hands on to another one.
pub struct Keeping<L>(pub L);

impl<L: Log> Log for Keeping<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.0.enabled(record.metadata()) {
            return;
        }
        if record.level() <= Level::Info {
            let time = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
            let line = format!("{time} {} {}", record.level(), record.args());
            let mut tail = TAIL.lock().unwrap_or_else(PoisonError::into_inner);
            if tail.len() == LINES {
                tail.pop_front();
            }
            tail.push_back(line);
        }
        self.0.log(record);
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// The last 50 lines of level info and above, the oldest first.
pub fn last_lines() -> String {
    let tail = TAIL.lock().unwrap_or_else(PoisonError::into_inner);
    tail.iter().map(|line| format!("{line}\n")).collect()
}
