//! Who is told what, and how often: a simulated month, and channels that do not work.
//!
//! The program has no clock to be set, so time passes by making the database older.

use std::time::Duration;

use chrono::DateTime;

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::{Reply, Wire};
use crate::support::receiver::{Receiver, pings, telegrams, webhooks};
use crate::support::world::{World, noon_offset};

/// A seller whose cron pulls every six hours and looks at the freshness right after.
struct Month {
    world: World,
    receiver: Receiver,
    step: usize,
    told: Vec<(usize, String)>,
    /// What the report of each step found odd.
    found: Vec<(usize, String)>,
}

impl Month {
    fn begin() -> Self {
        Self {
            world: World::new(Catalogue::sized(1, 60, 0)),
            receiver: Receiver::start(),
            step: 0,
            told: Vec::new(),
            found: Vec::new(),
        }
    }

    fn run(&self, line: &str, code: i32) {
        self.world
            .binary()
            .envs(self.receiver.variables())
            .env("RETRY_ATTEMPTS", "1")
            .args(line)
            .run()
            .expect(code);
    }

    /// One sync with this exit code, and one look.
    fn step(&mut self, sync: i32, check: i32) {
        self.grow_older();
        self.run("sync ozon", sync);
        self.look(sync, check);
    }

    fn look(&mut self, sync: i32, check: i32) {
        self.run("check-freshness --source ozon --max-age 7h", check);
        self.collect(&["start".to_owned(), sync.to_string()]);
        let report = self.world.run("report --period 6h --format json").expect(0);
        let report: serde_json::Value = serde_json::from_str(&report.stdout).expect("JSON");
        for list in ["anomalies", "suspicious"] {
            for one in report[list].as_array().expect("a list") {
                self.found.push((self.step, one["kind"].as_str().expect("a kind").to_owned()));
            }
        }
    }

    /// A sync that took ten minutes in place of a moment.
    fn slow_step(&mut self) {
        self.grow_older();
        self.run("sync ozon", 0);
        self.world.database.run(
            "UPDATE sync_logs SET started_at = started_at - INTERVAL 10 MINUTE ORDER BY started_at DESC LIMIT 1",
        );
        self.look(0, 0);
    }

    fn steps(&mut self, count: usize) {
        (0..count).for_each(|_| self.step(0, 0));
    }

    fn collect(&mut self, expected_pings: &[String]) {
        let seen = self.receiver.take();
        let titles: Vec<String> = webhooks(&seen)
            .iter()
            .map(|body| {
                let event = &body["event"];
                assert_eq!(event["source"], "Ozon");
                assert!(!event["next_step"].as_str().expect("a next step").is_empty());
                let cause = event["cause"].as_str().expect("a cause");
                assert_eq!(cause.is_empty(), event["state"] == "recovered", "{event}");
                // An offset of zero may be written as `Z`: it is the offset around noon in UTC.
                let time = DateTime::parse_from_rfc3339(event["time"].as_str().expect("a time"));
                assert_eq!(*time.expect("RFC 3339").offset(), noon_offset(), "{event}");
                event["title"].as_str().expect("a title").to_owned()
            })
            .collect();
        let texts = telegrams(&seen);
        assert_eq!(texts.len(), titles.len(), "both channels are told the same");
        for (text, title) in texts.iter().zip(&titles) {
            let lines = ["Source: Ozon", "Time: ", "Next step: "];
            assert!(text.contains(title) && lines.iter().all(|line| text.contains(line)), "{text}");
        }
        let paths: Vec<String> = pings(&seen).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, expected_pings, "step {}", self.step);
        self.told.extend(titles.into_iter().map(|title| (self.step, title)));
    }

    /// Six hours pass, and a minute so that no limit is met to the second; every fourth time a night.
    fn grow_older(&mut self) {
        let database = &self.world.database;
        database.run(
            "UPDATE sync_logs SET started_at = started_at - INTERVAL 361 MINUTE, \
             completed_at = completed_at - INTERVAL 361 MINUTE ORDER BY started_at",
        );
        database.run("UPDATE stocksync_alerts SET created_at = created_at - INTERVAL 361 MINUTE");
        if self.step.is_multiple_of(4) {
            database.run("UPDATE sync_logs SET snapshot_date = snapshot_date - INTERVAL 1 DAY");
            database.run(
                "UPDATE inventory_data SET snapshot_date = snapshot_date - INTERVAL 1 DAY ORDER BY snapshot_date",
            );
        }
        self.step += 1;
    }

    fn marketplace_fails(&self, status: u16) {
        self.world.marketplaces.always(Endpoint::OzonCreate, Fault::Status(status));
    }
}

