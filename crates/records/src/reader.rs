use std::{
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use crate::{
    BadRows, Batch, BytesRead, DroppedKeys, Error, Fault, InputFormat, Position, ReadOptions, Rows,
    Summary, TextSource,
    csv_rows::CsvRows,
    framing::Framing,
    json_rows::JsonRows,
    log_rows::LogRows,
    shared_rows::{Resume, SharedRows},
    source::{Source, format_of},
    w3c::W3c,
    zeek::Zeek,
};

/// The most columns an input may have, as many as a spreadsheet.
pub(crate) const MAX_COLUMNS: usize = 16_384;

/// The longest limit of a record that can be asked for.
const LONGEST_RECORD: usize = 1 << 30;

/// Reads records from a file or a stream, in batches, in memory that does not grow with the input.
///
/// Gzip and zstd are known by their first bytes, UTF-16 by its byte order mark or its zeros, Zeek and W3C
/// logs by their first line, a delimiter by the header. The first fault is
/// an error unless [`BadRows::Skip`] is asked for. Blank lines count as lines and are no records.
///
/// ```
/// use oddsift_records::{Batch, ReadOptions, Reader, Record};
///
/// let text = "{\"user\":\"a\",\"n\":1.50}\n{\"user\":null}\n";
/// let mut reader = Reader::new("log.ndjson", text.as_bytes(), ReadOptions::new())?;
/// assert_eq!(reader.columns(), ["user", "n"]);
/// let mut batch = Batch::new();
/// assert!(reader.next_batch(&mut batch)?);
/// let row = batch.get(0).unwrap();
/// assert_eq!((row.field(0), row.field(1)), (Some("a"), Some("1.50")));
/// assert!(!reader.next_batch(&mut batch)?);
/// # Ok::<(), oddsift_records::Error>(())
/// ```
pub struct Reader {
    name: Arc<str>,
    columns: Arc<[String]>,
    rows: Engine,
    progress: BytesRead,
    summary: Summary,
    bad_rows: BadRows,
    next_row: u64,
    /// The size of the blocks of [`SharedRows`].
    block: Option<usize>,
    done: bool,
    /// A fault behind the rows that were given last.
    stopped: Option<Stop>,
}

enum Engine {
    Csv(Box<CsvRows>),
    Json(Box<JsonRows>),
    Log(Box<LogRows>),
}

impl Engine {
    fn log((rows, columns): (LogRows, Vec<String>)) -> (Self, Vec<String>) {
        (Self::Log(Box::new(rows)), columns)
    }
}

impl Reader {
    /// Opens a file, or standard input for `-`, and reads the names of its columns.
    ///
    /// Messages show the path as it is given here, `<stdin>` for standard input.
    ///
    /// # Errors
    ///
    /// [`Error::Open`], [`Error::Read`], [`Error::Empty`], [`Error::Delimiter`], or
    /// [`Error::Data`] for a fault in the header or the first objects.
    ///
    /// ```
    /// use oddsift_records::{Error, ReadOptions, Reader};
    ///
    /// let missing = Reader::open("no/such.csv", ReadOptions::new());
    /// assert!(matches!(missing, Err(Error::Open { .. })));
    /// ```
    pub fn open(path: impl AsRef<Path>, options: ReadOptions) -> Result<Self, Error> {
        Self::start(Source::open(path.as_ref())?, options)
    }

    /// Reads a stream; `name` stands in messages and shows the format by its ending.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    ///
    /// ```
    /// use oddsift_records::{ReadOptions, Reader};
    ///
    /// let reader = Reader::new("x.tsv", &b"a\tb\n"[..], ReadOptions::new())?;
    /// assert_eq!(reader.columns(), ["a", "b"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn new(
        name: &str,
        stream: impl Read + Send + 'static,
        options: ReadOptions,
    ) -> Result<Self, Error> {
        Self::start(Source::new(name, stream)?, options)
    }

    /// Reads a text whose beginning was looked at, to find its format.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    ///
    /// ```
    /// use oddsift_records::{ReadOptions, Reader, TextSource};
    ///
    /// let mut text = TextSource::new("a.log", &b"a,b\n1,2\n"[..])?;
    /// assert!(!text.head()?.starts_with(b"type="));
    /// assert_eq!(Reader::of_text(text, ReadOptions::new())?.columns(), ["a", "b"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn of_text(text: TextSource, options: ReadOptions) -> Result<Self, Error> {
        Self::start(Source::from(text), options)
    }

    fn start(mut source: Source, options: ReadOptions) -> Result<Self, Error> {
        let (by_name, usual) = format_of(&source.name);
        let delimiter = options.delimiter.unwrap_or(usual);
        if !delimiter.is_ascii() || matches!(delimiter, b'"' | b'\n' | b'\r') {
            return Err(Error::Delimiter { delimiter });
        }
        let (mut summary, mut next_row) = (Summary::default(), 0);
        let mut tally =
            Tally { summary: &mut summary, next_row: &mut next_row, bad_rows: options.bad_rows };
        let name = Arc::clone(&source.name);
        let limit = options.max_record.min(LONGEST_RECORD);
        if let Some(encoding) = source.guessed {
            tally.remark(1, format!("read as {encoding}, without a byte order mark that says so"));
        }
        let given = options.delimiter;
        let opened = match options.format.map_or_else(|| source.sniff(by_name), Ok) {
            Err(error) => Err(Stop::Io(error)),
            Ok(InputFormat::Csv) => Framing::find(&mut source.buffer, given, usual, &mut tally)
                .and_then(|framing| CsvRows::open(source.buffer, &framing, limit, &mut tally))
                .map(|(rows, columns)| (Engine::Csv(Box::new(rows)), columns)),
            Ok(InputFormat::Ndjson) => JsonRows::open(source.buffer, limit, &mut tally)
                .map(|(rows, columns)| (Engine::Json(Box::new(rows)), columns)),
            Ok(InputFormat::Zeek) => {
                LogRows::open(source.buffer, Zeek::new(given), limit, &mut tally).map(Engine::log)
            }
            Ok(InputFormat::W3c) => {
                LogRows::open(source.buffer, W3c::new(given), limit, &mut tally).map(Engine::log)
            }
        };
        let (rows, columns) = opened.map_err(|stop| stop.at(&name))?;
        if summary.format().is_none() {
            summary.set_format("NDJSON");
        }
        let (bad_rows, progress) = (options.bad_rows, source.progress);
        Ok(Self {
            name,
            columns: columns.into(),
            rows,
            progress,
            summary,
            bad_rows,
            next_row,
            block: options.block,
            done: false,
            stopped: None,
        })
    }

    /// The names of the columns: those of a CSV header, of all headers of a log so
    /// far, or the keys of JSON in the order in which they
    /// appear.
    ///
    /// At first the keys of the first 1000 records (or 8 MiB); more come with the batches that have
    /// them, up to 16,384.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// let reader = Reader::new("-", &b"{\"a\":1}\n{\"b\":{\"c\":2}}\n"[..], ReadOptions::new())?;
    /// assert_eq!(reader.columns(), ["a", "b.c"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether the columns come with the records and may grow: JSON, and logs with several headers.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// assert!(!Reader::new("x.csv", &b"a\n"[..], ReadOptions::new())?.names_its_fields());
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn names_its_fields(&self) -> bool {
        matches!(self.rows, Engine::Json(_) | Engine::Log(_))
    }

    /// Reads to the end and returns the names of all columns, for a second reader of the same input.
    ///
    /// Costs a pass over JSON; the names of CSV are in its header.
    ///
    /// # Errors
    ///
    /// As [`next_batch`](Self::next_batch).
    ///
    /// ```
    /// use oddsift_records::{ReadOptions, Reader};
    ///
    /// let text = "{\"a\":1}\n".repeat(5000) + "{\"late\":2}\n";
    /// let open = || Reader::new("x.ndjson", std::io::Cursor::new(text.clone()), ReadOptions::new());
    /// let columns = open()?.read_columns()?;
    /// assert_eq!(columns[..], ["a", "late"]);
    /// assert_eq!(open()?.columns(), ["a"]);
    /// assert_eq!(open()?.with_columns(&columns).columns(), ["a", "late"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn read_columns(mut self) -> Result<Arc<[String]>, Error> {
        let mut batch = Batch::new();
        while self.names_its_fields() && self.next_batch(&mut batch)? {}
        Ok(self.columns)
    }

    /// Adds columns whose fields may come later, behind those that are known; CSV has its own, and takes
    /// none.
    ///
    /// ```
    /// use oddsift_records::{ReadOptions, Reader};
    ///
    /// let reader = Reader::new("-", &b"{\"a\":1}\n"[..], ReadOptions::new())?;
    /// let names = ["a", "b"].map(String::from);
    /// assert_eq!(reader.with_columns(&names).columns(), names);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn with_columns(mut self, names: &[String]) -> Self {
        if let Engine::Json(rows) = &mut self.rows {
            self.columns = rows.expect(names);
        }
        self
    }

    /// The name that messages show.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// assert_eq!(Reader::new("x.csv", &b"a\n"[..], ReadOptions::new())?.name(), "x.csv");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Fills `batch` with the next records, about 4096 or 1 MiB; false, and none, at the end.
    ///
    /// What the batch held is gone. How the input is cut into batches has no influence on rows.
    /// The records before a fault come first; after an error there are no more.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for the first fault, or with [`BadRows::Skip`] for one that cannot be
    /// skipped (in CSV a quote that never closes, a log's header that names a column twice); [`Error::Read`].
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader};
    /// let mut reader = Reader::new("x.csv", &b"a,b\n1,2\n3\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// assert!(reader.next_batch(&mut batch)?);
    /// assert_eq!(batch.len(), 1);
    /// let error = reader.next_batch(&mut batch).unwrap_err().to_string();
    /// assert!(error.starts_with("x.csv:3:2: expected 2 fields, found 1; "));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        if let Engine::Csv(rows) = &mut self.rows {
            rows.reuse(batch);
        }
        batch.begin(&self.name, &self.columns);
        if let Some(stop) = self.stopped.take() {
            return Err(stop.at(&self.name));
        }
        if self.done {
            return Ok(false);
        }
        let mut tally = Tally {
            summary: &mut self.summary,
            next_row: &mut self.next_row,
            bad_rows: self.bad_rows,
        };
        let filled = match &mut self.rows {
            Engine::Csv(rows) => rows.fill(batch, &mut tally),
            Engine::Json(rows) => rows.fill(batch, &mut tally),
            Engine::Log(rows) => rows.fill(batch, &mut tally),
        };
        if !Arc::ptr_eq(&self.columns, batch.columns()) {
            self.columns = Arc::clone(batch.columns());
        }
        self.done = filled.is_err() || batch.is_empty();
        self.summary.rows = self.summary.rows.saturating_add(batch.len() as u64);
        match filled {
            Err(stop) if batch.is_empty() => Err(stop.at(&self.name)),
            // The rows before a fault come first, so that theirs are found first, too.
            Err(stop) => {
                self.stopped = Some(stop);
                Ok(true)
            }
            Ok(()) => Ok(!self.done),
        }
    }

    /// What a user should know of the rows that were read so far.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// let reader = Reader::new("x.csv", &b"a,,\n"[..], ReadOptions::new())?;
    /// assert_eq!(reader.summary().unnamed_columns(), [2, 3]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Bytes of the file that were read, compressed or not.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// assert_eq!(Reader::new("x.csv", &b"a\n"[..], ReadOptions::new())?.progress(), 2);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn progress(&self) -> u64 {
        self.progress.bytes()
    }

    /// The size of the file; `None` for a pipe.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// assert_eq!(Reader::new("x.csv", &b"a\n"[..], ReadOptions::new())?.total(), None);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.progress.total()
    }

    /// The same two numbers for another thread.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// let progress = Reader::new("x.csv", &b"a\n"[..], ReadOptions::new())?.watch();
    /// assert_eq!(std::thread::spawn(move || progress.bytes()).join().ok(), Some(2));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn watch(&self) -> BytesRead {
        self.progress.clone()
    }
}

