//! What `series` prints: every point with its parts, or for people the anomalies.

use oddsift::records::Cell;
use oddsift::timeseries::Anomalies;
use oddsift::timespan::{Timestamp, format_time};

use super::read::Columns;
use crate::args::{Compat, SeriesArgs};
use crate::cells::{feature_cell, text_cell};
use crate::commands::own_name;
use crate::failure::Failure;
use crate::input::warn_line;
use crate::output::Destination;
use crate::table::{TextCell, TextTable};

/// What is printed behind time and value.
const ADDED: [&str; 7] =
    ["residual", "trend", "seasonal", "weights", "baseline", "score", "anomalies"];

pub(super) fn print_series(
    args: &SeriesArgs,
    columns: &Columns,
    is_zoned: bool,
    found: &[Anomalies],
    destination: Destination,
) -> Result<(), Failure> {
    if destination.is_table() {
        return print_table(args, columns, found, destination);
    }
    let mut names: Vec<String> = columns.by.iter().cloned().collect();
    names.extend([columns.time.clone(), columns.value.clone()]);
    let taken = names.clone();
    names.extend(ADDED.map(|name| own_name(&taken, name)));
    let compat = args.compat == Some(Compat::Msticpy);
    // msticpy leaves times as they came.
    let has_zone = is_zoned || !compat;
    let mut writer = destination.rows(&names)?;
    for series in found {
        for point in 0..series.values().len() {
            let time = time_text(series, point, has_zone);
            let mut cells = Vec::with_capacity(names.len());
            cells.extend(
                columns.by.iter().map(|_| series.group().map_or(Cell::Missing, Cell::Text)),
            );
            cells.push(Cell::Text(&time));
            let [value, parts @ ..] = numbers(series, point);
            cells.push(value_cell(value));
            cells.extend(parts.map(|part| number(part, compat)));
            cells.push(number(series.score().get(point).copied(), false));
            cells.push(Cell::Int(series.anomalies().get(point).map_or(0, |flag| i64::from(*flag))));
            writer.write_row(&cells)?;
        }
    }
    writer.finish()?.finish()
}

/// Value, residual, trend, seasonal, weight and baseline of a point.
fn numbers(series: &Anomalies, point: usize) -> [Option<f64>; 6] {
    let parts = [
        series.values(),
        series.residual(),
        series.trend(),
        series.seasonal(),
        series.weights(),
        series.baseline(),
    ];
    parts.map(|part| part.get(point).copied())
}

/// A value that was whole in the input is whole here.
fn value_cell(value: Option<f64>) -> Cell<'static> {
    match value {
        Some(value) if !value.is_nan() => feature_cell("", value),
        _ => Cell::Missing,
    }
}

/// What is undefined is an empty cell.
fn number(value: Option<f64>, is_whole: bool) -> Cell<'static> {
    match value {
        Some(value) if value.is_nan() => Cell::Missing,
        #[expect(clippy::cast_possible_truncation, reason = "msticpy's numbers are cut to i64")]
        Some(value) if is_whole => Cell::Int(value as i64),
        Some(value) => Cell::Float(value),
        None => Cell::Missing,
    }
}

fn time_text(series: &Anomalies, point: usize, has_zone: bool) -> String {
    let time = series.times().get(point).copied().unwrap_or(Timestamp::UNIX_EPOCH);
    let mut text = format_time(time).to_string();
    if !has_zone {
        text.truncate(text.trim_end_matches('Z').len());
    }
    text
}

/// The anomalies of all series.
fn print_table(
    args: &SeriesArgs,
    columns: &Columns,
    found: &[Anomalies],
    destination: Destination,
) -> Result<(), Failure> {
    let mut header: Vec<String> = columns.by.iter().cloned().collect();
    header.push(format!("{} (UTC)", columns.time));
    header.push(columns.value.clone());
    header.extend(["Expected", "Score", "Anomaly"].map(str::to_owned));
    let mut table = TextTable::new(header);
    for series in found {
        let flags = series.anomalies().iter().enumerate();
        for (point, _) in flags.filter(|(_, flag)| **flag != 0) {
            let at = |part: &[f64]| text_cell(number(part.get(point).copied(), false));
            let mut cells: Vec<TextCell> = Vec::new();
            cells.extend(columns.by.iter().map(|_| TextCell::text(series.group().unwrap_or(""))));
            cells.push(TextCell::whole(time_text(series, point, false).replace('T', " ")));
            cells.push(text_cell(value_cell(series.values().get(point).copied())));
            cells.extend([at(series.baseline()), at(series.score())]);
            // By the score: msticpy's flags have the sign of the season.
            let is_dip = series.score().get(point).is_some_and(|score| *score < 0.0);
            cells.push(TextCell::whole(if is_dip { "dip" } else { "spike" }));
            table.push(false, cells);
        }
    }
    if table.len() == 0 && !args.output.quiet {
        warn_line("no anomalies; -t csv prints every point");
    }
    destination.table(&table)?;
    Ok(())
}
