use std::{fmt, fs::File, io, path::Path, sync::Arc};

use arrow_array::{Array, RecordBatch, RecordBatchReader};
use arrow_buffer::NullBuffer;
use arrow_schema::SchemaRef;
use oddsift_records::{Batch, Error, Position, RowBuilder, Rows, Summary};
use parquet::file::reader::{ChunkReader, Length};

use crate::{
    Error as Fault,
    cells::{Put, cells},
    error::{broken, guarded},
    guard::Guard,
    in_memory::ReaderTable,
    ipc::IpcTable,
    leaves::{Leaf, leaves},
    parquet_table::{NextBatch, ParquetTable},
};

/// The rows that are decoded at a time.
pub(crate) const BATCH_ROWS: usize = 4096;

/// Gives the next batch of rows.
pub(crate) type Batches = Box<dyn FnMut() -> NextBatch + Send>;

/// Returns whether a file begins as Parquet does.
///
/// ```
/// assert!(oddsift_columnar::is_parquet(b"PAR1\x15\x04"));
/// assert!(!oddsift_columnar::is_parquet(b"PAR1,user\n"));
/// ```
#[must_use]
pub fn is_parquet(head: &[u8]) -> bool {
    // A header of CSV may begin with these letters, but not go on with the byte that begins the first
    // page, or the metadata of a file without rows.
    matches!(head, [b'P', b'A', b'R', b'1', 0x15, ..])
}

/// Returns whether a file begins as Arrow IPC does: a file, which is Feather 2, too, or a stream.
///
/// ```
/// assert!(oddsift_columnar::is_arrow(b"ARROW1\0\0\xff\xff\xff\xff"));
/// assert!(oddsift_columnar::is_arrow(b"\xff\xff\xff\xff\x40\x01\0\0\x10\0\0\0"));
/// assert!(!oddsift_columnar::is_arrow(b"ARROW1,user\n"));
/// ```
#[must_use]
pub fn is_arrow(head: &[u8]) -> bool {
    // A schema is a message of some hundred bytes to a few megabytes, in eights.
    head.starts_with(b"ARROW1\0\0")
        || matches!(head, [0xff, 0xff, 0xff, 0xff, low, _, _, 0, ..] if low % 8 == 0)
}

/// The rows of a Parquet or Arrow IPC file, or of Arrow's batches in memory.
///
/// The columns are those of the schema, and those in a struct by their names with points. Whole and
/// other numbers, truth values and times are such; lists of values are text with spaces between, what
/// is nested deeper is JSON. A row's line is its number from 1.
///
/// Memory follows the pages of a group of rows (Parquet) or a batch (Arrow).
///
/// ```
/// use bytes::Bytes;
/// use oddsift_columnar::{ColumnarRows, ParquetWriter};
/// use oddsift_records::{Batch, Cell, Record, Rows};
///
/// let columns = [("host".to_owned(), None), ("port".to_owned(), None)];
/// let mut writer = ParquetWriter::new(Vec::new(), &columns)?;
/// writer.write_row(&[Cell::Text("ws1"), Cell::Int(443)])?;
/// let file = Bytes::from(writer.finish()?);
///
/// let mut rows = ColumnarRows::new("flows.parquet", file)?.with_columns(&["port"]);
/// let mut batch = Batch::new();
/// assert!(rows.next_batch(&mut batch)?);
/// assert_eq!(batch.columns()[..], ["port"]);
/// assert_eq!(batch.get(0).unwrap().cell(0), Cell::Int(443));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ColumnarRows {
    name: Arc<str>,
    table: Box<dyn Table>,
    leaves: Vec<Leaf>,
    columns: Arc<[String]>,
    batches: Option<Batches>,
    current: Current,
    next_row: u64,
    is_done: bool,
    /// What comes behind the rows that were read.
    fault: Option<Fault>,
    n_bytes: Option<u64>,
    summary: Summary,
}

/// What has a schema and gives batches: a file of either format, or a reader.
trait Table: Send {
    fn schema(&self) -> &SchemaRef;
    fn batches(&self, roots: &[usize]) -> Result<Batches, Fault>;
}

impl<R: ChunkReader + 'static> Table for ParquetTable<R> {
    fn schema(&self) -> &SchemaRef {
        self.schema()
    }

    fn batches(&self, roots: &[usize]) -> Result<Batches, Fault> {
        self.batches(roots)
    }
}

impl<R: ChunkReader + 'static> Table for IpcTable<R>
where
    R::T: Send,
{
    fn schema(&self) -> &SchemaRef {
        self.schema()
    }

    fn batches(&self, roots: &[usize]) -> Result<Batches, Fault> {
        self.batches(roots)
    }
}

