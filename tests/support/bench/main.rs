//! The benchmark behind `tests/bench.sh`: stocksync against the limit, which is `curl` for the same bytes and the `mariadb` client's
//! `LOAD DATA LOCAL INFILE` for the same rows. Both run in turn, so that a machine that drifts drifts for both.
//!
//! `bench BINARY DATA-DIRECTORY [--rows 10000,100000,1000000] [--runs 5] [--forms wb,csv,xlsx]`
#![allow(unreachable_pub)] // nothing of a program can be reached
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)] // a test program
#![allow(dead_code)] // it uses a part of what the tests use

mod data;
#[path = "../marketplace/mod.rs"]
mod marketplace;
mod measure;
mod serve;
#[path = "../server.rs"]
mod server;
mod world;

use std::path::{Path, PathBuf};
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use data::{Data, Form};
use measure::{Cost, median};
use serve::Files;
use server::MariaDb;
use world::{Phases, World};

/// As a careful administrator sets up a server of this size: every commit is on the disk before it is confirmed.
const DURABLE: [&str; 5] = [
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-flush-method=O_DIRECT",
    "--innodb-doublewrite=1",
    "--innodb-buffer-pool-size=2G",
    "--innodb-log-file-size=512M",
];

struct Order {
    binary: PathBuf,
    directory: PathBuf,
    sizes: Vec<usize>,
    forms: Vec<Form>,
    runs: usize,
}

/// A pair of runs.
#[derive(Clone, Copy)]
struct Pair {
    limit: Cost,
    ours: Cost,
    phases: Phases,
}

fn main() {
    let order = order();
    let server = MariaDb::start(&DURABLE);
    let files = Files::serve();
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header([
        "answer",
        "rows",
        "sync",
        "limit s",
        "stocksync s",
        "ratio",
        "from",
        "to",
        "CPU ratio",
        "peak MiB",
        "fetch s",
        "read s",
        "transaction s",
    ]);
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for rows in &order.sizes {
        for form in &order.forms {
            measure_form(&order, &server, &files, *rows, *form, &mut table);
        }
    }
    println!("{table}");
}

fn measure_form(
    order: &Order,
    server: &MariaDb,
    files: &Files,
    rows: usize,
    form: Form,
    table: &mut Table,
) {
    eprintln!("{} with {rows} rows …", form.name());
    let data = Data::prepare(&order.directory, rows, form);
    let world = World::new(server, files, &order.binary, form, data);
    let (newest, phases) = world.sync("a");
    let count = world.content().0;
    world.keep_rows("a");
    world.keep_yesterday();
    world.sync("b");
    world.keep_rows("b");
    world.sync("a");
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..order.runs {
        world.begin_day();
        let limits = [world.limit("b", false), world.limit("a", true)];
        let content = world.content();
        world.begin_day();
        for (state, limit, pairs) in [("b", limits[0], &mut first), ("a", limits[1], &mut second)] {
            let (ours, phases) = world.sync(state);
            eprintln!(
                "  {state}: {:.2} against {:.2} s",
                ours.wall.as_secs_f64(),
                limit.wall.as_secs_f64()
            );
            pairs.push(Pair { limit, ours, phases });
        }
        assert_eq!(world.content(), content, "both must leave the same rows behind");
    }
    report(table, form, count, "first of a day", &first);
    report(table, form, count, "second of a day", &second);
    let limit = Cost {
        wall: median(first.iter().map(|pair| pair.limit.wall)),
        cpu: median(first.iter().map(|pair| pair.limit.cpu)),
        peak_kib: 0,
    };
    report(table, form, count, "very first ever", &[Pair { limit, ours: newest, phases }]);
}

fn report(table: &mut Table, form: Form, rows: u64, sync: &str, pairs: &[Pair]) {
    let ratios =
        || pairs.iter().map(|pair| pair.ours.wall.as_secs_f64() / pair.limit.wall.as_secs_f64());
    let cpu_ratios =
        pairs.iter().map(|pair| pair.ours.cpu.as_secs_f64() / pair.limit.cpu.as_secs_f64());
    let seconds =
        |of: fn(&Pair) -> Duration| format!("{:.2}", median(pairs.iter().map(of)).as_secs_f64());
    let phase = |of: fn(&Phases) -> u64| {
        format!(
            "{:.2}",
            Duration::from_millis(median(pairs.iter().map(|pair| of(&pair.phases)))).as_secs_f64()
        )
    };
    let peak = pairs.iter().map(|pair| pair.ours.peak_kib).max().unwrap_or(0);
    table.add_row([
        form.name().to_owned(),
        rows.to_string(),
        sync.to_owned(),
        seconds(|pair| pair.limit.wall),
        seconds(|pair| pair.ours.wall),
        format!("{:.2}", median(ratios())),
        format!("{:.2}", ratios().fold(f64::INFINITY, f64::min)),
        format!("{:.2}", ratios().fold(0.0, f64::max)),
        format!("{:.2}", median(cpu_ratios)),
        format!("{:.1}", peak as f64 / 1024.0),
        phase(|phases| phases.fetch),
        phase(|phases| phases.read),
        phase(|phases| phases.write),
    ]);
}

fn order() -> Order {
    let mut arguments = std::env::args().skip(1);
    let mut path =
        |what: &str| PathBuf::from(arguments.next().unwrap_or_else(|| panic!("{what} is missing")));
    let (binary, directory) = (path("the binary"), path("the directory for the answers"));
    let absolute = |path: &Path| std::path::absolute(path).expect("a path");
    let mut order = Order {
        binary: absolute(&binary),
        directory: absolute(&directory),
        sizes: vec![10_000, 100_000, 1_000_000],
        forms: Form::ALL.to_vec(),
        runs: 5,
    };
    while let Some(option) = arguments.next() {
        let value = arguments.next().unwrap_or_else(|| panic!("{option} wants a value"));
        match option.as_str() {
            "--rows" => {
                order.sizes =
                    value.split(',').map(|rows| rows.parse().expect("a number of rows")).collect()
            }
            "--runs" => order.runs = value.parse().expect("a number of runs"),
            "--forms" => order.forms = value.split(',').map(form).collect(),
            _ => panic!("unknown option {option}"),
        }
    }
    order
}

fn form(name: &str) -> Form {
    match name {
        "wb" => Form::WbJson,
        "csv" => Form::OzonCsv,
        "xlsx" => Form::OzonXlsx,
        _ => panic!("no form {name}: wb, csv or xlsx"),
    }
}
