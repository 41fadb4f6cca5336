//! Scores of scikit-learn, replayed from `testdata/golden/iforest/cases.json`: its own trees exactly,
//! its results on labelled data within the tolerance of each case.

#![cfg(feature = "serde")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and predictions and ties are exact"
)]

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::path::Path;

use ndarray::{Array2, s};
use oddsift_iforest::{
    Contamination, ForestModel, IsolationForest, IsolationForestParams, MaxFeatures, MaxSamples,
    SklearnForest,
};
use serde_json::Value;

use golden::area;

/// What `fixed_forest` cases allow.
const TOLERANCE: f64 = 1e-12;

fn table(path: &Path) -> Array2<f64> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let n_columns = reader.headers().unwrap().len();
    let number = |field: &str| field.parse::<f64>().unwrap();
    let values: Vec<f64> =
        reader.records().flat_map(|r| r.unwrap().iter().map(number).collect::<Vec<_>>()).collect();
    Array2::from_shape_vec((values.len() / n_columns, n_columns), values).unwrap()
}

fn cases_of(document: &Value, kind: &str) -> Vec<Value> {
    let all = document["cases"].as_array().unwrap();
    for case in all {
        let kind = case["kind"].as_str().unwrap();
        let known = ["fixed_forest", "statistical", "identify_outliers"].contains(&kind);
        assert!(known, "unknown kind {kind}");
    }
    let found: Vec<Value> = all.iter().filter(|case| case["kind"] == kind).cloned().collect();
    assert!(!found.is_empty(), "no case of kind {kind}");
    found
}

#[test]
fn given_trees_score_as_scikit_learn_does() {
    let Some((folder, document)) = area("iforest") else { return };
    for case in cases_of(&document, "fixed_forest") {
        let name = case["name"].as_str().unwrap();
        let text = std::fs::read_to_string(folder.join(case["forest"].as_str().unwrap())).unwrap();
        let exported: SklearnForest = serde_json::from_str(&text).unwrap();
        let forest = ForestModel::try_from(exported).unwrap().into_forest();
        for (x, expected) in
            case["input"].as_array().unwrap().iter().zip(case["expected"].as_array().unwrap())
        {
            let x = table(&folder.join(x.as_str().unwrap()));
            let expected = table(&folder.join(expected.as_str().unwrap()));
            check_scores(name, &forest, &x, &expected);
        }
        println!("{name}: ok");
    }
}

/// Columns of `expected`: score, decision, prediction.
fn check_scores(name: &str, forest: &IsolationForest, x: &Array2<f64>, expected: &Array2<f64>) {
    let scores = forest.score_samples(x).unwrap();
    let decisions = forest.decision_function(x).unwrap();
    let predictions = forest.predict(x).unwrap();
    assert_eq!(scores.len(), expected.nrows(), "{name}");
    for (row, expected) in expected.outer_iter().enumerate() {
        assert!((scores[row] - expected[0]).abs() <= TOLERANCE, "{name}: score of row {row}");
        assert!((decisions[row] - expected[1]).abs() <= TOLERANCE, "{name}: decision of row {row}");
        let flipped = f64::from(predictions[row]) != expected[2];
        assert!(!flipped || expected[1].abs() <= TOLERANCE, "{name}: prediction of row {row}");
    }
}

fn params(value: &Value) -> IsolationForestParams {
    let mut params = IsolationForest::params();
    for (name, value) in value.as_object().unwrap() {
        let count = || usize::try_from(value.as_u64().unwrap()).unwrap();
        params = match name.as_str() {
            "n_estimators" => params.n_trees(count()),
            "max_samples" => params.max_samples(MaxSamples::Count(count())),
            "max_features" => params.max_features(MaxFeatures::Count(count())),
            "contamination" => {
                params.contamination(Contamination::Fraction(value.as_f64().unwrap()))
            }
            _ => panic!("unknown parameter {name}"),
        };
    }
    params
}