impl Table for ReaderTable {
    fn schema(&self) -> &SchemaRef {
        self.schema()
    }

    fn batches(&self, roots: &[usize]) -> Result<Batches, Fault> {
        self.batches(roots)
    }
}

/// The batch that rows are taken from.
#[derive(Default)]
struct Current {
    columns: Vec<(Option<Put>, Option<NullBuffer>)>,
    n_rows: usize,
    next: usize,
}

impl ColumnarRows {
    /// Opens a file; the format is found by its first bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Open`], or [`Error::Read`] if it is of neither format, cut off or broken.
    ///
    /// ```
    /// assert!(oddsift_columnar::ColumnarRows::open("no/such/file.parquet").is_err());
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let name = path.as_ref().to_string_lossy();
        let open = |source| Error::Open { name: Arc::from(&*name), source };
        let file = File::open(&path).map_err(open)?;
        if file.metadata().map_err(open)?.is_dir() {
            return Err(open(io::ErrorKind::IsADirectory.into()));
        }
        Self::new(&name, file)
    }

    /// Reads a file, or bytes in memory; `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if it is of neither format, cut off or broken.
    ///
    /// ```
    /// use bytes::Bytes;
    ///
    /// assert!(oddsift_columnar::ColumnarRows::new("x", Bytes::from("a,b\n")).is_err());
    /// ```
    pub fn new<R: ChunkReader + 'static>(name: &str, bytes: R) -> Result<Self, Error>
    where
        R::T: Send,
    {
        let bytes = Guard(Arc::new(bytes));
        let n_bytes = bytes.len();
        Ok(Self { n_bytes: Some(n_bytes), ..Self::of_table(name, table(bytes))? })
    }

    /// Takes the batches of another library of Arrow as rows, without a copy of their columns; `name` is for
    /// messages. Rows can be read once.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the schema has no columns, or two of one name.
    ///
    /// ```
    /// use arrow_array::{Int64Array, RecordBatch, RecordBatchIterator};
    /// use oddsift_columnar::ColumnarRows;
    /// use oddsift_records::{Batch, Cell, Record, Rows};
    ///
    /// let ports: Int64Array = [443, 80].into_iter().collect();
    /// let batch = RecordBatch::try_from_iter([("port", std::sync::Arc::new(ports) as _)])?;
    /// let schema = batch.schema();
    /// let batches = RecordBatchIterator::new([Ok(batch)], schema);
    /// let mut rows = ColumnarRows::from_reader("flows", batches)?;
    /// let mut batch = Batch::new();
    /// assert!(rows.next_batch(&mut batch)?);
    /// assert_eq!(batch.get(1).unwrap().cell(0), Cell::Int(80));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_reader(
        name: &str,
        reader: impl RecordBatchReader + Send + 'static,
    ) -> Result<Self, Error> {
        Self::of_table(name, Ok(Box::new(ReaderTable::new(reader))))
    }

    fn of_table(name: &str, table: Result<Box<dyn Table>, Fault>) -> Result<Self, Error> {
        let name: Arc<str> = Arc::from(name);
        let opened = table.and_then(|table| Ok((leaves(table.schema())?, table)));
        let (leaves, table) = opened.map_err(|fault| Error::Read {
            name: Arc::clone(&name),
            source: io::Error::new(io::ErrorKind::InvalidData, fault),
        })?;
        let columns = names(&leaves);
        Ok(Self {
            name,
            table,
            leaves,
            columns,
            batches: None,
            current: Current::default(),
            next_row: 0,
            is_done: false,
            fault: None,
            n_bytes: None,
            summary: Summary::default(),
        })
    }

    /// Takes only these columns, in the order of the file; the others are not decoded. Names that the
    /// file has not are passed over. Without effect once rows were read.
    ///
    /// ```
    /// # use oddsift_columnar::{ColumnarRows, ParquetWriter};
    /// # use oddsift_records::Rows;
    /// let columns = ["a", "b", "c"].map(|name| (name.to_owned(), None));
    /// let file = ParquetWriter::new(Vec::new(), &columns)?.finish()?;
    /// let rows = ColumnarRows::new("x.parquet", bytes::Bytes::from(file))?.with_columns(&["c", "a"]);
    /// assert_eq!(rows.columns(), ["a", "c"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_columns(mut self, wanted: &[&str]) -> Self {
        if self.batches.is_none() {
            self.leaves.retain(|leaf| wanted.contains(&leaf.name.as_str()));
            self.columns = names(&self.leaves);
        }
        self
    }

    fn fill(&mut self, batch: &mut Batch) -> Result<(), Fault> {
        while !batch.is_full() {
            if self.current.next >= self.current.n_rows && !self.load()? {
                self.is_done = true;
                return Ok(());
            }
            // It may have none.
            if self.current.next < self.current.n_rows {
                let line = self.next_row.saturating_add(1);
                self.current.push(batch.push(self.next_row, line));
                self.next_row = line;
            }
        }
        Ok(())
    }

    /// Decodes the next batch of the file; false at its end.
    fn load(&mut self) -> Result<bool, Fault> {
        let roots = self.roots();
        let batches = match &mut self.batches {
            Some(batches) => batches,
            None => self.batches.insert(self.table.batches(&roots)?),
        };
        let Some(batch) = batches()? else { return Ok(false) };
        let leaves: Vec<Leaf> = self.leaves.iter().map(|leaf| leaf.within(&roots)).collect();
        self.current = guarded(|| Ok::<_, Fault>(Current::new(&batch, &leaves)))??;
        Ok(true)
    }

    /// The columns of the schema that the wanted ones are in.
    fn roots(&self) -> Vec<usize> {
        let mut roots: Vec<usize> = self.leaves.iter().map(Leaf::root).collect();
        roots.dedup();
        roots
    }

    fn error(&self, fault: Fault) -> Error {
        let position = Position::new(&self.name, self.next_row.saturating_add(1), None);
        Error::Source { position, source: fault.into() }
    }

    /// Tells of columns whose type has no text.
    fn finish(&mut self) {
        let lacking =
            self.columns.iter().zip(&self.current.columns).filter(|(_, (put, _))| put.is_none());
        let names: Vec<&str> = lacking.map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            let place = Position::new(&self.name, 1, None);
            self.summary
                .note(format!("{place}: columns of a type that is not read: {}", names.join(", ")));
        }
    }
}

