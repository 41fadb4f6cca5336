//! Values in a table for people.

use oddsift::pipeline::{Layout, Role, Timestamp, process_name};
use oddsift::records::{Cell, StoredRow};

use crate::table::TextCell;

/// A value of a file, in a table for people.
pub(crate) fn text_cell(cell: Cell<'_>) -> TextCell {
    match cell {
        Cell::Missing => TextCell::text(""),
        Cell::Text(text) | Cell::Json(text) => TextCell::text(text),
        Cell::Bool(is_true) => TextCell::whole(is_true.to_string()),
        Cell::Int(number) => TextCell::number(&number),
        Cell::UInt(number) => TextCell::number(&number),
        Cell::Float(number) => TextCell::number(&rounded(number)),
        time @ (Cell::Time(_) | Cell::NaiveTime(_)) => TextCell::text(&time.to_string()),
    }
}

/// A person reads some five digits.
pub(crate) fn rounded(number: f64) -> String {
    let decimals = if number.abs() < 1e4 { 4 } else { 0 };
    let text = format!("{number:.decimals$}");
    if decimals == 0 {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "0" && number != 0.0 { format!("{number:.1e}") } else { text.to_owned() }
}

/// The name of the program of a row, in a table for people.
pub(crate) fn process_cell(layout: &Layout, record: Option<StoredRow<'_>>) -> TextCell {
    let path = record.and_then(|record| layout.text_of(Role::Path, record));
    TextCell::text(process_name(path.unwrap_or_default(), layout.path_separator))
}

/// A time to the second.
pub(crate) fn time_cell(time: Option<Timestamp>) -> TextCell {
    let text = time.map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string());
    TextCell::whole(text.unwrap_or_default())
}