impl Rows for Reader {
    fn name(&self) -> &str {
        self.name()
    }

    fn columns(&self) -> &[String] {
        self.columns()
    }

    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        self.next_batch(batch)
    }

    fn summary(&self) -> &Summary {
        self.summary()
    }

    fn bytes_read(&self) -> u64 {
        self.progress()
    }

    fn n_bytes(&self) -> Option<u64> {
        self.total()
    }

    fn names_its_fields(&self) -> bool {
        self.names_its_fields()
    }

    fn share(&mut self) -> Option<SharedRows> {
        let Engine::Csv(rows) = &mut self.rows else { return None };
        if self.done || self.stopped.is_some() {
            return None;
        }
        let shared = SharedRows::new(Resume {
            name: Arc::clone(&self.name),
            columns: Arc::clone(&self.columns),
            rows: rows.give_away()?,
            bad_rows: self.bad_rows,
            progress: self.progress.clone(),
            row: self.next_row,
            block: self.block,
        });
        self.done = true;
        Some(shared)
    }

    fn rejoin(&mut self, shared: SharedRows) {
        self.summary.add(&shared.into_summary());
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("name", &self.name)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

/// Why reading stops; the name of the input is not known here.
#[derive(Debug)]
pub(crate) enum Stop {
    Io(io::Error),
    Empty,
    Bad { line: u64, column: Option<u64>, fault: Fault },
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Io(error)
    }
}

