//! What `cluster` prints.

use oddsift::pipeline::{ClusterRow, Clusters, Label, Role, feature_cell};
use oddsift::records::Cell;

use crate::cells::{process_cell, text_cell, time_cell};
use crate::columns::Columns;
use crate::table::TextCell;

/// A row for each cluster and noise event.
pub(super) fn exemplar_columns(found: &Clusters) -> Columns<'_, ClusterRow<'_>> {
    people_columns(found).files(found.columns(), |_| false)
}

/// For people: what it is, how often and when; the features last.
fn people_columns(found: &Clusters) -> Columns<'_, ClusterRow<'_>> {
    let mut columns = Columns::new()
        .stands_out(|row: &ClusterRow<'_>| row.label.is_noise())
        .table("Size", |row| TextCell::number(&row.size))
        .table("Cluster", |row| TextCell::number(&row.label_text()));
    if found.layout.roles.get(Role::Path).is_some() {
        columns = columns
            .table("Process", move |row: &ClusterRow<'_>| process_cell(&found.layout, row.record));
    }
    if found.layout.roles.get(Role::Path).is_none() && found.template.is_none() {
        columns = columns.table("Row", |row| TextCell::number(&row.row));
    }
    if found.template.is_some() {
        columns = columns.table("Template", |row| TextCell::text(&found.what(row)));
    }
    if found.time.is_some() {
        columns = columns
            .table("First (UTC)", |row| time_cell(row.times.map(|times| times.0)))
            .table("Last (UTC)", |row| time_cell(row.times.map(|times| times.1)));
    }
    for (place, name) in found.features().iter().enumerate() {
        columns = columns.table(name, move |row: &ClusterRow<'_>| {
            let value = row.values.get(place).copied();
            text_cell(value.map_or(Cell::Missing, |value| feature_cell(name, value)))
        });
    }
    columns.table("Why", |row| TextCell::text(row.reason.as_deref().unwrap_or_default()))
}

/// The number of a row, its label and whether it is a core sample.
pub(super) fn label_columns<'c>() -> Columns<'c, (u64, Label, bool)> {
    Columns::new().files(Clusters::label_columns(), |_| true)
}
