//! `hunt` with the real binary: what is among the first lines, and what is said of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
const FLOWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/az_net_flows.csv");
const AUDIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
const EVTX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/process_events.evtx");

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oddsift")).arg("hunt").args(args).output().unwrap()
}

/// The rows of a CSV result by their columns.
fn rows(args: &[&str]) -> Vec<Vec<(String, String)>> {
    let output = run(&[args, &["-t", "csv", "--raw", "-q"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn cell<'r>(row: &'r [(String, String)], column: &str) -> &'r str {
    let found = row.iter().find(|(name, _)| name == column);
    found.map_or_else(|| panic!("no column {column}"), |(_, text)| text.as_str())
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_attack_of_the_sample_is_among_the_first_lines() {
    let lines = rows(&[LOG]);
    let first: Vec<&str> = lines.iter().take(40).map(|row| cell(row, "command_line")).collect();
    for wanted in [
        ".\\mimikatz.exe",
        ".\\reg  not /domain:everything that /sid:shines is /krbtgt:golden !",
        "c:\\windows\\fonts\\csrss.exe",
    ] {
        assert!(first.iter().any(|line| line.trim_end() == wanted), "{wanted}");
    }
    assert!(first.iter().any(|line| line.contains("-enc JAB0ACAAPQ")));
}

#[test]
fn lines_have_their_columns_and_every_row_is_counted_once() {
    let lines = rows(&[LOG]);
    let names: Vec<&str> = lines[0].iter().map(|(name, _)| name.as_str()).collect();
    let first = ["finding", "rank", "row", "count", "hosts", "users", "bits", "reasons", "path"];
    assert_eq!(names[..9], first);
    assert_eq!(names[names.len() - 4..], ["template", "first", "last", "variants"]);
    let count: u64 = lines.iter().map(|row| cell(row, "count").parse::<u64>().unwrap()).sum();
    assert_eq!(count, 363);
    let ranks = lines.iter().map(|row| cell(row, "rank").parse::<usize>().unwrap());
    assert!(ranks.eq(1..=lines.len()));
    assert_eq!(rows(&[LOG, "--top", "7"]), lines[..7]);
}

#[test]
fn rows_are_placed_in_the_order_of_the_input() {
    let places = rows(&[LOG, "--emit", "rows"]);
    assert!(places.iter().map(|row| cell(row, "row").parse::<u64>().unwrap()).eq(0..363));
    let lines = rows(&[LOG]);
    for line in &lines {
        let row: usize = cell(line, "row").parse().unwrap();
        let place = &places[row];
        assert_eq!(cell(place, "rank"), cell(line, "rank"));
    }
    let of_first = rows(&[LOG, "--emit", "rows", "--top", "1"]);
    assert_eq!(of_first.len(), cell(&lines[0], "count").parse::<usize>().unwrap());
}

#[test]
fn threads_change_no_byte() {
    for input in [LOG, FLOWS, AUDIT, EVTX] {
        let one = run(&[input, "-j", "1", "-t", "ndjson"]);
        assert!(one.status.success(), "{input}");
        for threads in ["2", "7"] {
            let many = run(&[input, "-j", threads, "-t", "ndjson"]);
            assert_eq!(one.stdout, many.stdout, "{input} {threads}");
            assert_eq!(one.stderr, many.stderr, "{input} {threads}");
        }
    }
}

#[test]
fn the_bits_of_reasons_are_those_of_the_line() {
    for input in [LOG, FLOWS, AUDIT] {
        let output = run(&[input, "-t", "ndjson", "-q"]);
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let reasons = line["reasons"].as_array().unwrap();
            let bits = |reason: &serde_json::Value| reason["bits"].as_f64().unwrap();
            let sum: f64 = reasons.iter().map(bits).sum();
            assert!((sum - line["bits"].as_f64().unwrap()).abs() < 1e-9, "{line}");
            assert!(reasons.len() <= 3 && reasons.is_sorted_by(|a, b| bits(a) >= bits(b)));
        }
    }
}

#[test]
fn what_is_known_is_left_out_and_counted() {
    let folder = TempDir::new().unwrap();
    let (model, day) = (folder.path().join("model.json"), folder.path().join("day.csv"));
    let saved = run(&[LOG, "--save-model", model.to_str().unwrap(), "-q"]);
    assert!(saved.status.success());
    let mut log = text(Path::new(LOG));
    log.push_str(
        "363,x,HOST\\user,4688,2019-01-16 05:24:24.010,MSTICAlertsWin1,S-1,user,HOST,0x10000,0x99,\
         C:\\Windows\\System32\\tunnel.exe,%%1936,0x888,tunnel.exe 203.0.113.9,\
         C:\\Windows\\explorer.exe,0x0,46fe7078-61bb-4bed-9430-7ac01d91c273,2019-01-16 05:24:24.010\n",
    );
    fs::write(&day, log).unwrap();
    let day = day.to_str().unwrap();
    for known in [model.to_str().unwrap(), LOG] {
        let output = run(&[day, "--known", known, "-t", "csv"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("known and left out: 150 lines of 363 rows"), "{said}");
        let new = rows(&[day, "--known", known]);
        assert_eq!(new.len(), 1);
        assert_eq!(cell(&new[0], "command_line"), "tunnel.exe 203.0.113.9");
        assert_eq!(rows(&[day, "--known", known, "--all"]).len(), 151);
    }
    let nothing = run(&[LOG, "--known", LOG, "--exit-status", "-q"]);
    assert_eq!(nothing.status.code(), Some(1));
}

#[test]
fn a_history_of_other_columns_is_refused() {
    let folder = TempDir::new().unwrap();
    let model = folder.path().join("flows.json");
    let model = model.to_str().unwrap();
    assert!(run(&[FLOWS, "--save-model", model, "-q"]).status.success());
    let output = run(&[LOG, "--known", model]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let output = run(&[LOG, "--known", FLOWS]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

#[test]
fn any_table_is_ranked_by_the_columns_that_repeat() {
    let output = run(&[FLOWS, "-t", "csv"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("values of ") && said.contains("numbers "), "{said}");
    let by = rows(&[FLOWS, "--by", "FlowType"]);
    let count: u64 = by.iter().map(|row| cell(row, "count").parse::<u64>().unwrap()).sum();
    assert_eq!(count, text(Path::new(FLOWS)).lines().count() as u64 - 1);
    assert!(by.is_sorted_by_key(|row| cell(row, "count").parse::<u64>().unwrap()));
    let output = run(&[FLOWS, "--mask", "FlowType", "--by", "VMName"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn people_see_findings_with_their_reasons() {
    let output = run(&[LOG, "-t", "table", "--top", "3"]);
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.starts_with("Finding 1 · "), "{page}");
    assert!(page.contains("times of 363 events, 1 time with this command line"), "{page}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("147 more lines; --top N prints N, -t csv all"), "{said}");
}

#[test]
fn text_of_the_log_cannot_act_on_a_terminal() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log.csv");
    let rows = "NewProcessName,CommandLine\na.exe,\"a \u{1b}]0;x\u{7} \u{202e}b\nc\"\nb.exe,b\n";
    fs::write(&log, rows).unwrap();
    let output = run(&[log.to_str().unwrap(), "-t", "table"]);
    let page = String::from_utf8(output.stdout).unwrap();
    let is_odd = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!page.contains(is_odd), "{page:?}");
}
