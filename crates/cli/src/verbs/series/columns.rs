//! What `series` prints: every point with its parts, or for people the anomalies.

use oddsift::pipeline::{SeriesFit, SeriesPoint, feature_cell, own_name};
use oddsift::records::Cell;

use crate::cells::{rounded, text_cell, text_or_missing};
use crate::columns::Columns;
use crate::table::TextCell;

type Point<'r> = SeriesPoint<'r>;

/// A point, and for programs why it is flagged.
pub(super) struct Printed<'f> {
    point: Point<'f>,
    /// Empty where it is not flagged, or the form has no room for sentences.
    reason: String,
}

impl<'f> Printed<'f> {
    pub(super) fn new(point: Point<'f>, has_reasons: bool) -> Self {
        let is_told = has_reasons && point.flag != 0;
        let reason = if is_told { sentence(&point) } else { String::new() };
        Self { point, reason }
    }
}

/// Group, time, value and what was made of it. In msticpy's way parts are whole numbers, and times name
/// a zone only where the input does.
pub(super) fn series_columns(
    found: &SeriesFit,
    is_msticpys: bool,
    is_every_point: bool,
    has_reasons: bool,
) -> Columns<'_, Printed<'_>> {
    let names = &found.columns;
    let mut taken: Vec<String> = names.by.iter().cloned().collect();
    taken.extend([names.time.clone(), names.value.clone()]);
    let own = |name: &str| own_name(&taken, name);
    let has_zone = found.is_zoned || !is_msticpys;
    let mut columns = Columns::new();
    if let Some(by) = &names.by {
        columns = columns
            .file(by, |it: &Printed<'_>| text_or_missing(it.point.group))
            .table(by, |it| TextCell::text(it.point.group.unwrap_or("")));
    }
    let columns = columns
        .file(&names.time, move |it: &Printed<'_>| {
            if has_zone { Cell::Time(it.point.time) } else { Cell::NaiveTime(it.point.time) }
        })
        .table(format!("{} (UTC)", names.time), |it| {
            TextCell::whole(Cell::NaiveTime(it.point.time).to_string().replace('T', " "))
        })
        .both(&names.value, |it| value(it.point.value))
        .file(own("residual"), move |it| part(it.point.residual, is_msticpys))
        .file(own("trend"), move |it| part(it.point.trend, is_msticpys))
        .file(own("seasonal"), move |it| part(it.point.seasonal, is_msticpys))
        .file(own("weights"), move |it| part(it.point.weight, is_msticpys))
        .file(own("baseline"), move |it| part(it.point.baseline, is_msticpys))
        .file(own("score"), |it| part(it.point.score, false))
        .file(own("anomalies"), |it| Cell::Int(i64::from(it.point.flag)));
    let columns = if is_msticpys || is_every_point {
        columns
    } else {
        columns.file(own("episode"), |it| match it.point.episode {
            0 => Cell::Missing,
            number => Cell::Int(i64::from(number)),
        })
    };
    let columns = if has_reasons {
        columns.file(own("reason"), |it| match &*it.reason {
            "" => Cell::Missing,
            reason => Cell::Text(reason),
        })
    } else {
        columns
    };
    columns
        .table("Expected", |it| text_cell(part(it.point.baseline, false)))
        .table("Score", |it| text_cell(part(it.point.score, false)))
        // By the score: msticpy's flags have the sign of the season.
        .table("Anomaly", |it| TextCell::whole(if it.point.score < 0.0 { "dip" } else { "spike" }))
        .table("Reason", |it| TextCell::text(&reason(&it.point)))
}

/// What was there, what was expected, and how often it was as far out.
fn sentence(point: &Point<'_>) -> String {
    let what = format!("{} where {} was expected", value(point.value), rounded(point.baseline));
    match reason(point) {
        often if often.is_empty() => what,
        often => format!("{what}: {often}"),
    }
}

/// How often other points at that hour were as far out.
fn reason(point: &Point<'_>) -> String {
    let Some(frequency) = point.frequency else { return String::new() };
    let (far, others) = (if point.score < 0.0 { "low" } else { "high" }, frequency.n_others);
    let of_others = match frequency.n_as_far {
        0 => format!("none of {others} others"),
        n => format!("{n} of {others} others"),
    };
    format!("{of_others}{} as {far}", place(point, frequency.period))
}

/// The place in the season, by the clock where that is a day or a week.
fn place(point: &Point<'_>, period: usize) -> String {
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
