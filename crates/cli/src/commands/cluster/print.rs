//! What `cluster` prints: exemplars, labels, a table for people.

use oddsift::dbscan::Label;
use oddsift::eventcluster::{Cluster, EventClusters, EventRow};
use oddsift::features::process_name;
use oddsift::records::{Cell, Record, RowStore};
use oddsift::timespan::{Timestamp, format_time};

use crate::args::{ClusterArgs, Compat};
use crate::cells::{feature_cell, input_cell, text_cell};
use crate::commands::{own_name, print_beside_input, print_rows, say_left_out};
use crate::failure::Failure;
use crate::ingest::Ingested;
use crate::output::Destination;
use crate::source::Source;
use crate::table::{TextCell, TextTable};

/// Where msticpy writes the first time of a cluster, over what is there.
const FIRST_TIME: &str = "TimeGenerated";

/// The result, with what is needed to print it.
pub(in crate::commands) struct Clustered<'a> {
    pub(in crate::commands) args: &'a ClusterArgs,
    /// The columns of the input.
    pub(in crate::commands) columns: Vec<String>,
    /// The features that are no column of the input, by their place in the vector.
    pub(in crate::commands) computed: Vec<(usize, String)>,
    pub(in crate::commands) time: Option<usize>,
    pub(in crate::commands) template: Option<usize>,
    /// The column of the path and what separates its parts.
    pub(in crate::commands) process: Option<(usize, &'static str)>,
    pub(in crate::commands) ingested: Ingested,
    pub(in crate::commands) found: EventClusters,
}

