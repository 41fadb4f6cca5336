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
    (n_present as u64).saturating_mul(100).saturating_add(1_000_000)
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
    let mut times = Vec::new();
    let mut values = Vec::new();
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
    let mut n_points = 0;
    let mut last: Option<&Point> = None;
    for point in points {
        n_points += match last {
            None => 1,
            Some(last) => distance(last, point, step, fill, points[0].time)?,
        };
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
