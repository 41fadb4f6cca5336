//! Makes test data and tests the tool as a whole: the program that `cargo xtask` starts, and for tests of
//! other crates the events that it makes.

mod calendar; // dates of generated events
mod compare; // `compare`: two builds of the tool
mod generate; // `gen`: test data from a seed
#[cfg(unix)]
mod hostile; // `hostile`: inputs too large or too odd to store
mod quality; // `quality`: attacks found in labelled logs

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// Makes test data and tests the tool as a whole
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", max_term_width = 100)]
enum Command {
    #[command(subcommand)]
    Gen(generate::Generate),
    #[cfg(unix)]
    Hostile(hostile::HostileArgs),
    Compare(compare::CompareArgs),
    Quality(quality::QualityArgs),
}

/// Runs the program with the arguments of the process.
///
/// ```no_run
/// let status = oddsift_testkit::main();
/// ```
pub fn main() -> ExitCode {
    run(Command::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Returns Windows process events as CSV, made from a seed: what `gen events` writes.
///
/// # Errors
///
/// For more rows than the years with four digits have room for.
///
/// ```
/// let events = oddsift_testkit::process_events(1000, 7)?;
/// assert_eq!(events.iter().filter(|byte| **byte == b'\n').count(), 1001);
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn process_events(n_rows: u64, seed: u64) -> Result<Vec<u8>> {
    let mut events = Vec::new();
    generate::Events::new(n_rows, seed, None)?.write(&mut events, &mut io::sink())?;
    Ok(events)
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Gen(what) => generate::run(&what).map(|()| ExitCode::SUCCESS),
        #[cfg(unix)]
        Command::Hostile(args) => hostile::run(args).map(|()| ExitCode::SUCCESS),
        Command::Compare(args) => compare::run(&args),
        Command::Quality(args) => quality::run(&args).map(|()| ExitCode::SUCCESS),
    }
}

/// The folder of the workspace.
fn root() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).unwrap_or(crate_folder)
}

/// Prints to standard output; a reader that has gone away is no error.
fn show(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// A whole number; `_` may group its digits.
fn grouped_number(text: &str) -> Result<u64, std::num::ParseIntError> {
    text.replace('_', "").parse()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_line_is_consistent() {
        Command::command().debug_assert();
    }

    #[test]
    fn digits_may_be_grouped() {
        assert_eq!(grouped_number("1_000"), Ok(1000));
        assert!(grouped_number("-1").is_err() && grouped_number("").is_err());
    }
}
