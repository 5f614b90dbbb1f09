//! A marketplace that cannot be reached: one clause says which, why, how often it was tried, that nothing was changed, and what to
//! look at.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use crate::support::binary::Outcome;
use crate::support::marketplace::catalogue::Catalogue;
use crate::support::marketplace::endpoint::Endpoint;
use crate::support::marketplace::fault::Fault;
use crate::support::marketplace::http::Wire;
use crate::support::world::World;

fn told(outcome: Outcome, clause: &str, check: &str) {
    let errors: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let (_, said) = errors[0].split_once("] ").expect("time, level, run");
    let expected = format!(
        "{clause}, 2 attempts (RETRY_ATTEMPTS); the next run tries again; look at: {check}; nothing was changed"
    );
    assert!(said.ends_with(&expected), "{said}\n{expected}");
    // Not the words of the crates below, which say the same thing three times.
    assert!(!outcome.stderr.contains("error sending request"), "{}", outcome.stderr);
}

fn sync(world: &World, variable: &str, url: &str, line: &str) -> Outcome {
    let binary = world.binary().env(variable, url).env("RETRY_ATTEMPTS", "2");
    binary.env("OZON_API_KEY_ISSUED", "2026-11-01").args(line).run().expect(69)
}

#[test]
fn a_name_that_is_none_is_told_as_such() {
    let world = World::new(Catalogue::small(1));
    for (variable, line, name) in [
        ("OZON_API_URL", "sync ozon", "Ozon: report/products/create"),
        ("WB_ANALYTICS_API_URL", "sync wb", "Wildberries: wb-warehouses"),
    ] {
        // Never a name of anybody (RFC 6761).
        let outcome = sync(&world, variable, "https://api.invalid", line);
        told(
            outcome,
            &format!("{name}: the name api.invalid cannot be resolved (DNS)"),
            "getent hosts api.invalid, /etc/resolv.conf",
        );
    }
    assert_eq!(world.database.number("SELECT COUNT(*) FROM inventory_data"), 0);
}

#[test]
fn a_port_that_nobody_listens_on_refuses() {
    let world = World::new(Catalogue::small(1));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    told(
        sync(&world, "OZON_API_URL", &url, "sync ozon"),
        &format!("Ozon: report/products/create: 127.0.0.1 refuses connections to port {port}"),
        &format!("curl -sI {url}, a firewall on the way"),
    );
}

#[test]
fn a_server_that_speaks_no_tls_is_told_apart() {
    let world = World::new(Catalogue::small(1));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://127.0.0.1:{}", listener.local_addr().unwrap().port());
    // Such as a proxy that was meant for HTTP only. It goes with the test's process.
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    told(
        sync(&world, "OZON_API_URL", &url, "sync ozon"),
        "Ozon: report/products/create: no TLS with 127.0.0.1 came about",
        &format!("curl -sI {url}, a program between that opens HTTPS"),
    );
}

#[test]
fn silence_and_a_cut_are_told_with_the_host() {
    let world = World::new(Catalogue::small(1));
    let faults = [
        (Wire::Silence(Duration::from_secs(30)), "127.0.0.1 did not answer in time (HTTP_TIMEOUT)"),
        (Wire::ResetAtOnce, "127.0.0.1 broke the connection off"),
    ];
    for (wire, clause) in faults {
        world.marketplaces.always(Endpoint::OzonCreate, Fault::Wire(wire));
        let binary = world.binary().env("RETRY_ATTEMPTS", "2").env("HTTP_TIMEOUT", "300ms");
        let outcome = binary.args("sync ozon").run().expect(69);
        outcome
            .says(&format!("Ozon: report/products/create: {clause}, 2 attempts"))
            .says("; nothing was changed");
    }
}
