//! `eps`: the curve of distances to the k-th neighbour, and the distance that its knee proposes.

use oddsift::eventcluster::{Error, EventClusterParams, EventClusters, KDistances};
use oddsift::features::SessionRule;
use oddsift::patterns::PatternTable;
use oddsift::plot::DistancePlot;
use oddsift::records::Cell;

use crate::args::EpsArgs;
use crate::cells::feature_cell;
use crate::commands::cluster::{cluster_failure, clusters_and_noise};
use crate::commands::print_rows;
use crate::failure::Failure;
use crate::ingest::{IngestPlan, Keep, ingest};
use crate::input::{Input, threads, warn, warn_line};
use crate::output::Destination;
use crate::picture::write_picture;
use crate::rows::RowPlan;
use crate::side_files::check_side_files;
use crate::source::Source;
use crate::space::Space;

pub(crate) fn run(args: &EpsArgs) -> Result<(), Failure> {
    let (output, inputs) = (args.output.output.as_deref(), [args.input.file.as_path()]);
    check_side_files(None, &args.plot, args.plot.look(), output, &inputs)?;
    let input = Input::open(&Source::once(&args.input), args.recipe.schema, &args.recipe.map)?;
    let space = Space::plan(&input, &args.space, &args.recipe, SessionRule::default())?;
    let rows = RowPlan::new(&input, &args.input, space.features.recipe).with_weight(space.weight);
    let plan = IngestPlan {
        rows,
        template: None,
        distinct: Vec::new(),
        keep: Keep::NOTHING,
        draws: None,
        counts_times: false,
    };
    let destination = Destination::open(&args.output, &inputs)?;
    let feed = input.into_feed(args.output.quiet);
    let (table, ingested) = ingest(feed, plan, threads(&args.input))?;
    ingested.need_rows(&table)?;
    warn(&args.output, &ingested.reader, &ingested.skipped);
    let params = EventClusters::params()
        .min_samples(args.space.min_samples)
        .metric(args.space.metric)
        .scaling(args.space.scale);
    let failed = |error| cluster_failure(&ingested, error);
    let distances = params.k_distances(&table).map_err(failed)?;
    advise(args, &params, table, &distances).map_err(failed)?;
    if let Some(plot) = &args.plot.plot {
        let figure = DistancePlot::new(&distances).labels(args.plot.labels()).figure();
        write_picture(plot, &figure, &inputs)?;
    }
    let columns = ["rank", "distance"].map(str::to_owned);
    print_rows(&args.output, destination, &columns, |print| {
        // One line a distance: so many rows have it or a smaller one.
        let mut rank = 0.0;
        for (distance, weight) in distances.curve() {
            rank += weight;
            print(&[feature_cell("rank", rank), Cell::Float(*distance)])?;
        }
        Ok(())
    })
}

/// Says the proposal, what it gives, and what is dubious about it.
fn advise(
    args: &EpsArgs,
    params: &EventClusterParams,
    table: PatternTable,
    distances: &KDistances,
) -> Result<(), Error> {
    if args.output.quiet {
        return Ok(());
    }
    let Some(eps) = distances.propose_eps() else {
        warn_line("no eps proposed: the distances have no knee");
        return Ok(());
    };
    warn_line(&format!("eps {eps:?} proposed"));
    let found = params.eps(eps).fit_patterns(table)?;
    warn_line(&format!("it gives {}", clusters_and_noise(&found)));
    for warning in found.advise(distances)?.warnings {
        warn_line(&format!("beware: {warning}"));
    }
    Ok(())
}
