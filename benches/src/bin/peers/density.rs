//! `eps` from a mean number of neighbours.

use std::collections::HashSet;

use crate::data::Points;

/// Rows whose neighbours are counted; the mean over them stands for the mean over all.
const N_SAMPLES: usize = 200;

/// The distance within which a distinct row has `n_neighbours` distinct rows on average, itself
/// included.
pub(crate) fn eps(points: &Points, n_neighbours: usize) -> f64 {
    let distinct = distinct(points);
    let step = distinct.len().div_ceil(N_SAMPLES);
    let samples: Vec<&[f64]> = distinct.iter().step_by(step).copied().collect();
    let near = samples.iter().flat_map(|sample| nearest(sample, &distinct, 50 * n_neighbours));
    let mut near: Vec<f64> = near.collect();
    let last = (n_neighbours * samples.len()).min(near.len()) - 1;
    near.select_nth_unstable_by(last, f64::total_cmp).1.sqrt()
}

fn distinct(points: &Points) -> Vec<&[f64]> {
    let mut seen = HashSet::new();
    let bits = |row: &[f64]| row.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    points.rows().filter(|row| seen.insert(bits(row))).collect()
}

/// The squared distances of the `n` rows nearest to a sample, in no order.
fn nearest(sample: &[f64], rows: &[&[f64]], n: usize) -> Vec<f64> {
    let squared = |row: &&[f64]| row.iter().zip(sample).map(|(a, b)| (a - b) * (a - b)).sum();
    let mut all: Vec<f64> = rows.iter().map(squared).collect();
    if n < all.len() {
        all.select_nth_unstable_by(n, f64::total_cmp);
        all.truncate(n);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evenly_spaced_rows_have_neighbours_on_both_sides() {
        let flat = (0..10_000).chain([0; 50]).map(f64::from).collect();
        // 10 on either side, but for the row at the end.
        let eps = eps(&Points { flat, n_columns: 1 }, 21);
        assert!((10.0..=11.0).contains(&eps), "{eps}");
    }
}
