//! What `hunt` prints for programs.

use oddsift::pipeline::{HuntColumns, Hunted, Line, Placed, Role};
use oddsift::records::Cell;
use serde_json::json;

use super::args::HuntArgs;
use crate::args::Format;
use crate::cells::time_or_missing;
use crate::columns::Columns;

/// A line with the text of its reasons.
pub(super) struct Printed<'a> {
    line: &'a Line,
    reasons: String,
    template: String,
    is_json: bool,
}

impl<'a> Printed<'a> {
    pub(super) fn new(args: &HuntArgs, found: &Hunted, line: &'a Line) -> Self {
        let is_json = matches!(args.output.format, Some(Format::Ndjson | Format::Json));
        let reasons = reasons(&found.hunt.grouped_reasons(line), is_json);
        Self { line, reasons, template: found.hunt.template(line), is_json }
    }
}

pub(super) fn line_columns(found: &Hunted) -> Columns<'_, Printed<'_>> {
    let mut columns = Columns::new()
        .file("finding", |row: &Printed<'_>| Cell::UInt(u64::from(row.line.finding)))
        .file("rank", |row| Cell::UInt(u64::from(row.line.rank)))
        .file("row", |row| Cell::UInt(row.line.row))
        .file("count", |row| Cell::UInt(row.line.count))
        .file("hosts", |row| Cell::UInt(row.line.hosts))
        .file("users", |row| Cell::UInt(row.line.users))
        .file("bits", |row| Cell::Float(row.line.bits))
        .file("reasons", |row| {
            if row.is_json { Cell::Json(&row.reasons) } else { Cell::Text(&row.reasons) }
        });
    // Roles are printed where the input has them.
    for role in HuntColumns::ROLES {
        if found.columns.is_of_processes() && !found.layout.roles.all(role).is_empty() {
            columns = columns.file(role.name(), move |row: &Printed<'_>| {
                found.text_of(role, row.line.row).map_or(Cell::Missing, Cell::Text)
            });
        }
    }
    for place in found.columns.places() {
        let Some(name) = found.layout.columns.get(place) else { continue };
        let name = oddsift::pipeline::own_name(&OURS.map(str::to_owned), name);
        columns = columns.file(name, move |row: &Printed<'_>| {
            found.record(row.line.row).map_or(Cell::Missing, |record| record.value(place))
        });
    }
    columns
        .file("template", |row| Cell::Text(&row.template))
        .file("first", |row| time_or_missing(row.line.times.map(|times| times.0)))
        .file("last", |row| time_or_missing(row.line.times.map(|times| times.1)))
        .file("variants", |row| Cell::UInt(row.line.variants))
}

/// Names of our columns, which those of an input must not take.
const OURS: [&str; 12] = [
    "finding", "rank", "row", "count", "hosts", "users", "bits", "reasons", "template", "first",
    "last", "variants",
];

fn reasons(reasons: &[(f64, String)], is_json: bool) -> String {
    if is_json {
        let reason = |(bits, text): &(f64, String)| json!({ "bits": bits, "reason": text });
        let reasons: Vec<serde_json::Value> = reasons.iter().map(reason).collect();
        return serde_json::Value::from(reasons).to_string();
    }
    // What rounds to no bit tells nothing.
    let told = reasons.iter().filter(|(bits, _)| *bits >= 0.5);
    let texts: Vec<&str> = told.map(|(_, text)| text.as_str()).collect();
    texts.join("; ")
}

/// The place of each row.
pub(super) fn row_columns<'c>() -> Columns<'c, (u64, Placed)> {
    Columns::new()
        .both("row", |(row, _): &(u64, Placed)| Cell::UInt(*row))
        .both("finding", |(_, place)| Cell::UInt(u64::from(place.finding)))
        .both("rank", |(_, place)| Cell::UInt(u64::from(place.rank)))
        .both("bits", |(_, place)| Cell::Float(place.bits))
}
