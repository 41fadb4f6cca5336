//! `cluster`: rows collapse to patterns as they stream in, patterns are clustered, and what is
//! printed is one row a cluster and a noise event, or a label for every row.

mod print; // what is printed

use oddsift::eventcluster::{Cluster, EventClusters, NoiseTimes};
use oddsift::features::{ProcessFeature, SessionRule};
use oddsift::patterns::PatternTable;
use oddsift::records::Position;

use self::print::Clustered;
use crate::args::{ClusterArgs, Compat, Emit};
use crate::commands::features::feature_options;
use crate::failure::Failure;
use crate::ingest::{IngestPlan, Ingested, Keep, ingest};
use crate::input::{Input, say, threads, warn, warn_line};
use crate::output::Destination;
use crate::rows::RowPlan;
use crate::source::Source;

/// What process events are clustered by where no features are named: msticpy's own example.
const PROCESS_FEATURES: [ProcessFeature; 3] = [
    ProcessFeature::PathScore,
    ProcessFeature::CommandlineTokensFull,
    ProcessFeature::IsSystemSession,
];
/// The distance for them, under which that example shows what is odd, and the one for others.
const PROCESS_EPS: f64 = 0.0001;
const DEFAULT_EPS: f64 = 0.01;
/// The time columns of process schemas, where none is named.
const TIME_COLUMNS: [&str; 4] = ["TimeCreatedUtc", "TimeGenerated", "Timestamp", "UtcTime"];

