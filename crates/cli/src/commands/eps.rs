//! `eps`: the curve of distances to the k-th neighbour, and the distance that its knee proposes.

use oddsift::eventcluster::EventClusters;
use oddsift::features::SessionRule;
use oddsift::records::Cell;

use crate::args::EpsArgs;
use crate::commands::print_rows;
use crate::failure::Failure;
use crate::ingest::{IngestPlan, Keep, ingest};
use crate::input::{Input, say, threads, warn, warn_line};
use crate::output::Destination;
use crate::rows::RowPlan;
use crate::source::Source;
use crate::space::Space;

pub(crate) fn run(args: &EpsArgs) -> Result<(), Failure> {
    let input = Input::open(&Source::once(&args.input), args.recipe.schema, &args.recipe.map)?;
    let space = Space::plan(&input, &args.space, &args.recipe, SessionRule::default())?;
    let rows = RowPlan::new(&input, &args.input, space.recipe);
    let plan = IngestPlan { rows, template: None, distinct: Vec::new(), keep: Keep::Patterns };
    let destination = Destination::open(&args.output, &args.input)?;
    let feed = input.into_feed(args.output.quiet);
    let (table, ingested) = ingest(feed, plan, threads(&args.input))?;
    ingested.need_rows(&table)?;
    warn(&ingested.reader, &ingested.skipped);
    let curve = EventClusters::params()
        .min_samples(args.space.min_samples)
        .metric(args.space.metric)
        .scaling(args.space.scale)
        .k_distances(&table, space.is_weighted)
        .map_err(|error| Failure::data(format!("{}: {error}", ingested.reader.name())))?;
    let columns = ["rank", "distance"].map(str::to_owned);
    print_rows(&args.output, destination, &columns, |print| {
        let mut rank = 0;
        for (distance, n_rows) in curve.curve() {
            rank += n_rows;
            print(&[Cell::UInt(rank), Cell::Float(distance)])?;
        }
        Ok(())
    })
}
