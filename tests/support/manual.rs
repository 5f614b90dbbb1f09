//! Writes the man pages and the shells' completions, from the definition that `--help` shows. Run at packaging:
//!
//!     cargo run --example manual -- target/manual

use std::io::{Error, Result};
use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use stocksync::cli::Cli;

fn main() -> Result<()> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.ok_or_else(|| Error::other("which directory shall they go to?"))?;
    std::fs::create_dir_all(&directory)?;
    let mut command = Cli::command();
    // Global options appear in the subcommands' pages too.
    command.build();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Cli::command(), "stocksync", &directory)?;
    }
    page(&command, "stocksync", &directory)
}

/// The page of a command and those of its subcommands: `stocksync-sync.1`.
fn page(command: &Command, name: &str, directory: &std::path::Path) -> Result<()> {
    let mut text = Vec::new();
    let titled = command.clone().display_name(name.to_owned());
    clap_mangen::Man::new(titled).section("1").render(&mut text)?;
    std::fs::write(directory.join(format!("{name}.1")), text)?;
    let shown =
        command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set());
    for sub in shown {
        page(sub, &format!("{name}-{}", sub.get_name()), directory)?;
    }
    Ok(())
}
