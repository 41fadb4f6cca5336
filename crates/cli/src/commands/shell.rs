//! `completions` and `man`: what a shell and a reader of manuals know of the tool.

use std::fs;
use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::generate;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::failure::Failure;

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
