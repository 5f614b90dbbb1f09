//! Everything that a database server does to a sync, tried on a real one.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use mysql::prelude::Queryable;

use super::stage::{Stage, until};
use super::{Fault, Group};
use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::endpoint::Endpoint::{OzonCreate, OzonInfo};
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::marketplace::http::Reply;
use crate::support::server::{MariaDb, PASSWORD_IN_URL, USER};
use crate::support::world::World;

/// What is committed survives the death of the server here; the tests' usual server is faster than that.
const FLAGS: [&str; 2] = ["--innodb-lock-wait-timeout=1", "--innodb-flush-log-at-trx-commit=1"];

/// A server that these faults may break.
fn server() -> &'static MariaDb {
    static SERVER: OnceLock<MariaDb> = OnceLock::new();
    SERVER.get_or_init(|| MariaDb::start(&FLAGS))
}

/// No run may wait this long.
const HOUR: (&str, &str) = ("DB_RETRY_DELAY", "1h");

pub fn group() -> Group {
    let mut faults = vec![deadlock()];
    faults.extend(locks());
    faults.extend(restarts());
    faults.extend(refusals());
    faults.extend(settings());
    Group { name: "Database", stage: || Stage::on(server()), faults }
}

/// Whoever has changed less is the victim: so the other transaction changes more. Tried first, while there are listings
/// that the sync has to make.
fn deadlock() -> Fault {
    Fault::new("a deadlock", 0, |stage, binary| {
        stage.world.database.run("CREATE TABLE heavy (n INT)");
        let mut other = stage.hold_stock();
        let many = vec!["(1)"; 5_000].join(",");
        other.query_drop(format!("INSERT INTO heavy VALUES {many}")).unwrap();
        let running = binary.spawn();
        stage.until_blocked();
        other.query_drop("SELECT * FROM dim_products FOR UPDATE").unwrap();
        drop(other);
        let outcome = running.wait();
        stage.world.database.run("DROP TABLE heavy");
        outcome
    })
    .survived()
    .attempts(2)
    .says("Deadlock")
}

/// Waits until the run has failed once and lies in wait for its next try.
fn until_retrying(stage: &Stage) {
    let sql = format!(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '{}' AND user = '{USER}' \
         AND command = 'Sleep' AND time_ms > 60",
        stage.world.database.name
    );
    until("the run waits for its next try", || stage.world.database.number(&sql) > 0);
}

fn locks() -> Vec<Fault> {
    vec![
        Fault::new("a lock wait timeout, twice", 74, |stage, binary| {
            let (other, running) = stage.blocked(&binary);
            let outcome = running.wait();
            drop(other);
            outcome
        })
        .attempts(2)
        .says("Lock wait timeout"),
        Fault::new("a lock wait timeout, once", 0, |stage, binary| {
            let (other, running) = stage.blocked(&binary.env("DB_RETRY_DELAY", "300ms"));
            until_retrying(stage);
            drop(other);
            running.wait()
        })
        .survived()
        .attempts(2)
        // The marketplace is not asked again.
        .calls(OzonCreate, 1),
        Fault::new("the connection is killed in the transaction", 0, |stage, binary| {
            let (other, running) = stage.blocked(&binary);
            for connection in stage.connections() {
                stage.world.database.run(&format!("KILL CONNECTION {connection}"));
            }
            drop(other);
            running.wait()
        })
        .survived()
        .attempts(2),
        Fault::new("the statement is killed in the transaction", 0, |stage, binary| {
            let (other, running) = stage.blocked(&binary);
            for connection in stage.connections() {
                stage.world.database.run(&format!("KILL QUERY {connection}"));
            }
            drop(other);
            running.wait()
        })
        .survived()
        .attempts(2),
        Fault::new(
            "the connection is killed while the marketplace is asked",
            0,
            |stage, binary| {
                let running = while_asking(stage, &binary);
                for connection in stage.connections() {
                    stage.world.database.run(&format!("KILL CONNECTION {connection}"));
                }
                running.wait()
            },
        )
        .survived(),
        Fault::new(
            "the connection is killed while the marketplace is asked, which then fails",
            69,
            |stage, binary| {
                let failing = Reply::json(503, "{}").after(Duration::from_millis(600));
                stage.world.marketplaces.fault(OzonInfo, Spoiled::Instead(failing));
                let running = binary.env("RETRY_ATTEMPTS", "1").spawn();
                stage.until_asked(OzonInfo);
                for connection in stage.connections() {
                    stage.world.database.run(&format!("KILL CONNECTION {connection}"));
                }
                running.wait()
            },
        ),
        Fault::new("another run writes after this one has lost its lock", 75, overtaken)
            .survived()
            .unlogged(),
    ]
}

