//! Log files, one behind the other, and what is said of lines that were skipped.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, ErrorKind, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use oddsift_records::{BytesRead, Error, Position, TextSource};

use crate::{Event, EventReader, Looks, Options, Summary, msticpy, sort_rotated};

/// Bytes that are read in one go.
const BUFFER: usize = 256 << 10;

/// The events of audit logs. One may go on in the next file, as a log is rotated between any two lines.
///
/// Memory follows the open events, not the logs.
///
/// ```
/// use oddsift_auditd::AuditLog;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
/// let mut log = AuditLog::open(&[path])?;
/// let mut n_events = 0;
/// while let Some(event) = log.next_event()? {
///     n_events += 1;
///     log.recycle(event);
/// }
/// assert_eq!((n_events, log.warnings().len()), (830, 0));
/// # Ok::<(), oddsift_records::Error>(())
/// ```
pub struct AuditLog {
    reader: EventReader<BufReader<Logs>>,
    places: Shared,
    n_bytes: Option<u64>,
}

impl AuditLog {
    /// Opens logs, the rotated ones of each from the oldest to the newest; `-` is standard input.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] for one that is not there, before anything is read.
    ///
    /// ```
    /// assert!(oddsift_auditd::AuditLog::open(&["no/such/audit.log"]).is_err());
    /// ```
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self, Error> {
        Logs::open(paths).map(Self::new)
    }

    /// Reads a text whose beginning was looked at.
    ///
    /// ```
    /// use oddsift_auditd::AuditLog;
    /// use oddsift_records::TextSource;
    ///
    /// let text = &b"type=SYSCALL msg=audit(1.0:7): pid=4"[..];
    /// let mut log = AuditLog::of_text(TextSource::new("audit.log", text)?);
    /// assert_eq!(log.next_event()?.unwrap().serial(), 7);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn of_text(text: TextSource) -> Self {
        Self::new(Logs::of_text(text))
    }

    fn new(logs: Logs) -> Self {
        let (places, n_bytes) = (logs.places.clone(), logs.n_bytes);
        let reader = EventReader::new(BufReader::with_capacity(BUFFER, logs), Options::new());
        Self { reader, places, n_bytes }
    }

    /// Returns the next event; `None` at the end of the last log.
    ///
    /// # Errors
    ///
    /// [`Error::ReadAt`] with the line of a log that cannot be read on, [`Error::Open`] for one that
    /// went away, [`Error::Source`] of [`NoRecords`](crate::Error::NoRecords) for one whose lines are no
    /// audit records, also among others, and [`Error::Empty`] if all of them are blank.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let mut log = oddsift_auditd::AuditLog::open(&[path])?;
    /// assert_eq!(log.next_event()?.unwrap().first_line(), 1);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        let next = self.reader.next_event_of(|logs, read| logs.get_mut().end_file(read.records));
        next.map_err(|error| self.places.lock().failure(error))
    }

    /// Gives back the memory of an event.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let mut log = oddsift_auditd::AuditLog::open(&[path])?;
    /// let event = log.next_event()?.unwrap();
    /// log.recycle(event);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn recycle(&mut self, event: Event) {
        self.reader.recycle(event);
    }

    /// Returns the log and the line in it of a line of the whole.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let mut log = oddsift_auditd::AuditLog::open(&[path])?;
    /// let line = log.next_event()?.unwrap().first_line();
    /// assert_eq!(log.place(line), (path.into(), 1));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn place(&self, line: u64) -> (Arc<str>, u64) {
        self.places.lock().of(line)
    }

    /// Returns one line for each kind of thing that was skipped, replaced or torn apart, with the first
    /// place of each.
    ///
    /// ```
    /// # use oddsift_auditd::AuditLog;
    /// # use oddsift_records::TextSource;
    /// let text = &b"what is this\ntype=EOE msg=audit(1.0:7):"[..];
    /// let mut log = AuditLog::of_text(TextSource::new("a.log", text)?);
    /// assert!(log.next_event()?.is_some());
    /// assert!(log.warnings()[0].starts_with("a.log:1:1: 1 line was skipped, the first: no audit"));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.places.lock().warnings(self.reader.summary())
    }

    /// Returns what was read and left out.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// assert_eq!(oddsift_auditd::AuditLog::open(&[path])?.summary().events, 0);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn summary(&self) -> &Summary {
        self.reader.summary()
    }

    /// Returns the number of bytes of the logs that were read.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let mut log = oddsift_auditd::AuditLog::open(&[path])?;
    /// log.next_event()?;
    /// assert_eq!(Some(log.bytes_read()), log.n_bytes());
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.places.lock().n_bytes
    }

    /// Returns the size of the logs; `None` where one is a pipe.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// assert!(oddsift_auditd::AuditLog::open(&[path])?.n_bytes().is_some());
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn n_bytes(&self) -> Option<u64> {
        self.n_bytes
    }

    /// Reads logs as msticpy does, with its losses; gives its rows and the lines of
    /// [`warnings`](Self::warnings).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open) and [`next_event`](Self::next_event).
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let (rows, _) = oddsift_auditd::AuditLog::read_as_msticpy(&[path])?;
    /// assert!(rows.iter().any(|row| row.event_type == "SYSCALL_EXECVE"));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn read_as_msticpy<P: AsRef<Path>>(
        paths: &[P],
    ) -> Result<(Vec<msticpy::Row>, Vec<String>), Error> {
        let mut logs = Logs::open(paths)?;
        logs.is_one = true;
        let places = logs.places.clone();
        let (rows, summary) = msticpy::read(BufReader::with_capacity(BUFFER, logs), Options::new())
            .map_err(|error| places.lock().failure(error))?;
        let warnings = places.lock().warnings(&summary);
        Ok((rows, warnings))
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog").field("summary", self.summary()).finish_non_exhaustive()
    }
}

