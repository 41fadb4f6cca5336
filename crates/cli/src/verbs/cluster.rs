//! `cluster`: one row for each cluster and noise event, or a label for every row.

pub(crate) mod args; // what can be typed
pub(crate) mod columns; // what is printed

use oddsift::pipeline::{
    Cluster, ClusterParams, ClusterWarning, Clusters, EpsSource, KeepRows, NoiseTimes,
};
use oddsift::plot::cluster_figure;

use self::args::{ClusterArgs, Emit};
use self::columns::{exemplar_columns, label_columns};
use crate::args::{Compat, TalkArgs};
use crate::failure::{Failure, need_finds};
use crate::output::Destination;
use crate::picture::{plotted, write_picture};
use crate::progress::Bar;
use crate::say::{counted, say, say_intake, warn, warn_line, warn_of_times};
use crate::side_files::{check_side_files, origin, save_model};

pub(crate) fn run(args: &ClusterArgs) -> Result<(), Failure> {
    if args.with_input && args.emit != Emit::Labels {
        return Err(Failure::usage("--with-input goes with --emit labels; add it"));
    }
    let (output, inputs) = (args.output.output.as_deref(), args.input.paths());
    check_side_files(args.save_model.as_deref(), &args.plot, args.look(), output, &inputs)?;
    let bar = Bar::new(args.output.talk.quiet);
    let mut input = args.recipe.roles(args.input.input(&bar)?);
    if args.emit == Emit::Labels && args.with_input {
        input = input.twice()?.settled()?;
    }
    let destination = Destination::open(&args.output, &inputs)?;
    let found = params(args).fit(&input)?;
    bar.finish();
    say_eps(&args.output.talk, &found);
    warn(&args.output.talk, &found.read);
    warn_of_times(&found.read);
    say_facts(&args.output.talk, &found);
    if let Some(path) = &args.save_model {
        let origin = origin(&input, &found.read, found.events.patterns().n_rows());
        save_model(path, &found.model()?, &origin, &inputs)?;
    }
    if let Some(plot) = &args.plot.plot {
        let features = plotted(&args.plot_rows.plot_features, found.features())?;
        let label = found.label_column(args.plot_rows.plot_label.as_deref())?;
        let figure = cluster_figure(&found, features, label, args.cut_off, args.plot.labels());
        write_picture(plot, &figure, &inputs)?;
    }
    print(args, &found, &input, destination)?;
    need_finds(args.output.talk.exit_status, found.events.n_noise_rows())
}

fn print(
    args: &ClusterArgs,
    found: &Clusters,
    input: &oddsift::pipeline::Input,
    destination: Destination,
) -> Result<(), Failure> {
    match args.emit {
        Emit::Exemplars => {
            let is_table = destination.is_table();
            let columns = exemplar_columns(found);
            if is_table {
                let rows = found.rarest_first();
                return columns.print(
                    &args.output,
                    destination,
                    rows.len(),
                    rows.into_iter().map(Ok),
                );
            }
            let rows = found.iter();
            columns.print(&args.output, destination, rows.len(), rows.map(Ok))
        }
        Emit::Labels if args.with_input => {
            let columns = found.layout.columns_with("row", &["ClusterId", "IsCore"]);
            destination.stream(&args.output, &columns, |sink| found.write_labelled(input, sink))
        }
        Emit::Labels => {
            let n_rows = usize::try_from(found.events.patterns().n_rows()).unwrap_or(usize::MAX);
            let labels = found.labels().map(Ok);
            label_columns().print(&args.output, destination, n_rows, labels)
        }
    }
}

fn params(args: &ClusterArgs) -> ClusterParams {
    let mut params = ClusterParams::new();
    args.space.set(&mut params, args.recipe.choice(&args.space.features, args.compat));
    params.clustering = params.clustering.work_limit(args.work_limit);
    if args.compat == Some(Compat::Msticpy) {
        params.clustering = params.clustering.noise_times(NoiseTimes::Shared);
        params.numbers_alone = true;
    }
    params.eps = args.eps;
    params.time_column.clone_from(&args.time_column);
    params.template.clone_from(&args.template);
    params.count_distinct.clone_from(&args.count_distinct);
    params.keep = match (args.emit, &args.plot.plot) {
        (Emit::Exemplars, _) => KeepRows::Exemplars,
        (Emit::Labels, None) => KeepRows::Labels,
        // A picture takes the first row of each pattern.
        (Emit::Labels, Some(_)) => KeepRows::LabelsAndFirstRows,
    };
    params
}

/// What was taken, the eps among it, and what is dubious.
pub(super) fn say_eps(args: &TalkArgs, found: &Clusters) {
    let eps = found.events.model().eps();
    let eps = match found.eps_source {
        EpsSource::Default => format!("eps {eps:?} by default"),
        EpsSource::Proposed => format!("eps {eps:?}, proposed by the knee of the distances"),
        EpsSource::Given => format!("eps {eps:?}"),
    };
    say_intake(args, &found.intake, Some(eps), found.events.patterns().n_rows(), &found.read);
    warn_of_clusters(args, &found.warnings);
}

/// Says what is dubious about clusters, unless it is to be quiet, with the flag that mends it.
pub(super) fn warn_of_clusters(args: &TalkArgs, warnings: &[ClusterWarning]) {
    if args.quiet {
        return;
    }
    for warning in warnings {
        warn_line(&format!("warning: {warning}{}", remedy(warning)));
    }
}

fn remedy(warning: &ClusterWarning) -> &'static str {
    match warning {
        ClusterWarning::OneFeature { .. } => "; use --scale none, standard, robust or minmax",
        ClusterWarning::ConstantCategory { .. } => "; leave it out of --features",
        ClusterWarning::HeldRange { .. } => " (--scale robust)",
        ClusterWarning::Chain { .. } => "; see with --min-samples what is left of it",
        _ => "",
    }
}

/// Rows, patterns, clusters and noise in a line, the sizes of clusters in another.
pub(super) fn say_facts(args: &TalkArgs, found: &Clusters) {
    let patterns = found.events.patterns();
    let rows = counted(patterns.n_rows(), "row", "rows");
    say(args, &format!("{rows}, {} distinct; {}", patterns.len(), found.summary()));
    if args.verbose && !found.events.clusters().is_empty() {
        let mut sizes: Vec<u64> = found.events.clusters().iter().map(Cluster::size).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
        warn_line(&format!("cluster sizes: {}", sizes.join(" ")));
    }
}
