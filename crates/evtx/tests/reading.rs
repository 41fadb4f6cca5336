//! What a log holds is what is read, and what is broken is told.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::Cursor;

use oddsift_evtx::EvtxRows;
use oddsift_records::{BadRows, Batch, Cell, Error, Record, Rows, Summary};
use support::{CHUNK, Data, Event, HEADER, Value, log, seal, security_4688, sysmon_1};

/// Rows as texts by the names of their columns, missing ones left out.
type Table = Vec<Vec<(String, String)>>;

fn read(bytes: Vec<u8>, bad_rows: BadRows) -> (Table, Result<Summary, Error>) {
    let mut rows = EvtxRows::new("a.evtx", Cursor::new(bytes), bad_rows).unwrap();
    let (mut table, mut batch) = (Vec::new(), Batch::new());
    let result = loop {
        match rows.next_batch(&mut batch) {
            Ok(true) => table.extend(batch.iter().map(|row| {
                assert_eq!(row.n_fields(), batch.columns().len());
                let names = batch.columns().iter().enumerate();
                let texts = names.map(|(place, name)| (name.clone(), row.cell(place)));
                let present = texts.filter(|(_, cell)| *cell != Cell::Missing);
                present.map(|(name, cell)| (name, cell.to_string())).collect()
            })),
            Ok(false) => break Ok(rows.summary().clone()),
            Err(error) => break Err(error),
        }
    };
    (table, result)
}

fn whole(bytes: Vec<u8>) -> Table {
    let (table, result) = read(bytes, BadRows::Fail);
    assert!(result.unwrap().warnings("a.evtx").is_empty());
    table
}

fn field<'a>(row: &'a [(String, String)], name: &str) -> Option<&'a str> {
    row.iter().find(|(it, _)| it == name).map(|(_, text)| text.as_str())
}

/// So many that they take three chunks.
fn many() -> Vec<Event> {
    (0..600)
        .map(|second| match second % 3 {
            0 => security_4688(r"C:\Windows\cmd.exe", &format!("cmd /c {second}"), 0x3e7, second),
            _ => sysmon_1(r"C:\Windows\reg.exe", &format!("reg query {second}"), 0x4f1a2, second),
        })
        .collect()
}

#[test]
fn process_events_have_the_columns_of_the_presets() {
    let events = [
        sysmon_1(r"C:\Windows\System32\whoami.exe", "whoami /all", 0x3e7, 0),
        security_4688(r"C:\Windows\System32\net.exe", "net \"user\"", 0x9_1234, 61),
    ];
    let table = whole(log(&events, 7));
    for (name, expected) in [
        ("EventID", "1"),
        ("Image", r"C:\Windows\System32\whoami.exe"),
        ("CommandLine", "whoami /all"),
        ("LogonId", "0x3e7"),
        ("UtcTime", "2026-03-01 10:00:00.250"),
        ("TimeCreated", "2026-03-01T10:00:00Z"),
        ("Provider", "Microsoft-Windows-Sysmon"),
        ("Channel", "Microsoft-Windows-Sysmon/Operational"),
        ("EventRecordID", "7"),
        ("ExecutionProcessID", "2500"),
        ("ProcessId", "4000"),
        ("ProcessGuid", "{33323130-3534-3736-3839-616263646566}"),
    ] {
        assert_eq!(field(&table[0], name), Some(expected), "{name}: {:?}", table[0]);
    }
    for (name, expected) in [
        ("EventID", "4688"),
        ("NewProcessName", r"C:\Windows\System32\net.exe"),
        ("CommandLine", "net \"user\""),
        ("SubjectLogonId", "0x91234"),
        ("TimeCreated", "2026-03-01T10:01:01Z"),
        ("Keywords", "0x8020000000000000"),
    ] {
        assert_eq!(field(&table[1], name), Some(expected), "{name}: {:?}", table[1]);
    }
    assert_eq!(field(&table[1], "Image"), None);
}

