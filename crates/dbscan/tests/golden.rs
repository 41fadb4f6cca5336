//! Labels and core samples of scikit-learn, replayed from `testdata/golden/dbscan/cases.json`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and results are exact"
)]

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::path::Path;

use ndarray::Array2;
use oddsift_dbscan::{Dbscan, DbscanParams, Error, Metric};
use serde_json::Value;

use golden::area;

/// A table of numbers; `n_columns` says how wide it is where it has no rows.
fn table(path: &Path) -> Array2<f64> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let n_columns = reader.headers().unwrap().len();
    let number = |field: &str| match field {
        "true" => 1.0,
        "false" => 0.0,
        "" => f64::NAN,
        _ => field.parse().unwrap(),
    };
    let values: Vec<f64> =
        reader.records().flat_map(|r| r.unwrap().iter().map(number).collect::<Vec<_>>()).collect();
    Array2::from_shape_vec((values.len() / n_columns, n_columns), values).unwrap()
}

fn params(value: &Value) -> DbscanParams {
    let mut params = Dbscan::params();
    let mut metric = "euclidean";
    let mut p = None;
    for (name, value) in value.as_object().unwrap() {
        match name.as_str() {
            "eps" => params = params.eps(value.as_f64().unwrap()),
            // A negative or broken count has no counterpart: it cannot be written in Rust.
            "min_samples" => {
                params = params.min_samples(value.as_u64().unwrap_or(0).try_into().unwrap());
            }
            "metric" => metric = value.as_str().unwrap(),
            "p" => p = value.as_f64(),
            _ => panic!("unknown parameter {name}"),
        }
    }
    let metric = match (metric, p) {
        ("minkowski", p) => Metric::Minkowski(p.unwrap_or(2.0)),
        (name, None) => name.parse().unwrap(),
        (name, Some(p)) => panic!("unknown metric {name} with p {p}"),
    };
    params.metric(metric)
}

fn fit(folder: &Path, case: &Value) -> Result<Dbscan, Error> {
    let file = |name: &str| case[name].as_str().map(|file| table(&folder.join(file)));
    let params = params(&case["params"]);
    let x = file("input").unwrap();
    match file("sample_weight") {
        Some(weights) => params.fit_weighted(&x, weights.as_slice().unwrap()),
        None => params.fit(&x),
    }
}

/// `None` where the case holds, else what differs.
fn check(folder: &Path, case: &Value) -> Option<String> {
    assert!(
        matches!(case["tolerance"].as_str(), Some("exact labels and core flags")),
        "unknown tolerance: {case}"
    );
    let expected = table(&folder.join(case["expected"].as_str().unwrap()));
    let model = match fit(folder, case) {
        Ok(model) => model,
        Err(error) => return Some(error.to_string()),
    };
    if model.labels().len() != expected.nrows() {
        return Some(format!("{} labels, expected {}", model.labels().len(), expected.nrows()));
    }
    let counts = (case["n_clusters"].as_u64().unwrap(), case["n_noise"].as_u64().unwrap());
    if counts != (model.n_clusters() as u64, model.n_noise() as u64) {
        return Some(format!("{} clusters and {} noise", model.n_clusters(), model.n_noise()));
    }
    expected.outer_iter().enumerate().find_map(|(row, expected)| {
        let found = [model.labels()[row].to_i64() as f64, f64::from(u8::from(model.is_core(row)))];
        (expected.as_slice() != Some(&found))
            .then(|| format!("row {row}: {found:?}, expected {expected}"))
    })
}

#[test]
fn labels_are_those_of_scikit_learn() {
    let Some((folder, document)) = area("dbscan") else { return };
    let cases = document["cases"].as_array().unwrap();
    assert!(!cases.is_empty(), "no case in {}", folder.display());
    let mut failures = Vec::new();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        match check(&folder, case) {
            Some(difference) if case["advisory"] == true => {
                println!("advisory {name}: {difference}");
            }
            Some(difference) => failures.push(format!("{name}: {difference}")),
            None => println!("{name}: ok"),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn calls_that_scikit_learn_refuses_are_errors() {
    let Some((folder, document)) = area("dbscan") else { return };
    for case in document["error_cases"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|case| !case["error"].is_null())
    {
        assert!(case["input"].is_string(), "an error case needs an input: {case}");
        assert!(fit(&folder, case).is_err(), "{case} is no error");
    }
}
