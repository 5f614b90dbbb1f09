//! Two runs at once, and runs that are ended from outside.

use std::time::Duration;

use super::stage::{A_MOMENT, Stage};
use super::{Fault, Group};
use crate::support::binary::{Binary, Outcome, Running};
use crate::support::marketplace::endpoint::Endpoint::{OzonCreate, OzonDownload};
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::marketplace::http::Reply;

/// No run of a test waits so long: it is ended before.
const HALF_A_MINUTE: Duration = Duration::from_secs(30);

pub fn group() -> Group {
    let mut faults = vec![
        Fault::new("a second run at the same time", 75, |stage, binary| {
            let first = stage.asking(&binary, HALF_A_MINUTE);
            stage.forget_logs();
            let second = binary.run();
            first.kill();
            stage.until_alone();
            second
        })
        .unlogged()
        .calls(OzonCreate, 0)
        .says("another run"),
        Fault::new("the first of two runs at the same time", 0, |stage, binary| {
            let first = stage.asking(&binary, A_MOMENT);
            binary.run().expect(75);
            first.wait()
        })
        .survived(),
        Fault::new(
            "SIGKILL while the marketplace is asked, then another run",
            0,
            |stage, binary| {
                stage.asking(&binary, HALF_A_MINUTE).kill();
                after_a_kill(stage, &binary)
            },
        )
        .survived(),
        Fault::new("SIGKILL in the transaction, then another run", 0, |stage, binary| {
            let (other, running) = stage.blocked(&binary);
            running.kill();
            drop(other);
            after_a_kill(stage, &binary)
        })
        .survived(),
        Fault::new("SIGKILL in the transaction", -1, |stage, binary| {
            let (other, running) = stage.blocked(&binary);
            let outcome = running.kill();
            drop(other);
            stage.until_alone();
            Outcome { code: outcome.code.or(Some(-1)), ..outcome }
        })
        .unfinished(),
    ];
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        faults.extend(signals(signal, code));
    }
    Group { name: "Runs and signals", stage: Stage::ozon, faults }
}

fn after_a_kill(stage: &Stage, binary: &Binary) -> Outcome {
    stage.until_alone();
    stage.world.marketplaces.mend();
    stage.forget_logs();
    binary.run()
}

fn ended(running: Running, signal: &str) -> Outcome {
    running.signal(signal);
    let outcome = running.wait();
    assert!(outcome.took < HALF_A_MINUTE, "a signal ends a run at once");
    outcome
}

type Interrupt = fn(&Stage, &Binary, &str) -> Outcome;

fn interrupted(signal: &'static str, code: i32, name: &str, act: Interrupt) -> Fault {
    Fault::new(format!("SIG{signal} {name}"), code, move |stage, binary| {
        let outcome = act(stage, &binary, signal);
        let message = stage.world.last_log().error.unwrap_or_default();
        assert!(message.contains(&format!("interrupted by SIG{signal}")), "{message}");
        outcome
    })
    .says("interrupted")
}

fn signals(signal: &'static str, code: i32) -> Vec<Fault> {
    let interrupted = |name, act| interrupted(signal, code, name, act);
    vec![
        interrupted("while the marketplace is asked", |stage, binary, signal| {
            ended(stage.asking(binary, HALF_A_MINUTE), signal)
        }),
        interrupted("while a rate limit is waited for", |stage, binary, signal| {
            let limited = Reply::json(429, "{}").header("Retry-After", "4");
            stage.world.marketplaces.always(OzonCreate, Spoiled::Instead(limited));
            let running = binary.spawn();
            stage.until_asked(OzonCreate);
            std::thread::sleep(Duration::from_millis(30));
            ended(running, signal)
        }),
        interrupted("while the records are read", |stage, binary, signal| {
            let report = super::database::large_report();
            stage.world.marketplaces.configure(|settings| settings.report = Some(report.clone()));
            // However slow this thread is, the run cannot be over before the signal comes.
            let other = stage.hold_stock();
            let running = binary.spawn();
            stage.until_asked(OzonDownload);
            std::thread::sleep(Duration::from_millis(60));
            let outcome = ended(running, signal);
            drop(other);
            outcome
        }),
        interrupted("in the transaction", |stage, binary, signal| {
            let (other, running) = stage.blocked(binary);
            let outcome = ended(running, signal);
            drop(other);
            outcome
        }),
        interrupted("before the second try of the write", |stage, binary, signal| {
            stage.world.database.run(
                "CREATE TRIGGER refusing BEFORE INSERT ON inventory_data FOR EACH ROW \
                 SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'",
            );
            let running = binary.clone().args("--full").env("DB_RETRY_DELAY", "1h").spawn();
            stage.until_asked(OzonDownload);
            stage.world.database.until_steady("Sleep", Duration::from_millis(400));
            let outcome = ended(running, signal);
            stage.world.database.run("DROP TRIGGER refusing");
            outcome
        }),
    ]
}
