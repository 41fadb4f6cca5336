//! Small data whose result can be seen by eye, one law a test.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

use ndarray::{Array2, array, s};
use oddsift_iforest::{
    Contamination, Error, IsolationForest, MaxFeatures, MaxSamples, Precision, TreeNodes,
    average_path_length, percentile,
};

/// Any numbers that differ.
fn spread(n_rows: usize, n_columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((n_rows, n_columns), |(row, column)| {
        ((row * 7919 + column * 104_729) as f64 * 0.618_033_988_749_895).fract()
    })
}

#[test]
fn the_average_path_length_is_that_of_the_paper() {
    assert_eq!([0, 1, 2].map(average_path_length), [0.0, 0.0, 1.0]);
    assert!((average_path_length(5) - 2.327_020_052).abs() < 1e-9);
    assert!((average_path_length(999) - 12.967_939_884).abs() < 1e-9);
    assert!((1..5000).all(|n| average_path_length(n) < average_path_length(n + 1)));
}

fn toy() -> Array2<f64> {
    array![
        [-2.0, -1.0],
        [-1.0, -1.0],
        [-1.0, -2.0],
        [1.0, 1.0],
        [1.0, 2.0],
        [2.0, 1.0],
        [6.0, 3.0],
        [-4.0, 7.0]
    ]
}

#[test]
fn the_two_odd_rows_of_eight_are_found_by_every_seed() {
    let params = IsolationForest::params().contamination(Contamination::Fraction(0.25));
    for seed in 0..50 {
        for extended in [false, true] {
            let forest = params.seed(seed).extended(extended).fit(&toy()).unwrap();
            assert_eq!(forest.predict(&toy()).unwrap(), [1, 1, 1, 1, 1, 1, -1, -1], "seed {seed}");
        }
    }
}

#[test]
fn the_two_odd_rows_rank_first_by_default() {
    for seed in 0..50 {
        let scores = IsolationForest::params()
            .seed(seed)
            .fit(&toy())
            .unwrap()
            .score_samples(&toy())
            .unwrap();
        let usual = scores[..6].iter().copied().fold(f64::INFINITY, f64::min);
        assert!(scores[6] < usual && scores[7] < usual, "seed {seed}");
    }
}

#[test]
fn a_fraction_flags_that_share_of_the_rows() {
    let x = spread(300, 3);
    for (share, n_flagged) in [(0.01, 3), (0.05, 15), (0.1, 30)] {
        let params = IsolationForest::params().contamination(Contamination::Fraction(share));
        let forest = params.fit(&x).unwrap();
        let scores = forest.score_samples(&x).unwrap();
        assert_eq!(forest.offset(), percentile(&scores, None, share));
        let flagged = forest.predict(&x).unwrap().iter().filter(|it| **it == -1).count();
        assert_eq!(flagged, n_flagged);
    }
    assert_eq!(IsolationForest::params().fit(&x).unwrap().offset(), -0.5);
}

#[test]
fn parameters_out_of_range_are_errors() {
    let (params, x) = (IsolationForest::params(), toy());
    let error = |params: oddsift_iforest::IsolationForestParams| params.fit(&x).unwrap_err();
    for share in [0.0, -0.1, 0.51, f64::NAN] {
        let error = error(params.contamination(Contamination::Fraction(share)));
        assert!(matches!(error, Error::Contamination(_)));
    }
    assert!(params.contamination(Contamination::Fraction(0.5)).fit(&x).is_ok());
    for share in [0.0, -1.0, 2.0, 1.5, f64::NAN] {
        assert!(matches!(
            error(params.max_samples(MaxSamples::Fraction(share))),
            Error::MaxSamplesFraction(_)
        ));
        assert!(matches!(
            error(params.max_features(MaxFeatures::Fraction(share))),
            Error::MaxFeaturesFraction(_)
        ));
    }
    assert_eq!(error(params.max_samples(MaxSamples::Count(0))), Error::MaxSamples);
    assert_eq!(error(params.n_trees(0)), Error::NTrees);
    let max_features = |n| params.max_features(MaxFeatures::Count(n));
    assert_eq!(error(max_features(0)), Error::MaxFeatures { max_features: 0, n_features: 2 });
    assert_eq!(error(max_features(3)), Error::MaxFeatures { max_features: 3, n_features: 2 });
    assert_eq!(
        error(params.extended(true).extension_level(Some(2))),
        Error::ExtensionLevel { level: 2, n_features: 2 }
    );
    assert!(params.extension_level(Some(2)).fit(&x).is_ok());
}