pub(crate) fn run(args: &ClusterArgs) -> Result<(), Failure> {
    let source = if args.emit == Emit::Labels && args.with_input {
        Source::twice(&args.input)?
    } else {
        Source::once(&args.input)
    };
    let input = Input::open(&source, &args.recipe)?;
    let Job { ingest: plan, eps, computed, time, template } = Job::plan(&input, args)?;
    let columns = input.columns.clone();
    let process = input.roles.path.map(|column| (column, input.path_separator()));
    let destination = Destination::open(&args.output, &args.input)?;
    let feed = input.into_feed(args.output.quiet);
    let (table, ingested) = ingest(feed, plan, threads(&args.input))?;
    let found = cluster(table, &ingested, eps, args)?;
    warn(&ingested.reader, &ingested.skipped);
    warn_of_times(&ingested);
    say_facts(args, &found);
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
struct Job {
    ingest: IngestPlan,
    eps: f64,
    /// The features that are no column of the file, by their place in the vector.
    computed: Vec<(usize, String)>,
    time: Option<usize>,
    template: Option<usize>,
}

impl Job {
    fn plan(input: &Input, args: &ClusterArgs) -> Result<Self, Failure> {
        if input.head.is_empty() {
            let what = "there are no data rows; give at least one";
            return Err(Failure::data(format!("{}: {what}", input.name)));
        }
        let (mut features, usual_eps) = match args.features.as_slice() {
            [] => default_features(input)?,
            named => (named.to_vec(), DEFAULT_EPS),
        };
        let is_computed = |name: &String| args.recipe.force || !input.columns.contains(name);
        let computed = features.iter().cloned().enumerate().filter(|(_, name)| is_computed(name));
        let computed = computed.collect();
        if let Some(weight) = &args.weight {
            input.column("--weight", weight)?;
            features.push(weight.clone());
        }
        let compat = args.compat == Some(Compat::Msticpy);
        let session_rule = if compat { SessionRule::ExactText } else { SessionRule::default() };
        let recipe = input.recipe(&features, &feature_options(&args.recipe, session_rule))?;
        let template = match &args.template {
            Some(name) => Some(input.column("--template", name)?),
            None => input.roles.command_line,
        };
        let rows = RowPlan::new(input, &args.input, recipe);
        let time = time_column(input, args)?;
        let rows = match time {
            Some(column) => {
                rows.with_time(input, &args.input, column, args.time_column.is_some())?
            }
            None => rows,
        };
        let distinct: Result<Vec<usize>, Failure> = (args.count_distinct.iter())
            .map(|name| input.column("--count-distinct", name))
            .collect();
        // Of weighted rows it is not known before the end which are noise.
        let keep_below = if args.weight.is_some() { u64::MAX } else { args.min_samples as u64 };
        let keep = match args.emit {
            Emit::Labels => Keep::Labels,
            Emit::Exemplars => Keep::RowsBelow(keep_below),
        };
        let ingest = IngestPlan { rows, template, distinct: distinct?, keep };
        Ok(Self { ingest, eps: args.eps.unwrap_or(usual_eps), computed, time, template })
    }
}

/// Process features where the file is known for process events, else its numeric columns.
fn default_features(input: &Input) -> Result<(Vec<String>, f64), Failure> {
    let roles = &input.roles;
    if roles.path.is_some() && roles.command_line.is_some() {
        let there = roles.features();
        let known = PROCESS_FEATURES.iter().filter(|feature| there.contains(feature));
        let names = known.map(|feature| feature.name().to_owned());
        return Ok((names.collect(), PROCESS_EPS));
    }
    let is_numeric = |column: usize| {
        let mut texts = input.head.iter().filter_map(|row| row.text(column)).peekable();
        texts.peek().is_some() && texts.all(|text| text.trim().parse::<f64>().is_ok())
    };
    let names = input.columns.iter().enumerate();
    let numeric = names.filter(|(column, name)| !name.is_empty() && is_numeric(*column));
    let numeric: Vec<String> = numeric.map(|(_, name)| name.clone()).collect();
    if numeric.is_empty() {
        let columns = input.column_list();
        let what = "no numeric column to cluster by; name features by --features";
        return Err(Failure::data(format!("{}:1: {what}; columns: {columns}", input.name)));
    }
    Ok((numeric, DEFAULT_EPS))
}

fn time_column(input: &Input, args: &ClusterArgs) -> Result<Option<usize>, Failure> {
    if let Some(name) = &args.time_column {
        return input.column("--time-column", name).map(Some);
    }
    let named = |name: &&str| input.columns.iter().position(|column| column == name);
    Ok(TIME_COLUMNS.iter().find_map(named))
}

fn cluster(
    table: PatternTable,
    ingested: &Ingested,
    eps: f64,
    args: &ClusterArgs,
) -> Result<EventClusters, Failure> {
    if table.is_empty() {
        let name = ingested.reader.name();
        let what = "all data rows were skipped; there are none to cluster";
        let first = ingested.skipped.first().or(ingested.reader.summary().skipped().first());
        let place = first.map_or_else(|| name.to_owned(), |first| format!("{name}:{}", first.line));
        let reason = first.map_or("", |first| &first.reason);
        return Err(Failure::data(format!("{place}: {what}: {reason}")));
    }
    let noise_times = match args.compat {
        Some(Compat::Msticpy) => NoiseTimes::Shared,
        None => NoiseTimes::Own,
    };
    EventClusters::params()
        .eps(eps)
        .min_samples(args.min_samples)
        .metric(args.metric)
        .scaling(args.scale)
        .noise_times(noise_times)
        .fit_patterns(table, args.weight.is_some())
        .map_err(|error| Failure::data(format!("{}: {error}", ingested.reader.name())))
}

/// Says which times of a column that nobody named were not read.
fn warn_of_times(ingested: &Ingested) {
    let log = &ingested.unread_times;
    let Some(first) = log.first() else { return };
    let place = Position::new(ingested.reader.name(), first.line, first.column);
    let count = log.count();
    let times = if count == 1 { "1 time is" } else { &format!("{count} times are") };
    warn_line(&format!(
        "{place}: {times} left out, the first: {}; name the column by --time-column to be strict",
        first.reason
    ));
}

/// Rows, patterns, clusters and noise in a line, the sizes of clusters in another.
fn say_facts(args: &ClusterArgs, found: &EventClusters) {
    let n_rows = found.patterns().n_rows();
    let n_noise = found.n_noise_rows();
    let share = 100.0 * n_noise as f64 / n_rows as f64;
    say(
        &args.output,
        &format!(
            "{n_rows} rows, {} distinct; {} clusters, {n_noise} noise rows ({share:.1}%)",
            found.patterns().len(),
            found.clusters().len()
        ),
    );
    if args.output.verbose {
        let mut sizes: Vec<u64> = found.clusters().iter().map(Cluster::size).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
        say(&args.output, &format!("cluster sizes: {}", sizes.join(" ")));
    }
}
