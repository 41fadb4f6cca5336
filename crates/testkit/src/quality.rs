//! `quality`: how many of the attacks in a labelled log each order of the tool has among its first lines.

mod make; // the logs
mod measure; // the figures
mod report; // Markdown

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use tempfile::TempDir;

use crate::grouped_number;
use make::Recipe;
use measure::Bench;

/// Measure how soon the tool's orders come to attacks in labelled logs
///
/// Makes Windows process logs with 100 planted attacks and a history without any from seeds, runs the
/// verbs of the tool on them and prints Markdown tables: planted rows among the first 100 and 500
/// lines, distinct lines among the first 100, lines printed. Simple orders that are computed here
/// stand beside them. docs/quality.md says how the logs are made and what they cannot show.
#[derive(Debug, Args)]
pub(crate) struct QualityArgs {
    /// Measure the labelled logs of DIR instead of made ones; docs/quality.md tells their form
    #[arg(long, value_name = "DIR", conflicts_with_all = ["rows", "seeds", "keep"])]
    folder: Option<PathBuf>,
    /// Rows of a made log, about
    #[arg(long, value_name = "N", value_parser = grouped_number, default_value = "60_000")]
    rows: u64,
    /// Seeds of the made logs, one log each
    #[arg(long, value_name = "S1,S2", value_delimiter = ',', default_value = "1,2,3")]
    seeds: Vec<u64>,
    /// Keep the made logs in DIR, in the form that --folder reads
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Write the tables between the marks of FILE instead of printing them
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Binary that is measured [default: a release build of the workspace]
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/release/oddsift",
        hide_default_value = true
    )]
    binary: PathBuf,
}

pub(crate) fn run(args: &QualityArgs) -> Result<()> {
    let binary = args.binary.canonicalize();
    let binary = binary.with_context(|| format!("cannot find {}", args.binary.display()))?;
    let scratch = TempDir::with_prefix("oddsift-quality-").context("no temporary folder")?;
    let made = args.keep.as_deref().unwrap_or(scratch.path());
    if args.folder.is_none() {
        args.make(made)?;
    }
    let tables = Bench { binary }.measure(args.folder.as_deref().unwrap_or(made))?;
    let text = report::markdown(&tables);
    match &args.markdown {
        Some(path) => report::replace(path, &text),
        None => crate::show(&text),
    }
}

impl QualityArgs {
    fn make(&self, folder: &Path) -> Result<()> {
        let n_rows = usize::try_from(self.rows)?;
        self.seeds.iter().try_for_each(|&seed| make::write_logs(Recipe { n_rows, seed }, folder))
    }
}

#[cfg(test)]
mod tests;
