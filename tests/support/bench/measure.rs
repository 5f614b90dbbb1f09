//! How long a program runs and how much memory it takes at most.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub wall: Duration,
    /// The most that was resident at once.
    pub peak_kib: u64,
}

/// Runs a program to its end, which must be a good one.
pub fn run(command: &mut Command) -> Cost {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    let ended = loop {
        // The kernel's own high-water mark: only what is gained in the last millisecond can be missed.
        if let Some(peak) = fs::read_to_string(&status).ok().and_then(|text| high_water(&text)) {
            peak_kib = peak;
        }
        if let Some(ended) = child.try_wait().expect("a child of this process") {
            break ended;
        }
        thread::sleep(Duration::from_millis(1));
    };
    assert!(ended.success(), "{command:?}: {ended}");
    Cost { wall: started.elapsed(), peak_kib }
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// The middle value; of an even number of values the lower one.
pub fn median<T: Copy + PartialOrd>(values: impl IntoIterator<Item = T>) -> T {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_by(|a, b| a.partial_cmp(b).expect("comparable"));
    values[(values.len() - 1) / 2]
}
