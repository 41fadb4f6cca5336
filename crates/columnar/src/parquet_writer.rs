use std::{fmt, io::Write, sync::Arc};

use arrow_schema::SchemaRef;
use oddsift_records::{Batch, Cell};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use crate::{
    ColumnKind, WriteError,
    arrays::{found_kind, push_row, record_batch, schema},
};

/// The rows of a group; smaller groups are written where rows are long.
const GROUP_ROWS: usize = 1 << 16;

/// The bytes of a group in the making.
const GROUP_BYTES: usize = 16 << 20;

/// Writes rows as Parquet, by groups of at most 65,536 rows or about 16 MiB, packed by zstd.
///
/// A column without a kind gets the one that the cells of the first rows have, some thousand of them:
/// text where they differ or all are missing, numbers where some are whole. A later cell that does not fit
/// is an error, so a caller who knows a column's kind says it.
///
/// ```
/// use oddsift_columnar::{ColumnKind, ParquetWriter};
/// use oddsift_records::Cell;
///
/// let columns = [("Process".to_owned(), Some(ColumnKind::Text)), ("Score".to_owned(), None)];
/// let mut writer = ParquetWriter::new(Vec::new(), &columns)?;
/// writer.write_row(&[Cell::Text("reg.exe"), Cell::Float(-0.71)])?;
/// assert!(writer.finish()?.starts_with(b"PAR1"));
/// # Ok::<(), oddsift_columnar::WriteError>(())
/// ```
pub struct ParquetWriter<W: Write + Send> {
    names: Arc<[String]>,
    kinds: Vec<Option<ColumnKind>>,
    state: State<W>,
    /// Rows that wait.
    batch: Batch,
    label: Arc<str>,
    next_row: u64,
}

enum State<W: Write + Send> {
    /// Until the kinds of all columns are known.
    New(W),
    Open {
        writer: Box<ArrowWriter<W>>,
        schema: SchemaRef,
    },
    /// After an error.
    Failed,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file with these columns; nothing is written yet.
    ///
    /// # Errors
    ///
    /// None today.
    ///
    /// ```
    /// use oddsift_columnar::ParquetWriter;
    ///
    /// let writer = ParquetWriter::new(Vec::new(), &[("a".to_owned(), None)])?;
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    pub fn new(inner: W, columns: &[(String, Option<ColumnKind>)]) -> Result<Self, WriteError> {
        let names: Arc<[String]> = columns.iter().map(|(name, _)| name.clone()).collect();
        let label: Arc<str> = Arc::from("");
        let mut batch = Batch::new();
        batch.begin(&label, &names);
        let kinds = columns.iter().map(|(_, kind)| *kind).collect();
        Ok(Self { names, kinds, state: State::New(inner), batch, label, next_row: 0 })
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// [`WriteError::CellCount`] if there is not one cell a column; [`WriteError::Cell`], for this row or
    /// one before it, and [`WriteError::Write`].
    ///
    /// ```
    /// # use oddsift_columnar::ParquetWriter;
    /// # use oddsift_records::Cell;
    /// let mut writer = ParquetWriter::new(Vec::new(), &[("a".to_owned(), None)])?;
    /// assert!(writer.write_row(&[Cell::Missing]).is_ok());
    /// assert!(writer.write_row(&[]).is_err());
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    pub fn write_row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        if cells.len() != self.names.len() {
            return Err(WriteError::CellCount { expected: self.names.len(), found: cells.len() });
        }
        push_row(&mut self.batch, self.next_row, cells);
        self.next_row = self.next_row.saturating_add(1);
        if self.batch.is_full() { self.write_batch() } else { Ok(()) }
    }

    /// Writes what waits and the end of the file, and gives back what it was written to.
    ///
    /// # Errors
    ///
    /// As [`write_row`](Self::write_row).
    ///
    /// ```
    /// # use oddsift_columnar::ParquetWriter;
    /// let file = ParquetWriter::new(Vec::new(), &[("a".to_owned(), None)])?.finish()?;
    /// assert!(file.ends_with(b"PAR1"));
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.write_batch()?;
        match self.state {
            State::Open { writer, .. } => Ok(writer.into_inner()?),
            State::New(inner) => Ok(inner),
            State::Failed => Err(failed()),
        }
    }

    fn write_batch(&mut self) -> Result<(), WriteError> {
        let (mut writer, schema) = self.open()?;
        let batch = record_batch(&schema, &self.kinds, &self.batch)?;
        writer.write(&batch)?;
        if writer.in_progress_size() >= GROUP_BYTES {
            writer.flush()?;
        }
        self.state = State::Open { writer, schema };
        self.batch.begin(&self.label, &self.names);
        Ok(())
    }

    /// The writer, which is put back when all went well.
    fn open(&mut self) -> Result<(Box<ArrowWriter<W>>, SchemaRef), WriteError> {
        match std::mem::replace(&mut self.state, State::Failed) {
            State::Open { writer, schema } => Ok((writer, schema)),
            State::Failed => Err(failed()),
            State::New(inner) => {
                for column in 0..self.names.len() {
                    let found = found_kind(&self.batch, column).unwrap_or(ColumnKind::Text);
                    if let Some(kind) = self.kinds.get_mut(column) {
                        kind.get_or_insert(found);
                    }
                }
                let schema = schema(&self.names, &self.kinds);
                let writer = ArrowWriter::try_new(inner, Arc::clone(&schema), Some(properties()))?;
                Ok((Box::new(writer), schema))
            }
        }
    }
}

fn failed() -> WriteError {
    parquet::errors::ParquetError::General("an error came before".to_owned()).into()
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build()
}

impl<W: Write + Send> fmt::Debug for ParquetWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetWriter").field("names", &self.names).finish_non_exhaustive()
    }
}
