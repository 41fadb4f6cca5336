use std::{borrow::Cow, fmt, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch, RecordBatchOptions,
    builder::{
        BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampNanosecondBuilder,
    },
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use oddsift_records::{Batch, Cell, FieldKind, Record, Row, RowBuilder};
use oddsift_timespan::Timestamp;

use crate::WriteError;

/// What a column of a Parquet file or an Arrow table holds; any value may be missing.
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

/// The schema of columns of these kinds; those of none are text.
pub(crate) fn schema(names: &[String], kinds: &[Option<ColumnKind>]) -> SchemaRef {
    let fields = names.iter().zip(kinds).map(|(name, kind)| {
        let kind = match kind {
            None | Some(ColumnKind::Text) => DataType::Utf8,
            Some(ColumnKind::Int) => DataType::Int64,
            Some(ColumnKind::Float) => DataType::Float64,
            Some(ColumnKind::Bool) => DataType::Boolean,
            Some(ColumnKind::Time) => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
            Some(ColumnKind::NaiveTime) => DataType::Timestamp(TimeUnit::Nanosecond, None),
        };
        Field::new(name, kind, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The kinds of the columns of a [`schema`].
pub(crate) fn kinds_of(schema: &Schema) -> Vec<Option<ColumnKind>> {
    let kind = |field: &Arc<Field>| match field.data_type() {
        DataType::Int64 => ColumnKind::Int,
        DataType::Float64 => ColumnKind::Float,
        DataType::Boolean => ColumnKind::Bool,
        DataType::Timestamp(_, Some(_)) => ColumnKind::Time,
        DataType::Timestamp(_, None) => ColumnKind::NaiveTime,
        _ => ColumnKind::Text,
    };
    schema.fields().iter().map(kind).map(Some).collect()
}

/// The rows of a batch as arrays.
pub(crate) fn record_batch(
    schema: &SchemaRef,
    kinds: &[Option<ColumnKind>],
    batch: &Batch,
) -> Result<RecordBatch, WriteError> {
    let kind = |kind: &Option<ColumnKind>| kind.unwrap_or(ColumnKind::Text);
    let columns = kinds.iter().enumerate().map(|(at, of)| column(batch, at, kind(of)));
    let columns: Vec<ArrayRef> = columns.collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.len()));
    let batch = RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options);
    Ok(batch.map_err(parquet::errors::ParquetError::from)?)
}

fn column(batch: &Batch, column: usize, kind: ColumnKind) -> Result<ArrayRef, WriteError> {
    macro_rules! build {
        ($builder:expr, $value:ident) => {{
            let mut builder = $builder;
            for row in batch {
                let value = $value(row, column);
                check(batch, row, column, kind, value.is_some())?;
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
    batch: &Batch,
    row: Row<'_>,
    column: usize,
    expected: ColumnKind,
    has_value: bool,
) -> Result<(), WriteError> {
    if has_value || row.kind(column) == FieldKind::Missing {
        return Ok(());
    }
    let name = batch.columns().get(column).cloned().unwrap_or_default();
    Err(WriteError::Cell { row: row.row(), column: name, expected, found: word(row, column) })
}

/// Adds a row to a batch, with what Arrow can hold of its cells.
pub(crate) fn push_row(batch: &mut Batch, number: u64, cells: &[Cell<'_>]) {
    let mut row = batch.push(number, 0);
    for cell in cells {
        push(*cell, &mut row);
    }
}

/// Adds a cell to a row, as far as Arrow can hold it.
pub(crate) fn push(cell: Cell<'_>, row: &mut RowBuilder<'_>) {
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

/// The kind that holds all cells of a column; `None` where all are missing.
pub(crate) fn found_kind(batch: &Batch, column: usize) -> Option<ColumnKind> {
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
        found = joined(found, Some(kind));
        if found == Some(ColumnKind::Text) {
            return found;
        }
    }
    found
}

/// The kind that holds what either does.
pub(crate) fn joined(a: Option<ColumnKind>, b: Option<ColumnKind>) -> Option<ColumnKind> {
    use ColumnKind::{Float, Int, Text};
    match (a, b) {
        (None, kind) | (kind, None) => kind,
        (Some(a), Some(b)) if a == b => Some(a),
        (Some(Int | Float), Some(Int | Float)) => Some(Float),
        _ => Some(Text),
    }
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
