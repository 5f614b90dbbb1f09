//! Many runs that end at random moments. A short round runs with every `cargo test`; `tests/torture.sh` runs the long one.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use super::stage::{Held, Stage, difference};
use crate::support::proxy::{Break, Proxy};

/// Numbers that look random and follow from the seed.
struct Chance(u64);

impl Chance {
    /// Below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % limit.max(1)
    }
}

fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn seed() -> u64 {
    set("STOCKSYNC_TORTURE_SEED").unwrap_or_else(|| u64::from(std::process::id()))
}

fn say(text: &str) {
    // Past the capture of test output: the figures are the point.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Whether the table holds the old state, or else the new one; anything between them is the end.
fn is_old(stage: &Stage, before: &Held, what: &str) -> bool {
    let now = stage.held();
    if before.is_untouched(&now) {
        return true;
    }
    if let Some(difference) = difference(&now.stock, &stage.new_rows()) {
        panic!("{what}: neither the old state nor the new one: {difference}");
    }
    stage.arrived();
    false
}

/// `kills` runs over old data, each ended by SIGKILL at a random moment; after each the next run succeeds.
fn kills(kills: u64) {
    let (seed, stage) = (seed(), Stage::large());
    let mut chance = Chance(seed);
    let began = Instant::now();
    stage.prepare();
    let length = stage.sync().run().expect(0).took;
    stage.arrived();
    let (mut old, mut new, mut over) = (0, 0, 0);
    for number in 1..=kills {
        stage.prepare();
        let before = stage.held();
        let mut running = stage.sync().spawn();
        let moment = chance.below(length.as_micros() as u64 * 11 / 10);
        thread::sleep(Duration::from_micros(moment));
        over += u64::from(running.is_over());
        running.kill();
        stage.until_alone();
        let what = format!("seed {seed}, kill {number} after {moment} µs");
        if is_old(&stage, &before, &what) {
            old += 1
        } else {
            new += 1
        }
        stage.prepare();
        stage.sync().run().expect(0);
        assert_eq!(difference(&stage.held().stock, &stage.new_rows()), None, "{what}, next run");
        stage.arrived();
    }
    say(&format!(
        "torture: {} of {kills} SIGKILLs ended in exactly the old ({old}) or the new state ({new}, of which {over} runs were over \
         before); each next sync succeeded; seed {seed}, {:.0?}",
        old + new,
        began.elapsed()
    ));
}

/// `cuts` runs whose database connection is cut at a random byte.
fn cuts(cuts: u64) {
    let (seed, stage) = (seed(), Stage::large());
    let mut chance = Chance(seed ^ 0xc0ffee);
    let began = Instant::now();
    let proxy = Proxy::before(&stage.world.database.server().socket);
    let url = stage.world.database.url_by(&proxy.socket);
    stage.prepare();
    proxy.breaks(Break::Nothing);
    stage.sync().env("DATABASE_URL", &url).run().expect(0);
    stage.arrived();
    let length = proxy.passed();
    let (mut old, mut new, mut cut) = (0, 0, 0);
    for number in 1..=cuts {
        stage.prepare();
        let before = stage.held();
        let byte = chance.below(length);
        // Every third run has no second try, so that both ends are seen.
        let attempts = if number % 3 == 0 { "1" } else { "2" };
        proxy.breaks(Break::AtByte(byte));
        let binary = stage.sync().env("DATABASE_URL", &url).env("DB_RETRY_ATTEMPTS", attempts);
        let outcome = binary.run();
        cut += proxy.broken();
        proxy.breaks(Break::Nothing);
        stage.until_alone();
        let what = format!("seed {seed}, cut {number} at byte {byte} of {length}");
        let is_old = is_old(&stage, &before, &what);
        let log = stage.new_logs(&before).pop().map(|log| log.status);
        match (outcome.code, is_old, log.as_deref()) {
            (Some(0), false, Some("success")) => new += 1,
            (Some(74), true, Some("failed") | None) => old += 1,
            // The one attempt died in its commit: the run says that it cannot know, the log does.
            (Some(74), false, Some("success")) if outcome.stderr.contains("during the commit") => {
                new += 1;
            }
            end => panic!("{what}: {end:?} is no truthful end\n{}", outcome.stderr),
        }
    }
    say(&format!(
        "torture: {} of {cuts} runs with the connection cut at a random byte ({cut} were cut) ended in exactly the old ({old}) or \
         the new state ({new}), and said so; seed {seed}, {:.0?}",
        old + new,
        began.elapsed()
    ));
}

#[test]
fn a_few_kills_at_random_moments_leave_the_old_state_or_the_new_one() {
    kills(8);
}

#[test]
fn a_few_cuts_at_random_bytes_leave_the_old_state_or_the_new_one() {
    cuts(8);
}

#[test]
#[ignore = "minutes: tests/torture.sh"]
fn torture_by_kills() {
    kills(set("STOCKSYNC_TORTURE_KILLS").unwrap_or(200));
}

#[test]
#[ignore = "minutes: tests/torture.sh"]
fn torture_by_cuts() {
    cuts(set("STOCKSYNC_TORTURE_CUTS").unwrap_or(100));
}
