//! What `outliers` takes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use oddsift::pipeline::{Contamination, MaxFeatures, MaxSamples, Precision};

use crate::args::{Compat, FeatureArgs, InputArgs, OutputArgs, PlotArgs, PlotRowsArgs};
use crate::values::at_least_one;

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift outliers events.csv --features pathScore,commandlineLen,commandlineTokensFull --top 20
      the 20 most unusual kinds of events, each with its count and its reasons
  oddsift outliers flows.csv --features bytes,packets --contamination 0.01 -t csv -o odd.csv
      the most unusual hundredth of the rows
  oddsift outliers flows.csv --emit scores -t csv
      score, decision and verdict (-1 or 1) of every row; lower is odder
  oddsift outliers events.csv
      process events by how rare their parts are: at most 500 lines, one for each kind of event
  oddsift outliers today.csv --train lastweek.csv --save-model flows.json --explain 5
  oddsift score flows.json tomorrow.csv -t csv
      fitted once, scores every new file";

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag that can be typed by itself")]
pub(crate) struct OutliersArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Columns of the file, or features that `features` would add, separated by commas
    ///
    /// Without: how rare program, parent with program, words and arguments are where the events are
    /// known for process events (programRarity, parentRarity, wordsRarity, argumentsRarity, in bits,
    /// counted in the rows that are fitted to), else all numeric columns.
    #[arg(long, value_name = "F1,F2..", value_delimiter = ',', help_heading = "Forest")]
    pub(crate) features: Vec<String>,
    /// Fit to the rows of TRAIN instead, and score those of FILE
    #[arg(long, value_name = "TRAIN", help_heading = "Input")]
    pub(crate) train: Option<PathBuf>,
    /// Number of trees; without, 100
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Forest")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) trees: Option<usize>,
    /// Rows of a tree: auto (256, or all), a number, or a share such as 0.5; 1 is one row, 1.0 all
    ///
    /// Where rows repeat much, more of them in a tree find what is rarer.
    #[arg(long, value_name = "auto|N|SHARE", help_heading = "Forest")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) max_samples: Option<MaxSamples>,
    /// Features of a tree: a number, or a share such as 0.5; without, 1.0, which is all
    #[arg(long, value_name = "N|SHARE", help_heading = "Forest")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) max_features: Option<MaxFeatures>,
    /// Share of outliers to expect, up to 0.5; without, auto: a score below -0.5
    #[arg(long, value_name = "auto|SHARE", help_heading = "Forest")]
    #[arg(allow_negative_numbers = true, conflicts_with = "top")]
    pub(crate) contamination: Option<Contamination>,
    /// The N most unusual lines; of equals, the earlier ones
    ///
    /// Without it and --contamination, the lines with a score below -0.5, at most 500 of them.
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Forest")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) top: Option<usize>,
    /// Print each row, and all outliers; without, process events of equal features, and by default of
    /// equal masked command lines, are one line with their count, first and last time
    #[arg(long, help_heading = "Output")]
    pub(crate) all_rows: bool,
    /// Draw rows with replacement
    #[arg(long, help_heading = "Forest")]
    pub(crate) bootstrap: bool,
    /// Cut at any angle, not only along features: the extended isolation forest
    #[arg(long, help_heading = "Forest")]
    pub(crate) extended: bool,
    /// Width of numbers; f32 is what scikit-learn has
    #[arg(long, value_enum, default_value = "f64", help_heading = "Forest")]
    pub(crate) precision: ArgPrecision,
    #[command(flatten)]
    pub(crate) recipe: FeatureArgs,
    /// What to print: the outliers, the oddest first, or the score of every row
    #[arg(long, value_enum, default_value = "outliers", help_heading = "Output")]
    pub(crate) emit: EmitOutliers,
    /// Print the input columns beside the scores
    #[arg(long, help_heading = "Output")]
    pub(crate) with_input: bool,
    /// Give up to K reasons for each outlier
    #[arg(long, value_name = "K", default_value = "3", help_heading = "Output")]
    pub(crate) explain: usize,
    /// Write the model to FILE, for `score` on new rows
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) save_model: Option<PathBuf>,
    /// Do as msticpy does where it differs: its defaults, its session test
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) plot: PlotArgs,
    #[command(flatten)]
    pub(crate) plot_rows: PlotRowsArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmitOutliers {
    Outliers,
    Scores,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ArgPrecision {
    F64,
    F32,
}

impl From<ArgPrecision> for Precision {
    fn from(precision: ArgPrecision) -> Self {
        match precision {
            ArgPrecision::F64 => Self::F64,
            ArgPrecision::F32 => Self::F32,
        }
    }
}