#[test]
fn samples_are_clipped_to_the_rows() {
    let x = spread(50, 2);
    let n = |it| IsolationForest::params().max_samples(it).fit(&x).unwrap().max_samples();
    assert_eq!(n(MaxSamples::Auto), 50);
    assert_eq!(n(MaxSamples::Count(51)), 50);
    assert_eq!(n(MaxSamples::Count(usize::MAX)), 50);
    assert_eq!(n(MaxSamples::Fraction(0.4)), 20);
    assert_eq!(n(MaxSamples::Fraction(1.0)), 50);
    assert_eq!(n(MaxSamples::Fraction(1e-9)), 1);
    assert_eq!(n(MaxSamples::Count(1)), 1);
}

fn depth(tree: &TreeNodes) -> usize {
    let (mut deepest, mut next) = (0, vec![(0, 0)]);
    while let Some((node, depth)) = next.pop() {
        deepest = deepest.max(depth);
        let children = [tree.left[node], tree.right[node]].into_iter().filter(|child| *child > 0);
        next.extend(children.map(|child| (usize::try_from(child).unwrap(), depth + 1)));
    }
    deepest
}

#[test]
fn trees_are_as_deep_as_their_samples_need() {
    let x = spread(600, 2);
    for (n, deepest) in [(256, 8), (5, 3), (2, 1), (1, 0)] {
        let forest = IsolationForest::params().max_samples(MaxSamples::Count(n)).fit(&x).unwrap();
        assert_eq!(forest.trees().iter().map(depth).max(), Some(deepest), "{n} samples");
    }
}

#[test]
fn data_that_cannot_be_ordered_or_is_none_is_an_error() {
    let params = IsolationForest::params();
    assert_eq!(params.fit(&Array2::zeros((0, 2))).unwrap_err(), Error::NoRows);
    assert_eq!(params.fit(&Array2::zeros((2, 0))).unwrap_err(), Error::NoColumns);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let x = array![[0.0, 1.0], [2.0, value]];
        assert_eq!(params.fit(&x).unwrap_err(), Error::NonFinite { row: 1, column: 1 });
        let forest = params.fit(&array![[0.0, 1.0], [2.0, 3.0]]).unwrap();
        assert_eq!(forest.score_samples(&x).unwrap_err(), Error::NonFinite { row: 1, column: 1 });
        assert_eq!(forest.contributions(&x).unwrap_err(), Error::NonFinite { row: 1, column: 1 });
    }
    let forest = params.fit(&toy()).unwrap();
    let columns = Error::Columns { n_columns: 1, n_features: 2 };
    assert_eq!(forest.score_samples(&array![[0.0]]).unwrap_err(), columns);
    assert_eq!(forest.predict(&array![[0.0]]).unwrap_err(), columns);
    assert_eq!(forest.contributions(&array![[0.0]]).unwrap_err(), columns);
    assert_eq!(forest.score_samples(&Array2::zeros((0, 2))).unwrap(), [0.0; 0]);
}

#[test]
fn the_first_value_without_order_is_named_among_many_rows() {
    let forest = IsolationForest::params().fit(&toy()).unwrap();
    for repeats in [7, usize::MAX] {
        let x = Array2::from_shape_fn((60_000, 2), |(row, column)| match (row, column) {
            (40_000, 1) | (55_000, 0) => f64::NAN,
            _ => (row % repeats) as f64,
        });
        let error = Error::NonFinite { row: 40_000, column: 1 };
        assert_eq!(forest.score_samples(&x).unwrap_err(), error);
        assert_eq!(
            forest.score_samples(&x.slice(s![.., ..;-1])).unwrap_err(),
            Error::NonFinite { row: 40_000, column: 0 }
        );
    }
}

#[test]
fn single_precision_has_its_range() {
    let params = IsolationForest::params().precision(Precision::F32);
    assert_eq!(
        params.fit(&array![[0.0], [-1e39]]).unwrap_err(),
        Error::NonFinite { row: 1, column: 0 }
    );
    let forest = params.fit(&array![[0.0], [1e38]]).unwrap();
    assert_eq!(
        forest.score_samples(&array![[1e39]]).unwrap_err(),
        Error::NonFinite { row: 0, column: 0 }
    );
}

