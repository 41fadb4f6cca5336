//! DBSCAN by its definition, all pairs, and data to compare on.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::must_use_candidate,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "every test uses a part of it, and nobody else any"
)]

use ndarray::{Array2, ArrayRef1};
use oddsift_dbscan::{Dbscan, Metric};
use proptest::prelude::*;

/// Labels and core flags by the definition: all pairs, then clusters grown from the first core row.
pub fn by_definition(
    x: &Array2<f64>,
    weights: &[f64],
    eps: f64,
    min_samples: usize,
    metric: Metric,
) -> (Vec<i64>, Vec<bool>) {
    let n = x.nrows();
    let inside = |a: usize, b: usize| sum(metric, &x.row(a), &x.row(b)) <= limit(metric, eps);
    let weight =
        |row| (0..n).filter(|&other| inside(row, other)).map(|other| weights[other]).sum::<f64>();
    let core: Vec<bool> = (0..n).map(|row| weight(row) >= min_samples as f64).collect();
    let mut labels = vec![-1; n];
    let mut next = 0;
    for row in 0..n {
        if !core[row] || labels[row] >= 0 {
            continue;
        }
        labels[row] = next;
        let mut front = vec![row];
        while let Some(from) = front.pop() {
            for to in (0..n).filter(|&to| inside(from, to)) {
                if labels[to] < 0 {
                    labels[to] = next;
                    if core[to] {
                        front.push(to);
                    }
                }
            }
        }
        next += 1;
    }
    (labels, core)
}

/// The sum that the metric compares with `eps` or its power, added in column order.
pub fn sum(metric: Metric, a: &ArrayRef1<f64>, b: &ArrayRef1<f64>) -> f64 {
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    match metric {
        Metric::Euclidean => differences.fold(0.0, |sum, d| sum + d * d),
        Metric::Manhattan => differences.fold(0.0, |sum, d| sum + d),
        Metric::Chebyshev => differences.fold(0.0, f64::max),
        Metric::Minkowski(p) => differences.fold(0.0, |sum, d| sum + d.powf(p)),
        _ => unreachable!(),
    }
}

/// What that sum may be.
pub fn limit(metric: Metric, eps: f64) -> f64 {
    match metric {
        Metric::Euclidean => eps * eps,
        Metric::Minkowski(p) => eps.powf(p),
        _ => eps,
    }
}

/// The cluster of the nearest core row, the lowest of several; -1 where none is within `eps`.
pub fn predicted_by_definition(
    model: &Dbscan,
    x: &Array2<f64>,
    point: &ArrayRef1<f64>,
    eps: f64,
    metric: Metric,
) -> i64 {
    let cores = model.core_samples().iter();
    let near = cores.map(|&row| (sum(metric, &x.row(row), point), model.labels()[row]));
    let near = near.filter(|near| near.0 <= limit(metric, eps));
    let nearest = near.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    nearest.map_or(-1, |(_, label)| label.to_i64())
}

pub fn found(model: &Dbscan) -> (Vec<i64>, Vec<bool>) {
    let labels = model.labels().iter().map(|label| label.to_i64()).collect();
    (labels, (0..model.labels().len()).map(|row| model.is_core(row)).collect())
}

pub fn metrics() -> impl Strategy<Value = Metric> {
    prop_oneof![
        4 => Just(Metric::Euclidean),
        1 => Just(Metric::Manhattan),
        1 => Just(Metric::Chebyshev),
        1 => Just(Metric::Minkowski(3.0)),
        1 => Just(Metric::Minkowski(1.5)),
    ]
}

/// Small whole numbers: many ties, many equal rows, many pairs at exactly a whole `eps`.
pub fn grid(n_columns: impl Strategy<Value = usize>) -> impl Strategy<Value = Array2<f64>> {
    matrix(n_columns, (0_i32..12).prop_map(f64::from).boxed(), 200)
}

pub fn matrix(
    n_columns: impl Strategy<Value = usize>,
    value: BoxedStrategy<f64>,
    most: usize,
) -> impl Strategy<Value = Array2<f64>> {
    (0..most, n_columns).prop_flat_map(move |(n, d)| {
        prop::collection::vec(value.clone(), n * d)
            .prop_map(move |v| Array2::from_shape_vec((n, d), v).unwrap())
    })
}

/// Blobs of very different density, at some distance from 0.
pub fn uneven(n_columns: usize) -> impl Strategy<Value = Array2<f64>> {
    let value = prop_oneof![0.0..1.0, 100.0..100.1, 50.0..60.0, Just(0.5)];
    matrix(Just(n_columns), value.boxed(), 300)
}

/// A core row's prediction is its own label, and noise is what has no core row within reach.
pub fn fitted_rows_are_predicted(model: &Dbscan, x: &Array2<f64>) -> Result<(), TestCaseError> {
    for (row, label) in model.predict(x).unwrap().into_iter().enumerate() {
        if model.is_core(row) {
            prop_assert_eq!(label, model.labels()[row]);
        }
        prop_assert_eq!(label.is_noise(), model.labels()[row].is_noise());
    }
    Ok(())
}

/// The numbers of `SplitMix64`.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Tied grids, halves of them, clouds, blobs beside repeated rows, and lines with one far point.
    pub fn set(&mut self, n_rows: usize, n_columns: usize) -> Array2<f64> {
        let (kind, size) = (self.below(5), 2 + self.below(10));
        let far = self.below(n_rows.max(1));
        let repeated: Vec<f64> = (0..n_columns).map(|_| self.unit()).collect();
        let repeats: Vec<bool> = (0..n_rows).map(|_| self.below(3) == 0).collect();
        Array2::from_shape_fn((n_rows, n_columns), |(row, column)| match kind {
            0 => self.below(size) as f64,
            1 => self.below(2 * size) as f64 / 2.0 + 1e6,
            2 => self.unit() * size as f64,
            3 if repeats[row] => repeated[column],
            3 => (self.below(3) * 10) as f64 + self.unit() * self.unit(),
            _ if row == far => 1e9,
            _ if column == 0 => row as f64 * 0.5,
            _ => self.below(2) as f64,
        })
    }

    pub fn weights(&mut self, n_rows: usize) -> Option<Vec<f64>> {
        // Halves: their sums are exact in any order.
        let lowest = [None, Some(0.0), Some(1.0), Some(-2.0)][self.below(4)]?;
        Some((0..n_rows).map(|_| (self.below(9) as f64 + lowest) * 0.5).collect())
    }
}
