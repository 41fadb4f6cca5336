//! Commands that are programs of other crates: cargo builds and starts them with the arguments as
//! they were typed.

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use crate::ci::cargo;
use crate::tool::build_tool;

const TESTKIT: [&str; 2] = ["--package", "oddsift-testkit"];
const PEERS: [&str; 4] = ["--package", "oddsift-benches", "--bin", "peers-driver"];

/// Runs a command of the testkit.
pub(crate) fn testkit(command: &str, args: &[String]) -> Result<ExitCode> {
    run(&TESTKIT, &[&[command.to_owned()][..], args].concat())
}

pub(crate) fn hostile(args: &[String]) -> Result<ExitCode> {
    ensure!(cfg!(unix), "`hostile` takes named pipes, links and `ulimit`; run it on a Unix");
    if crate::wants_help(args) {
        return testkit("hostile", args);
    }
    let tool = build_tool(&["--release"])?.to_string_lossy().into_owned();
    testkit("hostile", &[&["--tool".to_owned(), tool][..], args].concat())
}

/// Measures the release build of the tool, or the binary that the arguments name.
pub(crate) fn quality(args: &[String]) -> Result<ExitCode> {
    let names_binary = |arg: &String| arg == "--binary" || arg.starts_with("--binary=");
    if crate::wants_help(args) || args.iter().any(names_binary) {
        return testkit("quality", args);
    }
    let tool = build_tool(&["--release"])?.to_string_lossy().into_owned();
    testkit("quality", &[&["--binary".to_owned(), tool][..], args].concat())
}

pub(crate) fn peers(args: &[String]) -> Result<ExitCode> {
    if let [first, rest @ ..] = args
        && first == "python"
    {
        return crate::python_peers::run(rest);
    }
    ensure!(cfg!(unix), "`peers` limits memory by `ulimit`; run it on a Unix");
    run(&PEERS, args)
}

/// Ends as the program ends, which has said why.
fn run(program: &[&str], args: &[String]) -> Result<ExitCode> {
    let status = cargo().args(["run", "--release"]).args(program).arg("--").args(args).status();
    let code = status.context("cannot start cargo")?.code();
    Ok(code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
