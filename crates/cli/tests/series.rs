//! `series` and `periods`: the binary on the demo series and on recorded results.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped area is said")]

mod tool; // runs the binary in testdata

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::Value;
use tool::{oddsift, oddsift_with, refused, rows, text};

use golden::area;

const BYTES: [&str; 6] = [
    "series",
    "time_series.csv",
    "--time-column",
    "TimeGenerated",
    "--value-column",
    "TotalBytesSent",
];

/// The season of msticpy's defaults, and a flag for each point.
const EXACT: [&str; 3] = ["--period", "24", "--every-point"];

fn flagged(rows: &[HashMap<String, String>]) -> Vec<(String, String)> {
    let odd = rows.iter().filter(|row| row["anomalies"] != "0");
    odd.map(|row| (row["TimeGenerated"].clone(), row["anomalies"].clone())).collect()
}

fn periods(series: &[&str], more: &[&str]) -> String {
    let found = oddsift(&[&BYTES[..], &EXACT, series, &["-t", "csv", "--raw"]].concat());
    assert!(found.status.success(), "{}", text(&found.stderr));
    let output = oddsift_with(&[&["periods", "-"][..], more].concat(), &found.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn the_demo_series_has_three_spikes_and_five_dips() {
    let exact = [&BYTES[..], &EXACT, &["-t", "csv"]].concat();
    let found = rows(&oddsift(&exact));
    let expected = [
        ("2019-05-07T11:00:00Z", "-1"),
        ("2019-05-09T13:00:00Z", "-1"),
        ("2019-05-13T17:00:00Z", "1"),
        ("2019-05-17T21:00:00Z", "1"),
        ("2019-05-26T05:00:00Z", "1"),
        ("2019-05-27T05:00:00Z", "-1"),
        ("2019-06-02T17:00:00Z", "-1"),
        ("2019-06-03T05:00:00Z", "-1"),
    ];
    let expected = expected.map(|(time, flag)| (time.to_owned(), flag.to_owned()));
    assert_eq!(flagged(&found), expected);
    let header =
        "TimeGenerated,TotalBytesSent,residual,trend,seasonal,weights,baseline,score,anomalies";
    let header_of = |args: &[&str]| text(&oddsift(args).stdout).lines().next().map(str::to_owned);
    assert_eq!(header_of(&exact).as_deref(), Some(header));
    let with_episode = header_of(&[&BYTES[..], &["-t", "csv"]].concat());
    assert_eq!(with_episode, Some(format!("{header},episode")));
}

#[test]
fn msticpys_way_finds_high_values_only() {
    let found = rows(&oddsift(&[&BYTES[..], &["--compat", "msticpy", "-t", "csv"]].concat()));
    let times: Vec<_> =
        flagged(&found).into_iter().map(|(time, flag)| (time, flag == "1")).collect();
    let expected = ["2019-05-13T17:00:00Z", "2019-05-17T21:00:00Z", "2019-05-26T05:00:00Z"];
    assert_eq!(times, expected.map(|time| (time.to_owned(), true)));
}

#[test]
fn a_high_value_is_no_dip_whatever_msticpys_flag_is() {
    let mut csv = "TimeGenerated,Bytes\n".to_owned();
    for hour in 0..240 {
        let (day, hour_of_day) = (hour / 24 + 1, hour % 24);
        // High in the low part of the day, where msticpy's flag is -1.
        let value = if hour == 98 { 9000 } else { 1000 * hour_of_day };
        writeln!(csv, "2024-05-{day:02}T{hour_of_day:02}:00:00Z,{value}").unwrap();
    }
    let args = ["series", "-", "--compat", "msticpy", "-t"];
    let found = oddsift_with(&[&args[..], &["csv"]].concat(), csv.as_bytes());
    assert_eq!(flagged(&rows(&found)), [("2024-05-05T02:00:00Z".to_owned(), "-1".to_owned())]);
    let shown = text(&oddsift_with(&[&args[..], &["table"]].concat(), csv.as_bytes()).stdout);
    assert!(shown.contains("spike") && !shown.contains("dip"), "{shown}");
}

#[test]
fn a_query_holds_every_spike_and_on_request_every_dip() {
    let spikes = "| where (TimeGenerated >= datetime(2019-05-13T16:00:00Z) and TimeGenerated < datetime(2019-05-13T18:00:00Z)) \
        or (TimeGenerated >= datetime(2019-05-17T20:00:00Z) and TimeGenerated < datetime(2019-05-17T22:00:00Z)) \
        or (TimeGenerated >= datetime(2019-05-26T04:00:00Z) and TimeGenerated < datetime(2019-05-26T06:00:00Z))\n";
    assert_eq!(periods(&[], &["--query", "kql"]), spikes);
    let both = periods(&[], &["--query", "kql", "--both"]);
    assert_eq!(both.matches(" >= ").count(), 8);
    assert!(both.contains("datetime(2019-05-27T04:00:00Z)"), "{both}");
    let other = periods(&[], &["--query", "sql", "--query-column", "event \"time\""]);
    assert!(
        other.starts_with("WHERE (\"event \"\"time\"\"\" >= '2019-05-13T16:00:00Z'"),
        "{other}"
    );
    assert!(periods(&[], &["--query", "spl"]).starts_with("| where ('_time' >= "));
}

/// Weeks that end on Sundays and days that begin at local midnight are those of msticpy's loop over
/// pandas 2.3.3, which recorded them.
#[test]
fn periods_of_weeks_and_of_days_in_a_zone_are_msticpys() {
    let flags = "TimeGenerated,anomalies\n2024-03-29 23:30,1\n2024-03-31 00:30,1\n2024-04-03 00:30,1\n\
                 2024-04-20 12:00,1\n";
    let found = |more: &[&str]| {
        let args = ["periods", "-", "-t", "csv"];
        let output = oddsift_with(&[&args[..], more].concat(), flags.as_bytes());
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let berlin = ["--time-zone", "Europe/Berlin", "--merge"];
    assert_eq!(
        found(&[&berlin[..], &["1D"]].concat()),
        [
            "2024-03-27T23:00:00Z,2024-03-31T23:00:00Z",
            "2024-04-01T22:00:00Z,2024-04-03T22:00:00Z",
            "2024-04-18T22:00:00Z,2024-04-20T22:00:00Z",
        ]
    );
    let weeks = found(&[&berlin[..], &["1W"]].concat());
    assert_eq!(weeks, ["2024-03-23T23:00:00Z,2024-04-27T22:00:00Z"]);
    let weeks = found(&["--merge", "1W"]);
    assert_eq!(weeks, ["2024-03-24T00:00:00Z,2024-04-28T00:00:00Z"]);
}

#[test]
fn the_score_of_a_point_is_its_own_where_a_threshold_could_flag_it() {
    let mut input = "t,n\n".to_owned();
    for hour in 0..96 {
        let n = if (50..53).contains(&hour) { 900 + hour % 2 } else { 10 + hour * hour % 7 };
        writeln!(input, "2024-01-0{}T{:02}:00:00Z,{n}", 1 + hour / 24, hour % 24).unwrap();
    }
    let args = ["series", "-", "--time-column", "t", "--period", "24", "-t", "csv"];
    let found = |more: &[&str]| rows(&oddsift_with(&[&args[..], more].concat(), input.as_bytes()));
    let (episodes, points) = (found(&[]), found(&["--every-point"]));
    let scores = |rows: &[HashMap<String, String>]| {
        rows.iter().map(|row| row["score"].parse().unwrap()).collect::<Vec<f64>>()
    };
    let pairs: Vec<(f64, f64)> = scores(&episodes).into_iter().zip(scores(&points)).collect();
    // Whoever sets a threshold of his own on the scores of episodes has one alert for each.
    assert!(
        pairs.iter().all(|(ours, own)| ours.abs() < f64::EPSILON || (ours - own).abs() < 1e-12)
    );
    assert!(pairs.iter().filter(|(ours, _)| ours.abs() > 0.0).count() > 1);
    assert!(pairs.iter().any(|(ours, own)| ours.abs() < f64::EPSILON && own.abs() > 1.0));
    let n_flagged = |rows: &[HashMap<String, String>]| {
        rows.iter().filter(|row| row["anomalies"] != "0").count()
    };
    assert!(n_flagged(&episodes) == 1 && n_flagged(&points) > 1);
}

#[test]
fn programs_are_told_why_a_point_is_flagged() {
    for form in ["ndjson", "json"] {
        let output = oddsift(&[&BYTES[..], &EXACT, &["-t", form]].concat());
        let found = text(&output.stdout);
        let found: Vec<Value> = match form {
            "json" => serde_json::from_str(&found).unwrap(),
            _ => found.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        };
        assert!(found.iter().all(|row| row["reason"].is_string() == (row["anomalies"] != 0)));
        let spike = found.iter().find(|row| row["TimeGenerated"] == "2019-05-13T17:00:00Z");
        assert_eq!(
            spike.unwrap()["reason"],
            "916767394 where 655437109 was expected: 20 of 34 others at 17:00 as high"
        );
        let compat = oddsift(&[&BYTES[..], &["--compat", "msticpy", "-t", form]].concat());
        assert!(!text(&compat.stdout).contains("reason"));
    }
}

#[test]
fn no_spike_is_a_query_that_finds_nothing() {
    let none = ["--threshold", "99"];
    assert_eq!(periods(&[], &[&none[..], &["--query", "kql"]].concat()), "| where false\n");
    assert_eq!(periods(&[], &none), "start,end\n");
}

#[test]
fn another_threshold_needs_no_new_decomposition() {
    let of_series = periods(&["--threshold", "4"], &[]);
    assert_eq!(periods(&[], &["--threshold", "4"]), of_series);
    assert_eq!(of_series.lines().count(), 2);
    let dips = periods(&[], &["--threshold", "99", "--threshold-low", "3.5", "--both"]);
    assert_eq!(dips.lines().count(), 4);
}

#[test]
fn groups_come_first_and_are_those_of_their_rows() {
    let mut input = "t,who,n\n".to_owned();
    for hour in 0..72_i64 {
        for (who, n) in [("bob", hour % 24), ("ann", 100 + hour % 24 + i64::from(hour == 30) * 50)]
        {
            let (day, hour) = (1 + hour / 24, hour % 24);
            writeln!(input, "2024-01-0{day}T{hour:02}:00:00Z,{who},{n}").unwrap();
        }
    }
    let args = ["series", "-", "--time-column", "t", "-t", "csv"];
    let by = oddsift_with(
        &[&args[..], &["--value-column", "n", "--by", "who"]].concat(),
        input.as_bytes(),
    );
    let by = rows(&by);
    assert_eq!(by.len(), 144);
    assert!(by.iter().map(|row| &row["who"]).is_sorted());
    let odd: Vec<_> = by
        .iter()
        .filter(|row| row["anomalies"] == "1")
        .map(|row| (&*row["who"], &*row["t"]))
        .collect();
    assert_eq!(odd, [("ann", "2024-01-02T06:00:00Z")]);
    let counted =
        oddsift_with(&[&args[..], &["--count", "--by", "who"]].concat(), input.as_bytes());
    assert!(rows(&counted).iter().all(|row| row["count"] == "1"));
    let distinct = oddsift_with(&[&args[..], &["--distinct", "who"]].concat(), input.as_bytes());
    let distinct = rows(&distinct);
    assert!(distinct.len() == 72 && distinct.iter().all(|row| row["Distinctwho"] == "2"));
    let sum =
        ["--value-column", "n", "--agg", "sum", "--bucket", "1D", "--period", "7", "--strict"];
    let short = oddsift_with(&[&args[..], &sum].concat(), input.as_bytes());
    assert_eq!(short.status.code(), Some(3));
    assert!(text(&short.stderr).contains("has 3 points, a period of 7 takes 14"));
}

#[test]
fn faults_of_points_name_their_line() {
    let head = "t,n\n2024-01-01T00:00:00Z,1\n2024-01-01T01:00:00Z,2\n2024-01-01T02:00:00Z,3\n";
    let args =
        ["series", "-", "--time-column", "t", "--value-column", "n", "--period", "2", "--strict"];
    for (line, place) in [
        ("2024-01-01T05:00:00Z,4\n", "<stdin>:5: 2 points are missing"),
        ("2024-01-01T01:00:00Z,4\n", "<stdin>:5: points 1 and 3 have the same time"),
        ("2024-01-01T03:00:00Z,\n", "<stdin>:5: point 3 at 2024-01-01T03:00:00Z has no value"),
        ("2024-01-01T03:00:00Z,x\n", "<stdin>:5:2: n: \"x\" is not a number"),
        ("2024-01-01 03:00,4\n", "<stdin>:5:1: t: "),
    ] {
        let output = oddsift_with(&args, format!("{head}{line}").as_bytes());
        assert_eq!(output.status.code(), Some(3), "{line}");
        assert!(
            output.stdout.is_empty() && text(&output.stderr).starts_with(place),
            "{}",
            text(&output.stderr)
        );
    }
    let gap = format!("{head}2024-01-01T05:00:00Z,6\n");
    for fill in ["zero", "missing", "linear"] {
        let filled =
            oddsift_with(&[&args[..], &["--fill", fill, "-t", "csv"]].concat(), gap.as_bytes());
        assert_eq!(rows(&filled).len(), 6, "{fill}");
    }
}

#[test]
fn wrong_values_are_usage_errors() {
    for (flag, value) in [
        ("--fill", "x"),
        ("--score", "x"),
        ("--threshold", "-1"),
        ("--seasonal-deg", "2"),
        ("--bucket", "1 fortnight"),
        ("--period", "x"),
    ] {
        let line = refused(&[&BYTES[..], &[&format!("{flag}={value}")]].concat(), 2);
        assert!(line.contains(flag), "{line}");
    }
    for (flag, value) in
        [("--seasonal", "6"), ("--period", "1"), ("--trend", "14"), ("--inner", "0")]
    {
        let line = refused(&[&BYTES[..], &[flag, value]].concat(), 2);
        assert!(line.contains(value), "{line}");
    }
    refused(&["periods", "time_series.csv", "--merge", "0s"], 2);
    refused(&["periods", "time_series.csv", "--query", "kql", "--query-column", ""], 2);
    refused(&[&BYTES[..], &["--count"]].concat(), 2);
}

#[test]
fn a_value_column_named_as_ours_is_not_taken_for_ours() {
    let mut input = "TimeGenerated,anomalies\n".to_owned();
    for hour in 0..96 {
        let (day, hour) = (1 + hour / 24, hour % 24);
        writeln!(input, "2024-01-0{day}T{hour:02}:00:00Z,{}", 100 + hour).unwrap();
    }
    let found = oddsift_with(&["series", "-", "-t", "csv"], input.as_bytes());
    let header = text(&found.stdout).lines().next().unwrap().to_owned();
    assert!(header.ends_with(",score,oddsift.anomalies,episode"), "{header}");
    let periods = oddsift_with(&["periods", "-"], &found.stdout);
    assert_eq!(text(&periods.stdout), "start,end\n");
    let wrong = oddsift_with(&["periods", "-"], input.as_bytes());
    assert_eq!(wrong.status.code(), Some(3));
    assert!(text(&wrong.stderr).contains("a flag is -1, 0 or 1"), "{}", text(&wrong.stderr));
}

#[test]
fn a_group_that_cannot_be_fitted_is_left_out_and_told() {
    let mut input = "t,who,n\n2024-01-01T00:00:00Z,one,1\n".to_owned();
    for hour in 0..72 {
        let (day, hour) = (1 + hour / 24, hour % 24);
        writeln!(input, "2024-01-0{day}T{hour:02}:00:00Z,many,{hour}").unwrap();
        writeln!(input, "2024-01-0{day}T{hour:02}:00:00Z,blank,").unwrap();
    }
    let args = ["series", "-", "--time-column", "t", "--value-column", "n", "--by", "who"];
    let args = [&args[..], &["--fill", "linear", "-t", "csv"]].concat();
    let found = oddsift_with(&args, input.as_bytes());
    assert!(text(&found.stderr).contains("2 groups are left out"), "{}", text(&found.stderr));
    assert_eq!(rows(&found).len(), 72);
}

#[test]
fn threads_and_the_order_of_rows_change_nothing() {
    let log = std::fs::read_to_string(tool::testdata("time_series.csv")).unwrap();
    let (header, body) = log.split_once('\n').unwrap();
    let mut lines: Vec<&str> = body.lines().collect();
    lines.reverse();
    let turned = format!("{header}\n{}\n", lines.join("\n"));
    let args = [&["series", "-"][..], &BYTES[2..], &["-t", "csv"]].concat();
    let expected = oddsift_with(&args, log.as_bytes()).stdout;
    assert_eq!(oddsift_with(&args, turned.as_bytes()).stdout, expected);
    assert_eq!(oddsift_with(&[&args[..], &["-j", "1"]].concat(), log.as_bytes()).stdout, expected);
}

#[test]
fn recorded_anomalies_come_out_in_compat() {
    let Some((area, cases)) = area("ts_anomalies") else { return };
    let mut n_run = 0;
    for case in cases["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        match case["function"].as_str().unwrap() {
            "ts_anomalies_stl" => check_anomalies(&area, case, name),
            "extract_anomaly_periods" => check_periods(&area, case, name),
            // Flags without times: the library's test runs them.
            "set_new_anomaly_threshold" => continue,
            other => panic!("{name}: a function that is not known: {other}"),
        }
        n_run += 1;
    }
    assert!(n_run > 0, "no case");
}

fn check_anomalies(area: &std::path::Path, case: &Value, name: &str) {
    let params = &case["params"];
    let mut args: Vec<String> =
        vec!["series".into(), area.join(case["input"].as_str().unwrap()).display().to_string()];
    let time = params["time_column"].as_str().unwrap_or("TimeGenerated");
    args.extend(["--time-column".into(), time.into(), "--compat".into(), "msticpy".into()]);
    args.extend(["-t".into(), "csv".into(), "--raw".into()]);
    for (key, flag) in [
        ("data_column", "--value-column"),
        ("period", "--period"),
        ("seasonal", "--seasonal"),
        ("score_threshold", "--threshold"),
    ] {
        match &params[key] {
            Value::Null => {}
            Value::String(text) => args.extend([flag.into(), text.clone()]),
            number => args.extend([flag.into(), number.to_string()]),
        }
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let found = rows(&oddsift(&args));
    let mut expected =
        csv::Reader::from_path(area.join(case["expected"].as_str().unwrap())).unwrap();
    let header = expected.headers().unwrap().clone();
    let expected: Vec<csv::StringRecord> = expected.records().map(Result::unwrap).collect();
    assert_eq!(found.len(), expected.len(), "{name}");
    let advisory = case["advisory"].as_bool().unwrap();
    for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
        for (column, expected) in header.iter().zip(expected) {
            let firm = !advisory || ["score", "anomalies"].contains(&column);
            // An index without a name is called `index` there.
            let Some(found) = found.get(if column == "index" { "TimeGenerated" } else { column })
            else {
                panic!("{name}: no column {column}")
            };
            match (found.parse::<f64>(), expected.parse::<f64>()) {
                (Ok(a), Ok(b)) if column == "score" => {
                    assert!((a - b).abs() <= 1e-9, "{name} {place} {column}: {a} for {b}");
                }
                (Ok(a), Ok(b)) if firm => {
                    assert!((a - b).abs() < 0.5, "{name} {place} {column}: {a} for {b}");
                }
                (Ok(_), Ok(_)) => {}
                _ if found.is_empty() => assert!(expected.is_empty(), "{name} {place} {column}"),
                _ => {
                    // msticpy prints +00:00 for Z.
                    let found = found.replace('Z', "+00:00");
                    assert_eq!(found, expected.replace('Z', "+00:00"), "{name} {place} {column}");
                }
            }
        }
    }
}

fn check_periods(area: &std::path::Path, case: &Value, name: &str) {
    let params = &case["params"];
    let input = area.join(case["input"].as_str().unwrap()).display().to_string();
    let time = params["time_column"].as_str().unwrap_or("TimeGenerated");
    let column = params["anomalies_column"].as_str().unwrap_or("anomalies");
    let merge = params["period"].as_str().unwrap();
    let mut args = vec!["periods", &input, "--time-column", time, "--anomalies-column", column];
    args.extend(["--merge", merge, "--compat", "msticpy"]);
    if params["pos_only"] == false {
        args.push("--both");
    }
    let expected = &case["expected"];
    let query = oddsift(&[&args[..], &["--query", "kql"]].concat());
    assert!(query.status.success(), "{name}: {}", text(&query.stderr));
    assert_eq!(text(&query.stdout), format!("{}\n", expected["kql"].as_str().unwrap()), "{name}");
    let found = rows(&oddsift(&args));
    let times = |text: &Value| {
        text.as_str().unwrap().trim_end_matches("+00:00").trim_end_matches('Z').to_owned()
    };
    let expected: Vec<(String, String)> = expected["periods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (times(&pair[0]), times(&pair[1])))
        .collect();
    let found: Vec<(String, String)> = found
        .iter()
        .map(|row| {
            (
                row["start"].trim_end_matches('Z').to_owned(),
                row["end"].trim_end_matches('Z').to_owned(),
            )
        })
        .collect();
    assert_eq!(found, expected, "{name}");
}

#[test]
fn a_season_that_takes_in_every_value_of_two_periods_is_told() {
    let hours = |n: usize| {
        let mut input = "Time,n\n".to_owned();
        for hour in 0..n {
            let n = if hour == 30 { 900 } else { hour * hour % 17 };
            writeln!(input, "2024-01-{:02}T{:02}:00:00Z,{n}", 1 + hour / 24, hour % 24).unwrap();
        }
        input
    };
    let said = |n: usize, more: &[&str]| {
        let args =
            ["series", "--time-column", "Time", "--value-column", "n", "-t", "csv", "--period=24"];
        let output = oddsift_with(&[&args[..], more].concat(), hours(n).as_bytes());
        assert!(output.status.success());
        text(&output.stderr)
    };
    assert_eq!(
        said(48, &[]),
        "<stdin>: 48 points are two periods of 24, and the season takes in all of them, so that none is \
         odd; give 72 points or more, or a shorter --period\n"
    );
    assert_eq!(said(48, &["-q"]), "");
    assert_eq!(said(48, &["--seasonal-deg", "0"]), "");
    assert_eq!(said(72, &[]), "");
}

#[test]
fn irregular_rows_become_a_series_and_one_line_tells_how() {
    let mut input = "t,n\n".to_owned();
    for i in 0..300_i64 {
        // Every five minutes or so, one of them twice, an hour of nothing.
        let second = 300 * i + 31 * (i * i % 5) + if i > 200 { 3600 } else { 0 };
        let n = if i == 150 { 90 } else { i % 7 };
        let (day, time) = (1 + second / 86_400, second % 86_400);
        let clock = format!("{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
        writeln!(input, "2024-01-{day:02}T{clock}Z,{n}").unwrap();
    }
    let args = ["series", "-", "--time-column", "t", "--value-column", "n", "-t", "csv"];
    let output = oddsift_with(&args, input.as_bytes());
    let said = text(&output.stderr);
    assert!(said.starts_with("<stdin>: steps of 5min: ") && said.lines().count() == 1, "{said}");
    assert!(
        said.contains("points are missing (the first at 2024-01-01T16:")
            && said.contains("left missing"),
        "{said}"
    );
    let found = rows(&output);
    let flagged: Vec<_> = found.iter().filter(|row| row["anomalies"] != "0").collect();
    // The season takes some of the spike, and has a dip a period before it.
    let spikes: Vec<_> = flagged.iter().filter(|row| row["anomalies"] == "1").collect();
    assert!(flagged.len() <= 2 && spikes.len() == 1 && spikes[0]["n"] == "90");
    let strict = oddsift_with(&[&args[..], &["--strict"]].concat(), input.as_bytes());
    assert_eq!(strict.status.code(), Some(3));
}

#[test]
fn no_period_is_no_season_and_said() {
    let mut input = "t,n\n".to_owned();
    for hour in 0..40 {
        let n = if hour == 30 { 900 } else { 10 + hour * hour % 7 };
        writeln!(input, "2024-01-0{}T{:02}:00:00Z,{n}", 1 + hour / 24, hour % 24).unwrap();
    }
    let args = ["series", "-", "--time-column", "t", "--value-column", "n", "-t", "csv"];
    for more in [&[][..], &["--period", "auto"]] {
        let output = oddsift_with(&[&args[..], more].concat(), input.as_bytes());
        assert!(
            text(&output.stderr).ends_with(
                "no period was found, so no season: values are held against the median\n"
            )
        );
        let found = rows(&output);
        assert_eq!((&*found[30]["anomalies"], &*found[30]["seasonal"]), ("1", "0.0"));
    }
    let exact = oddsift_with(&[&args[..], &["--period", "24"]].concat(), input.as_bytes());
    assert_eq!(exact.status.code(), Some(3));
    assert!(text(&exact.stderr).contains("has 40 points, a period of 24 takes 48"));
}

#[test]
fn groups_of_a_row_or_two_are_counted_and_not_fitted() {
    let mut input = "Time,who\n".to_owned();
    for i in 0..500 {
        writeln!(input, "2024-01-01T{:02}:00:00Z,user{}", i % 24, i % 250).unwrap();
    }
    let args = ["series", "-", "--time-column", "Time", "--count", "--by", "who", "-t", "csv"];
    let output = oddsift_with(&args, input.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("250 groups are left out"), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).lines().count(), 1);
}
