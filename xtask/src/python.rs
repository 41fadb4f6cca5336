//! `python`: the package for Python, built into a virtual environment and tested there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::ci::run_command;
use crate::tool::tested_tool;
use crate::workspace::Workspace;

const HELP: &str = "\
Builds the package for Python into a virtual environment under target/, and runs its tests there; they compare
with the tool, scikit-learn, statsmodels and msticpy.

usage: cargo xtask python test

Then tests of scikit-learn, statsmodels and msticpy run on it, as they are. msticpy's package has none: the
environment variable ODDSIFT_PEER_TESTS names a folder with msticpy/tests, the folder tests of its repository at
the commit that docs/python.md names; without it they are skipped. A failure that is not expected, and an expected
one that passes (EXPECTED in python/tests/peers/peer_plugin.py), is a failure.

It takes Python 3.10 or later, as `python3`, and the network for the packages of python/requirements-test.txt.
";

pub(crate) fn run(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        return crate::show(HELP);
    }
    match args {
        [job] if job == "test" => test(),
        _ => bail!("`python` takes one job, `test`; see `cargo xtask python --help`"),
    }
}

fn test() -> Result<()> {
    let tool = tested_tool()?;
    let workspace = Workspace::load()?;
    let package = workspace.root().join("python");
    let environment = workspace.target().join("python");
    run_command(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let python = interpreter(&environment);
    let pip = |arguments: &[&Path]| {
        let mut command = Command::new(&python);
        run_command(command.args(["-m", "pip", "install", "--quiet"]).args(arguments))
    };
    pip(&[Path::new("-r"), &package.join("requirements-test.txt")])?;
    pip(&[&package])?;
    let mut tests = Command::new(&python);
    run_command(tests.args(["-m", "pytest"]).arg(&package).env("ODDSIFT_BIN", tool))?;
    run_command(Command::new(&python).arg(package.join("tests/peers/run.py")))
}

fn interpreter(environment: &Path) -> PathBuf {
    let place = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    environment.join(place)
}
