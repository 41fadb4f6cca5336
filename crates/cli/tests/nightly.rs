//! The nightly job with the real binary: `score --only new`, ids that are remembered, checks of the input.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");

/// A folder with the log of a night as `monday.csv`, that of the next one, and models of the first.
fn nights() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(LOG).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let write = |name: &str, rows: &[&str]| {
        fs::write(folder.path().join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    };
    write("monday.csv", &rows[..200]);
    write("tuesday.csv", &rows[150..]);
    write("wednesday.csv", &rows[140..363]);
    fs::write(folder.path().join("empty.csv"), format!("{header}\n")).unwrap();
    for (verb, model) in [("cluster", "clusters.json"), ("outliers", "forest.json")] {
        let args = [verb, "monday.csv", "--save-model", model, "-q", "-o", "made.csv"];
        assert!(oddsift(&folder, &args).status.success());
    }
    folder
}

fn oddsift(folder: &TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oddsift"));
    command.current_dir(folder).args(args).output().unwrap()
}

fn status(folder: &TempDir, args: &[&str]) -> i32 {
    oddsift(folder, args).status.code().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The lines of `score MODEL LOG --only new`, as JSON.
fn new_lines(folder: &TempDir, args: &[&str]) -> Vec<Value> {
    let output =
        oddsift(folder, &[&["score"], args, &["--only", "new", "-t", "ndjson", "-q"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

fn text(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn new_lines_are_the_rows_that_each_row_says_are_new_and_each_has_a_reason() {
    let folder = nights();
    for (model, column, sign) in
        [("clusters.json", "ClusterId", "-1"), ("forest.json", "outlier", "-1")]
    {
        let lines = new_lines(&folder, &[model, "tuesday.csv"]);
        let each = oddsift(&folder, &["score", model, "tuesday.csv", "-t", "csv", "-q"]);
        let mut reader = csv::Reader::from_reader(each.stdout.as_slice());
        let place = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
        let new: Vec<u64> = reader
            .records()
            .map(Result::unwrap)
            .filter(|row| &row[place] == sign)
            .map(|row| row[0].parse().unwrap())
            .collect();
        let counts: u64 = lines.iter().map(|line| line["count"].as_u64().unwrap()).sum();
        assert_eq!(counts, new.len() as u64, "{model}");
        assert!(lines.iter().all(|line| new.contains(&line["row"].as_u64().unwrap())));
        assert!(lines.iter().all(|line| !line["reasons"].as_array().unwrap().is_empty()));
        let ids = ids(&lines);
        let distinct: std::collections::HashSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }
}

#[test]
fn ids_do_not_depend_on_the_model_the_file_the_threads_or_the_place() {
    let folder = nights();
    let by = |args: &[&str]| {
        let mut ids = ids(&new_lines(&folder, args));
        ids.sort_unstable();
        ids
    };
    let one = by(&["clusters.json", "tuesday.csv", "-j", "1"]);
    assert_eq!(by(&["clusters.json", "tuesday.csv", "-j", "2"]), one);
    assert_eq!(by(&["clusters.json", "tuesday.csv", "tuesday.csv"]), one);
    let wednesday = by(&["clusters.json", "wednesday.csv"]);
    assert!(one.iter().all(|id| wednesday.contains(id)));
    let of_forest = by(&["forest.json", "tuesday.csv"]);
    assert!(of_forest.iter().any(|id| one.contains(id)));
}

#[test]
fn a_second_night_tells_only_what_the_first_did_not() {
    let folder = nights();
    let args = ["clusters.json", "tuesday.csv", "--seen", "seen.json"];
    let first = new_lines(&folder, &args);
    assert!(!first.is_empty());
    assert_eq!(new_lines(&folder, &args).len(), 0);
    let script = ["score", "clusters.json", "tuesday.csv", "--only", "new", "--seen", "seen.json"];
    assert_eq!(status(&folder, &[&script[..], &["--exit-status"]].concat()), 1);
    // What the first night did not have is told in the second.
    let all = new_lines(&folder, &["clusters.json", "wednesday.csv"]);
    let more = new_lines(&folder, &["clusters.json", "wednesday.csv", "--seen", "seen.json"]);
    let before = ids(&first);
    let expected: Vec<String> = ids(&all).into_iter().filter(|id| !before.contains(id)).collect();
    assert_eq!(ids(&more), expected);
}

#[test]
fn a_run_that_lost_its_lines_remembers_none_of_them() {
    let folder = nights();
    let args = ["score", "clusters.json", "tuesday.csv", "--only", "new", "--seen", "seen.json"];
    // The night's result cannot be written.
    let lost = [&args[..], &["-o", "no/such/folder/new.csv"]].concat();
    assert_eq!(status(&folder, &lost), 3);
    assert!(!folder.path().join("seen.json").exists());
    let first = new_lines(&folder, &args[1..3]);
    assert_eq!(ids(&new_lines(&folder, &[&args[1..3], &args[5..]].concat())), ids(&first));
    // Nor where the input is not what it should be.
    let kept = text(&folder, "seen.json");
    let log = ["score", "clusters.json", "wednesday.csv", "--only", "new", "--seen", "seen.json"];
    assert_eq!(status(&folder, &[&log[..], &["--min-rows", "1000"]].concat()), 4);
    assert_eq!(text(&folder, "seen.json"), kept);
    // What was cut short by others is not taken for nothing, and not written over.
    fs::write(folder.path().join("seen.json"), &kept[..kept.len() / 2]).unwrap();
    let output = oddsift(&folder, &log);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("seen.json:"), "{}", said(&output));
    assert_eq!(text(&folder, "seen.json"), kept[..kept.len() / 2]);
}

#[cfg(unix)]
#[test]
fn a_crash_between_two_nights_repeats_lines_and_loses_none() {
    let folder = nights();
    let fifo = folder.path().join("new.csv");
    // A reader that goes away ends the run while lines are on their way.
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || drop(fs::File::open(fifo).unwrap())
    });
    let args = ["score", "clusters.json", "tuesday.csv", "--only", "new", "--seen", "seen.json"];
    oddsift(&folder, &[&args[..], &["-t", "csv", "-o", "new.csv"]].concat());
    reader.join().unwrap();
    let after = new_lines(&folder, &["clusters.json", "tuesday.csv", "--seen", "seen.json"]);
    let all = new_lines(&folder, &["clusters.json", "tuesday.csv"]);
    // Either all of them were out before the reader went, or all are told again.
    assert!(after.is_empty() || ids(&after) == ids(&all));
}

#[test]
fn ids_of_another_rule_are_told_and_kept() {
    let folder = nights();
    let args = ["score", "clusters.json", "tuesday.csv", "--only", "new", "--seen", "seen.json"];
    assert_eq!(status(&folder, &args), 0);
    let other = text(&folder, "seen.json").replace("oddsift-lines-1", "oddsift-lines-0");
    fs::write(folder.path().join("seen.json"), &other).unwrap();
    let output = oddsift(&folder, &args);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("its ids are of oddsift-lines-0"), "{}", said(&output));
    assert_eq!(text(&folder, "seen.json"), other);
}

#[test]
fn ids_that_no_run_met_for_long_are_forgotten() {
    let folder = nights();
    let args = ["score", "clusters.json", "tuesday.csv", "--only", "new", "--seen", "seen.json"];
    assert_eq!(status(&folder, &args), 0);
    let mut seen: Value = serde_json::from_str(&text(&folder, "seen.json")).unwrap();
    let lines = seen["lines"].as_array_mut().unwrap();
    let n_lines = lines.len();
    lines[0][1] = Value::from("2020-01-01T00:00:00Z");
    lines.push(serde_json::json!(["00000000000000000000000000000000", "2020-01-01T00:00:00Z"]));
    fs::write(folder.path().join("seen.json"), seen.to_string()).unwrap();
    assert_eq!(status(&folder, &[&args[..], &["--forget-after", "30d"]].concat()), 0);
    let seen: Value = serde_json::from_str(&text(&folder, "seen.json")).unwrap();
    // The line that was met again stays, the one that was not is gone.
    let lines = seen["lines"].as_array().unwrap();
    assert_eq!(lines.len(), n_lines);
    assert!(lines.iter().all(|line| line[1] != "2020-01-01T00:00:00Z"));
}

#[test]
fn checks_of_the_input_have_a_status_of_their_own_and_say_why() {
    let folder = nights();
    let base = ["score", "clusters.json", "tuesday.csv", "--only", "new", "-q"];
    for (flags, why) in [
        (["--min-rows", "100000"], "213 rows, --min-rows asks for 100000"),
        (["--max-new-share", "0.01"], "of the rows are new to the model"),
        (["--newest-within", "26h"], "the newest event is of 2019-01-15"),
    ] {
        let output = oddsift(&folder, &[&base[..], &flags].concat());
        assert_eq!(output.status.code(), Some(4), "{flags:?}");
        assert!(said(&output).contains(why), "{}", said(&output));
        // The lines are printed all the same.
        assert!(!output.stdout.is_empty());
    }
    let good = ["--min-rows", "100", "--max-new-share", "1", "--newest-within", "36500d"];
    assert_eq!(status(&folder, &[&base[..], &good].concat()), 0);
    // They hold without --only new, too.
    let each = ["score", "forest.json", "tuesday.csv", "--min-rows", "100000"];
    assert_eq!(status(&folder, &each), 4);
}

#[test]
fn a_forged_time_of_the_future_hides_no_log_that_has_run_dry() {
    let folder = nights();
    let log =
        text(&folder, "tuesday.csv").replace("2019-01-15 05:15:15.677", "9999-01-15 05:15:15");
    assert!(log.contains("9999-01-15"));
    fs::write(folder.path().join("forged.csv"), log).unwrap();
    let output =
        oddsift(&folder, &["score", "clusters.json", "forged.csv", "--newest-within", "26h", "-q"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("the newest event is of 2019"), "{}", said(&output));
}

#[test]
fn an_input_without_rows_is_no_all_clear_in_any_verb() {
    let folder = nights();
    for verb in [
        vec!["hunt"],
        vec!["cluster"],
        vec!["outliers"],
        vec!["eps"],
        vec!["features"],
        vec!["stack", "--by", "Account"],
        vec!["series", "--count", "--bucket", "1h"],
        vec!["report", "-o", "page.html"],
        vec!["score", "clusters.json"],
        vec!["score", "forest.json"],
        vec!["score", "clusters.json", "--only", "new"],
    ] {
        let args = [&verb[..], &["empty.csv", "-q"]].concat();
        assert!(said(&oddsift(&folder, &args)).contains("empty.csv: there are no "), "{verb:?}");
        assert_eq!(status(&folder, &[&args[..], &["--exit-status"]].concat()), 4, "{verb:?}");
    }
    fs::write(folder.path().join("nothing.csv"), "").unwrap();
    assert_eq!(status(&folder, &["hunt", "nothing.csv", "--exit-status"]), 4);
    assert_eq!(status(&folder, &["hunt", "nothing.csv"]), 3);
    for flags in [["--seen", "seen.json"], ["--min-rows", "0"], ["--max-new-share", "1"]] {
        let args = [&["score", "clusters.json", "empty.csv", "--only", "new"], &flags[..]].concat();
        assert_eq!(status(&folder, &args), 4, "{flags:?}");
    }
}

#[test]
fn facts_tell_what_a_run_did_also_where_it_failed() {
    let folder = nights();
    let args = ["score", "clusters.json", "tuesday.csv", "wednesday.csv", "--only", "new"];
    let args = [&args[..], &["--seen", "seen.json", "--facts", "facts.json", "-q"]].concat();
    assert_eq!(status(&folder, &args), 0);
    let facts =
        |folder: &TempDir| serde_json::from_str::<Value>(&text(folder, "facts.json")).unwrap();
    let of_run = facts(&folder);
    assert_eq!(of_run["tool"], concat!("oddsift ", env!("CARGO_PKG_VERSION")));
    assert_eq!(of_run["arguments"][0], "score");
    assert_eq!((&of_run["status"], &of_run["message"]), (&Value::from(0), &Value::Null));
    let inputs = of_run["inputs"].as_array().unwrap();
    assert_eq!((&inputs[0]["rows"], &inputs[1]["rows"]), (&Value::from(213), &Value::from(223)));
    assert_eq!(inputs[0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(inputs[0]["bytes"], fs::metadata(folder.path().join("tuesday.csv")).unwrap().len());
    let found = &of_run["found"];
    assert_eq!(found["rows"], 213 + 223);
    assert_eq!((&found["printed"], &found["seen_before"]), (&found["new_lines"], &Value::from(0)));
    assert_eq!(of_run["model"]["origin"]["sources"], serde_json::json!(["monday.csv"]));
    assert_eq!(status(&folder, &[&args[..], &["--min-rows", "1000"]].concat()), 4);
    let of_run = facts(&folder);
    assert_eq!(of_run["status"], 4);
    assert_eq!(of_run["found"]["printed"], 0);
    assert!(of_run["message"].as_str().unwrap().contains("--min-rows asks for 1000"));
    assert_eq!(of_run["found"]["checks"][0]["holds"], false);
    let gone = ["score", "clusters.json", "gone.csv", "--facts", "facts.json"];
    assert_eq!(status(&folder, &gone), 3);
    assert_eq!((&facts(&folder)["status"], &facts(&folder)["found"]), (&3.into(), &Value::Null));
}

#[test]
fn flags_of_the_job_that_do_not_fit_are_refused() {
    let folder = nights();
    let base = ["score", "clusters.json", "tuesday.csv"];
    for flags in [
        &["--seen", "seen.json"][..],
        &["--only", "new", "--forget-after", "30d"],
        &["--only", "new", "--with-input"],
        &["--only", "new", "--seen", "clusters.json"],
        &["--only", "new", "--seen", "a.json", "--facts", "a.json"],
        &["--only", "new", "--seen", "-"],
        &["--max-new-share", "2"],
    ] {
        let output = oddsift(&folder, &[&base[..], flags].concat());
        let expected = if flags.contains(&"clusters.json") { 3 } else { 2 };
        assert_eq!(output.status.code(), Some(expected), "{flags:?}: {}", said(&output));
        assert_eq!(said(&output).lines().count(), 1, "{flags:?}");
    }
}

#[test]
fn a_model_tells_what_it_was_made_of() {
    let folder = nights();
    let show = |model: &str| {
        let output = oddsift(&folder, &["model", "show", model, "-t", "csv"]);
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    for model in ["clusters.json", "forest.json"] {
        let shown = show(model);
        for line in [
            concat!("tool,oddsift ", env!("CARGO_PKG_VERSION")),
            "sources,monday.csv",
            "rows,200",
            "first,2019-01-15T04:17:26Z",
            "last,2019-01-15T05:24:26.01Z",
        ] {
            assert!(shown.lines().any(|it| it == line), "{line} is not in\n{shown}");
        }
    }
    let hunt = |log: &str, model: &str| {
        assert_eq!(status(&folder, &["hunt", log, "--save-model", model, "-q", "-o", "x.csv"]), 0);
    };
    hunt("monday.csv", "monday.json");
    hunt("tuesday.csv", "tuesday.json");
    assert_eq!(status(&folder, &["merge", "monday.json", "tuesday.json", "-o", "both.json"]), 0);
    assert!(show("both.json").contains("sources,\"monday.json, tuesday.json\"\nrows,413\n"));
    // Made by others, without a word of where it is from.
    let model = text(&folder, "clusters.json");
    let (head, _) = model.split_once(",\"origin\":").unwrap();
    fs::write(folder.path().join("bare.json"), format!("{head}}}")).unwrap();
    assert!(show("bare.json").contains("origin,not said\n"));
    assert_eq!(
        oddsift(&folder, &["score", "bare.json", "tuesday.csv", "-t", "csv", "-q"]).stdout,
        oddsift(&folder, &["score", "clusters.json", "tuesday.csv", "-t", "csv", "-q"]).stdout
    );
}
