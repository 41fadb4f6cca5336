use std::{fmt, mem, sync::Arc};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use oddsift_records::{Batch, Cell};

use crate::{
    ColumnKind, WriteError,
    arrays::{found_kind, joined, kinds_of, push, record_batch, schema},
};

/// Builds an Arrow table in memory, row by row.
///
/// A column has the kind of all its cells: text where they differ or all are missing, numbers where some
/// are whole. Numbers and truth values in the words of JSON are such. Memory holds the rows, and while [`finish`](Self::finish) runs a batch of them twice.
///
/// ```
/// use oddsift_columnar::ArrowBuilder;
/// use oddsift_records::Cell;
///
/// let mut builder = ArrowBuilder::new(&["Process".to_owned(), "Score".to_owned()]);
/// builder.write_row(&[Cell::Text("reg.exe"), Cell::Int(-1)])?;
/// builder.write_row(&[Cell::Missing, Cell::Float(-0.71)])?;
/// let (schema, batches) = builder.finish()?;
/// assert!(schema.field(1).data_type().is_floating());
/// assert_eq!(batches[0].num_rows(), 2);
/// # Ok::<(), oddsift_columnar::WriteError>(())
/// ```
pub struct ArrowBuilder {
    names: Arc<[String]>,
    kinds: Vec<Option<ColumnKind>>,
    full: Vec<Batch>,
    batch: Batch,
    next_row: u64,
}

/// Rows for an [`ArrowBuilder`], made by one thread.
pub struct ArrowChunk(ArrowBuilder);

impl ArrowBuilder {
    /// Begins a table with these columns.
    ///
    /// ```
    /// let (schema, batches) = oddsift_columnar::ArrowBuilder::new(&["a".to_owned()]).finish()?;
    /// assert_eq!((schema.fields().len(), batches.len()), (1, 0));
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    #[must_use]
    pub fn new(names: &[String]) -> Self {
        Self::of_names(&names.iter().cloned().collect())
    }

    fn of_names(names: &Arc<[String]>) -> Self {
        let mut batch = Batch::new();
        batch.begin(&"".into(), names);
        let kinds = vec![None; names.len()];
        Self { names: Arc::clone(names), kinds, full: Vec::new(), batch, next_row: 0 }
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// [`WriteError::CellCount`] if there is not one cell a column.
    ///
    /// ```
    /// # use {oddsift_columnar::ArrowBuilder, oddsift_records::Cell};
    /// let mut builder = ArrowBuilder::new(&["a".to_owned()]);
    /// assert!(builder.write_row(&[Cell::Missing]).is_ok());
    /// assert!(builder.write_row(&[]).is_err());
    /// ```
    pub fn write_row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        if cells.len() != self.names.len() {
            return Err(WriteError::CellCount { expected: self.names.len(), found: cells.len() });
        }
        self.cells(cells);
        self.next_row = self.next_row.saturating_add(1);
        if self.batch.is_full() {
            self.close_batch();
        }
        Ok(())
    }

    /// Adds cells to the batch; those in the words of JSON get their kind.
    fn cells(&mut self, cells: &[Cell<'_>]) {
        let mut row = self.batch.push(self.next_row, 0);
        for cell in cells {
            push(typed(*cell), &mut row);
        }
    }

    /// Returns an empty chunk, to be filled by a thread.
    ///
    /// ```
    /// # use {oddsift_columnar::ArrowBuilder, oddsift_records::Cell};
    /// let mut builder = ArrowBuilder::new(&["a".to_owned()]);
    /// let mut chunk = builder.chunk();
    /// chunk.write_row(&[Cell::Bool(true)])?;
    /// builder.append(chunk);
    /// assert_eq!(builder.finish()?.1.len(), 1);
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    #[must_use]
    pub fn chunk(&self) -> ArrowChunk {
        ArrowChunk(Self::of_names(&self.names))
    }

    /// Appends the rows of a chunk.
    ///
    /// ```
    /// # use oddsift_columnar::ArrowBuilder;
    /// let mut builder = ArrowBuilder::new(&["a".to_owned()]);
    /// builder.append(builder.chunk());
    /// assert!(builder.finish()?.1.is_empty());
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    pub fn append(&mut self, chunk: ArrowChunk) {
        let mut other = chunk.0;
        self.close_batch();
        other.close_batch();
        self.full.append(&mut other.full);
        for (kind, of_other) in self.kinds.iter_mut().zip(other.kinds) {
            *kind = joined(*kind, of_other);
        }
    }

    fn close_batch(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        for (column, kind) in self.kinds.iter_mut().enumerate() {
            *kind = joined(*kind, found_kind(&self.batch, column));
        }
        let mut next = Batch::new();
        next.begin(&"".into(), &self.names);
        self.full.push(mem::replace(&mut self.batch, next));
    }

    /// Returns the schema of the table and its batches.
    ///
    /// # Errors
    ///
    /// [`WriteError::Cell`] for a time that nanoseconds since 1970 cannot say: before 1677 or after 2262.
    ///
    /// ```
    /// let (schema, _) = oddsift_columnar::ArrowBuilder::new(&["a".to_owned()]).finish()?;
    /// assert_eq!(schema.field(0).name(), "a");
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    pub fn finish(mut self) -> Result<(SchemaRef, Vec<RecordBatch>), WriteError> {
        let schema = self.schema();
        let batches = self.finish_as(&schema)?;
        Ok((schema, batches))
    }

    /// Returns the schema of the rows so far.
    ///
    /// ```
    /// # use {oddsift_columnar::ArrowBuilder, oddsift_records::Cell};
    /// let mut builder = ArrowBuilder::new(&["a".to_owned()]);
    /// builder.write_row(&[Cell::Float(0.5)])?;
    /// assert!(builder.schema().field(0).data_type().is_floating());
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    #[must_use]
    pub fn schema(&mut self) -> SchemaRef {
        self.close_batch();
        schema(&self.names, &self.kinds)
    }

    /// Returns the batches by a given [`schema`](Self::schema), that of rows before or one with more text.
    ///
    /// # Errors
    ///
    /// [`WriteError::Cell`] for a cell that does not fit its column; rows count from 0 here.
    ///
    /// ```
    /// # use {oddsift_columnar::ArrowBuilder, oddsift_records::Cell};
    /// let names = ["a".to_owned()];
    /// let mut first = ArrowBuilder::new(&names);
    /// first.write_row(&[Cell::Float(0.5)])?;
    /// let schema = first.schema();
    /// let mut next = ArrowBuilder::new(&names);
    /// next.write_row(&[Cell::Int(1)])?;
    /// assert_eq!(next.finish_as(&schema)?[0].schema(), schema);
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    pub fn finish_as(mut self, schema: &SchemaRef) -> Result<Vec<RecordBatch>, WriteError> {
        self.close_batch();
        let kinds = kinds_of(schema);
        self.full.into_iter().map(|batch| record_batch(schema, &kinds, &batch)).collect()
    }
}

impl ArrowChunk {
    /// Adds a row.
    ///
    /// # Errors
    ///
    /// As [`ArrowBuilder::write_row`].
    ///
    /// ```
    /// # use {oddsift_columnar::ArrowBuilder, oddsift_records::Cell};
    /// let mut chunk = ArrowBuilder::new(&["a".to_owned()]).chunk();
    /// assert!(chunk.write_row(&[Cell::Int(1)]).is_ok());
    /// ```
    pub fn write_row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        self.0.write_row(cells)
    }

