//! The `oddsift` command: arguments become a job, the job runs, an error becomes one line.

mod args; // flags that several verbs take
mod cells; // values in a table for people
mod columns; // columns as data: one list for all forms of a result
mod failure; // one line and an exit status
mod output; // where the result goes
mod picture; // pictures of results, to files
mod progress; // a bar on standard error
mod remedy; // errors with the flag that mends each
mod rows_writer; // rows as text or as Parquet
mod say; // what is said beside a result
mod side_files; // what is written beside the result
mod stream; // rows printed while they are made
mod table; // results for people
mod values; // the checks of single values
mod verbs; // a verb a file

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::failure::{Failure, usage_line};
use crate::verbs::Cli;

fn main() -> ExitCode {
    match parse().and_then(|cli| cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(line) = failure.line() {
                // Nobody is left to be told if standard error is closed, too.
                let _ = writeln!(std::io::stderr(), "{line}");
            }
            failure.exit_code()
        }
    }
}

/// The name and the version of this tool.
fn tool() -> String {
    format!("oddsift {}", env!("CARGO_PKG_VERSION"))
}

fn parse() -> Result<Cli, Failure> {
    Cli::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
        _ => Failure::Usage(usage_line(&error)),
    })
}
