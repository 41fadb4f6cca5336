use std::fmt;

use jiff::Timestamp;

use crate::{Fields, LineError, LineFault, Typed, head::Head, tokens::Tokens, typed};

/// Byte 1D, after which the audit daemon writes the fields again, as text for people.
const ENRICHED: u8 = 0x1d;

/// A line of an audit log: one record of an event.
///
/// It borrows the line, and its fields are found as they are asked for. It prints as a line which,
/// read again, is an equal record; spaces and digits that do not matter may be fewer.
///
/// ```
/// use oddsift_auditd::parse_record;
///
/// let line = b"node=web type=CWD msg=audit(1551485405.594:100):  cwd=\"/root\"";
/// let record = parse_record(line, 1)?;
/// assert_eq!((record.node, record.kind, record.serial), (Some("web"), "CWD", 100));
/// assert_eq!(record.time.to_string(), "2019-03-02T00:10:05.594Z");
/// let printed = record.to_string();
/// assert_eq!(printed, "node=web type=CWD msg=audit(1551485405.594:100): cwd=\"/root\"");
/// assert_eq!(parse_record(printed.as_bytes(), 1)?, record);
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The host, where the line names one.
    pub node: Option<&'a str>,
    /// The type: `SYSCALL`, `EXECVE`, `USER_AUTH` and many more.
    pub kind: &'a str,
    /// When it happened, to the millisecond.
    pub time: Timestamp,
    /// The number of its event on that host; it begins anew when the host does.
    pub serial: u64,
    pub(crate) body: &'a str,
}

impl<'a> Record<'a> {
    #[inline]
    pub(crate) fn new(line: &'a str, head: Head) -> Self {
        let Head { time, serial, places } = head;
        Self {
            node: places.node(line),
            kind: places.kind(line),
            time,
            serial,
            body: places.body(line),
        }
    }

    /// The fields as they were logged, in their order; those of groups too.
    ///
    /// ```
    /// # use oddsift_auditd::parse_record;
    /// let record = parse_record(b"type=LOGIN msg=audit(1.0:1): pid=7 old-ses=2", 1)?;
    /// let keys: Vec<&str> = record.fields().map(|field| field.key).collect();
    /// assert_eq!(keys, ["pid", "old-ses"]);
    /// # Ok::<(), oddsift_auditd::LineError>(())
    /// ```
    pub fn fields(&self) -> Fields<'a> {
        Fields::new(self.tokens(), self.kind)
    }

    /// The fields as the daemon interpreted them (`log_format = ENRICHED`); `None` if it did not.
    ///
    /// They begin after the first byte 1D of the line. Names of users come from the host that
    /// logged, and nothing else here makes use of them.
    ///
    /// ```
    /// # use oddsift_auditd::{Value, parse_record};
    /// let record = parse_record(b"type=LOGIN msg=audit(1.0:1): uid=0\x1dUID=\"root\"", 1)?;
    /// let field = record.enriched().unwrap().next().unwrap();
    /// assert_eq!((field.key, field.value), ("UID", Value::Quoted("root")));
    /// # Ok::<(), oddsift_auditd::LineError>(())
    /// ```
    pub fn enriched(&self) -> Option<Fields<'a>> {
        self.parts().1.map(|text| Fields::new(Tokens::new(text), ""))
    }

    /// The record by its type.
    ///
    /// ```
    /// # use oddsift_auditd::{Typed, parse_record};
    /// let record = parse_record(b"type=CWD msg=audit(1.0:1): cwd=2F746D70", 1)?;
    /// let Typed::Cwd(folder) = record.typed() else { panic!() };
    /// assert_eq!(folder.cwd.unwrap().text().unwrap(), "/tmp");
    /// # Ok::<(), oddsift_auditd::LineError>(())
    /// ```
    pub fn typed(&self) -> Typed<'a> {
        typed::of_record(self)
    }

    #[inline]
    pub(crate) fn tokens(&self) -> Tokens<'a> {
        Tokens::new(self.parts().0)
    }

    fn parts(&self) -> (&'a str, Option<&'a str>) {
        let end = memchr::memchr(ENRICHED, self.body.as_bytes());
        match end.and_then(|end| self.body.split_at_checked(end)) {
            Some((raw, enriched)) => (raw, enriched.get(1..)),
            None => (self.body, None),
        }
    }
}

/// The same header, fields and interpreted fields.
impl PartialEq for Record<'_> {
    fn eq(&self, other: &Self) -> bool {
        let header = |it: &Self| (it.node.is_some(), it.time, it.serial);
        let enriched = |it: &Self| it.enriched().map(Iterator::collect::<Vec<_>>);
        header(self) == header(other)
            && (self.node, self.kind) == (other.node, other.kind)
            && self.fields().eq(other.fields())
            && enriched(self) == enriched(other)
    }
}