/// The share of pairs of an odd and an ordinary row that the scores put in the right order.
fn auc(scores: &[f64], odd: &[bool]) -> f64 {
    let ranks = ranks(scores);
    let n_odd = odd.iter().filter(|odd| **odd).count() as f64;
    let n_other = odd.len() as f64 - n_odd;
    let sum: f64 = ranks.iter().zip(odd).filter(|(_, odd)| !**odd).map(|(rank, _)| rank).sum();
    (sum - n_other * 0.5 * (n_other + 1.0)) / (n_odd * n_other)
}

/// From 1, ties at their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let tied =
            order[first..].iter().take_while(|&&i| values[i] == values[order[first]]).count();
        for &i in &order[first..first + tied] {
            ranks[i] = first as f64 + 0.5 * (tied as f64 + 1.0);
        }
        first += tied;
    }
    ranks
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let products = |a: &[f64], mean_a: f64, b: &[f64], mean_b: f64| {
        a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>()
    };
    products(a, mean_a, b, mean_b)
        / (products(a, mean_a, a, mean_a) * products(b, mean_b, b, mean_b)).sqrt()
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (mean, (square / values.len() as f64).sqrt())
}

#[test]
fn labelled_data_are_told_apart_as_by_scikit_learn() {
    let Some((folder, document)) = area("iforest") else { return };
    for case in cases_of(&document, "statistical") {
        let data = table(&folder.join(case["input"].as_str().unwrap()));
        let x = data.slice(s![.., ..-1]).to_owned();
        let odd: Vec<bool> = data.column(data.ncols() - 1).iter().map(|odd| *odd != 0.0).collect();
        for (setting, result) in case["results"].as_object().unwrap() {
            let expected = table(&folder.join(result["score_file"].as_str().unwrap()));
            let name = format!("{} {setting}", case["name"].as_str().unwrap());
            check_statistics(&name, case["seeds"].as_u64().unwrap(), result, &x, &odd, &expected);
        }
    }
}

fn check_statistics(
    name: &str,
    n_seeds: u64,
    result: &Value,
    x: &Array2<f64>,
    odd: &[bool],
    expected: &Array2<f64>,
) {
    let number = |key: &str| result[key].as_f64().unwrap();
    let params = params(&result["params"]);
    let scores = |params: IsolationForestParams| {
        let of_seed = |seed| params.seed(seed).fit(x).unwrap().score_samples(x).unwrap();
        (0..n_seeds).map(of_seed).collect::<Vec<_>>()
    };
    let plain = scores(params);
    let aucs: Vec<f64> = plain.iter().map(|scores| auc(scores, odd)).collect();
    let (mean, deviation) = mean_and_deviation(&aucs);
    let extended: Vec<f64> = scores(params.extended(true)).iter().map(|s| auc(s, odd)).collect();
    let (mean_extended, deviation_extended) = mean_and_deviation(&extended);
    println!(
        "{name}: ROC-AUC {mean:.4} ± {deviation:.4}, extended {mean_extended:.4} ± {deviation_extended:.4}, scikit-learn {:.4} ± {:.4}",
        number("auc_mean"),
        number("auc_std")
    );
    let allowed = 3.0 * number("auc_std") / (n_seeds as f64).sqrt() + 0.01;
    assert!((mean - number("auc_mean")).abs() <= allowed, "{name}: ROC-AUC {mean}");

    let expected: Vec<f64> = expected.column(0).to_vec();
    for (row, expected) in expected.iter().enumerate() {
        let mean = plain.iter().map(|scores| scores[row]).sum::<f64>() / n_seeds as f64;
        assert!((mean - expected).abs() <= 0.02, "{name}: row {row} scores {mean}, not {expected}");
    }
    for scores in &plain {
        let found = correlation(&ranks(scores), &ranks(&expected));
        let least = number("spearman_to_mean_min") - 0.02;
        assert!(found >= least, "{name}: rank correlation {found}, at least {least}");
    }
}
