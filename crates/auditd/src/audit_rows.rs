use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use jiff::Timestamp;
use oddsift_records::{Batch, Error, RowBuilder, Rows, Summary, TextSource};

use crate::{AppFilter, AuditLog, Event, EventRow, Id, objects, records::Records};

/// The command line of the process that started this one, behind [`EventRow::COLUMNS`].
const PARENT: &str = "ParentCommandLine";

/// Returns whether a text begins as an audit log does: with a record, or with an event as LAUREL or
/// auditbeat write it.
///
/// A record may stand behind a header of syslog or have the kernel's form. Syslog is an audit log only
/// if half of its lines, of those in `head`, are records.
///
/// ```
/// use oddsift_auditd::is_audit_log;
///
/// assert!(is_audit_log(b"type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e"));
/// assert!(is_audit_log(b"node=web1 type=CWD msg=audit(1364481363.243:24287): cwd=\"/\""));
/// assert!(is_audit_log(b"May  6 07:00:00 web1 audispd: type=EOE msg=audit(1364481363.243:24287): "));
/// assert!(is_audit_log(b"{\"ID\":\"1364481363.243:24287\",\"CWD\":{\"cwd\":\"/\"}}"));
/// assert!(!is_audit_log(b"May  6 07:00:00 web1 sshd[7]: Failed password for root from ::1"));
/// assert!(!is_audit_log(b"type,msg\n"));
/// ```
#[must_use]
pub fn is_audit_log(head: &[u8]) -> bool {
    // The last line may be cut.
    let (whole, cut) = match memchr::memrchr(b'\n', head).and_then(|end| head.split_at_checked(end))
    {
        Some((whole, _)) if !whole.trim_ascii().is_empty() => (whole, false),
        _ => (head, true),
    };
    let lines = whole.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return false };
    if begins_as_record(first) {
        return true;
    }
    if first.starts_with(b"{") {
        return objects::is_event(first);
    }
    let n_records = lines.clone().filter(|line| has_record(line)).count();
    has_record(first) && (cut || n_records.saturating_mul(2) >= lines.count())
}

/// Whether a line is a record as the daemon writes it, or was one before it was cut.
fn begins_as_record(line: &[u8]) -> bool {
    let behind_node = match line.strip_prefix(b"node=") {
        Some(rest) => rest.splitn(2, |byte| *byte == b' ').nth(1).unwrap_or_default(),
        None => line,
    };
    behind_node.starts_with(b"type=") && memchr::memmem::find(line, b"msg=audit(").is_some()
}

fn has_record(line: &[u8]) -> bool {
    let mut records = Records::default();
    records.begin(line.len());
    records.push_line(line, None).is_ok()
}

/// The events of audit logs as rows: those columns that every event has a place for
/// ([`EventRow::COLUMNS`]), and the command line of the process that started this one.
///
/// Memory follows the open events and the processes by number, each with its last command line.
///
/// ```
/// use oddsift_auditd::AuditRows;
/// use oddsift_records::{Batch, Record, Rows};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
/// let mut rows = AuditRows::open(&[path])?.processes(true);
/// let mut batch = Batch::new();
/// assert!(rows.next_batch(&mut batch)?);
/// let exe = rows.columns().iter().position(|name| name == "exe").unwrap();
/// assert_eq!((batch.len(), batch.get(0).unwrap().text(exe)), (72, Some("/bin/dash")));
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug)]
pub struct AuditRows {
    log: AuditLog,
    name: Arc<str>,
    columns: Arc<[String]>,
    wanted: Wanted,
    /// The last program that each process ran.
    started: HashMap<(Option<String>, i64), Start>,
    waiting: VecDeque<Event>,
    next_row: u64,
    summary: Summary,
    n_processes: Arc<AtomicU64>,
    is_done: bool,
}

