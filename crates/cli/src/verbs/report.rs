//! `report`: what to read first, clusters, outliers and times, on one page.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::{Path, PathBuf};

use clap::Args;
use oddsift::pipeline::{Eps, Error, Hunted, Known};
use oddsift::plot::{Labels, ReportParams};
use oddsift::records::Output;

use crate::args::{FeatureArgs, InputArgs, PlotRowsArgs, TalkArgs};
use crate::failure::{Failure, need_finds};
use crate::picture::{plotted, write_whole};
use crate::progress::Bar;
use crate::say::{counted, warn, warn_line, warn_of_times};
use crate::values::{eps, work_limit};
use crate::verbs::cluster::args::SpaceArgs;
use crate::verbs::cluster::{say_eps, say_facts};

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift report events.csv -o report.html
      4688, Sysmon, Defender and Linux process events need no flags
  oddsift report flows.csv --features bytes,packets --scale robust --eps auto -o flows.html
  oddsift report tuesday.csv --known monday.csv -o tuesday.html
      what to read first is what is new since Monday
  zcat events.ndjson.gz | oddsift report - --time-column Timestamp --title 'host 7, May' -o host7.html";

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    space: SpaceArgs,
    /// Leave out of what to read first what was seen before: in a log, or in a model of `hunt`
    #[arg(long, value_name = "FILE", conflicts_with = "weight", help_heading = "Hunt")]
    known: Option<PathBuf>,
    /// Largest distance of neighbours, after scaling; `auto` is what `eps` proposes
    ///
    /// Without: 0.01; where --features is left out, too, and process features are taken, 0.0001.
    #[arg(long, value_name = "EPS", value_parser = eps, help_heading = "Clustering")]
    #[arg(allow_negative_numbers = true)]
    eps: Option<Eps>,
    /// Stop with an error after so much work, counted in distances and tree nodes
    #[arg(long, value_name = "N", value_parser = work_limit, help_heading = "Clustering")]
    work_limit: Option<u64>,
    /// Column of the time; without, the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime
    #[arg(long, value_name = "COLUMN", help_heading = "Clustering")]
    time_column: Option<String>,
    /// Columns, such as hosts or users, whose distinct values are counted in each cluster
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', help_heading = "Clustering")]
    count_distinct: Vec<String>,
    /// Column whose common text is a cluster's template; without, the command line
    #[arg(long, value_name = "COLUMN", help_heading = "Clustering")]
    template: Option<String>,
    #[command(flatten)]
    recipe: FeatureArgs,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    plot_rows: PlotRowsArgs,
}

/// The page.
#[derive(Debug, Args)]
#[command(next_help_heading = "Page")]
pub(crate) struct PageArgs {
    /// Write the page to FILE, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Title of the page
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    title: Option<String>,
    /// Label of the x axis
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    xlabel: Option<String>,
    /// Label of the y axis
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    ylabel: Option<String>,
    /// Clusters of fewer rows are set apart in the picture; without, 3
    #[arg(long, value_name = "N")]
    cut_off: Option<u64>,
    #[command(flatten)]
    pub(crate) talk: TalkArgs,
}

pub(crate) fn run(args: &ReportArgs) -> Result<(), Failure> {
    let path = match args.page.output.as_deref() {
        Some(path) if path != Path::new("-") => path,
        _ => return Err(Failure::usage("a report goes to a file; name it by -o report.html")),
    };
    let mut read = args.input.paths();
    read.extend(args.known.as_deref());
    let page_file = Output::file(path, &read)?;
    let talk = &args.page.talk;
    let bar = Bar::new(talk.quiet);
    let input = args.recipe.roles(args.input.input(&bar)?);
    let found = params(args, &bar)?.find(&input).map_err(|error| match error {
        // A page has no labels to ask for.
        Error::NoiseNotKept { name } => Failure::data(format!(
            "{name}: negative weights make noise of rows that were not kept; leave out the rows of \
             negative weight"
        )),
        error => error.into(),
    })?;
    bar.finish();
    let clusters = &found.clusters;
    if let Some(reason) = found.unranked {
        let name = input.name();
        warn_line(&format!(
            "{name}: the page does not say what to read first: {reason}; `oddsift hunt --by` takes others"
        ));
    }
    say_eps(talk, clusters);
    warn(talk, &clusters.read);
    warn_of_times(&clusters.read);
    say_facts(talk, clusters);
    say_known(args, found.hunted.as_ref());
    let mut report = found.report();
    report.title.clone_from(&args.page.title);
    report.features = plotted(&args.plot_rows.plot_features, clusters.features())?;
    report.label = clusters.label_column(args.plot_rows.plot_label.as_deref())?;
    report.cut_off = args.page.cut_off;
    let (x, y) = (args.page.xlabel.as_deref(), args.page.ylabel.as_deref());
    report.labels = Labels { title: None, x, y };
    write_whole(page_file, &report.page().map_err(Failure::data)?.to_html())?;
    need_finds(talk.exit_status, clusters.events.n_noise_rows())
}

fn params(args: &ReportArgs, bar: &Bar) -> Result<ReportParams, Failure> {
    let mut report = ReportParams::new();
    let params = &mut report.clusters;
    args.space.set(params, args.recipe.choice(&args.space.features, None));
    params.clustering = params.clustering.work_limit(args.work_limit);
    params.eps = args.eps;
    params.time_column.clone_from(&args.time_column);
    params.template.clone_from(&args.template);
    params.count_distinct.clone_from(&args.count_distinct);
    report.seed = args.input.seed;
    if let Some(path) = &args.known {
        let log = args.recipe.roles(args.input.input_of(path, bar));
        report.known = Some(Known::open(path, log)?);
    }
    Ok(report)
}

fn say_known(args: &ReportArgs, hunted: Option<&Hunted>) {
    let Some(hunt) = hunted.map(|found| &found.hunt).filter(|_| args.known.is_some()) else {
        return;
    };
    if !args.page.talk.quiet {
        let lines = counted(hunt.n_known_lines(), "line", "lines");
        let rows = counted(hunt.n_known_seen(), "row", "rows");
        warn_line(&format!("known and left out of what to read first: {lines} of {rows}"));
    }
}
