//! Formats that are no text, read by every verb.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, io::Write};

use assert_cmd::Command;

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/process_events.evtx");

fn oddsift(args: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let output =
        Command::cargo_bin("oddsift").unwrap().args(args).write_stdin(input).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn event_log_is_read_from_a_file_and_from_a_pipe_by_its_content() {
    let args = |path| ["stack", "--by", "Image", path, "-t", "csv"];
    let (status, from_file, said) = oddsift(&args(LOG), b"");
    assert_eq!((status, said.as_str()), (Some(0), ""));
    assert!(from_file.contains(r"C:\Windows\System32\whoami.exe,1,"), "{from_file}");
    let (status, from_pipe, _) = oddsift(&args("-"), &fs::read(LOG).unwrap());
    assert_eq!((status, from_pipe), (Some(0), from_file));
    let (status, clusters, _) = oddsift(&["cluster", LOG, "-t", "csv"], b"");
    assert!(status == Some(0) && clusters.lines().count() > 3, "{clusters}");
}

#[test]
fn packed_event_log_is_refused_with_what_to_do() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&fs::read(LOG).unwrap()).unwrap();
    let (status, _, said) = oddsift(&["cluster", "-", "-t", "csv"], &packed.finish().unwrap());
    let expected = "<stdin>: is a Windows event log (EVTX), packed; unpack it first\n";
    assert_eq!((status, said.as_str()), (Some(3), expected));
}