/// Thirty days of four runs, with every kind of trouble in them.
fn a_month() -> Month {
    let mut month = Month::begin();
    month.steps(8);

    // Steps 9 to 13: the marketplace is down for more than a day.
    month.marketplace_fails(503);
    month.step(69, 0);
    for _ in 0..4 {
        month.step(69, 4);
    }
    month.world.marketplaces.mend();
    month.steps(15);

    // Step 29: a key that is rejected once. Step 32: a single failure.
    month.marketplace_fails(401);
    month.step(77, 0);
    month.world.marketplaces.mend();
    month.steps(2);
    month.marketplace_fails(503);
    month.step(69, 0);
    month.world.marketplaces.mend();
    month.steps(16);

    // Steps 49 and 50: most of the stock is gone, twice.
    let all = month.world.marketplaces.catalogue();
    let mut few = all.clone();
    few.ozon.truncate(6);
    month.world.marketplaces.set_catalogue(few);
    month.step(4, 0);
    month.step(4, 4);
    month.world.marketplaces.set_catalogue(all);
    month.steps(20);

    // Step 71: after the sync somebody deletes rows.
    month.grow_older();
    month.run("sync ozon", 0);
    month.world.database.run(
        "DELETE FROM inventory_data WHERE snapshot_date = (SELECT MAX(day) FROM (SELECT snapshot_date AS day \
         FROM inventory_data) AS days) LIMIT 3",
    );
    month.look(0, 4);
    month.steps(19);

    // Steps 91 and 95: two slow nights, of which nobody is woken.
    month.slow_step();
    month.steps(3);
    month.slow_step();
    month.steps(25);
    month
}

#[test]
fn a_month_is_told_exactly_as_often_as_stated() {
    let month = a_month();
    let expected: Vec<(usize, String)> = [
        (10, "2 syncs failed in a row"),
        (10, "the stored stock is stale"),
        (11, "the stored stock is stale"),
        (12, "4 syncs failed in a row"),
        (12, "the stored stock is stale"),
        (14, "syncs work again, the stock is fresh"),
        (29, "the key was rejected"),
        (30, "syncs work again, the stock is fresh"),
        (49, "a pull was refused"),
        (50, "a pull was refused (2 syncs failed in a row)"),
        (50, "the stored stock is stale"),
        (51, "syncs work again, the stock is fresh"),
        (71, "the stored stock is unsound"),
        (72, "the stored stock is sound again"),
    ]
    .map(|(step, title)| (step, format!("Ozon: {title}")))
    .into();
    assert_eq!(month.told, expected);
    let expected: Vec<(usize, String)> = [
        (10, "repeated_failures"),
        (11, "repeated_failures"),
        (12, "repeated_failures"),
        (13, "repeated_failures"),
        (29, "key_rejected"),
        (50, "repeated_failures"),
        (91, "slow_sync"),
        (95, "slow_sync"),
    ]
    .map(|(step, kind)| (step, kind.to_owned()))
    .into();
    assert_eq!(month.found, expected);
    assert_eq!(month.step, 120, "thirty days of four runs");
}

#[test]
fn a_message_holds_source_local_time_cause_and_next_step_as_text_and_as_data() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Status(401));
    world.binary().envs(receiver.variables()).args("sync wb").run().expect(77);
    let seen = receiver.take();
    let [body] = webhooks(&seen).try_into().expect("one message");
    assert_eq!(body["text"], "*Wildberries: the key was rejected*");
    let titles: Vec<&str> = body["attachments"][0]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .filter_map(|field| field["title"].as_str())
        .collect();
    assert_eq!(titles, ["Source", "Time", "Cause", "Next step"]);
    let event = &body["event"];
    assert_eq!((&event["exit_code"], &event["failures"]), (&77.into(), &1.into()));
    assert_eq!((&event["topic"], &event["state"]), (&"key_rejected".into(), &"raised".into()));
    assert!(event["cause"].as_str().expect("a cause").contains("401"), "{event}");
    assert!(event["next_step"].as_str().expect("a step").contains("WB_API_TOKEN"), "{event}");
    let pings = pings(&seen);
    assert_eq!(pings[1].0, "77");
    assert!(pings[1].1.contains("401"), "the last log lines: {}", pings[1].1);
}

#[test]
fn messages_speak_the_language_that_is_set_and_their_data_none() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Status(401));
    let told = |name: &str, value: &str, line: &str, code| {
        let binary = world.binary().envs(receiver.variables()).env(name, value);
        binary.args(line).run().expect(code);
        let seen = receiver.take();
        (webhooks(&seen), telegrams(&seen))
    };
    let (hooks, texts) = told("STOCKSYNC_LANG", "ru", "sync wb", 77);
    assert_eq!(hooks[0]["text"], "*Wildberries: ключ отклонён*");
    let event = &hooks[0]["event"];
    assert_eq!((&event["topic"], &event["exit_code"]), (&"key_rejected".into(), &77.into()));
    let step = event["next_step"].as_str().expect("a step");
    assert!(step.contains("WB_API_TOKEN") && step.contains("`stocksync sync wb`"), "{step}");
    let lines = ["Маркетплейс: Wildberries", "Время: ", "Причина: ", "Что делать: создайте новый"];
    assert!(lines.iter().all(|line| texts[0].contains(line)), "{}", texts[0]);

    // The locale counts where nothing else is set, and LC_ALL before LANG.
    let (hooks, _) = told("LC_ALL", "ru_RU.UTF-8", "check-freshness --source wb", 4);
    assert_eq!(hooks[0]["event"]["title"], "Wildberries: сохранённые остатки устарели");
    world.marketplaces.mend();
    let (hooks, _) = told("LANG", "de_DE.UTF-8", "sync wb", 0);
    assert_eq!(hooks[0]["event"]["title"], "Wildberries: syncs work again, the stock is fresh");
}

