//! `features`: the input's columns, and the features made of them, row by row as they stream by.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use oddsift::features::{ProcessFeature, Recipe, Schema, SessionRule, process_name};
use oddsift::records::{Batch, Cell, Record, Row};

use crate::args::{FeatureArgs, FeaturesArgs};
use crate::cells::{feature_cell, input_cell, text_cell};
use crate::commands::{Print, TABLE_ROWS, print_batches, say_left_out};
use crate::failure::Failure;
use crate::feed::Batches;
use crate::input::{Input, counted, delimiter_hint, say, threads, warn};
use crate::output::Destination;
use crate::rows::{RowPlan, RowRoom, Taken, time_parser};
use crate::source::Source;
use crate::space::feature_options;
use crate::table::TextTable;

/// The text features of a column, by the end of their names.
const TEXT_FEATURES: [&str; 6] = ["len", "score", "tokens", "delims", "delimHash", "crc32"];

pub(crate) fn run(args: &FeaturesArgs) -> Result<(), Failure> {
    // No time is read here, but a wrong flag is wrong in every verb.
    time_parser(&args.input)?;
    let source = Source::once(&args.input);
    let input = Input::open(&source, args.features.schema, &args.features.map)?;
    let columns = OutputColumns::plan(&input, &args.features)?;
    let options = feature_options(&args.features, SessionRule::default());
    let recipe = input.recipe(&columns.features, &options)?;
    let columns = columns.with_separator(&recipe, &input);
    let rows = RowPlan::new(&input, &args.input, recipe);
    let destination = Destination::open(&args.output, &[&args.input.file])?;
    let (n_rows, n_added) = if destination.is_table() {
        print_table(input, args, &columns, &rows, destination)?
    } else {
        print_rows(input, args, &columns, &rows, destination)?
    };
    let rows = counted(n_rows, "row", "rows");
    let features = counted(n_added as u64, "feature", "features");
    say(&args.output, &format!("{rows}, {features} added"));
    if args.output.exit_status && n_rows == 0 { Err(Failure::Nothing) } else { Ok(()) }
}

/// The columns of the output.
struct OutputColumns {
    sources: Vec<(String, Origin)>,
    /// The names of the numeric features to compute.
    features: Vec<String>,
    path: Option<usize>,
    separator: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Input(usize),
    Feature(usize),
    ProcessName,
}

impl OutputColumns {
    fn plan(input: &Input, args: &FeatureArgs) -> Result<Self, Failure> {
        let as_input = |(column, name): (usize, &String)| (name.clone(), Origin::Input(column));
        let mut columns = Self {
            sources: input.columns.iter().enumerate().map(as_input).collect(),
            features: Vec::new(),
            path: input.roles.path,
            separator: String::new(),
        };
        for feature in input.roles.features() {
            columns.add(feature.name(), feature == ProcessFeature::ProcessName, args.force);
        }
        for name in &args.text {
            input.column("--text", name)?;
            for feature in TEXT_FEATURES {
                columns.add(&format!("{name}.{feature}"), false, args.force);
            }
        }
        if input.roles.features().is_empty() && args.text.is_empty() {
            return Err(nothing_to_add(input));
        }
        Ok(columns)
    }

    /// Adds a feature, or with `force` puts it in the place of the column that has its name.
    fn add(&mut self, name: &str, is_process_name: bool, force: bool) {
        let present = self.sources.iter().position(|(present, _)| present == name);
        if present.is_some() && !force {
            return;
        }
        let source = if is_process_name {
            Origin::ProcessName
        } else {
            self.features.push(name.to_owned());
            Origin::Feature(self.features.len() - 1)
        };
        match present.and_then(|place| self.sources.get_mut(place)) {
            Some((_, place)) => *place = source,
            None => self.sources.push((name.to_owned(), source)),
        }
    }

    fn with_separator(mut self, recipe: &Recipe, input: &Input) -> Self {
        let known = recipe.path_separator().unwrap_or_else(|| input.path_separator());
        known.clone_into(&mut self.separator);
        self
    }

    fn names(&self) -> Vec<String> {
        self.sources.iter().map(|(name, _)| name.clone()).collect()
    }

    fn n_added(&self) -> usize {
        self.sources.iter().filter(|(_, source)| !matches!(source, Origin::Input(_))).count()
    }

    fn cell<'a>(
        &self,
        (name, source): &(String, Origin),
        row: Row<'a>,
        values: &[f64],
    ) -> Cell<'a> {
        match *source {
            Origin::Input(column) => input_cell(row.text(column), row.kind(column)),
            Origin::Feature(place) => {
                values.get(place).map_or(Cell::Missing, |value| feature_cell(name, *value))
            }
            Origin::ProcessName => {
                let path = self.path.and_then(|column| row.text(column)).unwrap_or("");
                Cell::Text(process_name(path, &self.separator))
            }
        }
    }
}

