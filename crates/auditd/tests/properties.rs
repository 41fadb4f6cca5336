//! Laws that hold for every log.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::BufReader;

use oddsift_auditd::{
    AppFilter, ClusterOptions, Event, EventReader, Options, ProcessTree, RecordBuf,
    cluster_auditd_processes, msticpy, parse_record,
};
use proptest::prelude::*;

/// Pieces that records are made of, and what tears them.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "type=",
        "SYSCALL",
        "EXECVE",
        "USER_CMD",
        "EOE",
        "node=h ",
        " msg=audit(",
        "1.5",
        "1551485405.594",
        ":",
        "7",
        "):",
        " ",
        "  ",
        "=",
        "\"",
        "'",
        "msg='",
        "a0=",
        "a1[0]=",
        "a1_len=",
        "41",
        "6C7",
        "argc=4294967295",
        "key=(null)",
        "uid=0",
        "exe=",
        "proctitle=",
        "\n",
        "\r\n",
        "\u{1d}",
        "é",
        "\0",
        "----",
        "time->",
        "type=CWD msg=audit(1.5:7): cwd=\"/\"\n",
        "type=EXECVE msg=audit(1.5:7): argc=2 a0=\"a\" a1=41\n",
        "type=SYSCALL msg=audit(1.5:7): pid=1 uid=0 exe=\"/bin/a\"\n",
    ]);
    let piece = prop_oneof![
        8 => pieces.prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Everything about an event that can be asked for.
fn shown(event: &Event) -> String {
    let records: Vec<String> = event.records().map(|record| record.to_string()).collect();
    let typed: Vec<_> = event.records().map(|record| record.typed()).collect();
    let row = event.row().texts();
    format!("{records:?} {typed:?} {row:?} {:?} {:?}", event.execve(), event.process())
}

fn events(log: &[u8], options: Options) -> Vec<String> {
    let reader = EventReader::new(log, options);
    reader.map(|event| shown(&event.unwrap())).collect()
}

/// Types and bodies of an event's records, and whether it ends in `EOE`.
type Made = (Vec<(&'static str, &'static str)>, bool);

/// Events of some hosts, each with the lines of its records.
fn lines_of_events() -> impl Strategy<Value = Vec<Vec<String>>> {
    let bodies = prop::sample::select(vec![
        ("SYSCALL", "success=yes pid=7 ppid=1 uid=0 exe=\"/bin/a\""),
        ("EXECVE", "argc=3 a0=\"a\" a1=6220"),
        ("EXECVE", "a2=\"c\""),
        ("CWD", "cwd=\"/\""),
        ("PATH", "item=0 name=\"/x\""),
        ("PROCTITLE", "proctitle=61"),
    ]);
    let event = prop::collection::vec(bodies, 1..6);
    prop::collection::vec((event, any::<bool>()), 1..12).prop_map(|events| {
        let line = |serial: usize, (kind, body): &(&str, &str)| {
            // Time and node repeat, so that serial, time and node are all needed.
            let (node, second) = (serial % 2, serial % 3);
            format!("node=h{node} type={kind} msg=audit({second}.5:{}): {body}", serial / 6)
        };
        let of = |(serial, (bodies, ends)): (usize, &Made)| {
            let mut lines: Vec<String> = bodies.iter().map(|body| line(serial, body)).collect();
            lines.extend(ends.then(|| line(serial, &("EOE", ""))));
            lines
        };
        events.iter().enumerate().map(of).collect()
    })
}

/// The lines in an order that keeps that of each event; `draws` chooses whose is next.
fn mixed(events: &[Vec<String>], draws: &[usize]) -> String {
    let mut rest: Vec<&[String]> = events.iter().map(Vec::as_slice).collect();
    let mut draws = draws.iter().cycle();
    let mut log = String::new();
    while rest.iter().any(|lines| !lines.is_empty()) {
        rest.retain(|lines| !lines.is_empty());
        let at = draws.next().unwrap() % rest.len();
        let (line, after) = rest[at].split_first().unwrap();
        log.push_str(line);
        log.push('\n');
        rest[at] = after;
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn soup_is_read_and_every_line_accounted_for(log in soup()) {
        let mut reader = EventReader::new(&log[..], Options::new().window(3).window_bytes(900));
        let mut n_records = 0;
        let mut processes = Vec::new();
        while let Some(event) = reader.next_event().unwrap() {
            n_records += event.records().count() as u64;
            let _ = shown(&event);
            processes.extend(event.process());
        }
        let summary = reader.summary();
        prop_assert_eq!(n_records, summary.records);
        prop_assert!(summary.records + summary.skipped <= summary.lines);
        prop_assert_eq!(summary.skipped > 0, summary.first_skipped.is_some());
        let _ = msticpy::read(&log[..], Options::new()).unwrap();
        let _ = ProcessTree::new(&processes);
        let _ = cluster_auditd_processes(&processes, &ClusterOptions::new());
        let _ = cluster_auditd_processes(&processes, &ClusterOptions::msticpy());
    }

    #[test]
    fn printed_record_is_read_as_an_equal_one(log in soup(), body in "\\PC{0,40}") {
        let made = format!("type=USER msg=audit(1.5:7): {body}");
        let lines = log.split(|byte| *byte == b'\n').chain([made.as_bytes()]);
        for line in lines {
            let Ok(record) = RecordBuf::parse(line, 1) else { continue };
            let printed = record.to_string();
            prop_assert_eq!(&RecordBuf::parse(printed.as_bytes(), 1).unwrap(), &record);
            prop_assert_eq!(parse_record(printed.as_bytes(), 1).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn records_may_be_mixed(
        events_of in lines_of_events(),
        draws in prop::collection::vec(any::<usize>(), 1..40),
    ) {
        let apart = events_of.concat().join("\n");
        let mut expected = events(apart.as_bytes(), Options::new());
        let mut found = events(mixed(&events_of, &draws).as_bytes(), Options::new());
        prop_assert_eq!(expected.len(), events_of.len());
        expected.sort_unstable();
        found.sort_unstable();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn window_that_is_wide_enough_changes_nothing(events_of in lines_of_events()) {
        let log = events_of.concat().join("\n");
        let n_events = events_of.len();
        let wide = events(log.as_bytes(), Options::new());
        prop_assert_eq!(events(log.as_bytes(), Options::new().window(n_events)), wide.clone());
        prop_assert_eq!(events(log.as_bytes(), Options::new().window(1)), wide);
    }

    #[test]
    fn size_of_the_buffer_changes_nothing(log in soup(), size in 1_usize..50) {
        let read = |size| {
            let mut reader = EventReader::new(BufReader::with_capacity(size, &log[..]), Options::new());
            let events: Vec<String> = reader.by_ref().map(|event| shown(&event.unwrap())).collect();
            (events, reader.summary().clone())
        };
        prop_assert_eq!(read(size), read(1 << 16));
    }

    #[test]
    fn parents_come_before_their_children(
        rows in prop::collection::vec((0_i64..5, 0_u8..4, 0_u8..4), 0..20),
    ) {
        let process = |(second, pid, ppid): &(i64, u8, u8)| oddsift_auditd::ProcessEvent {
            time: oddsift_auditd::Timestamp::from_second(*second).ok(),
            pid: Some(pid.to_string()),
            ppid: Some(ppid.to_string()),
            ..Default::default()
        };
        let processes: Vec<_> = rows.iter().map(process).collect();
        let tree = ProcessTree::new(&processes);
        for row in 0..rows.len() {
            if let Some(parent) = tree.parent(row) {
                prop_assert_eq!(rows[parent].1, rows[row].2);
                prop_assert!((rows[parent].0, parent) < (rows[row].0, row));
            }
            prop_assert!(tree.ancestors(row).count() < rows.len());
        }
    }
}

#[test]
fn one_huge_event_does_not_fill_memory() {
    let line = b"type=EXECVE msg=audit(1.0:1): a0=\"0123456789012345678901234567890123456789\"\n";
    let log = line.repeat(20_000);
    let mut reader = EventReader::new(&log[..], Options::new().window_bytes(100_000));
    let mut longest = 0;
    while let Some(event) = reader.next_event().unwrap() {
        longest = longest.max(event.records().count());
        reader.recycle(event);
    }
    assert!(longest < 1500, "{longest}");
    assert!(reader.summary().hurried > 10 && reader.summary().records == 20_000);
}

#[test]
fn events_before_a_failure_are_given_out() {
    struct Torn;
    impl std::io::Read for Torn {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::UnexpectedEof.into())
        }
    }
    let log = &b"type=SYSCALL msg=audit(1.0:1): pid=1\ntype=SYS"[..];
    let log = BufReader::new(std::io::Read::chain(log, Torn));
    let mut reader = EventReader::new(log, Options::new());
    assert_eq!(reader.next_event().unwrap().unwrap().serial(), 1);
    assert!(matches!(reader.next_event(), Err(oddsift_auditd::Error::Read { line: 2, .. })));
}

/// Gives two reads of lines, and fails once between them.
struct FailsOnce {
    reads: std::vec::IntoIter<std::io::Result<&'static [u8]>>,
}

impl FailsOnce {
    fn with(kind: std::io::ErrorKind) -> BufReader<Self> {
        let line = |line: &'static str| Ok(line.as_bytes());
        let reads = [
            line("type=USER_CMD msg=audit(1.0:1): pid=1\n"),
            Err(kind.into()),
            line("type=USER_CMD msg=audit(2.0:2): pid=2\n"),
        ];
        BufReader::new(Self { reads: Vec::from(reads).into_iter() })
    }
}

impl std::io::Read for FailsOnce {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.reads.next().unwrap_or(Ok(&[]))?;
        room[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }
}

#[test]
fn a_failure_between_two_lines_is_told_though_the_reader_goes_on() {
    let log = || FailsOnce::with(std::io::ErrorKind::PermissionDenied);
    let mut reader = EventReader::new(log(), Options::new());
    assert_eq!(reader.next_event().unwrap().unwrap().serial(), 1);
    let told = |error| matches!(error, oddsift_auditd::Error::Read { line: 2, .. });
    assert!(told(reader.next_event().unwrap_err()));
    assert!(told(msticpy::read(log(), Options::new()).unwrap_err()));
}

#[test]
fn a_read_that_was_interrupted_is_done_again() {
    let log = FailsOnce::with(std::io::ErrorKind::Interrupted);
    let reader = EventReader::new(log, Options::new());
    assert_eq!(reader.map(|event| event.unwrap().serial()).collect::<Vec<_>>(), [1, 2]);
}

/// An event whose second record comes after `n_between` others, and what was counted.
fn torn(n_between: usize, options: Options) -> (Vec<Event>, oddsift_auditd::Summary) {
    let line =
        |kind: &str, serial: usize| format!("type={kind} msg=audit({serial}.0:{serial}): a=b\n");
    let mut log = line("SYSCALL", 1);
    log.extend((2..n_between + 2).map(|serial| line("USER_CMD", serial)));
    log.push_str(&line("EXECVE", 1));
    let mut reader = EventReader::new(log.as_bytes(), options);
    let events = reader.by_ref().map(Result::unwrap).collect();
    (events, reader.summary().clone())
}

#[test]
fn event_that_is_not_complete_waits() {
    let (events, summary) = torn(10_000, Options::new());
    assert_eq!((events.len(), summary.hurried, summary.late), (10_001, 0, 0));
    assert!(events[0].process().is_some());
}

#[test]
fn event_that_had_to_go_is_counted_and_so_is_its_rest() {
    let (events, summary) = torn(1000, Options::new().window(10).window_bytes(10_000));
    assert_eq!((events.len(), summary.hurried), (1002, 1));
    assert_eq!((summary.late, summary.first_late), (1, Some(1002)));
    assert_eq!((events[0].serial(), events[1001].serial()), (1, 1));
}

#[test]
fn a_field_of_a_group_never_stands_for_the_records_own() {
    let group = "msg='argc=9 a0=\"no\" a1=\"no\" a7=\"no\" item=9 name=\"no\" nametype=no mode=no cwd=\"no\" \
                 proctitle=\"no\" exe=\"no\" uid=666 syscall=666 key=\"no\"'";
    for (kind, own) in [
        ("EXECVE", " argc=2 a0=\"sh\" a1=\"x\""),
        ("PATH", " item=0 name=\"/a\" inode=7 mode=0100644 nametype=NORMAL"),
        ("CWD", " cwd=\"/\""),
        ("PROCTITLE", " proctitle=\"ls\""),
        ("SYSCALL", " syscall=59 uid=0 exe=\"/bin/sh\""),
    ] {
        for own in [own, ""] {
            let typed = |body: String| {
                let line = format!("type={kind} msg=audit(1.0:1):{body}");
                format!("{:?}", parse_record(line.as_bytes(), 1).unwrap().typed())
            };
            let expected = typed(own.to_owned());
            assert_eq!(typed(format!(" {group}{own}")), expected);
            assert_eq!(typed(format!("{own} {group}")), expected);
        }
    }
}

#[test]
fn programs_of_one_checksum_are_not_alike() {
    // The CRC-32 of both is 0x4ddb0c25.
    let process = |exe: &str| oddsift_auditd::ProcessEvent {
        exe: Some(exe.to_owned()),
        ..Default::default()
    };
    let processes = ["plumless", "buckeroo", "plumless"].map(process);
    let found = cluster_auditd_processes(&processes, &ClusterOptions::new()).unwrap();
    assert_eq!(found.rows.len(), 2);
}

#[test]
fn pattern_of_programs_has_a_short_message() {
    let error = AppFilter::regex(&"(".repeat(5000)).unwrap_err().to_string();
    assert!(error.len() < 500 && !error.contains('\n'), "{error}");
}

#[test]
fn types_can_cross_threads() {
    fn check<T: Send + Sync>() {}
    check::<Event>();
    check::<oddsift_auditd::Assembler>();
    check::<oddsift_auditd::Error>();
    check::<oddsift_auditd::ProcessTree>();
}
