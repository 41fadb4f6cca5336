use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, Field, SchemaRef};
use oddsift::pipeline::{ArrowBuilder, Columns, Error};
use oddsift::records::escape_line;
use pyo3::{prelude::*, types::PyCapsule};
use pyo3_arrow::{
    error::PyArrowResult,
    ffi::{ArrayIterator, to_stream_pycapsule},
};

use crate::error::error;

/// A table in Arrow.
#[pyclass(frozen, module = "oddsift._oddsift")]
#[derive(Debug)]
pub(crate) struct Frame {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Frame {
    /// Takes the rows that were written.
    pub(crate) fn finish(builder: ArrowBuilder) -> Result<Self, Error> {
        let (schema, batches) = builder.finish()?;
        Ok(Self { schema, batches })
    }

    /// Makes a table of the rows of a result.
    pub(crate) fn of<R>(
        columns: &Columns<'_, R>,
        rows: impl IntoIterator<Item = Result<R, Error>>,
    ) -> Result<Self, Error> {
        let mut builder = ArrowBuilder::new(columns.names());
        for row in rows {
            builder.write_row(&columns.cells(&row?))?;
        }
        Self::finish(builder)
    }
}

#[pymethods]
impl Frame {
    /// Hands the table over by Arrow's C stream interface; nothing is copied.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let field = Field::new_struct("", self.schema.fields().clone(), false);
        let arrays = self.batches.clone().into_iter();
        let arrays = arrays.map(|batch| Ok(Arc::new(StructArray::from(batch)) as ArrayRef));
        let stream = ArrayIterator::new(arrays, Arc::new(field));
        to_stream_pycapsule(py, Box::new(stream), requested_schema)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// Returns the texts of the first `n` rows; what a terminal or a page could act on is escaped.
    fn texts(&self, n: usize) -> PyResult<Vec<Vec<String>>> {
        let mut rows = Vec::new();
        for batch in &self.batches {
            let n_rows = batch.num_rows().min(n.saturating_sub(rows.len()));
            rows.extend(texts(batch, n_rows).map_err(error)?);
        }
        Ok(rows)
    }
}

fn texts(batch: &RecordBatch, n_rows: usize) -> Result<Vec<Vec<String>>, ArrowError> {
    let options = FormatOptions::new();
    let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options));
    let columns: Vec<ArrayFormatter<'_>> = columns.collect::<Result<_, _>>()?;
    let text =
        |column: &ArrayFormatter<'_>, row| Ok(escape_line(&column.value(row).try_to_string()?));
    (0..n_rows).map(|row| columns.iter().map(|column| text(column, row)).collect()).collect()
}
