//! Laws of streams, reasons and saved models.

#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test fails by panicking, and values are exact"
)]

use ndarray::Array2;
use oddsift_outliers::{
    Contamination, DrawnRows, Evidence, IsolationForest, MaxSamples, OutlierDetector, Reason,
};
use oddsift_patterns::{Observation, PatternTable};
use proptest::prelude::*;

/// Few distinct rows, so that patterns repeat.
fn rows() -> impl Strategy<Value = Array2<f64>> {
    (1..400_usize, 1..4_usize).prop_flat_map(|(n, d)| {
        prop::collection::vec((-3_i32..3).prop_map(f64::from), n * d)
            .prop_map(move |values| Array2::from_shape_vec((n, d), values).unwrap())
    })
}

/// What one thread gathers of some batches.
fn gather(
    x: &Array2<f64>,
    batches: &[(usize, usize)],
    drawn: DrawnRows,
) -> (PatternTable, DrawnRows) {
    let (mut table, mut drawn) = (PatternTable::new(x.ncols()), drawn);
    for &(start, end) in batches {
        let patterns: Vec<_> = (start..end)
            .map(|row| {
                let observation = Observation::new(row as u64);
                table.add(x.row(row).as_slice().unwrap(), &observation).unwrap()
            })
            .collect();
        drawn.take(start as u64..end as u64, |row| {
            patterns.get(usize::try_from(row).unwrap() - start).copied()
        });
    }
    (table, drawn)
}

proptest! {
    #[test]
    fn a_stream_taken_by_threads_gives_the_forest_of_the_matrix(
        x in rows(),
        size in 1..60_usize,
        max_samples in 1..70_usize,
        bootstrap: bool,
        seed: u64,
        share in prop::option::of(0.01..0.5_f64),
    ) {
        let contamination = share.map_or(Contamination::Auto, Contamination::Fraction);
        let params = IsolationForest::params()
            .n_trees(7)
            .max_samples(MaxSamples::Count(max_samples))
            .contamination(contamination)
            .bootstrap(bootstrap)
            .seed(seed);
        let batches: Vec<(usize, usize)> =
            (0..x.nrows()).step_by(size).map(|start| (start, (start + size).min(x.nrows()))).collect();
        let (even, odd): (Vec<_>, Vec<_>) = batches.iter().enumerate().partition(|(i, _)| i % 2 == 0);
        let own = |part: Vec<(usize, &(usize, usize))>| part.into_iter().map(|(_, b)| *b).collect::<Vec<_>>();
        let empty = DrawnRows::new(params.draws().unwrap());
        let (mut table, mut drawn) = gather(&x, &own(odd), empty.clone());
        let (other, mut others) = gather(&x, &own(even), empty);
        let names = table.merge(other).unwrap();
        others.rename(&names);
        drawn.merge(&others);
        drawn.rename(&table.sort_by_first_row());

        let streamed = OutlierDetector::params().forest(params).fit_patterns(&table, &drawn).unwrap();
        let whole = OutlierDetector::params().forest(params).fit(&x).unwrap();
        prop_assert_eq!(streamed.forest().score_samples(&x).unwrap(), whole.forest().score_samples(&x).unwrap());
        prop_assert_eq!(streamed, whole);
    }

    #[test]
    fn outliers_are_the_rows_below_the_offset_lowest_score_first(
        x in rows(), seed: u64, share in 0.01..0.5_f64, n in 0..20_usize,
    ) {
        let params = OutlierDetector::params().n_trees(10).seed(seed);
        let detector = params.contamination(Contamination::Fraction(share)).fit(&x).unwrap();
        let scores = detector.forest().score_samples(&x).unwrap();
        let decisions = detector.forest().decision_function(&x).unwrap();
        let mut order: Vec<usize> = (0..x.nrows()).collect();
        order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(a.cmp(b)));
        let top = detector.top(&x, n).unwrap();
        order.truncate(n);
        prop_assert_eq!(top.iter().map(|it| it.row).collect::<Vec<_>>(), order);
        let found = detector.outliers(&x).unwrap();
        prop_assert_eq!(found.len(), decisions.iter().filter(|decision| **decision < 0.0).count());
        for (place, it) in found.iter().enumerate() {
            prop_assert_eq!((it.score, it.decision), (scores[it.row], decisions[it.row]));
            prop_assert_eq!(found.vectors().row(place), x.row(it.row));
        }
        let reasons = detector.reasons(found.vectors(), usize::MAX).unwrap();
        prop_assert_eq!(found.iter().map(|it| it.reasons.clone()).collect::<Vec<_>>(), reasons);
    }

    #[test]
    fn reasons_shorten_the_path_and_come_most_first(x in rows(), seed: u64, n in 0..5_usize) {
        let detector = OutlierDetector::params().n_trees(10).seed(seed).fit(&x).unwrap();
        let all = detector.reasons(&x, usize::MAX).unwrap();
        for (row, (some, all)) in detector.reasons(&x, n).unwrap().iter().zip(&all).enumerate() {
            prop_assert_eq!(some.as_slice(), &all[..n.min(all.len())]);
            prop_assert!(all.iter().all(|reason| reason.contribution > 0.0));
            prop_assert!(all.windows(2).all(|pair| pair[0].contribution >= pair[1].contribution));
            prop_assert!(all.iter().all(|reason| reason.value == x[[row, reason.feature]]));
        }
    }

    #[test]
    fn reasons_are_counts_of_the_rows_and_no_range_of_theirs_is_common_and_holds_the_value(
        x in rows(), seed: u64, extended: bool, shift in -4_i32..4,
    ) {
        let detector = OutlierDetector::params().n_trees(10).seed(seed).extended(extended).fit(&x).unwrap();
        let count = |is_in: &dyn Fn(&[f64]) -> bool| {
            x.outer_iter().filter(|row| is_in(&row.to_vec())).count() as u64
        };
        let new = x.mapv(|value| value + f64::from(shift) * 0.5);
        for reasons in detector.reasons(&new, usize::MAX).unwrap() {
            let is_only = reasons.len() == 1;
            for Reason { feature, value, evidence, n_rows, .. } in reasons {
                let rows = match evidence {
                    Evidence::Above { bound, .. } => {
                        prop_assert!(value > bound);
                        count(&|row| row[feature] > bound)
                    }
                    Evidence::Below { bound, .. } => {
                        prop_assert!(value < bound);
                        count(&|row| row[feature] < bound)
                    }
                    Evidence::Between { low, high, .. } => {
                        prop_assert!(low < value && value < high);
                        count(&|row| low < row[feature] && row[feature] < high)
                    }
                    Evidence::With { feature: other, value: theirs, .. } => {
                        count(&|row| row[feature] == value && row[other] == theirs)
                    }
                    _ => unreachable!("no other kind"),
                };
                prop_assert_eq!((evidence.rows(), n_rows), (rows, x.nrows() as u64));
                prop_assert!(is_only || rows <= 1 || rows * 20 <= n_rows, "{:?}", evidence);
            }
        }
    }
}

