//! Laws that hold for every series: above all that the fast way finds what the plain one does.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it compared"
)]

mod naive;

use naive::{Random, largest_difference, range, series};
use oddsift_stl::{Degree, Mstl, Stl, StlParams, Workspace, find_periods};
use proptest::prelude::*;

/// Of the series' largest magnitude. Rounding, which outliers with hardly any weight magnify.
const SAME: f64 = 1e-9;

/// Weights are of remainders over their median, which may be small beside the series.
const SAME_WEIGHTS: f64 = 1e-7;

fn degree() -> impl Strategy<Value = Degree> {
    prop_oneof![Just(Degree::Constant), Just(Degree::Linear)]
}

fn odd(range: std::ops::Range<usize>) -> impl Strategy<Value = usize> {
    range.prop_map(|half| 2 * half + 1)
}

prop_compose! {
    fn windows()(period in 2_usize..30)(
        period in Just(period),
        seasonal in odd(1..30),
        trend in prop_oneof![Just(None), odd(period.div_ceil(2)..period + 60).prop_map(Some)],
        low_pass in prop_oneof![Just(None), odd(period.div_ceil(2)..period + 20).prop_map(Some)],
    ) -> StlParams {
        Stl::params(period).seasonal(seasonal).trend(trend).low_pass(low_pass)
    }
}

prop_compose! {
    fn params()(
        windows in windows(), degrees in (degree(), degree(), degree()),
        jumps in prop_oneof![Just((1, 1, 1)), (1_usize..9, 1_usize..9, 1_usize..9)],
        inner in 1_usize..4, outer in 0_usize..4,
    ) -> StlParams {
        windows
            .seasonal_degree(degrees.0).trend_degree(degrees.1).low_pass_degree(degrees.2)
            .seasonal_jump(jumps.0).trend_jump(jumps.1).low_pass_jump(jumps.2)
            .inner_iter(Some(inner)).outer_iter(Some(outer))
    }
}

fn same_as_plain(params: StlParams, y: &[f64]) {
    let settings = params.settings().unwrap();
    let (fit, plain) = (params.fit(y).unwrap(), naive::stl(&settings, y));
    let largest = largest_difference(&[1.0], &[0.0], y).recip();
    // Remainders that are nothing but rounding have weights that are chance.
    if plain.narrowest < 1e-4 * largest {
        return;
    }
    for (name, found, expected) in
        [("trend", fit.trend(), &plain.trend), ("seasonal", fit.seasonal(), &plain.seasonal)]
    {
        let difference = largest_difference(found, expected, y);
        assert!(difference < SAME, "{name} differs by {difference:e}: {settings:?}");
    }
    let difference = largest_difference(fit.weights(), &plain.weights, &[1.0]);
    assert!(difference < SAME_WEIGHTS, "weights differ by {difference:e}: {settings:?}");
}

fn with_gaps(mut y: Vec<f64>, share: f64, seed: u64) -> Vec<f64> {
    let mut random = Random(seed);
    for value in &mut y {
        if random.uniform() < share {
            *value = f64::NAN;
        }
    }
    y
}

