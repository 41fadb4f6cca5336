//! The project's chores: one module a command, found by `cargo xtask --help`.

mod bench;
mod ci;
mod dist;
mod pictures;
mod programs; // commands of other crates
mod python;
mod python_peers;
mod release;
mod tidy;
mod tool;
mod workspace;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
The project's chores. Every CI job is one of these commands, so each can be run at home.

usage: cargo xtask COMMAND [ARGUMENTS]

commands:
  ci [JOB]       the whole check, or one job of it (fmt, clippy, test, doc, features, ...)
  tidy           the rules no compiler knows: arrows between crates, manifests, links
  bench [NAME]   criterion benches, all or the named ones
  pictures       the pictures of the docs, drawn from the sample logs
  dist           the tool as an archive with manual pages, completions and checksum
  python test    the package for Python, built into a virtual environment and tested
  python spark   its functions in SQL, in Spark, too
  release        version, changelog, checks, packages, tag and publishing

of crates/testkit:
  gen events     realistic process events as CSV, as many as you want, from a seed
  gen auditd     a Linux audit log, as long as you want, from a seed
  hostile        inputs too large or too odd to store, generated and run through the tool
  compare        two builds of the tool, run on the same command lines: what differs
  quality        attacks in labelled logs: how many are among the first lines of each order

of benches:
  peers          ours beside other implementations, on the same data in one run

of python:
  peers python   msticpy's functions beside ours, from pandas to pandas

`cargo xtask COMMAND --help` tells more about each.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    run(&args).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(args: &[String]) -> Result<ExitCode> {
    let (command, rest) = match args {
        [] => ("help", args),
        [command, rest @ ..] => (command.as_str(), rest),
    };
    match command {
        "ci" => ci::run(rest),
        "tidy" => tidy::run(rest),
        "bench" => bench::run(rest),
        "pictures" => pictures::run(rest),
        "dist" => dist::run(rest),
        "python" => python::run(rest),
        "release" => release::run(rest),
        "gen" | "compare" => return programs::testkit(command, rest),
        "hostile" => return programs::hostile(rest),
        "quality" => return programs::quality(rest),
        "peers" => return programs::peers(rest),
        "-h" | "--help" | "help" => show(HELP),
        other => bail!("unknown command `{other}`; `cargo xtask --help` lists them"),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Prints to standard output; a reader that has gone away is no error.
fn show(text: &str) -> Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether the arguments ask for help.
fn wants_help(args: &[String]) -> bool {
    args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "-h" || arg == "--help")
}
