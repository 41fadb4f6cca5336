//! `score`: new rows by a saved model: the clusters of one, the scores of a forest.

use ndarray::ArrayView2;
use oddsift::dbscan::Label;
use oddsift::eventcluster::ClusterModel;
use oddsift::features::{FeatureOptions, Recipe, SchemaChoice};
use oddsift::iforest::{ForestModel, IsolationForest, Precision};
use oddsift::patterns::PatternTable;
use oddsift::records::Cell;

use crate::args::ScoreArgs;
use crate::commands::{print_beside_input, print_rows};
use crate::failure::Failure;
use crate::ingest::{IngestPlan, Ingested, Keep, ingest};
use crate::input::{Input, counted, header_failure, say, threads, warn};
use crate::model_file::{Model, read_model};
use crate::output::Destination;
use crate::rows::RowPlan;
use crate::scoring::{Printed, Scorer, Verdict};
use crate::source::Source;
use crate::space::repeated;

pub(crate) fn run(args: &ScoreArgs) -> Result<(), Failure> {
    let model = read_model(&args.model)?;
    let is_read_twice = args.with_input && matches!(model, Model::Cluster(_));
    let source =
        if is_read_twice { Source::twice(&args.input)? } else { Source::once(&args.input) };
    let input = Input::open(&source, SchemaChoice::Auto, &[])?;
    let n_odd = match &model {
        Model::Cluster(model) => score_clusters(args, model, &source, input)?,
        Model::Outlier(model) => {
            let recipe = rebind(model.recipe(), &input)?;
            score_forest(args, model.detector().forest(), recipe, input)?
        }
        Model::Forest(model) => {
            let recipe = recipe_of_bare(args, model, &input)?;
            score_forest(args, model.forest(), recipe, input)?
        }
    };
    if args.output.exit_status && n_odd == 0 { Err(Failure::Nothing) } else { Ok(()) }
}

fn rebind(recipe: &Recipe, input: &Input) -> Result<Recipe, Failure> {
    let recipe = recipe.rebind(&input.columns);
    recipe.map_err(|error| header_failure(&input.name, &input.columns, &error))
}

/// The columns of a bare forest: those that it names, else the numeric ones of the file in order.
fn recipe_of_bare(args: &ScoreArgs, model: &ForestModel, input: &Input) -> Result<Recipe, Failure> {
    let options = FeatureOptions::default();
    if let Some(names) = model.feature_names() {
        if let Some(name) = repeated(names) {
            let model = args.model.display();
            let what = format!("feature_names has {name:?} twice; name each feature once");
            return Err(Failure::data(format!("{model}: {what}")));
        }
        return input.recipe(names, &options);
    }
    let names = input.numeric_columns();
    let (found, expected) = (names.len(), model.forest().n_features());
    if found != expected {
        let model = args.model.display();
        let what = format!(
            "{found} numeric columns for the {expected} features of {model}, which names none; \
             give a file with those columns, or add feature_names to the model"
        );
        return Err(Failure::data(format!("{}:1: {what}", input.name)));
    }
    input.recipe(&names, &options)
}

/// Prints the scores; gives the number of outliers.
fn score_forest(
    args: &ScoreArgs,
    forest: &IsolationForest,
    recipe: Recipe,
    input: Input,
) -> Result<u64, Failure> {
    let is_single = forest.precision() == Precision::F32;
    let rows = RowPlan::new(&input, &args.input, recipe).with_single_precision(is_single);
    let destination = Destination::open(&args.output, &[&args.input.file, &args.model])?;
    let scorer = Scorer { rows, forest, verdict: Verdict::Decision };
    let columns = args.with_input.then(|| input.columns.clone());
    let feed = input.into_feed(args.output.quiet);
    let threads = threads(&args.input);
    let printed = scorer.print_all(feed, threads, &args.output, destination, columns.as_deref())?;
    warn(&args.output, &printed.reader, &printed.room.skipped);
    let Printed { n_rows, n_outliers, .. } = printed;
    let (rows, outliers) =
        (counted(n_rows, "row", "rows"), counted(n_outliers, "outlier", "outliers"));
    say(&args.output, &format!("{rows}; {outliers}"));
    Ok(n_outliers)
}

/// Prints the clusters; gives the number of rows near none.
fn score_clusters(
    args: &ScoreArgs,
    model: &ClusterModel,
    source: &Source<'_>,
    input: Input,
) -> Result<u64, Failure> {
    let rows = RowPlan::new(&input, &args.input, rebind(model.recipe(), &input)?);
    let plan = IngestPlan {
        rows,
        template: None,
        distinct: Vec::new(),
        keep: Keep::LABELS,
        draws: None,
        counts_times: false,
    };
    let destination = Destination::open(&args.output, &[&args.input.file, &args.model])?;
    let columns = args.with_input.then(|| input.columns.clone());
    let feed = input.into_feed(args.output.quiet);
    let (table, ingested) = ingest(feed, plan, threads(&args.input))?;
    let labels = predict(model, &table, &ingested)?;
    warn(&args.output, &ingested.reader, &ingested.skipped);
    let noise = labels.iter().zip(table.counts()).filter(|(label, _)| label.is_noise());
    let n_noise: u64 = noise.map(|(_, n)| n).sum();
    let rows = counted(table.n_rows(), "row", "rows");
    say(&args.output, &format!("{rows}, {n_noise} near no cluster"));
    let label = |pattern: usize| labels.get(pattern).map(|label| Cell::Int(label.to_i64()));
    if let Some(columns) = columns {
        let known = |row| Some(vec![label(ingested.row_patterns.get(row)?)?]);
        print_beside_input(source, &args.output, destination, &columns, &["ClusterId"], known)?;
        return Ok(n_noise);
    }
    let columns = ["row", "ClusterId"].map(str::to_owned);
    print_rows(&args.output, destination, &columns, |print| {
        for (row, pattern) in ingested.row_patterns.iter() {
            if let Some(label) = label(pattern) {
                print(&[Cell::UInt(row), label])?;
            }
        }
        Ok(())
    })?;
    Ok(n_noise)
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