impl Stop {
    /// The same with lines counted from an earlier place.
    pub(crate) fn below(self, n_lines: u64) -> Self {
        match self {
            Stop::Bad { line, column, fault } => {
                Stop::Bad { line: line.saturating_add(n_lines), column, fault }
            }
            stop => stop,
        }
    }

    pub(crate) fn at(self, name: &Arc<str>) -> Error {
        let name = Arc::clone(name);
        match self {
            Stop::Io(source) => Error::Read { name, source },
            Stop::Empty => Error::Empty { name },
            Stop::Bad { line, column, fault } => {
                Error::Data { position: Position { name, line, column }, fault }
            }
        }
    }
}

/// The count of rows, and what becomes of bad ones.
pub(crate) struct Tally<'a> {
    summary: &'a mut Summary,
    next_row: &'a mut u64,
    bad_rows: BadRows,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(summary: &'a mut Summary, next_row: &'a mut u64, bad_rows: BadRows) -> Self {
        Self { summary, next_row, bad_rows }
    }
}

impl Tally<'_> {
    /// The number of the next row, good or bad.
    pub(crate) fn number(&mut self) -> u64 {
        let row = *self.next_row;
        *self.next_row = row.saturating_add(1);
        row
    }

    /// The number that the next row will have.
    pub(crate) fn next_number(&self) -> u64 {
        *self.next_row
    }

    /// Whether no row was there yet, good or bad.
    pub(crate) fn is_untouched(&self) -> bool {
        *self.next_row == 0
    }

    /// Counts a bad row, or stops at it.
    pub(crate) fn bad(&mut self, stop: Stop) -> Result<(), Stop> {
        match stop {
            Stop::Bad { line, column, fault } if self.bad_rows == BadRows::Skip => {
                self.summary.skipped.note(line, column, fault);
                Ok(())
            }
            stop => Err(stop),
        }
    }

    pub(crate) fn replaced(&mut self, line: u64) {
        self.summary.replaced.note(line, None, "");
    }

    /// Counts a header line among the rows.
    pub(crate) fn repeated(&mut self, line: u64) {
        self.summary.repeated.note(line, None, "");
    }

    /// Says how the input is taken.
    pub(crate) fn remark(&mut self, line: u64, what: String) {
        self.summary.remark(line, what);
    }

    pub(crate) fn format(&mut self, format: String) {
        self.summary.set_format(format);
    }

    pub(crate) fn unnamed(&mut self, line: u64, column: u64) {
        self.summary.header_line = line;
        self.summary.unnamed.push(column);
    }

    /// Counts a record with a key that has no column.
    pub(crate) fn dropped(&mut self, line: u64, key: String) {
        match &mut self.summary.dropped {
            Some(dropped) => dropped.rows = dropped.rows.saturating_add(1),
            none => *none = Some(DroppedKeys { rows: 1, line, key }),
        }
    }

    /// Notes keys that lead to the records.
    pub(crate) fn unwrapped(&mut self, keys: &str) {
        match &mut self.summary.envelope {
            Some(envelope) => {
                envelope.push('.');
                envelope.push_str(keys);
            }
            none => *none = Some(keys.to_owned()),
        }
    }
}
