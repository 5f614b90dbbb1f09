//! What a marketplace's refusal means, in the words in which sellers have met it: whose fault it is, how often it is asked again,
//! and what is told.

use crate::support::binary::{Binary, Outcome};
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::replay::{Replay, rows};
use crate::support::world::{OZON, WB, World};

const CREATE: &str = "/v1/report/products/create";
const INFO: &str = "/v1/report/info";
const WAREHOUSES: &str = "/api/analytics/v1/stocks-report/wb-warehouses";
const SELLER_WAREHOUSES: &str = "/api/analytics/v1/stocks-report/seller-warehouses";

fn world() -> World {
    World::new(Catalogue::default())
}

fn sync(world: &World, replay: &Replay, source: &str) -> Binary {
    world.binary().envs(replay.variables()).arg("sync").arg(source)
}

/// A pull that meets these answers fails so, after so many requests of this path.
#[track_caller]
fn refused(file: &str, source: &str, code: i32, path: &str, requests: usize) -> Outcome {
    let (world, replay) = (world(), Replay::of(file));
    let outcome = world.fails(&sync(&world, &replay, source), code);
    assert_eq!(replay.requests_of(path).len(), requests, "{file}: {:?}", replay.paths());
    outcome
}

#[test]
fn case_08_a_rejected_key_is_77_whatever_the_status() {
    for file in ["ozon-400-api-key.http", "ozon-400-client-id.http", "ozon-404-api-key.http"] {
        refused(file, "ozon", 77, CREATE, 1).says("OZON_API_KEY").says("Invalid");
    }
    refused("ozon-400-validation.http", "ozon", 65, CREATE, 1).says("value must be in list");
}

#[test]
fn case_09_the_reason_is_found_in_a_nested_body() {
    refused("ozon-403-nested.http", "ozon", 77, CREATE, 1)
        .says("ACCESS_DENIED")
        .says("Invalid Api-Key");
    refused("ozon-403-role.http", "ozon", 77, CREATE, 1)
        .says("missing a required role")
        .says("OZON_API_KEY");
}
