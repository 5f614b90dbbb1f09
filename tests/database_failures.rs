//! A database that cannot be reached or is not ready: 74, before a marketplace is asked.

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::server::{MariaDb, PASSWORD_IN_URL, USER};
use crate::support::world::World;

#[test]
fn no_database_is_74_and_no_marketplace_is_asked() {
    let world = World::bare(Catalogue::small(1));
    let socket = MariaDb::shared().socket.display();
    let name = &world.database.name;
    for url in [
        format!("mysql://{USER}:{PASSWORD_IN_URL}@localhost/{name}?socket=/nowhere/at/all"),
        format!("mysql://{USER}:wrong-password@localhost/{name}?socket={socket}"),
        format!("mysql://{USER}:{PASSWORD_IN_URL}@localhost/t_no_such_database?socket={socket}"),
        format!("mysql://{USER}:{PASSWORD_IN_URL}@127.0.0.1:1/{name}"),
        format!("mysql://{USER}:{PASSWORD_IN_URL}@no-such-host.invalid/{name}"),
    ] {
        for line in ["migrate", "sync ozon", "sync wb", "check-freshness", "report"] {
            let outcome = world.binary().env("DATABASE_URL", &url).args(line).run().expect(74);
            assert!(!outcome.stderr.contains("wrong-password"), "{}", outcome.stderr);
        }
    }
    assert!(world.marketplaces.calls().is_empty());
}

#[test]
fn a_database_that_was_never_migrated_is_74_and_names_the_command() {
    let empty = World::bare(Catalogue::small(1));
    let legacy = World::bare(Catalogue::small(1));
    legacy.database.load_legacy();
    for world in [empty, legacy] {
        let before = world.database.all_text();
        world.run("sync ozon").expect(74).says("migrate");
        world.run("sync wb").expect(74).says("migrate");
        assert!(world.marketplaces.calls().is_empty());
        assert_eq!(world.database.all_text(), before);
    }
}

#[test]
fn a_write_that_the_database_refuses_leaves_the_old_state_and_asks_the_marketplace_once() {
    let world = World::new(Catalogue::small(1));
    world.run("sync ozon").expect(0);
    world.marketplaces.set_catalogue(Catalogue::small(1).later(2));
    world.marketplaces.forget_calls();
    world.database.run(
        "CREATE TRIGGER refuse BEFORE INSERT ON inventory_data FOR EACH ROW \
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk is full'",
    );
    world.fails(&world.binary().args("sync ozon"), 74).says("the disk is full");
    let downloads = world.marketplaces.calls().iter().filter(|c| c.request.method == "GET").count();
    assert_eq!(downloads, 1);
    world.database.run("DROP TRIGGER refuse");
    world.run("sync ozon").expect(0);
    world.assert_stock("Ozon", &world.marketplaces.catalogue().expected_ozon());
}
