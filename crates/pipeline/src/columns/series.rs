use oddsift_records::Cell;

use super::{Columns, text_or_missing};
use crate::{SeriesFit, SeriesPoint, feature_cell, own_name};

/// A point, and why it is flagged.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedPoint<'f> {
    /// The point.
    pub point: SeriesPoint<'f>,
    /// A sentence; empty where the point is not flagged, or where there is no room for one.
    pub reason: String,
}

impl<'f> From<SeriesPoint<'f>> for PrintedPoint<'f> {
    fn from(point: SeriesPoint<'f>) -> Self {
        Self { point, reason: String::new() }
    }
}

impl SeriesFit {
    /// Returns the columns of points: group, time, value, and what was made of it.
    ///
    /// In msticpy's way ([`as_given`](crate::SeriesParams::as_given)) parts are whole numbers, and times
    /// name a zone only where the input does.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    /// let found = oddsift_pipeline::SeriesParams::new().fit(path)?;
    /// assert_eq!(found.point_columns().names().last().map(String::as_str), Some("anomalies"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn point_columns(&self) -> Columns<'_, PrintedPoint<'_>> {
        let names = &self.columns;
        let mut taken: Vec<String> = names.by.iter().cloned().collect();
        taken.extend([names.time.clone(), names.value.clone()]);
        let own = |name: &str| own_name(&taken, name);
        let is_whole = self.params.as_given;
        let has_zone = self.is_zoned || !is_whole;
        let mut columns = Columns::new();
        if let Some(by) = &names.by {
            columns = columns.with(by, |it: &PrintedPoint<'_>| text_or_missing(it.point.group));
        }
        let columns = columns
            .with(&names.time, move |it: &PrintedPoint<'_>| {
                if has_zone { Cell::Time(it.point.time) } else { Cell::NaiveTime(it.point.time) }
            })
            .with(&names.value, |it| value(it.point.value))
            .with(own("residual"), move |it| part(it.point.residual, is_whole))
            .with(own("trend"), move |it| part(it.point.trend, is_whole))
            .with(own("seasonal"), move |it| part(it.point.seasonal, is_whole))
            .with(own("weights"), move |it| part(it.point.weight, is_whole))
            .with(own("baseline"), move |it| part(it.point.baseline, is_whole))
            .with(own("score"), |it| part(it.point.score, false))
            .with(own("anomalies"), |it| Cell::Int(i64::from(it.point.flag)));
        if !self.params.anomalies.episodes {
            return columns;
        }
        columns.with(own("episode"), |it| match it.point.episode {
            0 => Cell::Missing,
            number => Cell::Int(i64::from(number)),
        })
    }
}

impl SeriesPoint<'_> {
    /// Returns the cell of the value: one that was whole in the input is whole here.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    /// let found = oddsift_pipeline::SeriesParams::new().fit(path)?;
    /// let first = found.points().next().unwrap();
    /// assert!(!first.value_cell().to_string().contains('.'));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn value_cell(&self) -> Cell<'static> {
        value(self.value)
    }
}

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
