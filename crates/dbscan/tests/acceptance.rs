//! Small data whose result can be seen by eye, one law a test.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

use ndarray::{Array1, Array2, Axis, array};
use oddsift_dbscan::{Dbscan, DbscanParams, Error, Metric};

/// The labels as numbers, and the core rows.
fn found(params: DbscanParams, values: &[f64]) -> (Vec<i64>, Vec<usize>) {
    let model = params.fit(&column(values)).unwrap();
    (model.labels().iter().map(|label| label.to_i64()).collect(), model.core_samples().to_vec())
}

fn column(values: &[f64]) -> Array2<f64> {
    Array1::from(values.to_vec()).insert_axis(Axis(1))
}

const LINE: [f64; 7] = [0.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0];

#[test]
fn with_one_sample_to_a_core_every_row_is_core() {
    let params = Dbscan::params().eps(1.0).min_samples(1);
    assert_eq!(found(params, &LINE), (vec![0, 1, 1, 1, 2, 3, 4], (0..7).collect()));
}

#[test]
fn with_two_samples_to_a_core_pairs_are_clusters() {
    let params = Dbscan::params().eps(1.0).min_samples(2);
    assert_eq!(found(params, &LINE), (vec![-1, 0, 0, 0, -1, -1, -1], vec![1, 2, 3]));
}

#[test]
fn with_three_samples_to_a_core_the_ends_are_border() {
    let params = Dbscan::params().eps(1.0).min_samples(3);
    assert_eq!(found(params, &LINE), (vec![-1, 0, 0, 0, -1, -1, -1], vec![2]));
}

#[test]
fn without_a_core_all_is_noise() {
    let params = Dbscan::params().eps(1.0).min_samples(4);
    assert_eq!(found(params, &LINE), (vec![-1; 7], vec![]));
}

#[test]
fn a_row_counts_itself() {
    assert_eq!(found(Dbscan::params().eps(2.0).min_samples(2), &[0.0, 1.0]).1, [0, 1]);
}

#[test]
fn a_pair_at_exactly_eps_are_neighbours() {
    let x = [0.0, 1.0, 1.0];
    assert!(found(Dbscan::params().eps(1.0).min_samples(2), &x).1.contains(&0));
    assert!(!found(Dbscan::params().eps(0.99).min_samples(2), &x).1.contains(&0));
}

#[test]
fn parameters_out_of_range_are_errors() {
    for eps in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(Dbscan::params().eps(eps).fit(&array![[1.0]]), Err(Error::Eps(_))));
    }
    assert_eq!(Dbscan::params().min_samples(0).fit(&array![[1.0]]), Err(Error::MinSamples));
}

#[test]
fn values_without_a_distance_are_errors() {
    let params = Dbscan::params();
    assert_eq!(
        params.fit(&array![[0.0, 1.0], [0.0, f64::NAN]]),
        Err(Error::NonFinite { row: 1, column: 1 })
    );
    assert_eq!(
        params.fit(&array![[f64::NEG_INFINITY]]),
        Err(Error::NonFinite { row: 0, column: 0 })
    );
    assert_eq!(params.fit(&Array2::zeros((2, 0))), Err(Error::NoColumns));
}

#[test]
fn no_rows_have_no_labels() {
    let model = Dbscan::params().fit(&Array2::zeros((0, 2))).unwrap();
    assert_eq!(
        (model.labels().len(), model.core_samples().len(), model.n_clusters(), model.n_noise()),
        (0, 0, 0, 0)
    );
    assert_eq!(Dbscan::params().fit_weighted(&Array2::zeros((0, 2)), &[]).unwrap().n_clusters(), 0);
}

#[test]
fn one_point_is_a_cluster_where_one_is_enough() {
    assert_eq!(found(Dbscan::params().min_samples(1), &[3.0]).0, [0]);
    assert_eq!(found(Dbscan::params().min_samples(2), &[3.0]).0, [-1]);
}

#[test]
fn equal_points_are_one_cluster() {
    let model = Dbscan::params().eps(1e-12).fit(&Array2::from_elem((1000, 3), 0.1)).unwrap();
    assert_eq!((model.n_clusters(), model.n_noise(), model.core_samples().len()), (1, 0, 1000));
}

#[test]
fn clusters_are_numbered_by_their_first_core_row() {
    let params = Dbscan::params().eps(1.0).min_samples(2);
    assert_eq!(found(params, &[10.0, 10.0, 0.0, 0.0, 10.0]).0, [0, 0, 1, 1, 0]);
}

#[test]
fn a_border_row_goes_to_the_lowest_cluster_within_reach() {
    // Row 4 is exactly 2 from a core row of either side, and is not core itself.
    let params = Dbscan::params().eps(2.0).min_samples(4);
    assert_eq!(
        found(params, &[-4.0, -3.0, -2.5, -2.0, 0.0, 2.0, 2.5, 3.0, 4.0]).0,
        [0, 0, 0, 0, 0, 1, 1, 1, 1]
    );
    assert_eq!(
        found(params, &[2.0, 2.5, 3.0, 4.0, 0.0, -4.0, -3.0, -2.5, -2.0]).0,
        [0, 0, 0, 0, 0, 1, 1, 1, 1]
    );
}

#[test]
fn weights_stand_for_rows() {
    let x = array![[0.0], [1.0]];
    let core = |weights: [f64; 2]| {
        let params = Dbscan::params().eps(0.5).min_samples(6);
        params.fit_weighted(&x, &weights).unwrap().core_samples().to_vec()
    };
    assert_eq!(core([6.0, 5.0]), [0]);
    assert_eq!(core([6.0, 6.0]), [0, 1]);
    assert_eq!(core([5.0, 5.0]), [0_usize; 0]);
}

