//! The binary on the demo log: what is printed, what is said, how it ends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod tool; // runs the binary in testdata

use std::collections::HashMap;

use tool::{oddsift, oddsift_with, refused, rows, testdata, text};

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
fn compat_gives_noise_its_shared_times_and_writes_the_first_into_time_generated() {
    let compat = ["cluster", "processes_on_host.csv", "-t", "csv", "--compat", "msticpy"];
    for time in ["TimeGenerated", "TimeCreatedUtc"] {
        let rows = rows(&oddsift(&[&compat[..], &["--time-column", time]].concat()));
        let noise: Vec<_> = rows.iter().filter(|row| row["Clustered"] == "false").collect();
        assert!(noise.iter().all(|row| row["FirstEventTime"] == noise[0]["FirstEventTime"]));
        assert!(noise.iter().all(|row| row["LastEventTime"] == noise[0]["LastEventTime"]));
        assert!(rows.iter().all(|row| row["TimeGenerated"] == row["FirstEventTime"]));
        let own = |row: &&HashMap<String, String>| row["TimeCreatedUtc"] != row["FirstEventTime"];
        assert!(rows.iter().any(|row| own(&row)));
    }
}

#[test]
fn compat_adds_time_generated_where_the_input_has_none() {
    let input = b"a,UtcTime\n1,2024-01-02T03:04:05Z\n1,2024-01-01T00:00:00Z\n";
    let args = ["cluster", "--features", "a", "--compat", "msticpy", "-t", "csv"];
    let output = oddsift_with(&args, input);
    let header = "a,UtcTime,Clustered,ClusterId,ClusterSize,TimeGenerated,FirstEventTime,LastEventTime,Template";
    assert_eq!(text(&output.stdout).lines().next(), Some(header));
    let row = &rows(&output)[0];
    assert_eq!(row["UtcTime"], "2024-01-02T03:04:05Z");
    assert_eq!(row["TimeGenerated"], "2024-01-01T00:00:00Z");
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
        ("--work-limit", "0"),
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
    assert!(text(&skipped.stderr).contains("\n<stdin>:3:1: 1 row skipped"));
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
fn eps_prints_the_curve_and_says_the_proposal() {
    let output = oddsift(&["eps", "processes_on_host.csv", "-t", "csv"]);
    let rows = rows(&output);
    let distances: Vec<f64> = rows.iter().map(|row| row["distance"].parse().unwrap()).collect();
    // Programs that ran fewer times than a neighbourhood takes have no distance.
    let last: u64 = rows.last().unwrap()["rank"].parse().unwrap();
    assert!(distances.is_sorted() && last > 100 && last < 363);
    let stderr = text(&output.stderr);
    let eps = stderr.lines().find_map(|line| line.strip_prefix("eps ")?.strip_suffix(" proposed"));
    let eps: f64 = eps.unwrap_or_else(|| panic!("{stderr}")).parse().unwrap();
    let auto = oddsift(&["cluster", "processes_on_host.csv", "--eps", "auto", "-t", "csv"]);
    let given =
        oddsift(&["cluster", "processes_on_host.csv", "--eps", &eps.to_string(), "-t", "csv"]);
    assert_eq!(auto.stdout, given.stdout);
}

#[test]
fn warning_of_a_proposal_says_when_it_holds() {
    let args = ["eps", "processes_on_host.csv", "--features", SCORES, "-t", "csv"];
    let said = text(&oddsift(&args).stderr);
    assert!(said.contains(" proposed\n"), "{said}");
    let beware =
        "warning: cluster 0 holds 98.3 % of the rows: unless they are all alike, lower eps\n";
    assert!(said.ends_with(beware), "{said}");
}

#[test]
fn eps_that_is_not_given_is_said() {
    let run = |more: &[&str]| {
        let args = ["cluster", "processes_on_host.csv", "-v", "-t", "csv"];
        text(&oddsift(&[&args[..], more].concat()).stderr)
    };
    assert!(run(&[]).contains("; eps 0.5 by default; "));
    assert!(run(&["--features", SCORES]).contains("; eps 0.01 by default; "));
    assert!(!run(&["--eps", "0.01"]).contains("by default"));
    assert!(run(&["--eps", "auto"]).contains(", proposed by the knee of the distances; "));
}

#[test]
fn saved_model_labels_the_rows_it_was_fitted_on_as_the_fit_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let model = path.to_str().unwrap();
    for scale in ["unit", "none", "standard", "robust", "minmax"] {
        let args = ["cluster", "processes_on_host.csv", "--scale", scale, "--emit", "labels"];
        let more = ["--features", "pathScore,commandlineLen,Account.len", "--save-model", model];
        let labels = rows(&oddsift(&[&args[..], &more, &["-t", "csv"]].concat()));
        let scored = rows(&oddsift(&["score", model, "processes_on_host.csv", "-t", "csv"]));
        assert_eq!(labels.len(), scored.len());
        for (fitted, scored) in labels.iter().zip(&scored) {
            // At min-samples 2 there are no border rows, whose nearest core may be another's.
            let of = |row: &std::collections::HashMap<String, String>| {
                (row["row"].clone(), row["ClusterId"].clone())
            };
            assert_eq!(of(fitted), of(scored), "{scale}");
        }
        // When it was saved is behind the model.
        let saved = || {
            let text = std::fs::read_to_string(&path).unwrap();
            text.split_once(",\"origin\":").unwrap().0.to_owned()
        };
        let first = saved();
        oddsift(&[&args[..], &more, &["-t", "csv", "-j", "1"]].concat());
        assert_eq!(first, saved(), "{scale}: the same bytes on one thread");
    }
}

