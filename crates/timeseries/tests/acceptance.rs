//! A month of hourly traffic, flagged as it should be and as msticpy flags it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use oddsift_timeseries::{
    Anomalies, Series, Timestamp, extract_anomaly_periods, kql_between, kql_filter,
    ts_anomalies_stl,
};

/// `TimeGenerated` and `TotalBytesSent` of `testdata/time_series.csv`.
fn traffic() -> Vec<(Timestamp, f64)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let cells = reader.records().map(|record| record.unwrap());
    cells.map(|record| (record[0].parse().unwrap(), record[1].parse().unwrap())).collect()
}

fn flagged(found: &Anomalies) -> Vec<(String, i8)> {
    let rows = found.times().iter().zip(found.anomalies());
    rows.filter(|(_, flag)| **flag != 0).map(|(time, flag)| (time.to_string(), *flag)).collect()
}

fn hours(flags: &[(&str, i8)]) -> Vec<(String, i8)> {
    flags.iter().map(|(hour, flag)| (format!("2019-{hour}:00:00Z"), *flag)).collect()
}

#[test]
fn spikes_and_dips_are_flagged() {
    let found = ts_anomalies_stl(&traffic()).unwrap();
    let expected = [
        ("05-07T11", -1),
        ("05-09T13", -1),
        ("05-13T17", 1),
        ("05-17T21", 1),
        ("05-26T05", 1),
        ("05-27T05", -1),
        ("06-02T17", -1),
        ("06-03T05", -1),
    ];
    assert_eq!(flagged(&found), hours(&expected));
}

#[test]
fn msticpy_flags_the_spikes_alone() {
    let params = Anomalies::params().truncation(true);
    let found = params.fit(&Series::as_given(&traffic())).unwrap();
    let expected = [("05-13T17", 1), ("05-17T21", 1), ("05-26T05", 1)];
    assert_eq!(flagged(&found), hours(&expected));
}

#[test]
fn periods_become_a_query() {
    let found = ts_anomalies_stl(&traffic()).unwrap();
    let spans = extract_anomaly_periods(
        found.times(),
        found.anomalies(),
        "1h".parse().unwrap(),
        oddsift_timeseries::Signs::Positive,
    )
    .unwrap();
    let kql = kql_filter("TimeGenerated", &spans).unwrap();
    assert!(kql.starts_with(
        "| where (TimeGenerated >= datetime(2019-05-13T16:00:00Z) \
         and TimeGenerated < datetime(2019-05-13T18:00:00Z)) or ("
    ));
    assert!(kql_between(&spans, true).unwrap().starts_with(
        "| where TimeGenerated between \
         (datetime(2019-05-13 16:00:00+00:00) .. datetime(2019-05-13 18:00:00+00:00)) or "
    ));
}
