//! What `completions` and `man` take.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  oddsift completions bash > ~/.local/share/bash-completion/completions/oddsift
  oddsift completions zsh > ~/.zfunc/_oddsift
      with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc
  oddsift completions fish > ~/.config/fish/completions/oddsift.fish";

pub(super) const MAN_EXAMPLES: &str = "\
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
