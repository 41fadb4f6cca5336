use jiff::Timestamp;

use crate::{
    EventRow, Execve, ProcessEvent, Record, Syscall, Typed,
    execve::Pieces,
    head::{Head, Places},
};

/// The records of one node, time and serial number: what happened at once.
///
/// It holds the lines of its records in one text, and finds fields as they are asked for.
///
/// ```
/// use oddsift_auditd::{Assembler, Options};
///
/// let mut assembler = Assembler::new(Options::new());
/// assembler.push_line(b"type=SYSCALL msg=audit(1.0:7): pid=2 exe=\"/bin/sh\"");
/// assembler.push_line(b"type=EXECVE msg=audit(1.0:7): argc=2 a0=\"sh\" a1=\"x\"");
/// assembler.finish();
/// let event = assembler.next_event().unwrap();
/// assert_eq!((event.serial(), event.kind(), event.records().count()), (7, "SYSCALL_EXECVE", 2));
/// assert_eq!(event.execve().unwrap().cmdline(), "sh x");
/// ```
#[derive(Debug, Clone)]
pub struct Event {
    pub(crate) time: Timestamp,
    pub(crate) serial: u64,
    pub(crate) first_line: u64,
    pub(crate) text: String,
    pub(crate) lines: Vec<Line>,
}

/// A line of an event's text.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Where it stands in the text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Places from the line's own beginning.
    pub(crate) places: Places,
}

impl Event {
    /// The host, where the lines name one.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"node=web type=EOE msg=audit(1.0:7):"[..];
    /// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
    /// assert_eq!(event.node(), Some("web"));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn node(&self) -> Option<&str> {
        self.records().next().and_then(|record| record.node)
    }

    /// When it happened.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=EOE msg=audit(1.5:7):"[..];
    /// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
    /// assert_eq!(event.time().as_millisecond(), 1500);
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// Its number on its host.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=EOE msg=audit(1.5:7):"[..];
    /// assert_eq!(EventReader::new(log, Options::new()).next_event()?.unwrap().serial(), 7);
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The line of the log with its first record, from 1.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"\n\ntype=EOE msg=audit(1.5:7):"[..];
    /// assert_eq!(EventReader::new(log, Options::new()).next_event()?.unwrap().first_line(), 3);
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn first_line(&self) -> u64 {
        self.first_line
    }

    /// `SYSCALL_EXECVE` if a process was started, else the type of the first record, as in msticpy.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=LOGIN msg=audit(1.5:7): pid=1"[..];
    /// assert_eq!(EventReader::new(log, Options::new()).next_event()?.unwrap().kind(), "LOGIN");
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    #[doc(alias = "EventType")]
    pub fn kind(&self) -> &str {
        if self.starts_process() {
            return "SYSCALL_EXECVE";
        }
        self.records().next().map_or("", |record| record.kind)
    }

    /// Whether it has the records of a process that was started, or that tried to.
    pub(crate) fn starts_process(&self) -> bool {
        let has = |kind: &str| self.records().any(|record| record.kind == kind);
        has("EXECVE") && has("SYSCALL")
    }

    /// The records in the order of their lines; all of them.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=CWD msg=audit(1.5:7): cwd=\"/\"\ntype=EOE msg=audit(1.5:7):"[..];
    /// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
    /// assert!(event.records().map(|record| record.kind).eq(["CWD", "EOE"]));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn records(&self) -> impl DoubleEndedIterator<Item = Record<'_>> {
        let Self { time, serial, .. } = *self;
        let head = move |places| Head { time, serial, places };
        self.lines.iter().map(move |line| Record::new(self.line(line), head(line.places)))
    }

    /// How many bytes its lines have, without their ends.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=EOE msg=audit(1.5:7):\n"[..];
    /// assert_eq!(EventReader::new(log, Options::new()).next_event()?.unwrap().n_bytes(), 26);
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn n_bytes(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn line(&self, line: &Line) -> &str {
        self.text.get(line.start..line.end).unwrap_or_default()
    }

    /// The first `SYSCALL` record.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=SYSCALL msg=audit(1.5:7): pid=11"[..];
    /// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
    /// assert_eq!(event.syscall().unwrap().pid.unwrap().number(), Some(11));
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn syscall(&self) -> Option<Syscall<'_>> {
        let found = self.records().find(|record| record.kind == "SYSCALL")?;
        match found.typed() {
            Typed::Syscall(call) => Some(*call),
            _ => None,
        }
    }

    /// The arguments of all `EXECVE` records together.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=EXECVE msg=audit(1.0:7): argc=2 a0=\"ls\"\ntype=EXECVE msg=audit(1.0:7): a1=2F"[..];
    /// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
    /// assert_eq!(event.execve().unwrap().cmdline(), "ls /");
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn execve(&self) -> Option<Execve<'_>> {
        let mut records = self.records().filter(|record| record.kind == "EXECVE").peekable();
        records.peek()?;
        Some(Pieces::of(records).join())
    }

    /// The columns that every event has.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=LOGIN msg=audit(1.0:7): pid=5 auid=4294967295"[..];
    /// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
    /// assert_eq!(event.row().auid.unwrap().to_string(), "-1");
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn row(&self) -> EventRow<'_> {
        EventRow::of(self)
    }

    /// The process that it tells of; `None` without a `SYSCALL` and an `EXECVE` record.
    ///
    /// ```
    /// # use oddsift_auditd::{EventReader, Options};
    /// let log = &b"type=LOGIN msg=audit(1.0:7): pid=5"[..];
    /// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
    /// assert!(event.process().is_none());
    /// # Ok::<(), oddsift_auditd::Error>(())
    /// ```
    pub fn process(&self) -> Option<ProcessEvent> {
        self.starts_process().then(|| ProcessEvent::of(&self.row()))
    }
}
