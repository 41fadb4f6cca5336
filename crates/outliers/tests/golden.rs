//! The recorded results of msticpy's `identify_outliers`, which other random numbers can only agree
//! with as two seeds do.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped area is said")]

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::path::Path;

use ndarray::Array2;
use oddsift_outliers::{
    Contamination, IsolationForestParams, MaxFeatures, MaxSamples, identify_outliers,
    identify_outliers_with, msticpy_params,
};
use serde_json::Value;

use golden::area;

/// The case's own tolerance: so many standard deviations of a row's score over seeds, or this.
const SCORE_STDS: f64 = 5.0;
const SCORE_ABSOLUTE: f64 = 0.03;
/// Of the rows that every recorded seed judged alike, so many must be judged so here.
const AGREEING_SHARE: f64 = 0.98;
/// How far beyond the recorded seeds' numbers of outliers the number may be.
const FLAGGED_SLACK: f64 = 0.2;

#[test]
fn identify_outliers_agrees_as_another_seed_does() {
    let Some((area, cases)) = area("iforest") else { return };
    let mut n_run = 0;
    for case in cases["cases"].as_array().unwrap() {
        match case["kind"].as_str().unwrap() {
            // oddsift-iforest runs those.
            "fixed_forest" | "statistical" => {}
            "identify_outliers" => {
                check(&area, case);
                n_run += 1;
            }
            other => panic!("{}: a kind that is not known: {other}", case["name"]),
        }
    }
    assert!(n_run > 0, "no case of identify_outliers");
}

fn check(area: &Path, case: &Value) {
    let name = case["name"].as_str().unwrap();
    let file = |value: &Value| columns(&area.join(value.as_str().unwrap()));
    let (x, x_predict) = (file(&case["input"]["x"]), file(&case["input"]["x_predict"]));
    let expected = file(&case["expected"]);
    assert_eq!(expected.ncols(), 5, "{name}: predict, score, mean, std, flagged share");

    let params = resolved(&case["resolved"]);
    let found = if case["params"].as_object().unwrap().is_empty() {
        assert_eq!(params, msticpy_params(x.nrows(), x.ncols()), "{name}: msticpy's defaults");
        identify_outliers(&x, &x_predict, 0.05).unwrap()
    } else {
        identify_outliers_with(&x, &x_predict, &params).unwrap()
    };

    let scores = found.model.forest().score_samples(&x_predict).unwrap();
    let (mut n_certain, mut n_agreeing) = (0.0, 0.0);
    for (row, expected) in expected.rows().into_iter().enumerate() {
        let (mean, std, share) = (expected[2], expected[3], expected[4]);
        let tolerance = SCORE_ABSOLUTE.max(SCORE_STDS * std);
        assert!(
            (scores[row] - mean).abs() <= tolerance,
            "{name} row {row}: {} for {mean}",
            scores[row]
        );
        if share <= 0.0 || share >= 1.0 {
            n_certain += 1.0;
            n_agreeing += f64::from((found.predictions[row] < 0) == (share >= 1.0));
        }
    }
    assert!(n_agreeing / n_certain >= AGREEING_SHARE, "{name}: {n_agreeing} of {n_certain} agree");

    let n_found = found.rows.len() as f64;
    let range = &case["predict_flagged_min_max_20_seeds"];
    let least = range[0].as_f64().unwrap() * (1.0 - FLAGGED_SLACK);
    let most = range[1].as_f64().unwrap() * (1.0 + FLAGGED_SLACK);
    assert!((least..=most).contains(&n_found), "{name}: {n_found} flagged, of {range}");
    assert_eq!(found.outliers.nrows(), found.rows.len());
    assert_eq!(found.predictions.iter().filter(|verdict| **verdict < 0).count(), found.rows.len());
}

fn resolved(params: &Value) -> IsolationForestParams {
    let count = |key: &str| usize::try_from(params[key].as_u64().unwrap()).unwrap();
    let max_features = match params["max_features"].as_u64() {
        Some(number) => MaxFeatures::Count(usize::try_from(number).unwrap()),
        None => MaxFeatures::Fraction(params["max_features"].as_f64().unwrap()),
    };
    msticpy_params(1, 1)
        .n_trees(count("n_estimators"))
        .max_samples(MaxSamples::Count(count("max_samples")))
        .max_features(max_features)
        .contamination(Contamination::Fraction(params["contamination"].as_f64().unwrap()))
}

/// All columns of a file, as numbers.
fn columns(path: &Path) -> Array2<f64> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let n_columns = reader.headers().unwrap().len();
    let values: Vec<f64> = reader
        .records()
        .flat_map(|record| {
            record.unwrap().iter().map(|cell| cell.parse().unwrap()).collect::<Vec<f64>>()
        })
        .collect();
    Array2::from_shape_vec((values.len() / n_columns, n_columns), values).unwrap()
}