/// Which events are given.
#[derive(Debug, Clone, Default)]
struct Wanted {
    processes: bool,
    app: AppFilter,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

#[derive(Debug)]
struct Start {
    time: Timestamp,
    command_line: Option<String>,
}

impl AuditRows {
    /// Opens logs, the rotated ones of each from the oldest to the newest; `-` is standard input.
    ///
    /// # Errors
    ///
    /// As [`AuditLog::open`].
    ///
    /// ```
    /// assert!(oddsift_auditd::AuditRows::open(&["no/such/audit.log"]).is_err());
    /// ```
    pub fn open<P: AsRef<std::path::Path>>(paths: &[P]) -> Result<Self, Error> {
        AuditLog::open(paths).map(Self::of_log)
    }

    /// Reads a text whose beginning was looked at.
    ///
    /// ```
    /// use oddsift_auditd::AuditRows;
    /// use oddsift_records::{Rows, TextSource};
    ///
    /// let text = &b"type=SYSCALL msg=audit(1.0:7): pid=4"[..];
    /// let rows = AuditRows::new(TextSource::new("audit.log", text)?);
    /// assert_eq!(rows.name(), "audit.log");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn new(text: TextSource) -> Self {
        Self::of_log(AuditLog::of_text(text))
    }

    fn of_log(log: AuditLog) -> Self {
        let columns = EventRow::COLUMNS.into_iter().chain([PARENT]);
        let (name, _) = log.place(1);
        Self {
            log,
            name,
            columns: columns.map(str::to_owned).collect(),
            wanted: Wanted::default(),
            started: HashMap::new(),
            waiting: VecDeque::new(),
            next_row: 0,
            summary: Summary::default(),
            n_processes: Arc::default(),
            is_done: false,
        }
    }

    /// Gives only events in which a program was started; by default all are given.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let rows = oddsift_auditd::AuditRows::open(&[path])?.processes(true);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn processes(mut self, only: bool) -> Self {
        self.wanted.processes = only;
        self
    }

    /// Gives only events of these programs; by default of all.
    ///
    /// ```
    /// use oddsift_auditd::{AppFilter, AuditRows};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let rows = AuditRows::open(&[path])?.app(AppFilter::contains("sudo"));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn app(mut self, app: AppFilter) -> Self {
        self.wanted.app = app;
        self
    }

    /// Gives only events from `since` on and before `until`; the process that started one may be older.
    ///
    /// ```
    /// use oddsift_auditd::{AuditRows, Timestamp};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let rows = AuditRows::open(&[path])?.between(Some(Timestamp::UNIX_EPOCH), None);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn between(mut self, since: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        (self.wanted.since, self.wanted.until) = (since, until);
        self
    }

    /// Returns the count of programs that were started, wanted or not, of what is read so far.
    ///
    /// ```
    /// use std::sync::atomic::Ordering;
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let rows = oddsift_auditd::AuditRows::open(&[path])?;
    /// assert_eq!(rows.process_counter().load(Ordering::Relaxed), 0);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn process_counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.n_processes)
    }

    fn next_event(&mut self) -> Result<Option<Event>, Error> {
        match self.waiting.pop_front() {
            Some(event) => Ok(Some(event)),
            None => self.log.next_event(),
        }
    }

    fn fill(&mut self, batch: &mut Batch) -> Result<(), Error> {
        while !batch.is_full() {
            let Some(event) = self.next_event()? else {
                self.is_done = true;
                self.log.warnings().into_iter().for_each(|line| self.summary.note(line));
                return Ok(());
            };
            let (name, line) = self.log.place(event.first_line());
            if name != self.name {
                // A batch is of one file.
                self.name = name;
                if !batch.is_empty() {
                    self.waiting.push_front(event);
                    return Ok(());
                }
                batch.begin(&self.name, &self.columns);
            }
            self.take(&event, line, batch);
            self.log.recycle(event);
        }
        Ok(())
    }

    fn take(&mut self, event: &Event, line: u64, batch: &mut Batch) {
        let row = event.row();
        let starts = event.starts_process();
        if self.wanted.has(&row, starts) {
            push(batch.push(self.next_row, line), &row, self.parent(&row));
            self.next_row = self.next_row.saturating_add(1);
        }
        self.n_processes.fetch_add(u64::from(starts), Relaxed);
        // A program that could not be run is no parent.
        if starts && row.success.as_deref() != Some("no") {
            self.start(&row);
        }
    }

    fn parent(&self, row: &EventRow<'_>) -> Option<&str> {
        let pid = row.ppid.and_then(Id::number)?;
        let start = self.started.get(&(row.node.map(str::to_owned), pid))?;
        if start.time <= row.time { start.command_line.as_deref() } else { None }
    }

    fn start(&mut self, row: &EventRow<'_>) {
        let Some(pid) = row.pid.and_then(Id::number) else { return };
        let command_line = row.cmdline.as_deref().map(str::to_owned);
        let start = Start { time: row.time, command_line };
        self.started.insert((row.node.map(str::to_owned), pid), start);
    }
}

