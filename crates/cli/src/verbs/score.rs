//! `score`: new rows by a saved model: the clusters of one, the scores of a forest.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::Args;
use oddsift::pipeline::{Input, LabelledRow, LabelledRows, Model, ScoredRows};
use oddsift::records::Cell;

use crate::args::{InputArgs, OutputArgs};
use crate::columns::Columns;
use crate::failure::{Failure, need_finds};
use crate::output::Destination;
use crate::progress::Bar;
use crate::say::{counted, say, say_intake, warn};
use crate::table::TextCell;
use crate::verbs::cluster::columns::reason_columns;
use crate::verbs::outliers::write_scores;

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift cluster monday.csv --save-model hosts.json -q -o /dev/null
  oddsift score hosts.json tuesday.csv -t csv
      row and ClusterId of every row; -1 is near no cluster of the model, with the nearest one, its distance
      in eps and the feature that makes it
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

pub(crate) fn run(args: &ScoreArgs) -> Result<(), Failure> {
    let bar = Bar::new(args.output.talk.quiet);
    let model = Model::read(&args.model)?;
    let mut input = args.input.input(&bar)?;
    if args.with_input {
        if matches!(model, Model::Clusters(_)) {
            input = input.twice()?;
        }
        input = input.settled()?;
    }
    let name = args.model.display().to_string();
    let n_unusual = match model.scores(&name, &input)? {
        Some(scores) => print_scores(args, scores, &bar)?,
        None => match model.labels(&input)? {
            Some(labels) => print_labels(args, &labels, &input, &bar)?,
            None => 0,
        },
    };
    need_finds(args.output.talk.exit_status, n_unusual)
}

fn destination(args: &ScoreArgs) -> Result<Destination, Failure> {
    let inputs: Vec<_> = args.input.paths().into_iter().chain([args.model.as_path()]).collect();
    Destination::open(&args.output, &inputs)
}

/// Prints the scores; gives the number of outliers.
fn print_scores(args: &ScoreArgs, scores: ScoredRows<'_>, bar: &Bar) -> Result<u64, Failure> {
    let intake = scores.intake().clone();
    let written = write_scores(&args.output, destination(args)?, scores, args.with_input, bar)?;
    say_intake(&args.output.talk, &intake, None, written.n_rows, &written.read);
    warn(&args.output.talk, &written.read);
    let rows = counted(written.n_rows, "row", "rows");
    let outliers = counted(written.n_outliers, "outlier", "outliers");
    say(&args.output.talk, &format!("{rows}; {outliers}"));
    Ok(written.n_outliers)
}

/// Prints the clusters; gives the number of rows near none.
fn print_labels(
    args: &ScoreArgs,
    found: &LabelledRows,
    input: &Input,
    bar: &Bar,
) -> Result<u64, Failure> {
    bar.finish();
    let destination = destination(args)?;
    say_intake(&args.output.talk, &found.intake, None, found.n_rows, &found.read);
    warn(&args.output.talk, &found.read);
    let (rows, n_noise) = (counted(found.n_rows, "row", "rows"), found.n_noise);
    say(&args.output.talk, &format!("{rows}, {n_noise} near no cluster"));
    if args.with_input {
        let columns = found.layout.columns_with("row", &LabelledRows::COLUMNS);
        destination.stream(&args.output, &columns, |sink| found.write_labelled(input, sink))?;
        return Ok(n_noise);
    }
    let columns = Columns::new()
        .both("row", |row: &LabelledRow<'_>| Cell::UInt(row.row))
        .both("ClusterId", |row| Cell::Int(row.label.to_i64()))
        .table("Why", |row| TextCell::text(row.reason.as_deref().unwrap_or_default()));
    let own = |name: &str| name.to_owned();
    let columns = reason_columns(columns, own, |row| row.nearest, |row| row.reason.as_deref());
    let n_rows = usize::try_from(found.n_rows).unwrap_or(usize::MAX);
    columns.print(&args.output, destination, n_rows, found.rows().map(Ok))?;
    Ok(n_noise)
}
