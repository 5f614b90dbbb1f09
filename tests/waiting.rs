//! How long a marketplace is left alone: as long as it says, in whichever header it says it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;

use crate::support::binary::Binary;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::replay::{Replay, rows, text};
use crate::support::world::{WB, World, noon_offset};

const WAREHOUSES: &str = "/api/analytics/v1/stocks-report/wb-warehouses";

fn sync(world: &World, replay: &Replay) -> Binary {
    world.binary().envs(replay.variables()).args("sync wb")
}

/// A pull that is let through by the second answer: how long it stayed away.
#[track_caller]
fn waited(answers: &str) -> Duration {
    let (world, replay) = (World::new(Catalogue::default()), Replay::start(answers));
    sync(&world, &replay).run().expect(0);
    world.assert_stock(WB, &rows(WB, "wb-one-size.tsv"));
    let requests = replay.requests_of(WAREHOUSES);
    assert_eq!(requests.len(), 2);
    requests[1].at - requests[0].at
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs()
}

#[test]
fn case_15_wildberries_own_header_counts_before_retry_after() {
    let answers = text("wb-429-headers-disagree.http")
        .replace("X-Ratelimit-Retry: 37", "X-Ratelimit-Retry: 2")
        .replace("Retry-After: 5", "Retry-After: 1");
    assert!(waited(&answers) >= Duration::from_secs(2));
    // Neither the bucket's refill nor what a proxy says keeps it away for longer than its patience.
    let answers = answers.replace("Retry-After: 1", "Retry-After: 3600");
    assert!(waited(&answers) >= Duration::from_secs(2));
}

#[test]
fn case_16_a_reset_in_the_future_of_unix_time_is_a_moment() {
    let answers = text("wb-429-reset-is-a-moment.http");
    let moment = now() + 3;
    let replay = Replay::start(&answers.replace("1795404600", &moment.to_string()));
    let world = World::new(Catalogue::default());
    sync(&world, &replay).run().expect(0);
    let requests = replay.requests_of(WAREHOUSES);
    let second = requests[1].time.duration_since(UNIX_EPOCH).expect("a clock");
    assert!(second >= Duration::from_secs(moment), "{second:?} is before {moment}");
    world.assert_stock(WB, &rows(WB, "wb-one-size.tsv"));
}

#[test]
fn case_16_a_moment_beyond_the_patience_is_75_and_told_as_a_time() {
    // In the middle of a minute, so that no rounding leads out of it.
    let moment = now() / 60 * 60 + 7230;
    let answers = text("wb-429-reset-is-a-moment.http").replace("1795404600", &moment.to_string());
    let (world, replay) = (World::new(Catalogue::default()), Replay::start(&answers));
    let time = DateTime::from_timestamp(moment as i64, 0).expect("a time");
    world
        .fails(&sync(&world, &replay), 75)
        .says("X-Ratelimit-Reset: ")
        .says("exceeds RETRY_MAX_WAIT (5s)")
        .says(&format!(
            "retry after {}",
            time.with_timezone(&noon_offset()).format("%Y-%m-%d %H:%M:")
        ));
    assert_eq!(replay.requests_of(WAREHOUSES).len(), 1);
}

#[test]
fn case_17_an_outage_with_wildberries_header_waits_like_a_rate_limit() {
    for status in ["503 Service Unavailable", "500 Internal Server Error"] {
        let answers = text("wb-503-headers.http")
            .replace("503 Service Unavailable", status)
            .replace("X-Ratelimit-Retry: 60", "X-Ratelimit-Retry: 2");
        assert!(waited(&answers) >= Duration::from_secs(2), "{status}");
    }
    let (world, replay) = (World::new(Catalogue::default()), Replay::of("wb-503-headers.http"));
    world.fails(&sync(&world, &replay), 69).says("X-Ratelimit-Retry: 1m exceeds RETRY_MAX_WAIT");
    assert_eq!(replay.requests_of(WAREHOUSES).len(), 1);
}
