//! The same events in other forms: behind headers of syslog, of the kernel, of LAUREL.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use oddsift_auditd::{AuditLog, EventReader, Options, RecordBuf};
use oddsift_records::{Error, TextSource};
use proptest::prelude::*;

/// What is logged of a program that was started.
#[derive(Debug, Clone)]
struct Start {
    serial: u64,
    millis: u32,
    uid: u32,
    args: Vec<Vec<u8>>,
    exe: Vec<u8>,
    cwd: Option<Vec<u8>>,
    has_title: bool,
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => "[ -~]{1,12}".prop_map(String::into_bytes),
        1 => "\\PC{1,6}".prop_map(String::into_bytes),
        1 => prop::collection::vec(1_u8.., 1..6),
    ]
}

fn starts() -> impl Strategy<Value = Vec<Start>> {
    let args = prop::collection::vec(bytes(), 1..4);
    let fields =
        (0..1000_u32, any::<u32>(), args, bytes(), prop::option::of(bytes()), any::<bool>());
    prop::collection::vec(fields, 1..6).prop_map(|starts| {
        let start = |(serial, (millis, uid, args, exe, cwd, has_title))| Start {
            serial,
            millis,
            uid,
            args,
            exe,
            cwd,
            has_title,
        };
        (1_u64..).zip(starts).map(start).collect()
    })
}

/// As the kernel writes text.
fn encoded(text: &[u8]) -> String {
    let is_plain = text.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'"');
    if is_plain {
        return format!("\"{}\"", String::from_utf8_lossy(text));
    }
    text.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02X}").unwrap();
        hex
    })
}

/// As LAUREL writes text.
fn percent(text: &[u8]) -> String {
    let byte = |byte: &u8| match byte {
        b'%' | b'+' | 0x7f.. | ..b' ' => format!("%{byte:02x}"),
        _ => char::from(*byte).to_string(),
    };
    serde_json::to_string(&text.iter().map(byte).collect::<String>()).unwrap()
}

impl Start {
    fn id(&self) -> String {
        format!("17149788{:02}.{:03}:{}", self.serial, self.millis, self.serial)
    }

    fn title(&self) -> Vec<u8> {
        self.args.join(&0)
    }

    /// Types, their numbers and bodies.
    fn records(&self) -> Vec<(&'static str, u32, String)> {
        let mut args = format!("argc={}", self.args.len());
        for (nth, arg) in self.args.iter().enumerate() {
            write!(args, " a{nth}={}", encoded(arg)).unwrap();
        }
        let call = format!(
            "arch=c000003e success=yes a0=55c0 ppid=7 pid={} auid=4294967295 uid={} ses=3 exe={} key=(null)",
            self.serial,
            self.uid,
            encoded(&self.exe)
        );
        let mut records = vec![("SYSCALL", 1300, call), ("EXECVE", 1309, args)];
        records.extend(self.cwd.iter().map(|cwd| ("CWD", 1307, format!("cwd={}", encoded(cwd)))));
        let title = format!("proctitle={}", encoded(&self.title()));
        records.extend(self.has_title.then_some(("PROCTITLE", 1327, title)));
        records
    }

    fn raw(&self) -> String {
        let line =
            |(kind, _, body)| format!("node=web1 type={kind} msg=audit({}): {body}\n", self.id());
        self.records().into_iter().map(line).collect()
    }

