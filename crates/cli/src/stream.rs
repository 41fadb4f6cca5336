//! Rows that are printed while threads make them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use oddsift::pipeline::{Chunk, Error, Sink};
use oddsift::records::Cell;

use crate::cells::text_cell;
use crate::output::TABLE_ROWS;
use crate::rows_writer::{RowsChunk, RowsWriter};
use crate::table::{TextCell, TextTable};

/// Rows for programs, or the first ones as a table.
pub(crate) enum Stream {
    Rows(RowsWriter),
    Table(TableSink),
}

/// Rows of one thread for a [`Stream`].
pub(crate) enum StreamChunk {
    Rows(RowsChunk),
    Table(TableChunk),
}

impl Sink for Stream {
    type Chunk = StreamChunk;

    fn chunk(&self) -> StreamChunk {
        match self {
            Self::Rows(writer) => StreamChunk::Rows(writer.chunk()),
            Self::Table(sink) => StreamChunk::Table(TableChunk::new(&sink.is_full)),
        }
    }

    fn append(&mut self, chunk: StreamChunk) -> Result<(), Error> {
        match (self, chunk) {
            (Self::Rows(writer), StreamChunk::Rows(chunk)) => writer.append(chunk)?,
            (Self::Table(sink), StreamChunk::Table(chunk)) => sink.append(chunk),
            // A stream makes chunks of its own kind only.
            _ => {}
        }
        Ok(())
    }
}

impl Chunk for StreamChunk {
    fn another(&self) -> Self {
        match self {
            Self::Rows(chunk) => Self::Rows(chunk.another()),
            Self::Table(chunk) => Self::Table(TableChunk::new(&chunk.is_full)),
        }
    }

    fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        match self {
            Self::Rows(chunk) => chunk.push(cells)?,
            Self::Table(chunk) => chunk.push(cells),
        }
        Ok(())
    }
}

/// A table of the first rows; the others are counted.
pub(crate) struct TableSink {
    table: TextTable,
    n_rows: u64,
    /// Rows of later chunks need no cells.
    is_full: Arc<AtomicBool>,
}

pub(crate) struct TableChunk {
    rows: Vec<Vec<TextCell>>,
    n_rows: u64,
    is_full: Arc<AtomicBool>,
}

impl TableSink {
    pub(crate) fn new(columns: &[String]) -> Self {
        let table = TextTable::new(columns.iter().cloned());
        Self { table, n_rows: 0, is_full: Arc::default() }
    }

    fn append(&mut self, chunk: TableChunk) {
        self.n_rows += chunk.n_rows;
        let room = TABLE_ROWS - self.table.len();
        chunk.rows.into_iter().take(room).for_each(|cells| self.table.push(false, cells));
        self.is_full.store(self.table.len() == TABLE_ROWS, Relaxed);
    }

    /// The table, and the number of rows that are not in it.
    pub(crate) fn finish(self) -> (TextTable, u64) {
        let n_more = self.n_rows - self.table.len() as u64;
        (self.table, n_more)
    }
}

impl TableChunk {
    fn new(is_full: &Arc<AtomicBool>) -> Self {
        Self { rows: Vec::new(), n_rows: 0, is_full: Arc::clone(is_full) }
    }

    fn push(&mut self, cells: &[Cell<'_>]) {
        self.n_rows += 1;
        if self.rows.len() < TABLE_ROWS && !self.is_full.load(Relaxed) {
            self.rows.push(cells.iter().map(|cell| text_cell(*cell)).collect());
        }
    }
}
