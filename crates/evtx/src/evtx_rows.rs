use std::{
    fmt,
    fs::File,
    io::{self, Read, Seek},
    path::Path,
    sync::Arc,
};

use oddsift_records::{BadRows, Batch, Error, Position, Rows, Summary};

use crate::{
    Error as Fault,
    columns::Columns,
    events::Events,
    log::{Chunk, Log},
};

/// Returns whether a file begins as a Windows event log does.
///
/// ```
/// assert!(oddsift_evtx::is_evtx(b"ElfFile\0\0\0"));
/// assert!(!oddsift_evtx::is_evtx(b"ElfFile,user\n"));
/// ```
#[must_use]
pub fn is_evtx(head: &[u8]) -> bool {
    head.starts_with(b"ElfFile\0")
}

/// The events of a Windows event log (EVTX) as rows, from the oldest to the newest.
///
/// The columns begin with those of `System`, and grow by the fields of the events' data as they come.
/// The row of an event has its `EventRecordID` as its line. Memory follows a chunk of 64 KiB, not the
/// file: its events are at most 64 MiB, however they were made.
///
/// ```
/// use oddsift_evtx::EvtxRows;
/// use oddsift_records::{BadRows, Batch, Record, Rows};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/process_events.evtx");
/// let mut rows = EvtxRows::open(path, BadRows::Fail)?;
/// let mut batch = Batch::new();
/// assert!(rows.next_batch(&mut batch)?);
/// let image = rows.columns().iter().position(|name| name == "Image").unwrap();
/// assert_eq!(batch.get(0).unwrap().text(image), Some(r"C:\Windows\System32\whoami.exe"));
/// # Ok::<(), oddsift_records::Error>(())
/// ```
pub struct EvtxRows {
    name: Arc<str>,
    log: Log,
    bad_rows: BadRows,
    columns: Columns,
    events: Events,
    /// The next of `events`.
    next_event: usize,
    next_row: u64,
    /// The number that the next event should have.
    next_record: u64,
    /// What comes behind `events`.
    fault: Option<Fault>,
    is_done: bool,
    n_stale: u64,
    bytes_read: u64,
    row: Vec<usize>,
    summary: Summary,
}

impl EvtxRows {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::Open`], or [`Error::Read`] if it does not begin as an event log does.
    ///
    /// ```
    /// use oddsift_evtx::EvtxRows;
    /// use oddsift_records::BadRows;
    ///
    /// assert!(EvtxRows::open("no/such/Security.evtx", BadRows::Skip).is_err());
    /// ```
    pub fn open(path: impl AsRef<Path>, bad_rows: BadRows) -> Result<Self, Error> {
        let name = path.as_ref().to_string_lossy();
        let open = |source| Error::Open { name: Arc::from(&*name), source };
        let file = File::open(&path).map_err(open)?;
        if file.metadata().map_err(open)?.is_dir() {
            return Err(open(io::ErrorKind::IsADirectory.into()));
        }
        Self::new(&name, file, bad_rows)
    }

    /// Reads a log from bytes that can be read from any place; a pipe has to be kept first. `name` is
    /// for messages.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if they do not begin as an event log does.
    ///
    /// ```
    /// use std::io::Cursor;
    ///
    /// use oddsift_evtx::EvtxRows;
    /// use oddsift_records::BadRows;
    ///
    /// assert!(EvtxRows::new("x", Cursor::new(b"a,b\n1,2\n"), BadRows::Fail).is_err());
    /// ```
    pub fn new(
        name: &str,
        source: impl Read + Seek + Send + 'static,
        bad_rows: BadRows,
    ) -> Result<Self, Error> {
        let name: Arc<str> = Arc::from(name);
        let log = Log::open(Box::new(source))
            .map_err(|source| Error::Read { name: Arc::clone(&name), source })?;
        let mut summary = Summary::default();
        if !log.has_header_checksum {
            summary.note(format!(
                "{}: the checksum of the file's header is wrong; all chunks were read",
                Position::new(&name, 1, None)
            ));
        }
        let mut rows = Self {
            name,
            log,
            bad_rows,
            columns: Columns::new(),
            events: Events::default(),
            next_event: 0,
            next_row: 0,
            next_record: 1,
            fault: None,
            is_done: false,
            n_stale: 0,
            bytes_read: 0,
            row: Vec::new(),
            summary,
        };
        // The fields of the first events are columns from the start.
        rows.load();
        Ok(rows)
    }

