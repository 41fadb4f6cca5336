//! The reader of msticpy 3.0, `read_from_file` of its `auditdextract`, replayed with its losses.
//!
//! For checking results against older ones; [`read_events`](crate::read_events) is the reader to
//! use. What differs from it, and is as in msticpy:
//!
//! - Records are grouped by the text of their time alone, so that events of one millisecond become
//!   one; of records of one type the last one stays. Lines that name a node are left out.
//! - A record ends at its second `: `, and is split at single spaces, quotes or not.
//! - Of arguments `a0`, `a1`, `a2` stay; each further one adds a space to the command line.
//! - A record of a known type ends at the first field of its list that is missing or empty.
//! - 4294967295 is -1 in whole numbers of known types; other types keep all fields as text.
//!
//! Where msticpy raises, a line is left out and counted. A claimed `argc` adds no more spaces than
//! there are arguments.

mod known; // the fields of each type that msticpy reads

use std::{
    collections::{BTreeMap, HashMap},
    io::BufRead,
};

use jiff::Timestamp;
use known::list;

use crate::{
    Error, Hex, LineFault, ProcessEvent, Summary,
    head::Head,
    lines::{Line, Lines},
    record::error_at,
};

/// A cell of a row.
///
/// ```
/// use oddsift_auditd::msticpy::Cell;
///
/// assert_eq!(Cell::Number(-1).to_string(), "-1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A field of a known type that holds whole numbers.
    Number(i64),
    /// Any other field.
    Text(String),
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.pad(text),
        }
    }
}

/// A row of msticpy's frame.
///
/// ```
/// use oddsift_auditd::{Options, msticpy};
///
/// let log = &b"type=CWD msg=audit(1.50:1): cwd=\"/\""[..];
/// let (rows, _) = msticpy::read(log, Options::new())?;
/// assert_eq!((rows[0].mssg_id.as_str(), rows[0].event_type.as_str()), ("1.50", "CWD"));
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The time as it was logged.
    pub mssg_id: String,
    /// The time.
    pub time: Timestamp,
    /// `SYSCALL_EXECVE`, or the type of the group's first record.
    pub event_type: String,
    /// The columns that have a value, by their names.
    pub cells: BTreeMap<String, Cell>,
}

impl Row {
    /// The row as a process, for [`cluster_auditd_processes`](crate::cluster_auditd_processes).
    ///
    /// ```
    /// use oddsift_auditd::{Options, msticpy};
    ///
    /// let log = &b"type=SYSCALL msg=audit(1.0:1): success=yes ppid=1 pid=2"[..];
    /// let (rows, _) = msticpy::read(log, Options::new())?;
    /// assert_eq!(rows[0].process().pid.as_deref(), Some("2"));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn process(&self) -> ProcessEvent {
        let text = |name: &str| self.cells.get(name).map(Cell::to_string);
        ProcessEvent {
            time: Some(self.time),
            node: None,
            serial: 0,
            exe: text("exe"),
            comm: text("comm"),
            cmdline: text("cmdline"),
            cwd: text("cwd"),
            success: text("success"),
            key: text("key"),
            pid: text("pid"),
            ppid: text("ppid"),
            auid: text("auid"),
            uid: text("uid"),
            ses: text("ses"),
        }
    }
}

/// Fields of a record; a word has no value.
type Fields = Vec<(String, Option<String>)>;

/// The records of one time, in the order of the first one of their types.
#[derive(Debug)]
struct Group {
    time: Timestamp,
    records: Vec<(String, Fields)>,
    /// Where the record of a type is.
    places: HashMap<String, usize>,
}

impl Group {
    fn push(&mut self, kind: &str, fields: Fields) {
        let place = self.places.get(kind).and_then(|place| self.records.get_mut(*place));
        if let Some((_, earlier)) = place {
            *earlier = fields;
            return;
        }
        self.places.insert(kind.to_owned(), self.records.len());
        self.records.push((kind.to_owned(), fields));
    }

    fn record(&self, kind: &str) -> Option<&Fields> {
        Some(&self.records.get(*self.places.get(kind)?)?.1)
    }
}

/// The rows of a log, in the order of their times as text; they are all in memory.
///
/// Of `options` the length of a line counts.
///
/// # Errors
///
/// [`Error::Read`] if the reader fails.
///
/// ```
/// use oddsift_auditd::{Options, msticpy};
///
/// let log = "type=SYSCALL msg=audit(1.0:1): success=yes ppid=1 pid=2\n\
///            type=EXECVE msg=audit(1.0:2): argc=4 a0=\"a\" a1=\"b\" a2=\"c\" a3=\"d\"\n";
/// let (rows, summary) = msticpy::read(log.as_bytes(), Options::new())?;
/// assert_eq!(rows[0].event_type, "SYSCALL_EXECVE");
/// assert_eq!(rows[0].cells["cmdline"].to_string(), "a b c ");
/// assert_eq!(summary.skipped, 0);
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
pub fn read<R: BufRead>(reader: R, options: crate::Options) -> Result<(Vec<Row>, Summary), Error> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut lines = Lines::new(reader, options.longest_line());
    let mut summary = Summary::default();
    let limit = options.longest_line();
    let mut take_any = |line: Line<'_>| match line {
        Line::Whole(line) => take(&String::from_utf8_lossy(line), &mut groups),
        Line::TooLong => Err((limit, LineFault::TooLong { limit })),
    };
    while let Some(taken) = lines.next(&mut take_any)? {
        summary.lines = summary.lines.saturating_add(1);
        match taken {
            Ok(true) => summary.records = summary.records.saturating_add(1),
            Ok(false) => {}
            Err((at, fault)) => summary.skip(error_at(summary.lines, at, fault)),
        }
    }
    let rows: Vec<Row> = groups.into_iter().map(|(mssg_id, group)| row(mssg_id, &group)).collect();
    summary.events = rows.len() as u64;
    Ok((rows, summary))
}

