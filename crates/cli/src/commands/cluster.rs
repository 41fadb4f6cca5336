//! `cluster`: rows collapse to patterns as they stream in, patterns are clustered, and what is
//! printed is one row a cluster and a noise event, or a label for every row.

mod picture; // what is drawn
mod print; // what is printed

use std::ops::ControlFlow;

use oddsift::dbscan;
use oddsift::eventcluster::{self, Cluster, EventClusters, NoiseRow, NoiseTimes};
use oddsift::features::{Recipe, SessionRule};
use oddsift::patterns::PatternTable;

use self::picture::Drawn;
pub(super) use self::picture::figure;
pub(super) use self::print::Clustered;
use crate::args::{ClusterArgs, Compat, Emit, Eps};
use crate::failure::Failure;
use crate::ingest::{IngestPlan, Ingested, Keep, ingest};
use crate::input::{Input, counted, say, threads, warn};
use crate::model_file::save_model;
use crate::output::Destination;
use crate::progress::Progress;
use crate::rows::RowPlan;
use crate::side_files::check_side_files;
use crate::source::Source;
use crate::space::{Space, refuse_repeated};
use crate::times::{time_column, warn_of_times};

pub(crate) fn run(args: &ClusterArgs) -> Result<(), Failure> {
    if args.with_input && args.emit != Emit::Labels {
        return Err(Failure::usage("--with-input goes with --emit labels; add it"));
    }
    refuse_repeated("--count-distinct", &args.count_distinct)?;
    let (output, inputs) = (args.output.output.as_deref(), [args.input.file.as_path()]);
    check_side_files(args.save_model.as_deref(), &args.plot, args.look(), output, &inputs)?;
    let source = if args.emit == Emit::Labels && args.with_input {
        Source::twice(&args.input)?
    } else {
        Source::once(&args.input)
    };
    let input = Input::open(&source, args.recipe.schema, &args.recipe.map)?;
    let Job { ingest: plan, features, eps, computed, time, template } = Job::plan(&input, args)?;
    let drawn = Drawn::plan(&input, args, plan.rows.recipe.names(), template)?;
    let columns = input.columns.clone();
    let process = input.roles.path.map(|column| (column, input.path_separator()));
    let destination = Destination::open(&args.output, &inputs)?;
    let feed = input.into_feed(args.output.quiet);
    let (table, ingested) = ingest(feed, plan, threads(&args.input))?;
    let found = cluster(table, &ingested, eps, args)?;
    if args.emit == Emit::Exemplars {
        need_noise_rows(&found, &ingested, "use --emit labels")?;
    }
    warn(&args.output, &ingested.reader, &ingested.skipped);
    warn_of_times(ingested.reader.name(), &ingested.unread_times);
    say_facts(args, &found);
    if let Some(path) = &args.save_model {
        let model = found.model_with(features).map_err(Failure::data)?;
        save_model(path, &model, &inputs)?;
    }
    if let Some(drawn) = drawn {
        drawn.write(args, &found, &ingested)?;
    }
    let result = Clustered { args, columns, computed, time, template, process, ingested, found };
    match args.emit {
        Emit::Labels if args.with_input => result.print_labelled_input(&source, destination)?,
        Emit::Labels => result.print_labels(destination)?,
        Emit::Exemplars if destination.is_table() => result.print_table(destination)?,
        Emit::Exemplars => result.print_exemplars(destination)?,
    }
    let is_odd = result.found.n_noise_rows() > 0;
    if args.output.exit_status && !is_odd { Err(Failure::Nothing) } else { Ok(()) }
}

/// What is to be done, once the columns are known.
pub(super) struct Job {
    pub(super) ingest: IngestPlan,
    /// Makes the features of a saved model.
    pub(super) features: Recipe,
    pub(super) eps: Eps,
    /// The features that are no column of the file, by their place in the vector.
    pub(super) computed: Vec<(usize, String)>,
    pub(super) time: Option<usize>,
    pub(super) template: Option<usize>,
}

impl Job {
    pub(super) fn plan(input: &Input, args: &ClusterArgs) -> Result<Self, Failure> {
        let compat = args.compat == Some(Compat::Msticpy);
        let session_rule = if compat { SessionRule::ExactText } else { SessionRule::default() };
        let space = Space::plan(input, &args.space, &args.recipe, session_rule)?;
        let template = match &args.template {
            Some(name) => Some(input.column("--template", name)?),
            None => input.roles.command_line,
        };
        let features = space.features.recipe;
        let mut rows = RowPlan::new(input, &args.input, features.clone()).with_weight(space.weight);
        let time = time_column(input, args.time_column.as_deref(), Some(&args.recipe))?;
        if let Some(column) = time {
            rows = rows.with_time(input, &args.input, column, args.time_column.is_some())?;
        }
        let distinct: Result<Vec<usize>, Failure> = (args.count_distinct.iter())
            .map(|name| input.column("--count-distinct", name))
            .collect();
        let keep = match args.emit {
            Emit::Labels => {
                // A picture takes the first row of each pattern.
                Keep { labels: true, rows_below: args.plot.plot.as_ref().map(|_| 0.0) }
            }
            Emit::Exemplars => {
                Keep { labels: false, rows_below: Some(args.space.min_samples as f64) }
            }
        };
        Ok(Self {
            ingest: IngestPlan {
                rows,
                template,
                distinct: distinct?,
                keep,
                draws: None,
                counts_times: false,
            },
            features,
            eps: args.eps.unwrap_or(Eps::Given(space.usual_eps)),
            computed: space.features.computed,
            time,
            template,
        })
    }
}

