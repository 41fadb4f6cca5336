//! `merge`: what several hunts saw, as one model.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::{Path, PathBuf};

use clap::Args;
use oddsift::pipeline::{History, MergeSummary, SavedModel, merge_models};
use oddsift::records::is_same_file;

use crate::failure::Failure;
use crate::output::Writer;
use crate::say::{counted, warn_line};
use crate::side_files::{origin_of_models, write_json};

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift hunt monday.csv --save-model monday.json -q -o /dev/null
  oddsift merge monday.json tuesday.json -o week.json
  oddsift hunt today.csv --known week.json --top 100
      what is in neither
  oddsift merge week.json today.json --forget 90 -o next.json
      without what was seen once and more than 90 days before the newest event";

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// Models that `hunt --save-model` wrote, of the same columns
    #[arg(value_name = "MODEL", required = true, help_heading = "Input")]
    pub(crate) models: Vec<PathBuf>,
    /// Drop what was seen once and more than N days before the newest event of all models
    #[arg(long, value_name = "N", help_heading = "Merge")]
    pub(crate) forget: Option<u32>,
    /// Write the model to FILE, whole or not at all; without, to standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// No summary
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
}

pub(crate) fn run(args: &MergeArgs) -> Result<(), Failure> {
    need_distinct(&args.models)?;
    let inputs: Vec<&Path> = args.models.iter().map(PathBuf::as_path).collect();
    let writer = Writer::open(args.output.as_deref(), &inputs)?;
    let (model, summary) = merge_models(&args.models, args.forget)?;
    let names = args.models.iter().map(|path| path.display().to_string()).collect();
    let mut origin = origin_of_models(names, summary.n_rows);
    origin.times = model.times();
    write_json(writer, &SavedModel::new(&model, Some(&origin)))?;
    if !args.quiet {
        say_summary(args, &model, summary);
    }
    Ok(())
}

/// A model that is named twice would count twice, and make what is rare in it look common.
fn need_distinct(models: &[PathBuf]) -> Result<(), Failure> {
    for (nth, model) in models.iter().enumerate() {
        if let Some(twin) = models.iter().skip(nth + 1).find(|it| is_same_file(model, it)) {
            let (model, twin) = (model.display(), twin.display());
            return Err(Failure::usage(format!(
                "{model} and {twin} are the same model; name each once"
            )));
        }
    }
    Ok(())
}

fn say_summary(args: &MergeArgs, model: &History, summary: MergeSummary) {
    let lines = |n_lines: usize| counted(n_lines as u64, "line", "lines");
    let models = counted(summary.n_models as u64, "model", "models");
    let rows = counted(summary.n_rows, "row", "rows");
    warn_line(&format!(
        "{models} of {rows} and {} merged to {}",
        lines(summary.n_lines),
        lines(model.n_lines())
    ));
    if let Some(n_days) = args.forget {
        let days = counted(n_days.into(), "day", "days");
        let forgotten = lines(summary.n_forgotten);
        warn_line(&format!(
            "{forgotten} forgotten: seen once and more than {days} before the newest"
        ));
    }
}