    fn laurel(&self) -> String {
        let list =
            |args: &[Vec<u8>]| args.iter().map(|arg| percent(arg)).collect::<Vec<_>>().join(",");
        let mut event = format!(
            r#"{{"ID":"{}","NODE":"web1","SYSCALL":{{"arch":"0xc000003e","success":"yes","ppid":7,"pid":{},"auid":4294967295,"uid":{},"ses":3,"exe":{},"key":null,"UID":"root","ARGV":["0x55c0"]}},"EXECVE":{{"argc":{},"ARGV":[{}]}}"#,
            self.id(),
            self.serial,
            self.uid,
            percent(&self.exe),
            self.args.len(),
            list(&self.args),
        );
        if let Some(cwd) = &self.cwd {
            write!(event, r#","CWD":{{"cwd":{}}}"#, percent(cwd)).unwrap();
        }
        if self.has_title {
            write!(event, r#","PROCTITLE":{{"ARGV":[{}]}}"#, list(&self.args)).unwrap();
        }
        event + r#","PARENT_INFO":{"exe":"/bin/sh","ARGV":["sh"]}}"# + "\n"
    }
}

/// Columns, calls and arguments of each event.
fn shown(log: &str) -> Vec<String> {
    let mut reader = EventReader::new(log.as_bytes(), Options::new());
    let events: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
    assert_eq!(reader.summary().skipped, 0, "{:?}", reader.summary());
    let show = |event: &oddsift_auditd::Event| {
        let call = event.syscall().map(|call| {
            (call.arch.map(str::to_owned), call.arguments.map(|text| text.map(str::to_owned)))
        });
        format!("{:?} {call:?} {:?} {:?}", event.row().texts(), event.execve(), event.process())
    };
    events.iter().map(show).collect()
}

const HEADERS: [&str; 9] = [
    "May  6 07:00:00 web1 audispd: ",
    "May 16 07:00:00 web1 audisp-syslog[712]: ",
    "<13>May  6 07:00:00 web1 audispd: ",
    "<13>1 2024-05-06T07:00:00.5Z web1 audispd 712 - - ",
    "<13>1 2024-05-06T07:00:00+02:00 web1 audispd - ID7 [x@1 a=\"]\"] ",
    "2024-05-06T07:00:00.123456+02:00 web1 audispd: ",
    "May  6 07:00:00 web1 tag_audit_log: ",
    "May  6 07:00:00 web1 kernel: audit: ",
    "May  6 07:00:00 web1 kernel: [ 1234.567890] audit: ",
];

proptest! {
    #[test]
    fn log_behind_headers_is_the_log(
        starts in starts(),
        headers in prop::collection::vec(0..HEADERS.len(), 1..9),
        keeps_node in any::<bool>(),
    ) {
        let raw: String = starts.iter().map(Start::raw).collect();
        let mut headers = headers.iter().cycle();
        let behind = |line: &str| {
            let record = if keeps_node { line } else { line.strip_prefix("node=web1 ").unwrap() };
            format!("{}{record}\n", HEADERS[*headers.next().unwrap()])
        };
        let behind: String = raw.lines().map(behind).collect();
        prop_assert_eq!(shown(&behind), shown(&raw));
    }

    #[test]
    fn log_of_the_kernel_is_the_log(starts in starts(), has_msg in any::<bool>()) {
        let raw: String = starts.iter().map(Start::raw).collect();
        let msg = if has_msg { "msg=" } else { "" };
        let of = |start: &Start| {
            let line = |(_, number, body)| format!("node=web1 type={number} {msg}audit({}): {body}\n", start.id());
            start.records().into_iter().map(line).collect::<String>()
        };
        prop_assert_eq!(shown(&starts.iter().map(of).collect::<String>()), shown(&raw));
    }

    #[test]
    fn laurel_has_the_events_of_the_log(starts in starts()) {
        let raw: String = starts.iter().map(Start::raw).collect();
        let laurel: String = starts.iter().map(Start::laurel).collect();
        prop_assert_eq!(shown(&laurel), shown(&raw));
    }

    #[test]
    fn pieces_of_other_forms_are_read_or_skipped(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        let log = pieces.concat();
        let mut reader = EventReader::new(log.as_bytes(), Options::new());
        for event in reader.by_ref() {
            let event = event.unwrap();
            let _ = (event.row().texts(), event.process());
            for record in event.records() {
                let printed = record.to_string();
                let again = RecordBuf::parse(printed.as_bytes(), 1).unwrap();
                prop_assert_eq!(again.record(), record);
            }
        }
        let _ = oddsift_auditd::is_audit_log(log.as_bytes());
        let _ = oddsift_auditd::Looks::of(log.as_bytes());
    }
}

const PIECES: &[&str] = &[
    "{\"ID\":\"1.5:7\",",
    "{",
    "}",
    "}\n",
    "[",
    "]",
    ",",
    ":",
    "\"SYSCALL\":{",
    "\"EXECVE\":{",
    "\"ARGV\":[",
    "\"a\"",
    "\"\\u0000\\\" uid=0\"",
    "1",
    "-1e9",
    "null",
    "true",
    "\"PATH\":[{",
    "\"msg\":{",
    "\"auditd\":{",
    "\"sequence\":7",
    "\"@timestamp\":\"2024-05-06T07:00:00Z\"",
    "\"message_type\":\"syscall\"",
    "\"_AUDIT_ID\":\"7\"",
    "\"MESSAGE\":\"X a=b\"",
    "<13>",
    "1 ",
    "- ",
    "May  6 07:00:00 ",
    "web1 ",
    "audispd: ",
    "kernel: ",
    "[ 1.5] ",
    "audit: ",
    "node=a ",
    "type=1300 ",
    "type=CWD ",
    "msg=",
    "audit(1.5:7): ",
    "cwd=\"/\"",
    "\n",
    "%41",
    "é",
    "\"\u{1d}\":\"x\"",
    "\"UID\":\"root x\"",
];

fn read_all(texts: &[(&str, &str)]) -> Result<(usize, Vec<String>), Error> {
    let folder = std::env::temp_dir().join(format!(
        "oddsift-forms-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |(name, text): &(&str, &str)| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let paths: Vec<_> = texts.iter().map(write).collect();
    let read = AuditLog::open(&paths).and_then(|mut log| {
        let mut n_events = 0;
        while let Some(event) = log.next_event()? {
            n_events += 1;
            log.recycle(event);
        }
        assert!(log.next_event()?.is_none());
        Ok((n_events, log.warnings()))
    });
    std::fs::remove_dir_all(&folder).unwrap();
    read
}

const RECORD: &str = "type=USER_CMD msg=audit(1.0:7): pid=1\n";

#[test]
fn log_without_a_record_is_an_error_that_says_what_it_is() {
    let read = |text: &'static str| {
        let mut log = AuditLog::of_text(TextSource::new("a.log", text.as_bytes()).unwrap());
        log.next_event().unwrap_err().to_string()
    };
    for (text, expected) in [
        (
            "\nDec 10 06:55:00 h sshd[2]: Failed\n",
            "a.log:1: no line is an audit record: the text looks like syslog of sshd;",
        ),
        ("{\"a\":1}", "a.log:1: no line is an audit record: the text looks like JSON"),
        ("a,b\n1,2\n", "a.log:1: no line is an audit record: the text looks like CSV;"),
        (
            "hello\n",
            "a.log:1: no line is an audit record: `type=NAME msg=audit(TIME:SERIAL):` is expected;",
        ),
        (
            "type=A msg=audit(05/06/2024 07:00:00.1:7) : x\n",
            "a.log:1: no line is an audit record: interpreted text,",
        ),
        (" \n\n", "a.log: is empty;"),
        ("", "a.log: is empty;"),
    ] {
        let said = read(text);
        assert!(said.starts_with(expected) && said.len() < 500, "{said}");
    }
}

#[test]
fn each_of_several_logs_must_have_a_record() {
    assert_eq!(read_all(&[("a", RECORD), ("b", RECORD)]).unwrap().0, 1);
    assert_eq!(read_all(&[("a", RECORD), ("b", ""), ("c", "\n")]).unwrap().0, 1);
    for logs in [[("a", RECORD), ("b", "x,y\n1,2\n")], [("a", "x,y\n1,2"), ("b", RECORD)]] {
        let said = read_all(&logs).unwrap_err().to_string();
        assert!(said.contains(":1: no line is an audit record: the text looks like CSV"), "{said}");
    }
    let said = read_all(&[("a", "\n"), ("b", "")]).unwrap_err().to_string();
    assert!(said.contains("a: is empty"), "{said}");
}

#[test]
fn line_that_is_long_or_repeats_costs_what_it_holds() {
    let argument = "\"a\",";
    let long = format!(r#"{{"ID":"1.0:7","EXECVE":{{"ARGV":[{}"b"]}}}}"#, argument.repeat(200_000));
    let mut reader = EventReader::new(long.as_bytes(), Options::new());
    let event = reader.next_event().unwrap().unwrap();
    assert_eq!(event.execve().unwrap().args.len(), 200_001);
    assert!(event.n_bytes() < long.len() * 8);
    let longer =
        format!(r#"{{"ID":"1.0:7","EXECVE":{{"ARGV":[{}"b"]}}}}"#, argument.repeat(1_000_000));
    let mut reader = EventReader::new(longer.as_bytes(), Options::new());
    assert!(reader.next_event().unwrap().is_none());
    assert_eq!(reader.summary().skipped, 1);
    // Of hosts of such a length that each record would hold.
    let node = "n".repeat(100_000);
    let paths = "{\"item\":1},".repeat(50_000);
    let wide = format!(r#"{{"ID":"1.0:7","NODE":"{node}","PATH":[{paths}{{"item":2}}]}}"#);
    let mut reader = EventReader::new(wide.as_bytes(), Options::new());
    let event = reader.next_event().unwrap().unwrap();
    assert!(event.n_bytes() < wide.len() * 16);
    assert_eq!(event.records().count(), 50_001);
}
