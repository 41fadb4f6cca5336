//! What does not matter: how many equal rows there are, and the units of a feature.

#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

use ndarray::Array2;
use oddsift_iforest::{Contamination, IsolationForest, Precision};

#[test]
fn constant_data_has_no_outlier() {
    for n_rows in [1, 2, 3, 99, 256, 257, 500] {
        for n_trees in [1, 3, 7, 100] {
            let x = Array2::from_elem((n_rows, 3), 0.1);
            for contamination in [Contamination::Auto, Contamination::Fraction(0.3)] {
                for (precision, extended) in
                    [(Precision::F64, false), (Precision::F32, false), (Precision::F64, true)]
                {
                    let params = IsolationForest::params()
                        .n_trees(n_trees)
                        .contamination(contamination)
                        .precision(precision)
                        .extended(extended);
                    let forest = params.fit(&x).unwrap();
                    assert!(forest.score_samples(&x).unwrap().iter().all(|score| *score == -0.5));
                    assert!(forest.predict(&x).unwrap().iter().all(|verdict| *verdict == 1));
                }
            }
        }
    }
}

#[test]
fn units_do_not_matter() {
    let x = Array2::from_shape_fn((300, 3), |(row, column)| {
        ((row * (column + 3) * 7919) % 1009) as f64
    });
    // By a power of two, so that nothing is rounded.
    let mut scaled = x.clone();
    scaled.column_mut(1).mapv_inplace(|value| value * 4096.0);
    for extended in [false, true] {
        let params = IsolationForest::params().extended(extended).seed(3);
        let scores = |x: &Array2<f64>| params.fit(x).unwrap().score_samples(x).unwrap();
        assert_eq!(scores(&x), scores(&scaled), "extended: {extended}");
    }
}

#[test]
fn a_feature_of_the_smallest_numbers_does_not_blind_slanted_cuts() {
    let mut x = Array2::from_shape_fn((301, 2), |(row, column)| match column {
        0 if row % 60 == 7 => 1e-320,
        0 => 0.0,
        _ => (row % 100) as f64,
    });
    x[[300, 1]] = 100_000.0;
    let forest = IsolationForest::params().extended(true).fit(&x).unwrap();
    let scores = forest.score_samples(&x).unwrap();
    assert!((0..300).all(|row| scores[300] < scores[row]));
}
