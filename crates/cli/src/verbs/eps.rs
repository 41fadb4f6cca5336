//! `eps`: the curve of distances to the k-th neighbour, and the distance that its knee proposes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use clap::Args;
use oddsift::pipeline::{ClusterParams, Distances, Proposal};
use oddsift::plot::DistancePlot;

use crate::args::{FeatureArgs, InputArgs, OutputArgs, PlotArgs, TalkArgs};
use crate::columns::Columns;
use crate::failure::Failure;
use crate::output::Destination;
use crate::picture::write_picture;
use crate::progress::Bar;
use crate::say::{say_intake, warn, warn_line};
use crate::side_files::check_side_files;
use crate::verbs::cluster::args::SpaceArgs;
use crate::verbs::cluster::warn_of_clusters;

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift eps events.csv
      the curve on standard output, the proposal and warnings on standard error
  oddsift eps flows.csv --features bytes,packets --scale robust --min-samples 5 -t csv -o curve.csv
  oddsift cluster events.csv --eps auto
      takes the proposal";

#[derive(Debug, Args)]
pub(crate) struct EpsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) space: SpaceArgs,
    #[command(flatten)]
    pub(crate) recipe: FeatureArgs,
    #[command(flatten)]
    pub(crate) plot: PlotArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) fn run(args: &EpsArgs) -> Result<(), Failure> {
    let (output, inputs) = (args.output.output.as_deref(), args.input.paths());
    check_side_files(None, &args.plot, args.plot.look(), output, &inputs)?;
    let bar = Bar::new(args.output.talk.quiet);
    let input = args.recipe.roles(args.input.input(&bar)?);
    let mut params = ClusterParams::new();
    args.space.set(&mut params, args.recipe.choice(&args.space.features, None));
    let destination = Destination::open(&args.output, &inputs)?;
    let found = params.distances(input)?;
    bar.finish();
    say_intake(&args.output.talk, &found.intake, None, found.n_rows, &found.read);
    warn(&args.output.talk, &found.read);
    if !args.output.talk.quiet {
        advise(&args.output.talk, found.proposal.as_ref());
    }
    if let Some(plot) = &args.plot.plot {
        let figure = DistancePlot::new(&found.distances).labels(args.plot.labels()).figure();
        write_picture(plot, &figure, &inputs)?;
    }
    let curve = found.curve();
    let columns = Columns::new().files(Distances::columns(), |_| true);
    columns.print(&args.output, destination, curve.len(), curve.map(Ok))
}

/// Says the proposal, what it gives, and what is dubious about it.
fn advise(talk: &TalkArgs, proposal: Option<&Proposal>) {
    let Some(proposal) = proposal else {
        warn_line("no eps proposed: the distances have no knee");
        return;
    };
    warn_line(&format!("eps {:?} proposed", proposal.eps));
    warn_line(&format!("it gives {}", proposal.summary()));
    warn_of_clusters(talk, &proposal.warnings);
}
