//! The verbs, a module each, and what they share.

pub(crate) mod cluster;
pub(crate) mod features;

use crate::args::OutputArgs;
use crate::input::say;

/// A table of rows for people shows so many.
const TABLE_ROWS: usize = 1000;

/// Says what a table does not show.
fn say_left_out(args: &OutputArgs, columns: &[String], n_rows: u64) {
    if n_rows > 0 {
        say(args, &format!("{n_rows} more rows are not shown; -t csv prints all"));
    }
    if !columns.is_empty() {
        say(args, &format!("no room for {}; -t csv prints all", columns.join(", ")));
    }
}
