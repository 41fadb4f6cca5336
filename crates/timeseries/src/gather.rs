//! Points as logs have them, to a series: irregular ones in buckets, doubled ones joined, far ones set
//! apart.

use std::collections::BTreeMap;

use oddsift_timespan::{Period, SignedDuration, Timestamp};

use crate::{
    Error, Fill, Series,
    grid::{Point, common_step, lay_out, limit},
    sum::{ExactSum, LARGEST},
};

/// What was changed to make a series of points, or of several groups' points.
///
/// ```
/// use oddsift_timeseries::{Fill, Series, Timestamp};
///
/// let at = |minute: i64| Timestamp::constant(60 * minute, 0);
/// let points = [(at(0), 1.0), (at(5), 2.0), (at(5), 4.0), (at(10), 5.0), (at(20), 7.0)];
/// let (series, changes) = Series::gather(&points, Fill::Missing)?;
/// assert_eq!((changes.n_joined, changes.n_missing), (1, 1));
/// assert_eq!(series.values()[1], 3.0);
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Changes {
    /// The steps, shortest first, where points are in series of them.
    pub steps: Vec<Period>,
    /// Points that were between two times of the grid, and now are at the earlier one.
    pub n_moved: u64,
    /// Points that were joined with an earlier one at the same place by their mean.
    pub n_joined: u64,
    /// Times and values that are missing.
    pub n_missing: u64,
    /// The first of them.
    pub first_missing: Option<Timestamp>,
    /// Points, or buckets of events, that are far from the rest in time and were set apart.
    pub n_stray: u64,
    /// The first and the last of them.
    pub stray: Option<(Timestamp, Timestamp)>,
    /// Buckets that the start or the end of the events cuts, and which were left out.
    pub cut: Vec<Timestamp>,
}

impl Changes {
    /// Adds those of another group.
    pub(crate) fn merge(&mut self, other: Self) {
        self.steps.extend(other.steps);
        self.steps.sort_unstable();
        self.steps.dedup();
        self.n_moved += other.n_moved;
        self.n_joined += other.n_joined;
        self.n_missing += other.n_missing;
        self.first_missing = match (self.first_missing, other.first_missing) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if let Some((first, last)) = other.stray {
            self.add_stray(first, last, other.n_stray);
        }
        self.cut.extend(other.cut);
        self.cut.sort_unstable();
        self.cut.dedup();
    }

    fn add_stray(&mut self, first: Timestamp, last: Timestamp, n: u64) {
        self.n_stray += n;
        let (from, to) = self.stray.unwrap_or((first, last));
        self.stray = Some((from.min(first), to.max(last)));
    }
}

/// Sums the changes of groups.
impl std::iter::Sum for Changes {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, changes| {
            sum.merge(changes);
            sum
        })
    }
}

/// Neighbours farther apart than a year, and than [`FAR_GAPS`] usual distances, do not belong together.
const YEAR: i128 = 365 * 86_400 * SECOND;
const FAR_GAPS: i128 = 20;
/// A grid of the most common distance has at most so many times for each point.
const SPARSE: i128 = 4;
/// Lengths that a bucket of irregular points may have, in seconds, up to a week.
const LENGTHS: [i128; 22] = [
    1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400,
    21_600, 28_800, 43_200, 86_400,
];
const WEEK: i128 = 7 * 86_400 * SECOND;
const SECOND: i128 = 1_000_000_000;

/// The series of points that are sorted by time.
pub(crate) fn gather(mut points: Vec<Point>, fill: Fill) -> Result<(Series, Changes), Error> {
    let mut changes = Changes::default();
    set_apart(&mut points, |point| point.time, &mut changes);
    let n_points = points.len();
    let (step, origin) = grid(&points)?;
    let points = join(points, step, origin, &mut changes)?;
    let series = place(&points, step, fill, limit(n_points), &mut changes)?;
    Ok((series, changes))
}

/// The series of points that are on the grid of a step; what is missing is counted.
pub(crate) fn place(
    points: &[Point],
    step: Period,
    fill: Fill,
    most: u64,
    changes: &mut Changes,
) -> Result<Series, Error> {
    let series = lay_out(points, step, fill, most)?;
    let mut present = points.iter().filter(|point| !point.value.is_nan()).peekable();
    for &time in series.times() {
        if present.next_if(|point| point.time == time).is_none() {
            changes.n_missing += 1;
            changes.first_missing.get_or_insert(time);
        }
    }
    changes.steps = vec![step];
    Ok(series)
}

