//! Seeded point sets.

use std::collections::BTreeSet;

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// `n` process events as rows of length one made from token count, path score and session flag, of
/// which 2 % are distinct and the rest repeat as Zipf's law has it.
pub fn events(n: usize) -> Array2<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let n_distinct = (n / 50).max(1);
    let paths: Vec<f64> =
        (0..900).map(|_| f64::from(random.random_range(1200..7000_u32))).collect();
    let mut seen = BTreeSet::new();
    let mut distinct = Vec::with_capacity(n_distinct);
    while distinct.len() < n_distinct {
        let tokens = geometric(&mut random, 0.03).min(400);
        let path = paths[(geometric(&mut random, 0.008) - 1).min(paths.len() - 1)];
        let session = f64::from(u8::from(random.random_bool(0.4)));
        let row = [tokens as f64, path, session];
        if seen.insert(row.map(f64::to_bits)) {
            let norm = row.iter().map(|value| value * value).sum::<f64>().sqrt();
            distinct.push(row.map(|value| value / norm));
        }
    }
    let picks = zipf(&mut random, n_distinct, n);
    Array2::from_shape_fn((n, 3), |(row, column)| distinct[picks[row]][column])
}

/// `n` rows around `n_centers` random centers in a cube of side 100, 5 % of them anywhere in it.
pub fn blobs(n: usize, n_columns: usize, n_centers: usize) -> Array2<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
    let anywhere = |random: &mut Xoshiro256PlusPlus| random.random::<f64>() * 100.0;
    let centers = Array2::from_shape_simple_fn((n_centers, n_columns), || anywhere(&mut random));
    let mut x = Array2::zeros((n, n_columns));
    for mut row in x.outer_iter_mut() {
        let center = random.random_range(0..n_centers);
        let noise = random.random_bool(0.05);
        for (column, value) in row.iter_mut().enumerate() {
            *value = if noise {
                anywhere(&mut random)
            } else {
                centers[[center, column]] + normal(&mut random)
            };
        }
    }
    x
}

/// `n` rows of standard normal values; one in a hundred has normal values of deviation 6 added.
pub fn normal_with_odd_ones(n: usize, n_columns: usize) -> Array2<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(100 + n_columns as u64);
    let mut x = Array2::zeros((n, n_columns));
    for mut row in x.outer_iter_mut() {
        let is_odd = random.random_bool(0.01);
        for value in &mut row {
            *value = normal(&mut random);
            if is_odd {
                *value += 6.0 * normal(&mut random);
            }
        }
    }
    x
}

/// `n` rows evenly in a cube with the given side.
pub fn uniform(n: usize, n_columns: usize, side: f64) -> Array2<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
    Array2::from_shape_simple_fn((n, n_columns), || random.random::<f64>() * side)
}

/// Every one of `n_distinct` once, then by rank with weight `rank^-1.05`, shuffled.
fn zipf(random: &mut Xoshiro256PlusPlus, n_distinct: usize, n: usize) -> Vec<usize> {
    let mut up_to = Vec::with_capacity(n_distinct);
    let mut total = 0.0;
    for rank in 1..=n_distinct {
        total += (rank as f64).powf(-1.05);
        up_to.push(total);
    }
    let mut picks: Vec<usize> = (0..n_distinct).collect();
    while picks.len() < n {
        let at = random.random::<f64>() * total;
        picks.push(up_to.partition_point(|&sum| sum < at).min(n_distinct - 1));
    }
    for i in (1..n).rev() {
        picks.swap(i, random.random_range(0..=i));
    }
    picks
}

/// Tries until the first success, at least 1.
fn geometric(random: &mut Xoshiro256PlusPlus, p: f64) -> usize {
    1 + std::iter::repeat_with(|| random.random_bool(p)).take_while(|success| !success).count()
}

/// By Box and Muller.
pub(crate) fn normal(random: &mut Xoshiro256PlusPlus) -> f64 {
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.random::<f64>()).cos()
}
