//! Somebody else has been at the tables: other connections, triggers, changed columns.

use std::time::Duration;

use super::stage::Stage;
use super::{Fault, Group};
use crate::support::binary::{Binary, Outcome, Running};
use crate::support::marketplace::endpoint::Endpoint::OzonInfo;
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::world::{OZON, World};

/// What waiting does not mend is not waited for.
const HOUR: (&str, &str) = ("DB_RETRY_DELAY", "1h");

pub fn group() -> Group {
    let mut faults = triggers();
    faults.extend(tables());
    Group { name: "Database, meddling", stage: || Stage::new(OZON, 47, World::new), faults }
}

/// A run that waits for a marketplace that takes its time.
fn while_asking(stage: &Stage, binary: &Binary) -> Running {
    let slow = Spoiled::change(|reply| reply.after(Duration::from_millis(600)));
    stage.world.marketplaces.fault(OzonInfo, slow);
    let running = binary.spawn();
    stage.until_asked(OzonInfo);
    running
}

fn tables() -> Vec<Fault> {
    vec![
        Fault::new(
            "the run's row is deleted while the marketplace is asked",
            74,
            |stage, binary| {
                let running = while_asking(stage, &binary);
                stage.world.database.run("DELETE FROM sync_logs ORDER BY id DESC LIMIT 1");
                let outcome = running.wait();
                assert!(!outcome.stderr.contains("stock was written"), "{}", outcome.stderr);
                outcome
            },
        )
        .attempts(2)
        .unlogged()
        .says("the run's row in sync_logs is gone"),
        Fault::new("a column has another name", 74, |stage, binary| {
            let rename = |from: &str, to: &str| {
                let sql = format!("ALTER TABLE inventory_data RENAME COLUMN {from} TO {to}");
                stage.world.database.run(&sql);
            };
            rename("in_way_to_client", "on_its_way");
            let outcome = binary.envs([HOUR]).run();
            rename("on_its_way", "in_way_to_client");
            outcome
        })
        .attempts(1)
        .says("in_way_to_client"),
        Fault::new("a table is gone", 74, |stage, binary| {
            stage.world.database.run("RENAME TABLE product_listings TO elsewhere");
            let outcome = binary.envs([HOUR]).run();
            stage.world.database.run("RENAME TABLE elsewhere TO product_listings");
            outcome
        })
        .attempts(1)
        .says("product_listings"),
    ]
}

fn with_trigger(stage: &Stage, body: &str, act: impl FnOnce() -> Outcome) -> Outcome {
    let events = ["INSERT", "UPDATE"];
    for event in events {
        stage.world.database.run(&format!(
            "CREATE TRIGGER odd_{event} BEFORE {event} ON inventory_data FOR EACH ROW {body}"
        ));
    }
    let outcome = act();
    for event in events {
        stage.world.database.run(&format!("DROP TRIGGER odd_{event}"));
    }
    outcome
}

fn triggers() -> Vec<Fault> {
    vec![
        Fault::new("a trigger changes the rows that are written", 74, |stage, binary| {
            let body = "SET NEW.available_stock = NEW.available_stock + 1";
            with_trigger(stage, body, || binary.run())
        })
        .attempts(2)
        .says("does a trigger or another program change the table?"),
        Fault::new("a trigger refuses the rows", 74, |stage, binary| {
            let body = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'";
            with_trigger(stage, body, || binary.run())
        })
        .attempts(2)
        .says("not today"),
        Fault::new("a trigger takes the reserve away", 74, |stage, binary| {
            with_trigger(stage, "SET NEW.reserved_stock = 0", || binary.run())
        })
        .attempts(2),
    ]
}