/// Of the same seeds on every run: how far chance can move a trend has no bound.
#[test]
fn a_twentieth_missing_hardly_moves_the_trend() {
    for (seed, nth) in (0..200).zip(0_usize..) {
        let (period, cycles) = (4 + nth % 36, 6 + nth % 35);
        let mut random = Random(seed);
        let y: Vec<f64> = (0..period * cycles)
            .map(|i| {
                let turn = std::f64::consts::TAU * (i % period) as f64 / period as f64;
                50.0 + 10.0 * turn.sin() + 0.01 * i as f64 + 0.2 * random.normal()
            })
            .collect();
        let fit = Stl::params(period).fit(&y).unwrap();
        let gaps = Stl::params(period).fit(&with_gaps(y.clone(), 0.05, !seed)).unwrap();
        let (least, most) = y.iter().fold((f64::MAX, f64::MIN), |(a, b), &y| (a.min(y), b.max(y)));
        let moved = largest_difference(fit.trend(), gaps.trend(), &[most - least]);
        assert!(moved < 0.02, "seed {seed}: moved by {moved}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_fast_way_finds_what_the_plain_one_does(params in params(), length in 0_usize..400, seed: u64) {
        let period = params.settings().unwrap().period;
        same_as_plain(params, &series(period + 1 + length, period, seed));
    }

    #[test]
    fn missing_values_have_no_weight(
        params in params(), length in 0_usize..300, seed: u64, share in prop_oneof![0.0..0.1, 0.1..0.9],
    ) {
        let period = params.settings().unwrap().period;
        same_as_plain(params, &with_gaps(series(period + 1 + length, period, seed), share, !seed));
    }

    #[test]
    fn parts_sum_to_the_series(params in params(), n in 0_usize..300, seed: u64) {
        let y = series(n, 7, seed);
        let fit = params.fit(&y).unwrap();
        let sum: Vec<f64> =
            (0..n).map(|i| fit.trend()[i] + fit.seasonal()[i] + fit.remainder()[i]).collect();
        prop_assert!(largest_difference(&sum, &y, &y) < 1e-14);
    }

    #[test]
    fn a_constant_moves_the_trend_alone(windows in windows(), n in 0_usize..300, seed: u64, gaps: bool) {
        let y = with_gaps(series(n, 7, seed), if gaps { 0.2 } else { 0.0 }, seed);
        let moved: Vec<f64> = y.iter().map(|y| y + 64.0).collect();
        let (fit, other) = (windows.fit(&y).unwrap(), windows.fit(&moved).unwrap());
        let back: Vec<f64> = other.trend().iter().map(|trend| trend - 64.0).collect();
        prop_assert!(largest_difference(&back, fit.trend(), &moved) < 1e-12);
        prop_assert!(largest_difference(other.seasonal(), fit.seasonal(), &moved) < 1e-12);
        prop_assert!(largest_difference(other.remainder(), fit.remainder(), &moved) < 1e-12);
    }

    #[test]
    fn scaling_scales(params in params(), n in 0_usize..300, seed: u64, exponent in -1000_i32..1000, gaps: bool) {
        let y = with_gaps(series(n, 7, seed), if gaps { 0.2 } else { 0.0 }, seed);
        // A power of two, of which the parts are exact multiples, unless they end below f64's range.
        let factor = 2.0_f64.powi(exponent);
        let scaled: Vec<f64> = y.iter().map(|y| y * factor).collect();
        let (fit, other) = (params.fit(&y).unwrap(), params.fit(&scaled).unwrap());
        let expected: Vec<f64> = fit.trend().iter().map(|trend| trend * factor).collect();
        prop_assert!(largest_difference(other.trend(), &expected, &scaled) < 1e-12);
        prop_assert!(largest_difference(other.weights(), fit.weights(), &[1.0]) < 1e-6);
    }

    #[test]
    fn a_line_has_no_season_and_no_remainder(windows in windows(), n in 1_usize..400, start in -9.0..9.0, slope in -9.0..9.0) {
        // Two cycles have no line at a seasonal window of 3.
        let n = n + 3 * windows.settings().unwrap().period;
        let y: Vec<f64> = (0..n).map(|i| start + slope * i as f64 / n as f64).collect();
        let fit = windows.fit(&y).unwrap();
        let zeros = vec![0.0; n];
        prop_assert!(largest_difference(fit.seasonal(), &zeros, &[1.0]) < 1e-11);
        prop_assert!(largest_difference(fit.remainder(), &zeros, &[1.0]) < 1e-11);
        prop_assert!(largest_difference(fit.trend(), &y, &[1.0]) < 1e-11);
    }

    #[test]
    fn results_are_finite_whenever_the_values_are(
        params in params(),
        y in prop::collection::vec(prop_oneof![
            -1.0..1.0, Just(f64::MAX), Just(f64::MIN), Just(0.0), Just(5e-324), -1e308..1e308, any::<i32>().prop_map(f64::from),
        ], 0..120),
    ) {
        let fit = params.fit(&y).unwrap();
        let mut all = fit.trend().iter().chain(fit.seasonal()).chain(fit.remainder()).chain(fit.weights());
        prop_assert!(all.all(|value| value.is_finite()));
    }

    #[test]
    fn anything_may_be_missing(params in params(), present in prop::collection::vec(prop_oneof![1 => Just(true), 4 => Just(false)], 0..150)) {
        let y: Vec<f64> = present.iter().enumerate().map(|(i, &it)| if it { i as f64 } else { f64::NAN }).collect();
        let fit = params.fit(&y).unwrap();
        let is_finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        let any = present.contains(&true);
        prop_assert_eq!(is_finite(fit.trend()) && is_finite(fit.seasonal()), any || y.is_empty());
        for (i, &present) in present.iter().enumerate() {
            prop_assert_eq!(fit.remainder()[i].is_finite(), present);
            prop_assert!(present || fit.weights()[i] == 0.0);
        }
    }

    /// Short windows, jumps, gaps of any length: lines that run past the values must not feed each other.
    #[test]
    fn parts_of_a_series_with_gaps_stay_near_its_values(
        params in params(), robust: bool, jumps in (1_usize..40, 1_usize..40, 1_usize..40),
        present in prop::collection::vec(prop_oneof![3 => Just(true), 2 => Just(false)], 2..200), gap in 0_usize..200, seed: u64,
    ) {
        let mut random = Random(seed);
        let mut y: Vec<f64> = present.iter().map(|&it| if it { 1e7 * random.normal() } else { f64::NAN }).collect();
        let end = y.len().min(gap + gap / 2);
        y[gap.min(end)..end].fill(f64::NAN);
        prop_assume!(y.iter().any(|y| y.is_nan()) && y.iter().any(|y| !y.is_nan()));
        let params = params.robust(robust).outer_iter(if robust { None } else { Some(2) }).inner_iter(None);
        let params = params.seasonal_jump(jumps.0).trend_jump(jumps.1).low_pass_jump(jumps.2);
        let fit = params.fit(&y).unwrap();
        let (low, high) = range(&y);
        // Sums of three parts round, also where all values are one and the range is 0.
        let (wide, rounding) = (high - low, 1e-12 * low.abs().max(high.abs()));
        let trend = (low - wide - rounding)..=(high + wide + rounding);
        for (part, allowed) in [
            (fit.trend(), trend),
            (fit.seasonal(), -2.0 * wide - rounding..=2.0 * wide + rounding),
            (fit.remainder(), -4.0 * wide - rounding..=4.0 * wide + rounding),
        ] {
            for value in part.iter().filter(|value| !value.is_nan()) {
                prop_assert!(allowed.contains(value), "{value:e} is not in {allowed:?}");
            }
        }
    }

    /// The same of several seasons, each of which is made of what the others leave.
    #[test]
    fn parts_of_several_seasons_with_gaps_stay_near_the_values(
        params in params(), robust: bool, jumps in (1_usize..40, 1_usize..40, 1_usize..40),
        periods in prop::collection::btree_set(2_usize..40, 2..4), window in odd(1..10), iterate in 1_usize..5,
        present in prop::collection::vec(prop_oneof![3 => Just(true), 2 => Just(false)], 90..250), gap in 0_usize..250, seed: u64,
    ) {
        let mut random = Random(seed);
        let mut y: Vec<f64> = present.iter().map(|&it| if it { 1e7 * random.normal() } else { f64::NAN }).collect();
        let end = y.len().min(gap + gap / 2);
        y[gap.min(end)..end].fill(f64::NAN);
        prop_assume!(y.iter().any(|y| y.is_nan()) && y.iter().any(|y| !y.is_nan()));
        let params = params.trend(None).low_pass(None).robust(robust).outer_iter(if robust { None } else { Some(2) }).inner_iter(None);
        let params = params.seasonal_jump(jumps.0).trend_jump(jumps.1).low_pass_jump(jumps.2);
        let periods: Vec<usize> = periods.into_iter().collect();
        let windows = vec![window; periods.len()];
        let fit = Mstl::params(&periods).windows(&windows).iterate(iterate).stl(params).fit(&y).unwrap();
        let (low, high) = range(&y);
        let (wide, rounding) = (high - low, 1e-12 * low.abs().max(high.abs()));
        let n_seasons = fit.seasons().count() as f64;
        let season = |i: usize| fit.seasons().map(|(_, season)| season[i]).sum::<f64>();
        let seasons = fit.seasons().map(|(_, season)| (season, -2.0 * wide..=2.0 * wide));
        let most = (2.0 + 2.0 * n_seasons) * wide;
        for (part, allowed) in seasons.chain([
            (fit.trend(), (low - wide)..=(high + wide)),
            (fit.remainder(), -most..=most),
        ]) {
            let allowed = (allowed.start() - rounding)..=(allowed.end() + rounding);
            for value in part.iter().filter(|value| !value.is_nan()) {
                prop_assert!(allowed.contains(value), "{value:e} is not in {allowed:?}");
            }
        }
        for (i, y) in y.iter().enumerate() {
            let sum = fit.trend()[i] + season(i) + fit.remainder()[i];
            prop_assert_eq!(sum.is_nan(), y.is_nan());
            prop_assert!(y.is_nan() || (sum - y).abs() <= 1e-13 * (most + y.abs()), "{sum} {y}");
        }
    }

    #[test]
    fn a_workspace_changes_nothing(list in prop::collection::vec((params(), 0_usize..200, any::<bool>()), 1..6), seed: u64) {
        let mut workspace = Workspace::default();
        for (params, n, gaps) in list {
            let y = with_gaps(series(n, 9, seed), if gaps { 0.3 } else { 0.0 }, seed);
            let (fresh, used) = (params.fit(&y).unwrap(), params.fit_in(&y, &mut workspace).unwrap());
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(fresh.trend()), bits(used.trend()));
            prop_assert_eq!(bits(fresh.seasonal()), bits(used.seasonal()));
            prop_assert_eq!(bits(fresh.weights()), bits(used.weights()));
        }
    }

    #[test]
    fn several_seasons_sum_to_the_series(periods in prop::collection::btree_set(2_usize..40, 1..4), n in 90_usize..300, seed: u64) {
        let y = series(n, 12, seed);
        let periods: Vec<usize> = periods.into_iter().collect();
        let fit = Mstl::params(&periods).fit(&y).unwrap();
        let season = |i: usize| fit.seasons().map(|(_, season)| season[i]).sum::<f64>();
        let sum: Vec<f64> = (0..n).map(|i| fit.trend()[i] + season(i) + fit.remainder()[i]).collect();
        prop_assert!(largest_difference(&sum, &y, &y) < 1e-14);
    }

    #[test]
    fn any_series_can_be_searched(y in prop::collection::vec(prop_oneof![
        Just(f64::NAN), Just(0.0), Just(f64::MAX), Just(f64::MIN), -1.0..1.0, -1e300..1e300,
    ], 0..200)) {
        let search = find_periods(&y).unwrap();
        prop_assert_eq!(search.periods().is_empty(), search.none_found().is_some());
        prop_assert!(search.periods().iter().all(|found| found.period > 1 && 3 * found.period <= y.len()));
    }
}

/// Largest differences from the plain algorithm over the largest value.
#[test]
#[ignore = "the plain algorithm takes a minute for a million values"]
fn long_series_differ_by_rounding() {
    for (n, period, robust) in [
        (1_000, 24, false),
        (10_000, 24, false),
        (100_000, 24, false),
        (1_000_000, 24, false),
        (100_000, 168, false),
        (100_000, 24, true),
        (10_000, 168, true),
    ] {
        let y = series(n, period, 1);
        let params = Stl::params(period).robust(robust);
        let (fit, plain) = (params.fit(&y).unwrap(), naive::stl(&params.settings().unwrap(), &y));
        let trend = largest_difference(fit.trend(), &plain.trend, &y);
        let seasonal = largest_difference(fit.seasonal(), &plain.seasonal, &y);
        let weights = largest_difference(fit.weights(), &plain.weights, &[1.0]);
        println!(
            "{n} values, period {period}, robust {robust}: trend {trend:.1e}, seasonal {seasonal:.1e}, weights {weights:.1e}"
        );
        assert!(trend < SAME && seasonal < SAME && weights < SAME_WEIGHTS);
    }
}
