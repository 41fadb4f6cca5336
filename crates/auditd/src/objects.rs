//! Audit events and records in lines of JSON.

use jiff::Timestamp;

use crate::{
    LineFault,
    json::Json,
    laurel,
    records::{Line, Records, Stamp},
};

/// Takes the records of a line: an event of LAUREL or of auditbeat, an entry of a journal, or an
/// object whose message is a record.
///
/// `number` is the line's, which stands for the serial number where an event has none.
pub(crate) fn push(line: &[u8], number: u64, records: &mut Records) -> Result<(), LineFault> {
    let json = Json::object(line).ok_or(LineFault::Json)?;
    // A hit of a search is the event in an envelope.
    let envelope = ["_source", "result"].into_iter().find_map(|name| json.get(name));
    let event = envelope.filter(|event| !event.fields().is_empty()).unwrap_or(&json);
    if let Some(id) = laurel::id(event) {
        return laurel::push(event, id, records);
    }
    if is_auditbeat(event) {
        return push_auditbeat(event, number, records);
    }
    if event.get("_AUDIT_ID").is_some() {
        return push_journal(event, records).ok_or(LineFault::Json)?;
    }
    let message = event.first(&["message", "MESSAGE", "_raw", "log", "event.original"]);
    let host = event.first(&["_HOSTNAME", "host.name", "host.hostname"]);
    let message = message.ok_or(LineFault::Json)?;
    records
        .push_line(message.as_bytes(), host.map(str::as_bytes))
        .map_err(|(_, fault)| if fault == LineFault::Type { LineFault::Json } else { fault })
}

/// Whether a line is an event of LAUREL or of auditbeat; of a long one the beginning is enough.
pub(crate) fn is_event(line: &[u8]) -> bool {
    if let Some(json) = Json::object(line) {
        return laurel::id(&json).is_some() || is_auditbeat(&json);
    }
    // Cut: the id comes first, and a record or the module follows.
    let has = |text: &str| memchr::memmem::find(line, text.as_bytes()).is_some();
    let is_laurel = line.starts_with(b"{\"ID\":") && (has("\"SYSCALL\":") || has("\"EXECVE\":"));
    is_laurel || has("\"auditd\":{")
}

fn is_auditbeat(event: &Json<'_>) -> bool {
    ["auditd.message_type", "auditd.sequence", "auditd.data", "auditd.result"]
        .iter()
        .any(|path| event.get(path).is_some())
}

/// Fields of a call, and where auditbeat has them; the first that is there counts.
const CALL: &[(&str, &[&str])] = &[
    ("arch", &["auditd.data.arch"]),
    ("syscall", &["auditd.data.syscall"]),
    ("exit", &["auditd.data.exit"]),
    ("ppid", &["process.parent.pid", "process.ppid"]),
    ("pid", &["process.pid"]),
    ("auid", &["user.audit.id", "user.auid"]),
    ("uid", &["user.id", "user.uid"]),
    ("gid", &["user.group.id", "user.gid"]),
    ("euid", &["user.effective.id", "user.euid", "user.id", "user.uid"]),
    ("tty", &["auditd.data.tty"]),
    ("ses", &["auditd.session"]),
    ("comm", &["process.name"]),
    ("exe", &["process.executable", "process.exe"]),
    ("subj", &["auditd.data.subj"]),
];

