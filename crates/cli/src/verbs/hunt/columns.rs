//! What `hunt` prints for programs.

use oddsift::pipeline::{Hunted, Placed, PrintedLine};

use crate::columns::Columns;

pub(super) fn line_columns(found: &Hunted) -> Columns<'_, PrintedLine<'_>> {
    Columns::new().files(found.line_columns(), |_| false)
}

/// The place of each row.
pub(super) fn row_columns<'c>() -> Columns<'c, (u64, Placed)> {
    Columns::new().files(Hunted::place_columns(), |_| true)
}
