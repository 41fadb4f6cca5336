//! Laws of what a fit leaves behind, predictions and stored models, and of distances.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

mod definition;

use definition::{fitted_rows_are_predicted, grid, metrics, predicted_by_definition, sum, uneven};
use oddsift_dbscan::{Dbscan, Metric};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

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
            let rows = ndarray::Array2::zeros((2, model.n_features().min(9)));
            let predicted = model.predict(&rows);
            prop_assert!(predicted.is_err() || predicted.is_ok_and(|labels| labels.len() == 2));
        }
    }
}
