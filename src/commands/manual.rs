//! `completions` and `man`: what a shell and `man` know of the command line, from the definition
//! that `--help` shows. For packages and for whoever installs by cargo; both need no settings.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::console::output;
use crate::disk;
use crate::failure::{Exit, Failure, OrFail};

pub(super) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stocksync", &mut script);
    let script = String::from_utf8(script).or_fail(Exit::Program, || "completions".into())?;
    output::document(script.trim_end())?;
    Ok(Exit::Done)
}

/// Writes the man pages of all commands into a directory.
pub(super) fn pages(directory: &Path) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    // Global options appear in the subcommands' pages too.
    command.build();
    fs::create_dir_all(directory)
        .and_then(|()| page(&command, "stocksync", directory))
        .map_err(|error| disk::cannot_write("man", directory, error))?;
    Ok(Exit::Done)
}

/// The page of a command and those of its subcommands: `stocksync-sync.1`.
fn page(command: &Command, name: &str, directory: &Path) -> io::Result<()> {
    let mut text = Vec::new();
    let titled = command.clone().display_name(name.to_owned());
    clap_mangen::Man::new(titled).section("1").render(&mut text)?;
    fs::write(directory.join(format!("{name}.1")), text)?;
    let shown =
        command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set());
    for sub in shown {
        page(sub, &format!("{name}-{}", sub.get_name()), directory)?;
    }
    Ok(())
}
