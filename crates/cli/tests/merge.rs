//! `merge` with the real binary: models of `hunt`, in and out.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");

fn oddsift(folder: &TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oddsift"));
    command.current_dir(folder).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs the tool, which is to succeed; gives what it says.
fn done(folder: &TempDir, args: &[&str]) -> String {
    let output = oddsift(folder, args);
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    said(&output)
}

/// Runs the tool, which is to fail with a status and one line.
fn refused(folder: &TempDir, args: &[&str], status: i32) -> String {
    let output = oddsift(folder, args);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{args:?}: {said}");
    assert!(output.stdout.is_empty());
    said
}

/// The model with another count of its first line.
fn with_first_count(model: &str, count: &str) -> String {
    let (head, rest) = model.split_once("\"counts\":[").unwrap();
    let (_, rest) = rest.split_once(',').unwrap();
    format!("{head}\"counts\":[{count},{rest}")
}

fn hunt(folder: &TempDir, log: &str, model: &str) {
    done(folder, &["hunt", log, "--save-model", model, "-q", "-o", "lines.csv"]);
}

/// A folder with the log in two halves, a model of each, and one of the whole.
fn halves() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(LOG).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let (first, second) = rows.split_at(rows.len() / 2);
    for (name, rows) in [("a", first), ("b", second), ("all", &rows)] {
        let log = format!("{name}.csv");
        fs::write(folder.path().join(&log), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
        hunt(&folder, &log, &format!("{name}.json"));
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    names.sort();
    names
}

/// A model without its origin, which stands behind it.
fn counts(model: &str) -> &str {
    model.split_once(",\"origin\":").unwrap().0
}

#[test]
fn models_of_parts_merge_to_the_model_of_the_whole() {
    let folder = halves();
    let said = done(&folder, &["merge", "a.json", "b.json", "-o", "week.json"]);
    assert!(said.starts_with("2 models of 363 rows and "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(counts(&read(&folder, "week.json")), counts(&read(&folder, "all.json")));
    let known = done(&folder, &["hunt", LOG, "--known", "week.json", "-t", "csv", "-o", "new.csv"]);
    assert!(known.contains("of 363 rows; --all ranks them, too"), "{known}");
    assert_eq!(read(&folder, "new.csv").lines().count(), 1);
}

#[test]
fn a_model_goes_to_standard_output_without_a_file_and_quiet_says_nothing() {
    let folder = halves();
    for output in [&[][..], &["-o", "-"]] {
        let output = oddsift(&folder, &[&["merge", "b.json", "a.json", "-q"], output].concat());
        assert!(output.status.success() && output.stderr.is_empty());
        let merged = String::from_utf8(output.stdout).unwrap();
        assert_eq!(counts(&merged), counts(&read(&folder, "all.json")));
    }
}

#[test]
fn what_was_seen_once_long_ago_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let header = "TimeGenerated,NewProcessName,CommandLine,ParentProcessName";
    let row =
        |day: &str, name: &str| format!("2024-05-{day}T00:00:00Z,{name}.exe,{name}.exe -x,p.exe");
    let logs = [
        ("old", vec![row("01", "once"), row("01", "twice")]),
        ("new", vec![row("20", "late"), row("20", "twice")]),
    ];
    for (name, rows) in logs {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        fs::write(folder.path().join(format!("{name}.csv")), text).unwrap();
        hunt(&folder, &format!("{name}.csv"), &format!("{name}.json"));
    }
    let merge = ["merge", "old.json", "new.json", "-o", "m.json", "--forget"];
    let said = done(&folder, &[&merge[..], &["19"]].concat());
    assert!(said.contains("of 4 rows and 4 lines merged to 3 lines\n0 lines forgotten"), "{said}");
    let said = done(&folder, &[&merge[..], &["18"]].concat());
    assert!(said.contains("merged to 2 lines\n1 line forgotten: "), "{said}");
    let model = read(&folder, "m.json");
    assert!(!model.contains("once.exe") && model.contains("twice.exe"), "{model}");
    // One model may be named, to forget alone.
    done(&folder, &["merge", "m.json", "--forget", "0", "-o", "n.json"]);
    refused(&folder, &["merge", "m.json", "--forget", "-1"], 2);
}

#[test]
fn models_that_are_no_counts_are_refused() {
    let folder = halves();
    done(&folder, &["cluster", LOG, "--save-model", "clusters.json", "-q", "-o", "c.csv"]);
    done(&folder, &["outliers", LOG, "--save-model", "forest.json", "-q", "-o", "o.csv"]);
    done(
        &folder,
        &["hunt", LOG, "--by", "Account", "--save-model", "by.json", "-q", "-o", "b.csv"],
    );
    fs::write(folder.path().join("m.json"), "as it was").unwrap();
    let before = names(folder.path());
    let cases = [
        ("clusters.json", "clusters.json: clusters cannot be merged; fit anew on all logs"),
        ("forest.json", "forest.json: a forest cannot be merged; fit anew on all logs"),
        ("by.json", "by.json: one counts path, parent, "),
        ("a.csv", "a.csv:1:1: "),
        ("none.json", "none.json: cannot be read: "),
    ];
    for (model, message) in cases {
        let said = refused(&folder, &["merge", "a.json", model, "-o", "m.json"], 3);
        assert!(said.starts_with(message), "{said}");
        assert_eq!(read(&folder, "m.json"), "as it was");
    }
    assert_eq!(names(folder.path()), before);
}

#[test]
fn a_model_is_named_once_and_never_written_over() {
    let folder = halves();
    let before = read(&folder, "a.json");
    let said = refused(&folder, &["merge", "a.json", "b.json", "./a.json"], 2);
    assert!(said.contains("a.json and ./a.json are the same model; name each once"), "{said}");
    let said = refused(&folder, &["merge", "a.json", "b.json", "-o", "a.json"], 3);
    assert!(said.starts_with("a.json: "), "{said}");
    assert_eq!(read(&folder, "a.json"), before);
    refused(&folder, &["merge"], 2);
}

#[test]
fn a_history_scores_nothing_and_says_what_takes_it() {
    let folder = halves();
    let said = refused(&folder, &["score", "a.json", LOG], 3);
    let message =
        "a.json: a history of lines gives no scores; use `oddsift hunt FILE --known a.json`";
    assert!(said.starts_with(message), "{said}");
}

#[test]
fn a_damaged_model_is_refused_in_one_line() {
    let folder = halves();
    let model = read(&folder, "a.json");
    let damages = [
        (model.replace("\"version\":1", "\"version\":2"), "version 2 of oddsift-hunt"),
        (model.replace("oddsift-masks-", "other-masks-"), "the history was masked by"),
        (with_first_count(&model, "0"), "counts of the history: entry 0 is zero"),
        (model.replacen("\"counts\":[", "\"counts\":[7,", 1), "is not as many as there are counts"),
        (with_first_count(&model, "18446744073709551615"), "rows; hunt in parts"),
        (model.replacen("\"lines\":[0", "\"lines\":[4294967295", 1), "a value that is not there"),
        (model[..model.len() / 2].to_owned(), "EOF while parsing"),
        ("[".repeat(100_000), "m.json:1:"),
        (format!("{{\"format\":\"{}", "\u{1b}[2J"), "m.json:1:"),
        (String::new(), "EOF while parsing"),
    ];
    for (damaged, message) in damages {
        assert!(damaged != model, "{message}");
        fs::write(folder.path().join("m.json"), &damaged).unwrap();
        for args in [["merge", "b.json", "m.json"], ["merge", "m.json", "b.json"]] {
            let said = refused(&folder, &args, 3);
            assert!(said.starts_with("m.json:") && said.contains(message), "{message}: {said}");
            assert!(!said.contains('\u{1b}'));
        }
    }
}

#[test]
fn counts_that_are_too_large_together_are_an_error() {
    let folder = halves();
    let model = read(&folder, "a.json");
    let large = with_first_count(&model, "18446744073709551400");
    assert!(large != model);
    fs::write(folder.path().join("m.json"), large).unwrap();
    let said = refused(&folder, &["merge", "m.json", "all.json", "-o", "n.json"], 3);
    assert!(said.starts_with("all.json: more than 18446744073709551615 rows"), "{said}");
}