pub(super) fn cluster(
    table: PatternTable,
    ingested: &Ingested,
    eps: Eps,
    args: &ClusterArgs,
) -> Result<EventClusters, Failure> {
    ingested.need_rows(&table)?;
    let noise_times = match args.compat {
        Some(Compat::Msticpy) => NoiseTimes::Shared,
        None => NoiseTimes::Own,
    };
    let params = EventClusters::params()
        .min_samples(args.space.min_samples)
        .metric(args.space.metric)
        .scaling(args.space.scale)
        .work_limit(args.work_limit)
        .noise_times(noise_times);
    let failed = |error| cluster_failure(ingested, error);
    let (eps, curve) = match eps {
        Eps::Given(eps) => {
            if args.eps.is_none() {
                say(&args.output, &format!("eps {eps:?} by default"));
            }
            (eps, None)
        }
        Eps::Auto => {
            let curve = params.k_distances(&table).map_err(failed)?;
            let eps = curve.propose_eps().ok_or_else(|| no_proposal(ingested))?;
            say(&args.output, &format!("eps {eps:?}, proposed by the knee of the distances"));
            (eps, Some(curve))
        }
    };
    let progress = Progress::of_steps(args.output.quiet);
    let tell = |it: dbscan::Progress| {
        progress.tell(it.done, it.total, it.step.to_string());
        ControlFlow::Continue(())
    };
    let found = params.eps(eps).fit_patterns_with(table, &tell).map_err(failed)?;
    progress.finish();
    let warnings = match curve {
        Some(curve) => found.advise(&curve).map(|advice| advice.warnings),
        None => found.warnings(),
    };
    for warning in warnings.map_err(failed)? {
        say(&args.output, &format!("beware: {warning}"));
    }
    Ok(found)
}

/// Beside negative weights a pattern can be noise although it weighs enough by itself, and then
/// not all of its rows were kept.
pub(super) fn need_noise_rows(
    found: &EventClusters,
    ingested: &Ingested,
    remedy: &str,
) -> Result<(), Failure> {
    let is_noise = |row: &&NoiseRow| found.pattern_label(row.pattern).is_noise();
    let n_kept = ingested.kept.iter().filter(is_noise).count() as u64;
    if n_kept == found.n_noise_rows() {
        return Ok(());
    }
    let what = "negative weights make noise of rows that were not kept";
    Err(Failure::data(format!("{}: {what}; {remedy}", ingested.reader.name())))
}

/// Columns by their names, parameters by their flags.
pub(crate) fn cluster_failure(ingested: &Ingested, error: eventcluster::Error) -> Failure {
    let name = ingested.reader.name();
    let column = |column: usize| ingested.recipe.names().get(column).map_or("", String::as_str);
    Failure::data(match error {
        eventcluster::Error::ScaleRange { column: place, scaling } => format!(
            "{name}: {} leaves the range of f64 under --scale {scaling}; use --scale none",
            column(place)
        ),
        eventcluster::Error::Dbscan(
            dbscan::Error::NonFiniteWeight { .. } | dbscan::Error::WeightsRange(_),
        ) => format!("{name}: the weights sum to more than can be held; divide --weight's column"),
        error => format!("{name}: {error}"),
    })
}

fn no_proposal(ingested: &Ingested) -> Failure {
    let what = "the distances have no knee that proposes an eps; look at `oddsift eps`, give --eps";
    Failure::data(format!("{}: {what}", ingested.reader.name()))
}

/// Rows, patterns, clusters and noise in a line, the sizes of clusters in another.
pub(super) fn say_facts(args: &ClusterArgs, found: &EventClusters) {
    let rows = counted(found.patterns().n_rows(), "row", "rows");
    let line =
        format!("{rows}, {} distinct; {}", found.patterns().len(), clusters_and_noise(found));
    say(&args.output, &line);
    if args.output.verbose && !found.clusters().is_empty() {
        let mut sizes: Vec<u64> = found.clusters().iter().map(Cluster::size).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
        say(&args.output, &format!("cluster sizes: {}", sizes.join(" ")));
    }
}

/// How many clusters and noise rows there are, in words.
pub(super) fn clusters_and_noise(found: &EventClusters) -> String {
    let n_noise = found.n_noise_rows();
    let share = 100.0 * n_noise as f64 / found.patterns().n_rows() as f64;
    let clusters = counted(found.clusters().len() as u64, "cluster", "clusters");
    let noise = counted(n_noise, "noise row", "noise rows");
    format!("{clusters}, {noise} ({share:.1}%)")
}