    /// Returns the number of rows.
    ///
    /// ```
    /// # use {oddsift_columnar::ArrowBuilder, oddsift_records::Cell};
    /// let mut chunk = ArrowBuilder::new(&["a".to_owned()]).chunk();
    /// chunk.write_row(&[Cell::Int(1)])?;
    /// assert_eq!(chunk.n_rows(), 1);
    /// # Ok::<(), oddsift_columnar::WriteError>(())
    /// ```
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.0.next_row
    }

    /// Returns an empty chunk of the same columns.
    ///
    /// ```
    /// # use {oddsift_columnar::ArrowBuilder, oddsift_records::Cell};
    /// let chunk = ArrowBuilder::new(&["a".to_owned()]).chunk();
    /// assert!(chunk.another().write_row(&[Cell::Int(1)]).is_ok());
    /// ```
    #[must_use]
    pub fn another(&self) -> Self {
        self.0.chunk()
    }
}

/// A number or truth value that is written in JSON, as such.
fn typed(cell: Cell<'_>) -> Cell<'_> {
    let Cell::Json(text) = cell else { return cell };
    let number = || text.parse().ok().filter(|number: &f64| number.is_finite());
    match text {
        "true" => Cell::Bool(true),
        "false" => Cell::Bool(false),
        _ if text.starts_with(['[', '{']) => cell,
        _ => match text.parse() {
            Ok(whole) => Cell::Int(whole),
            Err(_) => number().map_or(cell, Cell::Float),
        },
    }
}

impl fmt::Debug for ArrowBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowBuilder").field("names", &self.names).finish_non_exhaustive()
    }
}

impl fmt::Debug for ArrowChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ArrowChunk").field(&self.0.names).finish()
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;

    use super::*;

    fn kinds(rows: &[[Cell<'_>; 1]]) -> DataType {
        let mut builder = ArrowBuilder::new(&["a".to_owned()]);
        for row in rows {
            builder.write_row(row).unwrap();
        }
        builder.finish().unwrap().0.field(0).data_type().clone()
    }

    #[test]
    fn a_column_has_the_kind_of_all_its_cells() {
        assert_eq!(kinds(&[[Cell::Missing]]), DataType::Utf8);
        assert_eq!(kinds(&[[Cell::Missing], [Cell::Int(1)]]), DataType::Int64);
        assert_eq!(kinds(&[[Cell::Int(1)], [Cell::Float(0.5)]]), DataType::Float64);
        assert_eq!(kinds(&[[Cell::Int(1)], [Cell::Text("a")]]), DataType::Utf8);
    }

    #[test]
    fn words_of_json_have_their_kind() {
        assert_eq!(kinds(&[[Cell::Json("443")]]), DataType::Int64);
        assert_eq!(kinds(&[[Cell::Json("443")], [Cell::Json("1.5")]]), DataType::Float64);
        assert_eq!(kinds(&[[Cell::Json("true")]]), DataType::Boolean);
        assert_eq!(kinds(&[[Cell::Json("1e400")]]), DataType::Utf8);
        assert_eq!(kinds(&[[Cell::Json("[1]")]]), DataType::Utf8);
    }

    #[test]
    fn kinds_join_over_batches_and_chunks() {
        let mut builder = ArrowBuilder::new(&["a".to_owned()]);
        builder.write_row(&[Cell::Int(1)]).unwrap();
        let mut chunk = builder.chunk();
        chunk.write_row(&[Cell::Text("b")]).unwrap();
        builder.append(chunk);
        let (schema, batches) = builder.finish().unwrap();
        assert_eq!(schema.field(0).data_type(), &DataType::Utf8);
        assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [1, 1]);
    }
}
