//! A month of hourly traffic, flagged as it should be and as msticpy flags it; series with faults.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use oddsift_timeseries::{
    Anomalies, Error, Fill, Season, Series, Signs, Timestamp, kql_between, kql_filter,
    ts_anomalies_stl,
};

/// `TimeGenerated` and `TotalBytesSent` of a file in `testdata`.
fn points(file: &str) -> Vec<(Timestamp, f64)> {
    let path = format!("{}/../../testdata/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let cells = reader.records().map(|record| record.unwrap());
    cells.map(|record| (record[0].parse().unwrap(), record[1].parse().unwrap())).collect()
}

fn traffic() -> Vec<(Timestamp, f64)> {
    points("time_series.csv")
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
    let spans = found.anomaly_periods(&"1h".parse().unwrap(), Signs::Positive).unwrap();
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

#[test]
fn periods_are_given_as_times_or_found() {
    let series = Series::from_points(&traffic(), Fill::Error).unwrap();
    let fit = |seasons: &[&str]| {
        let seasons: Vec<Season> = seasons.iter().map(|text| text.parse().unwrap()).collect();
        Anomalies::params().periods(&seasons).fit(&series).unwrap()
    };
    assert_eq!(fit(&["1D"]), fit(&["24"]));
    let (found, given) = (fit(&["auto"]), fit(&["1W"]));
    assert_eq!((found.score(), found.anomalies()), (given.score(), given.anomalies()));
    assert_eq!(fit(&["auto", "24"]).periods(), [24, 168]);
}

#[test]
fn constant_series_has_no_anomaly() {
    let found = ts_anomalies_stl(&points("badinput/csv/ts_constant.csv")).unwrap();
    for row in 0..96 {
        assert!((found.trend()[row] - 500.0).abs() < 1e-9);
        assert!(found.seasonal()[row].abs() < 1e-9 && found.residual()[row].abs() < 1e-9);
    }
    assert!(found.score().iter().all(|&score| score == 0.0));
    assert!(found.anomalies().iter().all(|&flag| flag == 0));
}

#[test]
fn first_gap_is_named() {
    let points = points("badinput/csv/ts_gap_and_duplicate_hour.csv");
    let error = ts_anomalies_stl(&points).unwrap_err();
    // Behind line 30, where line 2 is the first point.
    assert!(matches!(error, Error::Gap { index: 29, n_missing: 6, .. }), "{error}");
    assert!(error.to_string().contains("2024-03-02"), "{error}");
    let error = Series::from_points(&points, Fill::Linear).unwrap_err();
    assert!(matches!(error, Error::Duplicate { first: 52, second: 53, .. }), "{error}");
    assert!(error.to_string().contains("2024-03-03T10:00:00Z"), "{error}");
}

#[test]
fn less_than_two_periods_are_an_error() {
    let error = ts_anomalies_stl(&points("badinput/csv/ts_shorter_than_two_periods.csv"));
    assert!(matches!(error, Err(Error::TooShort { n_points: 40, period: 24, needed: 48 })));
}
