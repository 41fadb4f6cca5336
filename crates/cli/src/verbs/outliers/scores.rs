//! A line for each row: its score, its decision and whether it is an outlier.

use oddsift::pipeline::{ScoreColumns, ScoredRows, ScoredSummary};

use crate::args::OutputArgs;
use crate::failure::Failure;
use crate::output::Destination;
use crate::progress::Bar;

/// Prints a line for each row, with its own columns where they are asked for: for programs between the
/// row and the score, for people behind both.
pub(in crate::verbs) fn write_scores(
    args: &OutputArgs,
    destination: Destination,
    scores: ScoredRows<'_>,
    with_input: bool,
    bar: &Bar,
) -> Result<ScoredSummary, Failure> {
    const ADDED: [&str; 3] = ["score", "decision", "outlier"];
    let layout = scores.layout();
    let (columns, order) = match (with_input, destination.is_table()) {
        (false, _) => {
            (["row"].iter().chain(&ADDED).map(|it| (*it).to_owned()).collect(), ScoreColumns::Bare)
        }
        (true, false) => (layout.columns_with("row", &ADDED), ScoreColumns::BehindInput),
        (true, true) => {
            let mut columns = layout.columns_with("row", &ADDED);
            columns[1..].rotate_right(ADDED.len());
            (columns, ScoreColumns::BeforeInput)
        }
    };
    destination.stream(args, &columns, |sink| {
        let written = scores.write(order, sink);
        bar.finish();
        written
    })
}