impl Eq for Record<'_> {}

/// The line.
impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(node) = self.node {
            write!(f, "node={node} ")?;
        }
        let millis = self.time.as_millisecond();
        let (seconds, millis) = (millis.div_euclid(1000), millis.rem_euclid(1000));
        write!(f, "type={} msg=audit({seconds}.{millis:03}:{}):", self.kind, self.serial)?;
        print_fields(f, self.fields())?;
        if let Some(enriched) = self.enriched() {
            f.write_str("\u{1d}")?;
            print_fields(f, enriched)?;
        }
        Ok(())
    }
}

fn print_fields(f: &mut fmt::Formatter<'_>, fields: Fields<'_>) -> fmt::Result {
    let mut group = None;
    for field in fields {
        if group.is_some() && field.group.is_none() {
            f.write_str("'")?;
        }
        match field.group {
            Some(key) if group.is_none() => write!(f, " {key}='")?,
            _ => f.write_str(" ")?,
        }
        group = field.group;
        match field.value {
            crate::Value::Absent => f.write_str(field.key)?,
            value => write!(f, "{}={value}", field.key)?,
        }
    }
    if group.is_some() { f.write_str("'") } else { Ok(()) }
}

/// Reads one line, which may end in a line feed.
///
/// `line_no` is the number that an error names. Time linear in the line's header; fields are found
/// later.
///
/// # Errors
///
/// [`LineError`] for a line that is no record, such as a blank one or one that was cut in its
/// header, and for bytes that are not UTF-8, which [`RecordBuf::parse`] replaces.
///
/// ```
/// use oddsift_auditd::{LineFault, parse_record};
///
/// assert_eq!(parse_record(b"type=EOE msg=audit(1551485405.594:7): ", 1)?.serial, 7);
/// assert_eq!(parse_record(b"type=EOE", 2).unwrap_err().reason, LineFault::Type);
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
pub fn parse_record(line: &[u8], line_no: u64) -> Result<Record<'_>, LineError> {
    let line = trim_end(line);
    let head = Head::parse(line).map_err(|(at, reason)| error_at(line_no, at, reason))?;
    let text = std::str::from_utf8(line)
        .map_err(|error| error_at(line_no, error.valid_up_to(), LineFault::NotUtf8))?;
    Ok(Record::new(text, head))
}

/// A [`Record`] with a line of its own.
///
/// ```
/// use oddsift_auditd::RecordBuf;
///
/// let record = RecordBuf::parse(b"type=USER msg=audit(1.0:1): msg='a\xffb'", 1)?;
/// assert_eq!(record.record().fields().next().unwrap().key, "a\u{fffd}b");
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RecordBuf {
    line: String,
    head: Head,
}

impl RecordBuf {
    /// As [`parse_record`]; bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    ///
    /// [`LineError`] for a line that is no record.
    ///
    /// ```
    /// assert!(oddsift_auditd::RecordBuf::parse(b"garbage", 1).is_err());
    /// ```
    pub fn parse(line: &[u8], line_no: u64) -> Result<Self, LineError> {
        let line = trim_end(line);
        let head = Head::parse(line).map_err(|(at, reason)| error_at(line_no, at, reason))?;
        let line = String::from_utf8_lossy(line).into_owned();
        // A host's name may have become longer.
        let head = Head::parse(line.as_bytes()).unwrap_or(head);
        Ok(Self { line, head })
    }

    /// The record.
    ///
    /// ```
    /// let record = oddsift_auditd::RecordBuf::parse(b"type=EOE msg=audit(1.0:1):", 1)?;
    /// assert_eq!(record.record().kind, "EOE");
    /// # Ok::<(), oddsift_auditd::LineError>(())
    /// ```
    pub fn record(&self) -> Record<'_> {
        Record::new(&self.line, self.head)
    }
}

impl PartialEq for RecordBuf {
    fn eq(&self, other: &Self) -> bool {
        self.record() == other.record()
    }
}

impl Eq for RecordBuf {}

impl fmt::Display for RecordBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record().fmt(f)
    }
}

pub(crate) fn error_at(line: u64, at: usize, reason: LineFault) -> LineError {
    LineError { line, column: (at as u64).saturating_add(1), reason }
}

/// Without the line's end.
#[inline]
pub(crate) fn trim_end(line: &[u8]) -> &[u8] {
    let mut line = line;
    while let [rest @ .., b'\n' | b'\r'] = line {
        line = rest;
    }
    line
}
