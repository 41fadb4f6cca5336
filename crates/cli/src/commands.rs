//! The verbs, a module each, and what they share.

pub(crate) mod cluster;
pub(crate) mod eps;
pub(crate) mod features;
pub(crate) mod score;
pub(crate) mod stack;

use oddsift::records::Cell;

use crate::args::OutputArgs;
use crate::cells::text_cell;
use crate::failure::Failure;
use crate::input::warn_line;
use crate::output::Destination;
use crate::table::TextTable;

/// A column of ours, under another name where the file has that one already.
fn own_name(columns: &[String], name: &str) -> String {
    let mut own = name.to_owned();
    while columns.contains(&own) {
        own.insert_str(0, "oddsift.");
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
type Print<'p> = dyn FnMut(&[Cell<'_>]) -> Result<(), Failure> + 'p;

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