    /// Reads the next chunk that has events, or a fault; false at the end.
    fn load(&mut self) -> bool {
        self.events.clear();
        self.next_event = 0;
        while self.events.len() == 0 && self.fault.is_none() {
            let Some(chunk) = self.log.next_chunk() else { return false };
            self.bytes_read = self.bytes_read.saturating_add(65_536);
            match chunk {
                Ok(chunk) => self.load_chunk(chunk),
                Err(fault) => self.note(fault),
            }
        }
        true
    }

    fn load_chunk(&mut self, mut chunk: Chunk) {
        if chunk.is_stale {
            self.n_stale = self.n_stale.saturating_add(1);
        }
        let mut events = std::mem::take(&mut self.events);
        let mut columns = std::mem::replace(&mut self.columns, Columns::new());
        let mut faults = Vec::new();
        let skips = self.bad_rows == BadRows::Skip;
        self.log.read(&mut chunk, &mut events, &mut columns, |fault| {
            faults.push(fault);
            skips
        });
        (self.events, self.columns) = (events, columns);
        for fault in faults {
            self.note(fault);
        }
        let last = self.events.len().checked_sub(1).map(|last| self.events.record(last));
        self.next_record = last.map_or(self.next_record, |last| last.saturating_add(1));
    }

    /// Counts a fault, or keeps it for the caller.
    fn note(&mut self, fault: Fault) {
        if self.bad_rows == BadRows::Skip {
            self.summary.skip_row(self.line(&fault), None, &fault);
        } else {
            self.fault.get_or_insert(fault);
        }
    }

    /// The line of a fault: the number of the event, or of the one that should have come.
    fn line(&self, fault: &Fault) -> u64 {
        match fault {
            Fault::Record { record, .. } => *record,
            _ => self.next_record,
        }
    }

    fn fill(&mut self, batch: &mut Batch) -> Result<(), Error> {
        let n_columns = self.columns.len();
        while !batch.is_full() {
            if self.next_event < self.events.len() {
                self.push(batch);
            } else if let Some(fault) = self.fault.take() {
                if !batch.is_empty() {
                    self.fault = Some(fault);
                    return Ok(());
                }
                self.is_done = true;
                return Err(self.error(fault));
            } else if !self.load() {
                self.finish();
                return Ok(());
            } else if self.columns.len() > n_columns {
                // A batch has the columns of all its rows; an empty one is begun again.
                return Ok(());
            }
        }
        Ok(())
    }

    fn push(&mut self, batch: &mut Batch) {
        let record = self.events.record(self.next_event);
        let builder = batch.push(self.next_row, record);
        self.events.write(self.next_event, &mut self.row, builder);
        self.next_event = self.next_event.saturating_add(1);
        self.next_row = self.next_row.saturating_add(1);
    }

    fn error(&self, fault: Fault) -> Error {
        let position = Position::new(&self.name, self.line(&fault), None);
        Error::Source { position, source: fault.into() }
    }

    fn finish(&mut self) {
        self.is_done = true;
        if self.n_stale > 0 {
            let chunks =
                if self.n_stale == 1 { "1 chunk" } else { &format!("{} chunks", self.n_stale) };
            self.summary.note(format!(
                "{}: the log was copied while it was written to; {chunks} with a wrong checksum \
                 were read as they are",
                Position::new(&self.name, 1, None)
            ));
        }
    }
}

impl Rows for EvtxRows {
    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> &[String] {
        self.columns.names()
    }

    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        loop {
            batch.begin(&self.name, self.columns.share());
            if !self.is_done {
                self.fill(batch)?;
            }
            if !batch.is_empty() || self.is_done {
                break;
            }
        }
        self.summary.count_rows(batch.len());
        Ok(!batch.is_empty())
    }

    fn summary(&self) -> &Summary {
        &self.summary
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_read.min(self.log.n_bytes)
    }

    fn n_bytes(&self) -> Option<u64> {
        Some(self.log.n_bytes)
    }
}

impl fmt::Debug for EvtxRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvtxRows").field("name", &self.name).finish_non_exhaustive()
    }
}
