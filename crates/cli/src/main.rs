//! The `oddsift` command: arguments become a job, the job runs, an error becomes one line.

mod args; // what can be typed
mod cells; // values as they are printed
mod commands; // a verb a module
mod failure; // one line and an exit status
mod feed; // batches of a reader, over threads
mod forest; // forests of rows that were collapsed to patterns
mod ingest; // rows to patterns
mod input; // a file opened: columns, roles, times
mod model_file; // models from files, checked
mod ordered; // output of threads, in the order of the input
mod output; // where the result goes
mod picture; // pictures of results, to files
mod pool; // threads of the algorithms
mod progress; // a bar on standard error
mod rows; // what is taken from each row
mod scoring; // rows scored as they stream by
mod side_files; // what is written beside the result
mod source; // a file or standard input, once or twice
mod space; // features that span distances
mod table; // results for people
mod time_counts; // how many rows were when
mod times; // which column holds the times

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::args::{Cli, Command};
use crate::failure::{Failure, usage_line};
use crate::input::n_threads;
use crate::pool::with_threads;

fn main() -> ExitCode {
    match parse().and_then(run) {
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

fn parse() -> Result<Cli, Failure> {
    Cli::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
        _ => Failure::Usage(usage_line(&error)),
    })
}

fn run(cli: Cli) -> Result<(), Failure> {
    with_threads(n_threads(cli.command.threads()), || match cli.command {
        Command::Features(args) => commands::features::run(&args),
        Command::Cluster(args) => commands::cluster::run(&args),
        Command::Eps(args) => commands::eps::run(&args),
        Command::Outliers(args) => commands::outliers::run(&args),
        Command::Score(args) => commands::score::run(&args),
        Command::Stack(args) => commands::stack::run(&args),
        Command::Series(args) => commands::series::run(&args),
        Command::Periods(args) => commands::periods::run(&args),
        Command::Auditd(args) => commands::auditd::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Completions(args) => commands::shell::completions(&args),
        Command::Man(args) => commands::shell::man(&args),
    })
}
