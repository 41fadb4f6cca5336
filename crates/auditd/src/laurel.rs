//! Events as LAUREL writes them: an object a line, with the records by their types.

use std::borrow::Cow;

use crate::{
    LineFault,
    fields::is_encoded,
    json::Json,
    records::{Line, Records, Stamp},
};

/// The time and serial number of an event that LAUREL wrote.
pub(crate) fn id<'a>(event: &'a Json<'_>) -> Option<&'a str> {
    let id = event.get("ID")?.text()?;
    let (time, serial) = id.split_once(':')?;
    let (seconds, millis) = time.split_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    [seconds, millis, serial].into_iter().all(is_number).then_some(id)
}

/// Takes the records of an event; what LAUREL adds of its own (`PARENT_INFO` and the like) is none.
pub(crate) fn push(event: &Json<'_>, id: &str, records: &mut Records) -> Result<(), LineFault> {
    let stamp = Stamp { node: event.first(&["NODE", "node"]), id };
    let mut n_records = 0_usize;
    for (kind, value) in event.fields().iter().filter(|(kind, _)| is_kind(kind)) {
        let listed = value.items().iter();
        for record in listed.chain(Some(value)).filter(|record| !record.fields().is_empty()) {
            push_record(kind, record, stamp, records)?;
            n_records = n_records.saturating_add(1);
        }
    }
    if n_records == 0 { Err(LineFault::Json) } else { Ok(()) }
}

fn is_kind(name: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_[]".contains(&byte);
    let is_own = name.ends_with("_INFO") || matches!(name, "ID" | "NODE");
    !name.is_empty() && name.bytes().all(is_part) && !is_own
}

fn push_record(
    kind: &str,
    record: &Json<'_>,
    stamp: Stamp<'_>,
    records: &mut Records,
) -> Result<(), LineFault> {
    let mut line = records.record(kind, stamp);
    let is_raw = |name: &str| !is_enriched(name) && !name.starts_with("ARGV");
    for (name, value) in record.fields().iter().filter(|(name, _)| is_raw(name)) {
        if value.fields().is_empty() {
            push_field(&mut line, name, value);
        }
    }
    push_arguments(&mut line, kind, record);
    let groups =
        record.fields().iter().filter(|(name, value)| is_raw(name) && !value.fields().is_empty());
    for (name, group) in groups.take(1) {
        if line.begin_group(name) {
            group.fields().iter().for_each(|(name, value)| push_field(&mut line, name, value));
            line.end_group();
        }
    }
    if record.fields().iter().any(|(name, _)| is_enriched(name)) {
        line.begin_enriched();
        let enriched = record.fields().iter().filter(|(name, _)| is_enriched(name));
        enriched.for_each(|(name, value)| push_field(&mut line, name, value));
    }
    line.end()
}