#[test]
fn no_row_of_equal_ones_is_odd() {
    for contamination in [Contamination::Auto, Contamination::Fraction(0.5)] {
        for extended in [false, true] {
            let params = IsolationForest::params().contamination(contamination).extended(extended);
            let x = Array2::from_elem((1000, 3), 0.1);
            assert!(params.fit(&x).unwrap().predict(&x).unwrap().iter().all(|it| *it == 1));
        }
    }
}

#[test]
fn a_constant_feature_is_never_cut() {
    let mut x = spread(500, 3);
    x.column_mut(1).fill(4.0);
    for extended in [false, true] {
        let forest = IsolationForest::params().extended(extended).fit(&x).unwrap();
        assert!(forest.trees().iter().all(|tree| !tree.feature.contains(&1)));
        assert!(forest.contributions(&x).unwrap().column(1).iter().all(|it| *it == 0.0));
    }
}

#[test]
fn one_sample_to_a_tree_tells_nothing_apart() {
    let forest = IsolationForest::params().max_samples(MaxSamples::Count(1)).fit(&toy()).unwrap();
    assert_eq!(forest.score_samples(&toy()).unwrap(), [-0.5; 8]);
    assert_eq!(forest.predict(&toy()).unwrap(), [1; 8]);
}

#[test]
fn neighbouring_and_extreme_doubles_are_told_apart() {
    for (a, b) in
        [(0.5, 0.5_f64.next_up()), (-f64::MAX, f64::MAX), (0.0, 5e-324), (1e308, f64::MAX)]
    {
        let x = array![[a], [b], [a], [b]];
        for tree in IsolationForest::params().fit(&x).unwrap().trees() {
            assert!(tree.threshold[0] >= a && tree.threshold[0] < b);
            assert_eq!(tree.n_samples, [4, 2, 2]);
        }
    }
}

#[test]
fn a_stranger_is_odd_because_of_the_feature_that_is() {
    let x = spread(400, 4);
    let stranger = array![[0.5, 0.5, 30.0, 0.5]];
    for extended in [false, true] {
        let forest = IsolationForest::params().extended(extended).fit(&x).unwrap();
        let reasons = forest.contributions(&stranger).unwrap();
        let most = (0..4).max_by(|&a, &b| reasons[[0, a]].total_cmp(&reasons[[0, b]]));
        assert_eq!(most, Some(2), "{reasons}");
    }
}

/// Hariri et al. 2019, figures 2 and 3: cuts along the axes take the other two corners of the square
/// that two clusters span for inhabited.
#[test]
fn slanted_cuts_leave_no_ghosts_of_two_clusters() {
    let x = Array2::from_shape_fn((1000, 2), |(row, column)| {
        let (angle, radius) = (row as f64 * 2.4, ((row * 7919 % 1000) as f64 / 250.0).sqrt());
        let center = if row % 2 == column { 0.0 } else { 10.0 };
        center + radius * if column == 0 { angle.cos() } else { angle.sin() }
    });
    let (homes, ghosts) = (array![[0.0, 10.0], [10.0, 0.0]], array![[0.0, 0.0], [10.0, 10.0]]);
    let contrast = |extended| {
        let of_seed = |seed| {
            let params = IsolationForest::params().n_trees(300).seed(seed).extended(extended);
            let forest = params.fit(&x).unwrap();
            let mean = |x| forest.score_samples(x).unwrap().iter().sum::<f64>() / 2.0;
            mean(&homes) - mean(&ghosts)
        };
        (0..10).map(of_seed).sum::<f64>() / 10.0
    };
    let (plain, slanted) = (contrast(false), contrast(true));
    println!("how much odder ghosts score: plain {plain:.3}, slanted {slanted:.3}");
    assert!(slanted > plain + 0.03);
}

#[test]
fn a_forest_of_given_trees_has_no_parameters_and_cannot_grow() {
    let fitted = IsolationForest::params().fit(&toy()).unwrap();
    let given =
        IsolationForest::from_trees(2, 8, -0.5, Precision::F64, fitted.trees().to_vec()).unwrap();
    assert_eq!((given.parameters(), given.seed()), (None, None));
    assert_eq!(given.grow(200, &toy()).unwrap_err(), Error::NoParameters);
    assert_eq!(fitted.grow(99, &toy()).unwrap_err(), Error::Shrink { n_trees: 100, asked: 99 });
}

