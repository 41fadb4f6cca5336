//! Points at equal distances in time.

use std::collections::BTreeMap;

use oddsift_timespan::{Period, Timestamp};

use crate::{Error, Fill, Series};

/// A point, and where it was given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) time: Timestamp,
    pub(crate) value: f64,
    pub(crate) index: usize,
}

/// How many points series may have after their gaps are filled: enough for two years of minutes, and
/// in proportion to the points that are there, not to a time that two of them claim.
pub(crate) fn limit(n_present: usize) -> u64 {
    (n_present as u64).saturating_mul(10).saturating_add(1_000_000)
}

/// The most common distance of points that are sorted by time, the shortest of several.
pub(crate) fn common_step(points: &[Point]) -> Result<Period, Error> {
    let mut counts: BTreeMap<Period, usize> = BTreeMap::new();
    for pair in points.windows(2) {
        let step = Period::from(pair[0].time.duration_until(pair[1].time));
        *counts.entry(step).or_default() += 1;
    }
    counts.remove(&Period::ZERO);
    let mut best = None;
    for (step, count) in counts {
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((step, count));
        }
    }
    best.map(|(step, _)| step).ok_or(Error::NoStep { n_points: points.len() })
}

/// The series of points that are sorted by time: on the grid of `step`, gaps filled.
pub(crate) fn lay_out(
    points: &[Point],
    step: Period,
    fill: Fill,
    most: u64,
) -> Result<Series, Error> {
    if step <= Period::ZERO {
        return Err(Error::Step(step));
    }
    let n_points = check(points, step, fill)?;
    if n_points > most {
        return Err(Error::TooManyPoints { n_points, limit: most });
    }
    let n_points = usize::try_from(n_points).unwrap_or(points.len());
    let mut times: Vec<Timestamp> = Vec::with_capacity(n_points);
    let mut values = Vec::with_capacity(n_points);
    for point in points {
        while let Some(next) = times.last().map(|last| step.after(*last)).transpose()?
            && next < point.time
        {
            times.push(next);
            values.push(f64::NAN);
        }
        times.push(point.time);
        values.push(point.value);
    }
    fill.apply(&mut values)?;
    Ok(Series::new(times, values, Some(step)))
}

/// Looks for the first fault, and counts the points of the grid.
fn check(points: &[Point], step: Period, fill: Fill) -> Result<u64, Error> {
    let mut n_points = 0_u64;
    let mut last: Option<&Point> = None;
    for point in points {
        n_points = n_points.saturating_add(match last {
            None => 1,
            Some(last) => distance(last, point, step, fill, points[0].time)?,
        });
        check_value(point, fill)?;
        last = Some(point);
    }
    Ok(n_points)
}

/// How many steps there are between two neighbours.
fn distance(
    last: &Point,
    point: &Point,
    step: Period,
    fill: Fill,
    first: Timestamp,
) -> Result<u64, Error> {
    let (time, index) = (point.time, point.index);
    let elapsed = last.time.duration_until(time).as_nanos();
    let step_nanos = step.duration().as_nanos();
    let n_steps = u64::try_from(elapsed / step_nanos).unwrap_or(u64::MAX);
    if elapsed == 0 {
        let (first, second) = (last.index.min(index), last.index.max(index));
        return Err(Error::Duplicate { first, second, time });
    }
    if elapsed % step_nanos != 0 {
        return Err(Error::OffGrid { index, time, step, first });
    }
    if n_steps > 1 && fill == Fill::Error {
        return Err(Error::Gap { index, after: last.time, before: time, n_missing: n_steps - 1 });
    }
    Ok(n_steps)
}

fn check_value(point: &Point, fill: Fill) -> Result<(), Error> {
    let Point { time, value, index } = *point;
    if value.is_infinite() {
        return Err(Error::Infinite { index, time, value });
    }
    if value.is_nan() && fill == Fill::Error {
        return Err(Error::MissingValue { index, time });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(seconds: &[i64]) -> Vec<Point> {
        let point =
            |(index, &second)| Point { time: Timestamp::constant(second, 0), value: 1.0, index };
        seconds.iter().enumerate().map(point).collect()
    }

    fn series(seconds: &[i64], fill: Fill) -> Result<Series, Error> {
        let points = points(seconds);
        lay_out(&points, common_step(&points)?, fill, limit(points.len()))
    }

    #[test]
    fn shortest_of_the_most_common_distances_is_the_step() {
        let step = |seconds: &[i64]| common_step(&points(seconds)).map(|step| step.to_string());
        assert_eq!(step(&[0, 5, 10, 12]).unwrap(), "5s");
        assert_eq!(step(&[0, 5, 7]).unwrap(), "2s");
        assert_eq!(step(&[0, 0, 0, 7]).unwrap(), "7s");
        assert!(matches!(step(&[]), Err(Error::NoStep { n_points: 0 })));
        assert!(matches!(step(&[3, 3]), Err(Error::NoStep { n_points: 2 })));
    }

    #[test]
    fn time_between_two_steps_is_an_error() {
        let error = series(&[0, 2, 4, 7, 8], Fill::Zero).unwrap_err();
        assert!(matches!(error, Error::OffGrid { index: 3, .. }));
    }

    #[test]
    fn far_times_fill_nothing() {
        let error = series(&[0, 1, 2, 200_000_000_000], Fill::Zero).unwrap_err();
        assert!(matches!(
            error,
            Error::TooManyPoints { n_points: 200_000_000_001, limit: 1_000_040 }
        ));
        assert!(error.to_string().contains("1000040 are left of a million and 10 for each"));
        let ends = [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX];
        let points = ends.map(|time| Point { time, value: 1.0, index: 0 });
        let nanosecond = "1ns".parse().unwrap();
        assert!(lay_out(&points, nanosecond, Fill::Zero, u64::MAX - 1).is_err());
    }

    #[test]
    fn one_point_or_none_is_a_series_of_a_known_step() {
        let second = "1s".parse().unwrap();
        for n in [0, 1] {
            let found = lay_out(&points(&[7][..n]), second, Fill::Error, 9).unwrap();
            assert_eq!(found.len(), n);
        }
    }
}
