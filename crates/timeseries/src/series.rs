use oddsift_timespan::{Period, Timestamp};

use crate::{
    Changes, Error, Fill, gather,
    grid::{Point, common_step, lay_out, limit},
};

/// Values at equal distances in time, of one group or of all.
///
/// Made from points by [`from_points`](Self::from_points), or from events by
/// [`SeriesBuilder`](crate::SeriesBuilder). A value that is missing is NaN.
///
/// ```
/// use oddsift_timeseries::{Fill, Series, Timestamp};
///
/// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
/// let series = Series::from_points(&[(at(2), 5.0), (at(0), 3.0), (at(1), 4.0)], Fill::Error)?;
/// assert_eq!(series.values(), [3.0, 4.0, 5.0]);
/// assert_eq!(series.step(), Some("1h".parse()?));
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Series {
    group: Option<String>,
    times: Vec<Timestamp>,
    values: Vec<f64>,
    step: Option<Period>,
}

impl Series {
    /// The series of points in any order, whose step is their most common distance (the shortest
    /// of several).
    ///
    /// A time that is missing on the grid, which begins at the first time, and a NaN value are gaps:
    /// `fill` says what becomes of them. Time `O(n log n)`, memory `O(n)`.
    ///
    /// # Errors
    ///
    /// For the first fault in the order of time: [`Error::Duplicate`], [`Error::OffGrid`],
    /// [`Error::Infinite`] and, under [`Fill::Error`], [`Error::Gap`] or [`Error::MissingValue`]; each
    /// with the place that the point has in `points`. [`Error::NoStep`] for fewer than two times,
    /// [`Error::TooManyPoints`] for more than a million points and ten for each that is there,
    /// [`Error::NoValues`] for nothing to draw lines between.
    ///
    /// ```
    /// use oddsift_timeseries::{Error, Fill, Series, Timestamp};
    ///
    /// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
    /// let points = [(at(0), 3.0), (at(1), 4.0), (at(2), 5.0), (at(1), 6.0)];
    /// let error = Series::from_points(&points, Fill::Linear).unwrap_err();
    /// assert!(matches!(error, Error::Duplicate { first: 1, second: 3, .. }));
    /// ```
    #[doc(alias = "time_column")]
    #[doc(alias = "data_column")]
    pub fn from_points(points: &[(Timestamp, f64)], fill: Fill) -> Result<Self, Error> {
        let points = sorted(points);
        let step = common_step(&points)?;
        lay_out(&points, step, fill, limit(points.len()))
    }