fn nothing_to_add(input: &Input) -> Failure {
    Failure::data(format!(
        "{}:1: no column holds a process or a command line (NewProcessName, CommandLine and the like); \
         name them by --map CommandLine=COLUMN, or columns of text by --text{}{}; columns: {}",
        input.name,
        delimiter_hint(&input.columns),
        spelling_hint(&input.columns),
        input.column_list(),
    ))
}

/// A column that only its spelling keeps from being known.
fn spelling_hint(columns: &[String]) -> String {
    let roles = Schema::ALL.iter().flat_map(|schema| schema.process_columns());
    let alike = |role: &str| columns.iter().find(|name| name.trim().eq_ignore_ascii_case(role));
    let found = roles.into_iter().find_map(|role| Some((role, alike(role)?)));
    found.map_or_else(String::new, |(role, name)| format!("; did you mean --map {role}={name:?}?"))
}

/// Prints all rows, made by threads, in the order of the input.
fn print_rows(
    input: Input,
    args: &FeaturesArgs,
    columns: &OutputColumns,
    rows: &RowPlan,
    destination: Destination,
) -> Result<(u64, usize), Failure> {
    let feed = input.into_feed(args.output.quiet);
    let n_rows = AtomicU64::new(0);
    let (rooms, feed) = print_batches(
        feed,
        threads(&args.input),
        &args.output,
        destination,
        &columns.names(),
        RowRoom::default,
        |room, batch, print| {
            let made = write_batch(batch, columns, rows, room, print)?;
            n_rows.fetch_add(made, Ordering::Relaxed);
            Ok(())
        },
    )?;
    warn(&args.output, &feed.finish(), &RowRoom::merged(&rooms).skipped);
    Ok((n_rows.into_inner(), columns.n_added()))
}

fn write_batch(
    batch: &Batch,
    columns: &OutputColumns,
    rows: &RowPlan,
    room: &mut RowRoom,
    print: &mut Print<'_>,
) -> Result<u64, Failure> {
    let mut n_rows = 0;
    // Cells borrow from the row, so their room is that of a batch's worth at most.
    let mut cells: Vec<Cell<'_>> = Vec::with_capacity(columns.sources.len());
    for row in batch {
        if matches!(rows.take(row, room)?, Taken::Skipped) {
            continue;
        }
        cells.clear();
        cells.extend(columns.sources.iter().map(|column| columns.cell(column, row, &room.values)));
        print(&cells)?;
        n_rows += 1;
    }
    Ok(n_rows)
}

/// Prints the first rows as a table: time, process and command line first, then the features.
fn print_table(
    input: Input,
    args: &FeaturesArgs,
    columns: &OutputColumns,
    rows: &RowPlan,
    destination: Destination,
) -> Result<(u64, usize), Failure> {
    let order = table_order(&input, columns);
    let table = Mutex::new(TextTable::new(order.iter().map(|(name, _)| name.clone())));
    let n_rows = AtomicU64::new(0);
    let mut feed = input.into_feed(args.output.quiet);
    let rooms = feed.for_each(threads(&args.input), RowRoom::default, |room, place, batch| {
        for row in batch {
            if matches!(rows.take(row, room)?, Taken::Skipped) {
                continue;
            }
            n_rows.fetch_add(1, Ordering::Relaxed);
            let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
            // The first batch alone is shown, so that threads cannot mix the order.
            if place == 0 && table.len() < TABLE_ROWS {
                let cells =
                    order.iter().map(|column| text_cell(columns.cell(column, row, &room.values)));
                table.push(false, cells.collect());
            }
        }
        Ok(())
    })?;
    warn(&args.output, &feed.finish(), &RowRoom::merged(&rooms).skipped);
    let table = table.into_inner().unwrap_or_else(PoisonError::into_inner);
    let left_out = destination.table(&table)?;
    let n_rows = n_rows.into_inner();
    say_left_out(&args.output, &left_out, n_rows.saturating_sub(table.len() as u64));
    Ok((n_rows, columns.n_added()))
}

fn table_order<'a>(input: &Input, columns: &'a OutputColumns) -> Vec<&'a (String, Origin)> {
    let roles = &input.roles;
    let rank = |source: Origin| match source {
        Origin::Input(column) if Some(column) == roles.time => 0,
        Origin::ProcessName => 1,
        Origin::Input(column) if Some(column) == roles.command_line => 2,
        Origin::Feature(_) => 3,
        Origin::Input(_) => 4,
    };
    let mut order: Vec<_> = columns.sources.iter().collect();
    order.sort_by_key(|(_, source)| rank(*source));
    order
}
