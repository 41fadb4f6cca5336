//! Rows for programs: as text, or as Parquet.

use oddsift::pipeline::{Error, ParquetWriter};
use oddsift::records::{Batch, Cell, Record, RowChunk, RowWriter};

use crate::output::Writer;

/// Writes rows in one of the forms for programs.
pub(crate) enum RowsWriter {
    Text(RowWriter<Writer>),
    Parquet { writer: Box<ParquetWriter<Writer>>, columns: std::sync::Arc<[String]> },
}

/// Rows of one thread for a [`RowsWriter`].
pub(crate) enum RowsChunk {
    Text(RowChunk),
    Parquet(Batch, std::sync::Arc<[String]>),
}

impl RowsWriter {
    pub(crate) fn write_row(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        match self {
            Self::Text(writer) => Ok(writer.write_row(cells)?),
            Self::Parquet { writer, .. } => Ok(writer.write_row(cells)?),
        }
    }

    pub(crate) fn chunk(&self) -> RowsChunk {
        match self {
            Self::Text(writer) => RowsChunk::Text(writer.chunk()),
            Self::Parquet { columns, .. } => RowsChunk::of_columns(columns),
        }
    }

    pub(crate) fn append(&mut self, chunk: RowsChunk) -> Result<(), Error> {
        match (self, chunk) {
            (Self::Text(writer), RowsChunk::Text(chunk)) => Ok(writer.append(&chunk)?),
            (Self::Parquet { writer, columns }, RowsChunk::Parquet(batch, _)) => {
                for row in &batch {
                    let cells: Vec<Cell<'_>> = (0..columns.len()).map(|at| row.cell(at)).collect();
                    writer.write_row(&cells)?;
                }
                Ok(())
            }
            // A writer makes chunks of its own kind only.
            _ => Ok(()),
        }
    }

    pub(crate) fn finish(self) -> Result<Writer, Error> {
        match self {
            Self::Text(writer) => Ok(writer.finish()?),
            Self::Parquet { writer, .. } => Ok(writer.finish()?),
        }
    }
}

impl RowsChunk {
    fn of_columns(columns: &std::sync::Arc<[String]>) -> Self {
        let mut batch = Batch::new();
        batch.begin(&"".into(), columns);
        Self::Parquet(batch, std::sync::Arc::clone(columns))
    }

    pub(crate) fn another(&self) -> Self {
        match self {
            Self::Text(chunk) => Self::Text(chunk.another()),
            Self::Parquet(_, columns) => Self::of_columns(columns),
        }
    }

    pub(crate) fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        match self {
            Self::Text(chunk) => Ok(chunk.write_row(cells)?),
            Self::Parquet(batch, _) => {
                let mut row = batch.push(0, 0);
                for cell in cells {
                    row.cell(*cell);
                }
                Ok(())
            }
        }
    }
}
