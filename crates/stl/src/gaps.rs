//! Missing values: which windows hold too few to be fitted, and what stands there instead.

use oddsift_ground::Tally;

use crate::{
    Degree, Error, Settings, Smoothing,
    cycles::Cycles,
    loess::{Input, Loess},
};

/// A window is fitted if values make up this share of its weight. With less a line would be drawn
/// far past the few values at the window's rim.
const ENOUGH: f64 = 0.05;

/// The outputs of the two weighted smoothers whose windows hold too few values.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    pub(crate) cycle: Vec<usize>,
    pub(crate) trend: Vec<usize>,
}

impl Gaps {
    /// `present` is 1 for a value and 0 for a missing one, of which there is at least one.
    pub(crate) fn find(
        settings: &Settings,
        present: &[f64],
        tally: &mut Tally<'_>,
    ) -> Result<Self, Error> {
        let n = present.len();
        let input = Input { values: present, weighted: None };
        let mut gaps = Self::default();
        // The mean of what is present is the share of the weight.
        let mean = |smoothing| Smoothing { degree: Degree::Constant, ..smoothing };
        if settings.period < n {
            let mut share = vec![0.0; n + 2 * settings.period];
            let cycles =
                Cycles::new(n, settings.period, mean(settings.seasonal)).with_floor(ENOUGH);
            cycles.smooth(input, &mut share, tally)?;
            gaps.cycle = too_few(&share);
        }
        let mut share = vec![0.0; n];
        let loess = Loess::new(n, mean(settings.trend)).with_floor(ENOUGH);
        loess.smooth(input, &mut share, tally)?;
        gaps.trend = too_few(&share);
        Ok(gaps)
    }
}

/// What parts of a series with missing values may reach.
///
/// Where hardly a value has weight in a window, beside a gap or behind a jump, its line runs far past the
/// values, and each pass draws the next one from it: without a bound the parts grow from pass to pass.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bounds(Option<(f64, f64)>);

impl Bounds {
    /// Those of a series if some of its values are NaN, else none.
    pub(crate) fn of_gaps(y: &[f64]) -> Self {
        if y.iter().any(|value| value.is_nan()) { Self::of(y) } else { Self::default() }
    }

    /// Those of values of which some may be NaN.
    pub(crate) fn of(y: &[f64]) -> Self {
        let ends = |(low, high): (f64, f64), value: &f64| (low.min(*value), high.max(*value));
        let (low, high) = y.iter().fold((f64::INFINITY, f64::NEG_INFINITY), ends);
        Self((low <= high).then_some((low, high)))
    }

    /// What is smoothed stays within the range of the values, and as far again on either side.
    pub(crate) fn keep_near(self, smoothed: &mut [f64]) {
        let Some((low, high)) = self.0 else { return };
        let range = high - low;
        clamp(smoothed, low - range, high + range);
    }

    /// A season is the difference of a value and such a trend: at most twice the range.
    pub(crate) fn keep_season(self, season: &mut [f64]) {
        let Some((low, high)) = self.0 else { return };
        let most = 2.0 * (high - low);
        clamp(season, -most, most);
    }
}

fn clamp(values: &mut [f64], low: f64, high: f64) {
    for value in values {
        *value = value.clamp(low, high);
    }
}

fn too_few(shares: &[f64]) -> Vec<usize> {
    (0..shares.len()).filter(|&i| shares[i].is_nan() || shares[i] < ENOUGH).collect()
}

/// Puts straight lines between the smoothed values on either side of each gap, in each of `stride`
/// interleaved series; the first and last ones extend to the ends.
pub(crate) fn bridge(values: &mut [f64], gaps: &[usize], stride: usize) {
    for &gap in gaps {
        values[gap] = f64::NAN;
    }
    if values.iter().all(|value| !value.is_nan()) {
        return;
    }
    for lane in 0..stride.min(values.len()) {
        bridge_series(values, lane, stride);
    }
}

/// Where not one window held enough values, the window is all of them: their mean.
pub(crate) fn widen(smoothed: &mut [f64], values: &[f64]) {
    if smoothed.first().is_some_and(|value| value.is_nan()) {
        let present = || values.iter().filter(|value| !value.is_nan());
        smoothed.fill(present().sum::<f64>() / present().count() as f64);
    }
}

fn bridge_series(values: &mut [f64], first: usize, stride: usize) {
    let mut left: Option<usize> = None;
    for at in (first..values.len()).step_by(stride) {
        if values[at].is_nan() {
            continue;
        }
        let right = values[at];
        let (start, from) = left.map_or((first, right), |left| (left, values[left]));
        let delta = (right - from) / ((at - start) / stride).max(1) as f64;
        for (step, between) in (start..at).step_by(stride).enumerate() {
            values[between] = from + delta * step as f64;
        }
        left = Some(at);
    }
    if let Some(left) = left {
        for at in (left..values.len()).step_by(stride).skip(1) {
            values[at] = values[left];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn a_gap_is_a_straight_line() {
        let mut values = [NAN, 1.0, NAN, NAN, 4.0, NAN];
        bridge(&mut values, &[], 1);
        assert_eq!(values, [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
    }

    #[test]
    fn parts_stay_near_the_values() {
        let bounds = Bounds::of(&[3.0, NAN, 1.0]);
        let mut part = [9.0, 2.0, -9.0, NAN];
        bounds.keep_near(&mut part);
        assert_eq!(part[..3], [5.0, 2.0, -1.0]);
        bounds.keep_season(&mut part);
        assert!(part[..3] == [4.0, 2.0, -1.0] && part[3].is_nan());
        let mut part = [9.0];
        Bounds::of(&[NAN]).keep_near(&mut part);
        assert_eq!(part, [9.0]);
    }

    #[test]
    fn interleaved_series_are_apart() {
        let mut values = [0.0, 9.0, 7.0, 9.0, 2.0, NAN];
        bridge(&mut values, &[2], 2);
        assert_eq!(values, [0.0, 9.0, 1.0, 9.0, 2.0, 9.0]);
    }

    #[test]
    fn without_any_value_nothing_is_made_up() {
        let mut values = [NAN; 3];
        bridge(&mut values, &[], 1);
        assert!(values.iter().all(|value| value.is_nan()));
    }
}