#[test]
fn channels_that_are_down_change_neither_the_result_nor_the_exit_code() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    // A run that waited for this answer would never end here.
    let silence = Reply::new(200, "text/plain", "").wire(Wire::Silence(Duration::MAX));
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Status(401));
    let binary = world.binary().env("ALERT_WEBHOOK_URL", receiver.webhook_url());
    receiver.answer(silence);
    binary.args("sync wb").run().expect(77).says("webhook did not");
    assert_eq!(receiver.take().len(), 1);
    assert_eq!(world.last_log().status, "failed");

    // What nobody took is told by the next run; that nobody listens at all does no harm either.
    let nobody = world.binary().env("ALERT_WEBHOOK_URL", "http://127.0.0.1:1/hook");
    nobody.args("sync wb").run().expect(77).says("webhook did not");
    binary_again(&world, &receiver).expect(77);
    let told = webhooks(&receiver.take());
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["event"]["failures"], 3);
}

#[test]
fn several_messages_at_once_take_no_longer_than_one_and_keep_their_order() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    world.run("sync ozon").expect(0);
    world.run("sync wb").expect(0);
    world.database.run("UPDATE inventory_data SET available_stock = -1");
    world.database.run(
        "UPDATE sync_logs SET started_at = started_at - INTERVAL 1 DAY, completed_at = completed_at - INTERVAL 1 DAY \
         ORDER BY started_at",
    );
    let binary = world.binary().env("ALERT_WEBHOOK_URL", receiver.webhook_url());
    // A run that waited for this answer would never end here.
    let silence = Reply::new(200, "text/plain", "").wire(Wire::Silence(Duration::MAX));
    receiver.answer(silence);
    binary.clone().args("check-freshness").run().expect(4).says("webhook did not");
    assert_eq!(receiver.take().len(), 1, "a channel that hangs is left alone");

    binary.args("check-freshness").run().expect(4);
    let told = webhooks(&receiver.take());
    let titles: Vec<&str> =
        told.iter().filter_map(|message| message["event"]["title"].as_str()).collect();
    assert_eq!(
        titles,
        [
            "Ozon: the stored stock is unsound",
            "Ozon: the stored stock is stale",
            "Wildberries: the stored stock is unsound",
            "Wildberries: the stored stock is stale",
        ]
    );
}

fn binary_again(world: &World, receiver: &Receiver) -> crate::support::binary::Outcome {
    world.binary().env("ALERT_WEBHOOK_URL", receiver.webhook_url()).args("sync wb").run()
}

#[test]
fn telegram_is_given_the_pause_that_it_asks_for() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Status(401));
    let mut variables = receiver.variables();
    variables.retain(|(name, _)| name.starts_with("ALERT_TELEGRAM"));
    let limit = |seconds| {
        let body = format!(
            r#"{{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{{"retry_after":{seconds}}}}}"#
        );
        Reply::json(429, body)
    };
    receiver.answer(limit(1));
    world.binary().envs(variables.clone()).args("sync wb").run().expect(77);
    let seen = receiver.take();
    assert_eq!(seen.len(), 2);
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(1));

    // A pause that is longer than a sync may be held up: not sent, and told by the next run.
    receiver.answer(limit(600));
    let binary = world.binary().envs(variables);
    binary.clone().args("sync wb").run().expect(77).says("too many messages, wants 600 s");
    assert_eq!(receiver.take().len(), 1);
    binary.args("sync wb").run().expect(77);
    assert_eq!(telegrams(&receiver.take()).len(), 1);
}

#[test]
fn what_is_done_by_hand_alarms_nobody() {
    let (world, receiver) = (World::new(Catalogue::small(1)), Receiver::start());
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Status(401));
    world.binary().envs(receiver.variables()).args("sync wb --dry-run").run().expect(77);
    assert!(receiver.take().is_empty());
}

#[test]
fn a_channel_that_is_set_up_wrongly_is_named_and_not_shown() {
    let world = World::new(Catalogue::small(1));
    for (name, value) in [
        ("ALERT_WEBHOOK_URL", "http://hooks.example/T0-secret"),
        ("HEALTHCHECK_URL", "secret"),
        ("ALERT_TELEGRAM_CHAT_ID", "-100"),
        ("ALERT_AFTER_FAILURES", "0"),
        ("STOCKSYNC_LANG", "russian"),
    ] {
        let outcome = world.binary().env(name, value).args("sync wb").run().expect(78).says(name);
        assert!(!outcome.stderr.contains("secret"), "{}", outcome.stderr);
    }
}
