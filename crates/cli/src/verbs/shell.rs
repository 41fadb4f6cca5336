//! `completions` and `man`: what a shell and a reader of manuals know of the tool.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use crate::failure::Failure;
use crate::verbs::Cli;

pub(crate) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  oddsift completions bash > ~/.local/share/bash-completion/completions/oddsift
  oddsift completions zsh > ~/.zfunc/_oddsift
      with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc
  oddsift completions fish > ~/.config/fish/completions/oddsift.fish";

pub(crate) const MAN_EXAMPLES: &str = "\
Examples:
  oddsift man ~/.local/share/man/man1
  man oddsift-cluster";

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Shell that is to complete
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Folder that the pages are written to; it is made if it is not there
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

/// The name of the command.
const NAME: &str = "oddsift";

/// Prints the script of a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), NAME, &mut script);
    match io::stdout().lock().write_all(&script) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::data(format!("<stdout>: cannot be written: {error}; check the disk")))
        }
        _ => Ok(()),
    }
}

/// Writes a page for the tool and one for each verb.
pub(crate) fn man(args: &ManArgs) -> Result<(), Failure> {
    let folder = &args.folder;
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|error| {
            let name = folder.display();
            Failure::data(format!(
                "{name}: cannot write manual pages: {error}; give another folder"
            ))
        })
}