#[test]
fn numbers_are_numbers_and_the_line_is_the_record() {
    let bytes = log(&[sysmon_1("a.exe", "a", 1, 0)], 41);
    let mut rows = EvtxRows::new("a.evtx", Cursor::new(bytes), BadRows::Fail).unwrap();
    let mut batch = Batch::new();
    assert!(rows.next_batch(&mut batch).unwrap());
    let place = |name: &str| rows.columns().iter().position(|it| it == name).unwrap();
    let row = batch.get(0).unwrap();
    assert_eq!((row.row(), row.line()), (0, 41));
    assert_eq!(row.cell(place("EventID")), Cell::Int(1));
    assert_eq!(row.cell(place("ProcessId")), Cell::Int(4000));
    assert!(matches!(row.cell(place("TimeCreated")), Cell::Time(_)));
    assert_eq!(row.cell(place("LogonId")), Cell::Text("0x1"));
    assert_eq!(row.cell(place("EventIDQualifiers")), Cell::Missing);
}

#[test]
fn events_come_in_order_over_chunks() {
    let bytes = log(&many(), 1);
    assert!(bytes.len() >= HEADER + 3 * CHUNK);
    let table = whole(bytes);
    assert_eq!(table.len(), 600);
    for (number, row) in (1..).zip(&table) {
        assert_eq!(field(row, "EventRecordID"), Some(format!("{number}").as_str()));
    }
    let last = table.last().unwrap();
    assert_eq!(field(last, "CommandLine"), Some("reg query 599"));
}

#[test]
fn log_that_went_round_begins_with_its_oldest_event() {
    let mut bytes = log(&many(), 1);
    let (older, newer) = bytes[HEADER..].split_at_mut(CHUNK);
    older.swap_with_slice(&mut newer[..CHUNK]);
    let table = whole(bytes);
    // The walk goes on from the oldest chunk and begins again at the start of the file.
    assert_eq!(field(&table[0], "EventRecordID"), Some("1"));
    assert_eq!(table.len(), 600);
}

#[test]
fn columns_grow_and_every_batch_has_those_of_its_rows() {
    let mut events = many();
    let fields = vec![("Late".to_owned(), Value::Text("x".to_owned()))];
    events.push(Event { data: Data::Named(fields), ..events[0].clone() });
    let bytes = log(&events, 1);
    let mut rows = EvtxRows::new("a.evtx", Cursor::new(bytes), BadRows::Fail).unwrap();
    let first = rows.columns().to_vec();
    assert!(first.iter().any(|name| name == "Image") && !first.iter().any(|name| name == "Late"));
    let mut batch = Batch::new();
    let mut n_batches = 0;
    while rows.next_batch(&mut batch).unwrap() {
        n_batches += 1;
        assert!(batch.columns().starts_with(&first));
    }
    assert_eq!((n_batches, rows.columns().last().unwrap().as_str()), (2, "Late"));
}

#[test]
fn data_without_names_is_numbered_and_user_data_loses_its_frame() {
    let text = |text: &str| Value::Text(text.to_owned());
    let base = sysmon_1("a.exe", "a", 1, 0);
    let user =
        vec![("SubjectUserName".to_owned(), text("eve")), ("Count".to_owned(), Value::UInt32(3))];
    let data = [
        Data::Unnamed(vec![text("one"), Value::UInt32(2)]),
        Data::Unnamed(vec![text("alone")]),
        Data::User("LogFileCleared".to_owned(), user),
    ];
    let events = data.map(|data| Event { data, ..base.clone() });
    let table = whole(log(&events, 1));
    assert_eq!((field(&table[0], "Data1"), field(&table[0], "Data2")), (Some("one"), Some("2")));
    assert_eq!((field(&table[1], "Data1"), field(&table[1], "Data2")), (Some("alone"), None));
    assert_eq!(field(&table[2], "SubjectUserName"), Some("eve"));
    assert_eq!(field(&table[2], "Count"), Some("3"));
}

#[test]
fn field_of_an_event_cannot_pass_for_one_of_system() {
    let fields = [("EventID", "1"), ("Computer", "dc1"), ("TimeCreated", "x")];
    let fields = fields.map(|(name, text)| (name.to_owned(), Value::Text(text.to_owned())));
    let base = security_4688("a.exe", "a", 1, 0);
    let table = whole(log(&[Event { data: Data::Named(fields.into()), ..base }], 1));
    assert_eq!(field(&table[0], "EventID"), Some("4688"));
    assert_eq!(field(&table[0], "EventData.EventID"), Some("1"));
    assert_eq!(field(&table[0], "EventData.Computer"), Some("dc1"));
    assert_eq!(field(&table[0], "EventData.TimeCreated"), Some("x"));
}

