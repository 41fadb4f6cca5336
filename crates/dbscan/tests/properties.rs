//! Laws that hold for every input: above all that the fast search finds what the definition says.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

use ndarray::{Array2, ArrayRef1, Axis};
use oddsift_dbscan::{Dbscan, DbscanParams, Metric};
use proptest::prelude::*;

/// Labels and core flags by the definition: all pairs, then clusters grown from the first core row.
fn by_definition(
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
fn sum(metric: Metric, a: &ArrayRef1<f64>, b: &ArrayRef1<f64>) -> f64 {
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
fn limit(metric: Metric, eps: f64) -> f64 {
    match metric {
        Metric::Euclidean => eps * eps,
        Metric::Minkowski(p) => eps.powf(p),
        _ => eps,
    }
}

/// The cluster of the nearest core row, the lowest of several; -1 where none is within `eps`.
fn predicted_by_definition(
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

fn found(model: &Dbscan) -> (Vec<i64>, Vec<bool>) {
    let labels = model.labels().iter().map(|label| label.to_i64()).collect();
    (labels, (0..model.labels().len()).map(|row| model.is_core(row)).collect())
}

fn metrics() -> impl Strategy<Value = Metric> {
    prop_oneof![
        4 => Just(Metric::Euclidean),
        1 => Just(Metric::Manhattan),
        1 => Just(Metric::Chebyshev),
        1 => Just(Metric::Minkowski(3.0)),
        1 => Just(Metric::Minkowski(1.5)),
    ]
}

/// Small whole numbers: many ties, many equal rows, many pairs at exactly a whole `eps`.
fn grid(n_columns: impl Strategy<Value = usize>) -> impl Strategy<Value = Array2<f64>> {
    matrix(n_columns, (0_i32..12).prop_map(f64::from).boxed(), 200)
}

fn matrix(
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
fn uneven(n_columns: usize) -> impl Strategy<Value = Array2<f64>> {
    let value = prop_oneof![0.0..1.0, 100.0..100.1, 50.0..60.0, Just(0.5)];
    matrix(Just(n_columns), value.boxed(), 300)
}

/// A core row's prediction is its own label, and noise is what has no core row within reach.
fn fitted_rows_are_predicted(model: &Dbscan, x: &Array2<f64>) -> Result<(), TestCaseError> {
    for (row, label) in model.predict(x).unwrap().into_iter().enumerate() {
        if model.is_core(row) {
            prop_assert_eq!(label, model.labels()[row]);
        }
        prop_assert_eq!(label.is_noise(), model.labels()[row].is_noise());
    }
    Ok(())
}

fn same_as_by_definition(
    params: DbscanParams,
    x: &Array2<f64>,
    eps: f64,
    min_samples: usize,
    metric: Metric,
) {
    let params = params.eps(eps).min_samples(min_samples).metric(metric);
    let expected = by_definition(x, &vec![1.0; x.nrows()], eps, min_samples, metric);
    assert_eq!(found(&params.fit(x).unwrap()), expected, "{params:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn tied_grids_are_clustered_by_the_definition(
        x in grid(1_usize..7), eps in 1_u8..6, min_samples in 1_usize..12, metric in metrics(),
    ) {
        same_as_by_definition(Dbscan::params(), &x, f64::from(eps), min_samples, metric);
    }

    #[test]
    fn diagonals_at_exactly_eps_are_clustered_by_the_definition(
        x in grid(2_usize..4), squared in 1_u8..20, min_samples in 1_usize..12,
    ) {
        same_as_by_definition(Dbscan::params(), &x, f64::from(squared).sqrt(), min_samples, Metric::Euclidean);
    }

    #[test]
    fn uneven_blobs_are_clustered_by_the_definition(
        x in (1_usize..6).prop_flat_map(uneven), eps in prop_oneof![0.001..0.1, 0.1..3.0, 3.0..60.0],
        min_samples in prop_oneof![1_usize..12, 20_usize..60], metric in metrics(),
    ) {
        same_as_by_definition(Dbscan::params(), &x, eps, min_samples, metric);
    }

    #[test]
    fn values_of_any_size_are_clustered_by_the_definition(
        x in matrix(1_usize..4, prop_oneof![any::<i32>().prop_map(f64::from), -1e-300..1e-300, -1e300..1e300, -1.0..1.0].boxed(), 60),
        eps in prop_oneof![1e-90..1e-80, 0.1..10.0, 1e6..1e9, 1e90..1e100],
        metric in prop_oneof![Just(Metric::Euclidean), Just(Metric::Manhattan), Just(Metric::Chebyshev)],
    ) {
        same_as_by_definition(Dbscan::params(), &x, eps, 2, metric);
    }

    #[test]
    fn weights_are_summed_by_the_definition(
        x in grid(1_usize..5), eps in 1_u8..5, min_samples in 1_usize..12, metric in metrics(), lowest in -8_i32..2, quarters: bool,
    ) {
        // Quarters: their sums are exact in any order, so that the plain sum is the right one.
        let scale = if quarters { 0.25 } else { 1.0 };
        let weights: Vec<f64> = (0..x.nrows()).map(|row| ((row * 7 % 13) as f64 + f64::from(lowest)) * scale).collect();
        let params = Dbscan::params().eps(f64::from(eps)).min_samples(min_samples).metric(metric);
        let expected = by_definition(&x, &weights, f64::from(eps), min_samples, metric);
        prop_assert_eq!(found(&params.fit_weighted(&x, &weights).unwrap()), expected);
    }

    #[test]
    fn a_whole_weight_is_as_good_as_equal_rows(x in grid(1_usize..5), eps in 1_u8..5, min_samples in 1_usize..12) {
        let params = Dbscan::params().eps(f64::from(eps)).min_samples(min_samples);
        let weights: Vec<f64> = (0..x.nrows()).map(|row| (row % 4 + 1) as f64).collect();
        let rows: Vec<usize> = (0..x.nrows()).flat_map(|row| vec![row; row % 4 + 1]).collect();
        let (weighted, repeated) = (params.fit_weighted(&x, &weights).unwrap(), params.fit(&x.select(Axis(0), &rows)).unwrap());
        let expected = rows.iter().map(|&row| (weighted.labels()[row], weighted.is_core(row)));
        prop_assert!((0..rows.len()).map(|i| (repeated.labels()[i], repeated.is_core(i))).eq(expected));
    }

    #[test]
    fn predictions_are_those_of_the_definition(
        (x, new) in (1_usize..6).prop_flat_map(|d| (grid(Just(d)), grid(Just(d)))),
        eps in 1_u8..5, min_samples in 1_usize..9, metric in metrics(), lowest in -2_i32..2, halves: bool,
    ) {
        let new = if halves { new / 2.0 } else { new };
        let weights: Vec<f64> = (0..x.nrows()).map(|row| (row % 5) as f64 + f64::from(lowest)).collect();
        let eps = f64::from(eps);
        let params = Dbscan::params().eps(eps).min_samples(min_samples).metric(metric);
        for model in [params.fit(&x).unwrap(), params.fit_weighted(&x, &weights).unwrap()] {
            let labels = model.predict(&new).unwrap();
            prop_assert_eq!(labels.len(), new.nrows());
            for (label, point) in labels.iter().zip(new.outer_iter()) {
                prop_assert_eq!(label.to_i64(), predicted_by_definition(&model, &x, &point, eps, metric));
            }
            fitted_rows_are_predicted(&model, &x)?;
        }
    }

    #[test]
    fn uneven_blobs_are_predicted_by_the_definition(
        (x, new) in (1_usize..6).prop_flat_map(|d| (uneven(d), uneven(d))), eps in 0.01..60.0,
        min_samples in 1_usize..9, metric in metrics(),
    ) {
        let model = Dbscan::params().eps(eps).min_samples(min_samples).metric(metric).fit(&x).unwrap();
        for (label, point) in model.predict(&new).unwrap().iter().zip(new.outer_iter()) {
            prop_assert_eq!(label.to_i64(), predicted_by_definition(&model, &x, &point, eps, metric));
        }
        fitted_rows_are_predicted(&model, &x)?;
    }

    #[test]
    fn a_row_is_core_from_its_distance_on(
        x in prop_oneof![grid(1_usize..5).boxed(), (1_usize..5).prop_flat_map(uneven).boxed()],
        min_samples in 1_usize..12, metric in metrics(), weighted: bool,
    ) {
        let params = Dbscan::params().min_samples(min_samples).metric(metric);
        let weights = (0..x.nrows()).map(|row| if weighted { [0.5, 2.0, 0.0, 1.25][row % 4] } else { 1.0 }).collect::<Vec<_>>();
        let distances = params.k_distances(&x, weighted.then_some(&weights)).unwrap();
        let core = |eps| {
            let model = params.eps(eps).fit_weighted(&x, &weights).unwrap();
            model.core_samples().iter().map(|&row| weights[row]).sum::<f64>()
        };
        // Powers are not exact.
        let hair = if matches!(metric, Metric::Minkowski(_)) { 1e-12 } else { 0.0 };
        let mut up_to = 0.0;
        for (at, &(distance, weight)) in distances.curve().iter().enumerate() {
            prop_assert!(at == 0 || distances.curve()[at - 1].0 < distance);
            if distance > 0.0 && at % 7 == 0 && hair == 0.0 {
                prop_assert_eq!(core(distance.next_down()), up_to);
            }
            up_to += weight;
            if distance > 0.0 && at % 5 == 0 {
                let next = distances.curve().get(at + 1).map_or(f64::INFINITY, |next| next.0);
                prop_assume!(hair == 0.0 || next > distance * (1.0 + 2.0 * hair));
                prop_assert_eq!(core(distance * (1.0 + hair)), up_to);
            }
        }
        prop_assert_eq!(core(1e9), up_to);
    }

    #[test]
    fn the_resolution_is_the_smallest_distance(
        x in prop_oneof![grid(1_usize..5).boxed(), (1_usize..5).prop_flat_map(uneven).boxed()], metric in metrics(),
    ) {
        let pairs = (0..x.nrows()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let sums = pairs.map(|(a, b)| sum(metric, &x.row(a), &x.row(b))).filter(|&sum| sum > 0.0);
        let least = sums.fold(f64::INFINITY, f64::min);
        let resolution = Dbscan::params().metric(metric).k_distances(&x, None).unwrap().resolution();
        prop_assert_eq!(resolution.is_some(), least < f64::INFINITY);
        if let Some(resolution) = resolution {
            let expected = match metric {
                Metric::Euclidean => least.sqrt(),
                Metric::Minkowski(p) => least.powf(1.0 / p),
                _ => least,
            };
            prop_assert!((resolution / expected - 1.0).abs() < 1e-12, "{} {}", resolution, expected);
        }
    }

    #[test]
    fn a_limit_that_is_not_reached_and_a_callback_change_nothing(
        x in (1_usize..6).prop_flat_map(uneven), eps in 0.01..60.0, min_samples in 1_usize..40,
        metric in metrics(), limit in prop_oneof![0_u64..2000, 2000_u64..200_000],
    ) {
        let params = Dbscan::params().eps(eps).min_samples(min_samples).metric(metric);
        let expected = params.fit(&x).unwrap();
        let steps = std::sync::Mutex::new(Vec::new());
        let tell = |progress: oddsift_dbscan::Progress| {
            steps.lock().unwrap().push(progress.step);
            std::ops::ControlFlow::Continue(())
        };
        prop_assert_eq!(&params.fit_with(&x, None, &tell).unwrap(), &expected);
        prop_assert!(steps.into_inner().unwrap().is_sorted());
        match params.work_limit(Some(limit)).fit(&x) {
            Ok(model) => {
                prop_assert_eq!(model.labels(), expected.labels());
                prop_assert_eq!(model.model(), expected.model());
            }
            Err(error) => {
                let at_limit = matches!(error, oddsift_dbscan::Error::WorkLimit { .. });
                prop_assert!(at_limit, "{}", error);
            }
        }
    }

    #[test]
    fn weights_of_one_change_nothing(x in grid(1_usize..5), eps in 1_u8..5, min_samples in 1_usize..12) {
        let params = Dbscan::params().eps(f64::from(eps)).min_samples(min_samples);
        prop_assert_eq!(params.fit_weighted(&x, &vec![1.0; x.nrows()]).unwrap(), params.fit(&x).unwrap());
    }

    #[test]
    fn row_order_changes_no_partition_of_core_rows(
        x in (1_usize..5).prop_flat_map(uneven), eps in 0.05..5.0, min_samples in 1_usize..12,
    ) {
        let params = Dbscan::params().eps(eps).min_samples(min_samples);
        let mut reversed = x.clone();
        reversed.invert_axis(Axis(0));
        let (a, b) = (params.fit(&x).unwrap(), params.fit(&reversed).unwrap());
        prop_assert_eq!((a.n_clusters(), a.n_noise()), (b.n_clusters(), b.n_noise()));
        let mut pairs = std::collections::BTreeMap::new();
        for row in 0..x.nrows() {
            let mirrored = x.nrows() - 1 - row;
            prop_assert_eq!(a.is_core(row), b.is_core(mirrored));
            if a.is_core(row) {
                let label = b.labels()[mirrored];
                prop_assert_eq!(*pairs.entry(a.labels()[row]).or_insert(label), label);
            }
        }
    }

    #[test]
    fn an_independent_tree_finds_the_same_neighbours(
        x in (1_usize..5).prop_flat_map(uneven), eps in 0.05..5.0, min_samples in 1_usize..12,
    ) {
        let mut tree = kdtree::KdTree::new(x.ncols());
        for (row, point) in x.outer_iter().enumerate() {
            tree.add(point.to_vec(), row).unwrap();
        }
        let model = Dbscan::params().eps(eps).min_samples(min_samples).fit(&x).unwrap();
        for (row, point) in x.outer_iter().enumerate() {
            let near = tree.within(&point.to_vec(), eps * eps, &kdtree::distance::squared_euclidean).unwrap();
            // That tree sums in its own order: a pair at exactly eps may go either way there.
            let border = near.iter().any(|(d, _)| (d / (eps * eps) - 1.0).abs() < 1e-12);
            prop_assume!(!border);
            prop_assert_eq!(model.is_core(row), near.len() >= min_samples);
            let cores = near.iter().map(|near| *near.1).filter(|&other| model.is_core(other));
            let first = cores.map(|other| model.labels()[other]).min();
            prop_assert_eq!(model.labels()[row], first.unwrap_or(oddsift_dbscan::Label::NOISE));
        }
    }
}

#[cfg(feature = "parallel")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_number_of_threads_changes_nothing(
        x in (1_usize..6).prop_flat_map(|d| matrix(Just(d), (0.0..10.0).boxed(), 4000)),
        eps in 0.05..2.0, min_samples in 1_usize..12,
    ) {
        let params = Dbscan::params().eps(eps).min_samples(min_samples);
        let weights: Vec<f64> = (0..x.nrows()).map(|row| [0.1, 1.7, 0.3][row % 3]).collect();
        let fits = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| {
                let model = params.fit(&x).unwrap();
                let predicted = model.predict(&(&x + 0.25)).unwrap();
                let distances = params.k_distances(&x, Some(&weights)).unwrap();
                (model, predicted, params.fit_weighted(&x, &weights).unwrap(), distances)
            })
        };
        let one = fits(1);
        prop_assert_eq!(&fits(2), &one);
        prop_assert_eq!(&fits(8), &one);
    }
}

#[cfg(feature = "serde")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_stored_model_is_the_same_model(
        x in (1_usize..5).prop_flat_map(uneven), eps in prop_oneof![1e-300..1e-200, 0.05..5.0],
        min_samples in 1_usize..12, metric in metrics(),
    ) {
        let fitted = Dbscan::params().eps(eps).min_samples(min_samples).metric(metric).fit(&x).unwrap();
        let text = serde_json::to_string(fitted.model()).unwrap();
        let model: oddsift_dbscan::DbscanModel = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&model, fitted.model());
        prop_assert_eq!(serde_json::to_string(&model).unwrap(), text);
        prop_assert_eq!(model.predict(&x).unwrap(), fitted.predict(&x).unwrap());
    }

    #[test]
    fn a_stored_model_with_bytes_changed_is_refused_or_predicts(
        x in (1_usize..4).prop_flat_map(uneven), changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b"0129-.e,[]{}\"a".to_vec())), 1..4),
    ) {
        let fitted = Dbscan::params().eps(1.0).min_samples(3).fit(&x).unwrap();
        let mut text = serde_json::to_vec(fitted.model()).unwrap();
        for (at, byte) in changes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        if let Ok(model) = serde_json::from_slice::<oddsift_dbscan::DbscanModel>(&text) {
            let rows = Array2::zeros((2, model.n_features().min(9)));
            let predicted = model.predict(&rows);
            prop_assert!(predicted.is_err() || predicted.is_ok_and(|labels| labels.len() == 2));
        }
    }
}
