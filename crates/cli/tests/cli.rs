//! The binary on the demo log: what is printed, what is said, how it ends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn testdata(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

fn oddsift(args: &[&str]) -> Output {
    oddsift_with(args, b"")
}

/// Runs in `testdata`, so that messages name files as they are typed.
fn oddsift_with(args: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oddsift"));
    command.args(args).current_dir(testdata(""));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn rows(output: &Output) -> Vec<std::collections::HashMap<String, String>> {
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// One line, exit status, nothing printed.
fn refused(args: &[&str], code: i32) -> String {
    let output = oddsift(args);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
    assert!(output.stdout.is_empty() && stderr.lines().count() == 1, "{args:?}: {stderr}");
    stderr.trim_end().to_owned()
}

const SCORES: &str = "pathScore,commandlineTokensFull,isSystemSession";
const HASHES: &str = "pathHash,commandlineTokensHash,isSystemSession";

#[test]
fn clusters_by_scores_are_those_of_msticpys_own_test() {
    let args = ["cluster", "processes_on_host.csv", "--features", SCORES, "--time-column"];
    let more = ["TimeGenerated", "--eps", "0.0001", "--min-samples", "2", "-t", "csv"];
    let rows = rows(&oddsift(&[&args[..], &more].concat()));
    assert_eq!(rows.len(), 62);
    assert_eq!(rows.iter().map(|row| row["ClusterSize"].parse::<u64>().unwrap()).max(), Some(71));
}

#[test]
fn clusters_by_hashes_are_those_of_msticpys_own_test() {
    let args = ["cluster", "processes_on_host.csv", "--features", HASHES, "--eps", "0.001"];
    let rows = rows(&oddsift(&[&args[..], &["-t", "csv"]].concat()));
    let ids: Vec<i64> = rows.iter().map(|row| row["ClusterId"].parse().unwrap()).collect();
    assert_eq!((rows.len(), ids.iter().max()), (121, Some(&31)));
    assert_eq!(ids.iter().filter(|id| **id == -1).count(), 89);
    assert_eq!(rows.iter().map(|row| row["ClusterSize"].parse::<u64>().unwrap()).max(), Some(70));
}

#[test]
fn table_of_a_known_schema_needs_no_flags() {
    let output = oddsift(&["cluster", "processes_on_host.csv", "-t", "table"]);
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn noise_comes_in_input_order_and_then_clusters_by_number() {
    let rows = rows(&oddsift(&["cluster", "processes_on_host.csv", "-t", "csv"]));
    let ids: Vec<i64> = rows.iter().map(|row| row["ClusterId"].parse().unwrap()).collect();
    assert!(ids.is_sorted());
    let noise = rows.iter().filter(|row| row["ClusterId"] == "-1");
    assert!(noise.map(|row| row[""].parse::<u64>().unwrap()).is_sorted());
}

#[test]
fn compat_gives_noise_its_shared_times_and_overwrites_the_time() {
    let args = ["cluster", "processes_on_host.csv", "--time-column", "TimeGenerated", "-t", "csv"];
    let rows = rows(&oddsift(&[&args[..], &["--compat", "msticpy"]].concat()));
    let noise: Vec<_> = rows.iter().filter(|row| row["Clustered"] == "false").collect();
    assert!(noise.iter().all(|row| row["FirstEventTime"] == noise[0]["FirstEventTime"]));
    assert!(noise.iter().all(|row| row["LastEventTime"] == noise[0]["LastEventTime"]));
    assert!(rows.iter().all(|row| row["TimeGenerated"] == row["FirstEventTime"]));
}

#[test]
fn labels_stand_beside_the_input_from_a_file_and_from_standard_input() {
    let args = ["--emit", "labels", "--with-input", "-t", "csv"];
    let file = oddsift(&[&["cluster", "processes_on_host.csv"][..], &args].concat());
    let input = std::fs::read(testdata("processes_on_host.csv")).unwrap();
    let stdin = oddsift_with(&[&["cluster", "-"][..], &args].concat(), &input);
    assert_eq!(file.stdout, stdin.stdout);
    let rows = rows(&file);
    assert_eq!(rows.len(), 363);
    assert!(rows.iter().enumerate().all(|(row, cells)| cells["row"] == row.to_string()));
    assert!(rows.iter().all(|row| row["NewProcessName"].contains('\\')));
}

#[test]
fn distinct_values_are_counted_in_each_cluster() {
    let args = ["cluster", "processes_on_host.csv", "--count-distinct", "Account,Computer"];
    let rows = rows(&oddsift(&[&args[..], &["-t", "csv"]].concat()));
    let accounts: Vec<u64> =
        rows.iter().map(|row| row["DistinctAccount"].parse().unwrap()).collect();
    assert!(accounts.iter().all(|count| *count >= 1) && accounts.iter().any(|count| *count > 1));
    assert!(rows.iter().all(|row| row["DistinctComputer"] == "1"));
}

#[test]
fn weighted_rows_have_a_cluster_weight() {
    let input = b"x,n\n1,2.5\n1,2.5\n9,1\n";
    let args = ["cluster", "--features", "x", "--scale", "none", "--weight", "n", "-t", "csv"];
    let rows = rows(&oddsift_with(&args, input));
    let weights: Vec<_> =
        rows.iter().map(|row| (&*row["ClusterSize"], &*row["ClusterWeight"])).collect();
    assert_eq!(weights, [("1", "1.0"), ("2", "5.0")]);
}

#[test]
fn noise_rows_of_one_pattern_are_all_printed() {
    let input = b"x,name\n1,a\n5,b\n5,c\n5,d\n1,e\n1,f\n1,g\n";
    let args = ["cluster", "--features", "x", "--scale", "none", "--min-samples", "4", "-t", "csv"];
    let rows = rows(&oddsift_with(&args, input));
    let names: Vec<_> = rows.iter().map(|row| &*row["name"]).collect();
    assert_eq!(names, ["b", "c", "d", "a"]);
}

#[test]
fn a_column_of_ours_that_the_file_has_gets_another_name() {
    let input = b"x,ClusterId\n1,mine\n1,mine\n";
    let rows = rows(&oddsift_with(&["cluster", "--features", "x", "-t", "csv"], input));
    assert_eq!((&*rows[0]["ClusterId"], &*rows[0]["oddsift.ClusterId"]), ("mine", "0"));
}

#[test]
fn json_and_ndjson_hold_the_same_rows() {
    let run = |to| oddsift(&["features", "processes_on_host.csv", "-t", to]);
    let array: Vec<serde_json::Value> = serde_json::from_slice(&run("json").stdout).unwrap();
    let lines = run("ndjson").stdout;
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let lines: Vec<serde_json::Value> =
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect();
    assert_eq!(array, lines);
    assert_eq!(array[1]["processName"], "conhost.exe");
    assert_eq!(array[1]["pathScore"], 3028);
    assert_eq!(array[1]["isSystemSession"], true);
}

#[test]
fn features_that_the_file_has_stay_unless_forced() {
    let input = b"NewProcessName,pathScore\n/bin/ls,7\n";
    let kept = rows(&oddsift_with(&["features", "-t", "csv"], input));
    assert_eq!((&*kept[0]["pathScore"], &*kept[0]["pathLogScore"]), ("7", "0.8450980400142568"));
    let forced = rows(&oddsift_with(&["features", "--force", "-t", "csv"], input));
    assert_eq!(forced[0]["pathScore"], "630");
}

#[test]
fn text_features_of_any_column() {
    let input = b"who\nalice b\n";
    let args = ["features", "--text", "who", "-t", "ndjson"];
    let expected = "{\"who\":\"alice b\",\"who.len\":7,\"who.score\":640,\"who.tokens\":2,\
                    \"who.delims\":1,\"who.delimHash\":3916222277,\"who.crc32\":168703938}\n";
    assert_eq!(text(&oddsift_with(&args, input).stdout), expected);
}

#[test]
fn parameters_out_of_range_are_named_in_one_line() {
    let file = "processes_on_host.csv";
    for (flag, value) in [
        ("--eps", "0"),
        ("--eps", "-1"),
        ("--eps", "NaN"),
        ("--eps", "inf"),
        ("--min-samples", "0"),
        ("--min-samples", "-3"),
        ("--metric", "minkowski:0"),
        ("--metric", "cosine"),
        ("--scale", "l1"),
        ("--ord-scale", "0"),
        ("--delimiters", "["),
        ("--delimiters", "(a)(b)"),
        ("--bad-rows", "keep"),
        ("--missing", "drop"),
        ("-t", "xml"),
        ("--time-zone", "Mars/Olympus"),
    ] {
        let line = refused(&["cluster", file, flag, value], 2);
        let shown = line.starts_with("oddsift: ") && line.contains(value);
        assert!(shown, "{flag} {value}: {line}");
    }
}

#[test]
fn a_mistyped_column_gets_a_proposal() {
    let line = refused(&["cluster", "processes_on_host.csv", "--features", "pathScor"], 3);
    assert!(
        line.starts_with("processes_on_host.csv:1: ") && line.contains("`pathScore`?"),
        "{line}"
    );
    let line = refused(&["cluster", "processes_on_host.csv", "--time-column", "TimeGen"], 3);
    assert!(line.contains("`TimeGenerated`?"), "{line}");
}

#[test]
fn exit_status_tells_whether_anything_is_odd() {
    let run = |input: &[u8]| {
        let args = ["cluster", "--features", "x", "--scale", "none", "--exit-status", "-t", "csv"];
        oddsift_with(&args, input).status.code()
    };
    assert_eq!(run(b"x\n1\n1\n"), Some(1));
    assert_eq!(run(b"x\n1\n1\n5\n"), Some(0));
}

#[test]
fn missing_values_fail_are_skipped_or_count_as_zero() {
    let input = b"x\n1\nNaN\n0\n0\n";
    let run = |missing| {
        let args = ["cluster", "--features", "x", "--scale", "none", "--emit", "labels"];
        oddsift_with(&[&args[..], &["--missing", missing, "-t", "csv"]].concat(), input)
    };
    assert_eq!(run("fail").status.code(), Some(3));
    let skipped = run("skip");
    assert!(text(&skipped.stderr).starts_with("<stdin>:3:1: 1 row skipped"));
    assert_eq!(text(&skipped.stdout), "row,ClusterId,IsCore\n0,-1,false\n2,0,true\n3,0,true\n");
    let zero = "row,ClusterId,IsCore\n0,-1,false\n1,0,true\n2,0,true\n3,0,true\n";
    assert_eq!(text(&run("zero").stdout), zero);
}

#[test]
fn of_several_faults_the_first_is_named() {
    let input = b"x,y\n1,2\nbad,2\n1,2,3\n";
    let args = ["cluster", "--features", "x", "-t", "csv"];
    let stderr = text(&oddsift_with(&args, input).stderr);
    assert!(stderr.starts_with("<stdin>:3:1: x: \"bad\" is not a number"), "{stderr}");
}

#[test]
fn output_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let out = path.to_str().unwrap();
    refused(&["features", "badinput/csv/ragged_short_row.csv", "-o", out], 3);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    let output = oddsift(&["features", "processes_on_host.csv", "-o", out]);
    assert!(output.status.success() && output.stdout.is_empty());
    assert_eq!(csv::Reader::from_path(&path).unwrap().records().count(), 363);
}

#[test]
fn threads_change_nothing() {
    for args in [
        &["cluster", "processes_on_host.csv", "-t", "csv"][..],
        &["features", "processes_on_host.csv", "-t", "json"],
        &["cluster", "processes_on_host.csv", "--emit", "labels", "-t", "ndjson"],
    ] {
        let run = |threads| oddsift(&[args, &["-j", threads]].concat()).stdout;
        assert!(run("1") == run("2") && run("1") == run("8"), "{args:?}");
    }
}

#[test]
fn every_verb_teaches_by_examples() {
    for verb in ["features", "cluster"] {
        let help = text(&oddsift(&[verb, "--help"]).stdout);
        assert!(help.contains("Examples:") && help.contains(&format!("oddsift {verb}")), "{help}");
    }
}
