//! The marketplace stand-in as a program, for the demo and for trying stocksync by hand: it prints the variables that
//! point stocksync to it and the figures that a correct sync must arrive at, and runs until its stdin closes.
//!
//! `marketplace-stand-in [--catalogue demo|small|large] [--first-port N] [--rate-limits]`
#![allow(unreachable_pub)] // nothing of a program can be reached
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)] // a test program
#![allow(dead_code)] // it uses a part of what the tests use

#[path = "marketplace/mod.rs"]
mod marketplace;

use std::io::Read;
use std::time::Duration;

use marketplace::StandIn;
use marketplace::catalogue::Catalogue;
use marketplace::catalogue::row::StockRow;
use marketplace::endpoint::Endpoint;

fn main() {
    let mut catalogue = Catalogue::demo();
    let (mut first_port, mut limits) = (0, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--catalogue" => {
                catalogue = named(&arguments.next().expect("a name after --catalogue"))
            }
            "--first-port" => {
                first_port = arguments
                    .next()
                    .and_then(|n| n.parse().ok())
                    .expect("a port after --first-port");
            }
            "--rate-limits" => limits = true,
            other => panic!("unknown argument {other}"),
        }
    }
    let ports = std::array::from_fn(|n| if first_port == 0 { 0 } else { first_port + n as u16 });
    let stand_in = StandIn::start_on(catalogue, ports).expect("the ports are free");
    if limits {
        stand_in.configure(|settings| settings.intervals = real_intervals());
    }
    announce(&stand_in);
    // The end of stdin is the end of whoever started this.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    for violation in stand_in.violations() {
        eprintln!("marketplace-stand-in: {violation}");
    }
}

fn named(name: &str) -> Catalogue {
    match name {
        "demo" => Catalogue::demo(),
        "small" => Catalogue::small(1),
        "large" => Catalogue::sized(1, 3_000, 260_000),
        other => panic!("no catalogue {other}: demo, small or large"),
    }
}

fn real_intervals() -> std::collections::HashMap<Endpoint, Duration> {
    [
        (Endpoint::WbWarehouses, 20_000),
        (Endpoint::WbSellerWarehouses, 20_000),
        (Endpoint::WbRemainsStatus, 5_000),
        (Endpoint::WbSupplierStocks, 60_000),
        (Endpoint::WbCards, 600),
    ]
    .map(|(endpoint, milliseconds)| (endpoint, Duration::from_millis(milliseconds)))
    .into()
}

fn announce(stand_in: &StandIn) {
    for (name, value) in stand_in.variables() {
        println!("{name}={value}");
    }
    let catalogue = stand_in.catalogue();
    figures("OZON", &catalogue.expected_ozon());
    let places = stand_in.places();
    figures("OZON_BY_WAREHOUSE", &catalogue.expected_ozon_by_warehouse(&places));
    figures("WB", &catalogue.expected_wb(true));
    println!("READY=1");
}

fn figures(source: &str, rows: &[StockRow]) {
    let sum = |of: fn(&StockRow) -> i64| rows.iter().map(of).sum::<i64>();
    println!("EXPECTED_{source}_ROWS={}", rows.len());
    println!("EXPECTED_{source}_AVAILABLE={}", sum(|row| row.available));
    println!("EXPECTED_{source}_RESERVED={}", sum(|row| row.reserved));
    println!(
        "EXPECTED_{source}_IN_WAY={}",
        sum(|row| row.in_way_to_client + row.in_way_from_client)
    );
}
