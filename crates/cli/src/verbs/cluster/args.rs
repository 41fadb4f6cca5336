//! What `cluster` takes, and in parts `eps` and `report`.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use oddsift::pipeline::{ClusterParams, Eps, FeatureChoice, Metric, Scaling};

use crate::args::{Compat, FeatureArgs, InputArgs, OutputArgs, PlotArgs, PlotRowsArgs};
use crate::values::{at_least_one, eps, work_limit};

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift cluster events.csv
      known process events are clustered within each program, by words and delimiters of the command line
  oddsift cluster events.csv --features pathScore,commandlineTokensFull,isSystemSession --eps 0.0001
      msticpy's example, by numbers alone; --compat msticpy takes it by itself
  oddsift cluster events.csv --features program,Computer.value,commandlineLen --scale none --eps 5
      categories: events of different programs or computers are never in one cluster
  oddsift cluster flows.csv --features bytes,packets --scale robust --eps 0.5 --min-samples 5
      any numeric columns will do; distances are taken after scaling
  oddsift cluster events.csv --eps auto --save-model model.json
      finds the distance; `oddsift score model.json new.csv` labels new rows
  oddsift cluster events.csv --emit labels --with-input -o labelled.csv
      every row with its cluster, -1 for noise
  oddsift cluster events.csv --count-distinct Computer,Account -t ndjson | jq 'select(.ClusterSize < 3)'";

#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) space: SpaceArgs,
    /// Largest distance of neighbours, after scaling; `auto` is what `eps` proposes
    ///
    /// Without: 0.01; where --features is left out, too, and process features are taken, 0.5, by which whole
    /// numbers must be equal. Named features have 0.01 even if they are the same. `auto` is refused where it
    /// would put nearly all rows into one cluster, or into none.
    #[arg(long, value_name = "EPS", value_parser = eps, help_heading = "Clustering")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) eps: Option<Eps>,
    /// Stop with an error after so much work, counted in distances and tree nodes
    #[arg(long, value_name = "N", value_parser = work_limit, help_heading = "Clustering")]
    pub(crate) work_limit: Option<u64>,
    /// Write the model to FILE, for `score` on new rows
    ///
    /// It keeps how features are made and scaled, and the core rows of the clusters. Noise is not in
    /// it: a new row that is like a noise row is again near no cluster. With --min-samples 1 there is
    /// no noise, and a model knows every row.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) save_model: Option<PathBuf>,
    /// Column of the time; without, the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime
    #[arg(long, value_name = "COLUMN", help_heading = "Clustering")]
    pub(crate) time_column: Option<String>,
    /// Columns, such as hosts or users, whose distinct values are counted in each cluster
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', help_heading = "Clustering")]
    pub(crate) count_distinct: Vec<String>,
    /// Column whose common text is a cluster's template; without, the command line
    #[arg(long, value_name = "COLUMN", help_heading = "Clustering")]
    pub(crate) template: Option<String>,
    #[command(flatten)]
    pub(crate) recipe: FeatureArgs,
    /// What to print: one row a cluster and a noise event, or a label for every row
    #[arg(long, value_enum, default_value = "exemplars", help_heading = "Output")]
    pub(crate) emit: Emit,
    /// Print the input columns beside the labels; reads the input twice
    #[arg(long, help_heading = "Output")]
    pub(crate) with_input: bool,
    /// Do as msticpy does where it differs
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) plot: PlotArgs,
    #[command(flatten)]
    pub(crate) plot_rows: PlotRowsArgs,
    /// Clusters of fewer rows are set apart in the picture; without, 3
    #[arg(long, value_name = "N", help_heading = "Picture")]
    pub(crate) cut_off: Option<u64>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl ClusterArgs {
    /// The first flag that says how a picture is to look.
    pub(crate) fn look(&self) -> Option<&'static str> {
        let cut_off = self.cut_off.map(|_| "--cut-off");
        self.plot.look().or(self.plot_rows.look()).or(cut_off)
    }
}

/// The space in which rows have distances.
#[derive(Debug, Args)]
#[command(next_help_heading = "Clustering")]
pub(crate) struct SpaceArgs {
    /// Columns of the file, or features that `features` would add, separated by commas
    ///
    /// `program` (the path, case folded on Windows) and COLUMN.value are categories: rows that differ in one
    /// are never neighbours. Without: program, commandlineTokens and commandlineTokensFull, unscaled, where a
    /// process schema is known, else all numeric columns.
    #[arg(long, value_name = "F1,F2..", value_delimiter = ',')]
    pub(crate) features: Vec<String>,
    /// How features are scaled: unit (each row to norm 1), none, standard, robust, minmax
    #[arg(long, value_name = "SCALING")]
    pub(crate) scale: Option<Scaling>,
    /// Rows, itself included, within eps that make a row a core of a cluster
    #[arg(long, default_value = "2", value_name = "N", value_parser = at_least_one)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) min_samples: usize,
    /// Distance: euclidean, manhattan, chebyshev or minkowski:P
    #[arg(long, default_value = "euclidean")]
    pub(crate) metric: Metric,
    /// Column whose number says how many rows a row stands for
    #[arg(long, value_name = "COLUMN")]
    pub(crate) weight: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    Exemplars,
    Labels,
}

impl SpaceArgs {
    /// Sets the space of a clustering.
    pub(crate) fn set(&self, params: &mut ClusterParams, features: FeatureChoice) {
        params.features = features;
        params.weight.clone_from(&self.weight);
        params.scale = self.scale;
        params.clustering = params.clustering.min_samples(self.min_samples).metric(self.metric);
    }
}
