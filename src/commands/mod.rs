//! One file per subcommand, each the story of its run; `alerting` and `key_end` are what several of
//! them do.

mod alerting;
mod check_freshness;
mod key_end;
mod manual;
mod migrate;
mod report;
mod sync;

use crate::cli::{Cli, Command};
use crate::config::{self, Environment};
use crate::console::{logging, output};
use crate::failure::{Exit, Failure};
use crate::zone;

pub fn run(cli: &Cli) -> Result<Exit, Failure> {
    // These two need no settings.
    match &cli.command {
        Command::Completions(args) => return manual::completions(args.shell),
        Command::Man(args) => return manual::pages(&args.directory),
        _ => {}
    }
    let environment = Environment::load(&cli.env_files)?;
    logging::as_json(config::logs_as_json(&environment)?);
    // One that cannot be read is told by the command that counts days with it.
    if let Ok(offset) = config::snapshot_utc_offset(&environment) {
        zone::set(offset);
    }
    output::quiet(cli.quiet);
    for doubt in &environment.doubts {
        log::warn!("{doubt}");
    }
    // A sync does so when it has its row in `sync_logs`, which can say what is wrong.
    if !matches!(cli.command, Command::Sync(_)) {
        config::judge_all(&environment)?;
    }
    match &cli.command {
        Command::Migrate(args) => migrate::run(args, &environment),
        Command::Sync(args) => sync::run(args, &environment),
        Command::CheckFreshness(args) => check_freshness::run(args, cli.quiet, &environment),
        Command::Report(args) => report::run(args, &environment),
        Command::Completions(_) | Command::Man(_) => Ok(Exit::Done),
    }
}
