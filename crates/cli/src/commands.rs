//! The verbs, a module each, and what they share.

pub(crate) mod auditd;
pub(crate) mod cluster;
pub(crate) mod eps;
pub(crate) mod features;
pub(crate) mod outliers;
pub(crate) mod periods;
pub(crate) mod report;
pub(crate) mod score;
pub(crate) mod series;
pub(crate) mod shell;
pub(crate) mod stack;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use oddsift::records::{Batch, Cell, Record, RowChunk};

use crate::args::OutputArgs;
use crate::cells::{input_cell, text_cell};
use crate::failure::Failure;
use crate::feed::Batches;
use crate::input::warn_line;
use crate::ordered::Ordered;
use crate::output::Destination;
use crate::source::Source;
use crate::table::{TextCell, TextTable};

/// Stands before the name of a column of ours where the file has that name already.
pub(crate) const OWN_PREFIX: &str = "oddsift.";

/// A column of ours, under another name where the file has that one already.
pub(crate) fn own_name(columns: &[String], name: &str) -> String {
    let mut own = name.to_owned();
    while columns.contains(&own) {
        own.insert_str(0, OWN_PREFIX);
    }
    own
}

/// A table of rows for people shows so many.
const TABLE_ROWS: usize = 1000;

/// Says what a table does not show, to whomever the table went.
fn say_left_out(args: &OutputArgs, columns: &[String], n_rows: u64) {
    if args.quiet {
        return;
    }
    if n_rows > 0 {
        warn_line(&format!("{n_rows} more rows are not shown; -t csv prints all"));
    }
    if !columns.is_empty() {
        warn_line(&format!("no room for {}; -t csv prints all", columns.join(", ")));
    }
}

/// Takes a row that is printed.
pub(crate) type Print<'p> = dyn FnMut(&[Cell<'_>]) -> Result<(), Failure> + 'p;

/// Prints rows for programs, or the first ones as a table.
fn print_rows(
    args: &OutputArgs,
    destination: Destination,
    columns: &[String],
    rows: impl FnOnce(&mut Print<'_>) -> Result<(), Failure>,
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
    say_left_out(args, &left_out, n_more);
    Ok(())
}

/// Reads an input once more and prints each row, its number first and `added` behind; one of which
/// nothing is known is left out.
fn print_beside_input(
    source: &Source<'_>,
    args: &OutputArgs,
    destination: Destination,
    columns: &[String],
    added: &[&str],
    known: impl Fn(u64) -> Option<Vec<Cell<'static>>>,
) -> Result<(), Failure> {
    let mut names = vec![own_name(columns, "row")];
    names.extend(columns.iter().cloned());
    names.extend(added.iter().map(|name| own_name(columns, name)));
    print_rows(args, destination, &names, |print| {
        let mut reader = source.open()?;
        let mut batch = Batch::new();
        while reader.next_batch(&mut batch)? {
            for row in &batch {
                let Some(known) = known(row.row()) else { continue };
                let mut cells = vec![Cell::UInt(row.row())];
                let own = (0..columns.len()).map(|c| input_cell(row.text(c), row.kind(c)));
                cells.extend(own.chain(known));
                print(&cells)?;
            }
        }
        Ok(())
    })
}

/// Prints the rows that threads make of each batch, in the order of the input; as a table, the first
/// ones. Gives the threads' states and the input.
pub(crate) fn print_batches<B: Batches, S: Send>(
    mut input: B,
    threads: usize,
    args: &OutputArgs,
    destination: Destination,
    columns: &[String],
    state: impl Fn() -> S + Sync,
    rows: impl Fn(&mut S, &B::Batch, &mut Print<'_>) -> Result<(), Failure> + Sync,
) -> Result<(Vec<S>, B), Failure> {
    if destination.is_table() {
        let mut table = TextTable::new(columns.iter().cloned());
        let (states, n_more) = fill_table(&mut input, threads, &mut table, state, rows)?;
        input.end();
        let left_out = destination.table(&table)?;
        say_left_out(args, &left_out, n_more);
        return Ok((states, input));
    }
    let mut writer = destination.rows(columns)?;
    let empty = writer.chunk();
    let ordered = Ordered::new(|chunk: RowChunk| Ok(writer.append(&chunk)?));
    let states = input.for_each(threads, state, |state, place, batch| {
        ordered.make(place, || {
            let mut chunk = empty.another();
            rows(state, batch, &mut |cells| Ok(chunk.write_row(cells)?))?;
            Ok(chunk)
        })
    })?;
    drop(ordered);
    input.end();
    writer.finish()?.finish()?;
    Ok((states, input))
}

/// Puts the first rows into a table; gives how many more there are.
fn fill_table<B: Batches, S: Send>(
    input: &mut B,
    threads: usize,
    table: &mut TextTable,
    state: impl Fn() -> S + Sync,
    rows: impl Fn(&mut S, &B::Batch, &mut Print<'_>) -> Result<(), Failure> + Sync,
) -> Result<(Vec<S>, u64), Failure> {
    let mut n_rows = 0_u64;
    // Rows of later batches need no cells.
    let is_full = AtomicBool::new(false);
    let ordered = Ordered::new(|(n_new, shown): (u64, Vec<Vec<TextCell>>)| {
        n_rows += n_new;
        let room = TABLE_ROWS - table.len();
        shown.into_iter().take(room).for_each(|cells| table.push(false, cells));
        is_full.store(table.len() == TABLE_ROWS, Relaxed);
        Ok(())
    });
    let states = input.for_each(threads, state, |state, place, batch| {
        ordered.make(place, || {
            let (mut n_new, mut shown) = (0, Vec::new());
            rows(state, batch, &mut |cells| {
                n_new += 1;
                if shown.len() < TABLE_ROWS && !is_full.load(Relaxed) {
                    shown.push(cells.iter().map(|cell| text_cell(*cell)).collect());
                }
                Ok(())
            })?;
            Ok((n_new, shown))
        })
    })?;
    drop(ordered);
    Ok((states, n_rows - table.len() as u64))
}