/// Takes an event that auditbeat put together, back into records.
fn push_auditbeat(event: &Json<'_>, number: u64, records: &mut Records) -> Result<(), LineFault> {
    let time = event.first(&["@timestamp"]).and_then(|text| text.parse::<Timestamp>().ok());
    let millis = time.map(Timestamp::as_millisecond).filter(|millis| *millis >= 0);
    let millis = millis.ok_or(LineFault::Json)?;
    let serial = event.first(&["auditd.sequence", "event.sequence"]);
    let serial = serial.and_then(|serial| serial.parse().ok()).unwrap_or(number);
    let id = format!("{}.{:03}:{serial}", millis.div_euclid(1000), millis.rem_euclid(1000));
    let node = event.first(&["host.hostname", "host.name", "agent.hostname", "beat.hostname"]);
    let stamp = Stamp { node, id: &id };
    let kind = event.first(&["auditd.message_type"]).unwrap_or("syscall").to_ascii_uppercase();
    let is_call = kind == "SYSCALL";
    let is_kind = kind.bytes().all(|byte| byte.is_ascii_graphic());
    let mut line = records.record(if is_kind { &kind } else { "USER" }, stamp);
    for (name, paths) in CALL {
        if let Some(text) = event.first(paths) {
            // Nobody logged in: the kernel's -1.
            let is_unset = text == "unset" && matches!(*name, "auid" | "ses");
            line.field(name, if is_unset { b"4294967295" } else { text.as_bytes() });
        }
    }
    push_result(&mut line, event, is_call);
    push_keys(&mut line, event);
    line.end()?;
    if is_call { push_process(event, stamp, records) } else { Ok(()) }
}

fn push_result(line: &mut Line<'_>, event: &Json<'_>, is_call: bool) {
    let Some(result) = event.first(&["auditd.result", "event.outcome"]) else { return };
    let is_success = result == "success";
    if is_call {
        line.field("success", if is_success { b"yes" } else { b"no" });
    } else if line.begin_group("msg") {
        for name in ["op", "acct", "hostname", "addr", "terminal"] {
            if let Some(text) = event.first(&[&format!("auditd.data.{name}")]) {
                line.field(name, text.as_bytes());
            }
        }
        line.field("res", if is_success { b"success" } else { b"failed" });
        line.end_group();
    }
}

/// The keys of the rule, which are among the tags.
fn push_keys(line: &mut Line<'_>, event: &Json<'_>) {
    if let Some(key) = event.first(&["auditd.data.key", "tags"]) {
        return line.field("key", key.as_bytes());
    }
    let tags = event.get("tags").map(Json::items).unwrap_or_default();
    let keys: Vec<&str> = tags.iter().filter_map(Json::text).collect();
    if !keys.is_empty() {
        line.field("key", keys.join("\u{1}").as_bytes());
    }
}

/// Takes what a call that starts a program has beside `SYSCALL`.
fn push_process(
    event: &Json<'_>,
    stamp: Stamp<'_>,
    records: &mut Records,
) -> Result<(), LineFault> {
    let call = event.first(&["auditd.data.syscall"]);
    let args = event.get("process.args").map(Json::items).unwrap_or_default();
    let is_start = call.is_none_or(|call| matches!(call, "execve" | "execveat" | "59" | "322"));
    if is_start && !args.is_empty() {
        let mut line = records.record("EXECVE", stamp);
        line.field("argc", args.len().to_string().as_bytes());
        for (nth, arg) in args.iter().enumerate() {
            line.field(&format!("a{nth}"), arg.text().unwrap_or_default().as_bytes());
        }
        line.end()?;
    }
    let rest = [
        ("CWD", "cwd", event.first(&["process.working_directory", "process.cwd"])),
        ("PROCTITLE", "proctitle", event.first(&["process.title"])),
    ];
    for (kind, name, text) in rest {
        if let Some(text) = text {
            let mut line = records.record(kind, stamp);
            line.field(name, text.as_bytes());
            line.end()?;
        }
    }
    Ok(())
}