/// Keeps of what is sorted by time the longest stretch without a gap of a year and many usual
/// distances, the first of several; counts the rest.
pub(crate) fn set_apart<T>(
    all: &mut Vec<T>,
    time: impl Fn(&T) -> Timestamp,
    changes: &mut Changes,
) {
    let far = far(all, &time);
    let mut stretches = all
        .chunk_by(|a, b| nanos(time(a), time(b)) <= far)
        .scan(0, |start, stretch| {
            *start += stretch.len();
            Some((*start - stretch.len(), *start))
        })
        .collect::<Vec<_>>();
    if stretches.len() < 2 {
        return;
    }
    stretches.sort_by_key(|(start, end)| std::cmp::Reverse(end - start));
    let (start, end) = stretches[0];
    for &(start, end) in &stretches[1..] {
        changes.add_stray(time(&all[start]), time(&all[end - 1]), (end - start) as u64);
    }
    all.truncate(end);
    all.drain(..start);
}

fn far<T>(all: &[T], time: impl Fn(&T) -> Timestamp) -> i128 {
    let mut gaps: Vec<i128> =
        all.windows(2).map(|pair| nanos(time(&pair[0]), time(&pair[1]))).collect();
    if gaps.iter().all(|gap| *gap <= YEAR) {
        return YEAR;
    }
    let middle = (gaps.len() - 1) / 2;
    let (_, usual, _) = gaps.select_nth_unstable(middle);
    YEAR.max(usual.saturating_mul(FAR_GAPS))
}

pub(crate) fn nanos(from: Timestamp, to: Timestamp) -> i128 {
    from.duration_until(to).as_nanos()
}

/// The step of points that are sorted by time, and where one of its grids begins.
///
/// The most common distance, if most distances are wholes of it; else a round length near the usual
/// one.
fn grid(points: &[Point]) -> Result<(Period, Timestamp), Error> {
    let common = common_step(points)?;
    let step = common.duration().as_nanos();
    let mut gaps: Vec<i128> = points.windows(2).map(|it| nanos(it[0].time, it[1].time)).collect();
    gaps.retain(|gap| *gap > 0);
    let (n, span) = (gaps.len(), gaps.iter().sum::<i128>());
    let n_equal = gaps.iter().filter(|gap| **gap == step).count();
    let n_whole = gaps.iter().filter(|gap| **gap % step == 0).count();
    if 2 * n_equal >= n || (2 * n_whole >= n && span / step <= SPARSE * (n as i128 + 1)) {
        return Ok((common, phase(points, step)));
    }
    let (_, usual, _) = gaps.select_nth_unstable((n - 1) / 2);
    Ok((round(*usual), Timestamp::UNIX_EPOCH))
}

