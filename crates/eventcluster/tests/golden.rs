//! The recorded results of scikit-learn's `Normalizer` and msticpy's `dbcluster_events`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped area is said")]

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::path::Path;

use ndarray::Array2;
use oddsift_eventcluster::{
    EventClusters, EventRow, Events, Metric, NoiseTimes, Scaling, normalize,
};
use oddsift_patterns::Timestamp;
use serde_json::Value;

use golden::area;

/// A rounding of the norm and one of the quotient, and the recorded text's own half ulp twice.
const NORMALIZE_ULPS: f64 = 4.0;
/// Below this, absolute: results near zero.
const NORMALIZE_ABSOLUTE: f64 = 1e-15;
/// The recorded `x_norm` comes from another summation order.
const X_NORM_ABSOLUTE: f64 = 1e-14;

#[test]
fn normalize_agrees() {
    let Some((area, cases)) = area("normalize") else { return };
    for case in list(&cases["cases"]) {
        let name = text(&case["name"]);
        assert_eq!(text(&case["params"]["norm"]), "l2", "{name}: a norm that is not known");
        let (_, x) = numbers(&area.join(text(&case["input"])));
        let (_, expected) = numbers(&area.join(text(&case["expected"])));
        let found = normalize(&x).unwrap();
        assert_eq!(found.dim(), expected.dim(), "{name}");
        for ((at, a), b) in found.indexed_iter().zip(&expected) {
            let tolerance = NORMALIZE_ABSOLUTE.max(NORMALIZE_ULPS * f64::EPSILON * b.abs());
            assert!((a - b).abs() <= tolerance, "{name} {at:?}: {a} for {b}");
        }
    }
}

#[test]
fn eventcluster_agrees() {
    let Some((area, cases)) = area("eventcluster") else { return };
    for case in list(&cases["cases"]) {
        check_eventcluster(&area, case);
    }
}

fn check_eventcluster(area: &Path, case: &Value) {
    let name = text(&case["name"]);
    let input = Frame::read(&area.join(text(&case["input"])));
    let params = &case["params"];
    let columns: Vec<&str> =
        params["cluster_columns"].as_array().unwrap().iter().map(text).collect();
    let x = input.matrix(&columns);
    let times = input.times(text(&params["time_column"]));
    let events = Events::new(&x).times(&times).unwrap();
    let found = EventClusters::params()
        .eps(params["max_cluster_distance"].as_f64().unwrap())
        .min_samples(params["min_cluster_samples"].as_u64().unwrap().try_into().unwrap())
        .metric(text(&params["metric"]).parse::<Metric>().unwrap())
        .scaling(if params["normalize"].as_bool().unwrap() { Scaling::Unit } else { Scaling::None })
        .noise_times(NoiseTimes::Shared)
        .fit_events(&events)
        .unwrap();

    let expected = |what: &str| area.join(text(&case["expected"][what]));
    check_labels(name, &found, &Frame::read(&expected("labels")));
    let (_, x_norm) = numbers(&expected("x_norm"));
    let difference = &found.x_norm().unwrap() - &x_norm;
    assert!(difference.iter().all(|d| d.abs() <= X_NORM_ABSOLUTE), "{name}: x_norm");
    check_events(name, &found.rows().unwrap(), &input, &Frame::read(&expected("events")), params);
}

fn check_labels(name: &str, found: &EventClusters, expected: &Frame) {
    let labels: Vec<String> =
        found.labels().unwrap().iter().map(|label| label.to_i64().to_string()).collect();
    assert_eq!(labels, expected.column("label"), "{name}: labels");
}

fn check_events(name: &str, rows: &[EventRow], input: &Frame, expected: &Frame, params: &Value) {
    let time_column = text(&params["time_column"]);
    assert_eq!(rows.len(), expected.rows.len(), "{name}: number of rows");
    let first: Vec<_> = rows.iter().map(|row| row.times.map(|(first, _)| first)).collect();
    let last: Vec<_> = rows.iter().map(|row| row.times.map(|(_, last)| last)).collect();
    assert_eq!(first, expected.times("FirstEventTime"), "{name}: FirstEventTime");
    assert_eq!(last, expected.times("LastEventTime"), "{name}: LastEventTime");
    for column in &expected.header {
        let texts: Vec<String> = match column.as_str() {
            "FirstEventTime" | "LastEventTime" => continue,
            // Overwritten by msticpy with the first time of the cluster.
            _ if column == time_column => {
                assert_eq!(first, expected.times(column), "{name}: {column}");
                continue;
            }
            "row" => rows.iter().map(|row| row.row.to_string()).collect(),
            "Clustered" => rows.iter().map(|row| row.is_clustered().to_string()).collect(),
            "ClusterId" => rows.iter().map(|row| row.label.to_i64().to_string()).collect(),
            "ClusterSize" => rows.iter().map(|row| row.size.to_string()).collect(),
            _ => {
                let values = input.column(column);
                rows.iter().map(|row| values[usize::try_from(row.row).unwrap()].clone()).collect()
            }
        };
        assert_eq!(texts, expected.column(column), "{name}: {column}");
    }
}

/// A CSV file as text.
struct Frame {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Frame {
    fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        Self { header, rows: reader.records().map(Result::unwrap).collect() }
    }

    fn column(&self, name: &str) -> Vec<String> {
        let at = self.header.iter().position(|column| column == name);
        let at = at.unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|row| row[at].to_owned()).collect()
    }

    fn matrix(&self, columns: &[&str]) -> Array2<f64> {
        let columns: Vec<Vec<String>> = columns.iter().map(|name| self.column(name)).collect();
        Array2::from_shape_fn((self.rows.len(), columns.len()), |(row, column)| {
            match columns[column][row].as_str() {
                "true" => 1.0,
                "false" => 0.0,
                number => number.parse().unwrap(),
            }
        })
    }

    /// Times as recorded: ISO-8601, taken for UTC where no offset stands.
    fn times(&self, name: &str) -> Vec<Option<Timestamp>> {
        let parse = |text: &String| {
            let zoned = if text.contains('+') { text.clone() } else { format!("{text}Z") };
            Some(zoned.parse().unwrap())
        };
        self.column(name).iter().map(parse).collect()
    }
}

fn numbers(path: &Path) -> (Vec<String>, Array2<f64>) {
    let frame = Frame::read(path);
    let columns: Vec<&str> = frame.header.iter().map(String::as_str).collect();
    let x = frame.matrix(&columns);
    (frame.header, x)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
