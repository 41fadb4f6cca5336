//! A line for each row: its cluster, or its score.

use oddsift::pipeline::{Input, LabelledRows, Model, ScoredRows};

use super::ScoreArgs;
use super::checks::Found;
use crate::columns::Columns;
use crate::failure::Failure;
use crate::output::Destination;
use crate::progress::Bar;
use crate::say::{counted, say, say_intake, warn};
use crate::table::TextCell;
use crate::verbs::outliers::write_scores;

/// Prints a line for each row.
pub(super) fn print_each_row(
    args: &ScoreArgs,
    model: &Model,
    mut input: Input,
    destination: Destination,
    bar: &Bar,
) -> Result<Found, Failure> {
    if args.with_input {
        if matches!(model, Model::Clusters(_)) {
            input = input.twice()?;
        }
        input = input.settled()?;
    }
    let name = args.model.display().to_string();
    if let Some(scores) = model.scores(&name, &input)? {
        return print_scores(args, scores, destination, bar);
    }
    match model.labels(&input)? {
        Some(labels) => print_labels(args, labels, &input, destination, bar),
        None => Err(Failure::data(format!("{name}: a model without scores and clusters"))),
    }
}

fn print_scores(
    args: &ScoreArgs,
    scores: ScoredRows<'_>,
    destination: Destination,
    bar: &Bar,
) -> Result<Found, Failure> {
    let intake = scores.intake().clone();
    let written = write_scores(&args.output, destination, scores, args.with_input, bar)?;
    say_intake(&args.output.talk, &intake, None, written.n_rows, &written.read);
    warn(&args.output.talk, &written.read);
    let rows = counted(written.n_rows, "row", "rows");
    let outliers = counted(written.n_outliers, "outlier", "outliers");
    say(&args.output.talk, &format!("{rows}; {outliers}"));
    Ok(Found::rows(written.n_rows, written.n_outliers, written.read))
}

fn print_labels(
    args: &ScoreArgs,
    found: LabelledRows,
    input: &Input,
    destination: Destination,
    bar: &Bar,
) -> Result<Found, Failure> {
    bar.finish();
    say_intake(&args.output.talk, &found.intake, None, found.n_rows, &found.read);
    warn(&args.output.talk, &found.read);
    let (rows, n_noise) = (counted(found.n_rows, "row", "rows"), found.n_noise);
    say(&args.output.talk, &format!("{rows}, {n_noise} near no cluster"));
    if args.with_input {
        let columns = found.layout.columns_with("row", &LabelledRows::COLUMNS);
        destination.stream(&args.output, &columns, |sink| found.write_labelled(input, sink))?;
        return Ok(Found::rows(found.n_rows, n_noise, found.read));
    }
    let read = found.read.clone();
    let columns = Columns::new()
        .files(LabelledRows::columns(), |name| name == "row" || name == "ClusterId")
        .table("Why", |row| TextCell::text(row.reason.as_deref().unwrap_or_default()));
    let n_rows = usize::try_from(found.n_rows).unwrap_or(usize::MAX);
    columns.print(&args.output, destination, n_rows, found.rows().map(Ok))?;
    Ok(Found::rows(found.n_rows, n_noise, read))
}