impl Wanted {
    fn has(&self, row: &EventRow<'_>, starts_process: bool) -> bool {
        (starts_process || !self.processes)
            && self.since.is_none_or(|since| row.time >= since)
            && self.until.is_none_or(|until| row.time < until)
            && self.app.matches(row.exe.as_deref())
    }
}

fn push(mut builder: RowBuilder<'_>, row: &EventRow<'_>, parent: Option<&str>) {
    builder.time(row.time).text(row.kind).text_or_missing(row.node);
    builder.int(i64::try_from(row.serial).unwrap_or(i64::MAX));
    for id in [row.auid, row.uid, row.ses, row.pid, row.ppid] {
        match id.map(|id| (id, id.number())) {
            None => builder.missing(),
            Some((_, Some(number))) => builder.int(number),
            Some((id, None)) => builder.text(&id.to_string()),
        };
    }
    for text in [&row.exe, &row.comm, &row.cwd, &row.cmdline, &row.success, &row.key] {
        builder.text_or_missing(text.as_deref());
    }
    builder.text_or_missing(parent);
}

impl Rows for AuditRows {
    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        batch.begin(&self.name, &self.columns);
        if !self.is_done {
            self.fill(batch)?;
        }
        self.summary.count_rows(batch.len());
        Ok(!batch.is_empty())
    }

    fn summary(&self) -> &Summary {
        &self.summary
    }

    fn bytes_read(&self) -> u64 {
        self.log.bytes_read()
    }

    fn n_bytes(&self) -> Option<u64> {
        self.log.n_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "May  6 07:00:00 web1 kernel: audit: type=1400 audit(1.0:7): apparmor=x\n";
    const OTHER: &str = "May  6 07:00:00 web1 sshd[7]: Failed password for root from ::1\n";

    #[test]
    fn syslog_with_a_few_records_is_no_audit_log() {
        assert!(is_audit_log(RECORD.as_bytes()));
        assert!(is_audit_log([RECORD, RECORD, OTHER].concat().as_bytes()));
        assert!(!is_audit_log([RECORD, OTHER, OTHER, RECORD].concat().as_bytes()));
        assert!(!is_audit_log([OTHER, RECORD, RECORD].concat().as_bytes()));
        assert!(!is_audit_log(b"1,type=SYSCALL audit(1.0:7): \n"));
    }

    #[test]
    fn json_is_an_audit_log_if_its_first_object_is_an_event() {
        let event = r#"{"ID":"1.0:7","SYSCALL":{"pid":1}}"#;
        assert!(is_audit_log(event.as_bytes()));
        assert!(is_audit_log(format!("{event}\n{{\"a").as_bytes()));
        // Of a long line the head may hold but the beginning.
        assert!(is_audit_log(event.as_bytes().split_at(28).0));
        assert!(is_audit_log(br#"{"auditd":{"sequence":1},"@timestamp":""}"#));
        assert!(!is_audit_log(br#"{"ID":"1.0","SYSCALL":{"pid":1}}"#));
        assert!(!is_audit_log(br#"{"event":{"module":"auditd"}}"#));
        assert!(!is_audit_log(br#"{"message":"type=EOE msg=audit(1.0:7):"}"#));
    }
}
