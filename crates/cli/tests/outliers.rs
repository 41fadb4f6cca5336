//! `outliers`, `score` with forests, and `stack`: the binary on the demo log.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod tool; // runs the binary in testdata

use std::collections::HashMap;

use tool::{oddsift, oddsift_with, refused, rows, testdata, text};

const LOG: &str = "processes_on_host.csv";
const FEATURES: &str = "pathScore,commandlineLen,commandlineTokensFull,isSystemSession";

fn outliers(more: &[&str]) -> Vec<HashMap<String, String>> {
    let args = ["outliers", LOG, "--features", FEATURES, "--seed", "1", "-t", "csv"];
    rows(&oddsift(&[&args[..], more].concat()))
}

fn number(row: &HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[test]
fn top_gives_exactly_so_many_the_oddest_first() {
    let found = outliers(&["--top", "10", "--all-rows"]);
    let keys: Vec<(f64, f64)> =
        found.iter().map(|row| (number(row, "score"), number(row, "row"))).collect();
    assert_eq!(keys.len(), 10);
    assert!(keys.is_sorted());
    let all = outliers(&["--emit", "scores"]);
    let mut scores: Vec<f64> = all.iter().map(|row| number(row, "score")).collect();
    scores.sort_by(f64::total_cmp);
    assert_eq!(keys.iter().map(|key| key.0).collect::<Vec<_>>(), &scores[..10]);
    assert_eq!(outliers(&["--top", "1000", "--all-rows"]).len(), 363);
}

#[test]
fn scores_are_of_every_row_in_input_order_and_decisions_fit_the_verdict() {
    for more in [&[][..], &["--contamination", "0.1"], &["--top", "7"]] {
        let all = outliers(&[&["--emit", "scores"], more].concat());
        assert_eq!(all.len(), 363);
        assert!(all.iter().enumerate().all(|(place, row)| row["row"] == place.to_string()));
        let flagged = all.iter().filter(|row| row["outlier"] == "-1").count();
        if more.contains(&"--top") {
            assert_eq!(flagged, 7);
        } else {
            assert!(
                all.iter().all(|row| (number(row, "decision") < 0.0) == (row["outlier"] == "-1"))
            );
            assert_eq!(outliers(&[&["--all-rows"], more].concat()).len(), flagged);
        }
    }
}

#[test]
fn contamination_flags_at_most_its_share() {
    let found = outliers(&["--contamination", "0.05", "--all-rows"]);
    assert!((10..=19).contains(&found.len()), "{} of 363", found.len());
}

#[test]
fn reasons_name_features_values_and_ranges() {
    let found = outliers(&["--top", "5", "--explain", "2"]);
    for row in &found {
        let reasons: Vec<&str> = row["reasons"].split("; ").collect();
        assert!((1..=2).contains(&reasons.len()), "{:?}", row["reasons"]);
        assert!(reasons.iter().all(|reason| reason.contains(" of 363")), "{reasons:?}");
        assert!(reasons.iter().all(|reason| FEATURES.contains(reason.split(' ').next().unwrap())));
    }
    assert!(
        outliers(&["--top", "5", "--explain", "0"]).iter().all(|row| row["reasons"].is_empty())
    );
}

/// Checks that a range in which a value lies is one in which few rows lie; gives the number of reasons.
fn check_reasons(args: &[&str]) -> usize {
    let output = oddsift(&[&["outliers"], args, &["-t", "ndjson", "-q"]].concat());
    let mut n = 0;
    for line in text(&output.stdout).lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let reasons = row["reasons"].as_array().unwrap();
        for reason in reasons {
            let number = |name: &str| reason[name].as_f64();
            let (value, rows, of) =
                (number("value").unwrap(), number("rows").unwrap(), number("of_rows").unwrap());
            assert!(number("above").is_none_or(|bound| bound < value), "{reason}");
            assert!(number("below").is_none_or(|bound| value < bound), "{reason}");
            assert!(reasons.len() == 1 || rows <= 1.0 || rows * 20.0 <= of, "{reason}");
            assert!(!reason["reason"].as_str().unwrap().contains("typical"), "{reason}");
            n += 1;
        }
    }
    n
}

#[test]
fn no_reason_names_a_range_that_is_common_and_holds_the_value() {
    for more in [&[][..], &["--extended"]] {
        for features in [&[][..], &["--features", FEATURES]] {
            assert!(check_reasons(&[&[LOG], features, more].concat()) > 20);
        }
        let numeric = ["time_series.csv", "--features", "TotalBytesSent"];
        assert!(check_reasons(&[&numeric, more].concat()) > 20);
    }
    for schema in ["zeek_conn.log", "winlogbeat.ndjson", "sysmon.csv"] {
        let path = format!("schemas/{schema}");
        if testdata(&path).exists() {
            assert!(check_reasons(&[path.as_str(), "--top", "5"]) > 0, "{schema}");
        }
    }
}

