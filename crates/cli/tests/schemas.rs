//! Every known schema has a sample of ten events in `testdata/schemas`, in which the same is to be found.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Runs the tool; gives the rows that it prints and what it says.
fn oddsift(args: &[&str], sample: &Path) -> (Vec<Value>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oddsift"));
    let output = command.args(args).arg(sample).args(["-t", "ndjson"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{}: {said}", sample.display());
    let rows = String::from_utf8(output.stdout).unwrap();
    (rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), said)
}

/// The names of the schemas that are of processes, or of flows.
fn names(of_processes: bool) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_oddsift"))
        .args(["schemas", "-t", "ndjson"])
        .output()
        .unwrap();
    let rows = String::from_utf8(output.stdout).unwrap();
    let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_kind = rows.filter(|row| row["path"].is_null() != of_processes);
    let names: Vec<String> =
        of_kind.map(|row| row["schema"].as_str().unwrap().to_owned()).collect();
    assert!(!names.is_empty());
    names
}

fn sample(schema: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/schemas");
    let endings = ["csv", "ndjson", "log"];
    let samples = endings.map(|ending| folder.join(format!("{schema}.{ending}")));
    let sample = samples.into_iter().find(|path| path.is_file());
    sample.unwrap_or_else(|| panic!("{schema} has no sample in {}", folder.display()))
}

#[test]
fn process_events_of_every_schema_give_the_same_clusters() {
    for schema in names(true) {
        let (rows, said) = oddsift(&["cluster"], &sample(&schema));
        let sizes: Vec<(i64, u64)> = rows
            .iter()
            .map(|row| (row["ClusterId"].as_i64().unwrap(), row["ClusterSize"].as_u64().unwrap()))
            .collect();
        assert_eq!(sizes, [(-1, 1), (0, 5), (1, 3)], "{schema}");
        assert!(
            rows[0]["Template"].as_str().unwrap().contains("https://updates.example.test/a?b=1")
        );
        let times: Vec<&str> =
            rows.iter().map(|row| row["FirstEventTime"].as_str().unwrap()).collect();
        for (time, second) in times.iter().zip(["04", "00", "01"]) {
            assert!(time.starts_with(&format!("2024-05-06T07:00:{second}")), "{schema}: {time}");
        }
        assert!(said.contains(&format!(": {schema} process events")), "{said}");
        assert!(said.contains("; 9 rows taken, 1 left out that start no program at "), "{said}");
    }
}

#[test]
fn flows_of_every_schema_give_the_one_that_is_unlike_the_others() {
    for schema in names(false) {
        let (rows, said) = oddsift(&["outliers", "--top", "1"], &sample(&schema));
        assert_eq!(rows[0]["row"], 6, "{schema}");
        assert!(said.contains(&format!(": {schema}; features ")), "{said}");
        assert!(said.contains(" (those of the schema); "), "{said}");
    }
}

#[test]
fn a_model_of_one_schema_scores_events_of_another_and_says_what_it_bound() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.json");
    let model = model.to_str().unwrap();
    oddsift(&["cluster", "--save-model", model, "--min-samples", "1"], &sample("win4688"));
    for schema in ["sysmon", "mde", "winlogbeat", "evtx_json", "asim"] {
        let (rows, said) = oddsift(&["score", model], &sample(schema));
        assert_eq!(rows.len(), 9, "{schema}");
        assert!(rows.iter().all(|row| row["ClusterId"] != -1), "{schema}: {rows:?}");
        // These have the name of the command line, too.
        let is_renamed = said.contains("is taken for NewProcessName");
        assert!(is_renamed || schema == "evtx_json", "{said}");
    }
    let lacking = folder.path().join("lacking.csv");
    std::fs::write(&lacking, "Image,LogonId\na,1\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_oddsift"))
        .args(["score", model, lacking.to_str().unwrap()])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(said.contains("another that is the command_line"), "{said}");
}

#[test]
fn a_schema_of_ones_own_is_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (schema, events) = (folder.path().join("edr.toml"), folder.path().join("events.csv"));
    let text = "[columns]\npath = \"proc\"\ncommand_line = [\"cmd\"]\n[starts]\nkind = \"exec\"\n";
    std::fs::write(&schema, text).unwrap();
    std::fs::write(&events, "kind,proc,cmd\nexec,/a,a x\nexec,/a,a x\nexit,/a,\n").unwrap();
    let args = ["cluster", "--schema", schema.to_str().unwrap()];
    let (rows, said) = oddsift(&args, &events);
    assert_eq!(rows[0]["ClusterSize"], 2);
    assert!(said.contains(": edr process events without session; "), "{said}");
}

