//! How long a program runs, how much memory it takes at most, and how long it and the database server keep a processor busy.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub wall: Duration,
    /// Of the program, what it started, and the server meanwhile: what is left of a difference on a machine with other guests.
    pub cpu: Duration,
    /// The most that was resident at once.
    pub peak_kib: u64,
}

/// Runs a program to its end, which must be a good one. `server` is the process of the database server.
pub fn run(command: &mut Command, server: u32) -> Cost {
    let before = cpu_of_children() + cpu(&format!("/proc/{server}/stat"), OWN);
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
    let wall = started.elapsed();
    let after = cpu_of_children() + cpu(&format!("/proc/{server}/stat"), OWN);
    Cost { wall, cpu: after.saturating_sub(before), peak_kib }
}

/// Where `stat` tells user and system time, counted behind the program's name; proc(5), fields 14 to 17.
const OWN: usize = 11;
const CHILDREN: usize = 13;

fn cpu_of_children() -> Duration {
    cpu("/proc/self/stat", CHILDREN)
}

fn cpu(path: &str, first: usize) -> Duration {
    let stat = fs::read_to_string(path).expect("a process that runs");
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind_name.split_whitespace().skip(first).take(2);
    // A tick is a hundredth of a second on every Linux that is around.
    Duration::from_millis(ticks.map(|ticks| 10 * ticks.parse::<u64>().expect("a number")).sum())
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