#[test]
fn work_limit_stops_with_what_was_done_and_otherwise_changes_nothing() {
    let args = ["cluster", "processes_on_host.csv", "-t", "csv"];
    let stopped = refused(&[&args[..], &["--work-limit", "10"]].concat(), 3);
    assert!(stopped.starts_with("processes_on_host.csv: ") && stopped.contains("10"), "{stopped}");
    let finished = oddsift(&[&args[..], &["--work-limit", "1000000"]].concat());
    assert_eq!(finished.stdout, oddsift(&args).stdout);
}

#[test]
fn hostile_models_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let model = path.to_str().unwrap();
    let args = ["cluster", "processes_on_host.csv", "--save-model", model, "-t", "csv"];
    assert!(oddsift(&args).status.success());
    let good = std::fs::read_to_string(&path).unwrap();
    let cut = good.len() / 2;
    for (bad, message) in [
        (good.replace("oddsift-cluster", "oddsift-other"), "isolation-forest can be read"),
        (good.replace("\"version\":1", "\"version\":999"), "version 999"),
        (good[..cut].to_owned(), "model.json:1:"),
        (format!("{good}{good}"), "model.json:2:1: trailing characters"),
        ("[]".to_owned(), "model.json:1:"),
        ("{}".to_owned(), "names no format"),
        (good.replace("\"eps\":0.5", "\"eps\":-1"), "eps"),
        (good.replace("\"eps\":0.5", "\"eps\":1e999"), "out of range"),
        (good.replace("\"ord_scale\":1.0", "\"ord_scale\":0.0"), "scale"),
    ] {
        assert_ne!(bad, good, "{message}: nothing was replaced");
        std::fs::write(&path, bad).unwrap();
        let line = refused(&["score", model, "processes_on_host.csv"], 3);
        assert!(line.starts_with(model) && line.contains(message), "{line}");
    }
}

#[test]
fn weight_column_is_no_feature_of_its_own() {
    let input = b"a,w\n1,1\n1,100\n1,10000\n";
    let args = ["cluster", "--weight", "w", "--scale", "none", "--min-samples", "3", "-t", "csv"];
    let rows = rows(&oddsift_with(&args, input));
    assert_eq!((rows.len(), &*rows[0]["ClusterSize"]), (1, "3"));
}

