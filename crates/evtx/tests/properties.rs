//! Laws: what is written is what is read, and no bytes make a panic.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::Cursor;

use oddsift_evtx::EvtxRows;
use oddsift_records::{BadRows, Batch, Cell, Record, Rows};
use proptest::prelude::*;
use support::{CHUNK, Data, Event, HEADER, Value, log, seal, security_4688, sysmon_1};

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        "[^\0]{0,40}".prop_map(Value::Text),
        any::<i32>().prop_map(Value::Int32),
        any::<u8>().prop_map(Value::UInt8),
        any::<u16>().prop_map(Value::UInt16),
        any::<u32>().prop_map(Value::UInt32),
        any::<u64>().prop_map(Value::UInt64),
        any::<u64>().prop_map(Value::Hex64),
        any::<bool>().prop_map(Value::Bool),
        any::<[u8; 16]>().prop_map(Value::Guid),
    ]
}

/// Names that repeat between events, each once in an event.
fn fields() -> impl Strategy<Value = Vec<(String, Value)>> {
    proptest::collection::btree_map("[A-Z][a-z]{0,2}x", value(), 1..8)
        .prop_map(|fields| fields.into_iter().collect())
}

fn event() -> impl Strategy<Value = Event> {
    let data = prop_oneof![
        fields().prop_map(Data::Named),
        proptest::collection::vec(value(), 1..4).prop_map(Data::Unnamed),
        fields().prop_map(|fields| Data::User("Frame".to_owned(), fields)),
    ];
    // To the year 9999, as far as times go.
    (data, any::<u16>(), 0..2_650_000_000_000_000_000_u64).prop_map(|(data, id, time)| Event {
        id,
        time,
        data,
        ..sysmon_1("", "", 0, 0)
    })
}

/// A value as a cell shows it; `None` where it is missing.
fn shown(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => text.clone(),
        Value::Int32(number) => number.to_string(),
        Value::UInt8(number) => number.to_string(),
        Value::UInt16(number) => number.to_string(),
        Value::UInt32(number) => number.to_string(),
        Value::UInt64(number) => number.to_string(),
        Value::Hex64(number) => format!("{number:#x}"),
        Value::Bool(value) => value.to_string(),
        Value::Guid(bytes) => {
            let hex = |places: &[usize]| {
                places
                    .iter()
                    .map(|place| format!("{:02x}", bytes[*place]))
                    .collect::<Vec<_>>()
                    .concat()
            };
            let ends = (hex(&[8, 9]), hex(&[10, 11, 12, 13, 14, 15]));
            format!(
                "{{{}-{}-{}-{}-{}}}",
                hex(&[3, 2, 1, 0]),
                hex(&[5, 4]),
                hex(&[7, 6]),
                ends.0,
                ends.1
            )
        }
        Value::FileTime(_) => unreachable!("not drawn"),
    })
}

/// The columns of an event's data with what they should show.
fn expected(data: &Data) -> Vec<(String, Option<String>)> {
    match data {
        Data::Named(fields) | Data::User(_, fields) => {
            fields.iter().map(|(name, value)| (name.clone(), shown(value))).collect()
        }
        Data::Unnamed(values) => (1..)
            .zip(values)
            .map(|(number, value)| (format!("Data{number}"), shown(value)))
            .collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_what_is_read(
        events in proptest::collection::vec(event(), 0..60),
        first in 1..1_u64 << 40,
    ) {
        let bytes = log(&events, first);
        let mut rows = EvtxRows::new("a.evtx", Cursor::new(bytes), BadRows::Fail).unwrap();
        let (mut batch, mut n_rows) = (Batch::new(), 0);
        while rows.next_batch(&mut batch).unwrap() {
            for row in &batch {
                let event = &events[n_rows];
                prop_assert_eq!(row.line(), first + n_rows as u64);
                prop_assert_eq!(row.row(), n_rows as u64);
                let cell = |name: &str| {
                    let place = batch.columns().iter().position(|it| it == name);
                    place.map_or(Cell::Missing, |place| row.cell(place))
                };
                prop_assert_eq!(cell("EventID"), Cell::Int(event.id.into()));
                for (name, text) in expected(&event.data) {
                    // What is empty and what is not there are one thing to the format.
                    let read = match cell(&name) {
                        Cell::Missing => None,
                        cell => Some(cell.to_string()),
                    };
                    let (read, text) = (read.unwrap_or_default(), text.unwrap_or_default());
                    prop_assert_eq!(read, text, "{}", name);
                }
                n_rows += 1;
            }
        }
        prop_assert_eq!(n_rows, events.len());
    }

    #[test]
    fn damaged_bytes_never_make_a_panic(
        damage in proptest::collection::vec((0..CHUNK, any::<u8>()), 1..12),
        sealed in any::<bool>(),
    ) {
        let events = [sysmon_1("a.exe", "a b", 1, 0), security_4688("b.exe", "c", 2, 1)];
        let mut bytes = log(&events, 1);
        let used = 4000;
        for (place, byte) in damage {
            bytes[HEADER + place % used] = byte;
        }
        if sealed {
            seal(&mut bytes);
        }
        let mut batch = Batch::new();
        for bad_rows in [BadRows::Fail, BadRows::Skip] {
            let Ok(mut rows) = EvtxRows::new("a.evtx", Cursor::new(bytes.clone()), bad_rows) else { continue };
            let mut n_rows = 0_usize;
            while rows.next_batch(&mut batch).is_ok_and(|more| more) {
                n_rows += batch.len();
            }
            prop_assert!(n_rows <= CHUNK);
        }
    }
}