#[test]
fn a_pattern_is_a_line_with_its_count_and_times() {
    let folded = outliers(&["--top", "1000"]);
    assert!(folded.len() < 363, "{}", folded.len());
    let counts: f64 = folded.iter().map(|row| number(row, "count")).sum();
    assert!((counts - 363.0).abs() < 1e-9, "{counts}");
    assert!(folded.iter().all(|row| row["first"] <= row["last"] && !row["first"].is_empty()));
    // A line has the score of each of its rows, the first of which it shows.
    let all = outliers(&["--emit", "scores"]);
    for row in &folded {
        assert_eq!(row["score"], all[row["row"].parse::<usize>().unwrap()]["score"]);
    }
}

#[test]
fn process_events_are_told_apart_by_what_is_rare_in_them() {
    let args = ["outliers", LOG, "-t", "csv"];
    let output = oddsift(&args);
    let said = text(&output.stderr);
    assert!(
        said.contains("features programRarity, parentRarity, wordsRarity, argumentsRarity"),
        "{said}"
    );
    let found = rows(&output);
    assert!(found.len() <= 363);
    assert!(found[0]["CommandLine"].contains("ExEc^Ut^IoNpOliCy"), "{:?}", found[0]);
    assert_eq!(oddsift(&[&args[..], &["-j", "1"]].concat()).stdout, output.stdout);
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.json");
    let model = model.to_str().unwrap();
    let fitted =
        rows(&oddsift(&["outliers", LOG, "--emit", "scores", "--save-model", model, "-t", "csv"]));
    assert_eq!(rows(&oddsift(&["score", model, LOG, "-t", "csv"])), fitted);
    // Scores of rows are those of their lines.
    assert_eq!(found[0]["score"], fitted[found[0]["row"].parse::<usize>().unwrap()]["score"]);
    // Another file is scored by the same counts.
    let trained = rows(&oddsift(&[&args[..], &["--train", LOG]].concat()));
    assert_eq!(trained, found);
}

#[test]
fn input_columns_stand_between_row_and_score() {
    let output = oddsift(&["outliers", LOG, "--top", "1", "-t", "csv"]);
    let header = text(&output.stdout).lines().next().unwrap().to_owned();
    assert!(header.starts_with("row,,TenantId,"), "{header}");
    assert!(
        header.ends_with(",TimeCreatedUtc,score,decision,count,first,last,reasons"),
        "{header}"
    );
    let output = oddsift(&["outliers", LOG, "--emit", "scores", "--with-input", "-t", "csv"]);
    let header = text(&output.stdout).lines().next().unwrap().to_owned();
    assert!(header.ends_with(",TimeCreatedUtc,score,decision,outlier"), "{header}");
}

#[test]
fn standard_input_threads_and_repetition_change_nothing() {
    let input = std::fs::read(testdata(LOG)).unwrap();
    for emit in ["outliers", "scores"] {
        let args = ["--features", FEATURES, "--contamination", "0.1", "--emit", emit, "-t", "csv"];
        let file = oddsift(&[&["outliers", LOG][..], &args].concat());
        let stdin = oddsift_with(&[&["outliers", "-"][..], &args].concat(), &input);
        let one = oddsift(&[&["outliers", LOG, "-j", "1"][..], &args].concat());
        assert_eq!(file.stdout, stdin.stdout);
        assert_eq!(file.stdout, one.stdout);
        assert!(!file.stdout.is_empty());
    }
}

#[test]
fn a_saved_model_gives_the_scores_of_its_fit() {
    let folder = tempfile::tempdir().unwrap();
    for more in [&[][..], &["--extended"], &["--precision", "f32", "--contamination", "0.05"]] {
        let model = folder.path().join("forest.json");
        let model = model.to_str().unwrap();
        let fitted = [&["--emit", "scores", "--save-model", model], more].concat();
        let fitted = outliers(&fitted);
        assert_eq!(rows(&oddsift(&["score", model, LOG, "-t", "csv"])), fitted);
        let beside = outliers(&[&["--emit", "scores", "--with-input"], more].concat());
        assert_eq!(rows(&oddsift(&["score", model, LOG, "--with-input", "-t", "csv"])), beside);
    }
}

