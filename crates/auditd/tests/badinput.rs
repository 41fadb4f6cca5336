//! Malformed and hostile logs, as the index of the workspace's `testdata/badinput` lists them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fmt::Write, path::Path};

use oddsift_auditd::{EventReader, Options};

/// Text that every log must and must not show: what the index cannot say of a library.
const SHOWN: &[(&str, &[&str], &[&str])] = &[
    ("argc_wrong.log", &["cmdline=a ", "cmdline=b ", "cmdline=c hidden ", "cmdline=d "], &[]),
    ("argc_huge.log", &["cmdline=sh "], &[]),
    ("hex_bad.log", &["cmdline=6C7 x ", "cmdline=6C7Z ", "cmdline=\u{fffd}\u{fffd}\u{fffd} "], &[]),
    ("enriched_group_separator.log", &["uid=0 "], &["key=", "root", "unset"]),
    ("forged_record_in_value.log", &["uid=1000 "], &["EventType=SYSCALL", "uid=0"]),
    ("same_millisecond_two_serials.log", &["cmdline=good ", "cmdline=evil "], &[]),
    ("same_serial_two_nodes.log", &["Node=h1 ", "Node=h2 "], &[]),
    ("uid_overflow.log", &["uid=18446744073709551616 ", "ppid=x "], &[]),
    ("laurel_forged.ndjson", &["uid=1000 "], &["EventType=SYSCALL ", "exe=/bin/evil"]),
    ("numbered_types.log", &["EventType=SYSCALL_EXECVE "], &["EventType=1300"]),
    ("syslog_forged.log", &["cmdline=good "], &["cmdline=good evil"]),
    ("truncated_last_line.log", &["Serial=101 "], &[]),
];

#[test]
fn every_log_of_the_index_is_read_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/badinput");
    let mut index = csv::Reader::from_path(root.join("index.csv")).unwrap();
    let header = index.headers().unwrap().clone();
    let mut seen = Vec::new();
    for row in index.records().map(Result::unwrap) {
        let cell = |name: &str| &row[header.iter().position(|column| column == name).unwrap()];
        if cell("kind") != "auditd" {
            continue;
        }
        let file = cell("file");
        let found = Found::read(&root.join(file));
        if let Ok(rows) = cell("rows").parse::<usize>() {
            assert_eq!(found.n_events, rows, "{file}: {}", found.text);
        }
        if cell("outcome") == "warn" {
            let counted = (found.skipped, found.first_line);
            assert_eq!(
                counted,
                (cell("skipped").parse().ok(), cell("line").parse().ok()),
                "{file}"
            );
        }
        for wanted in cell("stdout_has").split(" && ").filter(|wanted| !wanted.is_empty()) {
            match wanted.strip_prefix("NOT ") {
                Some(absent) => assert!(!found.text.contains(absent), "{file}: {}", found.text),
                None => assert!(found.text.contains(wanted), "{file}: {}", found.text),
            }
        }
        found.check_shown(file.rsplit('/').next().unwrap());
        seen.push(file.to_owned());
    }
    assert!(seen.len() >= 15, "{seen:?}");
}

/// What a log gives.
struct Found {
    n_events: usize,
    text: String,
    skipped: Option<u64>,
    first_line: Option<u64>,
}

impl Found {
    fn read(path: &Path) -> Self {
        let log = std::fs::read(path).unwrap();
        let mut reader = EventReader::new(&log[..], Options::new());
        let (mut n_events, mut text) = (0, String::new());
        while let Some(event) = reader.next_event().unwrap() {
            n_events += 1;
            let columns = oddsift_auditd::EventRow::COLUMNS.into_iter().zip(event.row().texts());
            for (name, value) in columns {
                if let Some(value) = value {
                    write!(text, "{name}={value} ").unwrap();
                }
            }
            text.push('\n');
        }
        let summary = reader.summary();
        let first_line = summary.first_skipped.as_ref().map(|first| first.line);
        Self { n_events, text, skipped: Some(summary.skipped), first_line }
    }

    fn check_shown(&self, file: &str) {
        for (_, present, absent) in SHOWN.iter().filter(|(of, ..)| *of == file) {
            for text in *present {
                assert!(self.text.contains(text), "{file}: {text:?} in {}", self.text);
            }
            for text in *absent {
                // A column's name may end in another's.
                assert!(!self.text.contains(&format!(" {text}")), "{file}: {text:?}");
            }
        }
    }
}
