//! `peers python`: msticpy's functions and those of the package for Python, side by side.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::ci::run_command;
use crate::programs::testkit;
use crate::python::{Environment, Profile};
use crate::workspace::Workspace;

const HELP: &str = "\
Runs msticpy's functions and ours on the same data, in turn, and prints times, memory and their ratio as Markdown;
then the same events from a path, pyarrow, polars and pandas, with what is copied of them.

usage: cargo xtask peers python [--rows N] [--large N]

  --rows N     rows, points and audit events to make, beside the samples [default: 50000]
  --large N    rows that every library has in memory [default: 1000000]

It builds the package into a virtual environment under target/, and takes Python 3.10 or later, as `python3`, and
the network for the packages of python/requirements-test.txt.
";

pub(crate) fn run(args: &[String]) -> Result<ExitCode> {
    if crate::wants_help(args) {
        crate::show(HELP)?;
        return Ok(ExitCode::SUCCESS);
    }
    let sizes = Sizes::parse(args)?;
    let environment = Environment::new(Profile::Release)?;
    let folder = Workspace::load()?.target().join("peers-python");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let made = |what: &str, rows: &str| -> Result<String> {
        let file = folder.join(format!("{what}-{rows}")).to_string_lossy().into_owned();
        let words = [what, "--rows", rows, "--out", &file].map(str::to_owned);
        if testkit("gen", &words)? != ExitCode::SUCCESS {
            bail!("`gen {}` failed", words.join(" "));
        }
        Ok(file)
    };
    let (events, audit) = (made("events", &sizes.rows)?, made("auditd", &sizes.rows)?);
    let large = made("events", &sizes.large)?;
    let mut compare = environment.python();
    compare.arg("python/benches/peers.py");
    compare.args(["--events", "testdata/processes_on_host.csv", &events]);
    compare.args(["--series", "testdata/time_series.csv", &sizes.rows]);
    compare.args(["--audit", "testdata/auditd_log.txt", &audit, "--large", &large]);
    run_command(&mut compare)?;
    Ok(ExitCode::SUCCESS)
}

/// How many rows are made.
#[derive(Debug, PartialEq, Eq)]
struct Sizes {
    rows: String,
    large: String,
}

impl Sizes {
    fn parse(args: &[String]) -> Result<Self> {
        let mut sizes = Self { rows: "50000".to_owned(), large: "1000000".to_owned() };
        let mut words = args.iter();
        while let Some(word) = words.next() {
            let size = match word.as_str() {
                "--rows" => &mut sizes.rows,
                "--large" => &mut sizes.large,
                other => bail!("unknown argument `{other}`; see `cargo xtask peers python --help`"),
            };
            let value = words.next().with_context(|| format!("{word} takes a number of rows"))?;
            let number: u64 =
                value.parse().with_context(|| format!("{word}: {value} is no number of rows"))?;
            *size = number.to_string();
        }
        Ok(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_and_have_defaults() {
        let parse = |words: &[&str]| {
            Sizes::parse(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
        };
        let sizes =
            |rows: &str, large: &str| Sizes { rows: rows.to_owned(), large: large.to_owned() };
        assert_eq!(parse(&[]).unwrap(), sizes("50000", "1000000"));
        assert_eq!(parse(&["--large", "7", "--rows", "3"]).unwrap(), sizes("3", "7"));
        for wrong in [&["--rows"][..], &["--rows", "many"], &["5"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
