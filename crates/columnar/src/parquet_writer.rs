use std::{borrow::Cow, fmt, io::Write, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch, RecordBatchOptions,
    builder::{
        BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampNanosecondBuilder,
    },
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use oddsift_records::{Batch, Cell, FieldKind, Record, Row, RowBuilder};
use oddsift_timespan::Timestamp;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use crate::WriteError;

/// The rows of a group; smaller groups are written where rows are long.
const GROUP_ROWS: usize = 1 << 16;

/// The bytes of a group in the making.
const GROUP_BYTES: usize = 16 << 20;

/// What a column of a Parquet file holds; any value may be missing.
///
/// ```
/// assert_eq!(oddsift_columnar::ColumnKind::Int.to_string(), "whole numbers");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnKind {
    /// Text; any cell can be written as such.
    Text,
    /// Whole numbers of 64 bits.
    Int,
    /// Numbers of 64 bits.
    Float,
    /// True and false.
    Bool,
    /// Times in UTC, to the nanosecond.
    Time,
    /// Times that do not name their zone.
    NaiveTime,
}

impl fmt::Display for ColumnKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Int => "whole numbers",
            Self::Float => "numbers",
            Self::Bool => "true and false",
            Self::Time => "times",
            Self::NaiveTime => "times without a zone",
        })
    }
}

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
        let mut row = self.batch.push(self.next_row, 0);
        for cell in cells {
            push(*cell, &mut row);
        }
        drop(row);
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
        let columns = (0..self.names.len()).map(|column| self.column(column));
        let columns: Vec<ArrayRef> = columns.collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(self.batch.len()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options)
            .map_err(parquet::errors::ParquetError::from)?;
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
                    let found = found_kind(&self.batch, column);
                    if let Some(kind) = self.kinds.get_mut(column) {
                        kind.get_or_insert(found);
                    }
                }
                let schema = self.schema();
                let writer = ArrowWriter::try_new(inner, Arc::clone(&schema), Some(properties()))?;
                Ok((Box::new(writer), schema))
            }
        }
    }

    fn schema(&self) -> SchemaRef {
        let fields = self.names.iter().zip(&self.kinds).map(|(name, kind)| {
            let kind = match kind {
                None | Some(ColumnKind::Text) => DataType::Utf8,
                Some(ColumnKind::Int) => DataType::Int64,
                Some(ColumnKind::Float) => DataType::Float64,
                Some(ColumnKind::Bool) => DataType::Boolean,
                Some(ColumnKind::Time) => {
                    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
                }
                Some(ColumnKind::NaiveTime) => DataType::Timestamp(TimeUnit::Nanosecond, None),
            };
            Field::new(name, kind, true)
        });
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    fn column(&self, column: usize) -> Result<ArrayRef, WriteError> {
        let kind = self.kinds.get(column).copied().flatten().unwrap_or(ColumnKind::Text);
        macro_rules! build {
            ($builder:expr, $value:ident) => {{
                let mut builder = $builder;
                for row in &self.batch {
                    let value = $value(row, column);
                    self.check(row, column, kind, value.is_some())?;
                    builder.append_option(value);
                }
                Arc::new(builder.finish())
            }};
        }
        let times = TimestampNanosecondBuilder::new;
        Ok(match kind {
            ColumnKind::Text => build!(StringBuilder::new(), text),
            ColumnKind::Int => build!(Int64Builder::new(), int),
            ColumnKind::Float => build!(Float64Builder::new(), float),
            ColumnKind::Bool => build!(BooleanBuilder::new(), bool),
            ColumnKind::Time => build!(times().with_timezone("UTC"), time),
            ColumnKind::NaiveTime => build!(times(), time),
        })
    }

    /// Whether a cell that gave no value had none.
    fn check(
        &self,
        row: Row<'_>,
        column: usize,
        expected: ColumnKind,
        has_value: bool,
    ) -> Result<(), WriteError> {
        if has_value || row.kind(column) == FieldKind::Missing {
            return Ok(());
        }
        let name = self.names.get(column).cloned().unwrap_or_default();
        Err(WriteError::Cell { row: row.row(), column: name, expected, found: word(row, column) })
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

fn push(cell: Cell<'_>, row: &mut RowBuilder<'_>) {
    match cell {
        Cell::Missing => row.missing(),
        Cell::Text(text) => row.text(text),
        Cell::Int(number) => row.int(number),
        Cell::UInt(number) => match i64::try_from(number) {
            Ok(number) => row.int(number),
            Err(_) => row.json(&number.to_string(), FieldKind::Number),
        },
        Cell::Float(number) if !number.is_finite() => row.missing(),
        Cell::Float(number) => row.float(number),
        Cell::Bool(value) => row.bool(value),
        Cell::Time(time) => row.time(time),
        Cell::NaiveTime(time) => row.naive_time(time),
        Cell::Json(text) => row.json(text, FieldKind::Nested),
    };
}

/// The kind that holds all cells of a column.
fn found_kind(batch: &Batch, column: usize) -> ColumnKind {
    let mut found = None;
    for row in batch {
        let kind = match row.value(column) {
            Cell::Missing => continue,
            Cell::Int(_) => ColumnKind::Int,
            Cell::Float(_) => ColumnKind::Float,
            Cell::Time(_) => ColumnKind::Time,
            Cell::NaiveTime(_) => ColumnKind::NaiveTime,
            _ if row.kind(column) == FieldKind::Bool => ColumnKind::Bool,
            _ => ColumnKind::Text,
        };
        found = match (found, kind) {
            (None, kind) => Some(kind),
            (Some(before), kind) if before == kind => Some(kind),
            (Some(ColumnKind::Int | ColumnKind::Float), ColumnKind::Int | ColumnKind::Float) => {
                Some(ColumnKind::Float)
            }
            _ => return ColumnKind::Text,
        };
    }
    found.unwrap_or(ColumnKind::Text)
}

fn text(row: Row<'_>, column: usize) -> Option<Cow<'_, str>> {
    match row.value(column) {
        // An empty text is text.
        Cell::Text(text) => Some(text.into()),
        _ => row.to_text(column),
    }
}

fn int(row: Row<'_>, column: usize) -> Option<i64> {
    match row.value(column) {
        Cell::Int(number) => Some(number),
        _ => None,
    }
}

fn float(row: Row<'_>, column: usize) -> Option<f64> {
    match row.value(column) {
        Cell::Int(number) => Some(number as f64),
        Cell::Float(number) => Some(number),
        _ => None,
    }
}

fn bool(row: Row<'_>, column: usize) -> Option<bool> {
    if row.kind(column) != FieldKind::Bool {
        return None;
    }
    row.text(column).map(|text| text == "true")
}

/// Nanoseconds since 1970, which go from 1677 to 2262.
fn time(row: Row<'_>, column: usize) -> Option<i64> {
    let nanos = |time: Timestamp| i64::try_from(time.as_nanosecond()).ok();
    match row.value(column) {
        Cell::Time(time) | Cell::NaiveTime(time) => nanos(time),
        _ => None,
    }
}

/// What a cell is, for a message.
fn word(row: Row<'_>, column: usize) -> &'static str {
    match row.value(column) {
        Cell::Missing => "nothing",
        Cell::Int(_) | Cell::UInt(_) | Cell::Float(_) => "a number",
        Cell::Time(_) | Cell::NaiveTime(_) => "a time",
        _ if row.kind(column) == FieldKind::Bool => "true or false",
        Cell::Json(_) => "JSON",
        Cell::Text(_) | Cell::Bool(_) => "text",
    }
}

impl<W: Write + Send> fmt::Debug for ParquetWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetWriter").field("names", &self.names).finish_non_exhaustive()
    }
}