impl Clustered<'_> {
    fn own(&self, name: &str) -> String {
        own_name(&self.columns, name)
    }

    fn exemplar_columns(&self) -> Vec<String> {
        let mut names = self.columns.clone();
        names.extend(self.computed.iter().map(|(_, name)| self.own(name)));
        names.extend(["Clustered", "ClusterId", "ClusterSize"].map(|name| self.own(name)));
        names.extend(self.args.space.weight.as_ref().map(|_| self.own("ClusterWeight")));
        names.extend(self.adds_first_time().then(|| FIRST_TIME.to_owned()));
        names.extend(["FirstEventTime", "LastEventTime", "Template"].map(|name| self.own(name)));
        let counted = self.args.count_distinct.iter();
        names.extend(counted.map(|name| self.own(&format!("Distinct{name}"))));
        names
    }

    /// As in msticpy, whatever the column of the time is.
    fn writes_first_time(&self) -> bool {
        self.args.compat == Some(Compat::Msticpy) && self.time.is_some()
    }

    fn adds_first_time(&self) -> bool {
        self.writes_first_time() && !self.columns.iter().any(|name| name == FIRST_TIME)
    }

    fn event_rows(&self) -> Vec<EventRow> {
        self.found.rows_with(self.ingested.kept.clone())
    }

    pub(super) fn print_exemplars(&self, destination: Destination) -> Result<(), Failure> {
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
        let writes_time = self.writes_first_time();
        let input = self.columns.iter().enumerate().map(|(column, name)| {
            if writes_time && name == FIRST_TIME {
                texts.first()
            } else {
                record.map_or(Cell::Missing, |row| input_cell(row.text(column), row.kind(column)))
            }
        });
        let mut cells: Vec<Cell<'a>> = input.collect();
        let values = self.found.patterns().values(row.pattern);
        cells.extend(self.computed.iter().map(|(place, name)| {
            values.get(*place).map_or(Cell::Missing, |value| feature_cell(name, *value))
        }));
        cells.push(Cell::Bool(row.is_clustered()));
        cells.push(Cell::Int(row.label.to_i64()));
        cells.push(Cell::UInt(row.size));
        cells.extend(self.args.space.weight.as_ref().map(|_| Cell::Float(row.weight)));
        cells.extend(self.adds_first_time().then(|| texts.first()));
        let template = texts.template.as_deref().map_or(Cell::Missing, Cell::Text);
        cells.extend([texts.first(), texts.last(), template]);
        cells.extend(self.distinct_counts(row, distinct).into_iter().map(Cell::UInt));
        cells
    }

    /// How many values a row's cluster has in each counted column. A noise row has one, or none where
    /// it is missing.
    pub(in crate::commands) fn distinct_counts(
        &self,
        row: &EventRow,
        distinct: &[Vec<u64>],
    ) -> Vec<u64> {
        if let Some(cluster) = row.label.cluster() {
            return distinct.get(cluster as usize).cloned().unwrap_or_default();
        }
        let record = self.ingested.store.get(row.row);
        let has = |name: &String| {
            let column = self.columns.iter().position(|column| column == name)?;
            record?.text(column)
        };
        self.args.count_distinct.iter().map(|name| u64::from(has(name).is_some())).collect()
    }

    pub(super) fn print_table(&self, destination: Destination) -> Result<(), Failure> {
        let mut header = vec!["Size", "Cluster"];
        header.extend(self.process.iter().map(|_| "Process"));
        header.extend(self.template.map(|_| "Template"));
        header.extend(self.time.iter().flat_map(|_| ["First (UTC)", "Last (UTC)"]));
        let header = header.into_iter().map(str::to_owned);
        let mut table = TextTable::new(header.chain(self.feature_names().iter().cloned()));
        for row in &self.rarest_first() {
            table.push(row.label.is_noise(), self.table_cells(row));
        }
        let left_out = destination.table(&table)?;
        say_left_out(&self.args.output, &left_out, 0);
        Ok(())
    }

    /// For people: the rarest first, and of equals those seen first.
    pub(in crate::commands) fn rarest_first(&self) -> Vec<EventRow> {
        let mut rows = self.event_rows();
        rows.sort_by_key(|row| (row.size, row.row));
        rows
    }

    /// The label of a row, and the name of its process.
    pub(in crate::commands) fn names(&self, row: &EventRow) -> (String, Option<&str>) {
        let label = if row.label.is_noise() { "noise".to_owned() } else { row.label.to_string() };
        let process = self.process.map(|(column, separator)| {
            let record = self.ingested.store.get(row.row);
            process_name(record.and_then(|record| record.text(column)).unwrap_or(""), separator)
        });
        (label, process)
    }

    /// What a row is: its template, or an example where that tells nothing.
    pub(in crate::commands) fn what(&self, row: &EventRow) -> Option<String> {
        let record = self.ingested.store.get(row.row);
        let text = record.and_then(|record| record.text(self.template?)).unwrap_or("");
        self.template.map(|_| RowTexts::new(self, row).for_people(text))
    }

    fn table_cells(&self, row: &EventRow) -> Vec<TextCell> {
        let (label, process) = self.names(row);
        let mut cells = vec![TextCell::number(&row.size), TextCell::number(&label)];
        cells.extend(process.map(TextCell::text));
        cells.extend(self.what(row).map(|what| TextCell::text(&what)));
        if self.time.is_some() {
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

    fn feature_names(&self) -> &[String] {
        self.ingested.recipe.names()
    }

    pub(super) fn print_labels(&self, destination: Destination) -> Result<(), Failure> {
        let columns = ["row", "ClusterId", "IsCore"].map(str::to_owned);
        print_rows(&self.args.output, destination, &columns, |print| {
            for (row, pattern) in self.ingested.row_patterns.iter() {
                if let Some((label, is_core)) = self.label(pattern) {
                    print(&[Cell::UInt(row), Cell::Int(label.to_i64()), Cell::Bool(is_core)])?;
                }
            }
            Ok(())
        })
    }

    pub(super) fn print_labelled_input(
        &self,
        source: &Source<'_>,
        destination: Destination,
    ) -> Result<(), Failure> {
        let added = ["ClusterId", "IsCore"];
        print_beside_input(source, &self.args.output, destination, &self.columns, &added, |row| {
            let (label, is_core) = self.label(self.ingested.row_patterns.get(row)?)?;
            Some(vec![Cell::Int(label.to_i64()), Cell::Bool(is_core)])
        })
    }

    fn label(&self, pattern: usize) -> Option<(Label, bool)> {
        let model = self.found.model();
        Some((*model.labels().get(pattern)?, model.is_core(pattern)))
    }
}

/// The texts of a printed row that are made and not borrowed.
struct RowTexts {
    times: Option<(String, String)>,
    template: Option<String>,
}

impl RowTexts {
    fn new(result: &Clustered<'_>, row: &EventRow) -> Self {
        let times = row
            .times
            .map(|(first, last)| (format_time(first).to_string(), format_time(last).to_string()));
        let template = if let Some(cluster) = row.label.cluster() {
            let cluster = result.found.clusters().get(cluster as usize);
            cluster.and_then(Cluster::template).map(|template| template.to_string())
        } else {
            let record = result.ingested.store.get(row.row);
            let text = record.zip(result.template).and_then(|(row, column)| row.text(column));
            text.map(str::to_owned)
        };
        Self { times, template }
    }

    /// The template, or an example where masks have left nothing to read.
    fn for_people(&self, example: &str) -> String {
        let template = self.template.as_deref().unwrap_or("");
        let is_readable =
            template.split(|c: char| !c.is_alphanumeric()).any(|word| word.len() >= 3);
        if is_readable || example.is_empty() {
            template.to_owned()
        } else {
            format!("e.g. {example}")
        }
    }

    fn first(&self) -> Cell<'_> {
        self.times.as_ref().map_or(Cell::Missing, |(first, _)| Cell::Text(first))
    }

    fn last(&self) -> Cell<'_> {
        self.times.as_ref().map_or(Cell::Missing, |(_, last)| Cell::Text(last))
    }
}
