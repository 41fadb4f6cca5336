//! Logs that somebody made to mislead (`testdata/attacks`), on the real binary: what is forged is named,
//! and what else is in the log is found as without it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod tool; // runs the binary in testdata

use std::collections::{BTreeSet, HashMap};

use tool::{oddsift, rows, text};

type Row = HashMap<String, String>;

/// The rows that are printed as CSV, and what is said.
fn run(args: &[&str], more: &[&str]) -> (Vec<Row>, String) {
    let output = oddsift(&[args, more, &["-t", "csv"]].concat());
    (rows(&output), text(&output.stderr))
}

/// Hourly counts of a log of `attacks`.
fn counts(log: &str, more: &[&str]) -> (Vec<Row>, String) {
    let args = ["series", log, "--time-column", "Time", "--count", "--bucket", "1h"];
    run(&args, more)
}

#[test]
fn a_forged_time_ten_years_ahead_changes_no_flag() {
    let flags = |rows: &[Row]| {
        let flagged = rows.iter().filter(|row| row["anomalies"] != "0");
        flagged.map(|row| (row["Time"].clone(), row["anomalies"].clone())).collect::<Vec<_>>()
    };
    let stray = "1 point is more than a year from the rest and set apart (2034-03-04T23:00:00Z)";
    for more in [&[][..], &["--every-point"], &["--score", "mad"], &["--period", "24"]] {
        let (genuine, said) = counts("attacks/sp.csv", more);
        assert!(!said.contains("set apart"), "{said}");
        let (forged, said) = counts("attacks/sp_10y.csv", more);
        assert!(said.contains(stray), "{said}");
        assert_eq!(forged, genuine, "{more:?}");
        assert!(!flags(&genuine).is_empty());
    }
    let (genuine, said) = counts("attacks/sp.csv", &[]);
    assert_eq!(flags(&genuine), [("2024-03-03T05:00:00Z".into(), "1".into())]);
    assert_eq!(
        said,
        "attacks/sp.csv: 1 incomplete bucket is left out (2024-03-04T23:00:00Z), cut by the start or end of \
         the log; no period was found, 24 points are taken\n"
    );
    let (until, said) = counts("attacks/sp_10y.csv", &["--until", "2025-01-01"]);
    assert!(until == genuine && !said.contains("set apart"), "{said}");
    let (since, _) = counts("attacks/sp.csv", &["--since", "2024-03-04T00:00:00Z"]);
    assert!(flags(&since).is_empty());
}

#[test]
fn a_row_in_the_year_9999_stops_no_group() {
    let (found, said) = counts("attacks/lg_future.csv", &["--by", "Account"]);
    assert!(said.contains("set apart (9999-01-01T00:00:00Z)"), "{said}");
    for user in ["user0", "user1", "user2"] {
        assert_eq!(found.iter().filter(|row| row["Account"] == user).count(), 95, "{user}");
    }
    assert_eq!(found.len(), 3 * 95);
    let args = ["series", "attacks/lg_future.csv", "--time-column", "Time", "--count", "--strict"];
    let strict = oddsift(&[&args[..], &["--by", "Account"]].concat());
    assert_eq!(strict.status.code(), Some(3));
}

#[test]
fn half_a_character_costs_no_row() {
    let replaced = "attacks/lone_surrogate.ndjson:4: 1 row changed";
    for more in [&[][..], &["--bad-rows", "skip"]] {
        for (verb, line) in [("features", 3), ("cluster", 0), ("hunt", 0)] {
            let (found, said) = run(&[verb, "attacks/lone_surrogate.ndjson"], more);
            let mut cells = found[line].values();
            assert!(cells.any(|cell| cell == "a \u{fffd} b"), "{verb}: {:?}", found[line]);
            assert!(said.contains(replaced) && said.contains("U+FFFD"), "{said}");
            assert!(verb == "features" || said.contains("7 rows taken"), "{said}");
        }
        assert_eq!(run(&["features", "attacks/lone_surrogate.ndjson"], more).0.len(), 7);
    }
}

#[test]
fn parts_of_a_series_with_missing_values_are_near_its_values() {
    let args = ["series", "attacks/stl_missing.csv", "--value-column", "v", "--fill", "missing"];
    let stl = ["--period", "3", "--seasonal", "3", "--seasonal-jump", "4", "--trend-deg", "1"];
    let (found, _) = run(&args, &[&stl[..], &["--robust"]].concat());
    assert_eq!(found.len(), 120);
    // The values are from -25,000,000 to 24.25.
    let reach = 4.0 * 25_000_024.25;
    for row in &found {
        for part in ["trend", "seasonal", "baseline", "residual"] {
            let is_missing = part == "residual" && row["v"].is_empty();
            assert_eq!(row[part].is_empty(), is_missing, "{part}: {row:?}");
            let value: f64 = row[part].parse().unwrap_or_default();
            assert!(value.abs() < reach, "{part} {value}");
        }
    }
}

/// The rows of a log that are like no other, by their number in msticpy's sample.
fn noise(log: &str, more: &[&str]) -> (BTreeSet<String>, String) {
    let (found, said) = run(&["cluster", log], more);
    let noise = found.into_iter().filter(|row| row["ClusterId"] == "-1");
    (noise.map(|row| row[""].clone()).collect(), said)
}

#[test]
fn rows_that_bridge_noise_to_clusters_by_their_numbers_hide_no_program() {
    let (genuine, said) = noise("processes_on_host.csv", &[]);
    assert!(!said.contains("chains"), "{said}");
    assert_eq!(noise("attacks/bridge.csv", &[]).0, genuine);
}

#[test]
fn clusters_that_hang_on_chains_are_named_with_the_rows() {
    let scores = ["--features", "pathScore,commandlineTokensFull,isSystemSession"];
    let scores = [&scores[..], &["--eps", "0.0001"]].concat();
    let (genuine, said) = noise("processes_on_host.csv", &scores);
    assert!(genuine.len() == 33 && !said.contains("chains"), "{said}");
    let (bridged, said) = noise("attacks/bridge.csv", &scores);
    assert_eq!(genuine.intersection(&bridged).count(), 4);
    assert_eq!(
        said.matches("hangs on chains of low density: at min_samples 5").count(),
        2,
        "{said}"
    );
    assert!(said.contains("164 of its rows were noise, the first of them rows 46,"), "{said}");
    // What is proposed finds most of what the chains hide.
    let (strict, _) = noise("attacks/bridge.csv", &[&scores[..], &["--min-samples", "5"]].concat());
    assert_eq!(genuine.intersection(&strict).count(), 23);
}

#[test]
fn a_planted_value_that_holds_a_range_is_said() {
    for scale in ["standard", "minmax"] {
        let (_, said) = run(&["cluster", "attacks/gv1.csv", "--scale", scale], &[]);
        for feature in ["bytes", "packets"] {
            let held = format!("one value holds most of the range of {feature}: 1e300 in row 801");
            assert!(said.contains(&held), "{said}");
        }
        assert!(said.contains("(--scale robust)"), "{said}");
    }
    // By robust scaling the one row that is odd besides is found.
    let (found, said) = run(&["cluster", "attacks/gv1.csv", "--scale", "robust"], &[]);
    assert!(!said.contains("holds most"), "{said}");
    assert!(found.iter().any(|row| row["ClusterId"] == "-1" && row["host"] == "h800"));
}
