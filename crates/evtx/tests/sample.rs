//! The sample in `testdata` is what the writer of these tests gives.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{fs, path::PathBuf};

use support::{Event, log, sysmon_1};

/// A quiet minute on an invented host, and somebody who looks around.
fn events() -> Vec<Event> {
    let mut events = vec![sysmon_1(r"C:\Windows\System32\whoami.exe", "whoami /all", 0x4_f1a2, 0)];
    for second in 1..60 {
        let (image, command_line) = match second % 4 {
            0 => (
                r"C:\Windows\System32\svchost.exe",
                "svchost.exe -k netsvcs -p -s Schedule".to_owned(),
            ),
            1 => (
                r"C:\Windows\System32\conhost.exe",
                r"\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1".to_owned(),
            ),
            _ => (
                r"C:\Windows\System32\reg.exe",
                format!(r"reg query HKLM\Software\Vendor\{second:02}"),
            ),
        };
        events.push(sysmon_1(image, &command_line, 0x3e7, second));
    }
    let odd = r#"powershell -nop -w hidden -c "iex (gc C:\Users\ann\a.txt)""#;
    let shell = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
    events.push(sysmon_1(shell, odd, 0x4_f1a2, 60));
    events
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/process_events.evtx")
}

#[test]
fn sample_is_what_the_writer_gives() {
    assert!(fs::read(path()).unwrap() == log(&events(), 1));
}

#[test]
#[ignore = "writes the sample anew"]
fn write_the_sample() {
    fs::write(path(), log(&events(), 1)).unwrap();
}