/// A time of the grid on which most points are.
fn phase(points: &[Point], step: i128) -> Timestamp {
    let mut counts: BTreeMap<i128, usize> = BTreeMap::new();
    for point in points {
        *counts.entry(point.time.as_nanosecond().rem_euclid(step)).or_default() += 1;
    }
    let usual = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    let usual = usual.and_then(|(phase, _)| Timestamp::from_nanosecond(phase).ok());
    usual.unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The shortest round length that is not much shorter than this.
fn round(usual: i128) -> Period {
    let enough = |length: i128| 10 * length >= 9 * usual;
    let short = (0..9).map(|power| 10_i128.pow(power));
    let mut lengths = short.chain(LENGTHS.into_iter().map(|length| length * SECOND));
    let length = lengths.find(|length| enough(*length)).unwrap_or(WEEK);
    Period::from(SignedDuration::from_nanos_i128(length))
}

/// Puts points at the starts of their buckets; the value of several is their mean.
fn join(
    points: Vec<Point>,
    step: Period,
    origin: Timestamp,
    changes: &mut Changes,
) -> Result<Vec<Point>, Error> {
    let mut joined: Vec<Point> = Vec::with_capacity(points.len());
    let (mut sum, mut n_values) = (ExactSum::default(), 0_u32);
    for point in points {
        let time = step.floor(point.time, origin)?;
        changes.n_moved += u64::from(time != point.time);
        let Some(last) = joined.last_mut().filter(|last| last.time == time) else {
            (sum, n_values) = start(point)?;
            joined.push(Point { time, ..point });
            continue;
        };
        changes.n_joined += 1;
        if !point.value.is_nan() {
            sum.add(summand(point)?);
            n_values += 1;
            last.value = sum.value() / f64::from(n_values);
        }
    }
    Ok(joined)
}

/// The sum of a first value, and the number of values.
fn start(point: Point) -> Result<(ExactSum, u32), Error> {
    let mut sum = ExactSum::default();
    if point.value.is_nan() {
        return Ok((sum, 0));
    }
    // A value that stays alone may be as large as it likes.
    if point.value.abs() <= LARGEST {
        sum.add(summand(point)?);
    }
    Ok((sum, 1))
}

fn summand(point: Point) -> Result<f64, Error> {
    let Point { time, value, index } = point;
    match value {
        value if value.is_infinite() => Err(Error::Infinite { index, time, value }),
        value if value.abs() > LARGEST => Err(Error::EventValue { time, value, largest: LARGEST }),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(points: &[(i64, f64)]) -> (Series, Changes) {
        let points: Vec<_> =
            points.iter().map(|&(second, v)| (Timestamp::constant(second, 0), v)).collect();
        Series::gather(&points, Fill::Missing).unwrap()
    }

    fn seconds(series: &Series) -> Vec<i64> {
        series.times().iter().map(|time| time.as_second()).collect()
    }

    #[test]
    fn regular_points_stay_as_they_are() {
        let points: Vec<(i64, f64)> = (0..50).map(|i| (7 + 300 * i, i as f64)).collect();
        let (series, changes) = gathered(&points);
        assert_eq!(seconds(&series), points.iter().map(|it| it.0).collect::<Vec<_>>());
        assert_eq!(changes, Changes { steps: vec!["5min".parse().unwrap()], ..Changes::default() });
    }

    #[test]
    fn a_point_off_the_grid_moves_to_it_and_doubled_ones_are_joined() {
        let mut points: Vec<(i64, f64)> = (0..50).map(|i| (300 * i, 1.0)).collect();
        (points[10].0, points[20].0) = (3001, 19 * 300);
        points[20].1 = 4.0;
        let (series, changes) = gathered(&points);
        assert_eq!(series.len(), 50);
        assert_eq!((changes.n_moved, changes.n_joined, changes.n_missing), (1, 1, 1));
        assert_eq!(changes.first_missing, Some(Timestamp::constant(6000, 0)));
        assert!(series.values()[19] == 2.5 && series.values()[20].is_nan());
    }

    #[test]
    fn irregular_points_come_into_round_buckets() {
        let points: Vec<(i64, f64)> = (0..400).map(|i| (290 * i + 13 * (i * i % 7), 1.0)).collect();
        let (series, changes) = gathered(&points);
        assert_eq!(changes.steps, ["5min".parse().unwrap()]);
        assert!(seconds(&series).iter().all(|second| second % 300 == 0));
        assert_eq!(round(1), "1ns".parse().unwrap());
        assert_eq!(round(2_000_000_000_000_000), "1W".parse().unwrap());
    }

    #[test]
    fn a_year_of_nothing_sets_the_lesser_part_apart() {
        let mut points: Vec<(i64, f64)> = (0..50).map(|i| (3600 * i, 1.0)).collect();
        points.extend([(400_000_000, 1.0), (400_003_600, 1.0), (-400_000_000, 1.0)]);
        let (series, changes) = gathered(&points);
        assert_eq!((series.len(), changes.n_stray), (50, 3));
        let ends = [-400_000_000, 400_003_600].map(|second| Timestamp::constant(second, 0));
        assert_eq!(changes.stray, Some((ends[0], ends[1])));
    }

    #[test]
    fn years_are_near_each_other_where_points_are_yearly() {
        let points: Vec<(i64, f64)> = (0..20).map(|i| (366 * 86_400 * i, 1.0)).collect();
        assert_eq!(gathered(&points).1.n_stray, 0);
    }
}
