//! Which periods a series has: the search from round to round.

use crate::{
    AsSeries, Error, FoundPeriod, NoPeriod, PeriodSearch,
    confirm::{CONFIRMED, LEAST_CYCLES, MUCH_MORE, best, confirm, without_average},
    gaps::bridge,
    nested::{align, inner, is_harmonic},
    params::check_values,
    scale::Scale,
    spectrum::{Autocorrelation, peaks},
};

/// Fewer values than this have no cycles that could be told from chance.
const LEAST_VALUES: usize = 24;

/// Rounds of search, each of which finds at most one period.
const ROUNDS: usize = 6;

/// Peaks that are looked at in a round, strongest first.
const PEAKS: usize = 12;

/// How many standard errors it must be where no frequency stands out.
const REPEATED: f64 = 5.0;

/// Values farther than this many interquartile ranges outside the quartiles are outliers.
const CLIPPED: f64 = 3.0;

/// The shortest period that is looked for by shape: differences of noise have more power at the highest
/// frequencies than elsewhere.
const SHORTEST_SHAPE: usize = 6;

/// Independent phases that a shape must have.
const LEAST_FREEDOM: f64 = 3.0;

/// Finds the periods of a series of values at equal distances in time; NaN is a missing value.
///
/// A period must fit three times. A frequency counts that stands out of its neighbours in the
/// periodogram, by chance once in some thousand series, and at whose period the series correlates with
/// itself. The mean cycle is then taken away and the search begins again, so that a week shows beside
/// a day; a day that shows within a week goes first. Half, a third and a quarter of a period that was
/// found are taken for its shape, and so are shorter ones unless the series repeats with them about as
/// well. Neither a trend nor a random walk has periods. Time `O(n log n)`, memory `O(n)`.
///
/// Peaks that the autocorrelation confirms are the idea of Vlachos, Yu and Castelli, "On periodicity
/// detection and structural similarity", SDM 2005, section 3.
///
/// # Errors
///
/// [`Error::Infinite`] for the first infinity in `y`.
///
/// ```
/// use oddsift_stl::find_periods;
///
/// // Hours of ten weeks: the working day, and the weekend without it.
/// let hour = |i: u32| f64::from(u8::from(i % 24 > 8 && i % 24 < 18 && i % 168 < 120));
/// let y: Vec<f64> = (0..1680).map(hour).collect();
/// let periods: Vec<usize> = find_periods(&y)?.periods().iter().map(|it| it.period).collect();
/// assert_eq!(periods, [168, 24]);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[doc(alias = "find_period")]
pub fn find_periods(y: &(impl AsSeries + ?Sized)) -> Result<PeriodSearch, Error> {
    search(&y.as_series())
}

fn search(y: &[f64]) -> Result<PeriodSearch, Error> {
    check_values(y)?;
    let n = y.iter().filter(|value| !value.is_nan()).count();
    if n < LEAST_VALUES {
        return Ok(none(NoPeriod::TooShort { n, least: LEAST_VALUES }));
    }
    let mut scaled = Vec::new();
    let mut rest = Scale::of(y).apply(y, &mut scaled).to_vec();
    bridge(&mut rest, &[], 1);
    if is_line(&rest) {
        return Ok(none(NoPeriod::Constant));
    }
    clip(&mut rest);
    let (mut found, mut reason) = (Vec::new(), NoPeriod::NoPeak);
    for _ in 0..ROUNDS {
        match strongest(&rest, &found) {
            Ok(period) => {
                remove_cycle(&mut rest, period.period);
                found.push(period);
            }
            Err(it) => {
                reason = it;
                break;
            }
        }
    }
    keep_longest_shapes(&mut found);
    found.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    let none_found = found.is_empty().then_some(reason);
    Ok(PeriodSearch { periods: found, none_found })
}

fn none(reason: NoPeriod) -> PeriodSearch {
    PeriodSearch { periods: Vec::new(), none_found: Some(reason) }
}

/// Whether the values are on a straight line but for rounding.
fn is_line(values: &[f64]) -> bool {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    values.windows(3).all(|v| (v[2] - 2.0 * v[1] + v[0]).abs() <= 1e-13 * largest)
}

