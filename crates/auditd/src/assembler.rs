use crate::{
    Event, LineFault, Summary,
    head::Head,
    objects,
    record::{error_at, trim_end},
    records::Records,
    window::Window,
};

/// How records become events.
///
/// | option | default | |
/// |---|---|---|
/// | [`window`](Self::window) | 4096 | events that are open at once |
/// | [`window_bytes`](Self::window_bytes) | 16 MiB | bytes that they hold |
/// | [`max_line`](Self::max_line) | 1 MiB | bytes of a line |
///
/// ```
/// use oddsift_auditd::Options;
///
/// assert_ne!(Options::new().window(100_000), Options::new());
/// assert_eq!(Options::new().window_bytes(16 << 20).max_line(1 << 20), Options::new());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    window: usize,
    window_bytes: usize,
    max_line: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { window: 4096, window_bytes: 16 << 20, max_line: 1 << 20 }
    }
}

impl Options {
    /// The defaults.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::Options::new(), oddsift_auditd::Options::default());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many events may be open; one more pushes out the oldest, if it is complete. At
    /// least 1.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, Options};
    /// let mut assembler = Assembler::new(Options::new().window(1));
    /// assembler.push_line(b"type=USER_CMD msg=audit(1.0:1): pid=1");
    /// assert!(assembler.next_event().is_none());
    /// assembler.push_line(b"type=USER_CMD msg=audit(1.0:2): pid=2");
    /// assert_eq!(assembler.next_event().unwrap().serial(), 1);
    /// ```
    #[must_use]
    pub fn window(mut self, events: usize) -> Self {
        self.window = events.max(1);
        self
    }

    /// Sets how many bytes the open events may hold; past them the oldest is given out, and
    /// [`Summary::hurried`] counts it if it is not complete. If more of its records follow, they are
    /// an event of their own, which [`Summary::late`] counts.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, Options};
    /// let mut assembler = Assembler::new(Options::new().window_bytes(10));
    /// assembler.push_line(b"type=CWD msg=audit(1.0:1): cwd=\"/\"");
    /// assert!(assembler.next_event().is_some());
    /// assert_eq!(assembler.summary().hurried, 1);
    /// ```
    #[must_use]
    pub fn window_bytes(mut self, bytes: usize) -> Self {
        self.window_bytes = bytes;
        self
    }

    /// Sets how long a line may be, 4 GiB at most; a longer one is skipped. The kernel writes 8970
    /// bytes at most.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, LineFault, Options};
    /// let mut assembler = Assembler::new(Options::new().max_line(10));
    /// assembler.push_line(b"type=CWD msg=audit(1.0:1): cwd=\"/\"");
    /// let first = assembler.summary().first_skipped.as_ref().unwrap();
    /// assert_eq!(first.reason, LineFault::TooLong { limit: 10 });
    /// ```
    #[must_use]
    pub fn max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes.min(u32::MAX as usize);
        self
    }

    pub(crate) fn longest_line(&self) -> usize {
        self.max_line
    }
}

/// Makes events of lines, as they come.
///
/// Records of different events may be mixed, as in real logs: an event is what has one node, time
/// and serial number. It is closed by an `EOE` record; without one, and audit daemons write none to
/// files, it waits until newer events push it out of the window. Only an event that is complete is
/// pushed out: one that has its `PROCTITLE`, the last that the kernel writes, or whose first record
/// is of a type that stands alone, such as `USER_CMD`. Any other waits for as long as the memory
/// for open events suffices. Events come out in the order of their first records, which is that of
/// the log.
///
/// Memory is bounded by [`Options`], as long as [`next_event`](Self::next_event) is called until it
/// gives nothing after each line. Time is linear in the bytes.
///
/// ```
/// use oddsift_auditd::{Assembler, Options};
///
/// let mut assembler = Assembler::new(Options::new());
/// assembler.push_line(b"type=SYSCALL msg=audit(1.0:1): pid=1");
/// assembler.push_line(b"type=SYSCALL msg=audit(1.0:2): pid=2");
/// assembler.push_line(b"type=CWD msg=audit(1.0:1): cwd=\"/one\"");
/// assembler.finish();
/// let event = assembler.next_event().unwrap();
/// assert_eq!((event.serial(), event.records().count()), (1, 2));
/// assert_eq!(assembler.next_event().unwrap().records().count(), 1);
/// assert!(assembler.next_event().is_none());
/// ```
#[derive(Debug, Default)]
pub struct Assembler {
    options: Options,
    window: Window,
    summary: Summary,
    is_finished: bool,
    /// Made of a line that is no record by itself; kept for its memory.
    records: Records,
}

impl Assembler {
    /// Without events.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, Options};
    /// assert!(Assembler::new(Options::new()).next_event().is_none());
    /// ```
    pub fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// Takes the next line, which may end in a line feed.
    ///
    /// A record may stand behind a header of syslog, have the kernel's form or a number as its type;
    /// a line of JSON may be an event of LAUREL or of auditbeat.
    ///
    /// A line that is no record is counted, and the first one kept, in the
    /// [`summary`](Self::summary). Blank lines and what `ausearch` puts between events (`----`,
    /// `time->`) are passed over.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, Options};
    /// let mut assembler = Assembler::new(Options::new());
    /// assembler.push_line(b"----");
    /// assembler.push_line(b"time->Sat Mar  2 00:10:05 2019");
    /// assembler.push_line(b"garbage");
    /// assert_eq!((assembler.summary().lines, assembler.summary().skipped), (3, 1));
    /// ```
    #[inline]
    pub fn push_line(&mut self, line: &[u8]) {
        self.summary.lines = self.summary.lines.saturating_add(1);
        self.is_finished = false;
        let line = trim_end(line);
        if line.len() > self.options.max_line {
            return self.skip_too_long();
        }
        match Head::parse(line) {
            Ok(head) if !head.places.is_numbered(line) => self.push_record(line, head),
            Err(_) if is_separator(line) => {}
            _ => self.push_other(line),
        }
    }

