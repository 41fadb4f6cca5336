use std::io::Write;

use oddsift_records::{Cell, RowChunk, RowWriter};

use crate::fold::Batches;
use crate::ordered::Ordered;
use crate::{Error, Input};

/// Where the rows of a result go while they are made: threads fill chunks, which are appended in the
/// order of the input.
///
/// [`RowWriter`] is one: CSV, NDJSON, JSON and Markdown; with the feature `columnar` `ArrowBuilder` is one,
/// too: a table in memory.
pub trait Sink: Send {
    /// Some rows, made by one thread.
    type Chunk: Chunk;

    /// Returns an empty chunk.
    fn chunk(&self) -> Self::Chunk;

    /// Appends the rows of a chunk.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    fn append(&mut self, chunk: Self::Chunk) -> Result<(), Error>;
}

/// Rows that are made by one thread, for a [`Sink`].
pub trait Chunk: Send + Sync + Sized {
    /// Returns an empty chunk of the same kind.
    #[must_use]
    fn another(&self) -> Self;

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// If it has not one cell for each column.
    fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), Error>;
}

impl<W: Write + Send> Sink for RowWriter<W> {
    type Chunk = RowChunk;

    fn chunk(&self) -> RowChunk {
        self.chunk()
    }

    fn append(&mut self, chunk: RowChunk) -> Result<(), Error> {
        Ok(self.append(&chunk)?)
    }
}

impl Chunk for RowChunk {
    fn another(&self) -> Self {
        self.another()
    }

    fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        Ok(self.write_row(cells)?)
    }
}

#[cfg(feature = "columnar")]
impl Sink for oddsift_columnar::ArrowBuilder {
    type Chunk = oddsift_columnar::ArrowChunk;

    fn chunk(&self) -> Self::Chunk {
        self.chunk()
    }

    fn append(&mut self, chunk: Self::Chunk) -> Result<(), Error> {
        self.append(chunk);
        Ok(())
    }
}

#[cfg(feature = "columnar")]
impl Chunk for oddsift_columnar::ArrowChunk {
    fn another(&self) -> Self {
        self.another()
    }

    fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        Ok(self.write_row(cells)?)
    }
}

/// Takes a row that is made.
pub(crate) type Push<'p> = dyn FnMut(&[Cell<'_>]) -> Result<(), Error> + 'p;

/// Passes the rows that threads make of each batch to the sink, in the order of the input; gives the
/// threads' states.
pub(crate) fn stream<B: Batches, K: Sink, S: Send>(
    input: &mut B,
    sink: &mut K,
    state: impl Fn() -> S + Sync,
    rows: impl Fn(&mut S, &B::Batch, &mut Push<'_>) -> Result<(), Error> + Sync,
) -> Result<Vec<S>, Error> {
    let empty = sink.chunk();
    let ordered = Ordered::new(|chunk: K::Chunk| sink.append(chunk));
    input.for_each(state, |state, place, batch| {
        ordered.make(place, || {
            let mut chunk = empty.another();
            rows(state, batch, &mut |cells| chunk.push(cells))?;
            Ok(chunk)
        })
    })
}

/// Reads an input once more and passes on each row: its number, its columns and behind them the cells of
/// what is known of it; one of which nothing is known is left out.
pub(crate) fn stream_beside_input<K: Sink, T>(
    input: &Input,
    sink: &mut K,
    known: impl Fn(u64) -> Option<T>,
    cells_of: impl for<'t> Fn(&'t T) -> Vec<Cell<'t>>,
) -> Result<(), Error> {
    use oddsift_records::{Batch, Record, Rows};

    let mut rows = input.open()?;
    let n_columns = rows.columns().len();
    let mut batch = Batch::new();
    while rows.next_batch(&mut batch)? {
        let mut chunk = sink.chunk();
        for row in &batch {
            let Some(known) = known(row.row()) else { continue };
            let mut cells = vec![Cell::UInt(row.row())];
            cells.extend((0..n_columns).map(|column| row.value(column)));
            cells.extend(cells_of(&known));
            chunk.push(&cells)?;
        }
        sink.append(chunk)?;
    }
    Ok(())
}
