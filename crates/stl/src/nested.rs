//! Periods within periods, as the day within the week.

use crate::{
    FoundPeriod,
    confirm::{LEAST_CYCLES, MUCH_MORE, describe, most, without_average},
    spectrum::{Autocorrelation, Peak},
};

/// How often a period must fit in another to be one beside it, not its shape.
const LEAST_WITHIN: usize = 5;

/// The part of what a period says, and of how alike it is, that the period within it must have.
const AS_MUCH: f64 = 2.0 / 3.0;

/// A multiple of a shorter period is near within this part of the shorter one, hardly by chance.
const NEAR: usize = 8;

/// A period within a period: an overtone that stands out, and with which the series repeats about as
/// well as with the whole once all that is slower is taken away. The overtones of one shape do not.
pub(crate) fn inner(rest: &[f64], peaks: &[Peak], period: usize) -> Option<FoundPeriod> {
    peaks
        .iter()
        .filter(|peak| is_harmonic(peak.frequency, period))
        .filter(|peak| peak.nominal() * LEAST_WITHIN <= period)
        .filter_map(|peak| repeating_within(rest, peak, period))
        .find_map(|inner| describe(rest, inner))
}

fn repeating_within(rest: &[f64], peak: &Peak, period: usize) -> Option<usize> {
    // Twice, since one average of a slow wave leaves much of it.
    let fast = without_average(&without_average(rest, peak.nominal()), peak.nominal());
    let correlations = Autocorrelation::of(&fast);
    let inner = most(&correlations, peak.shortest()..=peak.longest())?;
    let says_as_much = correlations.share(inner) > AS_MUCH * correlations.share(period);
    let is_as_alike = correlations.at(inner) > AS_MUCH * correlations.at(period);
    (says_as_much && is_as_alike).then_some(inner)
}

/// The multiple of a shorter period that was found, if it is near and says as much: a series of few
/// cycles hardly tells a long period from the next.
pub(crate) fn align(rest: &[f64], it: FoundPeriod, found: &[FoundPeriod]) -> FoundPeriod {
    let near_multiple = |shorter: usize| {
        let multiple = (it.period + shorter / 2) / shorter * shorter;
        (NEAR * it.period.abs_diff(multiple) <= shorter).then_some(multiple)
    };
    found
        .iter()
        .filter(|shorter| shorter.period < it.period)
        .filter_map(|shorter| near_multiple(shorter.period))
        .min_by_key(|&multiple| it.period.abs_diff(multiple))
        .filter(|&multiple| multiple != it.period && multiple <= rest.len() / LEAST_CYCLES)
        .and_then(|multiple| describe(rest, multiple))
        .filter(|other| 1.0 - other.strength <= MUCH_MORE * (1.0 - it.strength))
        .unwrap_or(it)
}

/// Whether a frequency is what a cycle that changes leaves about its own.
pub(crate) fn is_harmonic(frequency: f64, period: usize) -> bool {
    let ratio = period as f64 * frequency;
    ratio > 0.9 && (ratio - ratio.round()).abs() < 0.1
}