    /// The series of points as logs have them, and what was changed to make it.
    ///
    /// The step is the most common distance, the shortest of several, if most distances are wholes of
    /// it; else a round length (1 s, 5 min, 1 h, …) that is not much shorter than the median of the
    /// distances. A point between two times of the grid moves to the earlier one; the value of several
    /// points at one time is their mean, a NaN value being none. What is missing then is filled by
    /// `fill`. Points behind or before a gap of more than a year (and of twenty median distances) are
    /// set apart: the longest stretch is the series. Time `O(n log n)`, memory `O(n)`.
    ///
    /// # Errors
    ///
    /// [`Error::NoStep`] for fewer than two times, [`Error::Infinite`], [`Error::EventValue`] for a value
    /// too large to be averaged, [`Error::TooManyPoints`], [`Error::NoValues`]; under [`Fill::Error`]
    /// those of gaps.
    ///
    /// ```
    /// use oddsift_timeseries::{Fill, Series, Timestamp};
    ///
    /// let at = |second: i64| Timestamp::constant(second, 0);
    /// let points = [(at(0), 1.0), (at(60), 2.0), (at(120), 3.0), (at(199), 4.0), (at(300), 5.0)];
    /// let (series, changes) = Series::gather(&points, Fill::Linear)?;
    /// assert_eq!(series.values(), [1.0, 2.0, 3.0, 4.0, 4.5, 5.0]);
    /// assert_eq!((changes.n_moved, changes.n_missing), (1, 1));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn gather(points: &[(Timestamp, f64)], fill: Fill) -> Result<(Self, Changes), Error> {
        gather::gather(sorted(points), fill)
    }

    /// As [`from_points`](Self::from_points), with a step that is known.
    ///
    /// # Errors
    ///
    /// Those of [`from_points`](Self::from_points), and [`Error::Step`] for a step that is zero or
    /// negative. No point is a series of none.
    ///
    /// ```
    /// use oddsift_timeseries::{Fill, Series, Timestamp};
    ///
    /// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
    /// let series = Series::with_step(&[(at(0), 3.0), (at(2), 4.0)], "1h".parse()?, Fill::Zero)?;
    /// assert_eq!(series.values(), [3.0, 0.0, 4.0]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn with_step(points: &[(Timestamp, f64)], step: Period, fill: Fill) -> Result<Self, Error> {
        let points = sorted(points);
        lay_out(&points, step, fill, limit(points.len()))
    }

    /// The points in the order in which they stand, taken as evenly spaced whatever their times are:
    /// msticpy's way, for [`TsParams::truncation`](crate::TsParams::truncation).
    ///
    /// Nothing is sorted, checked or filled. The step is the most common distance of the times, if
    /// there is one.
    ///
    /// ```
    /// use oddsift_timeseries::{Series, Timestamp};
    ///
    /// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
    /// let series = Series::as_given(&[(at(9), 1.0), (at(1), f64::NAN), (at(2), 3.0)]);
    /// assert_eq!(series.times()[0], at(9));
    /// assert_eq!(series.step(), Some("1h".parse()?));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn as_given(points: &[(Timestamp, f64)]) -> Self {
        let step = common_step(&sorted(points)).ok();
        let (times, values) = points.iter().copied().unzip();
        Self::new(times, values, step)
    }

    pub(crate) fn new(times: Vec<Timestamp>, values: Vec<f64>, step: Option<Period>) -> Self {
        Self { group: None, times, values, step }
    }

    /// The series as that of a group.
    ///
    /// ```
    /// # use oddsift_timeseries::Series;
    /// let series = Series::as_given(&[]).with_group(Some("alice".to_owned()));
    /// assert_eq!(series.group(), Some("alice"));
    /// ```
    #[must_use]
    pub fn with_group(mut self, group: Option<String>) -> Self {
        self.group = group;
        self
    }

    /// The group, if it is the series of one.
    ///
    /// ```
    /// # use oddsift_timeseries::Series;
    /// assert_eq!(Series::as_given(&[]).group(), None);
    /// ```
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// The times, one for each value.
    ///
    /// ```
    /// # use oddsift_timeseries::{Series, Timestamp};
    /// assert_eq!(Series::as_given(&[(Timestamp::MAX, 1.0)]).times(), [Timestamp::MAX]);
    /// ```
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// The values, NaN where one is missing.
    ///
    /// ```
    /// # use oddsift_timeseries::{Series, Timestamp};
    /// assert_eq!(Series::as_given(&[(Timestamp::MAX, 1.0)]).values(), [1.0]);
    /// ```
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The distance of neighbours, unless there is none: fewer than two times, taken as given.
    ///
    /// ```
    /// # use oddsift_timeseries::Series;
    /// assert_eq!(Series::as_given(&[]).step(), None);
    /// ```
    pub fn step(&self) -> Option<Period> {
        self.step
    }

    /// How many points there are.
    ///
    /// ```
    /// # use oddsift_timeseries::Series;
    /// assert_eq!(Series::as_given(&[]).len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no point.
    ///
    /// ```
    /// # use oddsift_timeseries::Series;
    /// assert!(Series::as_given(&[]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

fn sorted(points: &[(Timestamp, f64)]) -> Vec<Point> {
    let mut sorted: Vec<Point> = points
        .iter()
        .enumerate()
        .map(|(index, &(time, value))| Point { time, value, index })
        .collect();
    sorted.sort_by_key(|point| point.time);
    sorted
}
