//! The connection to the database breaks at the worst places: around the COMMIT, and behind a firewall that forgets it.

use super::stage::Stage;
use super::{Fault, Group};
use crate::support::proxy::{Break, Proxy};

pub fn group() -> Group {
    let mut faults = vec![
        through("the connection dies before the COMMIT arrives", Break::BeforeCommit, false)
            .attempts(2)
            .says("during the commit, which may have happened"),
        through("the connection dies before the COMMIT is answered", Break::AfterCommit, false)
            .attempts(2)
            .says("the commit had gone through"),
        through(
            "the same, and the server believes the connection alive, before the COMMIT",
            Break::BeforeCommit,
            true,
        )
        .attempts(2)
        .says("waiting until the server has rolled back the broken connection"),
        through(
            "the same, and the server believes the connection alive, after the COMMIT",
            Break::AfterCommit,
            true,
        )
        .attempts(2)
        .says("the commit had gone through"),
    ];
    for half_open in [false, true] {
        let begun = Break::AfterExecuting("INSERT INTO sync_logs");
        let name = format!("the run's row is begun and the answer lost, half open: {half_open}");
        faults.push(through(&name, begun, half_open).attempts(2));
    }
    faults.push(
        Fault::new("the COMMIT is lost and no attempt is left", 74, |stage, binary| {
            cut(stage, Break::BeforeCommit, false, binary.env("DB_RETRY_ATTEMPTS", "1"))
        })
        .says("nothing was changed"),
    );
    faults.push(
        Fault::new("the COMMIT's answer is lost and no attempt is left", 0, |stage, binary| {
            cut(stage, Break::AfterCommit, false, binary.env("DB_RETRY_ATTEMPTS", "1"))
        })
        .survived()
        .says("the commit had gone through"),
    );
    for place in [0, 60, 300, 1_000, 3_000, 10_000, 30_000] {
        faults.push(through(
            &format!("the connection is cut at byte {place}"),
            Break::AtByte(place),
            false,
        ));
    }
    Group {
        name: "Database, lost connections",
        stage: || Stage::new("Ozon", 45, crate::support::world::World::new),
        faults,
    }
}

fn cut(
    stage: &Stage,
    place: Break,
    half_open: bool,
    binary: crate::support::binary::Binary,
) -> crate::support::binary::Outcome {
    let proxy = Proxy::before(&stage.world.database.server().socket);
    proxy.keeps_half_open(half_open);
    proxy.breaks(place);
    let outcome = binary.env("DATABASE_URL", stage.world.database.url_by(&proxy.socket)).run();
    assert_eq!(proxy.broken(), 1, "the connection broke once");
    proxy.keeps_half_open(false);
    outcome
}

fn through(name: &str, place: Break, half_open: bool) -> Fault {
    Fault::new(name, 0, move |stage, binary| cut(stage, place, half_open, binary)).survived()
}