#[cfg(feature = "serde")]
mod saved {
    use oddsift_features::{FeatureOptions, Recipe, Roles};
    use oddsift_outliers::OutlierModel;

    use super::*;

    fn model(x: &Array2<f64>, seed: u64) -> OutlierModel {
        let columns: Vec<String> = (0..x.ncols()).map(|column| format!("f{column}")).collect();
        let recipe =
            Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())
                .unwrap();
        let params = OutlierDetector::params().n_trees(5).seed(seed);
        OutlierModel::new(recipe, params.fit(x).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn a_model_reads_back_equal_and_prints_the_same_bytes(x in rows(), seed: u64) {
            let model = model(&x, seed);
            let text = serde_json::to_string(&model).unwrap();
            let read: OutlierModel = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
            prop_assert_eq!(read, model);
        }
    }

    #[test]
    fn a_model_whose_parts_do_not_belong_together_is_refused() {
        let x = Array2::from_shape_fn((20, 2), |(row, column)| (row * column) as f64);
        let text = serde_json::to_string(&model(&x, 1)).unwrap();
        for (from, to, what) in [
            ("\"version\":2,\"recipe\"", "\"version\":1,\"recipe\"", "version 1"),
            ("oddsift-outliers", "oddsift-cluster", "oddsift-cluster"),
            (
                "\"spreads\":[{",
                "\"spreads\":[{\"mean_gap\":0.0,\"values\":[],\"at\":[],\"below\":[]},{",
                "3 features for 2",
            ),
            ("\"at\":[20]", "\"at\":[21]", "feature 0"),
            ("\"rows\":[", "\"rows\":[1,", "pairs of features [0, 1]"),
        ] {
            assert!(text.contains(from), "{from}");
            let error =
                serde_json::from_str::<OutlierModel>(&text.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
        }
    }
}
