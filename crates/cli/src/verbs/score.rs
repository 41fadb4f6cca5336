//! `score`: rows by a saved model: each row, or as a nightly job what is new.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

mod checks; // whether the input is what it should be
mod each_row; // a line for each row
mod facts; // what a run did, as JSON
mod new; // a line for each new pattern

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use oddsift::pipeline::{ModelFile, Period};

use self::facts::Facts;
use crate::args::{InputArgs, OutputArgs};
use crate::failure::{Failure, need_finds, need_rows};
use crate::output::Destination;
use crate::progress::Bar;
use crate::side_files::check_distinct;
use crate::values::{positive_period, share};

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift cluster monday.csv --save-model hosts.json -q -o /dev/null
  oddsift score hosts.json tuesday.csv -t csv
      row and ClusterId of every row; -1 is near no cluster of the model, with the nearest one, its distance
      in eps and the feature that makes it
  oddsift score forest.json tuesday.csv -t csv
      a forest of `outliers --save-model`, a bare one (format isolation-forest), or one exported from
      scikit-learn: row, score, decision and outlier (-1 or 1) of every row
  oddsift score hosts.json tuesday.csv --only new
      what the model does not know, a line for each pattern, with its count, an id and reasons
  oddsift score hosts.json /export/today/*.csv --only new --seen seen.json --newest-within 26h --exit-status -q
      every night: each line once; exit status 4 where the export has run dry";

/// Ids are forgotten so long after the run that met them last.
const USUAL_MEMORY: &str = "90d";

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// A model that `cluster` or `outliers` saved, a bare isolation-forest, or scikit-learn's export
    #[arg(value_name = "MODEL", help_heading = "Input")]
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Print the input columns, too; with a model of clusters the input is read twice
    #[arg(long, help_heading = "Output", conflicts_with = "only")]
    pub(crate) with_input: bool,
    /// Print only what the model does not know: patterns, each with its count, an id and reasons
    #[arg(long, value_enum, help_heading = "Nightly job")]
    pub(crate) only: Option<Only>,
    /// Leave out lines whose ids FILE holds, and add the others to it; written whole or not at all
    #[arg(long, value_name = "FILE", requires = "only", help_heading = "Nightly job")]
    pub(crate) seen: Option<PathBuf>,
    /// Forget ids of FILE that no run met for so long; at most 1,000,000 are kept
    #[arg(long, value_name = "TIME", value_parser = positive_period, requires = "seen")]
    #[arg(default_value = USUAL_MEMORY, help_heading = "Nightly job")]
    pub(crate) forget_after: Period,
    /// Exit with 4 if there are fewer than N rows
    #[arg(long, value_name = "N", help_heading = "Nightly job")]
    pub(crate) min_rows: Option<u64>,
    /// Exit with 4 if more than this share of the rows, from 0 to 1, is new to the model
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Nightly job")]
    pub(crate) max_new_share: Option<f64>,
    /// Exit with 4 if the newest event is older than this, as 26h; events of the future do not count
    #[arg(long, value_name = "TIME", value_parser = positive_period, help_heading = "Nightly job")]
    pub(crate) newest_within: Option<Period>,
    /// Write what the run did to FILE as JSON: version, arguments, inputs, model, what was found
    #[arg(long, value_name = "FILE", help_heading = "Nightly job")]
    pub(crate) facts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The rows that are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    New,
}

impl ScoreArgs {
    /// Whether an input without rows is to be told by the exit status.
    pub(crate) fn asks_of_input(&self) -> bool {
        self.output.talk.exit_status || self.seen.is_some() || self.has_checks()
    }

    fn has_checks(&self) -> bool {
        self.min_rows.is_some() || self.max_new_share.is_some() || self.newest_within.is_some()
    }

    fn read_files(&self) -> Vec<&Path> {
        self.input.paths().into_iter().chain([self.model.as_path()]).collect()
    }
}

pub(crate) fn run(args: &ScoreArgs) -> Result<(), Failure> {
    let inputs = args.read_files();
    let written = [("--seen", &args.seen), ("--facts", &args.facts), ("-o", &args.output.output)];
    let written = written.map(|(flag, path)| (flag, path.as_deref()));
    check_distinct(&written, &inputs)?;
    let mut facts = Facts::begin();
    let outcome = work(args, &inputs, &mut facts).map_err(|it| it.of_script(args.asks_of_input()));
    if let Some(path) = &args.facts {
        facts.write(path, args, outcome.as_ref().err(), &inputs)?;
    }
    outcome
}

fn work(args: &ScoreArgs, inputs: &[&Path], facts: &mut Facts) -> Result<(), Failure> {
    let bar = Bar::new(args.output.talk.quiet);
    let file = ModelFile::read(&args.model)?;
    facts.take_model(&args.model, &file);
    let input = args.input.input(&bar)?;
    facts.take_inputs(&input);
    let mut seen = args.seen.as_deref().map(new::Memory::read).transpose()?;
    // Opened last, when nothing else is wrong: a device or a pipe is begun with.
    let destination = Destination::open(&args.output, inputs)?;
    let found = match args.only {
        None => each_row::print_each_row(args, &file.model, input, destination, &bar)?,
        Some(Only::New) => new::print_new(args, &file.model, input, destination, &mut seen, &bar)?,
    };
    let checked = checks::check(args, &found, facts.began());
    facts.take_found(&found, &checked);
    need_rows(args.asks_of_input(), &found.read.name, found.n_rows)?;
    checks::need(&checked, &found.read.name)?;
    // Lines are remembered when they are out and nothing is amiss: what a run lost is told by the next.
    if let Some(seen) = seen {
        seen.save(args, facts.began(), inputs)?;
    }
    need_finds(args.output.talk.exit_status, found.n_printed())
}