/// The bytes of several files, with a line break where one ends without. They end at the end of each
/// file, until [`end_file`](Self::end_file) goes on.
struct Logs {
    waiting: Vec<PathBuf>,
    open: Option<TextSource>,
    places: Shared,
    watch: Option<BytesRead>,
    /// Bytes of the files that are read to their end.
    done: u64,
    ends_in_line: bool,
    n_bytes: Option<u64>,
    /// Whether the files are read as if they were one.
    is_one: bool,
    /// How the file begins, from its first line that is not blank.
    beginning: Vec<u8>,
    /// Records of the files before it.
    n_records: u64,
    /// A file was not blank.
    is_any: bool,
}

/// So much of a file tells what it is.
const BEGINNING: usize = 1 << 12;

/// What the reader and who reads from it both know.
#[derive(Clone)]
struct Shared(Arc<Mutex<Places>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In which line of the whole each file begins.
#[derive(Default)]
struct Places {
    starts: Vec<(u64, Arc<str>)>,
    n_lines: u64,
    n_bytes: u64,
    /// Why no more can be read.
    failed: Option<Error>,
}

impl Logs {
    fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self, Error> {
        let mut waiting: Vec<PathBuf> = paths.iter().map(|path| path.as_ref().into()).collect();
        sort_rotated(&mut waiting);
        // A file that is not there is told before anything is read.
        let sizes = waiting.iter().map(|path| checked_size(path)).collect::<Result<Vec<_>, _>>()?;
        waiting.reverse();
        let mut logs = Self::empty(waiting, sizes.into_iter().sum());
        logs.next_file()?;
        Ok(logs)
    }

    fn of_text(text: TextSource) -> Self {
        let mut logs = Self::empty(Vec::new(), text.watch().total());
        logs.begin(text);
        logs
    }

    fn empty(waiting: Vec<PathBuf>, n_bytes: Option<u64>) -> Self {
        let places = Shared(Arc::new(Mutex::new(Places::default())));
        Self {
            waiting,
            open: None,
            places,
            watch: None,
            done: 0,
            ends_in_line: false,
            n_bytes,
            is_one: false,
            beginning: Vec::new(),
            n_records: 0,
            is_any: false,
        }
    }

    fn read_on(&mut self, room: &mut [u8]) -> Result<usize, Error> {
        loop {
            let Some(source) = &mut self.open else { return Ok(0) };
            let n_read = match source.read(room) {
                Ok(n_read) => n_read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.places.lock().unreadable(error)),
            };
            if n_read > 0 {
                let read = room.get(..n_read).unwrap_or_default();
                self.ends_in_line = read.last() != Some(&b'\n');
                begin_with(&mut self.beginning, read);
                let n_lines = memchr::memchr_iter(b'\n', read).count() as u64;
                let n_bytes = self.watch.as_ref().map_or(0, BytesRead::bytes);
                let mut places = self.places.lock();
                places.n_lines = places.n_lines.saturating_add(n_lines);
                places.n_bytes = self.done.saturating_add(n_bytes);
                return Ok(n_read);
            }
            if std::mem::take(&mut self.ends_in_line)
                && let Some(first) = room.first_mut()
            {
                *first = b'\n';
                let mut places = self.places.lock();
                places.n_lines = places.n_lines.saturating_add(1);
                return Ok(1);
            }
            if !self.is_one {
                return Ok(0);
            }
            self.next_file()?;
        }
    }

    /// Goes on to the next file, if there is one; an error if this one has no record.
    fn end_file(&mut self, n_records: u64) -> Result<bool, crate::Error> {
        let is_blank = self.beginning.is_empty();
        self.is_any |= !is_blank;
        let has_records = n_records > std::mem::replace(&mut self.n_records, n_records);
        let is_last = self.waiting.is_empty();
        let checked = if !is_blank && !has_records {
            Err(self.places.lock().without_records(&self.beginning))
        } else if is_last && !self.is_any {
            Err(self.places.lock().empty())
        } else {
            self.next_file()
        };
        self.beginning.clear();
        checked.map(|()| !is_last).map_err(|error| {
            self.places.lock().failed = Some(error);
            // What to say of it is in the places.
            crate::Error::Read { line: 0, source: ErrorKind::Other.into() }
        })
    }

    fn next_file(&mut self) -> Result<(), Error> {
        self.open = None;
        let n_bytes = self.watch.take().map_or(0, |watch| watch.bytes());
        self.done = self.done.saturating_add(n_bytes);
        if let Some(path) = self.waiting.pop() {
            self.begin(TextSource::open(&path)?);
        }
        Ok(())
    }

    fn begin(&mut self, source: TextSource) {
        let mut places = self.places.lock();
        let first = places.n_lines.saturating_add(1);
        places.starts.push((first, Arc::from(source.name())));
        self.watch = Some(source.watch());
        self.open = Some(source);
    }
}

