//! Parses the command line, starts the log, runs, and turns the outcome into an exit code: nothing
//! else.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use stocksync::cli::Cli;
use stocksync::commands;
use stocksync::logging;

fn main() -> ExitCode {
    let cli = Cli::parse_whole();
    logging::start(cli.verbose, cli.quiet);
    let exit = match commands::run(&cli) {
        Ok(exit) => exit,
        Err(failure) => {
            log::error!("{failure}");
            failure.exit()
        }
    };
    ExitCode::from(exit.code())
}
