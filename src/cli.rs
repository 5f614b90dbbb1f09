//! The command line: what may be asked of stocksync, and nothing of how it is done.
//! An option is added only for a decision that differs from run to run; what differs from seller to
//! seller is a variable.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::config::units;
use crate::failure::Exit;
use crate::inventory::Source;
use crate::language::Language;

/// Pulls the stock of Ozon and Wildberries into MySQL or MariaDB, exactly or not at all.
#[derive(Debug, Parser)]
#[command(name = "stocksync", version, after_help = exit_codes(), max_term_width = 100)]
pub struct Cli {
    /// File with the variables, also several; what is set already wins [default: .env, if it is
    /// there]
    #[arg(long = "env-file", value_name = "PATH", global = true)]
    pub env_files: Vec<PathBuf>,

    /// Log more: -v requests and decisions, -vv everything
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub verbose: u8,

    /// Log only warnings and errors; print only what was asked for and what is wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parses the command line of this process. Of an option that stands on both sides of the
    /// command clap keeps only what is behind it: a file of settings that does not count is refused
    /// instead.
    pub fn parse_whole() -> Self {
        let cli = Self::parse();
        let is_env_file = |argument: &OsString| {
            argument
                .to_str()
                .is_some_and(|text| text == "--env-file" || text.starts_with("--env-file="))
        };
        if std::env::args_os().filter(is_env_file).count() > cli.env_files.len() {
            let message =
                "--env-file stands before and behind the command; put all of them behind it";
            Self::command().error(ErrorKind::ArgumentConflict, message).exit();
        }
        cli
    }
}

/// The subcommands; each has a file of its own in `commands/`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the database's schema up to date
    Migrate(MigrateArgs),
    /// Pull a marketplace's stock into the database, once
    Sync(SyncArgs),
    /// Is the stored stock recent and sane?
    CheckFreshness(FreshnessArgs),
    /// What the syncs did, and what is in stock
    Report(ReportArgs),
    /// Print what a shell needs to complete the command line
    #[command(hide = true)]
    Completions(CompletionsArgs),
    /// Write the man pages into a directory
    #[command(hide = true)]
    Man(ManArgs),
}

/// Options of `migrate`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// Where to put them
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Show which migrations are applied, and change nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub status: bool,

    /// Print the SQL that would run and which rows would go, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Take the schema back to this version; 0 is what was there before the first migration
    #[arg(long, value_name = "N", conflicts_with = "status")]
    pub rollback_to: Option<u32>,

    /// Where to put the backup that is made before the schema changes
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,

    /// Change the schema without a backup
    #[arg(long, conflicts_with = "backup_dir")]
    pub no_backup: bool,

    /// Delete what is past its retention also where that is more than half of a marketplace's days
    #[arg(long, conflicts_with_all = ["status", "rollback_to"])]
    pub accept_purge: bool,
}

/// Options of `sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// The marketplace
    #[arg(value_enum)]
    pub marketplace: Marketplace,

    /// Do everything but the write, and say what would change
    #[arg(long)]
    pub dry_run: bool,

    /// Throw away this day's rows of the marketplace first, in the same transaction; any shrink
    /// counts as meant
    #[arg(long)]
    pub full: bool,

    /// Read a file in place of asking the marketplace. Ozon: the products report, CSV or XLSX.
    /// Wildberries: the cabinet's «Отчёт по остаткам на складах» with the column «Баркод», XLSX, or
    /// an answer of the API, JSON
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,

    /// Do nothing unless the newest run of this marketplace failed with something that may pass by
    /// itself (69, 74, 75, a signal, a run that died), or was partial for the first time
    #[arg(long, conflicts_with = "file")]
    pub retry_failed: bool,

    /// Accept a pull with far fewer products in stock than the newest snapshot (see MAX_SHRINK)
    #[arg(long)]
    pub accept_shrink: bool,
}

impl SyncArgs {
    /// The marketplace.
    pub fn source(&self) -> Source {
        self.marketplace.into()
    }

    /// Whether any fall of the stock is meant.
    pub fn may_shrink(&self) -> bool {
        self.accept_shrink || self.full
    }
}

/// A marketplace's name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Marketplace {
    /// Ozon
    Ozon,
    /// Wildberries
    Wb,
}

impl Marketplace {
    /// As it is typed.
    pub const fn name(self) -> &'static str {
        match self {
            Marketplace::Ozon => "ozon",
            Marketplace::Wb => "wb",
        }
    }
}

impl From<Source> for Marketplace {
    fn from(source: Source) -> Self {
        match source {
            Source::Ozon => Marketplace::Ozon,
            Source::Wildberries => Marketplace::Wb,
        }
    }
}

impl From<Marketplace> for Source {
    fn from(marketplace: Marketplace) -> Self {
        match marketplace {
            Marketplace::Ozon => Source::Ozon,
            Marketplace::Wb => Source::Wildberries,
        }
    }
}

/// Options of `check-freshness`.
#[derive(Debug, Args)]
pub struct FreshnessArgs {
    /// Look at one marketplace only [default: both]
    #[arg(long, value_enum)]
    pub source: Option<Marketplace>,

    /// How old the last successful sync may be [default: 6h and the time a sync takes]
    #[arg(long, value_name = "DURATION", value_parser = units::duration)]
    pub max_age: Option<Duration>,

    /// For people or for programs
    #[arg(long, value_enum, default_value_t = FreshnessFormat::Text)]
    pub format: FreshnessFormat,
}

/// How `check-freshness` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FreshnessFormat {
    /// A line per marketplace and finding
    Text,
    /// One JSON object
    Json,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The time up to now whose runs are counted
    #[arg(long, value_name = "DURATION", value_parser = units::timeout, default_value = "24h")]
    pub period: Duration,

    /// The form of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,

    /// The language of the text and the page [default: STOCKSYNC_LANG, or that of the locale]
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<ReportLanguage>,

    /// Write to this file, replaced atomically, in place of standard output
    #[arg(long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// How `report` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Tables for a terminal or a mail
    Text,
    /// One JSON object
    Json,
    /// A page for a browser, in one file: the stock of a month and the runs of a week, whatever the
    /// period
    Html,
    /// Metrics for the textfile collector of node_exporter
    Prometheus,
}

/// The language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportLanguage {
    /// Russian
    Ru,
    /// English
    En,
}

impl From<ReportLanguage> for Language {
    fn from(language: ReportLanguage) -> Self {
        match language {
            ReportLanguage::Ru => Language::Russian,
            ReportLanguage::En => Language::English,
        }
    }
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes:\n");
    for exit in Exit::ALL {
        text += &format!("  {:>2}  {}\n", exit.code(), exit.meaning());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
