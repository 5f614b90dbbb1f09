//! Everything that a database server does to a sync, tried on a real one.

mod settings;

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use mysql::prelude::Queryable;

use super::stage::{A_MOMENT, Stage, until};
use super::{Fault, Group};
use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::endpoint::Endpoint::{OzonCreate, OzonInfo};
use crate::support::marketplace::fault::Fault as Spoiled;
use crate::support::marketplace::http::Reply;
use crate::support::server::{MariaDb, PASSWORD_IN_URL, USER, is_mysql};
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
    faults.extend(settings::settings());
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
            // It has failed once and lies in wait for its next try.
            stage.world.database.until_steady("Sleep", Duration::from_millis(60));
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
                let running = stage.asking(&binary, A_MOMENT);
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
        Fault::new("the connection is killed while another one writes", 0, waiting_for_its_turn)
            .survived()
            .attempts(2),
        Fault::new("another run writes after this one has lost its lock", 75, overtaken)
            .survived()
            .unlogged(),
    ]
}

/// The connection breaks while the run waits for the other marketplace's write to end.
fn waiting_for_its_turn(stage: &Stage, binary: Binary) -> Outcome {
    let name = &stage.world.database.name;
    let mut other = stage.world.database.conn();
    other.query_drop(format!("DO GET_LOCK('stocksync:write:{name}', 5)")).unwrap();
    let running = binary.spawn();
    let waits = format!(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '{name}' AND state = 'User lock'"
    );
    until("the run waits for its turn", || stage.world.database.number(&waits) > 0);
    for connection in stage.connections() {
        stage.world.database.run(&format!("KILL CONNECTION {connection}"));
    }
    drop(other);
    running.wait()
}

/// The first of two runs loses its connection, and with it its lock; the second one, on a machine whose clock is a minute slow,
/// writes newer stock.
fn overtaken(stage: &Stage, binary: Binary) -> Outcome {
    let first = stage.asking(&binary, Duration::from_millis(1_500));
    for connection in stage.connections() {
        stage.world.database.run(&format!("KILL CONNECTION {connection}"));
    }
    binary.run().expect(0);
    stage.world.database.run(
        "UPDATE sync_logs SET started_at = started_at - INTERVAL 1 MINUTE, completed_at = completed_at - INTERVAL 1 MINUTE \
         ORDER BY id DESC LIMIT 1",
    );
    let written = stage.held();
    let outcome = first.wait();
    assert!(written.is_untouched(&stage.held()), "the newer stock stays");
    let logs = stage.world.database.logs();
    assert_eq!(logs[logs.len() - 2].status, "failed");
    stage.forget_logs();
    outcome
}

fn patient(binary: Binary) -> Binary {
    binary.env("DB_RETRY_ATTEMPTS", "100").env("DB_RETRY_DELAY", "200ms")
}

/// After the server's restart another run holds the lock, on a connection that has the number which this run's had.
fn stranger(stage: &Stage, binary: Binary) -> Outcome {
    // MySQL takes longer to come back.
    let away = Duration::from_secs(if is_mysql() { 15 } else { 6 });
    let running = stage.asking(&patient(binary), away);
    let number: u32 = stage.connections().concat().parse().unwrap();
    // Servers tell since when they are up in whole seconds.
    thread::sleep(Duration::from_secs(3));
    server().stop();
    server().restart(&FLAGS);
    let mut other = stage.world.database.conn();
    while other.connection_id() < number {
        other = stage.world.database.conn();
    }
    assert_eq!(other.connection_id(), number);
    let lock = format!("stocksync:sync Ozon:{}", stage.world.database.name);
    let granted: Option<u8> = other.query_first(format!("SELECT GET_LOCK('{lock}', 0)")).unwrap();
    assert_eq!(granted, Some(1));
    let outcome = running.wait();
    assert_eq!(other.query_first("SELECT 1").ok().flatten(), Some(1_u8), "it lives on");
    outcome
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
            let running = stage.asking(&patient(binary), A_MOMENT);
            server().stop();
            server().restart(&FLAGS);
            running.wait()
        })
        .survived(),
        Fault::new("a stranger's connection has the old one's number", 75, stranger)
            .unfinished()
            .says("another run is going on"),
        Fault::new("the server is gone when the stock is to be written", 74, |stage, binary| {
            let running = stage.asking(&binary, A_MOMENT);
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
                "DROP USER IF EXISTS 'reader'@'%'".to_owned(),
                "CREATE USER 'reader'@'%' IDENTIFIED BY 'pw'".to_owned(),
                format!("GRANT SELECT, CREATE TEMPORARY TABLES ON `{name}`.* TO 'reader'@'%'"),
                format!("GRANT INSERT, UPDATE ON `{name}`.sync_logs TO 'reader'@'%'"),
                format!("GRANT UPDATE ON `{name}`.stocksync_locks TO 'reader'@'%'"),
            ] {
                stage.world.database.run(&sql);
            }
            binary.env("DATABASE_URL", url(stage, "reader", "pw", name)).envs([HOUR]).run()
        })
        .attempts(1)
        .says("denied"),
    ]
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
