//! Laws that hold for every input.

#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

use ndarray::{Array2, Axis};
use oddsift_iforest::{
    Contamination, Draws, IsolationForest, IsolationForestParams, MaxFeatures, MaxSamples,
    Precision, average_path_length, percentile,
};
use proptest::prelude::*;

/// Rows with ties, large values and neighbours among the numbers.
fn matrix(n_rows: std::ops::Range<usize>) -> impl Strategy<Value = Array2<f64>> {
    let value = prop_oneof![
        4 => -3.0..3.0,
        3 => (-3_i32..4).prop_map(f64::from),
        1 => -1e38..1e38,
        1 => Just(1.0_f64.next_up()),
    ];
    (n_rows, 1_usize..5).prop_flat_map(move |(n_rows, n_columns)| {
        prop::collection::vec(value.clone(), n_rows * n_columns)
            .prop_map(move |values| Array2::from_shape_vec((n_rows, n_columns), values).unwrap())
    })
}

fn params() -> impl Strategy<Value = IsolationForestParams> {
    let max_samples = prop_oneof![
        Just(MaxSamples::Auto),
        (1_usize..40).prop_map(MaxSamples::Count),
        (0.01..=1.0).prop_map(MaxSamples::Fraction),
    ];
    let max_features = prop_oneof![
        Just(MaxFeatures::All),
        Just(MaxFeatures::Count(1)),
        (0.01..=1.0).prop_map(MaxFeatures::Fraction),
    ];
    let contamination =
        prop_oneof![Just(Contamination::Auto), (0.001..=0.5).prop_map(Contamination::Fraction),];
    let precision = prop_oneof![Just(Precision::F64), Just(Precision::F32)];
    (
        1_usize..12,
        max_samples,
        max_features,
        contamination,
        any::<u64>(),
        precision,
        any::<(bool, bool)>(),
    )
        .prop_map(
            |(
                n_trees,
                samples,
                features,
                contamination,
                seed,
                precision,
                (bootstrap, extended),
            )| {
                IsolationForest::params()
                    .n_trees(n_trees)
                    .max_samples(samples)
                    .max_features(features)
                    .contamination(contamination)
                    .seed(seed)
                    .precision(precision)
                    .bootstrap(bootstrap)
                    .extended(extended)
            },
        )
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The samples that a stream in steps of these sizes gives.
fn streamed(mut draws: Draws, n_trees: usize, n_rows: usize, step: usize) -> Vec<Vec<usize>> {
    let mut samples: Vec<Vec<usize>> = vec![Vec::new(); n_trees];
    let mut end = 0;
    while end < n_rows {
        end = (end + step).min(n_rows);
        draws.until(end as u64, |draw| {
            let sample = &mut samples[draw.tree];
            if sample.len() <= draw.slot {
                sample.resize(draw.slot + 1, usize::MAX);
            }
            sample[draw.slot] = usize::try_from(draw.row).unwrap();
        });
    }
    let n_slots = draws.n_slots();
    for sample in &mut samples {
        sample.truncate(n_slots);
    }
    samples
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn scores_are_in_their_range_and_decisions_are_their_distance_to_the_offset(
        x in matrix(1..80), params in params(),
    ) {
        let forest = params.fit(&x).unwrap();
        let scores = forest.score_samples(&x).unwrap();
        let decisions = forest.decision_function(&x).unwrap();
        let predictions = forest.predict(&x).unwrap();
        for ((score, decision), prediction) in scores.iter().zip(decisions).zip(predictions) {
            prop_assert!((-1.0..0.0).contains(score), "{}", score);
            prop_assert_eq!(score - forest.offset(), decision);
            prop_assert_eq!(prediction == -1, *score < forest.offset());
        }
        let depth = forest.max_samples().max(2).next_power_of_two().ilog2();
        for length in forest.path_lengths(&x).unwrap() {
            prop_assert!(length <= f64::from(depth) + average_path_length(forest.max_samples()));
        }
    }

    #[test]
    fn a_row_scores_the_same_alone_in_a_batch_and_in_any_order(x in matrix(1..80), params in params()) {
        let forest = params.fit(&x).unwrap();
        let scores = forest.score_samples(&x).unwrap();
        let mut reversed = x.clone();
        reversed.invert_axis(Axis(0));
        let mut backwards = forest.score_samples(&reversed).unwrap();
        backwards.reverse();
        prop_assert_eq!(bits(&backwards), bits(&scores));
        for (row, score) in scores.iter().enumerate() {
            let alone = forest.score_samples(&x.select(Axis(0), &[row])).unwrap();
            prop_assert_eq!(alone[0].to_bits(), score.to_bits());
        }
    }

    #[test]
    fn many_rows_score_as_few_do(x in matrix(2..40), params in params(), repeats in 500_usize..900) {
        let forest = params.fit(&x).unwrap();
        let scores = forest.score_samples(&x).unwrap();
        let rows: Vec<usize> = (0..x.nrows() * repeats).map(|i| i * 7919 % x.nrows()).collect();
        let many = forest.score_samples(&x.select(Axis(0), &rows)).unwrap();
        let expected: Vec<f64> = rows.iter().map(|&row| scores[row]).collect();
        prop_assert_eq!(bits(&many), bits(&expected));
    }

    #[test]
    fn contributions_sum_to_what_the_path_is_shorter_by(x in matrix(1..60), params in params()) {
        let forest = params.fit(&x).unwrap();
        let reasons = forest.contributions(&x).unwrap();
        let lengths = forest.path_lengths(&x).unwrap();
        let usual = average_path_length(forest.max_samples());
        for (reasons, length) in reasons.outer_iter().zip(lengths) {
            // Rounding of some hundred sums of numbers below 20.
            prop_assert!((reasons.sum() - (usual - length)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_stream_in_steps_of_any_size_gives_the_forest_of_the_matrix(
        x in matrix(1..300), params in params(), count in 1_usize..40, step in 1_usize..50,
    ) {
        let params = params.max_samples(MaxSamples::Count(count)).contamination(Contamination::Auto);
        let forest = params.fit(&x).unwrap();
        let samples = streamed(params.draws().unwrap(), forest.n_trees(), x.nrows(), step);
        prop_assert!(samples.iter().all(|sample| sample.len() == count.min(x.nrows())));
        prop_assert_eq!(params.fit_drawn(&x, &samples).unwrap(), forest);
    }

    #[test]
    fn a_forest_that_grows_is_that_of_one_fit(x in matrix(1..60), params in params(), more in 0_usize..9) {
        let forest = params.fit(&x).unwrap();
        let n_trees = forest.n_trees() + more;
        let grown = forest.grow(n_trees, &x).unwrap();
        prop_assert_eq!(&grown.trees()[..forest.n_trees()], forest.trees());
        prop_assert_eq!(grown, params.n_trees(n_trees).fit(&x).unwrap());
    }

    #[test]
    fn every_cut_parts_its_rows_and_no_tree_is_too_deep(x in matrix(1..80), params in params()) {
        let forest = params.fit(&x).unwrap();
        let max_depth = forest.max_samples().max(2).next_power_of_two().ilog2();
        for tree in forest.trees() {
            let mut next = vec![(0, 0)];
            while let Some((node, depth)) = next.pop() {
                prop_assert!(depth <= max_depth && tree.n_samples[node] > 0);
                if tree.feature[node] != -1 {
                    let children = [tree.left[node], tree.right[node]].map(|child| usize::try_from(child).unwrap());
                    let sum: u32 = children.iter().map(|&child| tree.n_samples[child]).sum();
                    prop_assert_eq!(sum, tree.n_samples[node]);
                    next.extend(children.map(|child| (child, depth + 1)));
                }
            }
        }
        // What is grown passes the checks of what is given.
        let (n, trees) = (forest.n_features(), forest.trees().to_vec());
        let given = IsolationForest::from_trees(n, forest.max_samples(), forest.offset(), forest.precision(), trees).unwrap();
        prop_assert_eq!(bits(&given.score_samples(&x).unwrap()), bits(&forest.score_samples(&x).unwrap()));
    }

    #[test]
    fn a_weight_of_zero_is_never_drawn(x in matrix(2..80), params in params(), seed: u64) {
        let weight = |row: usize| f64::from(u8::from(row == 0 || (seed >> (row % 64)) & 1 == 1)) * (row + 1) as f64;
        let weights: Vec<f64> = (0..x.nrows()).map(weight).collect();
        let mut masked = x.clone();
        for (row, _) in weights.iter().enumerate().filter(|(_, weight)| **weight == 0.0) {
            masked.row_mut(row).fill(7.0);
        }
        let params = params.contamination(Contamination::Auto);
        prop_assert_eq!(params.fit_weighted(&x, &weights).unwrap(), params.fit_weighted(&masked, &weights).unwrap());
    }

    #[test]
    fn whole_weights_have_the_percentile_of_repeated_values(
        pairs in prop::collection::vec((-5_i32..5, 0_u8..6), 1..40), share in 0.0..=1.0,
    ) {
        let values: Vec<f64> = pairs.iter().map(|(value, _)| f64::from(*value) * 0.3).collect();
        let weights: Vec<f64> = pairs.iter().map(|(_, weight)| f64::from(*weight)).collect();
        let repeated: Vec<f64> =
            pairs.iter().zip(&values).flat_map(|((_, n), value)| vec![*value; usize::from(*n)]).collect();
        let (weighted, expected) = (percentile(&values, Some(&weights), share), percentile(&repeated, None, share));
        prop_assert_eq!(weighted.to_bits(), expected.to_bits());
    }

    #[test]
    fn the_percentile_is_that_of_ndarray_stats(values in prop::collection::vec(-1e3..1e3, 1..60), share in 0.0..=1.0) {
        use ndarray_stats::{Quantile1dExt, interpolate::Linear};
        let mut sorted: ndarray::Array1<noisy_float::types::N64> = values.iter().map(|&value| noisy_float::types::n64(value)).collect();
        let expected = sorted.quantile_mut(noisy_float::types::n64(share), &Linear).unwrap().raw();
        prop_assert!((percentile(&values, None, share) - expected).abs() < 1e-9);
    }
}

#[cfg(feature = "serde")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_model_saved_and_loaded_is_the_same_to_the_byte(x in matrix(1..60), params in params(), named: bool) {
        use oddsift_iforest::ForestModel;
        let names = named.then(|| (0..x.ncols()).map(|column| format!("f{column}")).collect());
        let model = ForestModel::new(params.fit(&x).unwrap(), names).unwrap();
        let text = serde_json::to_string(&model).unwrap();
        let read: ForestModel = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &model);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let scores = |model: &ForestModel| bits(&model.forest().score_samples(&x).unwrap());
        prop_assert_eq!(scores(&read), scores(&model));
        let n_trees = model.forest().n_trees() + 1;
        prop_assert_eq!(read.forest().grow(n_trees, &x).unwrap(), model.forest().grow(n_trees, &x).unwrap());
    }
}

#[cfg(feature = "parallel")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_number_of_threads_changes_nothing(x in matrix(5000..9000), params in params()) {
        let fits = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| {
                let forest = params.fit(&x).unwrap();
                (bits(&forest.score_samples(&x).unwrap()), forest)
            })
        };
        let one = fits(1);
        prop_assert_eq!(&fits(2), &one);
        prop_assert_eq!(&fits(8), &one);
    }
}
