//! Parses the command line, starts the log, runs, and turns the outcome into an exit code: nothing else.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use log::LevelFilter;
use stocksync::cli::Cli;
use stocksync::commands;
use stocksync::log_tail::Keeping;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log(cli.verbose, cli.quiet);
    let exit = match commands::run(&cli) {
        Ok(exit) => exit,
        Err(failure) => {
            log::error!("{failure}");
            failure.exit()
        }
    };
    ExitCode::from(exit.code())
}

/// The log goes to stderr; colour only on a terminal. The crates below log requests with their headers at `trace`,
/// so they are held at `info` whatever is asked for: no level may show a key.
fn start_log(verbose: u8, quiet: bool) {
    let own = match (quiet, verbose) {
        (true, _) => LevelFilter::Warn,
        (false, 0) => LevelFilter::Info,
        (false, 1) => LevelFilter::Debug,
        (false, _) => LevelFilter::Trace,
    };
    let asked = std::env::var("RUST_LOG").ok().and_then(|text| text.parse().ok());
    let logger = env_logger::Builder::new()
        .filter_level(LevelFilter::Warn)
        .filter_module("stocksync", asked.unwrap_or(own))
        .format_timestamp_secs()
        .format_target(false)
        .build();
    log::set_max_level(logger.filter());
    // Fails only if there is a logger already, and nobody else sets one.
    let _ = log::set_boxed_logger(Box::new(Keeping(logger)));
}
