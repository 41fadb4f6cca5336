//! What `series` prints: every point with its parts, or for people the anomalies.

use oddsift::pipeline::{PrintedPoint, SeriesFit, SeriesPoint, own_name};
use oddsift::records::Cell;

use crate::cells::{rounded, text_cell};
use crate::columns::Columns;
use crate::table::TextCell;

/// A point, with its reason where the form has room for sentences.
pub(super) fn printed(point: SeriesPoint<'_>, has_reasons: bool) -> PrintedPoint<'_> {
    let is_told = has_reasons && point.flag != 0;
    PrintedPoint { reason: if is_told { sentence(&point) } else { String::new() }, point }
}

/// For people group, time, value and why; for programs the point, and the reason where there is room for it.
pub(super) fn series_columns(
    found: &SeriesFit,
    has_reasons: bool,
) -> Columns<'_, PrintedPoint<'_>> {
    let names = &found.columns;
    let mut columns = Columns::new();
    if let Some(by) = &names.by {
        columns =
            columns.table(by, |it: &PrintedPoint<'_>| TextCell::text(it.point.group.unwrap_or("")));
    }
    let columns = columns
        .table(format!("{} (UTC)", names.time), |it: &PrintedPoint<'_>| {
            TextCell::whole(Cell::NaiveTime(it.point.time).to_string().replace('T', " "))
        })
        .files(found.point_columns(), |name| name == names.value);
    let columns = if has_reasons {
        let taken = [names.by.as_ref(), Some(&names.time), Some(&names.value)];
        let taken: Vec<String> = taken.into_iter().flatten().cloned().collect();
        columns.file(own_name(&taken, "reason"), |it| match &*it.reason {
            "" => Cell::Missing,
            reason => Cell::Text(reason),
        })
    } else {
        columns
    };
    columns
        .table("Expected", |it| number(it.point.baseline))
        .table("Score", |it| number(it.point.score))
        // By the score: msticpy's flags have the sign of the season.
        .table("Anomaly", |it| TextCell::whole(if it.point.score < 0.0 { "dip" } else { "spike" }))
        .table("Reason", |it| TextCell::text(&reason(&it.point)))
}

/// What was there, what was expected, and how often it was as far out.
fn sentence(point: &SeriesPoint<'_>) -> String {
    let what = format!("{} where {} was expected", point.value_cell(), rounded(point.baseline));
    match reason(point) {
        often if often.is_empty() => what,
        often => format!("{what}: {often}"),
    }
}

/// How often other points at that hour were as far out.
fn reason(point: &SeriesPoint<'_>) -> String {
    let Some(frequency) = point.frequency else { return String::new() };
    let (far, others) = (if point.score < 0.0 { "low" } else { "high" }, frequency.n_others);
    let of_others = match frequency.n_as_far {
        0 => format!("none of {others} others"),
        n => format!("{n} of {others} others"),
    };
    format!("{of_others}{} as {far}", place(point, frequency.period))
}

/// The place in the season, by the clock where that is a day or a week.
fn place(point: &SeriesPoint<'_>, period: usize) -> String {
    let n_steps = i64::try_from(period).ok();
    let length =
        n_steps.zip(point.step).and_then(|(n, step)| n.checked_mul(step.duration().as_secs()));
    let clock = match length {
        _ if period == 0 => return String::new(),
        Some(86_400) => "%H:%M",
        Some(604_800) => "%a %H:%M",
        _ => return format!(" at this point of {period}"),
    };
    format!(" at {}", point.time.strftime(clock))
}

/// What is undefined is an empty cell.
fn number(number: f64) -> TextCell {
    text_cell(if number.is_nan() { Cell::Missing } else { Cell::Float(number) })
}
