//! The two ways into the database, `LOAD DATA LOCAL INFILE` and prepared inserts, leave the same rows behind.

use crate::support::database::Database;
use crate::support::marketplace::StandIn;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::server::MariaDb;
use crate::support::world::{OZON, WB, World};

/// Everything but generated ids and times, each text as its bytes.
const STOCK: &str = "SELECT source, snapshot_date, HEX(sku), HEX(size_id), HEX(warehouse_name), stock_type, product_id, \
    available_stock, reserved_stock, quantity_reserved, current_stock, quantity_present, in_way_to_client, \
    in_way_from_client FROM inventory_data ORDER BY 1, 2, 3, 4, 5, 6";
const LISTINGS: &str = "SELECT source, HEX(sku), HEX(size_id), product_id, HEX(barcode), HEX(seller_article), HEX(name), \
    first_seen_on, last_seen_on FROM product_listings ORDER BY 1, 2, 3";
const PRODUCTS: &str = "SELECT product_id, HEX(product_name) FROM dim_products ORDER BY 1";

/// More rows than one insert takes, then another state of them, then the first one from scratch.
fn story(world: &World) -> Vec<Vec<Vec<String>>> {
    let mut seen = Vec::new();
    let first = world.marketplaces.catalogue();
    for (catalogue, options) in [(first.clone(), ""), (first.later(2), ""), (first, "--full")] {
        world.marketplaces.set_catalogue(catalogue.clone());
        world.run(&format!("sync ozon {options}")).expect(0);
        world.run(&format!("sync wb {options}")).expect(0);
        world.assert_stock(OZON, &catalogue.expected_ozon());
        world.assert_stock(WB, &catalogue.expected_wb(true));
        seen.extend([STOCK, LISTINGS, PRODUCTS].map(|sql| world.database.table(sql)));
    }
    seen
}

fn catalogue() -> Catalogue {
    Catalogue::sized(1, 1_200, 1_500)
}

#[test]
fn a_server_without_local_infile_ends_up_with_the_same_rows() {
    let with = World::new(catalogue());
    assert_eq!(with.database.value("SELECT @@local_infile"), "1");
    // Lives as long as this process, whose end it notices. The packet is the least that servers are set up with.
    let server = MariaDb::start(&["--local-infile=0", "--max-allowed-packet=1M"]);
    let server: &'static MariaDb = Box::leak(Box::new(server));
    let without =
        World { database: Database::on(server), marketplaces: StandIn::start(catalogue()) };
    without.run("migrate").expect(0);
    assert_eq!(without.database.value("SELECT @@local_infile, @@max_allowed_packet"), "0|1048576");
    assert!(story(&with) == story(&without), "the two ways differ");
}
