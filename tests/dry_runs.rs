//! `sync --dry-run`: everything but the write, with what would change.

use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::catalogue::ozon_report::{
    Cell, Column, Encoding, Header, OzonReport,
};
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::world::World;

#[test]
fn a_dry_run_writes_nothing_into_an_empty_schema() {
    let world = World::new(Catalogue::small(1));
    let before = world.database.all_text();
    let rows = world.marketplaces.catalogue().expected_ozon().len();
    world
        .run("sync ozon --dry-run")
        .expect(0)
        .shows(&format!("nothing was written; would be {rows} rows of "));
    let rows = world.marketplaces.catalogue().expected_wb(true).len();
    world.run("sync wb --dry-run").expect(0).shows(&format!("would be {rows} rows of "));
    assert_eq!(world.database.all_text(), before, "not a row in any table, the log included");
}

#[test]
fn a_dry_run_tells_what_the_sync_then_does() {
    for line in ["sync ozon", "sync wb"] {
        let world = World::new(Catalogue::small(1));
        world.run(line).expect(0);
        world.marketplaces.set_catalogue(Catalogue::small(1).later(2));
        let before = world.database.all_text();
        let promise = world.run(&format!("{line} --dry-run")).expect(0).stdout;
        assert_eq!(world.database.all_text(), before);
        let deed = world.run(line).expect(0).stdout;
        let change = |text: &str| {
            let (_, rest) = text.split_once('(').expect("(… new, … changed, …)");
            rest.split_once(')').expect("(… new, … changed, …)").0.to_owned()
        };
        assert_eq!(change(&promise), change(&deed), "{line}");
        assert!(!change(&deed).starts_with("0 new, 0 changed"), "{deed}");
    }
}

#[test]
fn a_dry_run_ends_with_the_code_that_the_sync_would_end_with() {
    let world = World::new(Catalogue::small(1));
    let mut report = OzonReport::new(&world.marketplaces.catalogue().ozon, Header::Current);
    report.set(3, Column::Fbo, Cell::Raw("-1".into()));
    world.marketplaces.configure(|settings| settings.report = Some(report.csv(Encoding::Utf8Bom)));
    let before = world.database.all_text();
    world.run("sync ozon --dry-run").expect(3);
    world.marketplaces.always(Endpoint::WbWarehouses, Fault::Status(401));
    world.run("sync wb --dry-run").expect(77);
    world.binary().without("WB_API_TOKEN").args("sync wb --dry-run").run().expect(78);
    assert_eq!(world.database.all_text(), before);
}
