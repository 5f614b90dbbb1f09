//! What a server's settings do to a sync.

use std::thread;
use std::time::Duration;

use mysql::prelude::Queryable;

use super::patient;
use crate::faults::Fault;
use crate::faults::stage::{A_MOMENT, Stage};
use crate::support::binary::Outcome;
use crate::support::marketplace::endpoint::Endpoint::OzonCreate;
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::marketplace::http::Reply;

/// With a setting of the server, which is put back afterwards.
fn with_setting(stage: &Stage, name: &str, value: &str, act: impl FnOnce() -> Outcome) -> Outcome {
    let mut root = stage.world.database.conn();
    let before: String = root.query_first(format!("SELECT @@GLOBAL.{name}")).unwrap().unwrap();
    root.query_drop(format!("SET GLOBAL {name} = {value}")).unwrap();
    let outcome = act();
    root.query_drop(format!("SET GLOBAL {name} = {before}")).unwrap();
    outcome
}

/// What a server may give to all sessions of ordinary users.
fn with_odd_sessions(stage: &Stage, act: impl FnOnce() -> Outcome) -> Outcome {
    let mut root = stage.world.database.conn();
    let odd = "SET autocommit = 0, sql_safe_updates = 1, sql_select_limit = 3, sql_big_selects = 0, max_join_size = 1";
    root.query_drop(format!("SET GLOBAL init_connect = '{odd}'")).unwrap();
    let outcome = act();
    root.query_drop("SET GLOBAL init_connect = ''").unwrap();
    outcome
}

pub(super) fn settings() -> Vec<Fault> {
    vec![
        Fault::new("the server's sessions do not commit by themselves", 0, |stage, binary| {
            with_odd_sessions(stage, || binary.run())
        })
        .survived()
        .attempts(1),
        Fault::new(
            "the server's sessions do not commit by themselves, and the pull fails",
            65,
            |stage, binary| {
                let refused = Reply::json(400, "{}");
                stage.world.marketplaces.fault(OzonCreate, Spoiled::Instead(refused));
                with_odd_sessions(stage, || binary.run())
            },
        ),
        Fault::new("the server is read-only", 74, |stage, binary| {
            with_setting(stage, "read_only", "1", || binary.run())
        })
        .attempts(1)
        .unlogged()
        .says("takes no writes now"),
        Fault::new("the server becomes read-only before the write", 74, |stage, binary| {
            let running = stage.asking(&binary, A_MOMENT);
            with_setting(stage, "read_only", "1", || running.wait())
        })
        .attempts(2)
        .unfinished(),
        Fault::new("the server is read-only for a moment", 0, |stage, binary| {
            let running = stage.asking(&patient(binary), A_MOMENT);
            let mut root = stage.world.database.conn();
            root.query_drop("SET GLOBAL read_only = 1").unwrap();
            thread::sleep(Duration::from_millis(1_200));
            root.query_drop("SET GLOBAL read_only = 0").unwrap();
            running.wait()
        })
        .survived(),
        Fault::new("too many connections", 74, |stage, binary| crowded(stage, || binary.run()))
            .attempts(2)
            .unlogged()
            .says("takes no more connections"),
        Fault::new("local_infile is off", 0, |stage, binary| {
            with_setting(stage, "local_infile", "0", || binary.run())
        })
        .survived()
        .attempts(1),
        Fault::new("max_allowed_packet is 16 KiB", 0, |stage, binary| {
            with_setting(stage, "max_allowed_packet", "16384", || binary.run())
        })
        .survived()
        .attempts(1),
        Fault::new("max_allowed_packet is 16 KiB and local_infile is off", 0, |stage, binary| {
            with_setting(stage, "local_infile", "0", || {
                with_setting(stage, "max_allowed_packet", "16384", || binary.run())
            })
        })
        .survived()
        .attempts(1),
    ]
}

fn crowded(stage: &Stage, act: impl FnOnce() -> Outcome) -> Outcome {
    with_setting(stage, "max_connections", "10", || {
        let crowd: Vec<_> = (0..9).map(|_| stage.world.database.conn()).collect();
        let outcome = act();
        drop(crowd);
        outcome
    })
}
