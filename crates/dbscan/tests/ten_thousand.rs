//! One long test, for who has minutes: `cargo test --release -- --ignored`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

mod definition;

use definition::{
    Random, by_definition, fitted_rows_are_predicted, found, predicted_by_definition,
};
use ndarray::Axis;
use oddsift_dbscan::{Dbscan, Metric};

/// Far more sets than the other tests: minutes. `cargo test --release -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn ten_thousand_sets_are_clustered_by_the_definition() {
    let metrics = [
        Metric::Euclidean,
        Metric::Manhattan,
        Metric::Chebyshev,
        Metric::Minkowski(3.0),
        Metric::Minkowski(1.5),
    ];
    let pools: Vec<_> =
        (1..=8).map(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap()).collect();
    let mut random = Random(1);
    for set in 0..10_000 {
        // Some are so large that several threads have a part of them.
        let n_rows = match set % 101 {
            0 => 1000 + random.below(6000),
            1..10 => random.below(1200),
            10..60 => random.below(400),
            _ => random.below(60),
        };
        let n_columns = 1 + random.below(6);
        let x = random.set(n_rows, n_columns);
        let weights = random.weights(n_rows);
        let metric = metrics[set % metrics.len()];
        let eps = [0.5, 1.0, 2.0_f64.sqrt(), 2.5, 0.1 + random.unit() * 5.0][random.below(5)];
        let min_samples = [1 + random.below(12), 1 + random.below(60)][random.below(2)];
        let params = Dbscan::params().eps(eps).min_samples(min_samples).metric(metric);
        let ones = vec![1.0; n_rows];
        let expected =
            by_definition(&x, weights.as_ref().unwrap_or(&ones), eps, min_samples, metric);
        let model = pools[set % pools.len()].install(|| match &weights {
            Some(weights) => params.fit_weighted(&x, weights).unwrap(),
            None => params.fit(&x).unwrap(),
        });
        let what = format!("set {set}: {params:?}, {n_rows} x {n_columns}");
        assert_eq!(found(&model), expected, "{what}");
        fitted_rows_are_predicted(&model, &x).unwrap();
        for row in random.set(20, n_columns).outer_iter() {
            let label = model.predict(&row.insert_axis(Axis(0))).unwrap()[0];
            let expected = predicted_by_definition(&model, &x, &row, eps, metric);
            assert_eq!(label.to_i64(), expected, "{what}");
        }
    }
}