#[test]
fn mapped_time_and_given_schema_give_the_time() {
    let input =
        b"NewProcessName,CommandLine,when,TimeGenerated\na,b,2024-01-02T03:04:05Z,2020-01-01\n";
    let first = |args: &[&str], input| {
        let args = [&["cluster", "-t", "csv"][..], args].concat();
        rows(&oddsift_with(&args, input))[0]["FirstEventTime"].clone()
    };
    assert_eq!(first(&["--map", "TimeGenerated=when"], input), "2024-01-02T03:04:05Z");
    assert_eq!(first(&[], input), "2020-01-01T00:00:00Z");
    let input = b"Image,CommandLine,UtcTime,TimeGenerated\na,b,2024-01-02T03:04:05Z,2020-01-01\n";
    assert_eq!(first(&["--schema", "sysmon"], input), "2024-01-02T03:04:05Z");
}

#[test]
fn given_schema_that_the_file_has_not_is_refused() {
    let line = refused(&["cluster", "processes_on_host.csv", "--schema", "mde"], 3);
    assert!(line.contains("FolderPath") && line.contains("ProcessCommandLine"), "{line}");
}

#[test]
fn mixed_zones_are_found_behind_blank_times_too() {
    let mut input = "x,t\n".to_owned() + &"1,\n".repeat(20_000);
    input += "1,2024-01-01T10:00:00Z\n1,2024-01-01T10:00:00\n";
    for missing in ["zero", "skip"] {
        let args = ["cluster", "--features", "x", "--time-column", "t", "--missing", missing];
        let output = oddsift_with(&[&args[..], &["-t", "csv"]].concat(), input.as_bytes());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        assert!(stderr.starts_with("<stdin>:20003:2: t: "), "{stderr}");
    }
}

#[test]
fn text_feature_of_a_column_named_like_a_logarithm_is_whole() {
    let output =
        oddsift_with(&["features", "--text", "LogName", "-t", "ndjson"], b"LogName\nabc\n");
    assert!(text(&output.stdout).contains("\"LogName.len\":3,"), "{}", text(&output.stdout));
}

#[test]
fn names_that_stand_twice_are_refused() {
    refused(&["cluster", "processes_on_host.csv", "--features", "pathScore,pathScore"], 2);
    refused(&["cluster", "processes_on_host.csv", "--count-distinct", "Account,Account"], 2);
    refused(&["cluster", "processes_on_host.csv", "--with-input"], 2);
}

