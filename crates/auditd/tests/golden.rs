//! The recorded results of msticpy's reader of audit logs and its `cluster_auditd_processes`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped area is said")]

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::{collections::BTreeMap, path::Path};

use oddsift_auditd::{
    AppFilter, ClusterOptions, Error, Options, ProcessCluster, ProcessClusters, ProcessEvent,
    Timestamp, cluster_auditd_processes, msticpy,
};
use serde_json::Value;

use golden::area;

#[test]
fn auditd_agrees() {
    let Some((area, cases)) = area("auditd") else { return };
    for case in cases["cases"].as_array().unwrap() {
        match text(&case["function"]) {
            "read_from_file" | "read_from_file + get_event_subset" => check_events(&area, case),
            "cluster_auditd_processes" => check_clusters(&area, case),
            other => panic!("a function that is not known: {other}"),
        }
    }
}

fn check_events(area: &Path, case: &Value) {
    let name = text(&case["name"]);
    let log = std::fs::read(area.join(text(&case["input"]))).unwrap();
    let (rows, summary) = msticpy::read(&log[..], Options::new()).unwrap();
    assert_eq!(summary.skipped, 0, "{name}");
    let wanted = case["params"]["event_type"].as_str();
    let found: Vec<(usize, &msticpy::Row)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| wanted.is_none_or(|wanted| row.event_type == wanted))
        .collect();
    let expected = frame(&area.join(text(&case["expected"])));
    assert_eq!(found.len(), expected.len(), "{name}");
    for ((number, row), expected) in found.iter().zip(&expected) {
        // A missing value and an empty one are the same in a CSV file.
        let cells = row.cells.iter().map(|(key, cell)| (key.clone(), cell.to_string()));
        let mut cells: Row = cells.filter(|(_, text)| !text.is_empty()).collect();
        cells.insert("row".to_owned(), number.to_string());
        cells.insert("EventType".to_owned(), row.event_type.clone());
        cells.insert("mssg_id".to_owned(), row.mssg_id.clone());
        assert_eq!(row.time, time(&expected["TimeGenerated"]), "{name} {number}");
        cells.insert("TimeGenerated".to_owned(), expected["TimeGenerated"].clone());
        assert_eq!(&cells, expected, "{name} {number}");
    }
}

fn check_clusters(area: &Path, case: &Value) {
    let name = text(&case["name"]);
    let input = frame(&area.join(text(&case["input"])));
    let processes: Vec<ProcessEvent> = input.iter().map(process).collect();
    let app = case["params"]["app"].as_str();
    let app = app.map_or(AppFilter::All, |pattern| AppFilter::regex(pattern).unwrap());
    let found = cluster_auditd_processes(&processes, &ClusterOptions::msticpy().app(app));
    if case["error"].as_str().is_some() {
        assert!(matches!(found, Err(Error::NoProcesses { .. } | Error::Uid { .. })), "{name}");
        return;
    }
    let found: Vec<Row> = found.unwrap().rows.iter().map(|row| shown(row, &processes)).collect();
    let expected = frame(&area.join(text(&case["expected"])));
    assert_eq!(found.len(), expected.len(), "{name}");
    for (mut found, mut expected) in found.into_iter().zip(expected) {
        // Frames of events carry the rows that they had in the whole log.
        if let Some(row) = input[found["row"].parse::<usize>().unwrap()].get("row") {
            found.insert("row".to_owned(), row.clone());
        }
        assert_eq!(time(&found["TimeGenerated"]), time(&expected["TimeGenerated"]), "{name}");
        expected.insert("TimeGenerated".to_owned(), found["TimeGenerated"].clone());
        if let Some(ppid) = expected.get_mut("ppid") {
            *ppid = ppid.trim_end_matches(".0").to_owned();
        }
        assert_eq!(found, expected, "{name}");
    }
}

/// A row of msticpy's columns.
fn shown(row: &ProcessCluster, processes: &[ProcessEvent]) -> Row {
    let process = &processes[row.row];
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let values = [
        row.times.unwrap().0.to_string(),
        text(&process.exe),
        text(&process.cmdline),
        text(&process.pid),
        text(&process.uid),
        text(&process.cwd),
        row.size.to_string(),
        text(&process.ppid),
    ];
    let named = ProcessClusters::COLUMNS.map(str::to_owned).into_iter().zip(values);
    let row = ("row".to_owned(), row.row.to_string());
    named.chain([row]).filter(|(_, text)| !text.is_empty()).collect()
}

fn process(row: &Row) -> ProcessEvent {
    // A column of numbers with a missing one is written with fractions.
    let id = |name: &str| row.get(name).map(|text| text.trim_end_matches(".0").to_owned());
    let text = |name: &str| row.get(name).cloned();
    ProcessEvent {
        time: Some(time(&row["TimeGenerated"])),
        exe: text("exe"),
        cmdline: text("cmdline"),
        cwd: text("cwd"),
        pid: id("pid"),
        ppid: id("ppid"),
        uid: id("uid"),
        ses: id("ses"),
        ..ProcessEvent::default()
    }
}

/// A row of a CSV file without its empty fields.
type Row = BTreeMap<String, String>;

fn frame(path: &Path) -> Vec<Row> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = header.iter().zip(&record).filter(|(_, text)| !text.is_empty());
        cells.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