#[test]
fn a_forest_trained_elsewhere_scores_this_file() {
    let folder = tempfile::tempdir().unwrap();
    let train = folder.path().join("train.csv");
    let log = std::fs::read_to_string(testdata(LOG)).unwrap();
    let head: Vec<&str> = log.lines().take(200).collect();
    std::fs::write(&train, head.join("\n")).unwrap();
    let train = train.to_str().unwrap();
    let scores = outliers(&["--emit", "scores", "--train", train]);
    assert_eq!(scores.len(), 363);
    let alone = rows(&oddsift(&[
        "outliers",
        train,
        "--features",
        FEATURES,
        "--seed",
        "1",
        "--emit",
        "scores",
        "-t",
        "csv",
    ]));
    assert_eq!(scores[..alone.len()], alone[..]);
}

#[test]
fn a_share_of_the_rows_and_all_rows_can_be_drawn() {
    for share in ["0.5", "1.0", "1", "100", "auto"] {
        assert_eq!(outliers(&["--max-samples", share, "--emit", "scores"]).len(), 363, "{share}");
    }
    let half = outliers(&["--max-samples", "0.5", "--emit", "scores"]);
    assert_eq!(half, outliers(&["--max-samples", "181", "--emit", "scores"]));
}

#[test]
fn msticpys_defaults_are_taken_on_request() {
    let compat = outliers(&["--compat", "msticpy", "--emit", "scores"]);
    let named = outliers(&[
        "--max-samples",
        "100",
        "--max-features",
        "2",
        "--contamination",
        "0.05",
        "--emit",
        "scores",
    ]);
    assert_eq!(compat, named);
}

#[test]
fn wrong_values_are_usage_errors() {
    for (flag, value) in [
        ("--contamination", "0"),
        ("--contamination", "0.51"),
        ("--max-samples", "0"),
        ("--max-samples", "-1"),
        ("--max-samples", "2.0"),
        ("--max-samples", "1.5"),
        ("--trees", "0"),
        ("--top", "0"),
    ] {
        let line = refused(&["outliers", LOG, &format!("{flag}={value}")], 2);
        assert!(line.contains(flag), "{line}");
    }
    refused(&["outliers", LOG, "--top", "3", "--contamination", "0.1"], 2);
    refused(&["outliers", LOG, "--with-input"], 2);
}

