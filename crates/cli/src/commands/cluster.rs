//! `cluster`: rows collapse to patterns as they stream in, patterns are clustered, and what is
//! printed is one row a cluster and a noise event, or a label for every row.

use oddsift::dbscan::Label;
use oddsift::eventcluster::{EventClusters, EventRow, NoiseTimes};
use oddsift::features::{ProcessFeature, SessionRule};
use oddsift::patterns::PatternTable;
use oddsift::records::{Batch, Cell, Position, Record, RowStore};
use oddsift::timespan::{Timestamp, format_time};

use crate::args::{ClusterArgs, Compat, Emit};
use crate::cells::{feature_cell, input_cell, text_cell};
use crate::commands::features::feature_options;
use crate::commands::{TABLE_ROWS, say_left_out};
use crate::failure::Failure;
use crate::ingest::{IngestPlan, Ingested, Keep, NO_PATTERN, ingest};
use crate::input::{Input, say, threads, warn, warn_line};
use crate::output::Destination;
use crate::rows::RowPlan;
use crate::source::Source;
use crate::table::{TextCell, TextTable};

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
    let job = Job::plan(&input, args)?;
    let columns = input.columns.clone();
    let destination = Destination::open(&args.output, &args.input)?;
    let feed = input.into_feed(args.output.quiet);
    let (table, ingested) = ingest(feed, job.ingest, threads(&args.input))?;
    let found = cluster(table, &ingested, job.printing.eps, args)?;
    warn(&ingested.reader, &ingested.skipped);
    warn_of_times(&ingested);
    say_facts(args, &found);
    let result = Clustered { args, columns, ingested, found, job: job.printing };
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
    printing: Printing,
}

/// What printing needs to know.
struct Printing {
    /// The features that are no column of the file, by their place in the vector.
    computed: Vec<(usize, String)>,
    time: Option<usize>,
    template: Option<usize>,
    eps: f64,
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
        let texts = [input.roles.path, input.roles.command_line, template];
        let rows = RowPlan::new(input, &args.input, recipe, texts.into_iter().flatten().collect());
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
        Ok(Self {
            ingest,
            printing: Printing { computed, time, template, eps: args.eps.unwrap_or(usual_eps) },
        })
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
        let mut sizes: Vec<u64> = found.clusters().iter().map(|cluster| cluster.size()).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
        say(&args.output, &format!("cluster sizes: {}", sizes.join(" ")));
    }
}

/// The result, with what is needed to print it.
struct Clustered<'a> {
    args: &'a ClusterArgs,
    columns: Vec<String>,
    ingested: Ingested,
    found: EventClusters,
    job: Printing,
}

