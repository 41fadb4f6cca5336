//! Laws that hold for every input: above all that the fast search finds what the definition says.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

mod definition;

#[cfg(feature = "parallel")]
use definition::Random;
use definition::{by_definition, found, grid, matrix, metrics, uneven};
use ndarray::{Array2, Axis};
use oddsift_dbscan::{Dbscan, DbscanParams, Error, Metric};
use proptest::prelude::*;

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

#[cfg(feature = "parallel")]
#[test]
fn many_rows_are_the_same_on_any_number_of_threads() {
    let mut random = Random(2);
    // New rows at the end too, and in the second matrix few that repeat.
    let repeating = Array2::from_shape_fn((300_000, 2), |(row, _)| random.below(20 + row / 3000));
    let differing = Array2::from_shape_fn((100_000, 2), |_| random.below(900));
    let params = Dbscan::params().eps(1.0).min_samples(4);
    for x in [repeating, differing] {
        let x = x.mapv(|value| value as f64);
        let fits = [1, 2, 3, 8].map(|n| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
            pool.install(|| params.fit(&x).unwrap())
        });
        assert!(fits.iter().all(|fit| *fit == fits[0]));
        assert!(fits[0].model().n_core_points() > 1000);
    }
}

/// Clusters each group by the definition, and numbers what comes out by the first core rows of all.
fn by_definition_in_groups(
    x: &Array2<f64>,
    groups: &[u32],
    weights: &[f64],
    eps: f64,
    min_samples: usize,
) -> (Vec<i64>, Vec<usize>) {
    let mut labels: Vec<Option<usize>> = vec![None; x.nrows()];
    let (mut core, mut first) = (Vec::new(), Vec::<usize>::new());
    let mut known: Vec<u32> = groups.to_vec();
    known.sort_unstable();
    known.dedup();
    for group in known {
        let rows: Vec<usize> = (0..x.nrows()).filter(|row| groups[*row] == group).collect();
        let part = x.select(Axis(0), &rows);
        let params = Dbscan::params().eps(eps).min_samples(min_samples);
        let weights: Vec<f64> = rows.iter().map(|row| weights[*row]).collect();
        let fitted = params.fit_weighted(&part, &weights).unwrap();
        let expected = by_definition(&part, &weights, eps, min_samples, Metric::Euclidean);
        assert_eq!(found(&fitted), expected);
        let offset = first.len();
        first.resize(first.len() + fitted.n_clusters(), usize::MAX);
        for (at, row) in rows.iter().enumerate() {
            if let Some(cluster) = fitted.labels()[at].cluster() {
                let label = offset + usize::try_from(cluster).unwrap();
                labels[*row] = Some(label);
                if fitted.is_core(at) {
                    let slot = &mut first[label];
                    *slot = (*slot).min(*row);
                    core.push(*row);
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..first.len()).collect();
    order.sort_by_key(|cluster| first[*cluster]);
    let number = |label: usize| order.iter().position(|old| *old == label);
    let number = |label: Option<usize>| label.and_then(number);
    let labels = labels.into_iter().map(number);
    let labels = labels.map(|at| at.map_or(-1, |at| i64::try_from(at).unwrap())).collect();
    core.sort_unstable();
    (labels, core)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn groups_are_clustered_each_by_itself(
        x in grid(1_usize..4), eps in 1_u8..6, min_samples in 1_usize..6, seed in any::<u64>(),
    ) {
        let eps = f64::from(eps);
        let groups: Vec<u32> = (0..x.nrows()).map(|row| {
            let mixed = (row as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            u32::try_from(mixed >> 62).unwrap()
        }).collect();
        let go_on = |_| std::ops::ControlFlow::Continue(());
        let params = Dbscan::params().eps(eps).min_samples(min_samples);
        let model = params.fit_grouped(&x, &groups, None, &go_on).unwrap();
        let labels: Vec<i64> = model.labels().iter().map(|label| label.to_i64()).collect();
        let ones = vec![1.0; x.nrows()];
        let (expected, core) = by_definition_in_groups(&x, &groups, &ones, eps, min_samples);
        prop_assert_eq!(&labels, &expected);
        prop_assert_eq!(model.core_samples(), core);

        // Which number stands for which group does not matter, and rows that were core are known.
        let others: Vec<u32> = groups.iter().map(|group| 90 - 7 * group).collect();
        let renamed = params.fit_grouped(&x, &others, None, &go_on).unwrap();
        prop_assert_eq!(renamed.labels(), model.labels());
        let predicted = model.model().predict_grouped(&x, &groups).unwrap();
        for row in model.core_samples() {
            prop_assert_eq!(predicted[*row], model.labels()[*row]);
        }
        let strangers = model.model().predict_grouped(&x, &others).unwrap();
        prop_assert!(strangers.iter().all(|label| label.is_noise()));
    }
}

/// What the first group with a fault says, in the order of first rows; rows are those of the whole.
fn first_fault(
    params: DbscanParams,
    x: &Array2<f64>,
    groups: &[u32],
    weights: &[f64],
) -> Option<Error> {
    let firsts = (0..groups.len()).filter(|&row| !groups[..row].contains(&groups[row]));
    firsts.into_iter().find_map(|first| {
        let rows: Vec<usize> =
            (0..groups.len()).filter(|row| groups[*row] == groups[first]).collect();
        let weights: Vec<f64> = rows.iter().map(|row| weights[*row]).collect();
        match params.fit_weighted(&x.select(Axis(0), &rows), &weights).err()? {
            Error::NonFinite { row, column } => Some(Error::NonFinite { row: rows[row], column }),
            other => Some(other),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn tiny_groups_with_weights_are_clustered_each_by_itself(
        x in grid(1_usize..4), eps in 1_u8..6, min_samples in 1_usize..9, per_group in 1_usize..5,
        lowest in -3_i32..2, scale in prop_oneof![Just(1.0), Just(0.25), Just(0.1), Just(1e17)],
        bad in proptest::option::of(any::<[proptest::sample::Index; 2]>()),
    ) {
        let n_rows = x.nrows();
        let groups: Vec<u32> = (0..n_rows).map(|row| u32::try_from(row * 7 % n_rows / per_group).unwrap() ^ 5).collect();
        let whole = |row: usize| (row * 5 % 7) as f64 + f64::from(lowest);
        let weights: Vec<f64> = (0..n_rows).map(|row| whole(row) * scale).collect();
        let eps = f64::from(eps);
        let params = Dbscan::params().eps(eps).min_samples(min_samples);
        let go_on = |_| std::ops::ControlFlow::Continue(());
        let mut x = x;
        if let Some(bad) = bad.filter(|_| n_rows > 0) {
            for (place, value) in bad.into_iter().zip([f64::NAN, f64::INFINITY]) {
                let (row, column) = (place.index(n_rows), place.index(x.ncols()));
                x[[row, column]] = value;
            }
        }
        let fitted = params.fit_grouped(&x, &groups, Some(&weights), &go_on);
        if let Some(fault) = first_fault(params, &x, &groups, &weights) {
            prop_assert_eq!(fitted, Err(fault));
        } else {
            let fitted = fitted.unwrap();
            let labels: Vec<i64> = fitted.labels().iter().map(|label| label.to_i64()).collect();
            let (expected, core) = by_definition_in_groups(&x, &groups, &weights, eps, min_samples);
            prop_assert_eq!(labels, expected);
            prop_assert_eq!(fitted.core_samples(), core);
        }
    }
}