#[test]
fn weights_say_how_often_a_row_is_drawn() {
    // Rows below 0.5 weigh nine times as much as the others; a tree's root says how many it drew.
    let x = Array2::from_shape_fn((1000, 1), |(row, _)| f64::from(u8::from(row >= 100)));
    let weights: Vec<f64> = x.iter().map(|value| 9.0 - 8.0 * value).collect();
    for (bootstrap, low, high) in [(false, 0.46, 0.49), (true, 0.48, 0.52)] {
        let params = IsolationForest::params().n_trees(400).bootstrap(bootstrap);
        let forest = params.max_samples(MaxSamples::Count(50)).fit_weighted(&x, &weights).unwrap();
        let share = |tree: &TreeNodes| f64::from(tree.n_samples[1]) / 50.0;
        let heavy = forest.trees().iter().map(share).sum::<f64>() / 400.0;
        assert!((low..high).contains(&heavy), "{bootstrap}: {heavy}");
    }
}

#[test]
fn weights_that_cannot_be_are_errors() {
    let (params, x) = (IsolationForest::params(), array![[0.0], [1.0]]);
    let error = |weights: &[f64]| params.fit_weighted(&x, weights).unwrap_err();
    assert_eq!(error(&[1.0]), Error::WeightsLength { n_weights: 1, n_samples: 2 });
    assert_eq!(error(&[1.0, -2.0]), Error::Weight { row: 1, weight: -2.0 });
    assert!(matches!(error(&[f64::NAN, 1.0]), Error::Weight { row: 0, .. }));
    assert_eq!(error(&[0.0, 0.0]), Error::NoWeight);
    assert!(params.fit_weighted(&x, &[f64::MAX, f64::MAX]).is_ok());
    assert!(params.fit_weighted(&x, &[5e-324, f64::MAX]).is_ok());
}

/// Node `2 k` cuts off the rows whose feature `k` is at most 0.5.
fn chain(n_cuts: usize) -> TreeNodes {
    let cuts = |node: usize| node.is_multiple_of(2) && node < 2 * n_cuts;
    let if_cut = |node, number| if cuts(node) { i32::try_from(number).unwrap() } else { -1 };
    let nodes = || 0..=2 * n_cuts;
    TreeNodes {
        feature: nodes().map(|node| if_cut(node, node / 2)).collect(),
        threshold: nodes().map(|_| 0.5).collect(),
        left: nodes().map(|node| if_cut(node, node + 1)).collect(),
        right: nodes().map(|node| if_cut(node, node + 2)).collect(),
        n_samples: nodes().map(|_| 1).collect(),
        normal: vec![],
        point: vec![],
    }
}

#[test]
fn deep_trees_and_many_features_score_as_they_say() {
    for n_features in [3, 11, 300] {
        let trees = vec![chain(n_features); 3];
        let forest =
            IsolationForest::from_trees(n_features, 256, -0.5, Precision::F64, trees).unwrap();
        let x = Array2::from_shape_fn((n_features, n_features), |(row, column)| {
            f64::from(u8::from(column < row))
        });
        let lengths = forest.path_lengths(&x).unwrap();
        assert!(
            lengths
                .iter()
                .enumerate()
                .all(|(row, length)| (length - (row + 1) as f64).abs() < 1e-12)
        );
    }
}

#[test]
fn large_samples_score_the_same_by_either_way() {
    // 4096 samples are side by side, 20000 are too deep for that.
    let x = spread(20_000, 2);
    for n in [4096, 20_000] {
        let params = IsolationForest::params().n_trees(3).max_samples(MaxSamples::Count(n));
        let forest = params.fit(&x).unwrap();
        let lengths = forest.path_lengths(&x).unwrap();
        for row in (0..x.nrows()).step_by(997) {
            let row_values = x.row(row).to_vec();
            let by_hand: f64 = forest.trees().iter().map(|tree| walk(tree, &row_values)).sum();
            assert!((lengths[row] - by_hand / 3.0).abs() < 1e-12);
        }
    }
}

fn walk(tree: &TreeNodes, row: &[f64]) -> f64 {
    let (mut node, mut edges) = (0, 0.0);
    while let Ok(feature) = usize::try_from(tree.feature[node]) {
        let is_left = row[feature] <= tree.threshold[node];
        node = usize::try_from(if is_left { tree.left[node] } else { tree.right[node] }).unwrap();
        edges += 1.0;
    }
    edges + average_path_length(tree.n_samples[node] as usize)
}
