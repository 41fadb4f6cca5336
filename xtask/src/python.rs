//! `python`: the package for Python, built into a virtual environment and tested there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::ci::{linted, run_command};
use crate::tool::tested_tool;
use crate::workspace::Workspace;

const HELP: &str = "\
Builds the package for Python into a virtual environment under target/, and runs its tests there; they compare
with the tool, scikit-learn, statsmodels and msticpy.

usage: cargo xtask python test
       cargo xtask python spark    the tests of its functions in SQL, those in Spark among them

After our own, tests of scikit-learn, statsmodels and msticpy run on it, as they are. msticpy's package has none: the
environment variable ODDSIFT_PEER_TESTS names a folder with msticpy/tests, the folder tests of its repository at
the commit that docs/python.md names; without it they are skipped. A failure that is not expected, and an expected
one that passes (EXPECTED in python/tests/peers/peer_plugin.py), is a failure.

It takes Python 3.10 or later, as `python3`, and the network for the packages of python/requirements-test.txt;
`spark` takes those of python/requirements-spark.txt, too, which are some 300 MB, and Java 17 or later.
";

pub(crate) fn run(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        return crate::show(HELP);
    }
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["test"] => test(),
        ["spark"] => spark(),
        _ => bail!("`python` takes one job, `test` or `spark`; see `cargo xtask python --help`"),
    }
}

fn test() -> Result<()> {
    let tool = tested_tool()?;
    let environment = Environment::new(Profile::Dev)?;
    run_command(environment.pytest().arg(&environment.package).env("ODDSIFT_BIN", tool))?;
    run_command(environment.python().arg(environment.package.join("tests/peers/run.py")))
}

fn spark() -> Result<()> {
    let environment = Environment::new(Profile::Dev)?;
    environment.pip(&[Path::new("-r"), &environment.package.join("requirements-spark.txt")])?;
    run_command(environment.pytest().arg(environment.package.join("tests/test_sql.py")))
}

/// A virtual environment that has the package and what its tests run against.
pub(crate) struct Environment {
    python: PathBuf,
    /// The folder of the package.
    package: PathBuf,
}

/// How the package is built.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Profile {
    /// Fast to build, with what the workspace's own tests built.
    Dev,
    /// As it is released.
    Release,
}

impl Environment {
    pub(crate) fn new(profile: Profile) -> Result<Self> {
        let workspace = Workspace::load()?;
        let package = workspace.root().join("python");
        let target = workspace.target();
        let folder = target.join("python");
        run_command(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let environment = Self { python: interpreter(&folder), package };
        environment.pip(&[Path::new("-r"), &environment.package.join("requirements-test.txt")])?;
        let mut package = environment.install();
        package.arg(&environment.package).env("CARGO_TARGET_DIR", target);
        if matches!(profile, Profile::Dev) {
            linted(package.args(["--config-settings", "build-args=--profile=dev"]))?;
        }
        run_command(&mut package)?;
        Ok(environment)
    }

    /// The interpreter, in the root of the workspace.
    pub(crate) fn python(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.current_dir(self.package.parent().unwrap_or(&self.package));
        command
    }

    fn pytest(&self) -> Command {
        let mut command = self.python();
        command.args(["-m", "pytest"]);
        command
    }

    fn pip(&self, arguments: &[&Path]) -> Result<()> {
        run_command(self.install().args(arguments))
    }

    fn install(&self) -> Command {
        let mut command = self.python();
        command.args(["-m", "pip", "install", "--quiet"]);
        command
    }
}

fn interpreter(environment: &Path) -> PathBuf {
    let place = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    environment.join(place)
}