#[test]
fn weights_may_be_zero_negative_and_fractions() {
    let x = array![[0.0], [0.2], [0.4], [9.0]];
    let core = |weights: [f64; 4]| {
        let params = Dbscan::params().eps(0.25).min_samples(2);
        params.fit_weighted(&x, &weights).unwrap().core_samples().to_vec()
    };
    assert_eq!(core([0.0, 2.0, 0.0, 0.0]), [0, 1, 2]);
    assert_eq!(core([3.0, -1.0, 1.0, 2.0]), [0, 1, 3]);
    assert_eq!(core([1.5, 0.5, 1.0, 1.9]), [0, 1]);
    assert_eq!(core([0.0, 0.0, 2.0, -2.0]), [1, 2]);
}

#[test]
fn weights_of_another_length_or_without_a_value_are_errors() {
    let (params, x) = (Dbscan::params(), array![[0.0], [1.0]]);
    assert_eq!(
        params.fit_weighted(&x, &[1.0]),
        Err(Error::WeightsLength { n_weights: 1, n_samples: 2 })
    );
    assert_eq!(params.fit_weighted(&x, &[1.0, f64::NAN]), Err(Error::NonFiniteWeight { row: 1 }));
    assert_eq!(params.fit_weighted(&x, &[1e300, 1.0]), Err(Error::WeightsRange(1e300)));
}

#[test]
fn adjacent_doubles_are_apart_at_a_tiny_eps() {
    let (a, b) = (0.5, 0.5_f64.next_up());
    for eps in [1e-17, 1e-200, 5e-324] {
        assert_eq!(found(Dbscan::params().eps(eps).min_samples(2), &[a, b, a, b]).0, [0, 1, 0, 1]);
    }
    assert_eq!(found(Dbscan::params().eps(b - a).min_samples(2), &[a, b]).0, [0, 0]);
}

#[test]
fn a_difference_of_exactly_the_least_double_is_within_it() {
    let params = Dbscan::params().eps(5e-324).min_samples(2);
    assert_eq!(found(params, &[0.0, 5e-324, 15e-324]).0, [0, 0, -1]);
}

#[test]
fn a_distance_that_overflows_is_not_within_eps() {
    let x = [f64::MAX, -f64::MAX, 0.0, 0.1, -0.0];
    for metric in [Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Minkowski(3.0)]
    {
        let params = Dbscan::params().eps(0.1).min_samples(3).metric(metric);
        assert_eq!(found(params, &x).0, [-1, -1, 0, 0, 0]);
        assert_eq!(found(params.eps(f64::MAX), &x).0, [0; 5]);
        assert_eq!(found(params.eps(f64::MAX).min_samples(2), &[f64::MAX, -f64::MAX]).0, [-1, -1]);
    }
}

#[test]
fn both_zeros_are_one_value() {
    assert_eq!(found(Dbscan::params().eps(5e-324).min_samples(2), &[0.0, -0.0]).0, [0, 0]);
}

#[test]
fn the_input_is_not_changed() {
    let x = array![[0.0, -0.0], [1.0, 1.0]];
    let before = x.mapv(f64::to_bits);
    Dbscan::params().fit(&x).unwrap();
    assert_eq!(x.mapv(f64::to_bits), before);
}

#[test]
fn a_view_with_any_strides_gives_the_same() {
    let x = Array2::from_shape_fn((60, 4), |(row, column)| ((row * 7 + column * 3) % 11) as f64);
    let params = Dbscan::params().eps(2.0).min_samples(3);
    let columns = x.slice(ndarray::s![..;-1, ..;2]);
    assert_eq!(params.fit(&columns), params.fit(&columns.as_standard_layout()));
}

/// Two upright rows of points in steps of 1, `across` apart, the second half a step higher: every
/// point is within 1024 of the other row's box, and at 1024 none of any of its points.
fn two_walls(across: f64, n_columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((1200, n_columns), |(row, column)| match column {
        0 => (row / 600) as f64 * across,
        1 => (row % 600) as f64 + (row / 600) as f64 * 0.5,
        _ => 0.0,
    })
}

#[test]
fn large_clouds_that_nearly_touch_stay_apart() {
    for n_columns in 2..6 {
        let clusters = |across| {
            let params = Dbscan::params().eps(1024.0).min_samples(10);
            params.fit(&two_walls(across, n_columns)).unwrap().n_clusters()
        };
        assert_eq!((clusters(1024.0), clusters(1023.9)), (2, 1), "{n_columns} columns");
    }
}

#[test]
fn counts_past_a_thousand_are_exact() {
    for n_columns in 1..5 {
        let x =
            Array2::from_shape_fn(
                (4000, n_columns),
                |(row, column)| if column == 0 { row as f64 } else { 0.0 },
            );
        let core = |min_samples| {
            let params = Dbscan::params().eps(1000.0).min_samples(min_samples);
            params.fit(&x).unwrap().core_samples().len()
        };
        // A row has 1000 neighbours on either side, fewer at the ends.
        assert_eq!((core(1001), core(1500), core(2001), core(2002)), (4000, 3002, 2000, 0));
    }
}

#[test]
fn a_long_chain_is_one_cluster() {
    let values: Vec<f64> = (0..100_000).map(|i| f64::from(i * 7919 % 100_000)).collect();
    let params = Dbscan::params().eps(1.0).min_samples(3);
    let model = params.fit(&column(&values)).unwrap();
    assert_eq!((model.n_clusters(), model.n_noise(), model.core_samples().len()), (1, 0, 99_998));
}
