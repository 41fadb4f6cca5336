//! Seeded time series.

use std::f64::consts::TAU;

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::points::normal;

/// `n` hourly values a column: a slow rise, a day, a week and noise of deviation 2, and in one of two
/// hundred places noise of deviation 40 on top. Columns differ in their noise.
pub fn hourly(n: usize, n_series: usize) -> Array2<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    Array2::from_shape_fn((n, n_series), |(hour, _)| {
        let hour = hour as f64;
        let (day, week) = (TAU * hour / 24.0, TAU * hour / 168.0);
        let odd = if random.random_bool(0.005) { 40.0 * normal(&mut random) } else { 0.0 };
        50.0 + 3e-4 * hour + 10.0 * day.sin() + 5.0 * week.cos() + 2.0 * normal(&mut random) + odd
    })
}