/// The first of two runs loses its connection, and with it its lock; the second one writes newer stock.
fn overtaken(stage: &Stage, binary: Binary) -> Outcome {
    let slow = Spoiled::change(|reply| reply.after(Duration::from_millis(1_500)));
    stage.world.marketplaces.fault(OzonInfo, slow);
    let first = binary.spawn();
    stage.until_asked(OzonInfo);
    for connection in stage.connections() {
        stage.world.database.run(&format!("KILL CONNECTION {connection}"));
    }
    binary.run().expect(0);
    let written = stage.held();
    let outcome = first.wait();
    assert!(written.is_untouched(&stage.held()), "the newer stock stays");
    let logs = stage.world.database.logs();
    assert_eq!(logs[logs.len() - 2].status, "failed");
    stage.forget_logs();
    outcome
}

/// A run that waits for a marketplace that takes its time.
fn while_asking(stage: &Stage, binary: &Binary) -> crate::support::binary::Running {
    let slow = Spoiled::change(|reply| reply.after(Duration::from_millis(600)));
    stage.world.marketplaces.fault(OzonInfo, slow);
    let running = binary.spawn();
    stage.until_asked(OzonInfo);
    running
}

fn patient(binary: Binary) -> Binary {
    binary.env("DB_RETRY_ATTEMPTS", "100").env("DB_RETRY_DELAY", "200ms")
}

fn restarts() -> Vec<Fault> {
    vec![
        Fault::new("the server dies in the transaction and comes back", 0, |stage, binary| {
            let (other, running) = stage.blocked(&patient(binary));
            server().kill();
            drop(other);
            server().restart(&FLAGS);
            running.wait()
        })
        .survived(),
        Fault::new("the server restarts while the marketplace is asked", 0, |stage, binary| {
            let running = while_asking(stage, &patient(binary));
            server().stop();
            server().restart(&FLAGS);
            running.wait()
        })
        .survived(),
        Fault::new("the server is gone when the stock is to be written", 74, |stage, binary| {
            let running = while_asking(stage, &binary);
            server().kill();
            let outcome = running.wait();
            server().restart(&FLAGS);
            outcome
        })
        .attempts(2)
        .unfinished()
        .says("could not be written into sync_logs"),
        Fault::new("no server", 74, |_, binary| {
            binary.env("DATABASE_URL", "mysql://u:p@127.0.0.1:1/x").run()
        })
        .attempts(2)
        .unlogged(),
    ]
}

fn url(stage: &Stage, user: &str, password: &str, database: &str) -> String {
    let socket = stage.world.database.server().socket.display().to_string();
    format!("mysql://{user}:{password}@localhost/{database}?socket={socket}")
}

