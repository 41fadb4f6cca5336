//! Recorded results of scikit-learn and msticpy, through the binary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped area is said")]

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use golden::area;

#[test]
fn dbscan_agrees() {
    let Some((area, cases)) = area("dbscan") else { return };
    for case in list(&cases["cases"]) {
        check(&area, case);
    }
}

#[test]
fn process_features_agree() {
    let Some((area, cases)) = area("process_features") else { return };
    for case in list(&cases["cases"]) {
        check_features(&area, case);
    }
}

fn check_features(area: &Path, case: &Value) {
    let name = case["name"].as_str().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_oddsift"));
    command.arg("features").arg(area.join(case["input"].as_str().unwrap()));
    command.args(["--raw", "-t", "csv"]);
    if let Some(separator) = case["params"]["path_separator"].as_str() {
        command.args(["--path-separator", separator]);
    }
    if case["params"]["force"] == true {
        command.arg("--force");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let found = columns(csv::Reader::from_reader(output.stdout.as_slice()));
    let expected = area.join(case["expected"].as_str().unwrap());
    for (column, expected) in columns(csv::Reader::from_path(expected).unwrap()) {
        let found = found.get(&column).unwrap_or_else(|| panic!("{name}: no column {column}"));
        assert_eq!(found.len(), expected.len(), "{name}: {column}");
        for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!(
                is_same(found, expected),
                "{name}: {column} of row {row}: {found}, not {expected}"
            );
        }
    }
}

/// The same text, or numbers within a rounding of the logarithm.
fn is_same(found: &str, expected: &str) -> bool {
    match (found.parse::<f64>(), expected.parse::<f64>()) {
        _ if found == expected => true,
        (Ok(found), Ok(expected)) => (found - expected).abs() <= 1e-12 * expected.abs(),
        _ => false,
    }
}

fn columns<R: std::io::Read>(mut reader: csv::Reader<R>) -> HashMap<String, Vec<String>> {
    let header = reader.headers().unwrap().clone();
    let mut columns: HashMap<String, Vec<String>> = HashMap::new();
    for record in reader.records() {
        for (name, cell) in header.iter().zip(&record.unwrap()) {
            columns.entry(name.to_owned()).or_default().push(cell.to_owned());
        }
    }
    columns
}

#[test]
fn eventcluster_agrees() {
    let Some((area, cases)) = area("eventcluster") else { return };
    for case in list(&cases["cases"]) {
        check_events(&area, case);
    }
}

fn check_events(area: &Path, case: &Value) {
    let (name, params) = (case["name"].as_str().unwrap(), &case["params"]);
    let features: Vec<&str> =
        params["cluster_columns"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    let scale = if params["normalize"] == true { "unit" } else { "none" };
    let mut command = Command::new(env!("CARGO_BIN_EXE_oddsift"));
    command.arg("cluster").arg(area.join(case["input"].as_str().unwrap()));
    command.args(["--compat", "msticpy", "--raw", "-t", "csv", "--scale", scale]);
    command.args(["--features", &features.join(",")]);
    command.args(["--time-column", params["time_column"].as_str().unwrap()]);
    command.args(["--eps", &params["max_cluster_distance"].to_string()]);
    command.args(["--min-samples", &params["min_cluster_samples"].to_string()]);
    command.args(["--metric", params["metric"].as_str().unwrap()]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let found = columns(csv::Reader::from_reader(output.stdout.as_slice()));
    let expected = area.join(case["expected"]["events"].as_str().unwrap());
    for (column, expected) in columns(csv::Reader::from_path(expected).unwrap()) {
        // The row's number is no column of the output.
        if column == "row" {
            continue;
        }
        assert_eq!(found[&column].len(), expected.len(), "{name}: {column}");
        for (found, expected) in found[&column].iter().zip(&expected) {
            let same =
                found == expected || instant(found).is_some_and(|t| Some(t) == instant(expected));
            assert!(same, "{name}: {column}: {found}, not {expected}");
        }
    }
}

/// A time without its spelling: no zone is UTC, zeros behind the second do not count.
fn instant(text: &str) -> Option<String> {
    text.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    let plain = text.trim_end_matches('Z').trim_end_matches("+00:00").replace(' ', "T");
    let (second, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    second.contains('T').then(|| format!("{second}.{}", fraction.trim_end_matches('0')))
}

fn check(area: &Path, case: &Value) {
    let name = case["name"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("X.csv");
    let features = write_input(area, case, &input);
    let params = &case["params"];
    let metric = match params["metric"].as_str().unwrap() {
        "minkowski" => format!("minkowski:{}", params["p"]),
        plain => plain.to_owned(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_oddsift"));
    command.arg("cluster").arg(&input).args(["--scale", "none", "--emit", "labels", "-t", "csv"]);
    command.args(["--features", &features, "--metric", &metric]);
    command.args(["--eps", &params["eps"].to_string()]);
    command.args(["--min-samples", &params["min_samples"].to_string()]);
    if !case["sample_weight"].is_null() {
        command.args(["--weight", "weight"]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    if case["advisory"] == true {
        return;
    }
    let expected = records(&area.join(case["expected"].as_str().unwrap()));
    let found: Vec<Vec<String>> = csv::Reader::from_reader(output.stdout.as_slice())
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect();
    assert_eq!(found.len(), expected.len(), "{name}: rows");
    for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let is_core = if expected[1] == "1" { "true" } else { "false" };
        let expected = [row.to_string(), expected[0].clone(), is_core.to_owned()];
        assert_eq!(*found, expected, "{name}: row {row}");
    }
}

/// Writes the case's matrix, with the weights as a column of their own; gives the feature names.
fn write_input(area: &Path, case: &Value, to: &Path) -> String {
    let mut x = csv::Reader::from_path(area.join(case["input"].as_str().unwrap())).unwrap();
    let mut header = x.headers().unwrap().clone();
    let features = header.iter().collect::<Vec<_>>().join(",");
    let weights = case["sample_weight"].as_str().map(|file| records(&area.join(file)));
    let mut writer = csv::Writer::from_path(to).unwrap();
    if weights.is_some() {
        header.push_field("weight");
    }
    writer.write_record(&header).unwrap();
    for (row, record) in x.records().enumerate() {
        let mut record = record.unwrap();
        if let Some(weights) = &weights {
            record.push_field(&weights[row][0]);
        }
        writer.write_record(&record).unwrap();
    }
    writer.flush().unwrap();
    features
}

fn records(path: &Path) -> Vec<Vec<String>> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let owned = |record: Result<csv::StringRecord, csv::Error>| {
        record.unwrap().iter().map(str::to_owned).collect()
    };
    reader.records().map(owned).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}