/// Brings far values near: whatever distance two outliers have would be a period.
fn clip(values: &mut [f64]) {
    let mut sorted = values.to_vec();
    let last = sorted.len() - 1;
    let lower = *sorted.select_nth_unstable_by(last / 4, f64::total_cmp).1;
    let upper = *sorted.select_nth_unstable_by(last - last / 4, f64::total_cmp).1;
    let reach = CLIPPED * (upper - lower);
    if reach > 0.0 {
        for value in values {
            *value = value.clamp(lower - reach, upper + reach);
        }
    }
}

/// The strongest period that is confirmed and new.
fn strongest(rest: &[f64], found: &[FoundPeriod]) -> Result<FoundPeriod, NoPeriod> {
    let is_new = |frequency: f64| !found.iter().any(|it| is_harmonic(frequency, it.period));
    let mut peaks = peaks(rest);
    peaks.retain(|peak| is_new(peak.frequency));
    peaks.sort_by(|a, b| b.power.total_cmp(&a.power));
    peaks.truncate(PEAKS);
    let longest = rest.len() / LEAST_CYCLES;
    let by_peak =
        peaks.iter().filter_map(|peak| best(rest, peak.shortest()..=peak.longest().min(longest)));
    let by_shape = repeating(rest).filter(|&period| is_new(1.0 / period as f64));
    let confirmed = by_shape
        .into_iter()
        .chain(by_peak)
        .filter_map(|period| confirm(rest, period))
        .find(|it| is_new(1.0 / it.period as f64));
    let Some(confirmed) = confirmed else {
        return Err(match peaks.first() {
            Some(peak) => NoPeriod::NotRepeated { period: peak.nominal() },
            None => NoPeriod::NoPeak,
        });
    };
    Ok(inner(rest, &peaks, confirmed.period).unwrap_or_else(|| align(rest, confirmed, found)))
}

/// A period whose mean cycle differs from chance in the differences, whatever its shape.
///
/// Shares are tested as chi-squares, by the cube root of Wilson and Hilferty (1931).
fn repeating(rest: &[f64]) -> Option<usize> {
    let differences: Vec<f64> = rest.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let n = differences.len() as f64;
    let correlations = Autocorrelation::of(&differences);
    let redundancies = correlations.redundancies();
    let by_chance = |period: usize| period as f64 / n * redundancies[period / 2];
    let freedom = |period: usize| (period - 1) as f64 / redundancies[period / 2];
    let score = |period: usize| {
        let excess = (1.0 + correlations.share(period) / by_chance(period)).max(0.0);
        let spread = 2.0 / (9.0 * freedom(period));
        let score = (excess.cbrt() - (1.0 - spread)) / spread.sqrt();
        // With less the differences are no noise, and the cube root is no normal number.
        if freedom(period) < LEAST_FREEDOM { 0.0 } else { score }
    };
    let candidates: Vec<(usize, f64)> = (SHORTEST_SHAPE..=rest.len() / (LEAST_CYCLES + 1))
        .filter(|&period| score(period) > REPEATED)
        .map(|period| (period, correlations.share(period)))
        .collect();
    let &(at, most) = candidates.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    // Multiples explain as much as the period itself, and a little more by chance.
    let error = by_chance(at) * (2.0 / freedom(at)).sqrt();
    let first =
        candidates.iter().position(|(_, share)| MUCH_MORE * share + CONFIRMED * error >= most)?;
    // It may be on the slope of the peak that is meant.
    let is_uphill = |pair: &&[(usize, f64)]| pair[1].0 == pair[0].0 + 1 && pair[1].1 > pair[0].1;
    let n_steps = candidates[first..].windows(2).take_while(is_uphill).count();
    Some(candidates[first + n_steps].0)
}

fn cycle_means(values: &[f64], period: usize) -> Vec<f64> {
    let mut means = vec![0.0; period];
    for (at, value) in values.iter().enumerate() {
        means[at % period] += value;
    }
    for (phase, mean) in means.iter_mut().enumerate() {
        *mean /= (values.len() - phase).div_ceil(period) as f64;
    }
    means
}

fn remove_cycle(rest: &mut [f64], period: usize) {
    let means = cycle_means(&without_average(rest, period), period);
    for (at, value) in rest.iter_mut().enumerate() {
        *value -= means[at % period];
    }
}

/// Drops half, a third and a quarter of other periods.
fn keep_longest_shapes(found: &mut Vec<FoundPeriod>) {
    let all: Vec<usize> = found.iter().map(|it| it.period).collect();
    found.retain(|it| !(2..=4).any(|times| all.contains(&(times * it.period))));
}