impl Clustered<'_> {
    /// A column of ours, under another name where the file has that one already.
    fn own(&self, name: &str) -> String {
        if self.columns.iter().any(|column| column == name) {
            format!("oddsift.{name}")
        } else {
            name.to_owned()
        }
    }

    fn exemplar_columns(&self) -> Vec<String> {
        let mut names = self.columns.clone();
        names.extend(self.job.computed.iter().map(|(_, name)| self.own(name)));
        names.extend(["Clustered", "ClusterId", "ClusterSize"].map(|name| self.own(name)));
        names.extend(self.args.weight.as_ref().map(|_| self.own("ClusterWeight")));
        names.extend(["FirstEventTime", "LastEventTime", "Template"].map(|name| self.own(name)));
        let counted = self.args.count_distinct.iter();
        names.extend(counted.map(|name| self.own(&format!("Distinct{name}"))));
        names
    }

    fn event_rows(&self) -> Vec<EventRow> {
        self.found.rows_with(self.ingested.kept.clone())
    }

    fn print_exemplars(&self, destination: Destination) -> Result<(), Failure> {
        let mut writer = destination.rows(&self.exemplar_columns())?;
        let distinct = self.found.distinct_by_cluster();
        for row in self.event_rows() {
            let texts = RowTexts::new(self, &row);
            let cells = self.exemplar_cells(&row, &self.ingested.store, &texts, &distinct);
            writer.write_row(&cells)?;
        }
        writer.finish()?.finish()
    }

    fn exemplar_cells<'a>(
        &'a self,
        row: &EventRow,
        store: &'a RowStore,
        texts: &'a RowTexts,
        distinct: &[Vec<u64>],
    ) -> Vec<Cell<'a>> {
        let record = store.get(row.row);
        let overwrites_time = self.args.compat == Some(Compat::Msticpy);
        let input = (0..self.columns.len()).map(|column| {
            if overwrites_time && Some(column) == self.job.time {
                texts.first()
            } else {
                record.map_or(Cell::Missing, |row| input_cell(row.text(column), row.kind(column)))
            }
        });
        let mut cells: Vec<Cell<'a>> = input.collect();
        let values = self.found.patterns().values(row.pattern);
        cells.extend(self.job.computed.iter().map(|(place, name)| {
            values.get(*place).map_or(Cell::Missing, |value| feature_cell(name, *value))
        }));
        cells.push(Cell::Bool(row.is_clustered()));
        cells.push(Cell::Int(row.label.to_i64()));
        cells.push(Cell::UInt(row.size));
        cells.extend(self.args.weight.as_ref().map(|_| Cell::Float(row.weight)));
        cells.extend([texts.first(), texts.last(), Cell::Text(&texts.template)]);
        cells.extend(self.distinct_cells(row, distinct));
        cells
    }

    /// A noise row has one value in each counted column, or none where it is missing.
    fn distinct_cells(&self, row: &EventRow, distinct: &[Vec<u64>]) -> Vec<Cell<'static>> {
        let counts = match row.label.cluster() {
            Some(cluster) => distinct.get(cluster as usize).cloned().unwrap_or_default(),
            None => {
                let record = self.ingested.store.get(row.row);
                let columns = self.args.count_distinct.iter();
                let place = |name: &String| self.columns.iter().position(|column| column == name);
                let has =
                    |name: &String| {
                        u64::from(record.is_some_and(|record| {
                            place(name).and_then(|c| record.text(c)).is_some()
                        }))
                    };
                columns.map(has).collect()
            }
        };
        counts.into_iter().map(Cell::UInt).collect()
    }

    /// A table for people: the rarest first, and of equals those seen first.
    fn print_table(&self, destination: Destination) -> Result<(), Failure> {
        let mut rows = self.event_rows();
        rows.sort_by_key(|row| (row.size, row.row));
        let mut header = vec!["Size", "Cluster"];
        header.extend(self.job.template.map(|_| "Template"));
        header.extend(self.job.time.iter().flat_map(|_| ["First (UTC)", "Last (UTC)"]));
        let header = header.into_iter().map(str::to_owned);
        let mut table = TextTable::new(header.chain(self.feature_names().iter().cloned()));
        for row in &rows {
            table.push(row.label.is_noise(), self.table_cells(row));
        }
        let left_out = destination.table(&table)?;
        say_left_out(&self.args.output, &left_out, 0);
        Ok(())
    }

    fn table_cells(&self, row: &EventRow) -> Vec<TextCell> {
        let texts = RowTexts::new(self, row);
        let label = if row.label.is_noise() { "noise".to_owned() } else { row.label.to_string() };
        let mut cells = vec![TextCell::number(row.size), TextCell::number(label)];
        cells.extend(self.job.template.map(|_| TextCell::text(&texts.template)));
        if self.job.time.is_some() {
            let to_seconds = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M:%S").to_string();
            let time = |time: Option<Timestamp>| {
                TextCell::whole(time.map_or_else(String::new, to_seconds))
            };
            cells.extend([
                time(row.times.map(|times| times.0)),
                time(row.times.map(|times| times.1)),
            ]);
        }
        let values = self.found.patterns().values(row.pattern).iter();
        let features = self.feature_names().iter().zip(values);
        cells.extend(features.map(|(name, value)| text_cell(feature_cell(name, *value))));
        cells
    }

    /// The names of the features, without the weight that follows them in the vector.
    fn feature_names(&self) -> &[String] {
        let names = self.ingested.recipe.names();
        let n_features = names.len() - usize::from(self.args.weight.is_some());
        names.get(..n_features).unwrap_or(names)
    }

    fn print_labels(&self, destination: Destination) -> Result<(), Failure> {
        let columns = ["row", "ClusterId", "IsCore"].map(str::to_owned);
        self.print(destination, &columns, |print| {
            for (row, pattern) in self.ingested.row_patterns.iter().enumerate() {
                if let Some((label, is_core)) = self.label(*pattern) {
                    let row = Cell::UInt(row as u64);
                    print(&[row, Cell::Int(label.to_i64()), Cell::Bool(is_core)])?;
                }
            }
            Ok(())
        })
    }

    /// Reads the input once more, row by row beside the labels.
    fn print_labelled_input(
        &self,
        source: &Source<'_>,
        destination: Destination,
    ) -> Result<(), Failure> {
        let mut columns = vec![self.own("row")];
        columns.extend(self.columns.iter().cloned());
        columns.extend([self.own("ClusterId"), self.own("IsCore")]);
        self.print(destination, &columns, |print| {
            let mut reader = source.open()?;
            let mut batch = Batch::new();
            while reader.next_batch(&mut batch)? {
                for row in batch.iter() {
                    let place = usize::try_from(row.row()).ok();
                    let pattern = place.and_then(|place| self.ingested.row_patterns.get(place));
                    let Some((label, is_core)) = pattern.and_then(|p| self.label(*p)) else {
                        continue;
                    };
                    let mut cells = vec![Cell::UInt(row.row())];
                    cells.extend(
                        (0..self.columns.len())
                            .map(|column| input_cell(row.text(column), row.kind(column))),
                    );
                    cells.extend([Cell::Int(label.to_i64()), Cell::Bool(is_core)]);
                    print(&cells)?;
                }
            }
            Ok(())
        })
    }

    fn label(&self, pattern: u32) -> Option<(Label, bool)> {
        if pattern == NO_PATTERN {
            return None;
        }
        let model = self.found.model();
        let label = *model.labels().get(pattern as usize)?;
        Some((label, model.is_core(pattern as usize)))
    }

    /// Rows for programs, or the first ones as a table.
    fn print(
        &self,
        destination: Destination,
        columns: &[String],
        rows: impl FnOnce(&mut dyn FnMut(&[Cell<'_>]) -> Result<(), Failure>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if !destination.is_table() {
            let mut writer = destination.rows(columns)?;
            rows(&mut |cells| Ok(writer.write_row(cells)?))?;
            return writer.finish()?.finish();
        }
        let mut table = TextTable::new(columns.iter().cloned());
        let mut n_more = 0_u64;
        rows(&mut |cells| {
            if table.len() < TABLE_ROWS {
                table.push(false, cells.iter().map(|cell| text_cell(*cell)).collect());
            } else {
                n_more += 1;
            }
            Ok(())
        })?;
        let left_out = destination.table(&table)?;
        say_left_out(&self.args.output, &left_out, n_more);
        Ok(())
    }
}

/// The texts of a printed row that are made and not borrowed.
struct RowTexts {
    times: Option<(String, String)>,
    template: String,
}

impl RowTexts {
    fn new(result: &Clustered<'_>, row: &EventRow) -> Self {
        let times = row
            .times
            .map(|(first, last)| (format_time(first).to_string(), format_time(last).to_string()));
        let template = match row.label.cluster() {
            Some(cluster) => {
                let cluster = result.found.clusters().get(cluster as usize);
                cluster.and_then(|cluster| cluster.template()).map(|template| template.to_string())
            }
            None => {
                let record = result.ingested.store.get(row.row);
                let text = record.zip(result.job.template).and_then(|(r, column)| r.text(column));
                text.map(str::to_owned)
            }
        };
        Self { times, template: template.unwrap_or_default() }
    }

    fn first(&self) -> Cell<'_> {
        self.times.as_ref().map_or(Cell::Missing, |(first, _)| Cell::Text(first))
    }

    fn last(&self) -> Cell<'_> {
        self.times.as_ref().map_or(Cell::Missing, |(_, last)| Cell::Text(last))
    }
}
