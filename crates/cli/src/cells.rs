//! Values as they are printed.

use oddsift::records::{Cell, FieldKind};

use crate::table::TextCell;

/// The number of a feature: counts, scores and hashes are whole, `isSystemSession` is true or false.
pub(crate) fn feature_cell(name: &str, value: f64) -> Cell<'static> {
    // Whole numbers up to 2^53 are exact in f64.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if name == "isSystemSession" {
        return Cell::Bool(value != 0.0);
    }
    let is_logarithm = matches!(name, "pathLogScore" | "commandlineLogLen" | "commandlineLogScore");
    if !is_logarithm && value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        return Cell::Int(value as i64);
    }
    Cell::Float(value)
}

/// An input cell as it came.
pub(crate) fn input_cell(text: Option<&str>, kind: FieldKind) -> Cell<'_> {
    match (text, kind) {
        (None, _) | (_, FieldKind::Missing) => Cell::Missing,
        (Some(text), FieldKind::Text) => Cell::Text(text),
        (Some(text), FieldKind::Number | FieldKind::Bool | FieldKind::Nested) => Cell::Json(text),
    }
}

/// The same value in a table for people.
pub(crate) fn text_cell(cell: Cell<'_>) -> TextCell {
    match cell {
        Cell::Missing => TextCell::text(""),
        Cell::Text(text) | Cell::Json(text) => TextCell::text(text),
        Cell::Bool(is_true) => TextCell::whole(is_true.to_string()),
        Cell::Int(number) => TextCell::number(&number),
        Cell::UInt(number) => TextCell::number(&number),
        Cell::Float(number) => TextCell::number(&rounded(number)),
    }
}

/// A person reads some five digits.
fn rounded(number: f64) -> String {
    let decimals = if number.abs() < 1e4 { 4 } else { 0 };
    let text = format!("{number:.decimals$}");
    if decimals == 0 {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "0" && number != 0.0 { format!("{number:.1e}") } else { text.to_owned() }
}
