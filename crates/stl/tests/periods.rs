//! Periods that are found, and series that have none.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "of the plain algorithm only its numbers by chance are used here")]
mod naive;

use naive::Random;
use oddsift_stl::find_periods;

/// How many of 200 series have a period.
fn found(n: usize, seed: u64, mut series: impl FnMut(&mut Random, usize) -> f64) -> usize {
    let mut random = Random(seed);
    (0..200)
        .filter(|_| {
            let y: Vec<f64> = (0..n).map(|i| series(&mut random, i)).collect();
            find_periods(&y).unwrap().strongest().is_some()
        })
        .count()
}

#[test]
fn noise_has_no_period() {
    for n in [100, 300, 1000] {
        assert_eq!(found(n, 1, |random, _| random.normal()), 0, "{n} values");
    }
}

#[test]
fn noise_about_a_trend_has_no_period() {
    for n in [100, 300, 1000] {
        assert_eq!(found(n, 2, |random, i| random.normal() + 0.05 * i as f64), 0, "{n} values");
    }
}

#[test]
fn a_random_walk_has_no_period() {
    for n in [100, 300, 1000] {
        let mut at = 0.0;
        let walk = |random: &mut Random, i: usize| {
            at = if i == 0 { 0.0 } else { at + random.normal() };
            at
        };
        assert_eq!(found(n, 3, walk), 0, "{n} values");
    }
}

#[test]
fn heavy_tails_have_no_period() {
    for n in [100, 300, 1000] {
        assert_eq!(found(n, 4, |random, _| (2.0 * random.normal()).exp()), 0, "{n} values");
    }
}

#[test]
fn hours_have_days_and_weeks() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let hour = |i: usize| {
            let work = if i % 24 > 8 && i % 24 < 18 { 10.0 } else { 0.0 };
            let weekend = if i % 168 >= 120 { -6.0 } else { 0.0 };
            50.0 + work + weekend + random.normal()
        };
        let y: Vec<f64> = (0..2016).map(hour).collect();
        let mut periods: Vec<usize> =
            find_periods(&y).unwrap().periods().iter().map(|found| found.period).collect();
        periods.sort_unstable();
        assert_eq!(periods, [24, 168], "seed {seed}");
    }
}

#[test]
fn a_season_is_found_beside_trend_walk_and_gaps() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let mut walk = 0.0;
        let y: Vec<f64> = (0..840)
            .map(|i| {
                walk += 0.2 * random.normal();
                let turn = std::f64::consts::TAU * f64::from(i) / 24.0;
                let value = 0.05 * f64::from(i) + walk + 4.0 * turn.sin() + random.normal();
                if random.uniform() < 0.1 { f64::NAN } else { value }
            })
            .collect();
        let strongest = find_periods(&y).unwrap().strongest();
        assert_eq!(strongest.map(|found| found.period), Some(24), "seed {seed}");
    }
}

/// The periods of a series, shortest first.
fn periods(y: &[f64]) -> Vec<usize> {
    let search = find_periods(y).unwrap();
    let mut periods: Vec<usize> = search.periods().iter().map(|found| found.period).collect();
    periods.sort_unstable();
    periods
}

#[test]
fn a_day_is_found_beside_a_week_of_any_size() {
    for (day, week) in [(10.0, 10.0), (5.0, 20.0), (20.0, 5.0)] {
        for weeks in [4, 5, 6, 8, 10] {
            for seed in 0..20 {
                let mut random = Random(seed);
                let wave =
                    |i: usize, period: f64| (std::f64::consts::TAU * i as f64 / period).sin();
                let hour =
                    |i| 100.0 + day * wave(i, 24.0) + week * wave(i, 168.0) + random.normal();
                let y: Vec<f64> = (0..168 * weeks).map(hour).collect();
                assert_eq!(periods(&y), [24, 168], "{day} and {week}, {weeks} weeks, seed {seed}");
            }
        }
    }
}

#[test]
fn nearly_a_day_is_no_day() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let wave = |i: usize, period: f64| (0.3 + std::f64::consts::TAU * i as f64 / period).sin();
        let quarter = |i| 10.0 * (wave(i, 96.0) + wave(i, 672.0)) + random.normal();
        let y: Vec<f64> = (0..2688).map(quarter).collect();
        assert_eq!(periods(&y), [96, 672], "seed {seed}");
    }
}

/// A name, and the value at a part of the cycle.
type Shape = (&'static str, fn(f64) -> f64);

#[test]
fn overtones_of_one_shape_are_no_periods() {
    let shapes: [Shape; 4] = [
        ("sawtooth", |turn| turn),
        ("square wave", |turn| f64::from(u8::from(turn < 0.5))),
        ("triangle", |turn| (turn - 0.5).abs()),
        ("pulse", |turn| f64::from(u8::from(turn < 0.15))),
    ];
    for (name, shape) in shapes {
        for period in [24, 50, 168] {
            for (cycles, noise) in [(5, 0.0), (10, 0.0), (6, 1.0), (10, 1.0), (10, 3.0)] {
                for seed in 0..10 {
                    let mut random = Random(seed);
                    let at = |i: usize| {
                        10.0 * shape((i % period) as f64 / period as f64) + noise * random.normal()
                    };
                    let y: Vec<f64> = (0..period * cycles).map(at).collect();
                    let found = periods(&y);
                    assert!(
                        found.len() < 2,
                        "{found:?}: {name} of {period}, {cycles} cycles, noise {noise}, seed {seed}"
                    );
                }
            }
        }
    }
}
