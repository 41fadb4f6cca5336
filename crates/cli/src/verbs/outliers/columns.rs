//! What `outliers` prints of the rows it found: themselves, the most unusual first, and why.

use oddsift::pipeline::{Outliers, PrintedOutlier, Role};

use crate::cells::{process_cell, text_cell};
use crate::columns::Columns;
use crate::table::TextCell;

pub(super) fn outlier_columns(found: &Outliers) -> Columns<'_, PrintedOutlier<'_>> {
    let layout = &found.layout;
    let is_folded = found.n_patterns().is_some();
    let mut columns = Columns::new()
        .table("Row", |it: &PrintedOutlier<'_>| TextCell::number(&it.row.row))
        .table("Score", |it| TextCell::number(&format!("{:.3}", it.row.score)));
    if is_folded {
        columns = columns.table("Count", |it| TextCell::number(&it.row.count));
    }
    columns = columns.table("Reasons", |it| TextCell::text(&it.row.reason_text));
    if layout.roles.get(Role::Path).is_some() {
        columns = columns
            .table("Process", move |it: &PrintedOutlier<'_>| process_cell(layout, it.row.record));
    }
    for place in table_columns(found) {
        let name = layout.columns.get(place).cloned().unwrap_or_default();
        columns = columns.table(name, move |it| text_cell(it.cell(place)));
    }
    columns.files(found.columns(), |_| false)
}

/// The columns of a table for people, most important first: of process events command line and time, of
/// others all but those without a name, which mostly number the rows.
fn table_columns(found: &Outliers) -> Vec<usize> {
    let (roles, columns) = (&found.layout.roles, &found.layout.columns);
    let known: Vec<usize> =
        [Role::CommandLine, Role::Time].into_iter().filter_map(|role| roles.get(role)).collect();
    let others = (0..columns.len())
        .filter(|column| !known.contains(column) && Some(*column) != roles.get(Role::Path))
        .filter(|column| columns.get(*column).is_some_and(|name| !name.is_empty()));
    known.iter().copied().chain(others).collect()
}