/// Opens a file by its first bytes.
fn table<R: ChunkReader + 'static>(bytes: Guard<R>) -> Result<Box<dyn Table>, Fault>
where
    R::T: Send,
{
    let n_bytes = usize::try_from(bytes.len()).unwrap_or(usize::MAX).min(16);
    let head = bytes.get_bytes(0, n_bytes).map_err(broken)?;
    if head.starts_with(b"PAR1") {
        return Ok(Box::new(ParquetTable::open(bytes)?));
    }
    if head.starts_with(b"FEA1") {
        return Err(Fault::OldFeather);
    }
    if is_arrow(&head) {
        return Ok(Box::new(IpcTable::open(bytes)?));
    }
    Err(broken("it begins neither as Parquet nor as Arrow IPC"))
}

fn names(leaves: &[Leaf]) -> Arc<[String]> {
    leaves.iter().map(|leaf| leaf.name.clone()).collect()
}

impl Current {
    fn new(batch: &RecordBatch, leaves: &[Leaf]) -> Result<Self, Fault> {
        let columns = leaves.iter().map(|leaf| {
            let (array, nulls) = leaf.of(batch).ok_or_else(|| broken("a batch lacks a column"))?;
            if array.len() != batch.num_rows() {
                return Err(broken("a column is longer or shorter than its batch"));
            }
            Ok((cells(&array), nulls))
        });
        Ok(Self { columns: columns.collect::<Result<_, _>>()?, n_rows: batch.num_rows(), next: 0 })
    }

    /// Adds the next row.
    fn push(&mut self, mut out: RowBuilder<'_>) {
        for (put, nulls) in &self.columns {
            let is_null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(self.next));
            match put {
                Some(put) if !is_null => put(self.next, &mut out),
                _ => _ = out.missing(),
            }
        }
        self.next = self.next.saturating_add(1);
    }
}

impl Rows for ColumnarRows {
    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        batch.begin(&self.name, &self.columns);
        if !self.is_done {
            match self.fill(batch) {
                Ok(()) if self.is_done => self.finish(),
                Ok(()) => {}
                Err(fault) => (self.is_done, self.fault) = (true, Some(fault)),
            }
        }
        if batch.is_empty()
            && let Some(fault) = self.fault.take()
        {
            return Err(self.error(fault));
        }
        self.summary.count_rows(batch.len());
        Ok(!batch.is_empty())
    }

    fn summary(&self) -> &Summary {
        &self.summary
    }

    fn n_bytes(&self) -> Option<u64> {
        self.n_bytes
    }
}

impl fmt::Debug for ColumnarRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ColumnarRows").field("name", &self.name).finish_non_exhaustive()
    }
}