/// What waiting does not mend is not waited for.
fn refusals() -> Vec<Fault> {
    vec![
        Fault::new("a wrong password", 74, |stage, binary| {
            let url = url(stage, USER, "wrong", &stage.world.database.name);
            binary.env("DATABASE_URL", url).envs([HOUR]).run()
        })
        .attempts(1)
        .unlogged()
        .says("check user and password"),
        Fault::new("no such database", 74, |stage, binary| {
            binary
                .env("DATABASE_URL", url(stage, USER, PASSWORD_IN_URL, "t_none"))
                .envs([HOUR])
                .run()
        })
        .attempts(1)
        .unlogged(),
        Fault::new("a database without the tables", 74, |stage, binary| {
            stage.world.database.run("CREATE DATABASE IF NOT EXISTS t_empty");
            binary
                .env("DATABASE_URL", url(stage, USER, PASSWORD_IN_URL, "t_empty"))
                .envs([HOUR])
                .run()
        })
        .attempts(1)
        .unlogged()
        .says("stocksync migrate"),
        Fault::new("a user who may not write the stock", 74, |stage, binary| {
            let name = &stage.world.database.name;
            for sql in [
                "CREATE OR REPLACE USER 'reader'@'%' IDENTIFIED BY 'pw'".to_owned(),
                format!("GRANT SELECT, CREATE TEMPORARY TABLES ON `{name}`.* TO 'reader'@'%'"),
                format!("GRANT INSERT, UPDATE ON `{name}`.sync_logs TO 'reader'@'%'"),
            ] {
                stage.world.database.run(&sql);
            }
            binary.env("DATABASE_URL", url(stage, "reader", "pw", name)).envs([HOUR]).run()
        })
        .attempts(1)
        .says("denied"),
    ]
}

/// With a setting of the server, which is put back afterwards.
fn with_setting(stage: &Stage, name: &str, value: &str, act: impl FnOnce() -> Outcome) -> Outcome {
    let mut root = stage.world.database.conn();
    let before: String = root.query_first(format!("SELECT @@GLOBAL.{name}")).unwrap().unwrap();
    root.query_drop(format!("SET GLOBAL {name} = {value}")).unwrap();
    let outcome = act();
    root.query_drop(format!("SET GLOBAL {name} = {before}")).unwrap();
    outcome
}

fn settings() -> Vec<Fault> {
    vec![
        Fault::new("the server is read-only", 74, |stage, binary| {
            with_setting(stage, "read_only", "1", || binary.run())
        })
        .attempts(2)
        .unlogged()
        .says("read-only"),
        Fault::new("the server becomes read-only before the write", 74, |stage, binary| {
            let running = while_asking(stage, &binary);
            with_setting(stage, "read_only", "1", || running.wait())
        })
        .attempts(2)
        .unfinished(),
        Fault::new("the server is read-only for a moment", 0, |stage, binary| {
            let running = while_asking(stage, &patient(binary));
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

/// A server whose data file may not grow.
pub fn full() -> Group {
    let faults = vec![
        Fault::new("the server's disk is full", 74, |stage, binary| {
            let report = large_report();
            stage.world.marketplaces.configure(|settings| settings.report = Some(report.clone()));
            binary.run()
        })
        .attempts(2)
        .says("full"),
        Fault::new("there is room again", 0, |_, binary| binary.run()).survived(),
    ];
    fn stage() -> Stage {
        static SERVER: OnceLock<MariaDb> = OnceLock::new();
        let server = SERVER.get_or_init(|| {
            MariaDb::start(&[
                "--innodb-file-per-table=0",
                "--innodb-data-file-path=ibdata1:12M:autoextend:max:18M",
            ])
        });
        Stage::new(crate::support::world::OZON, 44, |catalogue| World::on(server, catalogue))
    }
    Group { name: "Database, full disk", stage, faults }
}

/// More rows than the file has room for.
pub fn large_report() -> Vec<u8> {
    let mut text = String::from(
        "Артикул;Название товара;Доступно к продаже по схеме FBO, шт.;Зарезервировано, шт;Доступно к продаже по схеме FBS, шт.;Зарезервировано на моих складах, шт\n",
    );
    for number in 0..15_000 {
        text += &format!("A-{number:06};{};{number};0;0;0\n", "x".repeat(200));
    }
    text.into_bytes()
}