#[test]
fn exit_status_tells_whether_there_are_outliers() {
    let args = ["badinput/csv/all_rows_identical_500.csv", "--exit-status", "-t", "csv"];
    let output = oddsift(&[&["outliers"][..], &args].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(oddsift(&["outliers", LOG, "--exit-status"]).status.code(), Some(0));
}

#[test]
fn a_forest_exported_from_scikit_learn_gives_its_scores() {
    let folder = "golden/iforest";
    let output = oddsift(&[
        "score",
        &format!("{folder}/auto_default_forest.json"),
        &format!("{folder}/auto_default_X2.csv"),
        "-t",
        "csv",
    ]);
    let found = rows(&output);
    let mut expected =
        csv::Reader::from_path(testdata(&format!("{folder}/auto_default_scores_X2.csv"))).unwrap();
    let column =
        expected.headers().unwrap().iter().position(|name| name == "score_samples").unwrap();
    let expected: Vec<f64> =
        expected.records().map(|record| record.unwrap()[column].parse().unwrap()).collect();
    assert_eq!(found.len(), expected.len());
    for (row, expected) in found.iter().zip(expected) {
        // The tolerance of the recorded cases.
        assert!((number(row, "score") - expected).abs() <= 1e-12);
    }
}

#[test]
fn a_bare_forest_needs_as_many_numeric_columns_as_it_has_features() {
    let line = refused(&["score", "golden/iforest/single_row_forest.json", "time_series.csv"], 3);
    assert!(line.starts_with("time_series.csv:1: "), "{line}");
    assert!(line.contains("numeric columns for the 2 features"), "{line}");
}

#[test]
fn what_is_no_model_says_which_there_are() {
    let folder = tempfile::tempdir().unwrap();
    for (json, what) in [
        (
            "{}",
            "it names no format; oddsift-cluster, oddsift-outliers, oddsift-hunt, isolation-forest can be read",
        ),
        ("{\"format\":\"x\"}", "a model of format \"x\"; "),
        (
            "{\"format\":\"oddsift-outliers\",\"version\":7}",
            "version 7 of oddsift-outliers; version 2 can be read",
        ),
        ("[1]", "invalid"),
    ] {
        let path = folder.path().join("model.json");
        std::fs::write(&path, json).unwrap();
        let line = refused(&["score", path.to_str().unwrap(), LOG], 3);
        assert!(line.contains(what), "{line}");
    }
}

#[test]
fn stack_prints_rare_combinations_first_with_their_times() {
    let args = ["stack", LOG, "--by", "NewProcessName,Account", "--max-count", "3", "-t", "csv"];
    let found = rows(&oddsift(&args));
    let keys: Vec<(u64, u64)> = found
        .iter()
        .map(|row| (row["count"].parse().unwrap(), row["first_row"].parse().unwrap()))
        .collect();
    assert!(keys.is_sorted() && keys.iter().all(|(count, _)| *count <= 3) && keys.len() > 20);
    assert!(found.iter().all(|row| row["first_time"] <= row["last_time"]));
    let all = ["stack", LOG, "--by", "NewProcessName", "--max-count", "1000", "-t", "csv"];
    let counts =
        rows(&oddsift(&all)).iter().map(|row| row["count"].parse::<u64>().unwrap()).sum::<u64>();
    assert_eq!(counts, 363);
}

#[test]
fn stack_has_no_times_without_a_time_column_and_no_name_twice() {
    let input = b"count,b\n1,x\n2,x\n1,x\n";
    let output = oddsift_with(&["stack", "-", "--by", "count,b", "-t", "csv"], input);
    let expected = "count,b,oddsift.count,first_time,last_time,first_row\n2,x,1,,,1\n1,x,2,,,0\n";
    assert_eq!(text(&output.stdout), expected);
    refused(&["stack", LOG, "--by", "Account,Account"], 2);
    refused(&["stack", LOG], 2);
    let line = refused(&["stack", LOG, "--by", "Acount"], 3);
    assert!(line.contains("Account"), "{line}");
}

#[test]
fn stack_counts_masked_texts_as_one() {
    let by = ["stack", LOG, "--by", "Account,CommandLine", "--max-count", "1000", "-t", "csv"];
    let plain = rows(&oddsift(&by));
    let found = rows(&oddsift(&[&by[..], &["--mask", "CommandLine"]].concat()));
    assert!(found.len() < plain.len(), "{} {}", found.len(), plain.len());
    let is_host = |row: &&std::collections::HashMap<String, String>| {
        row["CommandLine"].starts_with(r"\??\c:\windows\system32\conhost.exe")
    };
    let hosts: Vec<_> = found.iter().filter(is_host).collect();
    assert!(
        !hosts.is_empty()
            && hosts.iter().all(|row| row["CommandLine"].ends_with("<hex> -forcev<num>"))
    );
    let n_rows = found.iter().map(|row| row["count"].parse::<u64>().unwrap()).sum::<u64>();
    assert_eq!(n_rows, 363);
    let line = refused(&["stack", LOG, "--by", "Account", "--mask", "CommandLine"], 2);
    assert!(line.contains(r#"--mask names "CommandLine""#) && line.contains("--by"), "{line}");
}

#[test]
fn a_table_gives_no_room_to_a_column_without_a_name() {
    let mut input = ",a\n".to_owned();
    input.extend((0..30).map(|row| format!("{row},{}\n", row * row)));
    let args = ["outliers", "--features", "a", "--top", "3", "-t", "table", "-q"];
    let table = text(&oddsift_with(&args, input.as_bytes()).stdout);
    let header = table.lines().next().unwrap();
    assert_eq!(header.split_whitespace().collect::<Vec<_>>(), ["Row", "Score", "Reasons", "a"]);
    let row = table.lines().nth(2).unwrap();
    assert!(row.trim_end().ends_with("841") && row.matches(" 29 ").count() == 1, "{table}");
}

#[test]
fn the_library_finds_the_rows_that_the_tool_prints() {
    let features = ["pathScore", "commandlineLen", "commandlineTokensFull"];
    let params = oddsift::pipeline::OutlierParams::new().features(features).top(10);
    let found = params.find(testdata(LOG)).unwrap();
    let of_library: Vec<_> = found
        .rows()
        .map(Result::unwrap)
        .map(|row| (row.row.to_string(), format!("{:?}", row.score), row.reason_text))
        .collect();
    let args = ["outliers", LOG, "--features", &features.join(","), "--top", "10", "-t", "csv"];
    let of_tool: Vec<_> = rows(&oddsift(&args))
        .into_iter()
        .map(|row| (row["row"].clone(), row["score"].clone(), row["reasons"].clone()))
        .collect();
    assert_eq!(of_library, of_tool);
}
