//! The driver of `cargo xtask peers`: ours beside other implementations, on the same data in one run.
//!
//! It starts the programs that run one peer each: `peers` of this package, and Python.

mod algorithm; // what is compared
mod arena; // who is run on what, once each
mod auditd; // readers of audit logs
mod cargo; // other programs of the workspace
mod child; // a process that runs a step when told to
mod data; // what a set is made of
mod dbscan; // DBSCAN and its peers
mod iforest; // the isolation forest and its peers
mod machine; // on what was measured
mod measure; // how often a step is timed
mod numbers; // results in files
mod page; // docs/performance.md
mod peer; // who is compared
mod stl; // STL and its peers
mod table; // all runs
mod target; // what must be reached
mod tools; // the programs that run peers

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;
use clap::Parser;

use algorithm::{Algorithm, Set};
use arena::Arena;
use auditd::AUDITD;
use dbscan::DBSCAN;
use iforest::IFOREST;
use stl::STL;

const ALGORITHMS: [&Algorithm; 4] = [&DBSCAN, &IFOREST, &STL, &AUDITD];

/// Run oddsift beside other implementations of an algorithm, on the same data in one run
///
/// Each runs in a process of its own. Prints tables, and which of the targets were reached.
///
/// Crates are built by cargo behind the feature `peers` of oddsift-benches; pip gets the packages of
/// `PyPI` into a folder of target/peers-venv at the first run (python3 with `venv`, 3.11 or later), and
/// builds isotree, which takes a C++ compiler and some minutes. A step, such as a fit, that takes more
/// than 120 s or more than 20 GiB is given up, and the peer is tried on less data instead. All of an
/// algorithm takes about 20 minutes, of audit logs two: leave the machine alone meanwhile.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask peers", max_term_width = 100, after_help = algorithms())]
struct Job {
    /// Algorithm whose peers are run
    #[arg(value_parser = algorithm)]
    algorithm: &'static Algorithm,
    /// Take a tenth of the data and one timed run, to see that all works; no targets
    #[arg(long)]
    quick: bool,
    /// Write the result to docs/performance.md (and docs/dbscan-growth.svg), too
    #[arg(long, conflicts_with_all = ["quick", "data"])]
    markdown: bool,
    /// Measure the cost of our DBSCAN from 10k to 3M rows instead, as a table and a plot
    #[arg(long, conflicts_with = "data")]
    growth: bool,
    /// Run only these sets
    #[arg(long, value_name = "NAME", num_args = 1..)]
    data: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Job::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(job: &Job) -> Result<()> {
    let sets = job.sets()?;
    let workspace = MetadataCommand::new().no_deps().exec();
    let workspace = workspace.context("cannot run `cargo metadata`; run this in the workspace")?;
    let (root, target) = (&workspace.workspace_root, workspace.target_directory.as_std_path());
    let page = root.join("docs/performance.md").into_std_path_buf();
    if job.markdown {
        // Better now than at the end of a long run.
        page::read(&page, &job.part())?;
    }
    let data = target.join("peers-data");
    let programs = tools::prepare(job.algorithm, target, &data)?;
    let mut arena = Arena::new(job.algorithm, programs, data.clone(), job.quick);
    let folder = if job.markdown { root.join("docs").into_std_path_buf() } else { data };
    let text = if job.growth {
        grow(&mut arena, &folder.join("dbscan-growth.svg"))?
    } else {
        let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
        job.compare(&sets, &mut arena, &lock)?
    };
    show(&text)?;
    if job.markdown { page::write(&page, &job.part(), &text) } else { Ok(()) }
}

impl Job {
    /// The sets that are named; all, if none is.
    fn sets(&self) -> Result<Vec<&'static Set>> {
        ensure!(
            !self.growth || self.algorithm.name == DBSCAN.name,
            "`--growth` is of `dbscan` alone; leave it out"
        );
        if self.data.is_empty() {
            return Ok(self.algorithm.sets.iter().collect());
        }
        self.data.iter().map(|name| self.set(name)).collect()
    }

    fn set(&self, name: &str) -> Result<&'static Set> {
        let names = self.algorithm.names();
        let set = self.algorithm.set(name);
        set.with_context(|| format!("there is no data `{name}`; there are {names}"))
    }

    /// The part of the page that this measures.
    fn part(&self) -> String {
        format!("{}{}", self.algorithm.name, if self.growth { "-growth" } else { "" })
    }

    fn compare(&self, sets: &[&'static Set], arena: &mut Arena, lock: &str) -> Result<String> {
        let mut rows = Vec::new();
        for &set in sets {
            rows.extend(arena.compare(set)?);
        }
        let (machine, versions) = (machine::describe(), machine::versions(self.algorithm, lock)?);
        let table = table::render(self.algorithm, &rows);
        let targets =
            if self.quick { String::new() } else { target::render(self.algorithm, &rows) };
        Ok(format!("Machine and date: {machine}.\n\n{versions}\n{table}{targets}"))
    }
}

fn grow(arena: &mut Arena, plot: &Path) -> Result<String> {
    let growth = dbscan::grow(arena)?;
    std::fs::write(plot, &growth.svg)
        .with_context(|| format!("cannot write {}", plot.display()))?;
    eprintln!("plot  {}", plot.display());
    Ok(format!("Machine and date: {}.\n\n{}", machine::describe(), growth.text))
}

fn algorithm(name: &str) -> Result<&'static Algorithm, String> {
    let known = ALGORITHMS.map(|algorithm| algorithm.name).join(", ");
    let algorithm = ALGORITHMS.into_iter().find(|algorithm| algorithm.name == name);
    algorithm.ok_or_else(|| format!("there are peers of {known}"))
}

fn algorithms() -> String {
    let about = ALGORITHMS.map(|algorithm| {
        let (name, rivals, sets) = (algorithm.name, algorithm.rivals(), algorithm.names());
        format!("\n  {name}\n    peers  {rivals}\n    data   {sets}")
    });
    format!("Algorithms, their peers and their data:{}", about.concat())
}

/// Prints to standard output; a reader that has gone away is no error.
fn show(text: &str) -> Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &str) -> Result<(Job, Vec<&'static Set>)> {
        let words = ["peers"].into_iter().chain(args.split_whitespace());
        let job = Job::try_parse_from(words)?;
        let sets = job.sets()?;
        Ok((job, sets))
    }

    #[test]
    fn all_sets_are_run_unless_some_are_named() {
        assert_eq!(parse("dbscan").unwrap().1.len(), DBSCAN.sets.len());
        let (job, sets) = parse("dbscan --data noise dense --quick").unwrap();
        assert!(job.quick && sets.len() == 2 && sets[1].name == "dense");
    }

    #[test]
    fn the_help_names_all_that_is_there() {
        let help = algorithms();
        for word in [
            "  dbscan",
            "linfa-clustering",
            "isotree",
            "normal-32d",
            "stlrs",
            "10k-week",
            "msticpy",
            "log-1g",
        ] {
            assert!(help.contains(word), "{word}");
        }
    }

    #[test]
    fn the_page_has_a_place_for_each_part() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md");
        for args in ["dbscan", "dbscan --growth", "iforest", "stl", "auditd"] {
            page::read(&page, &parse(args).unwrap().0.part()).unwrap();
        }
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        for bad in [
            "",
            "sort",
            "dbscan noise",
            "dbscan --data",
            "dbscan --data nois",
            "dbscan --fast",
            "dbscan --data normal-3d",
            "dbscan --growth --data noise",
            "stl --growth",
            "dbscan --markdown --quick",
            "dbscan --markdown --data noise",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
