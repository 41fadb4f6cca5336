//! What `score` takes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::Args;

use super::shared::{InputArgs, OutputArgs};

pub(super) const SCORE_EXAMPLES: &str = "\
Examples:
  oddsift cluster monday.csv --save-model hosts.json -q -o /dev/null
  oddsift score hosts.json tuesday.csv -t csv
      row and ClusterId of every row; -1 is near no cluster of the model
  oddsift score forest.json tuesday.csv -t csv
      a forest of `outliers --save-model`, a bare one (format isolation-forest), or one exported from
      scikit-learn: row, score, decision and outlier (-1 or 1) of every row
  oddsift score hosts.json tuesday.csv --with-input -t ndjson | jq 'select(.ClusterId == -1)'
      every event that is near no cluster, as it was logged";

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// A model that `cluster` or `outliers` saved, a bare isolation-forest, or scikit-learn's export
    #[arg(value_name = "MODEL", help_heading = "Input")]
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Print the input columns, too; with a model of clusters the input is read twice
    #[arg(long, help_heading = "Output")]
    pub(crate) with_input: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
