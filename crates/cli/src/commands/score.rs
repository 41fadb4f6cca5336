//! `score`: the clusters of a saved model for new rows.

use ndarray::ArrayView2;
use oddsift::dbscan::Label;
use oddsift::eventcluster::ClusterModel;
use oddsift::features::SchemaChoice;
use oddsift::patterns::PatternTable;
use oddsift::records::Cell;

use crate::args::ScoreArgs;
use crate::commands::print_rows;
use crate::failure::Failure;
use crate::ingest::{IngestPlan, Ingested, Keep, ingest};
use crate::input::{Input, header_failure, say, threads, warn};
use crate::model_file::read_cluster_model;
use crate::output::Destination;
use crate::rows::RowPlan;
use crate::source::Source;

pub(crate) fn run(args: &ScoreArgs) -> Result<(), Failure> {
    let model = read_cluster_model(&args.model)?;
    let input = Input::open(&Source::once(&args.input), SchemaChoice::Auto, &[])?;
    let recipe = model.recipe().rebind(&input.columns);
    let recipe = recipe.map_err(|error| header_failure(&input.name, &input.columns, &error))?;
    let rows = RowPlan::new(&input, &args.input, recipe);
    let plan = IngestPlan { rows, template: None, distinct: Vec::new(), keep: Keep::Labels };
    let destination = Destination::open(&args.output, &args.input)?;
    let feed = input.into_feed(args.output.quiet);
    let (table, ingested) = ingest(feed, plan, threads(&args.input))?;
    let labels = predict(&model, &table, &ingested)?;
    warn(&ingested.reader, &ingested.skipped);
    let n_noise: u64 = labels
        .iter()
        .zip(table.weights())
        .filter(|(label, _)| label.is_noise())
        .map(|(_, n)| n)
        .sum();
    say(&args.output, &format!("{} rows, {n_noise} near no cluster", table.n_rows()));
    print(args, destination, &ingested, &labels)?;
    if args.output.exit_status && n_noise == 0 { Err(Failure::Nothing) } else { Ok(()) }
}

/// The label of each pattern.
fn predict(
    model: &ClusterModel,
    table: &PatternTable,
    ingested: &Ingested,
) -> Result<Vec<Label>, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::data(format!("{}: {error}", ingested.reader.name()))
    };
    let x = ArrayView2::from_shape((table.len(), table.n_features()), table.matrix())
        .map_err(|error| failed(&error))?;
    model.predict(&x).map_err(|error| failed(&error))
}

fn print(
    args: &ScoreArgs,
    destination: Destination,
    ingested: &Ingested,
    labels: &[Label],
) -> Result<(), Failure> {
    let columns = ["row", "ClusterId"].map(str::to_owned);
    print_rows(&args.output, destination, &columns, |print| {
        for (row, pattern) in ingested.row_patterns.iter() {
            if let Some(label) = labels.get(pattern) {
                print(&[Cell::UInt(row), Cell::Int(label.to_i64())])?;
            }
        }
        Ok(())
    })
}
