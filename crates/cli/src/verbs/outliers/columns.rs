//! What `outliers` prints of the rows it found: themselves, the most unusual first, and why.

use oddsift::pipeline::{OutlierRow, Outliers, Role, process_name};
use oddsift::records::Cell;

use crate::cells::text_cell;
use crate::columns::Columns;
use crate::table::TextCell;

pub(super) fn outlier_columns(found: &Outliers) -> Columns<'_, OutlierRow<'_>> {
    let layout = &found.layout;
    let own = |name: &str| layout.own_name(name);
    let mut columns = Columns::new()
        .table("Row", |row: &OutlierRow<'_>| TextCell::number(&row.row))
        .table("Score", |row| TextCell::number(&format!("{:.3}", row.score)))
        .table("Reasons", |row| TextCell::text(&row.reason_text));
    if layout.roles.get(Role::Path).is_some() {
        columns = columns.table("Process", move |row: &OutlierRow<'_>| {
            let path = row.record.and_then(|record| layout.text_of(Role::Path, record));
            let path = path.unwrap_or_default();
            TextCell::text(process_name(path, layout.path_separator))
        });
    }
    for place in table_columns(found) {
        let name = layout.columns.get(place).cloned().unwrap_or_default();
        columns = columns.table(name, move |row| text_cell(cell(row, place)));
    }
    columns = columns.file(own("row"), |row| Cell::UInt(row.row));
    for place in layout.printed_columns(found.records()) {
        let Some(name) = layout.columns.get(place) else { continue };
        columns = columns.file(name, move |row: &OutlierRow<'_>| {
            row.record.map_or(Cell::Missing, |record| record.value(place))
        });
    }
    columns
        .file(own("score"), |row| Cell::Float(row.score))
        .file(own("decision"), |row| Cell::Float(row.decision))
        .file(own("reasons"), |row| Cell::Text(&row.reason_text))
}

fn cell<'r>(row: &'r OutlierRow<'_>, column: usize) -> Cell<'r> {
    row.record.map_or(Cell::Missing, |record| record.value(column))
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
