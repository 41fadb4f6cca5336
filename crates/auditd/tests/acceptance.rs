//! What the README says of the sample log.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use oddsift_auditd::{
    ClusterOptions, EventReader, Options, ProcessEvent, ProcessTree, cluster_auditd_processes,
    msticpy,
};

fn sample() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/auditd_log.txt");
    std::fs::read(path).unwrap()
}

fn processes() -> Vec<ProcessEvent> {
    let log = sample();
    let reader = EventReader::new(&log[..], Options::new());
    reader.filter_map(|event| event.unwrap().process()).collect()
}

#[test]
fn every_event_of_the_sample_is_there() {
    let log = sample();
    let mut reader = EventReader::new(&log[..], Options::new());
    let n_records: usize = reader.by_ref().map(|event| event.unwrap().records().count()).sum();
    let summary = reader.summary();
    assert_eq!((n_records, summary.records, summary.lines), (1192, 1192, 1192));
    assert_eq!((summary.events, summary.skipped, summary.hurried), (830, 0, 0));
    assert_eq!(processes().len(), 72);

    let (rows, _) = msticpy::read(&log[..], Options::new()).unwrap();
    let started = rows.iter().filter(|row| row.event_type == "SYSCALL_EXECVE").count();
    assert_eq!((rows.len(), started), (338, 39));
}

#[test]
fn what_root_did_once_is_found() {
    let processes = processes();
    let shown = |options: &ClusterOptions| -> Vec<(u64, String)> {
        let found = cluster_auditd_processes(&processes, options).unwrap();
        assert_eq!(found.labels.len(), 72);
        let line = |row: usize| processes[row].cmdline.clone().unwrap();
        found.rows.iter().map(|row| (row.size, line(row.row))).collect()
    };
    let old = shown(&ClusterOptions::msticpy());
    assert_eq!(old.iter().map(|(size, _)| *size).collect::<Vec<_>>(), [1, 67, 4]);
    let new = shown(&ClusterOptions::new());
    assert_eq!(new.len(), 14);
    let alone: Vec<&str> =
        new.iter().filter(|(size, _)| *size == 1).map(|(_, line)| line.as_str()).collect();
    assert_eq!(alone[..2], ["sudo auditctl -l", "auditctl -l"]);
    assert!(alone[2].starts_with("/bin/sh -c [ -f /etc/krb5.keytab ]"));
    assert_eq!(alone[3..], ["/bin/sh -c ip -a -o link", "ip -a -o link", "ls --color=auto"]);
}

#[test]
fn parent_of_a_finding_is_known() {
    let processes = processes();
    let line = |row: usize| processes[row].cmdline.as_deref().unwrap();
    let row = (0..72).find(|row| line(*row) == "auditctl -l").unwrap();
    let tree = ProcessTree::new(&processes);
    assert_eq!(tree.parent(row).map(line), Some("sudo auditctl -l"));
    assert_eq!(tree.ancestors(row).count(), 1);
}

#[test]
fn output_of_ausearch_is_the_same_log() {
    let log = String::from_utf8(sample()).unwrap();
    let parted: String = log
        .lines()
        .flat_map(|line| ["----\ntime->Sat Mar  2 00:10:05 2019\n", line, "\n"])
        .collect();
    let rows = |log: &str| -> Vec<_> {
        let reader = EventReader::new(log.as_bytes(), Options::new());
        reader
            .map(|event| event.unwrap().row().texts().map(|text| text.map(String::from)))
            .collect()
    };
    assert_eq!(rows(&parted), rows(&log));
}