    /// Takes a line that is no record as the daemon writes it.
    #[cold]
    fn push_other(&mut self, line: &[u8]) {
        let mut records = std::mem::take(&mut self.records);
        records.begin(line.len());
        let found = if line.starts_with(b"{") {
            objects::push(line, self.summary.lines, &mut records).map_err(|fault| (0, fault))
        } else {
            records.push_line(line, None).map_err(|fault| first_fault(line, fault))
        };
        match found {
            Ok(()) => {
                for line in records.lines() {
                    if let Ok(head) = Head::parse(line) {
                        self.push_record(line, head);
                    }
                }
            }
            Err((at, fault)) => self.skip(at, fault),
        }
        self.records = records;
    }

    /// Takes a line of which only the beginning was kept, since it is too long.
    pub(crate) fn push_too_long(&mut self) {
        self.summary.lines = self.summary.lines.saturating_add(1);
        self.skip_too_long();
    }

    /// The next event that is whole; `None` while more lines may add to the oldest one.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, Options};
    /// let mut assembler = Assembler::new(Options::new());
    /// assembler.push_line(b"type=CWD msg=audit(1.0:1): cwd=\"/\"");
    /// assert!(assembler.next_event().is_none());
    /// assembler.push_line(b"type=EOE msg=audit(1.0:1):");
    /// assert_eq!(assembler.next_event().unwrap().records().count(), 2);
    /// ```
    #[inline]
    pub fn next_event(&mut self) -> Option<Event> {
        let is_complete = self.is_finished || self.window.is_front_complete();
        let is_pushed = is_complete && self.window.len() > self.options.window;
        let is_whole = self.is_finished || is_pushed || self.window.is_front_closed();
        if !is_whole && self.window.bytes() <= self.options.window_bytes {
            return None;
        }
        let is_hurried = !is_complete;
        let event = self.window.pop()?;
        self.summary.events = self.summary.events.saturating_add(1);
        self.summary.hurried = self.summary.hurried.saturating_add(u64::from(is_hurried));
        Some(event)
    }

    /// Says that no line follows: all events are whole.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, Options};
    /// let mut assembler = Assembler::new(Options::new());
    /// assembler.push_line(b"type=CWD msg=audit(1.0:1): cwd=\"/\"");
    /// assembler.finish();
    /// assert!(assembler.next_event().is_some());
    /// ```
    pub fn finish(&mut self) {
        self.is_finished = true;
    }

    /// Gives back an event that is no longer needed, so that its memory is used again.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, Options};
    /// let mut assembler = Assembler::new(Options::new());
    /// assembler.push_line(b"type=EOE msg=audit(1.0:1):");
    /// let event = assembler.next_event().unwrap();
    /// assembler.recycle(event);
    /// ```
    pub fn recycle(&mut self, event: Event) {
        self.window.recycle(event);
    }

    /// What was read and left out so far.
    ///
    /// ```
    /// # use oddsift_auditd::{Assembler, Options};
    /// assert_eq!(Assembler::new(Options::new()).summary().lines, 0);
    /// ```
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.is_finished
    }

    fn push_record(&mut self, line: &[u8], head: Head) {
        self.summary.records = self.summary.records.saturating_add(1);
        let Ok(text) = simdutf8::basic::from_utf8(line) else {
            return self.push_replaced(line, head);
        };
        self.push_text(text, head);
    }

    #[inline]
    fn push_text(&mut self, text: &str, head: Head) {
        let line = self.summary.lines;
        if self.window.push(text, &head, line) {
            self.summary.be_late(line);
        }
    }

    #[cold]
    fn push_replaced(&mut self, line: &[u8], head: Head) {
        self.summary.replace(self.summary.lines);
        let text = String::from_utf8_lossy(line);
        // A host's name may have become longer.
        let head = Head::parse(text.as_bytes()).unwrap_or(head);
        self.push_text(&text, head);
    }

    #[cold]
    fn skip_too_long(&mut self) {
        let limit = self.options.max_line;
        self.skip(limit, LineFault::TooLong { limit });
    }

    #[cold]
    fn skip(&mut self, at: usize, fault: LineFault) {
        self.summary.skip(error_at(self.summary.lines, at, fault));
    }
}

/// What is wrong with a line: as a record of the daemon, unless a header stands before it.
fn first_fault(line: &[u8], behind_header: (usize, LineFault)) -> (usize, LineFault) {
    match Head::parse(line) {
        Err((at, fault)) if at >= behind_header.0 => (at, fault),
        _ => behind_header,
    }
}

/// Blank, or what `ausearch` writes between events.
#[cold]
fn is_separator(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line == b"----" || line.starts_with(b"time->")
}
