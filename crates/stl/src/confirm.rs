//! Whether a series repeats with a period, and how much that says.

use std::ops::RangeInclusive;

use crate::{FoundPeriod, average::moving_average, spectrum::Autocorrelation};

/// A period must fit in the series this often.
pub(crate) const LEAST_CYCLES: usize = 3;

/// How many standard errors the share of a period must be above zero.
pub(crate) const CONFIRMED: f64 = 2.0;

/// How much more of the variance a multiple of a period must explain to be taken instead, or may leave.
pub(crate) const MUCH_MORE: f64 = 1.25;

/// The least share of the variance that a period is worth naming for.
const LEAST_STRENGTH: f64 = 0.02;

/// What is known of a period, or of two to four times as long a one that says much more, if the series
/// repeats with it.
pub(crate) fn confirm(rest: &[f64], period: usize) -> Option<FoundPeriod> {
    let longest = rest.len() / LEAST_CYCLES;
    let mut periods = vec![period];
    periods.extend((2..=4).filter_map(|times| {
        best(rest, times * (period - 1)..=(times * (period + 1)).min(longest))
    }));
    // All by the same series, less the average over the longest.
    let correlations = Autocorrelation::of(&without_average(rest, *periods.last()?));
    let shares = periods.iter().map(|&period| (period, correlations.share(period)));
    let (at, most) = shares.clone().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let error = CONFIRMED * standard_error(&correlations, at, rest.len());
    let says_as_much = |&(_, share): &(usize, f64)| MUCH_MORE * share + error >= most;
    let (shortest, _) = shares.clone().find(says_as_much)?;
    describe(rest, shortest).or_else(|| describe(rest, period))
}

pub(crate) fn describe(rest: &[f64], period: usize) -> Option<FoundPeriod> {
    let correlations = Autocorrelation::of(&without_average(rest, period));
    let (strength, autocorrelation) = (correlations.share(period), correlations.at(period));
    let is_top = autocorrelation > correlations.at(period / 2)
        && autocorrelation > correlations.at(period * 3 / 2);
    // Two outliers make a share for every divisor of their distance, but do not repeat.
    let repeats = autocorrelation > 0.5 * strength - CONFIRMED / (rest.len() as f64).sqrt();
    let least = CONFIRMED * standard_error(&correlations, period, rest.len());
    (is_top && repeats && strength > least.max(LEAST_STRENGTH)).then_some(FoundPeriod {
        period,
        strength: strength.min(1.0),
        autocorrelation,
    })
}

/// The period whose mean cycle explains most.
pub(crate) fn best(rest: &[f64], periods: RangeInclusive<usize>) -> Option<usize> {
    if periods.is_empty() {
        return None;
    }
    let middle = usize::midpoint(*periods.start(), *periods.end());
    most(&Autocorrelation::of(&without_average(rest, middle)), periods)
}

pub(crate) fn most(
    correlations: &Autocorrelation,
    periods: RangeInclusive<usize>,
) -> Option<usize> {
    let share = |&period: &usize| correlations.share(period);
    periods.filter(|&period| period > 1).max_by(|a, b| share(a).total_cmp(&share(b)))
}

/// Of the share that a mean cycle explains.
fn standard_error(correlations: &Autocorrelation, period: usize, n: usize) -> f64 {
    let phases = period as f64 / correlations.redundancies()[period / 2];
    period as f64 / n as f64 * (2.0 / phases).sqrt()
}

/// The values less their moving average over about one period, which takes a trend away; at the ends
/// over what there is.
pub(crate) fn without_average(values: &[f64], period: usize) -> Vec<f64> {
    let half = (period / 2).max(1);
    let padded: Vec<f64> = std::iter::repeat_n(values[0], half)
        .chain(values.iter().copied())
        .chain(std::iter::repeat_n(values[values.len() - 1], half))
        .collect();
    let mut average = vec![0.0; values.len()];
    moving_average(&padded, 2 * half + 1, &mut average);
    average.iter().zip(values).map(|(average, value)| value - average).collect()
}
