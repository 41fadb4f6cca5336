//! `report`: clusters, outliers and times of one pass over the rows, on one page.

mod clusters; // what is alike, and what is like no other
mod outliers; // the oddest patterns by a forest
mod times; // how many events were when

use std::path::Path;

use oddsift::eventcluster::Cluster;
use oddsift::patterns::{PatternId, PatternTable};
use oddsift::plot::{Figure, Labels, Page};
use oddsift::records::Output;
use oddsift::timespan::Timestamp;

use self::outliers::Odd;
use super::cluster::{Clustered, Job, cluster, figure, need_noise_rows, say_facts};
use crate::args::{ClusterArgs, Emit};
use crate::failure::Failure;
use crate::ingest::{IngestPlan, Ingested, Keep, ingest};
use crate::input::{Input, threads, warn};
use crate::picture::{plotted, write_whole};
use crate::source::Source;
use crate::space::refuse_repeated;
use crate::times::warn_of_times;

/// Characters of a text in a table.
const LONGEST_TEXT: usize = 300;

pub(crate) fn run(args: &ClusterArgs) -> Result<(), Failure> {
    let path = check(args)?;
    let source = Source::once(&args.input);
    let input = Input::open(&source, args.recipe.schema, &args.recipe.map)?;
    let Job { ingest: plan, eps, computed, time, template, .. } = Job::plan(&input, args)?;
    let label = match &args.plot_rows.plot_label {
        Some(name) => Some(input.column("--plot-label", name)?),
        None => template.or(input.roles.path),
    };
    let names = plan.rows.recipe.names().to_vec();
    let features = plotted(&args.plot_rows.plot_features, &names)?;
    let page_file = Output::file(path, &[&args.input.file])?;
    let columns = input.columns.clone();
    let process = input.roles.path.map(|column| (column, input.path_separator()));
    let (table, ingested) =
        ingest(input.into_feed(args.output.quiet), whole(plan), threads(&args.input))?;
    ingested.need_rows(&table)?;
    let odd = Odd::find(args, &table, &ingested)?;
    let found = cluster(table, &ingested, eps, args)?;
    need_noise_rows(&found, &ingested, "leave out the rows of negative weight")?;
    warn(&args.output, &ingested.reader, &ingested.skipped);
    warn_of_times(ingested.reader.name(), &ingested.unread_times);
    say_facts(args, &found);
    let labels = labels(args);
    let picture = figure(args, &found, &ingested, &names, features, label, labels);
    let result = Clustered { args, columns, computed, time, template, process, ingested, found };
    let report = Report { result, odd, names, features, label };
    let page = report.page(picture)?;
    write_whole(page_file, &page.to_html())?;
    let is_odd = report.result.found.n_noise_rows() > 0;
    if args.output.exit_status && !is_odd { Err(Failure::Nothing) } else { Ok(()) }
}

/// Refuses what does not go with a page; gives the page's file. Texts of a page are always as they are,
/// and it has no colours of a terminal, so `--raw` and `--color` hold.
fn check(args: &ClusterArgs) -> Result<&Path, Failure> {
    let other = [
        ("--emit", args.emit != Emit::Exemplars),
        ("--with-input", args.with_input),
        ("-t", args.output.format.is_some()),
        ("--plot", args.plot.plot.is_some()),
        ("--save-model", args.save_model.is_some()),
        ("--compat", args.compat.is_some()),
    ];
    if let Some((flag, _)) = other.iter().find(|(_, is_given)| *is_given) {
        return Err(Failure::usage(format!("{flag} does not go with a report; leave it out")));
    }
    refuse_repeated("--count-distinct", &args.count_distinct)?;
    match args.output.output.as_deref() {
        Some(path) if path != Path::new("-") => Ok(path),
        _ => Err(Failure::usage("a report goes to a file; name it by -o report.html")),
    }
}

/// Of the axes; the title is the page's.
fn labels(args: &ClusterArgs) -> Labels<'_> {
    Labels { title: None, ..args.plot.labels() }
}

/// As for clusters, with the pattern of each row and the times.
fn whole(plan: IngestPlan) -> IngestPlan {
    let rows_below = plan.keep.rows_below.or(Some(0.0));
    IngestPlan { keep: Keep { labels: true, rows_below }, counts_times: true, ..plan }
}

struct Report<'a> {
    result: Clustered<'a>,
    odd: Option<Odd>,
    names: Vec<String>,
    /// Those of the pictures' axes, where they are chosen.
    features: Option<(usize, usize)>,
    /// The column whose text tells what an event is.
    label: Option<usize>,
}

impl Report<'_> {
    fn page(&self, picture: Figure) -> Result<Page, Failure> {
        let args = self.result.args;
        let name = self.ingested().reader.name();
        let title = args.plot.title.clone().unwrap_or_else(|| format!("Odd ones in {name}"));
        let mut page = Page::new(&title).facts(&self.summary());
        page = clusters::on_page(page, self, picture);
        page = match (&self.odd, &args.space.weight) {
            (Some(odd), _) => odd.on_page(page, self)?,
            (None, Some(weight)) => outliers::left_out(page, weight),
            (None, None) => page,
        };
        page = times::on_page(page, self);
        Ok(page.heading("How this was made").facts(&self.parameters()))
    }

    fn ingested(&self) -> &Ingested {
        &self.result.ingested
    }

    fn patterns(&self) -> &PatternTable {
        self.result.found.patterns()
    }

    /// The features of a pattern.
    fn values(&self, pattern: PatternId) -> impl Iterator<Item = f64> {
        self.patterns().values(pattern).iter().copied()
    }

    fn summary(&self) -> Vec<(String, String)> {
        let (found, ingested) = (&self.result.found, self.ingested());
        let table = found.patterns();
        let n_rows = table.n_rows();
        let share = |n: u64| format!("{n} ({:.1}%)", 100.0 * n as f64 / n_rows.max(1) as f64);
        let mut facts = vec![
            ("Rows", n_rows.to_string()),
            ("Distinct", table.len().to_string()),
            ("Clusters", found.clusters().len().to_string()),
            ("Like no other", share(found.n_noise_rows())),
        ];
        if ingested.n_left_out() > 0 {
            facts.push(("Rows left out", ingested.n_left_out().to_string()));
        }
        let times = found.patterns().ids().filter_map(|id| table.times(id));
        let times = times.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        if let Some((first, last)) = times {
            facts.push(("Time (UTC)", format!("{} to {}", minute(first), minute(last))));
        }
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let (args, found) = (self.result.args, &self.result.found);
        let sizes = found.clusters().iter().map(Cluster::size);
        let mut facts = vec![
            ("File", self.ingested().reader.name().to_owned()),
            ("Features", self.names.join(", ")),
            ("Scaling", args.space.scale.to_string()),
            ("Distance", args.space.metric.to_string()),
            ("Largest distance of neighbours (eps)", format!("{:?}", found.model().eps())),
            ("Rows that make a core (min-samples)", args.space.min_samples.to_string()),
            ("Largest cluster", sizes.max().unwrap_or(0).to_string()),
        ];
        facts.extend(args.space.weight.iter().map(|column| ("Weight of a row", column.clone())));
        facts.push(("Program", concat!("oddsift ", env!("CARGO_PKG_VERSION")).to_owned()));
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// A text as it is, or its beginning.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}
