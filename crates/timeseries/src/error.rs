//! What can be wrong with parameters, points or series.

use oddsift_ground::Stop;
use oddsift_stl::NoPeriod;
use oddsift_timespan::{Period, Timestamp};

use crate::Aggregate;

/// Why there is no series, no anomalies or no periods.
///
/// A message names the place, the value and what to do.
///
/// ```
/// use oddsift_timeseries::{Error, Fill, Series, Timestamp};
///
/// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
/// let points = [(at(0), 1.0), (at(1), 2.0), (at(2), 3.0), (at(5), 4.0)];
/// let error = Series::from_points(&points, Fill::Error).unwrap_err();
/// assert!(matches!(error, Error::Gap { index: 3, n_missing: 2, .. }));
/// assert_eq!(
///     error.to_string(),
///     "2 points are missing between 1970-01-01T02:00:00Z and 1970-01-01T05:00:00Z (point 3); \
///      choose a fill",
/// );
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two points have the same time.
    #[error(
        "points {first} and {second} have the same time {time}; sum or average them in buckets"
    )]
    Duplicate {
        /// The earlier of the two in the order in which they were given, counted from 0.
        first: usize,
        /// The later of the two.
        second: usize,
        /// Their time.
        time: Timestamp,
    },
    /// Times are missing between two points.
    #[error(
        "{n_missing} points are missing between {after} and {before} (point {index}); choose a fill"
    )]
    Gap {
        /// The point behind the gap, counted from 0 in the order in which points were given.
        index: usize,
        /// The last time before the gap.
        after: Timestamp,
        /// The first time behind it.
        before: Timestamp,
        /// How many points are missing.
        n_missing: u64,
    },
    /// A point has no value.
    #[error("point {index} at {time} has no value; choose a fill")]
    MissingValue {
        /// The point, counted from 0.
        index: usize,
        /// Its time.
        time: Timestamp,
    },
    /// A value is infinite.
    #[error(
        "the value of point {index} at {time} is {value}; drop it or replace it by NaN, which is missing"
    )]
    Infinite {
        /// The point, counted from 0.
        index: usize,
        /// Its time.
        time: Timestamp,
        /// Which infinity.
        value: f64,
    },
    /// The value of an event is infinite, or too large to be summed.
    #[error(
        "an event at {time} has the value {value}; drop it or scale the values to at most {largest:e}"
    )]
    EventValue {
        /// The time of the event.
        time: Timestamp,
        /// Its value.
        value: f64,
        /// The largest magnitude that is taken.
        largest: f64,
    },
    /// A time is not a whole number of steps behind the first one.
    #[error(
        "point {index} at {time} is off the grid of one point every {step} from {first}; give events in buckets"
    )]
    OffGrid {
        /// The point, counted from 0 in the order in which points were given.
        index: usize,
        /// Its time.
        time: Timestamp,
        /// The distance of points.
        step: Period,
        /// Where the grid begins.
        first: Timestamp,
    },
    /// The distance of points is unknown.
    #[error("{n_points} points have no distance from each other; give at least 2, or the step")]
    NoStep {
        /// How many points there are.
        n_points: usize,
    },
    /// The distance of points, or the length of a bucket, is zero or negative.
    #[error("the step must be longer than nothing, got {0}")]
    Step(Period),
    /// Gaps would be filled with more points than the data answer for.
    #[error(
        "filling the gaps takes {n_points} points, {limit} are left of a million and 10 for each that is there; take longer buckets or a part of the time"
    )]
    TooManyPoints {
        /// How many points the series would have.
        n_points: u64,
        /// How many they may have.
        limit: u64,
    },
    /// There is no value to fill gaps from.
    #[error("none of the {n_points} points has a value, nothing can be filled; give values")]
    NoValues {
        /// How many points there are.
        n_points: usize,
    },
    /// The series is shorter than two whole periods.
    #[error(
        "the series has {n_points} points, a period of {period} takes {needed}; give more points or a shorter period"
    )]
    TooShort {
        /// How many points there are.
        n_points: usize,
        /// The period, in points.
        period: usize,
        /// How many points it takes.
        needed: usize,
    },
    /// A group has too few points to tell what is usual.
    #[error("fewer than {needed} points do not tell what is usual; give more points")]
    FewPoints {
        /// How many it takes.
        needed: usize,
    },
    /// A period is no whole number of steps.
    #[error("a period of {period} is no whole number of steps of {step}; give it in points")]
    NotWhole {
        /// The period.
        period: Period,
        /// The distance of points.
        step: Period,
    },
    /// The series has no period that could be found.
    #[error("no period was found: {0}; give one")]
    NoPeriod(NoPeriod),
    /// The series has fewer periods than were to be found.
    #[error("no more than {n_found} periods were found; ask for as many, or give them")]
    FewPeriods {
        /// How many were found.
        n_found: usize,
    },
    /// A text names no period.
    #[error("unknown period \"{0}\", use points such as 24, a time such as 24h, or auto")]
    SeasonText(String),
    /// A text names no score.
    #[error("unknown score \"{0}\", use z, mad, tukey or ctukey")]
    ScoreName(String),
    /// A text names no aggregate.
    #[error("unknown aggregate \"{0}\", use count, sum, mean, max or distinct")]
    AggregateName(String),
    /// A text names no fill.
    #[error("unknown fill \"{0}\", use error, zero, missing or linear")]
    FillName(String),
    /// A threshold is negative, NaN or infinite.
    #[error(
        "a threshold must be finite and at least 0, got {0}; dips take the positive number too"
    )]
    Threshold(f64),
    /// Numbers were given where texts are counted, or texts where numbers are summed.
    #[error("{aggregate} does not take {given}; choose another aggregate")]
    Kind {
        /// What a bucket was to make of its events.
        aggregate: Aggregate,
        /// What was given: `numbers` or `texts`.
        given: &'static str,
    },
    /// Builders of other buckets cannot be joined.
    #[error(
        "buckets of {left} by {left_aggregate} do not join buckets of {right} by {right_aggregate}; build both alike"
    )]
    Unlike {
        /// The bucket of one.
        left: Period,
        /// What it makes of its events.
        left_aggregate: Aggregate,
        /// The bucket of the other.
        right: Period,
        /// What that makes of its events.
        right_aggregate: Aggregate,
    },
    /// Events that were counted together are not of one bucket.
    #[error(
        "events from {first} to {last} are not in one bucket of {bucket}; count each bucket by itself"
    )]
    Straddle {
        /// The time of the first event.
        first: Timestamp,
        /// The time of the last event.
        last: Timestamp,
        /// The length of a bucket.
        bucket: Period,
    },
    /// Distinct texts that were counted elsewhere cannot be joined with others: nobody knows which are the
    /// same.
    #[error(
        "the distinct texts of the bucket at {start} were counted in parts; count all of a bucket in one place"
    )]
    Counted {
        /// The start of the bucket.
        start: Timestamp,
    },
    /// There is not one flag for each time.
    #[error("{n_anomalies} anomalies for {n_times} times, pass one a time")]
    Lengths {
        /// How many times there are.
        n_times: usize,
        /// How many flags there are.
        n_anomalies: usize,
    },
    /// The series of one group has a fault.
    #[error("group \"{group}\": {source}")]
    Group {
        /// The group, cut short and escaped.
        group: String,
        /// What is wrong with it.
        source: Box<Error>,
    },
    /// The callback said to stop.
    #[error("the work was cancelled, call it again for a result")]
    Cancelled,
    /// A time is out of reach.
    #[error(transparent)]
    Time(#[from] oddsift_timespan::Error),
    /// A parameter of the decomposition is out of range.
    #[error(transparent)]
    Stl(oddsift_stl::Error),
}

impl From<Stop> for Error {
    /// Nothing else stops a fit: it has no limit.
    fn from(_: Stop) -> Self {
        Self::Cancelled
    }
}

impl From<oddsift_stl::Error> for Error {
    fn from(error: oddsift_stl::Error) -> Self {
        match error {
            oddsift_stl::Error::Cancelled => Self::Cancelled,
            other => Self::Stl(other),
        }
    }
}

/// Characters of a text that a message shows.
const SHOWN: usize = 60;

/// A text for a message: cut short, control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(SHOWN).flat_map(char::escape_debug).collect()
}
