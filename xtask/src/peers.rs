//! `peers`: ours beside other implementations, on the same data in one run.

mod algorithm; // what is compared
mod arena; // who is run on what, once each
mod auditd; // readers of audit logs
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

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::ci::{cargo, run_command};
use crate::workspace::Workspace;
use algorithm::{Algorithm, Set};
use arena::Arena;
use auditd::AUDITD;
use dbscan::DBSCAN;
use iforest::IFOREST;
use stl::STL;

const ALGORITHMS: [&Algorithm; 4] = [&DBSCAN, &IFOREST, &STL, &AUDITD];

const HELP: &str = "\
Runs oddsift beside other implementations of an algorithm, on the same data in one run, each in a
process of its own, and prints tables and what of the targets was reached.

usage: cargo xtask peers ALGORITHM [--quick] [--markdown] [--data NAME..]
       cargo xtask peers dbscan --growth [--quick] [--markdown]

algorithms, their peers and their data:
ALGORITHMS
  --data NAME..  only these sets
  --growth       instead, the cost of ours from 10k to 3M rows, as a table and a plot
  --quick        a tenth of the data and one timed run, to see that all works; no targets
  --markdown     writes the result to docs/performance.md (and docs/dbscan-growth.svg), too

Crates are built by cargo behind the feature `peers` of oddsift-benches; pip gets the packages of
PyPI into a folder of target/peers-venv at the first run (python3 with `venv`, 3.11 or later), and
builds isotree, which takes a C++ compiler and some minutes. A step, such as a fit, that takes more
than 120 s or more than 20 GiB is given up, and the peer is tried on fewer data instead. All of an
algorithm takes about 20 minutes, of audit logs two: leave the machine alone meanwhile.
";

#[derive(Debug, Clone)]
struct Job {
    algorithm: &'static Algorithm,
    quick: bool,
    markdown: bool,
    growth: bool,
    sets: Vec<&'static Set>,
}

pub(crate) fn run(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        return crate::show(&help());
    }
    let job = Job::parse(args)?;
    if cfg!(debug_assertions) {
        // Results of millions of rows are compared ten times as fast by a release build.
        let all = ["run", "--release", "--quiet", "--package", "xtask", "--", "peers"];
        return run_command(cargo().args(all).args(args));
    }
    let workspace = Workspace::load()?;
    let page = workspace.root().join("docs/performance.md");
    if job.markdown {
        // Better now than at the end of a long run.
        page::read(&page, &job.part())?;
    }
    let data = workspace.target().join("peers-data");
    let programs = tools::prepare(job.algorithm, workspace.target(), &data)?;
    let mut arena = Arena::new(job.algorithm, programs, data.clone(), job.quick);
    let folder = if job.markdown { workspace.root().join("docs") } else { data };
    let text = if job.growth {
        grow(&mut arena, &folder.join("dbscan-growth.svg"))?
    } else {
        job.compare(&mut arena, &workspace.read(Path::new("Cargo.lock"))?)?
    };
    crate::show(&text)?;
    if job.markdown { page::write(&page, &job.part(), &text) } else { Ok(()) }
}

impl Job {
    fn parse(args: &[String]) -> Result<Self> {
        let known = ALGORITHMS.map(|algorithm| algorithm.name).join(", ");
        let (name, args) = args
            .split_first()
            .with_context(|| format!("`peers` lacks what to run, one of {known}"))?;
        let algorithm = ALGORITHMS.into_iter().find(|algorithm| algorithm.name == name);
        let algorithm = algorithm
            .with_context(|| format!("there are no peers of `{name}`; there are of {known}"))?;
        let sets = Vec::new();
        let mut job = Self { algorithm, quick: false, markdown: false, growth: false, sets };
        let (mut names_follow, mut all) = (false, true);
        for arg in args {
            match arg.as_str() {
                "--quick" => job.quick = true,
                "--markdown" => job.markdown = true,
                "--growth" => job.growth = true,
                "--data" => (names_follow, all) = (true, false),
                name if names_follow && !name.starts_with('-') => job.sets.push(job.set(name)?),
                other => bail!("unknown argument `{other}`; `cargo xtask peers --help` lists them"),
            }
        }
        job.check(all)?;
        if all {
            job.sets = algorithm.sets.iter().collect();
        }
        Ok(job)
    }

    fn set(&self, name: &str) -> Result<&'static Set> {
        let names = self.algorithm.names();
        let set = self.algorithm.set(name);
        set.with_context(|| format!("there is no data `{name}`; there are {names}"))
    }

    fn check(&self, all: bool) -> Result<()> {
        let names = self.algorithm.names();
        ensure!(all || !self.sets.is_empty(), "`--data` lacks its names; they are {names}");
        ensure!(
            !self.growth || self.algorithm.name == DBSCAN.name,
            "`--growth` is of `dbscan` alone; leave it out"
        );
        ensure!(all || !self.growth, "`--growth` has data of its own; leave out `--data`");
        ensure!(
            !self.markdown || (all && !self.quick),
            "the page shows all sets at full size; leave out `--markdown`, or `--data` and `--quick`"
        );
        Ok(())
    }

    /// The part of the page that this measures.
    fn part(&self) -> String {
        format!("{}{}", self.algorithm.name, if self.growth { "-growth" } else { "" })
    }

    fn compare(&self, arena: &mut Arena, lock: &str) -> Result<String> {
        let mut rows = Vec::new();
        for &set in &self.sets {
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

fn help() -> String {
    let about = ALGORITHMS.map(|algorithm| {
        let (name, rivals, sets) = (algorithm.name, algorithm.rivals(), algorithm.names());
        format!("  {name}\n    peers  {rivals}\n    data   {sets}\n")
    });
    HELP.replace("ALGORITHMS", &about.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &str) -> Result<Job> {
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        Job::parse(&args)
    }

    #[test]
    fn all_sets_are_run_unless_some_are_named() {
        assert_eq!(parse("dbscan").unwrap().sets.len(), DBSCAN.sets.len());
        let job = parse("dbscan --data noise dense --quick").unwrap();
        assert!(job.quick && job.sets.len() == 2 && job.sets[1].name == "dense");
    }

    #[test]
    fn the_help_names_all_that_is_there() {
        let help = help();
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
        assert!(!help.contains("ALGORITHMS"), "{help}");
    }

    #[test]
    fn the_page_has_a_place_for_each_part() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md");
        for args in ["dbscan", "dbscan --growth", "iforest", "stl", "auditd"] {
            page::read(&page, &parse(args).unwrap().part()).unwrap();
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