#[test]
fn several_files_are_one_stream_and_rows_name_theirs() {
    let folder = tempfile::tempdir().unwrap();
    for (name, schema) in [("a.csv", "win4688"), ("b.ndjson", "sysmon")] {
        std::fs::copy(sample(schema), folder.path().join(name)).unwrap();
    }
    let (rows, said) = oddsift(&["cluster"], folder.path());
    let sizes: Vec<u64> = rows.iter().map(|row| row["ClusterSize"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [10, 6, 2], "{rows:?}");
    assert!(rows[0]["File"].as_str().unwrap().ends_with("a.csv"));
    assert!(said.contains("win4688 and sysmon process events"), "{said}");
    assert!(said.contains("18 rows taken, 2 left out") && said.contains("a.csv:11"), "{said}");
}

/// Runs the tool; gives its exit status, what it prints and what it says.
fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_oddsift")).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_said_of_several_files_does_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.csv", "b.csv"] {
        std::fs::write(folder.path().join(name), "a,b\n1,2\n3\n4,5\n").unwrap();
    }
    let folder = folder.path().to_str().unwrap();
    for threads in ["1", "2", "8"] {
        let args = ["cluster", folder, "--bad-rows", "skip", "-t", "csv", "-j", threads];
        let (status, _, said) = run(&args);
        assert_eq!(status, Some(0), "{said}");
        assert!(said.contains("a.csv:3:2: 2 rows skipped"), "{threads}: {said}");
    }
}

#[test]
fn columns_of_one_name_and_a_column_named_file_keep_their_places() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.csv", "File,x,\n1,2,3\n"), ("b.csv", ",x,File\n11,12,13\n")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let args = ["cluster", "--features", "x", "--emit", "labels", "--with-input", "-t", "csv"];
    let (a, b) = (path("a.csv"), path("b.csv"));
    let (status, rows, said) = run(&[&args[..], &[a.as_str(), b.as_str()]].concat());
    assert_eq!(status, Some(0), "{said}");
    let lines: Vec<&str> = rows.lines().collect();
    let header: Vec<&str> = lines[0].split(',').collect();
    assert_eq!(header.iter().filter(|name| **name == "File").count(), 1, "{rows}");
    let fields: Vec<&str> = lines[2].split(',').collect();
    assert!(["11", "12", "13"].iter().all(|value| fields.contains(value)), "{rows}");
}

#[test]
fn labels_do_not_depend_on_what_is_printed_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    let early = "{\"EventID\":3,\"Image\":\"C:\\\\a.exe\"}\n".repeat(6000);
    let late = "{\"EventID\":1,\"Image\":\"C:\\\\a.exe\",\"CommandLine\":\"a -x\"}\n".repeat(300);
    let odd =
        "{\"EventID\":1,\"Image\":\"C:\\\\a.exe\",\"CommandLine\":\"evil --steal /all; now\"}\n";
    std::fs::write(&path, early + &late + odd).unwrap();
    let path = path.to_str().unwrap();
    let args = ["cluster", path, "--emit", "labels", "-t", "ndjson"];
    let labels = |more: &[&str]| {
        let (status, rows, said) = run(&[&args[..], more].concat());
        assert_eq!(status, Some(0), "{said}");
        let label = |line: &str| {
            let row: Value = serde_json::from_str(line).unwrap();
            (row["row"].clone(), row["ClusterId"].clone())
        };
        rows.lines().map(label).collect::<Vec<_>>()
    };
    let plain = labels(&[]);
    assert_eq!(plain.len(), 301);
    assert_eq!(plain[300].1, -1);
    assert_eq!(labels(&["--with-input"]), plain);
}

#[test]
fn a_result_is_never_written_over_an_input_that_a_folder_or_pattern_stands_for() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(sample("win4688"), folder.path().join("a.csv")).unwrap();
    let input = folder.path().join("a.csv");
    let before = std::fs::read(&input).unwrap();
    let pattern = folder.path().join("*.csv");
    for read in [folder.path(), &pattern] {
        let args = ["cluster", read.to_str().unwrap(), "-o", input.to_str().unwrap()];
        let (status, _, said) = run(&args);
        assert_eq!(status, Some(3), "{said}");
    }
    assert_eq!(std::fs::read(&input).unwrap(), before);
}

#[test]
fn dates_and_times_of_the_day_are_one_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("u_ex240506.log");
    let rows = (0..5).map(|second| format!("2024-05-06 07:00:0{second} /a.html 5000\n"));
    let header = "#Version: 1.0\n#Fields: date time cs-uri-stem sc-bytes\n";
    std::fs::write(&path, header.to_owned() + &rows.collect::<String>()).unwrap();
    let path = path.to_str().unwrap();
    let (status, rows, said) = run(&["stack", path, "--by", "cs-uri-stem", "-t", "csv"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(rows.contains("/a.html,5,2024-05-06T07:00:00Z,2024-05-06T07:00:04Z,0"), "{rows}");
}
