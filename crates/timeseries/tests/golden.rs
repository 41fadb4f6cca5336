//! Results of msticpy, replayed from `testdata/golden/ts_anomalies/cases.json`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a test fails by panicking, and whole numbers are exact"
)]

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::{collections::HashMap, path::Path};

use oddsift_timeseries::{
    Anomalies, Season, Series, Signs, Stl, Timestamp, TsParams, extract_anomaly_periods,
    kql_between, set_new_anomaly_threshold,
};
use serde_json::Value;

use golden::area;

/// The scores of recorded cases agree to this.
const SCORE: f64 = 1e-9;

/// A file's columns, as text.
struct Table {
    header: Vec<String>,
    columns: HashMap<String, Vec<String>>,
}

impl Table {
    fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut columns: HashMap<String, Vec<String>> =
            header.iter().map(|name| (name.clone(), Vec::new())).collect();
        for record in reader.records() {
            for (name, cell) in header.iter().zip(record.unwrap().iter()) {
                columns.get_mut(name).unwrap().push(cell.to_owned());
            }
        }
        Self { header, columns }
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        let number = |cell: &String| if cell.is_empty() { f64::NAN } else { cell.parse().unwrap() };
        self.columns[name].iter().map(number).collect()
    }

    fn flags(&self, name: &str) -> Vec<i8> {
        self.columns[name].iter().map(|cell| cell.parse().unwrap()).collect()
    }

    fn times(&self, name: &str) -> Vec<Timestamp> {
        self.columns[name].iter().map(|cell| time(cell)).collect()
    }

    fn zoned(&self, name: &str) -> bool {
        self.columns[name].iter().any(|cell| cell.ends_with("+00:00"))
    }
}

/// A time without offset is UTC.
fn time(text: &str) -> Timestamp {
    if text.ends_with("+00:00") { text.parse() } else { format!("{text}Z").parse() }.unwrap()
}

fn params(value: &Value) -> TsParams {
    let mut params = Anomalies::params().truncation(true);
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    for (name, value) in value.as_object().unwrap() {
        params = match name.as_str() {
            "seasonal" => params.stl(Stl::params(24).seasonal(number(value))),
            "period" => params.period(Season::Points(number(value))),
            "score_threshold" => params.threshold(value.as_f64().unwrap()),
            "time_column" | "data_column" => params,
            _ => panic!("unknown parameter {name}"),
        };
    }
    params
}

fn check_anomalies(folder: &Path, case: &Value) {
    let input = Table::read(&folder.join(case["input"].as_str().unwrap()));
    let expected = Table::read(&folder.join(case["expected"].as_str().unwrap()));
    let time_column = case["params"]["time_column"].as_str();
    let time_column = time_column.or(case["index_column"].as_str()).unwrap();
    let others = input.header.iter().find(|name| *name != time_column);
    let data_column = case["params"]["data_column"].as_str().unwrap_or(others.unwrap());
    let points: Vec<(Timestamp, f64)> =
        input.times(time_column).into_iter().zip(input.numbers(data_column)).collect();
    let found = params(&case["params"]).fit(&Series::as_given(&points)).unwrap();

    assert_eq!(found.times(), expected.times(&expected.header[0]));
    assert_eq!(found.values(), expected.numbers(&expected.header[1]));
    if case["advisory"] != true {
        assert_eq!(found.residual(), expected.numbers("residual"), "residual");
        assert_eq!(found.trend(), expected.numbers("trend"), "trend");
        assert_eq!(found.seasonal(), expected.numbers("seasonal"), "seasonal");
        assert_eq!(found.weights(), expected.numbers("weights"), "weights");
        assert_eq!(found.baseline(), expected.numbers("baseline"), "baseline");
    }
    for (score, expected) in found.score().iter().zip(expected.numbers("score")) {
        let near = (score - expected).abs() <= SCORE * expected.abs().max(1.0);
        assert!(near || (score.is_nan() && expected.is_nan()), "score {score}, not {expected}");
    }
    assert_eq!(found.anomalies(), expected.flags("anomalies"));
}

fn check_threshold(folder: &Path, case: &Value) {
    let input = Table::read(&folder.join(case["input"].as_str().unwrap()));
    let expected = Table::read(&folder.join(case["expected"].as_str().unwrap()));
    let threshold = case["params"]["threshold"].as_f64().unwrap();
    let low = case["params"]["threshold_low"].as_f64().filter(|low| *low != 0.0);
    let found = set_new_anomaly_threshold(&input.numbers("score"), threshold, low).unwrap();
    assert_eq!(found, expected.flags("anomalies"));
}

fn check_periods(folder: &Path, case: &Value) {
    let params = &case["params"];
    let input = Table::read(&folder.join(case["input"].as_str().unwrap()));
    let time_column = params["time_column"].as_str().unwrap_or("TimeGenerated");
    let flags = input.flags(params["anomalies_column"].as_str().unwrap_or("anomalies"));
    let period = params["period"].as_str().unwrap().parse().unwrap();
    let signs = if params["pos_only"].as_bool().unwrap() { Signs::Positive } else { Signs::Both };
    let found = extract_anomaly_periods(&input.times(time_column), &flags, &period, signs).unwrap();

    let spans: Vec<[Timestamp; 2]> = found.iter().map(|span| [span.start(), span.end()]).collect();
    let expected = case["expected"]["periods"].as_array().unwrap();
    let bound = |value: &Value| time(value.as_str().unwrap());
    let expected: Vec<[Timestamp; 2]> =
        expected.iter().map(|pair| [bound(&pair[0]), bound(&pair[1])]).collect();
    assert_eq!(spans, expected);
    let kql = kql_between(&found, input.zoned(time_column)).unwrap();
    assert_eq!(kql, case["expected"]["kql"].as_str().unwrap());
}

#[test]
fn results_are_those_of_msticpy() {
    let Some((folder, document)) = area("ts_anomalies") else { return };
    for case in document["cases"].as_array().unwrap() {
        println!("{}", case["name"]);
        match case["function"].as_str().unwrap() {
            "ts_anomalies_stl" => check_anomalies(&folder, case),
            "set_new_anomaly_threshold" => check_threshold(&folder, case),
            "extract_anomaly_periods" => check_periods(&folder, case),
            other => panic!("unknown function {other}"),
        }
    }
}
