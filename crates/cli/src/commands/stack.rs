//! `stack`: combinations of values counted as rows stream in, the rare ones first.

use std::sync::{Mutex, PoisonError};

use oddsift::features::{FeatureOptions, SchemaChoice};
use oddsift::outliers::{Stack, Stacked};
use oddsift::records::{Batch, Cell, Record};
use oddsift::timespan::format_time;

use crate::args::StackArgs;
use crate::commands::{own_name, print_rows};
use crate::failure::Failure;
use crate::feed::Batches;
use crate::input::{Input, say, threads, warn};
use crate::output::Destination;
use crate::rows::{RowPlan, RowRoom, Taken};
use crate::source::Source;
use crate::space::refuse_repeated;
use crate::times::{time_column, warn_of_times};

/// What is printed behind the named columns.
const ADDED: [&str; 4] = ["count", "first_time", "last_time", "first_row"];

pub(crate) fn run(args: &StackArgs) -> Result<(), Failure> {
    refuse_repeated("--by", &args.by)?;
    let input = Input::open(&Source::once(&args.input), SchemaChoice::Auto, &[])?;
    let by: Result<Vec<usize>, Failure> =
        args.by.iter().map(|name| input.column("--by", name)).collect();
    let by = by?;
    let mut rows =
        RowPlan::new(&input, &args.input, input.recipe(&[], &FeatureOptions::default())?);
    if let Some(column) = time_column(&input, args.time_column.as_deref(), None)? {
        rows = rows.with_time(&input, &args.input, column, args.time_column.is_some())?;
    }
    let destination = Destination::open(&args.output, &[&args.input.file])?;
    // One stack for all threads: memory follows the distinct combinations, however many threads.
    let stack = Mutex::new(Stack::new(by.len()));
    let mut feed = input.into_feed(args.output.quiet);
    let rooms = feed.for_each(threads(&args.input), RowRoom::default, |room, _, batch| {
        count(batch, &by, &rows, room, &stack)
    })?;
    let room = RowRoom::merged(&rooms);
    rows.need_one_kind_of_time(&room)?;
    let reader = feed.finish();
    warn(&args.output, &reader, &room.skipped);
    warn_of_times(reader.name(), &room.unread_times);
    let stack = stack.into_inner().unwrap_or_else(PoisonError::into_inner);
    let rare = stack.rare(args.max_count);
    say(
        &args.output,
        &format!(
            "{} combinations, {} of them in at most {} rows",
            stack.len(),
            rare.len(),
            args.max_count
        ),
    );
    print(args, destination, &rare)?;
    if args.output.exit_status && rare.is_empty() { Err(Failure::Nothing) } else { Ok(()) }
}

fn count(
    batch: &Batch,
    by: &[usize],
    rows: &RowPlan,
    room: &mut RowRoom,
    stack: &Mutex<Stack>,
) -> Result<(), Failure> {
    let mut taken = Vec::with_capacity(batch.len());
    for row in batch {
        if let Taken::Row { time, .. } = rows.take(row, room)? {
            taken.push((row, time));
        }
    }
    let mut stack = stack.lock().unwrap_or_else(PoisonError::into_inner);
    let mut values = Vec::with_capacity(by.len());
    for (row, time) in taken {
        values.clear();
        values.extend(by.iter().map(|column| row.text(*column)));
        stack.add(&values, row.row(), time).map_err(Failure::data)?;
    }
    Ok(())
}

fn print(args: &StackArgs, destination: Destination, rare: &[Stacked<'_>]) -> Result<(), Failure> {
    let is_table = destination.is_table();
    let mut columns = args.by.clone();
    columns.extend(ADDED.map(|name| own_name(&args.by, name)));
    // For people the count comes first, lest there is no room for it.
    let first = columns.get_mut(..=args.by.len()).unwrap_or_default();
    first.rotate_right(usize::from(is_table));
    print_rows(&args.output, destination, &columns, |print| {
        for stacked in rare {
            let (first, last) = stacked.times().unzip();
            let [first, last] =
                [first, last].map(|time| time.map(|time| format_time(time).to_string()));
            let mut cells: Vec<Cell<'_>> =
                stacked.values().map(|value| value.map_or(Cell::Missing, Cell::Text)).collect();
            cells.push(Cell::UInt(stacked.count()));
            cells.rotate_right(usize::from(is_table));
            cells.extend(
                [&first, &last].map(|time| time.as_deref().map_or(Cell::Missing, Cell::Text)),
            );
            cells.push(Cell::UInt(stacked.first_row()));
            print(&cells)?;
        }
        Ok(())
    })
}
