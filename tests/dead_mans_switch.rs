//! The dead-man's switch: a run that begins says so, and every run that should have stored stock says how it ended, once.

use std::time::{Duration, Instant};

use crate::support::binary::{Binary, Running};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::{Reply, Wire};
use crate::support::receiver::{Receiver, pings};
use crate::support::world::World;

struct Watched {
    world: World,
    receiver: Receiver,
}

impl Watched {
    fn new() -> Self {
        Self { world: World::new(Catalogue::small(1)), receiver: Receiver::start() }
    }

    fn binary(&self) -> Binary {
        self.world.binary().env("HEALTHCHECK_URL", self.receiver.healthcheck_url())
    }

    /// What came since the last call, as `/path`.
    fn pings(&self) -> Vec<(String, String)> {
        pings(&self.receiver.take())
    }

    fn paths(&self) -> Vec<String> {
        self.pings().into_iter().map(|(path, _)| path).collect()
    }

    /// A sync whose marketplace keeps it waiting.
    fn waiting(&self) -> Running {
        let silence = Reply::json(200, "").wire(Wire::Silence(Duration::from_secs(60)));
        self.world.marketplaces.always(Endpoint::OzonCreate, Fault::Instead(silence));
        self.world.marketplaces.forget_calls();
        let running = self.binary().args("sync ozon").spawn();
        let began = Instant::now();
        while self.world.marketplaces.calls_of(Endpoint::OzonCreate).is_empty() {
            assert!(began.elapsed() < Duration::from_secs(20), "the marketplace is not asked");
            std::thread::sleep(Duration::from_millis(5));
        }
        running
    }
}

#[test]
fn each_run_is_one_ping_at_its_beginning_and_one_at_its_end_with_the_log() {
    let watched = Watched::new();
    watched.binary().args("sync ozon").run().expect(0);
    let seen = watched.pings();
    assert_eq!((seen[0].0.as_str(), seen[0].1.as_str()), ("start", ""));
    assert_eq!((seen[1].0.as_str(), seen.len()), ("0", 2));
    assert!(seen[1].1.contains("INFO written "), "{}", seen[1].1);

    watched.world.marketplaces.always(Endpoint::OzonCreate, Fault::Status(503));
    watched.binary().env("RETRY_ATTEMPTS", "1").args("sync ozon").run().expect(69);
    let seen = watched.pings();
    assert_eq!((seen[1].0.as_str(), seen.len()), ("69", 2));
    assert!(seen[1].1.lines().last().expect("lines").contains("503"), "{}", seen[1].1);
}

#[test]
fn a_run_that_a_signal_ends_tells_its_end_once_and_at_once() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let watched = Watched::new();
        let running = watched.waiting();
        running.signal(signal);
        running.wait().expect(code);
        let seen = watched.pings();
        let paths: Vec<&str> = seen.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["start", &code.to_string()]);
        assert!(seen[1].1.contains(&format!("interrupted by SIG{signal}")), "{}", seen[1].1);
        assert!(seen[1].1.contains("rolled back; nothing was changed"), "{}", seen[1].1);
    }
}

#[test]
fn a_switch_that_does_not_answer_holds_no_ending_run_up() {
    let watched = Watched::new();
    let running = watched.waiting();
    // A run that waited for this answer would never end here.
    let silence = Reply::new(200, "text/plain", "").wire(Wire::Silence(Duration::MAX));
    watched.receiver.answer(silence);
    running.signal("TERM");
    running.wait().expect(143).says("healthcheck did not");
    assert_eq!(watched.world.last_log().status, "failed");
}

#[test]
fn a_run_that_cannot_begin_tells_its_end() {
    let watched = Watched::new();
    let ends = |binary: Binary, code: i32| {
        binary.args("sync ozon").run().expect(code);
        watched.pings()
    };
    let no_database = watched
        .binary()
        .env("DATABASE_URL", "mysql://u:p@127.0.0.1:1/x")
        .env("DB_RETRY_ATTEMPTS", "1");
    let seen = ends(no_database, 74);
    assert_eq!((seen[0].0.as_str(), seen.len()), ("74", 1));
    assert!(seen[0].1.contains("cannot reach the database"), "{}", seen[0].1);

    for (name, value) in [("DATABASE_URL", "postgres://u:p@h/x"), ("OZON_SYNC_ENABLED", "perhaps")]
    {
        let seen = ends(watched.binary().env(name, value), 78);
        assert_eq!((seen[0].0.as_str(), seen.len()), ("78", 1));
        assert!(seen[0].1.contains(name), "{}", seen[0].1);
    }
}

#[test]
fn a_run_with_a_wrong_setting_tells_it_even_if_it_is_another_channel_s() {
    let watched = Watched::new();
    for name in ["OZON_API_KEY", "ALERT_WEBHOOK_URL"] {
        watched.binary().env(name, "не ключ").args("sync ozon").run().expect(78);
        let seen = watched.pings();
        let paths: Vec<&str> = seen.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["start", "78"]);
        assert!(seen[1].1.contains(name), "{}", seen[1].1);
    }
}

#[test]
fn a_run_that_has_nothing_to_do_tells_nothing() {
    let watched = Watched::new();
    watched.binary().args("sync ozon").run().expect(0);
    watched.receiver.take();
    watched.binary().args("sync ozon --retry-failed").run().expect(0);
    watched.binary().env("SYNC_ENABLED", "false").args("sync ozon").run().expect(0);
    watched.binary().args("sync ozon --dry-run").run().expect(0);
    assert_eq!(watched.paths(), [""; 0]);

    // Of two runs at once, the one that goes on tells its own end.
    let first = watched.waiting();
    assert_eq!(watched.paths(), ["start"]);
    watched.binary().args("sync ozon").run().expect(75);
    assert_eq!(watched.paths(), [""; 0]);
    first.kill();
}
