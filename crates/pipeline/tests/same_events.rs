//! The same events give the same clusters, whatever the format.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../evtx/tests/support/mod.rs"]
mod evtx_log;

use std::fs;
use std::path::Path;

use oddsift_pipeline::{ClusterParams, Clusters, ParquetWriter};
use oddsift_records::Cell;
use proptest::prelude::*;
use serde_json::json;

/// A start of a program.
#[derive(Debug, Clone)]
struct Start {
    image: String,
    command_line: String,
    session: u64,
    second: u64,
}

impl Start {
    fn time(&self) -> String {
        format!("2026-03-01 10:00:{:02}.250", self.second)
    }

    fn session(&self) -> String {
        format!("{:#x}", self.session)
    }

    fn columns(&self) -> [String; 4] {
        [self.time(), self.image.clone(), self.command_line.clone(), self.session()]
    }
}

const NAMES: [&str; 4] = ["UtcTime", "Image", "CommandLine", "LogonId"];

fn starts() -> impl Strategy<Value = Vec<Start>> {
    let programs = ["System32\\svchost.exe", "System32\\conhost.exe", "Temp\\up.exe", "reg.exe"];
    let arguments = ["-k netsvcs -p", "0xffffffff -ForceV1", "/quiet \"a, b\" https://x.test/?b=1"];
    let start = (0..4_usize, 0..3_usize, prop::bool::ANY, 0..60_u64).prop_map(move |picked| {
        let (program, argument, is_system, second) = picked;
        Start {
            image: format!("C:\\Windows\\{}", programs[program]),
            command_line: format!("{} {}", programs[program], arguments[argument]),
            session: if is_system { 0x3e7 } else { 0x51a2c },
            second,
        }
    });
    prop::collection::vec(start, 3..60)
}

fn csv(starts: &[Start]) -> Vec<u8> {
    let quoted = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
    let rows = starts.iter().map(|start| start.columns().each_ref().map(quoted).join(","));
    let lines: Vec<String> = std::iter::once(NAMES.join(",")).chain(rows).collect();
    (lines.join("\n") + "\n").into_bytes()
}

fn nested(starts: &[Start]) -> Vec<u8> {
    let line = |start: &Start| {
        let [time, image, command_line, session] = start.columns();
        let data = json!({
            "UtcTime": time, "Image": image, "CommandLine": command_line, "LogonId": session,
        });
        json!({"winlog": {"event_id": "1", "event_data": data}}).to_string() + "\n"
    };
    starts.iter().map(line).collect::<String>().into_bytes()
}

fn zeek(starts: &[Start]) -> Vec<u8> {
    let escaped = |text: &String| text.replace('\\', "\\x5c");
    let rows = starts.iter().map(|start| start.columns().each_ref().map(escaped).join("\t"));
    let fields = format!("#fields\t{}", NAMES.join("\t"));
    let lines: Vec<String> = ["#separator \\x09".to_owned(), "#unset_field\t-".to_owned(), fields]
        .into_iter()
        .chain(rows)
        .collect();
    (lines.join("\n") + "\n").into_bytes()
}

fn parquet(starts: &[Start]) -> Vec<u8> {
    let columns = NAMES.map(|name| (name.to_owned(), None));
    let mut writer = ParquetWriter::new(Vec::new(), &columns).unwrap();
    for start in starts {
        let texts = start.columns();
        writer.write_row(&texts.each_ref().map(|text| Cell::Text(text))).unwrap();
    }
    writer.finish().unwrap()
}

fn evtx(starts: &[Start]) -> Vec<u8> {
    let event = |start: &Start| {
        evtx_log::sysmon_1(&start.image, &start.command_line, start.session, start.second)
    };
    evtx_log::log(&starts.iter().map(event).collect::<Vec<_>>(), 1)
}

/// What the clusters are: label, size, times, template.
fn found(path: &Path) -> Vec<String> {
    let found: Clusters = ClusterParams::new().fit(path).unwrap();
    let row = |row: &oddsift_pipeline::ClusterRow<'_>| {
        let times = row.times.map(|(first, last)| format!("{first} {last}"));
        format!("{} {} {times:?} {:?} {:?}", row.label, row.size, row.template, row.values)
    };
    found.rows().iter().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_same_events_give_the_same_clusters_in_every_format(starts in starts()) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: Vec<u8>| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let expected = found(&write("events.csv", csv(&starts)));
        prop_assert_eq!(&found(&write("events.ndjson", nested(&starts))), &expected);
        prop_assert_eq!(&found(&write("events.log", zeek(&starts))), &expected);
        prop_assert_eq!(&found(&write("events.parquet", parquet(&starts))), &expected);
        prop_assert_eq!(&found(&write("events.evtx", evtx(&starts))), &expected);
    }
}
