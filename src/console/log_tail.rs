//! The last lines of this process's log, kept for the healthcheck's body, without any secret.
//! Knows nothing else of what is in them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{SecondsFormat, Utc};
use log::{Level, Record};

use crate::secret::mask;
use crate::zone;

const LINES: usize = 50;

static TAIL: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// Keeps a line that the log shows, if its level is info or above.
pub(crate) fn keep(record: &Record<'_>) {
    if record.level() > Level::Info {
        return;
    }
    let time = zone::local(Utc::now()).to_rfc3339_opts(SecondsFormat::Secs, false);
    let line = format!("{time} {} {}", record.level(), record.args());
    let line = mask(&line).into_owned();
    let mut tail = TAIL.lock().unwrap_or_else(PoisonError::into_inner);
    if tail.len() == LINES {
        tail.pop_front();
    }
    tail.push_back(line);
}

pub(crate) fn last_lines() -> String {
    let tail = TAIL.lock().unwrap_or_else(PoisonError::into_inner);
    tail.iter().map(|line| format!("{line}\n")).collect()
}
