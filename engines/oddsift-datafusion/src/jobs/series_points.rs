//! The points of series as columns.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    TimestampNanosecondArray,
};
use datafusion::arrow::datatypes::TimeUnit;
use datafusion::arrow::error::ArrowError;
use oddsift_pipeline::{SeriesFit, SeriesPoint, own_name};

use super::counted::feature_column;
use crate::Error;
use crate::times::ticks;

/// A number of a point.
type Part = fn(&SeriesPoint<'_>) -> f64;

/// The columns of `oddsift series -t csv`.
pub(super) fn points(fit: &SeriesFit, has_episodes: bool) -> Result<RecordBatch, Error> {
    let points: Vec<SeriesPoint<'_>> = fit.points().collect();
    let names = &fit.columns;
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    if let Some(by) = &names.by {
        let groups: StringArray = points.iter().map(|point| point.group).collect();
        columns.push((by.clone(), Arc::new(groups)));
    }
    columns.push((names.time.clone(), times(&points)?));
    let values = points.iter().map(|point| Some(point.value).filter(|value| !value.is_nan()));
    columns.push((names.value.clone(), feature_column("", values)));
    let taken: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    let parts: [(&str, Part); 6] = [
        ("residual", |point| point.residual),
        ("trend", |point| point.trend),
        ("seasonal", |point| point.seasonal),
        ("weights", |point| point.weight),
        ("baseline", |point| point.baseline),
        ("score", |point| point.score),
    ];
    for (name, part) in parts {
        columns.push((own_name(&taken, name), numbers(&points, part)));
    }
    let flags: Int64Array = points.iter().map(|point| Some(i64::from(point.flag))).collect();
    let episode = |point: &SeriesPoint<'_>| (point.episode > 0).then_some(point.episode.into());
    let episodes: Int64Array = points.iter().map(episode).collect();
    columns.push((own_name(&taken, "anomalies"), Arc::new(flags)));
    if has_episodes {
        columns.push((own_name(&taken, "episode"), Arc::new(episodes)));
    }
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

fn numbers(points: &[SeriesPoint<'_>], part: impl Fn(&SeriesPoint<'_>) -> f64) -> ArrayRef {
    let known = |point| Some(part(point)).filter(|number| !number.is_nan());
    Arc::new(points.iter().map(known).collect::<Float64Array>())
}

/// Times in microseconds; in nanoseconds where a bucket starts between two of them.
fn times(points: &[SeriesPoint<'_>]) -> Result<ArrayRef, Error> {
    let in_unit =
        |unit| points.iter().map(|point| ticks(point.time, unit)).collect::<Option<Vec<_>>>();
    if let Some(ticks) = in_unit(TimeUnit::Microsecond) {
        return Ok(Arc::new(TimestampMicrosecondArray::from(ticks).with_timezone("UTC")));
    }
    let beyond = || ArrowError::ArithmeticOverflow("a time is beyond the year 2262".to_owned());
    let ticks = in_unit(TimeUnit::Nanosecond).ok_or_else(beyond)?;
    Ok(Arc::new(TimestampNanosecondArray::from(ticks).with_timezone("UTC")))
}