/// Keeps the first bytes of a text from its first line that is not blank.
fn begin_with(beginning: &mut Vec<u8>, read: &[u8]) {
    if beginning.len() < BEGINNING {
        let text = if beginning.is_empty() { read.trim_ascii_start() } else { read };
        let room = BEGINNING.saturating_sub(beginning.len());
        beginning.extend(text.iter().take(room));
    }
}

/// The size of a file that can be opened; `None` for a pipe, whose bytes can be had but once.
fn checked_size(path: &Path) -> Result<Option<u64>, Error> {
    if path.as_os_str() == "-" {
        return Ok(None);
    }
    let size = || {
        let about = path.metadata()?;
        if about.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if about.is_file() {
            drop(File::open(path)?);
        }
        Ok(about.is_file().then_some(about.len()))
    };
    let name = path.to_string_lossy();
    size().map_err(|source| Error::Open { name: name.into(), source })
}

impl Read for Logs {
    /// What failed once fails again: the files behind it are not what follows in the log.
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let is_failed = self.places.lock().failed.is_some();
        if !is_failed {
            match self.read_on(room) {
                Ok(n_read) => return Ok(n_read),
                Err(error) => self.places.lock().failed = Some(error),
            }
        }
        // What to say of it is in the places.
        Err(ErrorKind::Other.into())
    }
}

impl Places {
    /// File and line of a line of the whole.
    fn of(&self, line: u64) -> (Arc<str>, u64) {
        let before = self.starts.partition_point(|(first, _)| *first <= line);
        match before.checked_sub(1).and_then(|place| self.starts.get(place)) {
            Some((first, name)) => {
                (Arc::clone(name), line.saturating_sub(*first).saturating_add(1))
            }
            None => (Arc::from(""), line),
        }
    }

    /// Of a file that cannot be read on, at the line that is read.
    fn unreadable(&self, source: io::Error) -> Error {
        let (name, line) = self.of(self.n_lines.saturating_add(1));
        Error::ReadAt { position: Position { name, line, column: None }, source }
    }

    /// Of the file that was read to its end without a record.
    fn without_records(&self, beginning: &[u8]) -> Error {
        let name = self.starts.last().map_or_else(|| Arc::from(""), |(_, name)| Arc::clone(name));
        let looks = Looks::of(beginning);
        let source = Box::new(crate::Error::NoRecords { looks });
        Error::Source { position: Position { name, line: 1, column: None }, source }
    }

    /// Of the first of files that are all blank.
    fn empty(&self) -> Error {
        let name = self.starts.first().map_or_else(|| Arc::from(""), |(_, name)| Arc::clone(name));
        Error::Empty { name }
    }

    fn failure(&mut self, error: crate::Error) -> Error {
        let name = self.starts.last().map_or_else(|| Arc::from(""), |(_, name)| Arc::clone(name));
        self.failed.take().unwrap_or_else(|| match error {
            crate::Error::Read { line, source } => {
                Error::ReadAt { position: Position { name, line, column: None }, source }
            }
            error => {
                let position = Position { name, line: self.n_lines, column: None };
                Error::Source { position, source: Box::new(error) }
            }
        })
    }

    /// What was left out or torn apart, the first place of each.
    fn warnings(&self, summary: &Summary) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(first) = &summary.first_skipped {
            let (name, line) = self.of(first.line);
            let (column, reason, count) = (first.column, first.reason, summary.skipped);
            let what = counted(count, "line was", "lines were");
            lines.push(format!("{name}:{line}:{column}: {what} skipped, the first: {reason}"));
        }
        if let Some(first) = summary.first_replaced {
            let (name, line) = self.of(first);
            let records = counted(summary.replaced, "record", "records");
            lines.push(format!(
                "{name}:{line}: bytes that are not UTF-8 were replaced in {records}"
            ));
        }
        if let Some(first) = summary.first_late {
            let (name, line) = self.of(first);
            let events =
                counted(summary.late, "event is", "events, of which this is the first, are");
            let why = "the rest of an earlier one; check that no log is given twice";
            lines.push(format!("{name}:{line}: {events} {why}"));
        }
        lines
    }
}

/// How many there are of a thing, in words.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