/// Names that the daemon or LAUREL interpreted are those of the raw fields in capitals.
fn is_enriched(name: &str) -> bool {
    !name.starts_with("ARGV")
        && name.bytes().any(|byte| byte.is_ascii_uppercase())
        && !name.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn push_field(line: &mut Line<'_>, name: &str, value: &Json<'_>) {
    match value {
        Json::Null => line.null(name),
        Json::Plain(number) => line.field(name, number.as_bytes()),
        Json::Text(text) if is_encoded(name) || is_enriched(name) => {
            line.field(name, &decoded(text));
        }
        Json::Text(text) => line.field(name, &decoded(number(text))),
        // Several keys of a rule have byte 1 between them, in the log, too.
        Json::List(items) => line.field(name, &joined(items, 1)),
        Json::Object(fields) => {
            for (inner, value) in fields {
                if let Some(text) = value.text() {
                    line.field(&format!("{name}.{inner}"), &decoded(text));
                }
            }
        }
    }
}

/// The arguments of a call, of a program or of its title, which LAUREL lists or joins to a text.
fn push_arguments(line: &mut Line<'_>, kind: &str, record: &Json<'_>) {
    let joined_text = record.first(&["ARGV_STR", "ARGV"]);
    let list = record.get("ARGV").map(Json::items).unwrap_or_default();
    if let Some(text) = joined_text {
        line.field(if kind == "PROCTITLE" { "proctitle" } else { "a0" }, &decoded(text));
    } else if kind == "PROCTITLE" && !list.is_empty() {
        line.field("proctitle", &joined(list, 0));
    } else {
        for (nth, item) in list.iter().enumerate() {
            let text = item.text().unwrap_or_default();
            let text = if kind == "EXECVE" { text } else { number(text) };
            line.field(&format!("a{nth}"), &decoded(text));
        }
    }
}

fn joined(items: &[Json<'_>], separator: u8) -> Vec<u8> {
    let texts = items.iter().map(|item| decoded(item.text().unwrap_or_default()));
    texts.collect::<Vec<_>>().join(&separator)
}

/// The digits behind `0x` or `0o`, by which LAUREL marks a number that is not decimal.
fn number(text: &str) -> &str {
    let is_hex = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0o"));
    digits.filter(|digits| !digits.is_empty()).filter(is_hex).unwrap_or(text)
}

/// The bytes of a text in which `%25` stands for `%`, as LAUREL writes what is no printable ASCII.
fn decoded(text: &str) -> Cow<'_, [u8]> {
    let Some((before, rest)) = text.split_once('%') else {
        return Cow::Borrowed(text.as_bytes());
    };
    let mut bytes = before.as_bytes().to_vec();
    for part in rest.split('%') {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if !part.starts_with('+') => {
                bytes.push(byte);
                bytes.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
            }
            _ => {
                bytes.push(b'%');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    Cow::Owned(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(event: &str) -> Result<Vec<String>, LineFault> {
        let mut records = Records::default();
        records.begin(event.len());
        let event = Json::object(event.as_bytes()).unwrap();
        push(&event, id(&event).unwrap(), &mut records)?;
        Ok(records.lines().map(|line| String::from_utf8_lossy(line).into_owned()).collect())
    }

    #[test]
    fn event_becomes_the_records_of_the_log() {
        let event = r#"{"ID":"1.5:7","NODE":"web","SYSCALL":{"arch":"0xc000003e","success":"yes",
            "key":null,"ARGV":["0x55c0","0x0"],"exe":"/bin/ls","UID":"root"},
            "EXECVE":{"argc":2,"ARGV":["ls","a b%25"]},"PATH":[{"item":0,"mode":"0o100755"},
            {"item":1}],"PROCTITLE":{"ARGV":["ls","a b"]},"PARENT_INFO":{"exe":"/bin/sh"}}"#;
        let head = |kind| format!("node=web type={kind} msg=audit(1.5:7):");
        assert_eq!(
            lines(event).unwrap(),
            [
                format!(
                    "{} arch=c000003e success=yes key=(null) exe=\"/bin/ls\" a0=55c0 a1=0\u{1d}UID=root",
                    head("SYSCALL")
                ),
                format!("{} argc=2 a0=\"ls\" a1=61206225", head("EXECVE")),
                format!("{} item=0 mode=100755", head("PATH")),
                format!("{} item=1", head("PATH")),
                format!("{} proctitle=6C7300612062", head("PROCTITLE")),
            ]
        );
    }

    #[test]
    fn message_of_a_program_is_a_group() {
        let event = r#"{"ID":"1.5:7","USER_CMD":[{"pid":4,"msg":{"cwd":"/","cmd":"a 'b'","res":"success"}}]}"#;
        assert_eq!(
            lines(event).unwrap(),
            ["type=USER_CMD msg=audit(1.5:7): pid=4 msg='cwd=\"/\" cmd=612027622720 res=success'"
                .replace("612027622720", "6120276227")]
        );
    }

    #[test]
    fn object_without_a_record_is_a_fault() {
        assert_eq!(lines(r#"{"ID":"1.5:7"}"#), Err(LineFault::Json));
        assert_eq!(
            lines(r#"{"ID":"1.5:7","SYSCALL":3,"CWD":[],"x":{"a":1}}"#),
            Err(LineFault::Json)
        );
        for id_of in ["1.5", "1.5:7): uid=0", "x.5:7", "", "1.:7"] {
            let event = format!(r#"{{"ID":"{id_of}","CWD":{{"cwd":"/"}}}}"#);
            assert_eq!(id(&Json::object(event.as_bytes()).unwrap()), None, "{id_of}");
        }
    }
}