#[test]
fn table_says_what_it_leaves_out() {
    let input = "x\n".to_owned() + &"1\n".repeat(1500);
    let output = oddsift_with(&["features", "--text", "x", "-t", "table"], input.as_bytes());
    assert!(
        text(&output.stderr).contains("500 more rows are not shown"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn every_verb_teaches_by_examples() {
    for verb in ["features", "cluster", "eps", "score"] {
        let help = text(&oddsift(&[verb, "--help"]).stdout);
        assert!(help.contains("Examples:") && help.contains(&format!("oddsift {verb}")), "{help}");
    }
}

#[test]
fn score_prints_the_input_beside_the_clusters_from_a_file_and_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.json");
    let model = model.to_str().unwrap();
    let fit = ["cluster", "-t", "csv", "--features", "a", "--scale", "none", "--save-model", model];
    assert!(oddsift_with(&fit, b"a\n1\n1\n5\n5\n").status.success());
    let input = b"ClusterId,a\nx,5\n\"y\nz\",7\n,1\n";
    let expected = "row,ClusterId,a,oddsift.ClusterId,NearestCluster,NearestTemplate,NearestEps,NearestFeature,Reason\n\
         0,x,5,1,,,,,\n1,\"y\nz\",7,-1,1,,200.0,a,\"200.000 eps from cluster 1 by a 7, there 5\"\n2,,1,0,,,,,\n";
    let args = ["score", model, "--with-input", "-t", "csv"];
    assert_eq!(text(&oddsift_with(&args, input).stdout), expected);
    let file = folder.path().join("new.csv");
    std::fs::write(&file, input).unwrap();
    let file = [&args[..], &[file.to_str().unwrap()]].concat();
    assert_eq!(text(&oddsift(&file).stdout), expected);
}

#[test]
fn what_is_dubious_about_clusters_is_said_and_one_is_no_plural() {
    let said = |args: &[&str], input: &str| {
        let output =
            oddsift_with(&[&["cluster", "-t", "csv", "-v"][..], args].concat(), input.as_bytes());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let said = text(&output.stderr);
        said.split_once('\n').map_or_else(String::new, |(_taken, rest)| rest.to_owned())
    };
    let far = "a\n0\n10\n20\n";
    let none = ["--scale", "none", "--eps", "1"];
    assert_eq!(
        said(&none, far),
        "warning: 100 % of the rows are noise: raise eps or lower min_samples\n\
         3 rows, 3 distinct; 0 clusters, 3 noise rows (100.0%)\n"
    );
    let one = "warning: cluster 0 holds 100 % of the rows: unless they are all alike, lower eps\n\
               3 rows, 3 distinct; 1 cluster, 0 noise rows (0.0%)\ncluster sizes: 3\n";
    assert_eq!(said(&["--scale", "none", "--eps", "10"], far), one);
    let auto = oddsift_with(&["cluster", "--scale", "none", "--eps", "auto"], far.as_bytes());
    assert_eq!(auto.status.code(), Some(3));
    assert!(text(&auto.stderr).contains("by which cluster 0 holds 100 % of the rows"));
    // Unit scaling makes all rows of one column equal, which no eps can tell apart.
    assert_eq!(
        said(&[], "a\n1\n2\n"),
        "warning: scaling unit divides each row by its norm, and of a alone nothing but its sign is left; use \
         --scale none, standard, robust or minmax\n\
         2 rows, 2 distinct; 1 cluster, 0 noise rows (0.0%)\ncluster sizes: 2\n"
    );
    let eps = oddsift_with(&["eps", "-t", "csv", "--scale", "none"], b"a\n0\n10\n50\n");
    assert!(
        text(&eps.stderr).contains("it gives 1 cluster, 1 noise row (33.3%)"),
        "{}",
        text(&eps.stderr)
    );
}

#[test]
fn a_column_without_a_name_is_not_told_to_who_wants_quiet_but_a_lost_row_is() {
    let said = |more: &[&str]| {
        let args = ["cluster", "--features", "a", "-t", "csv", "--bad-rows", "skip"];
        text(&oddsift_with(&[&args[..], more].concat(), b",a\n1,1\n2,1\n3\n").stderr)
    };
    let lost = "<stdin>:4:2: 1 row skipped: expected 2 fields, found 1\n";
    assert_eq!(said(&["-q"]), lost);
    let taken = "<stdin>: no known schema; features a; eps 0.01 by default; no column of times; 2 rows taken\n";
    let sign = "warning: scaling unit divides each row by its norm, and of a alone nothing but its sign is left; use \
                --scale none, standard, robust or minmax\n";
    assert_eq!(
        said(&[]),
        format!("{taken}{sign}<stdin>:1:1: 1 column has no name: column 1\n{lost}")
    );
}

#[test]
fn a_file_that_is_no_text_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.csv");
    let path = path.to_str().unwrap();
    let zip = "is a ZIP archive or an Excel workbook, not text; unpack it";
    for (start, what, audit) in [
        (
            &b"PAR1\x15\x04\x15"[..],
            "cannot be read: the file is cut off",
            "is a Parquet file, not text; write it as CSV or NDJSON",
        ),
        (b"PK\x03\x04\x14\x00", zip, zip),
        (
            b"ElfFile\x00\x00",
            "cannot be read: the header is cut off",
            "is a Windows event log (EVTX), not text; export it as CSV or NDJSON",
        ),
    ] {
        std::fs::write(path, start).unwrap();
        for verb in ["features", "cluster", "series", "auditd"] {
            let line = refused(&[verb, path, "-t", "csv"], 3);
            let what = if verb == "auditd" { audit } else { what };
            assert!(line.starts_with(&format!("{path}: {what}")), "{line}");
        }
    }
}
