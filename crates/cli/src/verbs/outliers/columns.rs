//! What `outliers` prints of the rows it found: themselves, the most unusual first, and why.

use oddsift::pipeline::{Evidence, OutlierModel, OutlierReason, OutlierRow, Outliers, Role};
use oddsift::records::Cell;

use serde_json::json;

use crate::cells::{process_cell, text_cell, time_or_missing};
use crate::columns::Columns;
use crate::table::TextCell;

/// An outlier, and its reasons as they are printed.
pub(super) struct PrintedOutlier<'o> {
    row: OutlierRow<'o>,
    /// A list in JSON, else a text.
    reasons: String,
    is_json: bool,
}

impl<'o> PrintedOutlier<'o> {
    pub(super) fn new(row: OutlierRow<'o>, model: &OutlierModel, is_json: bool) -> Self {
        let names = model.names();
        let of_row = |(reason, text): (&OutlierReason, &String)| fields(reason, text, &names);
        let reasons = if is_json {
            let list: Vec<_> = row.evidence.iter().zip(&row.reasons).map(of_row).collect();
            serde_json::Value::from(list).to_string()
        } else {
            row.reason_text.clone()
        };
        Self { row, reasons, is_json }
    }

    fn cell(&self, column: usize) -> Cell<'_> {
        self.row.record.map_or(Cell::Missing, |record| record.value(column))
    }
}

/// A reason as fields.
fn fields(reason: &OutlierReason, text: &str, names: &[String]) -> serde_json::Value {
    let name = |feature: usize| names.get(feature).map_or("", String::as_str);
    let where_it_is = match reason.evidence {
        Evidence::Above { bound, .. } => json!({ "above": bound }),
        Evidence::Below { bound, .. } => json!({ "below": bound }),
        Evidence::Between { low, high, .. } => json!({ "above": low, "below": high }),
        Evidence::With { feature, value, .. } => {
            json!({ "with": name(feature), "with_value": value })
        }
        _ => json!({}),
    };
    let mut fields = json!({
        "reason": text,
        "feature": name(reason.feature),
        "value": reason.value,
        "rows": reason.evidence.rows(),
        "of_rows": reason.n_rows,
    });
    if let (Some(fields), Some(more)) = (fields.as_object_mut(), where_it_is.as_object()) {
        fields.extend(more.clone());
    }
    fields
}

pub(super) fn outlier_columns(found: &Outliers) -> Columns<'_, PrintedOutlier<'_>> {
    let layout = &found.layout;
    let is_folded = found.n_patterns().is_some();
    let own = |name: &str| layout.own_name(name);
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
    columns = columns.file(own("row"), |it| Cell::UInt(it.row.row));
    for place in layout.printed_columns(found.records()) {
        let Some(name) = layout.columns.get(place) else { continue };
        columns = columns.file(name, move |it: &PrintedOutlier<'_>| it.cell(place));
    }
    columns = columns
        .file(own("score"), |it| Cell::Float(it.row.score))
        .file(own("decision"), |it| Cell::Float(it.row.decision));
    if is_folded {
        columns = columns
            .file(own("count"), |it| Cell::UInt(it.row.count))
            .file(own("first"), |it| time_or_missing(it.row.times.map(|times| times.0)))
            .file(own("last"), |it| time_or_missing(it.row.times.map(|times| times.1)));
    }
    columns.file(own("reasons"), |it| {
        if it.is_json { Cell::Json(&it.reasons) } else { Cell::Text(&it.reasons) }
    })
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
