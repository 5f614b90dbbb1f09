//! One file per subcommand, each the story of its run; `alerting` and `key_end` are what several of them do.

mod alerting;
mod check_freshness;
mod key_end;
mod migrate;
mod report;
mod sync;

use crate::cli::{Cli, Command};
use crate::config::{self, Environment};
use crate::console::logging;
use crate::failure::{Exit, Failure};

pub fn run(cli: &Cli) -> Result<Exit, Failure> {
    let environment = Environment::load(&cli.env_files)?;
    logging::as_json(config::logs_as_json(&environment)?);
    for doubt in &environment.doubts {
        log::warn!("{doubt}");
    }
    // A sync does so when it has its row in `sync_logs`, which can say what is wrong.
    if !matches!(cli.command, Command::Sync(_)) {
        config::judge_all(&environment)?;
    }
    match &cli.command {
        Command::Migrate(args) => migrate::run(args, &environment),
        Command::Sync(args) => sync::run(args, cli.quiet, &environment),
        Command::CheckFreshness(args) => check_freshness::run(args, &environment),
        Command::Report(args) => report::run(args, &environment),
    }
}