/// Puts a line in its group; a blank one is in none.
fn take(line: &str, groups: &mut BTreeMap<String, Group>) -> Result<bool, (usize, LineFault)> {
    let line = line.trim_end();
    if line.is_empty() {
        return Ok(false);
    }
    let head = Head::parse(line.as_bytes())?;
    let places = head.places;
    let body = places.body(line).strip_prefix(' ');
    if places.node(line).is_some() {
        return Err((0, LineFault::Node));
    }
    let body = body.ok_or((0, LineFault::Header))?;
    let body = body.split_once(": ").map_or(body, |(body, _)| body);
    let kind = places.kind(line);
    let stamp = places.stamp(line).split_once('(').map_or("", |(_, rest)| rest);
    let stamp = stamp.split_once(':').map_or("", |(stamp, _)| stamp);
    let group = groups.entry(stamp.to_owned());
    let group =
        group.or_insert(Group { time: head.time, records: Vec::new(), places: HashMap::new() });
    group.push(kind, fields(kind, body));
    Ok(true)
}

fn fields(kind: &str, body: &str) -> Fields {
    let mut found = Fields::new();
    for part in body.split(' ') {
        let (key, value) = match part.split_once('=') {
            None => (part, None),
            Some((key, value)) => (key, Some(decoded(kind, key, value))),
        };
        found.push((key.to_owned(), value));
    }
    found
}

fn decoded(kind: &str, key: &str, value: &str) -> String {
    let is_encoded = match kind {
        "EXECVE" => matches!(key, "a0" | "a1" | "a2" | "a3" | "arch"),
        "PROCTITLE" => key == "proctitle",
        "USER_CMD" => key == "cmd",
        _ => false,
    };
    if is_encoded && !value.starts_with('"') {
        let hex = Hex::new(value).filter(|hex| hex.is_utf8());
        return hex.map_or_else(|| value.to_owned(), Hex::text);
    }
    value.trim_matches('"').to_owned()
}

/// The value of a field; of a field that is there twice the last one counts.
fn value<'a>(fields: &'a Fields, key: &str) -> Option<&'a str> {
    let found = fields.iter().rev().find(|(name, _)| name == key)?;
    found.1.as_deref()
}

fn row(mssg_id: String, group: &Group) -> Row {
    let mut cells = BTreeMap::new();
    let event_type = if group.record("SYSCALL").is_some() && group.record("EXECVE").is_some() {
        for kind in ["SYSCALL", "CWD", "EXECVE", "PROCTITLE"] {
            let Some(fields) = group.record(kind) else { continue };
            take_known(kind, fields, &mut cells);
            if kind == "EXECVE" {
                let line = cmdline(fields, &cells);
                cells.insert("cmdline".to_owned(), Cell::Text(line));
            }
        }
        "SYSCALL_EXECVE"
    } else {
        for (kind, fields) in &group.records {
            take_record(kind, fields, &mut cells);
        }
        group.records.first().map_or("", |(kind, _)| kind)
    };
    Row { event_type: event_type.to_owned(), mssg_id, time: group.time, cells }
}

fn take_record(kind: &str, fields: &Fields, cells: &mut BTreeMap<String, Cell>) {
    if !list(kind).is_empty() {
        return take_known(kind, fields, cells);
    }
    for (key, value) in fields {
        match value {
            Some(value) => cells.insert(key.clone(), Cell::Text(value.clone())),
            None => cells.remove(key),
        };
    }
}

fn take_known(kind: &str, fields: &Fields, cells: &mut BTreeMap<String, Cell>) {
    for (key, is_number) in list(kind) {
        let Some(text) = value(fields, key).filter(|text| !text.is_empty()) else { return };
        let number = if *is_number { text.parse().ok() } else { None };
        let cell = match number {
            Some(4_294_967_295) => Cell::Number(-1),
            Some(number) => Cell::Number(number),
            None => Cell::Text(text.to_owned()),
        };
        let name =
            if cells.contains_key(*key) { format!("{key}_{kind}") } else { (*key).to_owned() };
        cells.insert(name, cell);
    }
}

fn cmdline(fields: &Fields, cells: &BTreeMap<String, Cell>) -> String {
    let is_argument = |key: &str| {
        key.strip_prefix('a').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
    };
    let present = fields.iter().filter(|(key, _)| is_argument(key)).count().max(1);
    let claimed = match cells.get("argc") {
        None => 1,
        Some(Cell::Number(claimed)) => usize::try_from(*claimed).unwrap_or(0),
        Some(Cell::Text(_)) => present,
    };
    let argument = |n: usize| cells.get(&format!("a{n}")).map_or_else(String::new, Cell::to_string);
    (0..claimed.min(present)).map(argument).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_that_names_its_host_is_told() {
        let log = &b"node=web type=CWD msg=audit(1.0:1): cwd=\"/\""[..];
        let (rows, summary) = read(log, crate::Options::new()).unwrap();
        assert!(rows.is_empty());
        assert_eq!(summary.first_skipped.unwrap().reason, LineFault::Node);
    }
}
