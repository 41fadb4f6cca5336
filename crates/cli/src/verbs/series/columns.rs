//! What `series` prints: every point with its parts, or for people the anomalies.

use oddsift::pipeline::{SeriesFit, SeriesPoint, feature_cell, own_name};
use oddsift::records::Cell;

use crate::cells::{text_cell, text_or_missing};
use crate::columns::Columns;
use crate::table::TextCell;

type Point<'r> = SeriesPoint<'r>;

/// Group, time, value and what was made of it. In msticpy's way parts are whole numbers, and times name
/// a zone only where the input does.
pub(super) fn series_columns(found: &SeriesFit, is_msticpys: bool) -> Columns<'_, Point<'_>> {
    let names = &found.columns;
    let mut taken: Vec<String> = names.by.iter().cloned().collect();
    taken.extend([names.time.clone(), names.value.clone()]);
    let own = |name: &str| own_name(&taken, name);
    let has_zone = found.is_zoned || !is_msticpys;
    let mut columns = Columns::new();
    if let Some(by) = &names.by {
        columns = columns
            .file(by, |point: &Point<'_>| text_or_missing(point.group))
            .table(by, |point| TextCell::text(point.group.unwrap_or("")));
    }
    let columns = columns
        .file(&names.time, move |point: &Point<'_>| {
            if has_zone { Cell::Time(point.time) } else { Cell::NaiveTime(point.time) }
        })
        .table(format!("{} (UTC)", names.time), |point| {
            TextCell::whole(Cell::NaiveTime(point.time).to_string().replace('T', " "))
        })
        .both(&names.value, |point| value(point.value))
        .file(own("residual"), move |point| part(point.residual, is_msticpys))
        .file(own("trend"), move |point| part(point.trend, is_msticpys))
        .file(own("seasonal"), move |point| part(point.seasonal, is_msticpys))
        .file(own("weights"), move |point| part(point.weight, is_msticpys))
        .file(own("baseline"), move |point| part(point.baseline, is_msticpys))
        .file(own("score"), |point| part(point.score, false))
        .file(own("anomalies"), |point| Cell::Int(i64::from(point.flag)));
    columns
        .table("Expected", |point| text_cell(part(point.baseline, false)))
        .table("Score", |point| text_cell(part(point.score, false)))
        // By the score: msticpy's flags have the sign of the season.
        .table("Anomaly", |point| TextCell::whole(if point.score < 0.0 { "dip" } else { "spike" }))
}

/// A value that was whole in the input is whole here.
fn value(value: f64) -> Cell<'static> {
    if value.is_nan() { Cell::Missing } else { feature_cell("", value) }
}

/// What is undefined is an empty cell.
fn part(number: f64, is_whole: bool) -> Cell<'static> {
    match number {
        number if number.is_nan() => Cell::Missing,
        #[expect(clippy::cast_possible_truncation, reason = "msticpy's numbers are cut to i64")]
        number if is_whole => Cell::Int(number as i64),
        number => Cell::Float(number),
    }
}