/// The error of a broken log, the rows before it, and what is read and said when bad rows are skipped.
fn broken(bytes: &[u8]) -> (usize, String, usize, Vec<String>) {
    let (before, result) = read(bytes.to_vec(), BadRows::Fail);
    let message = result.unwrap_err().to_string();
    assert!(!message.contains('\n') && message.len() < 1000, "{message}");
    let (rest, result) = read(bytes.to_vec(), BadRows::Skip);
    (before.len(), message, rest.len(), result.unwrap().warnings("a.evtx"))
}

#[test]
fn chunk_with_a_wrong_checksum_is_told_or_left_out() {
    let good = log(&many(), 1);
    for (place, what) in [(600, "events"), (9, "header")] {
        let mut bytes = good.clone();
        bytes[HEADER + CHUNK + place] ^= 1;
        let (before, message, rest, warnings) = broken(&bytes);
        let place = format!("a.evtx:{}: ", before + 1);
        let said = format!("chunk 1 cannot be read: the checksum of its {what} is wrong; export");
        assert!(message.starts_with(&format!("{place}{said}")), "{message}");
        assert!(before > 0 && rest > before && rest < 600, "{before} {rest}");
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].starts_with(&format!("{place}1 row skipped: {said}")), "{warnings:?}");
    }
}

#[test]
fn log_that_was_being_written_is_read_with_a_note() {
    let mut bytes = log(&many(), 1);
    bytes[120] = 1;
    bytes[HEADER + 2 * CHUNK + 53] ^= 1;
    let (table, result) = read(bytes, BadRows::Fail);
    assert_eq!(table.len(), 600);
    let warnings = result.unwrap().warnings("a.evtx");
    assert_eq!(
        warnings,
        [
            "a.evtx:1: the log was copied while it was written to; 1 chunk with a wrong checksum were read \
          as they are"
        ]
    );
}

#[test]
fn wrong_checksum_of_the_header_loses_nothing() {
    let mut bytes = log(&many(), 1);
    bytes[24] ^= 1;
    let (table, result) = read(bytes, BadRows::Fail);
    assert_eq!(table.len(), 600);
    let warnings = result.unwrap().warnings("a.evtx");
    assert_eq!(
        warnings,
        ["a.evtx:1: the checksum of the file's header is wrong; all chunks were read"]
    );
}

#[test]
fn file_that_is_cut_off_gives_its_whole_chunks() {
    let good = log(&many(), 1);
    let (before, message, rest, warnings) = broken(&good[..HEADER + 2 * CHUNK + 700]);
    assert!(before > 0 && before == rest, "{before} {rest}");
    let said = "chunk 2 cannot be read: the file ends within it";
    assert!(message.contains(said) && warnings[0].contains(said), "{message} {warnings:?}");
    // Room that Windows made and did not use yet is no chunk.
    let room = [good.as_slice(), &[0; 5000]].concat();
    assert_eq!(whole(room).len(), 600);
    for end in [8, 100, HEADER - 1] {
        let cut = Cursor::new(good[..end].to_vec());
        let message = EvtxRows::new("a.evtx", cut, BadRows::Skip).unwrap_err().to_string();
        assert!(message.starts_with("a.evtx: cannot be read: the header is cut off"), "{message}");
    }
    assert!(whole(good[..HEADER].to_vec()).is_empty());
}

#[test]
fn broken_event_is_told_or_left_out() {
    let mut bytes = log(&many(), 1);
    // The first token of the first event that refers to a template defined before it.
    let marker = [0x0f, 1, 1, 0, 0x0c];
    let chunk = &bytes[HEADER..HEADER + CHUNK];
    let mut places = chunk.windows(5).enumerate().filter(|(_, it)| *it == marker).map(|(at, _)| at);
    let place = HEADER + places.nth(6).unwrap() + 4;
    bytes[place] = 0x77;
    seal(&mut bytes);
    let (before, message, rest, warnings) = broken(&bytes);
    let number = before + 1;
    let said = format!("event {number} of chunk 0 cannot be read: ");
    assert!(message.starts_with(&format!("a.evtx:{number}: {said}")), "{message}");
    assert!(message.ends_with("; skip bad rows"), "{message}");
    assert_eq!(rest, 599);
    assert!(warnings[0].contains(&said), "{warnings:?}");
}

#[test]
fn another_file_is_refused() {
    let refused =
        EvtxRows::new("a.evtx", Cursor::new(vec![b'x'; 5000]), BadRows::Skip).unwrap_err();
    assert!(refused.to_string().starts_with("a.evtx: cannot be read: "), "{refused}");
}