/// Takes the record of an entry that the journal got from the kernel: `NAME key=value …`, with the
/// time and the serial number in fields of their own. `None` if one is missing.
fn push_journal(entry: &Json<'_>, records: &mut Records) -> Option<Result<(), LineFault>> {
    let micros: u64 = entry.first(&["_SOURCE_REALTIME_TIMESTAMP"])?.parse().ok()?;
    let serial: u64 = entry.first(&["_AUDIT_ID"])?.parse().ok()?;
    let (name, body) = entry.first(&["MESSAGE"])?.split_once(' ')?;
    let kind = entry.first(&["_AUDIT_TYPE_NAME", "_AUDIT_TYPE"]).unwrap_or(name);
    let (seconds, millis) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000) / 1000);
    let line = format!("type={kind} msg=audit({seconds}.{millis:03}:{serial}): {body}");
    let host = entry.first(&["_HOSTNAME"]).map(str::as_bytes);
    Some(records.push_line(line.as_bytes(), host).map_err(|(_, fault)| fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(line: &str) -> Result<Vec<String>, LineFault> {
        let mut records = Records::default();
        records.begin(line.len());
        push(line.as_bytes(), 9, &mut records)?;
        Ok(records.lines().map(|line| String::from_utf8_lossy(line).into_owned()).collect())
    }

    #[test]
    fn event_of_auditbeat_becomes_the_records_of_the_log() {
        let event = r#"{"@timestamp":"2024-05-06T07:00:00.158Z","host":{"name":"web1"},"tags":["exec"],
            "auditd":{"message_type":"syscall","sequence":700,"result":"success","session":"unset",
            "data":{"syscall":"execve"}},"process":{"pid":8,"parent":{"pid":7},"executable":"/bin/ls",
            "args":["ls","-l"],"working_directory":"/root","title":"ls -l"},"user":{"id":"0"}}"#;
        let head = |kind| format!("node=web1 type={kind} msg=audit(1714978800.158:700):");
        let expected = [
            format!(
                "{} syscall=execve ppid=7 pid=8 uid=0 euid=0 ses=4294967295 exe=\"/bin/ls\" success=yes \
                 key=\"exec\"",
                head("SYSCALL")
            ),
            format!("{} argc=2 a0=\"ls\" a1=\"-l\"", head("EXECVE")),
            format!("{} cwd=\"/root\"", head("CWD")),
            format!("{} proctitle=6C73202D6C", head("PROCTITLE")),
        ];
        assert_eq!(lines(event).unwrap(), expected);
        assert_eq!(lines(&format!("{{\"_source\":{event}}}")).unwrap(), expected);
        assert!(is_event(event.as_bytes()) && is_event(event.as_bytes().split_at(200).0));
    }

    #[test]
    fn report_of_a_program_is_a_group() {
        let event = r#"{"@timestamp":"2024-05-06T07:00:00Z","auditd.message_type":"user_login",
            "auditd.result":"fail","auditd.data.op":"login","process.pid":8}"#;
        assert_eq!(
            lines(event).unwrap(),
            ["type=USER_LOGIN msg=audit(1714978800.000:9): pid=8 msg='op=login res=failed'"]
        );
    }

    #[test]
    fn entry_of_a_journal_and_wrapped_records_are_read() {
        let entry = r#"{"_AUDIT_ID":"7","_AUDIT_TYPE":"1300","_SOURCE_REALTIME_TIMESTAMP":"1714978800158000",
            "_HOSTNAME":"web1","MESSAGE":"SYSCALL arch=c000003e exe=\"/bin/ls\""}"#;
        let expected =
            "node=web1 type=SYSCALL msg=audit(1714978800.158:7): arch=c000003e exe=\"/bin/ls\"";
        assert_eq!(lines(entry).unwrap(), [expected]);
        let record = "audit: type=1300 audit(1714978800.158:7): arch=c000003e exe=\\\"/bin/ls\\\"";
        let entry = format!("{{\"_HOSTNAME\":\"web1\",\"MESSAGE\":\"{record}\"}}");
        assert_eq!(lines(&entry).unwrap(), [expected]);
    }

    #[test]
    fn other_objects_are_a_fault_and_no_events() {
        for line in [
            "{}",
            "{\"a\":1",
            "{\"message\":\"Failed password\"}",
            "{\"auditd\":{\"sequence\":1}}",
            "{\"_AUDIT_ID\":\"x\"}",
            "{\"ID\":\"7\",\"SYSCALL\":{\"pid\":1}}",
        ] {
            assert_eq!(lines(line), Err(LineFault::Json), "{line}");
        }
        assert!(!is_event(b"{\"ID\":\"7\",\"SYSCALL\":{\"pid\":1}}"));
        assert!(!is_event(b"{\"process\":{\"pid\":1}}"));
    }
}
